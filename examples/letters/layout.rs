//! From content to pages. In: a letter and layout dice. Out: sheets of A4 (or an envelope) set as DIN 5008
//! form A or B, as private letters, forms or leaflets, with their words in reading order.

use crate::dice::Dice;
use crate::fonts::{FAMILIES, Face, face};
use crate::ink::Sheet;
use crate::invented::grouped;
use crate::letter::{Block, Letter, Table};
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
    };
    let mut folds = [105.0, 210.0];
    let mut signature = None;
    match letter.shape {
        Shape::Envelope => setter.envelope(dice, family),
        Shape::Flyer => setter.flyer(dice, head_family),
        Shape::Form => {
            setter.form_head(dice, head_family);
            setter.blocks();
            setter.y += 12.0;
            setter.room(20.0);
            signature = Some((setter.sheets.len() - 1, setter.left + 70.0, setter.y));
            setter.signature_line();
        }
        Shape::Letter => {
            if letter.private {
                setter.private_head(dice);
            } else {
                let form_a = dice.chance(40);
                if form_a {
                    folds = [87.0, 192.0];
                }
                setter.business_head(dice, head_family, form_a);
            }
            setter.subject(dice);
            setter.line(&letter.greeting.clone(), false);
            setter.y += setter.lead * 0.6;
            setter.blocks();
            signature = setter.close(dice);
            if !letter.private {
                setter.foot(dice, head_family);
            }
        }
    }
    setter.number_pages();
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

    /// Sender above, date on the right, no letterhead.
    fn private_head(&mut self, dice: &mut Dice) {
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
                    let width = f64::from(face.width(line)) / crate::ink::PX;
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
        let width = f64::from(face.width(&date)) / crate::ink::PX;
        let (x, y) = (if letter.held_out { self.left } else { self.right - width }, self.y);
        self.sheet().text(&face, x, y, &date);
        self.y += self.lead * 2.5;
    }

    /// Letterhead, window, information block or reference line.
    fn business_head(&mut self, dice: &mut Dice, family: usize, form_a: bool) {
        let letter = self.letter;
        let top = if form_a { 27.0 } else { 45.0 };
        self.letterhead(dice, family, top);
        let small = self.small.clone();
        let body = self.body.clone();
        let back = format!("{} · {} · {}", letter.sender.name, letter.sender.street, letter.sender.place);
        let back_face = if f64::from(small.width(&back)) / crate::ink::PX > 82.0 {
            face(family, false, 6.0)
        } else {
            small.clone()
        };
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
                    .map(|(_, v)| f64::from(face(family, false, points).width(v)) / crate::ink::PX)
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
                    .map(|(_, v)| f64::from(face(family, false, points).width(v)) / crate::ink::PX)
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
    fn letterhead(&mut self, dice: &mut Dice, family: usize, top: f64) {
        let letter = self.letter;
        let name = letter.sender.name.as_str();
        let mut size = if letter.official { 15.0 } else { 18.0 };
        while f64::from(face(family, true, size).width(name)) / crate::ink::PX > 125.0 && size > 9.0 {
            size -= 1.0;
        }
        let (big, claim_face) = (face(family, true, size), face(family, false, 9.0));
        let width = f64::from(big.width(name)) / crate::ink::PX;
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
                let w = f64::from(claim_face.width(&claim)) / crate::ink::PX;
                sheet.text(&claim_face, 105.0 - w / 2.0, y + 5.0, &claim);
            }
            2 => {
                sheet.fill_colour(190.0 - 14.0, y - 9.0, 14.0, 14.0, colour);
                sheet.fill(190.0 - 9.5, y - 6.0, 5.0, 8.0, 255);
                sheet.text(&big, 172.0 - width, y, name);
                let w = f64::from(claim_face.width(&claim)) / crate::ink::PX;
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
                let w = f64::from(claim_face.width(&contact)) / crate::ink::PX;
                sheet.text(&claim_face, 190.0 - w, y + 4.0, &contact);
            }
        }
    }

    fn subject(&mut self, dice: &mut Dice) {
        let subject = self.letter.subject.clone();
        if subject.is_empty() {
            return;
        }
        let prefix = if self.letter.private { *dice.pick(&["", "", "Betreff: ", "Betr.: "]) } else { "" };
        self.paragraph(&format!("{prefix}{subject}"), dice.chance(80), 0.0);
        self.y += self.lead;
    }

    fn blocks(&mut self) {
        let letter = self.letter;
        let mut previous = 0;
        for block in &letter.blocks {
            let class = match block {
                Block::Para(_) => 1,
                Block::Head(_) => 2,
                Block::Item(_) => 3,
                Block::Row(..) => 4,
                Block::Tick(..) => 5,
                Block::Table(_) => 6,
                Block::Page => 7,
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
            }
        }
    }

    fn table(&mut self, table: &Table) {
        let (left, width, lead) = (self.left, self.right - self.left, self.lead * 1.12);
        let (body, bold) = (self.body.clone(), self.bold.clone());
        let edges: Vec<(f64, f64, bool)> = table
            .columns
            .iter()
            .scan(left, |x, (_, share, right)| {
                let start = *x;
                *x += share * width;
                Some((start, *x - 1.5, *right))
            })
            .collect();
        let row = |sheet: &mut Sheet, face: &Face, y: f64, cells: &[String]| {
            for (i, cell) in cells.iter().enumerate() {
                let (start, end, right) = edges[i];
                let x = if right { end - f64::from(face.width(cell)) / crate::ink::PX } else { start };
                sheet.cell(face, x, y, cell, i == 0);
            }
        };
        let titles: Vec<String> = table.columns.iter().map(|c| c.0.to_string()).collect();
        let head = |setter: &mut Self| {
            setter.room(lead * 3.0);
            let y = setter.y;
            row(setter.sheet(), &bold, y, &titles);
            setter.sheet().rule(left, y + 1.4, width, 0.3);
            setter.y += lead * 1.25;
        };
        head(self);
        for cells in &table.rows {
            if self.y + lead > self.bottom {
                self.next_page();
                head(self);
            }
            let y = self.y;
            row(self.sheet(), &body, y, cells);
            self.y += lead;
        }
        let y = self.y;
        self.sheet().rule(left, y - lead + 1.8, width, 0.3);
        self.y += lead * 0.3;
        self.room(lead * table.totals.len() as f64);
        for (i, (label, sum)) in table.totals.iter().enumerate() {
            let face = if i + 1 == table.totals.len() { &bold } else { &body };
            let y = self.y;
            let end = left + width - 1.5;
            self.sheet().cell(face, left + width * 0.5, y, label, true);
            self.sheet().cell(face, end - f64::from(face.width(sum)) / crate::ink::PX, y, sum, false);
            self.y += lead;
        }
        self.y += lead * 0.4;
    }

    /// Close, space for the signature, name, enclosures.
    fn close(&mut self, dice: &mut Dice) -> Option<(usize, f64, f64)> {
        self.y += self.lead;
        self.room(self.lead * 6.0);
        let letter = self.letter;
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

    /// The sender's data at the foot of the first page, in columns.
    fn foot(&mut self, dice: &mut Dice, family: usize) {
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
                .map(|t| f64::from(face(family, false, points).width(t)) / crate::ink::PX)
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

    /// Page numbers, once their count is known.
    fn number_pages(&mut self) {
        let total = self.sheets.len();
        if total < 2 {
            return;
        }
        let face = self.body.clone();
        for n in 1..=total {
            let text = match self.page_style {
                0 => format!("Seite {n} von {total}"),
                1 => format!("Seite {n}/{total}"),
                2 => format!("Blatt {n} von {total}"),
                _ => format!("- {n} -"),
            };
            let width = f64::from(face.width(&text)) / crate::ink::PX;
            let sheet = &mut self.sheets[n - 1];
            let x = if self.page_style == 1 { 107.5 - width / 2.0 } else { 190.0 - width };
            sheet.text(&face, x, 268.5, &text);
        }
    }

    fn form_head(&mut self, dice: &mut Dice, family: usize) {
        let letter = self.letter;
        let small = self.body.clone();
        self.y = 22.0;
        if !letter.private {
            let (x, y, bold) = (self.left, self.y, self.bold.clone());
            self.sheet().text(&bold, x, y, &letter.sender.name);
            let place = format!("{}, {}", letter.sender.street, letter.sender.place);
            self.sheet().text(&small, x, y + 5.0, &place);
            self.y += 14.0;
        }
        for line in &letter.to {
            self.line(line, false);
        }
        self.y += 10.0;
        let title = face(family, true, *dice.pick(&[13.0f32, 14.0, 16.0]));
        for line in wrap(&title, &letter.subject, self.right - self.left) {
            let (x, y) = (self.left, self.y);
            self.sheet().text(&title, x, y, &line);
            self.y += 7.5;
        }
        if self.form_style == 1 {
            let y = self.y;
            self.sheet().rule(25.0, y - 4.0, 165.0, 0.6);
        }
        self.y += 4.0;
    }

    fn form_row(&mut self, label: &str, value: &str) {
        self.room(13.0);
        let (x, y) = (self.left, self.y);
        let (small, body) = (self.small.clone(), self.body.clone());
        let width = self.right - x;
        match self.form_style {
            0 => {
                self.sheet().frame(x, y - 3.0, width, 10.5, 0.2);
                self.sheet().text(&small, x + 1.5, y + 0.3, label);
                self.sheet().text(&body, x + 3.0, y + 5.6, value);
                self.y += 10.5;
            }
            1 => {
                self.sheet().cell(&body, x, y + 3.0, label, true);
                self.sheet().cell(&body, x + 72.0, y + 3.0, value, false);
                self.sheet().rule(x + 70.0, y + 4.4, width - 70.0, 0.2);
                self.y += 9.0;
            }
            _ => {
                self.sheet().fill(x, y - 3.0, 66.0, 8.5, 224);
                self.sheet().frame(x, y - 3.0, width, 8.5, 0.2);
                self.sheet().cell(&body, x + 1.5, y + 2.6, label, true);
                self.sheet().cell(&body, x + 68.0, y + 2.6, value, false);
                self.y += 8.5;
            }
        }
    }

    fn tick(&mut self, on: bool, text: &str) {
        self.room(7.0);
        let (x, y, body, bold) = (self.left, self.y + 2.0, self.body.clone(), self.bold.clone());
        self.sheet().frame(x, y - 3.2, 4.0, 4.0, 0.3);
        if on {
            self.sheet().draw(&bold, x + 0.9, y, "x");
        }
        self.sheet().text(&body, x + 7.0, y, text);
        self.y += 6.4;
    }

    fn signature_line(&mut self) {
        let (x, y, small) = (self.left, self.y, self.small.clone());
        self.sheet().rule(x, y + 3.0, 55.0, 0.2);
        self.sheet().rule(x + 65.0, y + 3.0, 80.0, 0.2);
        self.sheet().cell(&small, x, y + 6.5, "Ort, Datum", true);
        self.sheet().cell(&small, x + 65.0, y + 6.5, "Unterschrift", false);
        self.y += 10.0;
    }

    fn flyer(&mut self, dice: &mut Dice, family: usize) {
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
                .map(|w| f64::from(face(family, true, size).width(w)) / crate::ink::PX)
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
    fn envelope(&mut self, dice: &mut Dice, family: usize) {
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

/// Breaks a text into lines of at most `width` millimetres.
fn wrap(face: &Face, text: &str, width: f64) -> Vec<String> {
    let limit = (width * crate::ink::PX) as f32;
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
