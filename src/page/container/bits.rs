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

/// Unpacks to 0/255; rows that are missing stay white.
pub fn unpack(rows: &[u8], width: u32, height: u32, one_is_black: bool) -> GrayImage {
    let stride = (width as usize).div_ceil(8);
    let mut image = GrayImage::from_pixel(width, height, image::Luma([255]));
    for (to, from) in image.chunks_exact_mut(width as usize).zip(rows.chunks_exact(stride.max(1))) {
        for (x, pixel) in to.iter_mut().enumerate() {
            let one = from[x / 8] >> (7 - x % 8) & 1 == 1;
            *pixel = if one == one_is_black { 0 } else { 255 };
        }
    }
    image
}
