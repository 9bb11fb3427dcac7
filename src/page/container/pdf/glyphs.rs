//! The text a born-digital page brings along: glyphs with positions, grouped into words and lines.
//!
//! In: a page as the renderer interprets it. Out: words in pixels of the page as it is shown, or the reason
//! why they are not believed and the page is read like a scan: no Unicode, mostly invisible (a scanner's own
//! reading), letters beside a picture that fills the page, text that was turned into drawings.

use crate::model::geometry::{Box2, Turn};
use crate::model::notes::Note;
use crate::model::page::{PageText, SourcePage, Word};
use hayro::hayro_interpret::font::{Glyph, GlyphRun, Type3Glyph};
use hayro::hayro_interpret::hayro_cmap::BfString;
use hayro::hayro_interpret::{
    BlendMode, CacheKey, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps,
    InterpreterCache, InterpreterSettings, Paint, SoftMask, TransformExt, interpret_page,
};
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::{Affine, BezPath, PathEl, Point, Rect, Shape, Vec2};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Share of glyphs that must have a Unicode meaning.
const MAPPED: f32 = 0.97;
/// Share of the page from which a picture is the page, and letters beside it are an addition.
const PICTURE: f64 = 0.5;
/// Share of the page from which a picture may hold text of its own; a letterhead's logo is smaller.
const LOGO: f64 = 0.08;
/// So many filled shapes of letter size for each letter, and the text was turned into drawings.
const OUTLINES: usize = 2;
/// Fewer shapes are a logo.
const OUTLINES_MIN: usize = 150;
/// Height of a letter in parts of an inch: 4 to 40 points.
const LETTER_INCHES: std::ops::RangeInclusive<f64> = 0.02..=0.4;
/// Glyphs of one page; a page of a telephone book has 20,000.
const GLYPHS_MAX: usize = 200_000;
/// Drawn glyphs of one page that are looked at; a typeface has 256.
const DRAWINGS_MAX: usize = 20_000;
/// Size of the type in heights of the tallest letter of a line.
const DRAWN_HEIGHT: f64 = 1.25;
/// A gap wider than this ends a word, in parts of the size of the type.
const WORD_GAP: f64 = 0.2;
/// A gap wider than this ends a piece of a line: the next column, the information block.
const COLUMN_GAP: f64 = 2.2;
/// Baselines closer than this are one line.
const SAME_LINE: f64 = 0.35;

/// Height of a line above its baseline, in parts of the size of the type.
const ASCENT: f64 = 0.75;

/// What a page says of itself.
#[derive(Clone, Debug, PartialEq)]
pub enum OwnText {
    /// Words that can be believed.
    Believed(PageGlyphs),
    /// There is something, but the page is read like a scan; the note says why.
    Doubted(Note),
    /// No letters.
    None,
}

/// The words of a page, and how it lies.
#[derive(Clone, Debug, PartialEq)]
pub struct PageGlyphs {
    /// Words, in pixels of the page after `turn`.
    pub text: PageText,
    /// How the page as shown must be turned for its text to be upright.
    pub turn: Turn,
    /// Pictures large enough to hold text that is not among the words, in pixels after `turn`.
    pub pictures: Vec<Box2>,
}

/// Reads the glyphs of a page that is drawn as large as `described`.
pub fn read(page: &Page<'_>, described: &SourcePage) -> OwnText {
    let (width, height) = (described.width, described.height);
    let (across, down) = page.render_dimensions();
    if !(across > 0.0 && down > 0.0) {
        return OwnText::None;
    }
    let scale =
        Affine::scale_non_uniform(f64::from(width) / f64::from(across), f64::from(height) / f64::from(down));
    let transform = scale * page.initial_transform(true).to_kurbo();
    let area = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
    let cache = InterpreterCache::new();
    let mut context = Context::new(transform, area, &cache, page.xref(), InterpreterSettings::default());
    let dpi = described.dpi.map_or(300.0, |dpi| f64::from(dpi.x));
    let mut seen = Seen { area, dpi, ..Seen::default() };
    interpret_page(page, &mut context, &mut seen);
    seen.judged(width, height)
}

