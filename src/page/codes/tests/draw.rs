//! Sheets drawn in code: patch bars, barcodes, matrix codes, letter-like pages, and what scanners do to them.

use image::{GrayImage, Luma, imageops};

/// A small generator with a seed: the same pages on every machine.
pub struct Dice(pub u64);

impl Dice {
    pub fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as u32
    }

    /// From 0 to `n - 1`.
    pub fn below(&mut self, n: u32) -> u32 {
        self.next() % n.max(1)
    }

    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.below(10_000) as f32 / 10_000.0
    }
}

/// A4 paper, coordinates in inches.
pub struct Sheet {
    pub image: GrayImage,
    pub dpi: f32,
}

impl Sheet {
    pub fn a4(dpi: f32) -> Self {
        let image = GrayImage::from_pixel((8.27 * dpi) as u32, (11.69 * dpi) as u32, Luma([245]));
        Self { image, dpi }
    }

    pub fn fill(&mut self, x: f32, y: f32, w: f32, h: f32, grey: u8) {
        let px = |v: f32, max: u32| ((v * self.dpi).round().max(0.0) as u32).min(max);
        let (width, height) = self.image.dimensions();
        for row in px(y, height)..px(y + h, height) {
            for column in px(x, width)..px(x + w, width) {
                self.image.put_pixel(column, row, Luma([grey]));
            }
        }
    }

    /// The four bars, standing (read from left to right) or lying (downwards).
    pub fn patch(&mut self, wide: [u8; 4], x: f32, y: f32, length: f32, lying: bool, grey: u8) {
        let mut at = 0.0;
        for bar in wide {
            let width = if bar == 1 { 0.20 } else { 0.08 };
            if lying {
                self.fill(x, y + at, length, width, grey);
            } else {
                self.fill(x + at, y, width, length, grey);
            }
            at += width + 0.08;
        }
    }

    /// Bars and spaces in modules, a bar first.
    pub fn bars(&mut self, widths: &[u8], x: f32, y: f32, module: f32, height: f32) {
        let mut at = x;
        for (i, &width) in widths.iter().enumerate() {
            if i % 2 == 0 {
                self.fill(at, y, f32::from(width) * module, height, 20);
            }
            at += f32::from(width) * module;
        }
    }

    pub fn qr(&mut self, value: &str, x: f32, y: f32, side: f32) {
        let code = qrcode::QrCode::new(value).unwrap();
        let module = side / code.width() as f32;
        for (i, colour) in code.to_colors().into_iter().enumerate() {
            if colour == qrcode::Color::Dark {
                let (column, row) = ((i % code.width()) as f32, (i / code.width()) as f32);
                self.fill(x + column * module, y + row * module, module, module, 20);
            }
        }
    }

    /// A line of strokes the size and density of letters.
    pub fn words(&mut self, dice: &mut Dice, x: f32, y: f32, length: f32, size: f32, stroke: f32) {
        let mut at = x;
        while at < x + length {
            let letters = 2 + dice.below(9);
            for _ in 0..letters {
                let tall = if dice.below(3) == 0 { 0.72 } else { 0.5 } * size;
                let wide = dice.between(0.25, 0.5) * size;
                match dice.below(4) {
                    0 => self.fill(at, y - tall, stroke, tall, 30),
                    1 => {
                        self.fill(at, y - tall, stroke, tall, 30);
                        self.fill(at + wide - stroke, y - 0.5 * size, stroke, 0.5 * size, 30);
                        self.fill(at, y - 0.5 * size, wide, stroke, 30);
                    }
                    2 => {
                        self.fill(at, y - 0.5 * size, wide, stroke, 30);
                        self.fill(at, y - stroke, wide, stroke, 30);
                        self.fill(at, y - 0.5 * size, stroke, 0.5 * size, 30);
                    }
                    _ => {
                        self.fill(at, y - 0.5 * size, stroke, 0.5 * size, 30);
                        self.fill(at + wide / 2.0, y - 0.5 * size, stroke, 0.5 * size, 30);
                        self.fill(at + wide, y - 0.5 * size, stroke, 0.5 * size, 30);
                    }
                }
                at += wide + 0.14 * size;
            }
            at += 0.3 * size;
        }
    }
}

