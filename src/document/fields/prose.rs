//! The running text of a letter as one string, so that a value broken over two lines is found.

use super::super::text::Line;
use crate::model::geometry::Box2;

/// Text of lines joined by blanks, with the way back to page and place.
#[derive(Debug, Default)]
pub struct Prose {
    /// All lines.
    pub text: String,
    starts: Vec<(usize, u32, Box2, f32)>,
}

impl Prose {
    /// Joins lines.
    pub fn of<'a>(lines: impl Iterator<Item = &'a Line>) -> Self {
        let mut prose = Self::default();
        for line in lines {
            prose.starts.push((prose.text.len(), line.page, line.bounds, line.confidence));
            prose.text.push_str(&line.text);
            prose.text.push(' ');
        }
        prose
    }

    /// Page, box and confidence of the line a place in the text belongs to.
    pub fn place(&self, at: usize) -> (u32, Box2, f32) {
        let found = self.starts.iter().rev().find(|(start, ..)| *start <= at);
        found.map_or((1, Box2::default(), 0.0), |&(_, page, bounds, confidence)| (page, bounds, confidence))
    }
}
