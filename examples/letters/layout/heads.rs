//! Heads and feet of letters: private senders, letterheads, window, information block, reference line. In: the
//! setter at the top of a page. Out: the setter where the subject stands.

use super::Setter;
use crate::dice::Dice;
use crate::fonts::face;
use crate::ink::PX;
use crate::invented::grouped;

impl Setter<'_> {
    /// Sender above, date on the right, no letterhead.
    pub(super) fn private_head(&mut self, dice: &mut Dice) {
        let letter = self.letter;
        let sender = [
            letter.sender.name.clone(),
            letter.sender.street.clone(),
            letter.sender.place.clone(),
            format!("Tel. {}", letter.sender.phone),
        ];
        let style = if letter.held_out { 3 } else { dice.range(0, 2) };
        let face = self.body.clone();
        let shown = if dice.chance(60) { 4 } else { 3 };
        let mut y = dice.real(18.0, 27.0);
        for (i, line) in sender.iter().take(shown).enumerate() {
            match style {
                0 => self.sheet().text(&face, 25.0, y, line),
                1 => self.sheet().text(&face, 128.0, y, line),
                2 => {
                    // One line under a rule.
                    if i == 0 {
                        self.sheet().text(&face, 25.0, y, &sender[..shown].join(" · "));
                        self.sheet().rule(25.0, y + 1.5, 165.0, 0.3);
                    }
                    0.0
                }
                _ => {
                    let width = f64::from(face.width(line)) / PX;
                    self.sheet().text(&face, 107.5 - width / 2.0, y, line)
                }
            };
            y += self.lead;
        }
        self.y = if dice.chance(50) { 54.0 } else { y.max(40.0) + 10.0 };
        for line in letter.mark.iter().chain(&letter.to) {
            self.line(line, letter.mark.contains(line));
        }
        self.y = self.y.max(80.0) + dice.real(4.0, 12.0);
        let town = letter.sender.place.split_once(' ').map_or("", |p| p.1).to_string();
        let date = match dice.range(0, 2) {
            0 => format!("{town}, {}", letter.date_text),
            1 => format!("{town}, den {}", letter.date_text),
            _ => letter.date_text.clone(),
        };
        let width = f64::from(face.width(&date)) / PX;
        let (x, y) = (if letter.held_out { self.left } else { self.right - width }, self.y);
        self.sheet().text(&face, x, y, &date);
        self.y += self.lead * 2.5;
    }

    /// Letterhead, window, information block or reference line.
    pub(super) fn business_head(&mut self, dice: &mut Dice, family: usize, form_a: bool) {
        let letter = self.letter;
        let top = if form_a { 27.0 } else { 45.0 };
        self.letterhead(dice, family, top);
        let small = self.small.clone();
        let body = self.body.clone();
        let back = format!("{} · {} · {}", letter.sender.name, letter.sender.street, letter.sender.place);
        let back_face =
            if f64::from(small.width(&back)) / PX > 82.0 { face(family, false, 6.0) } else { small.clone() };
        self.sheet().text(&back_face, 25.0, top + 4.0, &back);
        if dice.chance(50) {
            self.sheet().rule(25.0, top + 5.0, 80.0, 0.2);
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
        for mark in if form_a { [87.0, 148.5, 192.0] } else { [105.0, 148.5, 210.0] } {
            self.sheet().rule(4.0, mark, 5.0, 0.2);
        }
        let infos = &letter.infos;
        if dice.chance(if letter.held_out { 30 } else { 65 }) {
            let widest = |points: f32| {
                infos
                    .iter()
                    .map(|(_, v)| f64::from(face(family, false, points).width(v)) / PX)
                    .fold(0.0, f64::max)
            };
            let size = if widest(8.5) > 48.0 { 6.5 } else { 8.5 };
            let (label_face, lead) = (face(family, false, size), 4.8);
            let mut y = top + 5.0 + lead;
            for (label, value) in infos {
                self.sheet().cell(&label_face, 125.0, y, &format!("{label}:"), true);
                self.sheet().cell(&label_face, 154.0, y, value, false);
                y += lead;
            }
            self.y = (top + 53.46).max(y + 8.5);
        } else {
            // Reference line of the older style: labels in a row, values below.
            let label_face = face(family, false, 7.0);
            let y = top + 53.5;
            let step = 165.0 / infos.len().clamp(4, 7) as f64;
            for (i, (label, _)) in infos.iter().enumerate() {
                self.sheet().cell(&label_face, 25.0 + step * i as f64, y, label, i == 0);
            }
            let widest = |points: f32| {
                infos
                    .iter()
                    .map(|(_, v)| f64::from(face(family, false, points).width(v)) / PX)
                    .fold(0.0, f64::max)
            };
            let mut size = 8.5;
            while widest(size) > step - 1.5 && size > 4.5 {
                size -= 0.5;
            }
            let value_face = face(family, false, size);
            for (i, (_, value)) in infos.iter().enumerate() {
                self.sheet().cell(&value_face, 25.0 + step * i as f64, y + 4.0, value, i == 0);
            }
            self.y = y + 14.0;
        }
    }

    /// The sender's name in one of several styles.
    pub(super) fn letterhead(&mut self, dice: &mut Dice, family: usize, top: f64) {
        let letter = self.letter;
        let name = letter.sender.name.as_str();
        let mut size = if letter.official { 15.0 } else { 18.0 };
        while f64::from(face(family, true, size).width(name)) / PX > 125.0 && size > 9.0 {
            size -= 1.0;
        }
        let (big, claim_face) = (face(family, true, size), face(family, false, 9.0));
        let width = f64::from(big.width(name)) / PX;
        let claim = if letter.official { String::new() } else { letter.sender.claim.clone() };
        let y = top - 12.0;
        let colours: [[u8; 3]; 5] =
            [[20, 60, 130], [150, 25, 30], [15, 95, 60], [60, 60, 70], [190, 110, 10]];
        let colour = *dice.pick(&colours);
        let style = if letter.held_out { dice.range(4, 5) } else { dice.range(0, 3) };
        let sheet = self.sheet();
        match style {
            0 => {
                sheet.text(&big, 25.0, y, name);
                sheet.text(&claim_face, 25.0, y + 5.0, &claim);
                sheet.fill_colour(25.0, y + 7.5, 165.0, 0.8, colour);
            }
            1 => {
                sheet.text(&big, 105.0 - width / 2.0, y, name);
                let w = f64::from(claim_face.width(&claim)) / PX;
                sheet.text(&claim_face, 105.0 - w / 2.0, y + 5.0, &claim);
            }
            2 => {
                sheet.fill_colour(190.0 - 14.0, y - 9.0, 14.0, 14.0, colour);
                sheet.fill(190.0 - 9.5, y - 6.0, 5.0, 8.0, 255);
                sheet.text(&big, 172.0 - width, y, name);
                let w = f64::from(claim_face.width(&claim)) / PX;
                sheet.text(&claim_face, 172.0 - w, y + 5.0, &claim);
            }
            3 => {
                sheet.fill_colour(0.0, 0.0, 210.0, 5.0, colour);
                sheet.text(&big, 25.0, y + 1.0, name);
                sheet.text(&claim_face, 25.0 + width + 4.0, y + 1.0, &claim);
            }
            4 => {
                sheet.frame(20.0, y - 9.0, width.max(60.0) + 10.0, 15.0, 0.4);
                sheet.text(&big, 25.0, y - 1.0, name);
                sheet.text(&claim_face, 25.0, y + 4.0, &claim);
            }
            _ => {
                sheet.fill_colour(10.0, 8.0, 3.0, top - 10.0, colour);
                sheet.text(&big, 190.0 - width, y - 2.0, name);
                let contact = format!("{} | {}", letter.sender.phone, letter.sender.mail);
                let w = f64::from(claim_face.width(&contact)) / PX;
                sheet.text(&claim_face, 190.0 - w, y + 4.0, &contact);
            }
        }
    }

    /// The sender's data at the foot of the first page, in columns.
    pub(super) fn foot(&mut self, dice: &mut Dice, family: usize) {
        let letter = self.letter;
        let s = &letter.sender;
        let columns = [
            [s.name.clone(), s.street.clone(), s.place.clone()],
            [format!("Tel. {}", s.phone), s.mail.clone(), format!("USt-IdNr. DE9{}", dice.digits(8))],
            [
                s.bank.clone(),
                format!("IBAN {}", grouped(&s.iban)),
                format!("BIC NODE{}XXX", dice.pick(&["DEL1", "DEH7", "DEF2"])),
            ],
        ];
        let mut points = 7.5;
        let widest = |points: f32| {
            columns
                .iter()
                .flatten()
                .map(|t| f64::from(face(family, false, points).width(t)) / PX)
                .fold(0.0, f64::max)
        };
        while widest(points) > 54.0 && points > 4.0 {
            points -= 0.25;
        }
        let small = face(family, false, points);
        let sheet = &mut self.sheets[0];
        sheet.rule(25.0, 272.0, 165.0, 0.2);
        for row in 0..3 {
            for (i, column) in columns.iter().enumerate() {
                sheet.cell(&small, 25.0 + 56.0 * i as f64, 276.0 + 3.4 * row as f64, &column[row], i == 0);
            }
        }
    }
}
