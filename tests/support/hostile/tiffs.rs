//! TIFF: sizes no memory holds, chains without an end, counts and places that are lies.

/// A tag: number, type, count, value or place.
type Tag = (u16, u16, u32, u32);

/// A little-endian file with one directory.
fn tiff(tags: &[Tag], next: u32) -> Vec<u8> {
    let mut bytes = b"II*\0\x08\0\0\0".to_vec();
    bytes.extend((tags.len() as u16).to_le_bytes());
    for (tag, kind, count, value) in tags {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(kind.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend(value.to_le_bytes());
    }
    bytes.extend(next.to_le_bytes());
    // Pixels of sorts: place 512.
    bytes.resize(512, 0);
    bytes.extend((0..512u32).map(|n| (n * 37 % 251) as u8));
    bytes
}

/// Tags of a small sound picture, some replaced.
fn picture(changed: &[Tag]) -> Vec<Tag> {
    let mut tags = vec![
        (256, 4, 1, 16),
        (257, 4, 1, 16),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, 512),
        (277, 3, 1, 1),
        (278, 4, 1, 16),
        (279, 4, 1, 256),
    ];
    tags.retain(|tag| changed.iter().all(|new| new.0 != tag.0));
    tags.extend(changed);
    tags.sort();
    tags
}

pub fn all() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for coding in [1, 2, 3, 4, 5, 7, 8, 32_773, 34_712, 50_000] {
        for (width, height) in [(0, 1), (1, u32::MAX), (u32::MAX, u32::MAX), (60_000, 60_000)] {
            let size = [(256, 4, 1, width), (257, 4, 1, height), (278, 4, 1, height), (259, 3, 1, coding)];
            all.push(tiff(&picture(&size), 0));
        }
    }
    for bits in [0, 3, 64, 65_535] {
        for samples in [0, 5, 65_535] {
            all.push(tiff(&picture(&[(258, 3, 1, bits), (277, 3, 1, samples)]), 0));
        }
    }
    // Strips, tiles, tables, profiles and directories inside, each in numbers and at places that do not exist.
    for tag in [273, 279, 324, 330, 347, 700, 34_665, 34_675] {
        for (kind, count, place) in [
            (3, u32::MAX, 512),
            (4, 1 << 30, 8),
            (5, 1 << 29, 512),
            (0, 1, 0),
            (13, 7, 8),
            (4, 0, 0),
            (1, 9, u32::MAX),
        ] {
            all.push(tiff(&picture(&[(tag, kind, count, place)]), 0));
        }
    }
    for (width, height) in [(0, 0), (u32::MAX, 1), (1 << 20, 1 << 20)] {
        all.push(tiff(
            &picture(&[(322, 4, 1, width), (323, 4, 1, height), (324, 4, 1, 512), (325, 4, 1, 9)]),
            0,
        ));
    }
    // The next directory is this one, inside this one, the head, or nowhere.
    all.extend([8, 9, 4, 1, 512, u32::MAX].map(|next| tiff(&picture(&[]), next)));
    // BigTIFF whose first directory lies beyond all files, and one of 2^64 - 1 tags.
    let big = |place: u64, count: u64| {
        let head = b"II+\0\x08\0\0\0".iter().copied();
        head.chain(place.to_le_bytes()).chain(count.to_le_bytes()).chain([7; 64]).collect::<Vec<u8>>()
    };
    all.extend([big(u64::MAX, 0), big(16, u64::MAX), big(1 << 63, 1), big(16, 1)]);
    all
}
