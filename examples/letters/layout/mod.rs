//! From content to pages. In: a letter and layout dice. Out: sheets of A4 (or an envelope) set as DIN 5008
//! form A or B, as private letters, forms or leaflets, with their words in reading order.

mod forms;
mod heads;
mod papers;
mod wide;

use crate::dice::Dice;
use crate::fonts::{FAMILIES, Face, face};
use crate::ink::{PX, Sheet};
use crate::letter::{Block, Letter};
use crate::words::Shape;
use std::rc::Rc;

/// A letter as pages, and where people put things on it.
pub struct Pages {
    /// The pages.
    pub sheets: Vec<Sheet>,
    /// Where the signature belongs: page, x and y in millimetres.
    pub signature: Option<(usize, f64, f64)>,
    /// Fold marks in millimetres from the top.
    pub folds: [f64; 2],
}

/// The setter's state: the page at hand and the pen's height.
struct Setter<'a> {
    letter: &'a Letter,
    sheets: Vec<Sheet>,
    body: Rc<Face>,
    bold: Rc<Face>,
    small: Rc<Face>,
    left: f64,
    right: f64,
    bottom: f64,
    y: f64,
    lead: f64,
    form_style: i64,
    page_style: i64,
    own_pages: usize,
    /// A date that stands at the end instead of the head.
    date_at_end: Option<String>,
}

/// Sets a letter.
pub fn set(letter: &Letter, dice: &mut Dice) -> Pages {
    let choices: Vec<usize> =
        (0..FAMILIES.len()).filter(|&i| FAMILIES[i].held_out == letter.held_out).collect();
    let family = *dice.pick(&choices);
    let head_family = if FAMILIES[family].mono || dice.chance(15) { *dice.pick(&choices) } else { family };
    let wide = matches!(
        FAMILIES[family].name,
        "DejaVu Sans" | "DejaVu Serif" | "DejaVu Sans Mono" | "Liberation Mono" | "Courier Prime"
    );
    let points = *dice.pick(if wide { &[9.0f32, 9.5, 10.0] } else { &[10.0f32, 10.5, 11.0, 11.0, 12.0] });
    let mut setter = Setter {
        letter,
        sheets: vec![Sheet::a4()],
        body: face(family, false, points),
        bold: face(family, true, points),
        small: face(head_family, false, 7.5),
        left: 25.0,
        right: 190.0,
        bottom: 262.0,
        y: 30.0,
        lead: f64::from(points) * 0.3528 * dice.real(1.22, 1.45),
        form_style: if letter.held_out { 2 } else { dice.range(0, 1) },
        page_style: if letter.held_out { dice.range(2, 3) } else { dice.range(0, 1) },
        own_pages: 0,
        date_at_end: None,
    };
    let mut folds = [105.0, 210.0];
    let mut signature = None;
    match letter.shape {
        Shape::Envelope => setter.envelope(dice, family),
        Shape::Flyer => setter.flyer(dice, head_family),
        Shape::Form => {
            setter.form_head(dice, head_family);
            setter.bottom = 278.0;
            setter.blocks(&letter.blocks);
            setter.y += 10.0;
            setter.room(10.0);
            signature = Some((setter.sheets.len() - 1, setter.left + 70.0, setter.y));
            setter.signature_line();
        }
        Shape::Letter => {
            if letter.private && letter.wide {
                setter.private_wide(dice);
            } else if letter.private {
                setter.private_head(dice);
            } else {
                let form_a = dice.chance(40);
                if form_a {
                    folds = [87.0, 192.0];
                }
                if letter.wide {
                    setter.business_wide(dice, head_family, form_a);
                } else {
                    setter.business_head(dice, head_family, form_a);
                }
            }
            setter.subject(dice);
            setter.line(&letter.greeting.clone(), false);
            setter.y += setter.lead * 0.6;
            setter.blocks(&letter.blocks);
            signature = setter.close(dice);
            if !letter.private {
                setter.foot(dice, head_family);
            }
            if !letter.annex.is_empty() {
                setter.own_pages = setter.sheets.len();
                setter.next_page();
                setter.blocks(&letter.annex);
            }
        }
    }
    setter.number_pages();
    setter.stamped_marks(dice);
    Pages { sheets: setter.sheets, signature, folds }
}