/// A page as ordinary mail looks: letterhead, bold subject, paragraphs, a table, rules, now and then
/// a striped logo, a dark picture, a bar under the heading.
pub fn letter(dice: &mut Dice, dpi: f32) -> Sheet {
    let mut sheet = Sheet::a4(dpi);
    sheet.words(dice, 1.0, 0.7, 3.0, 0.25, 0.045);
    if dice.below(2) == 0 {
        // Stripes of a logo or of a form: as thick as patch bars, of other proportions or shorter.
        let (width, gap) = (dice.between(0.04, 0.2), dice.between(0.04, 0.2));
        for i in 0..2 + dice.below(6) {
            let y = 0.3 + i as f32 * (width + gap);
            sheet.fill(6.2, y, dice.between(0.3, 1.6), width, 40);
        }
    }
    if dice.below(3) == 0 {
        sheet.fill(0.9, 0.9, 6.4, dice.between(0.02, 0.3), 60);
    }
    sheet.words(dice, 1.0, 3.6, 4.0, 0.17, 0.03);
    let size = dice.between(0.12, 0.17);
    for line in 0..14 + dice.below(14) {
        let length = dice.between(3.0, 6.3);
        sheet.words(dice, 1.0, 4.0 + line as f32 * size * 1.35, length, size, size * 0.1);
    }
    if dice.below(2) == 0 {
        for line in 0..8 {
            sheet.fill(1.0, 8.2 + line as f32 * 0.25, 6.3, 0.012, 30);
            sheet.fill(1.0 + line as f32 * 0.9, 8.2, 0.012, 1.75, 30);
        }
    }
    if dice.below(4) == 0 {
        let (x, y) = (dice.between(1.0, 4.0), dice.between(8.0, 9.0));
        for i in 0..4000 {
            let _ = i;
            sheet.fill(x + dice.between(0.0, 2.0), y + dice.between(0.0, 1.5), 0.02, 0.02, 30);
        }
    }
    sheet
}

/// Turned by small degrees around the middle, as a feeder does.
pub fn skewed(image: &GrayImage, degrees: f32) -> GrayImage {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let (cx, cy) = (image.width() as f32 / 2.0, image.height() as f32 / 2.0);
    GrayImage::from_fn(image.width(), image.height(), |x, y| {
        let (dx, dy) = (x as f32 - cx, y as f32 - cy);
        let (sx, sy) = (cx + cos * dx + sin * dy, cy - sin * dx + cos * dy);
        let (left, top) = (sx.floor(), sy.floor());
        let (fx, fy) = (sx - left, sy - top);
        let at = |x: f32, y: f32| {
            if x < 0.0 || y < 0.0 {
                245.0
            } else {
                image.get_pixel_checked(x as u32, y as u32).map_or(245.0, |p| f32::from(p.0[0]))
            }
        };
        let upper = at(left, top) * (1.0 - fx) + at(left + 1.0, top) * fx;
        let lower = at(left, top + 1.0) * (1.0 - fx) + at(left + 1.0, top + 1.0) * fx;
        Luma([(upper * (1.0 - fy) + lower * fy) as u8])
    })
}

/// Grey noise of that strength everywhere, and that many specks per thousand pixels.
pub fn noisy(mut image: GrayImage, dice: &mut Dice, strength: i32, specks: u32) -> GrayImage {
    for pixel in image.pixels_mut() {
        let noise = dice.below(2 * strength as u32 + 1) as i32 - strength;
        pixel.0[0] = (i32::from(pixel.0[0]) + noise).clamp(0, 255) as u8;
        if dice.below(1000) < specks {
            pixel.0[0] = if dice.below(2) == 0 { 0 } else { 255 };
        }
    }
    image
}

/// Black and white.
pub fn bitonal(mut image: GrayImage) -> GrayImage {
    for pixel in image.pixels_mut() {
        pixel.0[0] = if pixel.0[0] < 128 { 0 } else { 255 };
    }
    image
}