/// A letter where it stands, in pixels of the shown page.
#[derive(Clone, Debug)]
struct Letter {
    text: String,
    /// Start of its baseline.
    at: Point,
    /// Where the next letter would start.
    next: Point,
    /// Size of the type.
    size: f64,
    ink: Rect,
    direction: Turn,
}

#[derive(Debug, Default)]
struct Seen {
    area: Rect,
    dpi: f64,
    letters: Vec<Letter>,
    unmapped: usize,
    invisible: usize,
    pictures: Vec<Rect>,
    outlines: usize,
    /// Boxes of glyphs that are drawings.
    drawings: HashMap<u128, Rect>,
}

impl<'a> Device<'a> for Seen {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, mode: &DrawMode) {
        if matches!(mode, DrawMode::Invisible) {
            self.invisible += run.glyphs().len();
            return;
        }
        let drawn_size = self.drawn_size(run, &props);
        for positioned in run.glyphs() {
            if self.letters.len() >= GLYPHS_MAX {
                return;
            }
            let place = props.transform * positioned.transform();
            let glyph: &Glyph<'_> = positioned;
            let text = match glyph.as_unicode() {
                Some(BfString::Char(c)) => c.to_string(),
                Some(BfString::String(text)) => text,
                None => String::new(),
            };
            if text.is_empty() || !text.chars().all(meaningful) {
                self.unmapped += 1;
                continue;
            }
            let (advance, ink) = match glyph {
                Glyph::Outline(outline) => {
                    (outline.advance_width().unwrap_or(500.0), outline.outline().bounding_box())
                }
                Glyph::Type3(drawn) => {
                    (drawn.advance_width().unwrap_or(500.0), self.ink_of(drawn, &props.paint))
                }
            };
            let at = place * Point::ORIGIN;
            let next = place * Point::new(f64::from(advance), 0.0);
            let size = match glyph {
                Glyph::Outline(_) => (place * Point::new(0.0, 1000.0) - at).hypot(),
                Glyph::Type3(_) => drawn_size,
            };
            let ink = place.transform_rect_bbox(ink);
            let ink = if ink.is_finite() { ink } else { Rect::from_points(at, next) };
            if !(at.is_finite() && next.is_finite() && self.area.inflate(2.0, 2.0).contains(at)) {
                continue;
            }
            // Letters stand on the line they run along. Where the matrices turn heads down without turning the
            // line, the letters' own descriptions turn them up again: nobody prints mirrored.
            let run = next - at;
            let run = if run.hypot() > 0.0 { run } else { place * Point::new(1.0, 0.0) - at };
            let direction = match (run.x.abs() >= run.y.abs(), run.x > 0.0, run.y > 0.0) {
                (true, true, _) => Turn::None,
                (true, false, _) => Turn::Half,
                (false, _, true) => Turn::Left,
                (false, _, false) => Turn::Right,
            };
            self.letters.push(Letter { text, at, next, size, ink, direction });
        }
    }

    fn draw_image(&mut self, image: Image<'_, '_>, props: ImageDrawProps<'_>) {
        let (width, height) = (image.width(), image.height());
        let shown = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
        let shown = props.transform.transform_rect_bbox(shown).intersect(self.area);
        if shown.is_finite() && shown.area() > 0.0 && self.pictures.len() < GLYPHS_MAX {
            self.pictures.push(shown);
        }
    }

    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'_>, mode: &DrawMode) {
        let bounds = props.transform.transform_rect_bbox(path.bounding_box());
        if matches!(mode, DrawMode::Fill(_)) && LETTER_INCHES.contains(&(bounds.height() / self.dpi)) {
            // Curves, not boxes of a table; a whole line may be one path.
            let curved = path.iter().any(|e| matches!(e, PathEl::CurveTo(..) | PathEl::QuadTo(..)));
            let parts = path.iter().filter(|e| matches!(e, PathEl::MoveTo(_))).count();
            self.outlines = self.outlines.saturating_add(if curved { parts } else { 0 });
        }
    }
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'_>>, _: BlendMode) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

/// Whether a character is one of a text. Fonts without names for their letters number them, and the numbers look
/// like dingbats, pictures, or places for private use.
fn meaningful(c: char) -> bool {
    let picture = ('\u{2600}'..='\u{27bf}').contains(&c);
    let private = matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}');
    !c.is_control() && c != '\u{fffd}' && !picture && !private
}

