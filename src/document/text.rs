//! Words as lines in zones of a letter (DIN 5008, forms A and B).
//!
//! In: read pages. Out: lines with folded text for matching. Coordinates are
//! judged in millimetres, with tolerance for scan offset.

use crate::model::geometry::Box2;
use crate::model::page::ReadPage;

/// Where on the letter a line stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Zone {
    /// Anywhere.
    Any,
    /// Above the address window, first page.
    Letterhead,
    /// Address window with its return line, first page.
    Address,
    /// Subject and information block: below the window, above the salutation, first page.
    Subject,
    /// Salutation and what follows.
    Body,
    /// Lowest part of a page, below the text.
    Footer,
    /// A line of few words on the first page, wherever it stands: a stamp, a label; and the whole front of an
    /// envelope.
    Mark,
    /// First page.
    FirstPage,
}

/// A page with at most so many words and no salutation may be the front of an envelope.
const ENVELOPE_WORDS: usize = 45;
/// A line of at most so many words may be a stamp or label.
const MARK_WORDS: usize = 5;

/// One line of text.
#[derive(Clone, Debug)]
pub struct Line {
    /// Page of the document, from 1.
    pub page: u32,
    /// As read.
    pub text: String,
    /// For matching: see [`folded`].
    pub folded: String,
    /// Where.
    pub bounds: Box2,
    /// Mean confidence of its words.
    pub confidence: f32,
    /// Zone by geometry.
    pub zone: Zone,
    /// In the lowest part of the page.
    pub low: bool,
    /// On what looks like the front of an envelope: every zone but the body.
    pub envelope: bool,
    /// Words of a receipt stamp, not of the letter.
    pub stamped: bool,
}

impl Line {
    /// Whether the line belongs to a zone of a rule.
    pub fn is_in(&self, zone: Zone) -> bool {
        match zone {
            Zone::Any => true,
            Zone::FirstPage => self.page == 1,
            Zone::Footer => self.low,
            Zone::Mark => self.envelope || self.page == 1 && self.text.split(' ').count() <= MARK_WORDS,
            Zone::Letterhead | Zone::Address | Zone::Subject if self.envelope => true,
            other => self.zone == other,
        }
    }
}

/// Lines of all pages in reading order.
pub fn lines(pages: &[&ReadPage]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut body_began = false;
    for (page, number) in pages.iter().zip(1u32..) {
        let dots_per_mm = page.measured.dpi.max(1.0) / 25.4;
        let mut current = None;
        for word in &page.text.words {
            if current == Some(word.line)
                && let Some(line) = lines.last_mut()
            {
                let count = line.text.split(' ').count() as f32;
                line.confidence = (line.confidence * count + word.confidence) / (count + 1.0);
                line.text.push(' ');
                line.text.push_str(&word.text);
                line.bounds = line.bounds.union(word.bounds);
                continue;
            }
            current = Some(word.line);
            lines.push(Line {
                page: number,
                text: word.text.clone(),
                folded: String::new(),
                bounds: word.bounds,
                confidence: word.confidence,
                zone: Zone::Body,
                low: false,
                envelope: false,
                stamped: word.stamped,
            });
        }
        let here = lines.iter().filter(|l| l.page == number);
        let envelope =
            page.text.words.len() <= ENVELOPE_WORDS && !here.clone().any(|l| is_salutation(&folded(&l.text)));
        for line in lines.iter_mut().filter(|l| l.page == number) {
            line.folded = folded(&line.text);
            line.envelope = envelope;
            line.low = line.bounds.y as f32 > 0.9 * page.measured.height as f32;
            let x = line.bounds.x as f32 / dots_per_mm;
            let y = (line.bounds.y + line.bounds.h / 2) as f32 / dots_per_mm;
            body_began |= is_salutation(&line.folded);
            line.zone = if number > 1 || body_began {
                Zone::Body
            } else if x < 105.0 && (38.0..=95.0).contains(&y) {
                Zone::Address
            } else if y < 45.0 {
                Zone::Letterhead
            } else if y < 150.0 {
                Zone::Subject
            } else {
                Zone::Body
            };
        }
    }
    lines
}

/// Lines of a plain text, for the examples of rule files: the first is the subject.
pub fn lines_of(text: &str) -> Vec<Line> {
    let line = |(number, text): (usize, &str)| Line {
        page: 1,
        text: text.to_owned(),
        folded: folded(text),
        bounds: Box2::default(),
        confidence: 1.0,
        zone: if number == 0 { Zone::Subject } else { Zone::Body },
        low: false,
        envelope: false,
        stamped: false,
    };
    text.lines().map(str::trim).filter(|l| !l.is_empty()).enumerate().map(line).collect()
}

/// "Sehr geehrte", "Guten Tag", "Liebe" at the beginning of a line.
pub fn is_salutation(folded: &str) -> bool {
    [
        "sehr geehrte",
        "sehr verehrte",
        "guten tag",
        "guten morgen",
        "guten abend",
        "gruss gott",
        "liebe ",
        "lieber ",
        "werte ",
        "werter ",
        "hallo ",
        "moin ",
    ]
    .iter()
    .any(|s| folded.starts_with(s))
        || ["hallo", "moin"].contains(&folded)
}

/// Lower case, umlauts and ß as their base letters, anything else that is no letter or digit a blank.
pub fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            'ä' => out.push('a'),
            'ö' => out.push('o'),
            'ü' => out.push('u'),
            'ß' => out.push_str("ss"),
            c if c.is_alphanumeric() => out.push(c),
            _ if out.ends_with(' ') || out.is_empty() => {}
            _ => out.push(' '),
        }
    }
    if out.ends_with(' ') {
        out.pop();
    }
    out
}