pub fn quarter_turns(image: GrayImage, turns: u32) -> GrayImage {
    match turns % 4 {
        1 => imageops::rotate90(&image),
        2 => imageops::rotate180(&image),
        3 => imageops::rotate270(&image),
        _ => image,
    }
}

/// Code 128, set B, with its check digit: bars and spaces in modules.
pub fn code128(value: &str) -> Vec<u8> {
    let mut signs = vec![104u32];
    signs.extend(value.bytes().map(|b| u32::from(b) - 32));
    let check = signs.iter().enumerate().map(|(i, s)| s * (i as u32).max(1)).sum::<u32>() % 103;
    signs.push(check);
    signs.push(106);
    let mut widths: Vec<u8> =
        signs.iter().flat_map(|&s| CODE128[s as usize].bytes().map(|b| b - b'0')).collect();
    widths.push(2);
    widths
}

/// Code 39 with its asterisks, narrow 2 and wide 5 halves: bars and spaces.
pub fn code39(value: &str) -> Vec<u8> {
    let mut widths = Vec::new();
    for sign in format!("*{value}*").chars() {
        let at = CODE39_SIGNS.find(sign).unwrap();
        widths.extend((0..9).map(|i| if CODE39[at] >> (8 - i) & 1 == 1 { 5 } else { 2 }));
        widths.push(2);
    }
    widths
}

/// Interleaved 2 of 5, an even number of digits.
pub fn itf(value: &str) -> Vec<u8> {
    const WIDE: [[u8; 5]; 10] = [
        [0, 0, 1, 1, 0],
        [1, 0, 0, 0, 1],
        [0, 1, 0, 0, 1],
        [1, 1, 0, 0, 0],
        [0, 0, 1, 0, 1],
        [1, 0, 1, 0, 0],
        [0, 1, 1, 0, 0],
        [0, 0, 0, 1, 1],
        [1, 0, 0, 1, 0],
        [0, 1, 0, 1, 0],
    ];
    let digits: Vec<usize> = value.bytes().map(|b| usize::from(b - b'0')).collect();
    let width = |wide: u8| if wide == 1 { 5 } else { 2 };
    let mut widths = vec![2, 2, 2, 2];
    for pair in digits.chunks(2) {
        for (bar, space) in WIDE[pair[0]].into_iter().zip(WIDE[pair[1]]) {
            widths.extend([width(bar), width(space)]);
        }
    }
    widths.extend([5, 2, 2]);
    widths
}

const CODE39_SIGNS: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. *";
const CODE39: [u16; 40] = [
    0x034, 0x121, 0x061, 0x160, 0x031, 0x130, 0x070, 0x025, 0x124, 0x064, 0x109, 0x049, 0x148, 0x019, 0x118,
    0x058, 0x00D, 0x10C, 0x04C, 0x01C, 0x103, 0x043, 0x142, 0x013, 0x112, 0x052, 0x007, 0x106, 0x046, 0x016,
    0x181, 0x0C1, 0x1C0, 0x091, 0x190, 0x0D0, 0x085, 0x184, 0x0C4, 0x094,
];
#[rustfmt::skip]
const CODE128: [&str; 107] = [
    "212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312", "132212", "221213", "221312",
    "231212", "112232", "122132", "122231", "113222", "123122", "123221", "223211", "221132", "221231", "213212",
    "223112", "312131", "311222", "321122", "321221", "312212", "322112", "322211", "212123", "212321", "232121",
    "111323", "131123", "131321", "112313", "132113", "132311", "211313", "231113", "231311", "112133", "112331",
    "132131", "113123", "113321", "133121", "313121", "211331", "231131", "213113", "213311", "213131", "311123",
    "311321", "331121", "312113", "312311", "332111", "314111", "221411", "431111", "111224", "111422", "121124",
    "121421", "141122", "141221", "112214", "112412", "122114", "122411", "142112", "142211", "241211", "221114",
    "413111", "241112", "134111", "111242", "121142", "121241", "114212", "124112", "124211", "411212", "421112",
    "421211", "212141", "214121", "412121", "111143", "111341", "131141", "114113", "114311", "411113", "411311",
    "113141", "114131", "311141", "411131", "211412", "211214", "211232", "233111",
];