/// The box of what is drawn.
#[derive(Debug, Default)]
struct Ink(Option<Rect>);

impl Ink {
    fn add(&mut self, shape: Rect) {
        if shape.is_finite() {
            self.0 = Some(self.0.map_or(shape, |all| all.union(shape)));
        }
    }
}

impl Device<'_> for Ink {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'_>, _: &DrawMode) {
        self.add(props.transform.transform_rect_bbox(path.bounding_box()));
    }
    fn draw_image(&mut self, image: Image<'_, '_>, props: ImageDrawProps<'_>) {
        let whole = Rect::new(0.0, 0.0, f64::from(image.width()), f64::from(image.height()));
        self.add(props.transform.transform_rect_bbox(whole));
    }
    fn draw_glyph_run(&mut self, _: &GlyphRun<'_, '_>, _: DrawProps<'_>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'_>>, _: BlendMode) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

impl Seen {
    /// The box of a glyph that is a drawing of its own (Type 3), in thousandths of the type as outlines have it.
    fn ink_of<'a>(&mut self, glyph: &Type3Glyph<'a>, paint: &Paint<'a>) -> Rect {
        let advance = f64::from(glyph.advance_width().unwrap_or(500.0));
        let usual = Rect::new(0.0, 0.0, advance, 700.0);
        let full = self.drawings.len() >= DRAWINGS_MAX;
        match self.drawings.entry(glyph.cache_key()) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(_) if full => usual,
            Entry::Vacant(new) => {
                let mut ink = Ink::default();
                glyph.interpret(&mut ink, Affine::IDENTITY, Affine::IDENTITY, paint);
                *new.insert(ink.0.unwrap_or(usual))
            }
        }
    }

    /// Size of the type of drawn glyphs. What their fonts call it need not have to do with how large they are
    /// drawn; the tallest or widest of a run has about the size.
    fn drawn_size<'a>(&mut self, run: &GlyphRun<'_, 'a>, props: &DrawProps<'a>) -> f64 {
        let mut size = 0.0f64;
        for positioned in run.glyphs() {
            let Glyph::Type3(drawn) = &**positioned else { continue };
            let place = props.transform * positioned.transform();
            let ink = self.ink_of(drawn, &props.paint);
            let along = place * Point::new(f64::from(drawn.advance_width().unwrap_or(0.0)), 0.0)
                - place * Point::ORIGIN;
            let tall = place * Point::new(0.0, ink.height()) - place * Point::ORIGIN;
            size = size.max(along.hypot()).max(tall.hypot() * DRAWN_HEIGHT);
        }
        size
    }

    fn judged(&self, width: u32, height: u32) -> OwnText {
        let printed = self.letters.iter().filter(|l| !l.text.trim().is_empty()).count();
        let all = self.letters.len() + self.unmapped;
        let pictured = self.pictures.iter().map(|p| p.area()).sum::<f64>() / self.area.area().max(1.0);
        let doubt = |code: &str, text: &str| {
            OwnText::Doubted(Note::info(code, format!("{text}; die Seite wurde gelesen wie ein Scan.")))
        };
        if self.invisible > printed {
            doubt("page.text_invisible", "Der Text der Datei ist unsichtbar, also von einem Scanner gelesen")
        } else if self.outlines > OUTLINES_MIN && self.outlines > OUTLINES * printed {
            doubt("page.text_outlined", "Der Text der Seite ist größtenteils gezeichnet")
        } else if all == 0 {
            OwnText::None
        } else if (self.letters.len() as f32) < MAPPED * all as f32 || printed == 0 {
            doubt("page.text_without_meaning", "Der Text der Datei nennt keine Buchstaben")
        } else if pictured >= PICTURE {
            doubt("page.text_over_picture", "Der Text der Datei liegt über einem Bild der Seite")
        } else {
            OwnText::Believed(self.text(width, height))
        }
    }

    /// Turns everything upright, then: letters to words as they were written, words to lines by baseline.
    fn text(&self, width: u32, height: u32) -> PageGlyphs {
        let turn = self.main_turn();
        let (w, h) = (f64::from(width), f64::from(height));
        let upright = match turn {
            Turn::None => Affine::IDENTITY,
            Turn::Right => Affine::new([0.0, 1.0, -1.0, 0.0, h, 0.0]),
            Turn::Half => Affine::new([-1.0, 0.0, 0.0, -1.0, w, h]),
            Turn::Left => Affine::new([0.0, -1.0, 1.0, 0.0, 0.0, w]),
        };
        let mut words: Vec<Letter> = Vec::new();
        let mut open = false;
        for letter in &self.letters {
            if letter.text.trim().is_empty() {
                open = false;
                continue;
            }
            let letter = Letter {
                at: upright * letter.at,
                next: upright * letter.next,
                ink: upright.transform_rect_bbox(letter.ink),
                ..letter.clone()
            };
            match words.last_mut().filter(|word| open && continues(word, &letter)) {
                Some(word) => {
                    word.text.push_str(&letter.text);
                    word.next = letter.next;
                    word.ink = word.ink.union(letter.ink);
                }
                None => words.push(letter),
            }
            open = true;
        }
        let large = |p: &&Rect| p.area() >= LOGO * self.area.area();
        let pictures = self.pictures.iter().filter(large).map(|p| bounds(upright.transform_rect_bbox(*p)));
        PageGlyphs { text: PageText { words: lined_up(words) }, turn, pictures: pictures.collect() }
    }

    /// The turn that makes most letters upright.
    fn main_turn(&self) -> Turn {
        let count = |turn: Turn| self.letters.iter().filter(|l| l.direction == turn).count();
        [Turn::None, Turn::Right, Turn::Half, Turn::Left]
            .into_iter()
            .rev()
            .max_by_key(|t| count(*t))
            .unwrap_or_default()
    }
}

