//! Heads of letters beyond the norm's two forms: where private people put sender and date, how houses set return
//! line and information block. In: the setter at the top of a page. Out: the setter where the subject stands.
//! Held-out letters use the second half of every list.

use super::{Setter, wrap};
use crate::dice::Dice;
use crate::fonts::face;
use crate::ink::{PX, Sheet, Tint, px};
use crate::wide::half;

/// Where a private letter has its date.
#[derive(Clone, Copy, PartialEq)]
enum DateAt {
    Right,
    Left,
    AboveAddress,
    Label,
    End,
    BesidePlace,
}

impl Setter<'_> {
    fn right_text(&mut self, face: &crate::fonts::Face, y: f64, text: &str) {
        let x = self.right - f64::from(face.width(text)) / PX;
        self.sheet().text(face, x, y, text);
    }

    /// Sender and date as people without letterhead place them.
    pub(super) fn private_wide(&mut self, dice: &mut Dice) {
        let letter = self.letter;
        let (held, s) = (letter.held_out, &letter.sender);
        let (body, small, lead) = (self.body.clone(), self.small.clone(), self.lead);
        let mut lines = vec![s.name.clone(), s.street.clone(), s.place.clone()];
        match dice.range(0, 3) {
            0 => lines.push(format!("Tel. {}", s.phone)),
            1 => lines.push(format!("Telefon: {}", s.phone)),
            2 => lines.push(format!("E-Mail: {}", s.mail)),
            _ => {}
        }
        let mut y = dice.real(16.0, 26.0);
        let style = half(&[0, 1, 2, 3, 0, 1, 4, 5, 6, 7, 5, 0], held, dice);
        let mut returned = false;
        match style {
            0 => lines.iter().enumerate().for_each(|(i, l)| {
                self.sheet().text(&body, 25.0, y + lead * i as f64, l);
            }),
            1 => lines.iter().enumerate().for_each(|(i, l)| {
                self.sheet().text(&body, 130.0, y + lead * i as f64, l);
            }),
            2 => {
                let joint = half(&[", ", " · ", " | ", " - ", " / ", " • "], held, dice);
                let head = wrap(&body, &lines.join(joint), self.right - 25.0);
                for (i, line) in head.iter().enumerate() {
                    self.sheet().text(&body, 25.0, y + lead * i as f64, line);
                }
                y += lead * (head.len() - 1) as f64;
            }
            3 => {
                self.sheet().text(&body, 25.0, y, "Absender:");
                for (i, line) in lines.iter().enumerate() {
                    self.sheet().text(&body, 25.0, y + lead * (i + 1) as f64, line);
                }
                y += self.lead;
            }
            4 => {
                for (i, line) in lines.iter().enumerate() {
                    let y = y + lead * i as f64;
                    self.right_text(&body, y, line);
                }
            }
            5 => {
                for (i, line) in lines.iter().enumerate() {
                    let x = 107.5 - f64::from(body.width(line)) / PX / 2.0;
                    self.sheet().text(&body, x, y + lead * i as f64, line);
                }
            }
            6 => {
                self.sheet().text(&body, 25.0, y, &format!("Abs.: {}", lines[..3].join(", ")));
            }
            _ => {
                // Only a return line above the address, as in window envelopes.
                returned = true;
            }
        }
        y += self.lead * if matches!(style, 2 | 6 | 7) { 1.0 } else { lines.len() as f64 };
        let town = s.place.split_once(' ').map_or("", |p| p.1).to_string();
        let at = half(
            &[
                DateAt::Right,
                DateAt::Right,
                DateAt::Left,
                DateAt::AboveAddress,
                DateAt::End,
                DateAt::Label,
                DateAt::BesidePlace,
                DateAt::Right,
                DateAt::End,
                DateAt::Left,
            ],
            held,
            dice,
        );
        let text = letter.date_text.clone();
        let dated = match dice.range(0, 5) {
            0 => format!("{town}, {text}"),
            1 => format!("{town}, den {text}"),
            2 => format!("{town}, am {text}"),
            3 => format!("{town} {text}"),
            4 => format!("den {text}"),
            _ => text.clone(),
        };
        if at == DateAt::AboveAddress {
            self.right_text(&body, y + self.lead, &dated);
            y += 2.0 * self.lead;
        }
        self.y = if dice.chance(50) { y.max(50.0) + 4.0 } else { y.max(38.0) + 10.0 };
        if returned {
            let line = format!("{}, {}, {}", s.name, s.street, s.place);
            let y = self.y - 4.0;
            self.sheet().text(&small, 25.0, y, &line);
            self.sheet().rule(25.0, y + 1.0, 80.0, 0.2);
            self.y += 2.0;
        }
        let first = self.y;
        for line in letter.mark.iter().chain(&letter.to) {
            self.line(line, letter.mark.contains(line));
        }
        if at == DateAt::BesidePlace {
            self.right_text(&body, first, &dated);
        }
        self.y = self.y.max(74.0) + dice.real(4.0, 14.0);
        match at {
            DateAt::Right => {
                let y = self.y;
                self.right_text(&body, y, &dated);
                self.y += self.lead * 2.5;
            }
            DateAt::Left => {
                let (x, y) = (self.left, self.y);
                self.sheet().text(&body, x, y, &dated);
                self.y += self.lead * 2.5;
            }
            DateAt::Label => {
                let (x, y) = (self.left, self.y);
                self.sheet().text(&body, x, y, &format!("Datum: {text}"));
                self.y += self.lead * 2.2;
            }
            DateAt::End => self.date_at_end = Some(dated),
            _ => self.y += self.lead,
        }
    }

    /// Letterhead, window and information in one of the ways of houses.
    pub(super) fn business_wide(&mut self, dice: &mut Dice, family: usize, form_a: bool) {
        let letter = self.letter;
        let (held, s) = (letter.held_out, &letter.sender);
        let top = if form_a { 27.0 } else { 45.0 };
        self.letterhead(dice, family, top);
        let (small, body) = (self.small.clone(), self.body.clone());
        let joint = half(&[" · ", ", ", " | ", " - ", " • ", " / ", " * ", " – "], held, dice);
        let back = [s.name.as_str(), &s.street, &s.place].join(joint);
        let back_face =
            if f64::from(small.width(&back)) / PX > 82.0 { face(family, false, 6.0) } else { small.clone() };
        // Some houses have no return line, or one of two lines.
        match dice.range(0, 9) {
            0 => {}
            1 | 2 => {
                self.sheet().text(&back_face, 25.0, top + 1.5, &s.name);
                self.sheet().text(&back_face, 25.0, top + 4.2, &format!("{}{joint}{}", s.street, s.place));
            }
            _ => {
                self.sheet().text(&back_face, 25.0, top + 4.0, &back);
            }
        }
        let mut y = top + 9.0;
        for line in &letter.mark {
            let bold = self.bold.clone();
            self.sheet().text(&bold, 25.0, y, line);
            y += 4.23;
        }
        y = y.max(top + 17.7 + 3.2);
        for line in &letter.to {
            self.sheet().text(&body, 25.0, y, line);
            y += 4.6;
        }
        self.y = y.max(top + 50.0);
        let style = half(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 0], held, dice);
        self.information(style, dice, family, top);
    }

    fn information(&mut self, style: i32, dice: &mut Dice, family: usize, top: f64) {
        let letter = self.letter;
        let infos: Vec<(String, String)> = letter.infos.clone();
        let (body, bold) = (self.body.clone(), self.bold.clone());
        let value_face = face(family, false, 8.5);
        let label_face = face(family, false, *dice.pick(&[6.0f32, 6.5, 7.0]));
        let mut y = top + 6.0;
        match style {
            // Labels and values in two columns, with or without colon, bold or not.
            0 | 4 => {
                let (colon, gap) = (if dice.chance(60) { ":" } else { "" }, dice.real(27.0, 34.0));
                let face_of_label = if style == 4 { face(family, true, 8.0) } else { value_face.clone() };
                for (label, value) in &infos {
                    self.sheet().cell(&face_of_label, 122.0, y, &format!("{label}{colon}"), true);
                    self.sheet().cell(&value_face, 122.0 + gap, y, value, false);
                    y += 4.7;
                }
            }
            // Each value below its small label.
            1 | 5 => {
                let step = if style == 1 { 3.6 } else { 4.0 };
                for (label, value) in &infos {
                    self.sheet().text(&label_face, 128.0, y, label);
                    self.sheet().text(&value_face, 128.0, y + step, value);
                    y += step * 2.0 + dice.real(0.6, 2.0);
                }
            }
            // `Label: value` as one text.
            2 => {
                for (label, value) in &infos {
                    self.sheet().text(&value_face, 125.0, y, &format!("{label}: {value}"));
                    y += 4.7;
                }
            }
            // A line of labels, values below; two lines of them where there are many.
            3 | 7 => {
                let mut line = top + 53.5;
                for some in infos.chunks(if style == 3 { 4 } else { 3 }) {
                    let step = 165.0 / some.len().max(3) as f64;
                    let colon = if style == 7 { ":" } else { "" };
                    for (i, (label, _)) in some.iter().enumerate() {
                        let x = 25.0 + step * i as f64;
                        self.sheet().cell(&label_face, x, line, &format!("{label}{colon}"), i == 0);
                    }
                    for (i, (_, value)) in some.iter().enumerate() {
                        let x = 25.0 + step * i as f64;
                        self.sheet().cell(&value_face, x, line + 4.0, value, i == 0);
                    }
                    line += 9.5;
                }
                y = line - 4.0;
            }
            // Lines at the left margin above the subject.
            6 => {
                let mut line = self.y + 4.0;
                for (label, value) in &infos {
                    self.sheet().text(&body, 25.0, line, &format!("{label}: {value}"));
                    line += self.lead;
                }
                y = line;
            }
            // The house's address above the block, labels set to the right edge of their column.
            _ => {
                self.sheet().text(&bold, 125.0, y, &letter.sender.name);
                self.sheet().text(&value_face, 125.0, y + 4.2, &letter.sender.street);
                self.sheet().text(&value_face, 125.0, y + 8.2, &letter.sender.place);
                y += 15.0;
                for (label, value) in &infos {
                    let width = f64::from(label_face.width(label)) / PX;
                    self.sheet().cell(&label_face, 152.0 - width, y, label, true);
                    self.sheet().cell(&value_face, 154.0, y, value, false);
                    y += 4.4;
                }
            }
        }
        self.y = self.y.max(top + 53.46).max(y + 8.5);
    }

    /// Notes to whoever opens the post, as stamp, label or in colour, at a place of their own.
    pub(super) fn stamped_marks(&mut self, dice: &mut Dice) {
        let letter = self.letter;
        for mark in &letter.stamped {
            let points = *dice.pick(&[11.0f32, 13.0, 16.0, 20.0]);
            let face = face(dice.range(0, 9) as usize, true, points);
            let width = f64::from(face.width(mark)) / PX + 8.0;
            let height = f64::from(points) * 0.3528 + 6.0;
            let mut paper = Sheet::new(width, height + 4.0);
            paper.text(&face, 4.0, height - 3.0, mark);
            let form = dice.range(0, 3);
            if form < 2 {
                paper.frame(0.8, 1.0, width - 1.6, height, 0.5);
            }
            let lean = if form == 0 { dice.real(-9.0, 9.0) } else { dice.real(-1.0, 1.0) };
            let shape = crate::damage::skew(&paper.raster, lean, 255);
            let colours = [[190, 20, 30], [150, 20, 40], [30, 40, 140], [20, 20, 20]];
            let colour = colours[dice.range(0, 3) as usize];
            let strength = dice.range(170, 255) as u32;
            let alpha = shape.data.iter().map(|&v| ((255 - u32::from(v)) * strength / 255) as u8).collect();
            let sheet = &mut self.sheets[0];
            let room = (sheet.raster.w as f64 / PX - width - 8.0).max(6.0);
            let envelope = sheet.raster.h < 3000;
            let (x, y) = match (envelope, dice.chance(50)) {
                (true, true) => (dice.real(8.0, room.min(90.0)), dice.real(34.0, 52.0)),
                (true, false) => (dice.real(8.0, room.min(70.0)), dice.real(118.0, 140.0)),
                (false, true) => (room.min(dice.real(112.0, 130.0)), dice.real(28.0, 40.0)),
                (false, false) => (dice.real(20.0, 30.0).min(room), dice.real(4.0, 10.0)),
            };
            sheet.stick(&paper, x, y);
            sheet.tints.push(Tint { x: px(x), y: px(y), w: shape.w, alpha, colour });
        }
    }

    /// Labels in a row, values below them.
    pub(super) fn data(&mut self, rows: &[(String, String)]) {
        let (left, width, lead) = (self.left, self.right - self.left, self.lead);
        self.room(lead * 3.0);
        let (y, body, bold) = (self.y, self.body.clone(), self.bold.clone());
        let step = width / rows.len().max(3) as f64;
        let fits =
            |face: &crate::fonts::Face| rows.iter().all(|r| f64::from(face.width(&r.0)) / PX < step - 2.0);
        let head = if fits(&bold) { bold } else { self.small.clone() };
        for (i, (label, _)) in rows.iter().enumerate() {
            self.sheet().cell(&head, left + step * i as f64, y, label, i == 0);
        }
        self.sheet().rule(left, y + 1.5, width, 0.2);
        for (i, (_, value)) in rows.iter().enumerate() {
            self.sheet().cell(&body, left + step * i as f64, y + lead * 1.25, value, i == 0);
        }
        self.y = y + lead * 2.6;
    }
}
