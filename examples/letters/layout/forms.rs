//! Forms and tables. In: labels, values, boxes, cells. Out: ruled lines with their words.

use super::{Setter, wrap};
use crate::dice::Dice;
use crate::fonts::{Face, face};
use crate::ink::{PX, Sheet};
use crate::letter::Table;

impl Setter<'_> {
    pub(super) fn form_head(&mut self, dice: &mut Dice, family: usize) {
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

    pub(super) fn form_row(&mut self, label: &str, value: &str) {
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

    pub(super) fn tick(&mut self, on: bool, text: &str) {
        self.room(7.0);
        let (x, y, body, bold) = (self.left, self.y + 2.0, self.body.clone(), self.bold.clone());
        self.sheet().frame(x, y - 3.2, 4.0, 4.0, 0.3);
        if on {
            self.sheet().text(&bold, x + 0.9, y, "x");
        }
        self.sheet().text(&body, x + 7.0, y, text);
        self.y += 6.4;
    }

    pub(super) fn signature_line(&mut self) {
        let (x, y, small) = (self.left, self.y, self.small.clone());
        self.sheet().rule(x, y + 3.0, 55.0, 0.2);
        self.sheet().rule(x + 65.0, y + 3.0, 80.0, 0.2);
        self.sheet().cell(&small, x, y + 6.5, "Ort, Datum", true);
        self.sheet().cell(&small, x + 65.0, y + 6.5, "Unterschrift", false);
        self.y += 10.0;
    }

    pub(super) fn table(&mut self, table: &Table) {
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
                let x = if right { end - f64::from(face.width(cell)) / PX } else { start };
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
            self.sheet().cell(face, end - f64::from(face.width(sum)) / PX, y, sum, false);
            self.y += lead;
        }
        self.y += lead * 0.4;
    }
}
