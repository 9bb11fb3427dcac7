//! One bit per pixel, packed: 1 = black, rows padded to bytes.

use image::GrayImage;

/// Bit order within a byte reversed (TIFF FillOrder 2).
pub fn reversed(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().map(|b| b.reverse_bits()).collect()
}

/// Packs a 0/255 image; everything below the middle is black.
pub fn pack(image: &GrayImage) -> Vec<u8> {
    let width = image.width() as usize;
    let mut rows = Vec::with_capacity(width.div_ceil(8) * image.height() as usize);
    for row in image.as_raw().chunks_exact(width.max(1)) {
        for chunk in row.chunks(8) {
            let mut byte = 0u8;
            for (bit, &pixel) in chunk.iter().enumerate() {
                byte |= u8::from(pixel < 128) << (7 - bit);
            }
            rows.push(byte);
        }
    }
    rows
}
