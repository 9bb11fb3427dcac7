//! A page as a reader without mistakes sees it. In: a sheet, the stamp on it. Out: words with their places, for
//! trying rules on many letters without scanner and OCR.

use crate::ink::Sheet;
use poststelle::model::geometry::Box2;
use poststelle::model::page::{MeasuredPage, PageText, Quality, ReadPage, Word};

/// Reads a sheet.
pub fn read(sheet: &Sheet, stamp: Option<&(i32, i32, Sheet)>) -> ReadPage {
    let mut words = Vec::new();
    add(&mut words, sheet, 0, 0);
    if let Some((x, y, stamp)) = stamp {
        add(&mut words, stamp, *x, *y);
    }
    let measured = MeasuredPage {
        width: sheet.raster.w as u32,
        height: sheet.raster.h as u32,
        dpi: 300.0,
        turned: Default::default(),
        mirrored: false,
        skew: 0.0,
        blank: words.is_empty(),
        coloured: 0.0,
        quality: Quality::default(),
        codes: Vec::new(),
        notes: Vec::new(),
    };
    ReadPage { measured, text: PageText { words } }
}

fn add(words: &mut Vec<Word>, sheet: &Sheet, x: i32, y: i32) {
    let first = words.last().map_or(0, |w| w.line + 1);
    for placed in &sheet.placed {
        let (left, base) = (x + placed.x, y + placed.base);
        words.push(Word {
            text: placed.text.clone(),
            bounds: Box2 { x: left, y: base - placed.tall, w: placed.w, h: placed.tall },
            confidence: 0.95,
            line: first + placed.line as u32,
            block: first,
            baseline_start: [left as f32, base as f32],
            baseline_end: [(left + placed.w) as f32, base as f32],
            ascent: placed.tall as f32,
        });
    }
}
