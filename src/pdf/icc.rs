//! A small sRGB profile (ICC.1:2001-04), built here: matrix primaries and one curve.

/// The profile's bytes.
pub fn srgb() -> Vec<u8> {
    let s15 = |v: f64| ((v * 65536.0).round() as i32).to_be_bytes();
    let xyz = |x: f64, y: f64, z: f64| {
        [b"XYZ ".to_vec(), vec![0; 4], s15(x).to_vec(), s15(y).to_vec(), s15(z).to_vec()].concat()
    };
    // One gamma value, u8Fixed8: 2.2 is within a grey value of the sRGB curve.
    let curve = [
        b"curv".to_vec(),
        vec![0; 4],
        1u32.to_be_bytes().to_vec(),
        0x0233u16.to_be_bytes().to_vec(),
        vec![0; 2],
    ]
    .concat();
    let name = b"sRGB\0";
    let description = [
        b"desc".to_vec(),
        vec![0; 4],
        (name.len() as u32).to_be_bytes().to_vec(),
        name.to_vec(),
        vec![0; 4 + 4 + 2 + 1 + 67],
    ]
    .concat();
    let copyright = [b"text".to_vec(), vec![0; 4], b"CC0\0".to_vec()].concat();
    // Primaries of IEC 61966-2-1 adapted to D50 (Bradford).
    let tags: [(&[u8; 4], Vec<u8>); 9] = [
        (b"desc", description),
        (b"cprt", copyright),
        (b"wtpt", xyz(0.9642, 1.0, 0.8249)),
        (b"rXYZ", xyz(0.4360, 0.2225, 0.0139)),
        (b"gXYZ", xyz(0.3851, 0.7169, 0.0971)),
        (b"bXYZ", xyz(0.1431, 0.0606, 0.7141)),
        (b"rTRC", curve.clone()),
        (b"gTRC", curve.clone()),
        (b"bTRC", curve),
    ];
    let mut table = (tags.len() as u32).to_be_bytes().to_vec();
    let mut data = Vec::new();
    let start = 128 + 4 + 12 * tags.len();
    for (name, bytes) in &tags {
        table.extend(*name);
        table.extend(((start + data.len()) as u32).to_be_bytes());
        table.extend((bytes.len() as u32).to_be_bytes());
        data.extend(bytes);
        data.resize(data.len().next_multiple_of(4), 0);
    }
    let mut head = vec![0u8; 128];
    let size = (128 + table.len() + data.len()) as u32;
    head[0..4].copy_from_slice(&size.to_be_bytes());
    head[8..12].copy_from_slice(&0x0210_0000u32.to_be_bytes());
    head[12..24].copy_from_slice(b"mntrRGB XYZ ");
    for (at, value) in [(24, 2026u16), (26, 1), (28, 1)] {
        head[at..at + 2].copy_from_slice(&value.to_be_bytes());
    }
    head[36..40].copy_from_slice(b"acsp");
    for (i, v) in [0.9642, 1.0, 0.8249].into_iter().enumerate() {
        head[68 + i * 4..72 + i * 4].copy_from_slice(&s15(v));
    }
    [head, table, data].concat()
}