impl Setter<'_> {
    fn sheet(&mut self) -> &mut Sheet {
        let last = self.sheets.len() - 1;
        &mut self.sheets[last]
    }

    /// Makes sure that `height` millimetres are left, else begins a page.
    fn room(&mut self, height: f64) {
        if self.y + height > self.bottom {
            self.next_page();
        }
    }

    fn next_page(&mut self) {
        self.sheets.push(Sheet::a4());
        self.y = 27.0;
    }

    /// One line of body text.
    fn line(&mut self, text: &str, bold: bool) {
        self.room(self.lead);
        let (x, y, lead) = (self.left, self.y, self.lead);
        let face = if bold { self.bold.clone() } else { self.body.clone() };
        self.sheet().text(&face, x, y, text);
        self.y = y + lead;
    }

    /// A wrapped paragraph, indented.
    fn paragraph(&mut self, text: &str, bold: bool, indent: f64) {
        let face = if bold { self.bold.clone() } else { self.body.clone() };
        for line in wrap(&face, text, self.right - self.left - indent) {
            self.room(self.lead);
            let (x, y) = (self.left + indent, self.y);
            self.sheet().text(&face, x, y, &line);
            self.y += self.lead;
        }
    }

    fn subject(&mut self, dice: &mut Dice) {
        let subject = self.letter.subject.clone();
        if subject.is_empty() {
            return;
        }
        let prefix = match (self.letter.private, self.letter.wide) {
            (_, true) => {
                let prefixes = ["", "", "", "Betreff: ", "Betr.: ", "", "", "", "Betrifft: ", "Betreff "];
                crate::wide::half(&prefixes, self.letter.held_out, dice)
            }
            (true, _) => *dice.pick(&["", "", "Betreff: ", "Betr.: "]),
            _ => "",
        };
        self.paragraph(&format!("{prefix}{subject}"), dice.chance(80), 0.0);
        self.y += self.lead;
    }

    fn blocks(&mut self, blocks: &[Block]) {
        let letter = self.letter;
        let mut previous = 0;
        for block in blocks {
            let class = match block {
                Block::Para(_) => 1,
                Block::Head(_) => 2,
                Block::Item(_) => 3,
                Block::Row(..) => 4,
                Block::Tick(..) => 5,
                Block::Table(_) => 6,
                Block::Page => 7,
                Block::Data(_) => 8,
            };
            if previous != 0 && (class != previous || class == 1) {
                self.y += self.lead * 0.6;
            }
            previous = class;
            match block {
                Block::Para(text) => self.paragraph(text, false, 0.0),
                Block::Head(text) => {
                    self.room(self.lead * 3.0);
                    self.paragraph(text, true, 0.0);
                }
                Block::Item(text) => {
                    self.room(self.lead);
                    let (x, y, body) = (self.left, self.y, self.body.clone());
                    self.sheet().draw(&body, x + 2.0, y, "-");
                    self.paragraph(text, false, 7.0);
                }
                Block::Row(label, value) if letter.shape == Shape::Form => self.form_row(label, value),
                Block::Row(label, value) => {
                    self.room(self.lead);
                    let (x, y, body) = (self.left, self.y, self.body.clone());
                    self.sheet().cell(&body, x, y, &format!("{label}:"), true);
                    self.sheet().cell(&body, x + 58.0, y, value, false);
                    self.y += self.lead;
                }
                Block::Tick(on, text) => self.tick(*on, text),
                Block::Table(table) => self.table(table),
                Block::Page => self.next_page(),
                Block::Data(rows) => self.data(rows),
            }
        }
    }

    /// Close, space for the signature, name, enclosures.
    fn close(&mut self, dice: &mut Dice) -> Option<(usize, f64, f64)> {
        self.y += self.lead;
        self.room(self.lead * 6.0);
        let letter = self.letter;
        if let Some(date) = self.date_at_end.take() {
            self.line(&date, false);
            self.y += self.lead * 0.5;
        }
        self.line(&letter.closing, false);
        if !letter.private && dice.chance(40) {
            self.line(&letter.sender.name, false);
        }
        let place = (self.sheets.len() - 1, self.left + 3.0, self.y + self.lead * 1.2);
        self.y += self.lead * 2.6;
        let role =
            if letter.private { "" } else { *dice.pick(&["", "i. A. ", "Geschäftsführung: ", "gez. "]) };
        self.line(&format!("{role}{}", letter.signer), false);
        if !letter.enclosures.is_empty() {
            self.y += self.lead;
            let label = *dice.pick(&["Anlage: ", "Anlagen: ", "Anlage(n): "]);
            self.paragraph(&format!("{label}{}", letter.enclosures), false, 0.0);
        }
        Some(place)
    }

    /// Page numbers, once their count is known.
    fn number_pages(&mut self) {
        // An enclosure is not numbered with the letter.
        let total = if self.own_pages > 0 { self.own_pages } else { self.sheets.len() };
        if total < 2 {
            return;
        }
        let face = self.body.clone();
        let letter = self.letter;
        for n in 1..=total {
            let text = match self.page_style {
                0 => format!("Seite {n} von {total}"),
                1 => format!("Seite {n}/{total}"),
                2 => format!("Blatt {n} von {total}"),
                _ => format!("- {n} -"),
            };
            let width = f64::from(face.width(&text)) / PX;
            let sheet = &mut self.sheets[n - 1];
            let x = if self.page_style == 1 { 107.5 - width / 2.0 } else { 190.0 - width };
            sheet.text(&face, x, if letter.shape == Shape::Form { 286.0 } else { 268.5 }, &text);
        }
    }
}

/// Breaks a text into lines of at most `width` millimetres.
fn wrap(face: &Face, text: &str, width: f64) -> Vec<String> {
    let limit = (width * PX) as f32;
    let space = face.width(" ");
    let (mut lines, mut line, mut used) = (Vec::new(), String::new(), 0.0);
    for word in text.split_whitespace() {
        let w = face.width(word);
        if !line.is_empty() && used + space + w > limit {
            lines.push(std::mem::take(&mut line));
            used = 0.0;
        }
        if !line.is_empty() {
            line.push(' ');
            used += space;
        }
        line.push_str(word);
        used += w;
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}
