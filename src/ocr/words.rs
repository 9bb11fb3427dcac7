//! From the engine's words to words on the page.
//!
//! In: raw words in pixels of the reading image. Out: words in the kept image
//! after turning, with baselines, without dirt. Pure.

use super::RawWord;
use crate::model::geometry::Box2;
use crate::model::page::Word;
use crate::page::ReadingImage;
use unicode_normalization::UnicodeNormalization;

/// Words below this confidence without a letter or digit are dirt.
const DIRT: f32 = 0.55;
/// Words below this confidence are dirt unless they look like words.
const RUBBISH: f32 = 0.22;
/// Words below this confidence are more often wrong than right, whatever they look like.
const DOUBTFUL: f32 = 0.3;
/// In lines read worse than this on average, words must be surer.
const LINE_POOR: f32 = 0.5;
/// As sure as this.
const LINE_SURE: f32 = 0.6;
/// Characters that reach below the baseline.
const DESCENDERS: &str = "gjpqyQJ,;ßf()[]{}|/§$@_µçþ„‚";
/// Depth of a descender in heights of the word.
const DESCENT: f32 = 0.2;

/// Mean confidence over the letters of wordlike words, 1 if there is nothing to judge.
pub fn quality(words: &[RawWord]) -> f32 {
    let (mut sum, mut count) = (0.0, 0.0);
    for word in words.iter().filter(|w| !w.text.trim().is_empty()) {
        let letters = word.text.chars().count() as f32;
        sum += if is_wordlike(&word.text) { word.confidence * letters } else { 0.0 };
        count += letters;
    }
    if count < 12.0 { 1.0 } else { sum / count }
}

/// Mostly letters or digits, and not one sign over and over.
pub fn is_wordlike(text: &str) -> bool {
    let all = text.chars().count();
    let good = text.chars().filter(|c| c.is_alphanumeric()).count();
    let first = text.chars().next();
    good * 2 > all && (all < 4 || !text.chars().all(|c| Some(c) == first))
}

fn is_dirt(word: &RawWord) -> bool {
    let text = word.text.trim();
    text.is_empty()
        || word.confidence < DIRT && !text.chars().any(char::is_alphanumeric)
        || word.confidence < RUBBISH && (!is_wordlike(text) || text.chars().count() < 3)
        || word.bounds.w <= 0
        || word.bounds.h <= 0
}

/// The words that are more likely right than wrong: scribbles, folds and pictures make lines without sure words.
pub fn believed(raw: &[RawWord]) -> Vec<RawWord> {
    let letters = |w: &RawWord| w.text.chars().count() as f32;
    raw.chunk_by(|a, b| a.line == b.line)
        .flat_map(|line| {
            let all: f32 = line.iter().map(letters).sum();
            let mean = line.iter().map(|w| w.confidence * letters(w)).sum::<f32>() / all.max(1.0);
            let least = if mean < LINE_POOR { LINE_SURE } else { DOUBTFUL };
            line.iter().filter(move |w| w.confidence >= least).cloned()
        })
        .collect()
}

/// Words in the kept image, in reading order.
pub fn placed(raw: &[RawWord], reading: &ReadingImage) -> Vec<Word> {
    let kept: Vec<&RawWord> = raw.iter().filter(|w| !is_dirt(w)).collect();
    let mut out = Vec::with_capacity(kept.len());
    let (mut line, mut block) = (0u32, 0u32);
    let mut before: Option<&RawWord> = None;
    for group in kept.chunk_by(|a, b| a.line == b.line) {
        let Some(first) = group.first() else { continue };
        if let Some(before) = before {
            line += 1;
            block += u32::from(before.block != first.block);
        }
        before = Some(first);
        let base = Baseline::of(group);
        out.extend(group.iter().map(|word| base.place(word, reading, line, block)));
    }
    out
}

/// Adds words of another image as blocks of their own.
pub fn append(words: &mut Vec<Word>, more: Vec<Word>) {
    let (line, block) = words.last().map_or((0, 0), |w| (w.line + 1, w.block + 1));
    words.extend(more.into_iter().map(|w| Word { line: w.line + line, block: w.block + block, ..w }));
}

