//! Paper that is no letter: leaflets and the fronts of envelopes. In: the content. Out: one sheet.

use super::{Setter, wrap};
use crate::dice::Dice;
use crate::fonts::face;
use crate::ink::{PX, Sheet};
use crate::letter::Block;

impl Setter<'_> {
    pub(super) fn flyer(&mut self, dice: &mut Dice, family: usize) {
        let letter = self.letter;
        let colours: [[u8; 3]; 4] = [[255, 210, 60], [140, 205, 240], [250, 150, 120], [170, 220, 140]];
        let colour = *dice.pick(&colours);
        let height = dice.real(55.0, 90.0);
        self.sheet().fill_colour(0.0, 0.0, 210.0, height, colour);
        let mut size = 40.0f32;
        let longest = |size: f32| {
            letter
                .subject
                .split(' ')
                .map(|w| f64::from(face(family, true, size).width(w)) / PX)
                .fold(0.0, f64::max)
        };
        while longest(size) > 165.0 {
            size -= 2.0;
        }
        let big = face(family, true, size);
        let mut y = 28.0;
        for line in wrap(&big, &letter.subject, 168.0) {
            self.sheet().text(&big, 22.0, y, &line);
            y += f64::from(size) * 0.42;
        }
        self.y = y.max(height) + 16.0;
        let head = face(family, true, 20.0);
        self.body = face(family, false, 14.0);
        self.lead = 7.2;
        for block in &letter.blocks {
            match block {
                Block::Head(text) => {
                    for line in wrap(&head, text, 165.0) {
                        let (x, y) = (self.left, self.y);
                        self.sheet().text(&head, x, y, &line);
                        self.y += 10.0;
                    }
                }
                Block::Item(text) => self.paragraph(&format!("• {text}"), false, 4.0),
                Block::Para(text) => self.paragraph(text, false, 0.0),
                _ => {}
            }
            self.y += 5.0;
        }
        let small = self.small.clone();
        let foot = format!(
            "{} · {} · {} · {}",
            letter.sender.name, letter.sender.street, letter.sender.place, letter.sender.phone
        );
        self.sheet().text(&small, 25.0, 285.0, &foot);
    }

    /// The front of a C5 envelope.
    pub(super) fn envelope(&mut self, dice: &mut Dice, family: usize) {
        let letter = self.letter;
        let mut sheet = Sheet::new(229.0, 162.0);
        if letter.hold == Some("hold.wahl") {
            sheet.fill_colour(0.0, 0.0, 229.0, 162.0, [250, 165, 150]);
        }
        let (small, body, bold) =
            (face(family, false, 9.0), face(family, false, 13.0), face(family, true, 15.0));
        let sender = [&letter.sender.name, &letter.sender.street, &letter.sender.place];
        for (i, line) in sender.iter().enumerate() {
            sheet.text(&small, 14.0, 16.0 + 4.4 * i as f64, line);
        }
        // Postage.
        sheet.frame(196.0, 10.0, 22.0, 26.0, 0.3);
        sheet.fill(199.0, 14.0, 16.0, 12.0, 150);
        sheet.text(&small, 199.5, 32.0, "DV 07");
        let x = dice.real(92.0, 112.0);
        let mut y = dice.real(74.0, 86.0);
        for mark in &letter.mark {
            if letter.hold == Some("hold.wahl") || letter.hold == Some("hold.angebot") {
                let wide = face(family, true, 20.0);
                sheet.text(&wide, 20.0, 58.0, mark);
            } else {
                sheet.text(&bold, x, y, mark);
                y += 8.0;
            }
        }
        for line in &letter.to {
            sheet.text(&body, x, y, line);
            y += 6.6;
        }
        self.sheets = vec![sheet];
    }
}
