//! PNG and JPEG: heads that promise what no memory holds, pieces that lie about their length.

use flate2::{Compression, Crc, write::ZlibEncoder};
use std::io::Write;

fn chunk(kind: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut crc = Crc::new();
    crc.update(kind);
    crc.update(bytes);
    [&(bytes.len() as u32).to_be_bytes(), kind, bytes, &crc.sum().to_be_bytes()].concat()
}

fn png(width: u32, height: u32, bits: u8, colour: u8, more: &[Vec<u8>]) -> Vec<u8> {
    let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[bits, colour, 0, 0, 0]].concat();
    let mut bytes = [&b"\x89PNG\r\n\x1a\n"[..], &chunk(b"IHDR", &head)].concat();
    more.iter().for_each(|chunk| bytes.extend(chunk));
    bytes.extend(chunk(b"IEND", b""));
    bytes
}

pub fn pngs() -> Vec<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![0; 64 << 20]).unwrap();
    let zeros = encoder.finish().unwrap();
    let mut all = Vec::new();
    for (width, height) in [(0, 0), (1, 1), (0x7fff_ffff, 0x7fff_ffff), (u32::MAX, 1), (30_000, 30_000)] {
        for (bits, colour) in [(1, 0), (8, 2), (16, 6), (8, 3), (99, 99)] {
            all.push(png(width, height, bits, colour, &[chunk(b"IDAT", &zeros)]));
        }
    }
    for (kind, name) in [(b"zTXt", b"a\0\0"), (b"iCCP", b"a\0\0")] {
        let bomb = chunk(kind, &[&name[..], &zeros].concat());
        all.push(png(8, 8, 8, 0, &[bomb, chunk(b"IDAT", &zeros)]));
    }
    // A piece that is longer than the file; a hundred thousand that are empty.
    all.push(png(8, 8, 8, 0, &[b"\xff\xff\xff\xffIDAT".to_vec()]));
    all.push(png(8, 8, 8, 0, &vec![chunk(b"IDAT", b""); 100_000]));
    all
}

pub fn jpegs() -> Vec<Vec<u8>> {
    let tables = {
        // One table of each kind, all ones: enough to begin decoding.
        let quantities = [&b"\xff\xdb\0\x43\0"[..], &[1; 64]].concat();
        let codes = [&b"\xff\xc4\0\x14\0"[..], &[1], &[0; 15], &[0]].concat();
        [quantities, codes].concat()
    };
    let mut all = Vec::new();
    for frame in [0xc0, 0xc1, 0xc2, 0xc3, 0xc9] {
        for (side, parts) in [(0xffff_u16, 3_u8), (0xffff, 1), (0, 1), (8, 255)] {
            let side = side.to_be_bytes();
            let mut bytes = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\x01\0\0\x01\0\x01\0\0".to_vec();
            bytes.extend(&tables);
            let length = (8 + 3 * u16::from(parts.min(4))).to_be_bytes();
            bytes.extend([&[0xff, frame], &length[..], &[8], &side, &side, &[parts]].concat());
            (0..parts.min(4)).for_each(|part| bytes.extend([part + 1, 0x44, 0]));
            // Progressive files may order the same pass again and again.
            let scan = [&b"\xff\xda\0\x08\x01\x01\0\0\x3f\0"[..], &[0x55; 64]].concat();
            bytes.extend(scan.repeat(2000));
            bytes.extend(b"\xff\xd9");
            all.push(bytes);
        }
    }
    for segment in [0xe1, 0xe2, 0xed, 0xfe, 0xdb, 0xc4, 0xdd] {
        all.push([&b"\xff\xd8"[..], &[0xff, segment, 0xff, 0xff], &[0x45; 999], b"\xff\xd9"].concat());
    }
    all
}
