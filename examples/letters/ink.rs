//! Paper and ink. In: texts, lines and areas in millimetres. Out: a grey raster at 300 dpi, the words in
//! the order they were set, and coloured ink kept apart until it is known whether the scan is in colour.

use crate::fonts::Face;

/// Pixels per millimetre at 300 dpi.
pub const PX: f64 = 300.0 / 25.4;

/// Millimetres to pixels.
pub fn px(mm: f64) -> i32 {
    (mm * PX).round() as i32
}

/// Pixels with one (grey) or three (red, green, blue) bytes each.
#[derive(Clone)]
pub struct Raster {
    /// Width in pixels.
    pub w: usize,
    /// Height in pixels.
    pub h: usize,
    /// Bytes per pixel, 1 or 3.
    pub ch: usize,
    /// Rows from the top, without padding.
    pub data: Vec<u8>,
}

impl Raster {
    /// White paper.
    pub fn white(w: usize, h: usize) -> Self {
        Raster { w, h, ch: 1, data: vec![255; w * h] }
    }
}

/// Coloured ink: coverage over a part of the page.
#[derive(Clone)]
pub struct Tint {
    /// Left edge on the page.
    pub x: i32,
    /// Top edge on the page.
    pub y: i32,
    /// Width of the coverage.
    pub w: usize,
    /// Coverage, 255 is full ink.
    pub alpha: Vec<u8>,
    /// Red, green, blue of the ink.
    pub colour: [u8; 3],
}

/// A word where it was set.
#[derive(Clone)]
pub struct Placed {
    /// Index into [`Sheet::lines`].
    pub line: usize,
    /// Text without blanks.
    pub text: String,
    /// Left edge in pixels.
    pub x: i32,
    /// Base line in pixels.
    pub base: i32,
    /// Width in pixels.
    pub w: i32,
    /// Height of capitals in pixels.
    pub tall: i32,
}

/// One page while it is being set.
pub struct Sheet {
    /// Black ink on white paper.
    pub raster: Raster,
    /// Coloured ink of the printed page.
    pub tints: Vec<Tint>,
    /// The words, one entry per line, in reading order.
    pub lines: Vec<String>,
    /// The same words with their places.
    pub placed: Vec<Placed>,
}

impl Sheet {
    /// An empty sheet of a size in millimetres.
    pub fn new(width: f64, height: f64) -> Self {
        let raster = Raster::white(px(width) as usize, px(height) as usize);
        Sheet { raster, tints: Vec::new(), lines: Vec::new(), placed: Vec::new() }
    }

    /// An empty A4 sheet.
    pub fn a4() -> Self {
        Sheet { raster: Raster::white(2480, 3508), tints: Vec::new(), lines: Vec::new(), placed: Vec::new() }
    }

    /// Sets one line with its base line at `y`; adds it to the words. Gives the width in millimetres.
    pub fn text(&mut self, face: &Face, x: f64, y: f64, text: &str) -> f64 {
        if !text.trim().is_empty() {
            self.lines.push(text.trim().to_string());
            self.place(face, x, y, text);
        }
        self.draw(face, x, y, text)
    }

    /// Sets a text that continues the last line of words (a cell of a row).
    pub fn cell(&mut self, face: &Face, x: f64, y: f64, text: &str, first: bool) {
        match self.lines.last_mut() {
            Some(line) if !first => {
                if !text.is_empty() {
                    line.push(' ');
                    line.push_str(text);
                }
            }
            _ => self.lines.push(text.to_string()),
        }
        self.place(face, x, y, text);
        self.draw(face, x, y, text);
    }

    /// Notes where the words of a text stand.
    fn place(&mut self, face: &Face, x: f64, y: f64, text: &str) {
        let mut pen = (x * PX) as f32;
        let (space, tall) = (face.width(" "), -face.glyph('H').top);
        for word in text.split(' ') {
            let w = face.width(word);
            if !word.is_empty() {
                let line = self.lines.len() - 1;
                let text = word.to_string();
                self.placed.push(Placed { line, text, x: pen as i32, base: px(y), w: w as i32, tall });
            }
            pen += w + space;
        }
    }

    /// Notes the words of a smaller sheet that is laid on this one.
    pub fn stick(&mut self, other: &Sheet, x: f64, y: f64) {
        let first = self.lines.len();
        self.lines.extend(other.lines.iter().cloned());
        let moved =
            |p: &Placed| Placed { line: first + p.line, x: p.x + px(x), base: p.base + px(y), ..p.clone() };
        self.placed.extend(other.placed.iter().map(moved));
    }