/// Puts words in the place of those that go, in reading order.
pub fn replace(words: &mut Vec<Word>, goes: impl Fn(&Word) -> bool, new: Vec<Word>) {
    let at = words.iter().position(&goes).unwrap_or(words.len());
    let before = at.min(words.len());
    let (head, tail) = words.split_at(before);
    let mut out: Vec<Word> = head.to_vec();
    append(&mut out, new);
    append(&mut out, tail.iter().filter(|w| !goes(w)).cloned().collect());
    *words = out;
}

/// The baseline of a line in the reading image: `y = at + lean x`.
struct Baseline {
    at: f32,
    lean: f32,
    ascent: f32,
}

impl Baseline {
    /// A straight line through the feet of the words, least squares over their width.
    fn of(line: &[&RawWord]) -> Self {
        let feet: Vec<(f32, f32)> =
            line.iter().map(|w| (w.bounds.x as f32 + w.bounds.w as f32 / 2.0, foot(w))).collect();
        let n = feet.len().max(1) as f32;
        let (mx, my) = (feet.iter().map(|f| f.0).sum::<f32>() / n, feet.iter().map(|f| f.1).sum::<f32>() / n);
        let spread: f32 = feet.iter().map(|f| (f.0 - mx) * (f.0 - mx)).sum();
        let lean = if feet.len() < 4 || spread < 1.0 {
            0.0
        } else {
            feet.iter().map(|f| (f.0 - mx) * (f.1 - my)).sum::<f32>() / spread
        };
        // The page was straightened: what still leans more is a misread box.
        let lean = if lean.abs() > 0.03 { 0.0 } else { lean };
        let mut own = Self { at: my - lean * mx, lean, ascent: 0.0 };
        own.ascent = line.iter().map(|w| own.y(w.bounds.x as f32) - w.bounds.y as f32).fold(1.0, f32::max);
        own
    }

    fn y(&self, x: f32) -> f32 {
        self.at + self.lean * x
    }

    fn place(&self, word: &RawWord, reading: &ReadingImage, line: u32, block: u32) -> Word {
        let b = word.bounds;
        let (left, right) = (b.x as f32, (b.x + b.w) as f32);
        let (top, bottom) = (b.y as f32, (b.y + b.h) as f32);
        let corners = [(left, top), (right, top), (left, bottom), (right, bottom)]
            .map(|(x, y)| reading.to_kept.at(x, y));
        let least = |axis: usize| corners.iter().map(|c| c[axis]).fold(f32::MAX, f32::min).floor();
        let most = |axis: usize| corners.iter().map(|c| c[axis]).fold(f32::MIN, f32::max).ceil();
        // A word far from its line's baseline (a superscript, a merged line) stands on its own foot.
        let own_foot = foot(word);
        let middle = self.y((left + right) / 2.0);
        let shift = if (own_foot - middle).abs() > b.h as f32 * 0.35 { own_foot - middle } else { 0.0 };
        Word {
            text: word.text.trim().nfc().collect(),
            bounds: Box2 {
                x: least(0) as i32,
                y: least(1) as i32,
                w: (most(0) - least(0)) as i32,
                h: (most(1) - least(1)) as i32,
            },
            confidence: word.confidence,
            line,
            block,
            baseline_start: reading.to_kept.at(left, self.y(left) + shift),
            baseline_end: reading.to_kept.at(right, self.y(right) + shift),
            stamped: false,
            ascent: (if shift == 0.0 { self.ascent } else { b.h as f32 }) * reading.to_kept.scale(),
        }
    }
}

/// Where a word stands: its lower edge, raised if a letter of it hangs below.
fn foot(word: &RawWord) -> f32 {
    let b = word.bounds;
    let hangs = word.text.chars().any(|c| DESCENDERS.contains(c));
    (b.y + b.h) as f32 - if hangs { b.h as f32 * DESCENT } else { 0.0 }
}