/// Whether a letter goes on with the word before it, in any direction of writing.
fn continues(word: &Letter, letter: &Letter) -> bool {
    let size = word.size.max(letter.size).max(1.0);
    let run = word.next - word.at;
    let along = if run.hypot() > 0.0 { run / run.hypot() } else { Vec2::new(1.0, 0.0) };
    let step = letter.at - word.next;
    let (ahead, aside) = (step.dot(along), step.cross(along).abs());
    aside < SAME_LINE * size && ahead < WORD_GAP * size && ahead > -0.6 * size
}

/// The pixels a shape touches.
fn bounds(shape: Rect) -> Box2 {
    Box2 {
        x: shape.x0.floor() as i32,
        y: shape.y0.floor() as i32,
        w: shape.width().ceil().max(1.0) as i32,
        h: shape.height().ceil().max(1.0) as i32,
    }
}

/// Words in reading order with line and block numbers.
fn lined_up(mut words: Vec<Letter>) -> Vec<Word> {
    words.sort_by(|a, b| a.at.y.total_cmp(&b.at.y).then(a.at.x.total_cmp(&b.at.x)));
    let mut lines: Vec<Vec<Letter>> = Vec::new();
    for word in words {
        let line = lines.iter_mut().rev().take(4).find(|line| {
            line.last().is_some_and(|l| (l.at.y - word.at.y).abs() < SAME_LINE * l.size.min(word.size))
        });
        match line {
            Some(line) => line.push(word),
            None => lines.push(vec![word]),
        }
    }
    let mut out = Vec::new();
    let (mut line_number, mut block) = (0u32, 0u32);
    let mut above: Option<(f64, f64)> = None;
    for mut line in lines {
        line.sort_by(|a, b| a.at.x.total_cmp(&b.at.x));
        let (y, size) = line.first().map_or((0.0, 0.0), |w| (w.at.y, w.size));
        if above.is_some_and(|(last, height)| y - last > 1.9 * height.max(size)) {
            block += 1;
        }
        above = Some((y, size));
        let mut end: Option<f64> = None;
        for word in line {
            if end.is_some_and(|end| word.ink.x0 - end > COLUMN_GAP * word.size) {
                line_number += 1;
            }
            end = Some(word.ink.x1);
            out.push(Word {
                text: word.text,
                bounds: bounds(word.ink),
                confidence: 1.0,
                line: line_number,
                block,
                baseline_start: [word.at.x as f32, word.at.y as f32],
                baseline_end: [word.next.x as f32, word.next.y as f32],
                ascent: (word.size * ASCENT) as f32,
                stamped: false,
            });
        }
        line_number += 1;
    }
    out
}