    /// Draws a text without noting its words.
    pub fn draw(&mut self, face: &Face, x: f64, y: f64, text: &str) -> f64 {
        let base = px(y);
        let start = (x * PX) as f32;
        let mut pen = start;
        for c in text.chars() {
            let glyph = face.glyph(c);
            if glyph.width > 0 {
                let left = pen.round() as i32 + glyph.left;
                for (row, cover) in glyph.alpha.chunks_exact(glyph.width).enumerate() {
                    self.raster.stain(left, base + glyph.top + row as i32, cover);
                }
            }
            pen += glyph.advance;
        }
        f64::from(pen - start) / PX
    }

    /// A filled box in a grey (0 black, 255 white).
    pub fn fill(&mut self, x: f64, y: f64, w: f64, h: f64, grey: u8) {
        let (x0, y0) = (px(x).max(0) as usize, px(y).max(0) as usize);
        let x1 = (px(x + w).max(0) as usize).min(self.raster.w);
        let y1 = (px(y + h).max(0) as usize).min(self.raster.h);
        for row in y0..y1 {
            if x0 < x1 {
                self.raster.data[row * self.raster.w + x0..row * self.raster.w + x1].fill(grey);
            }
        }
    }

    /// A coloured box.
    pub fn fill_colour(&mut self, x: f64, y: f64, w: f64, h: f64, colour: [u8; 3]) {
        let (w_px, h_px) = (px(w).max(1) as usize, px(h).max(1) as usize);
        self.tints.push(Tint { x: px(x), y: px(y), w: w_px, alpha: vec![255; w_px * h_px], colour });
    }

    /// A horizontal or vertical rule of a thickness in millimetres.
    pub fn rule(&mut self, x: f64, y: f64, w: f64, h: f64) {
        self.fill(x, y, w.max(0.2), h.max(0.2), 40);
    }

    /// An empty frame.
    pub fn frame(&mut self, x: f64, y: f64, w: f64, h: f64, line: f64) {
        self.fill(x, y, w, line, 30);
        self.fill(x, y + h - line, w, line, 30);
        self.fill(x, y, line, h, 30);
        self.fill(x + w - line, y, line, h, 30);
    }
}

impl Raster {
    /// Darkens part of a row by a coverage.
    pub fn stain(&mut self, left: i32, y: i32, cover: &[u8]) {
        if y < 0 || y as usize >= self.h {
            return;
        }
        let row = &mut self.data[y as usize * self.w..(y as usize + 1) * self.w];
        for (i, &a) in cover.iter().enumerate() {
            let x = left + i as i32;
            if a > 0 && x >= 0 && (x as usize) < row.len() {
                let paper = u32::from(row[x as usize]);
                row[x as usize] = (paper * (255 - u32::from(a)) / 255) as u8;
            }
        }
    }

    /// Lays coloured inks over a grey page: grey stays grey, with the ink as dark as a grey scanner sees it.
    pub fn lay(&mut self, tints: &[Tint]) {
        for tint in tints {
            let luma = (u32::from(tint.colour[0]) * 30
                + u32::from(tint.colour[1]) * 59
                + u32::from(tint.colour[2]) * 11)
                / 100;
            for (row, cover) in tint.alpha.chunks_exact(tint.w).enumerate() {
                let y = tint.y + row as i32;
                if y < 0 || y as usize >= self.h {
                    continue;
                }
                for (i, &a) in cover.iter().enumerate() {
                    let x = tint.x + i as i32;
                    if a == 0 || x < 0 || x as usize >= self.w {
                        continue;
                    }
                    let at = (y as usize * self.w + x as usize) * self.ch;
                    for (k, byte) in self.data[at..at + self.ch].iter_mut().enumerate() {
                        let ink = if self.ch == 1 { luma } else { u32::from(tint.colour[k]) };
                        // Ink multiplies the light: what is black below stays black.
                        let keep = 255 * (255 - u32::from(a)) + ink * u32::from(a);
                        *byte = (u32::from(*byte) * keep / (255 * 255)) as u8;
                    }
                }
            }
        }
    }

    /// The same page with three bytes a pixel.
    pub fn to_rgb(&self) -> Raster {
        if self.ch == 3 {
            return self.clone();
        }
        let data = self.data.iter().flat_map(|&g| [g, g, g]).collect();
        Raster { w: self.w, h: self.h, ch: 3, data }
    }
}
