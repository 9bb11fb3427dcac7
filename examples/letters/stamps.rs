//! Stamps of receipt as offices have them. In: a date, dice. Out: the words on a sheet of the stamp's size:
//! with frame, two frames or none, date first, last or between, lines for initials and enclosures, boxes for
//! the offices, the clock's time, the date of a band between rules, two lines alone; some forms and words only
//! on held-out letters.

use crate::dice::Dice;
use crate::facts::spell;
use crate::fonts::{Face, face};
use crate::ink::{PX, Sheet};
use crate::town;
use jiff::civil::Date;
use std::rc::Rc;

const SHORT: [&str; 12] =
    ["JAN.", "FEB.", "MRZ.", "APR.", "MAI", "JUNI", "JULI", "AUG.", "SEP.", "OKT.", "NOV.", "DEZ."];
const SHORTER: [&str; 12] =
    ["Jan.", "Feb.", "März", "Apr.", "Mai", "Jun.", "Jul.", "Aug.", "Sep.", "Okt.", "Nov.", "Dez."];
const WORDS: &[&str] = &[
    "Eingegangen",
    "EINGEGANGEN",
    "EINGANG",
    "Eingang",
    "Posteingang",
    "POSTEINGANG",
    "Eingegangen am",
    "Eing.",
    "Eing. am:",
    "Eingangsstempel",
    "Empfangen",
    "Eingang Poststelle",
    "eingegangen am:",
    "Eingangsdatum",
    "Post-Eingang",
    "Zentrale Poststelle - Eingang",
];
/// Only on held-out letters.
const WORDS_HELD_OUT: &[&str] = &[
    "Posteinlauf",
    "Eingeg.",
    "EINGANG AM",
    "Eingang Rathaus",
    "Hausbriefkasten - Eingang",
    "Post eingegangen",
];
const HOUSES: &[&str] = &[
    town::NAME,
    "STADT LINDENAU AM FLUSS",
    "Stadtverwaltung Lindenau am Fluss",
    "Stadt Lindenau",
    "Rathaus",
    "Der Bürgermeister",
];

/// One of the forms.
pub fn form(date: Date, held_out: bool, dice: &mut Dice) -> Sheet {
    let day = day(date, dice);
    let words = if held_out && dice.chance(40) { WORDS_HELD_OUT } else { WORDS };
    let (word, house) = (dice.any(words), dice.any(HOUSES));
    let (small, plain) = (dice.real(7.0, 9.5) as f32, face(dice.range(0, 5) as usize, false, 7.0));
    let family = dice.range(0, 9) as usize;
    let (bold, big) = (face(family, true, small), face(family, true, small + dice.range(2, 6) as f32));
    let clock = format!("{:02}:{:02} Uhr", dice.range(7, 17), dice.range(0, 59));
    let (w, h) = (72.0, 42.0);
    let mut sheet = Sheet::new(w, h);
    let mut lines: Vec<(&Rc<Face>, f64, String)> = Vec::new();
    let mut frame = dice.range(0, 3);
    match dice.range(0, if held_out { 11 } else { 9 }) {
        0 => {
            lines.push((&bold, 13.0, house.into()));
            lines.push((&bold, 18.5, word.into()));
            lines.push((&big, 26.5, day));
        }
        1 => {
            lines.push((&bold, 13.0, word.into()));
            lines.push((&big, 21.0, day));
            lines.push((&bold, 27.5, house.into()));
        }
        2 => {
            lines.push((&big, 14.0, day));
            lines.push((&bold, 20.5, word.into()));
        }
        3 => lines.push((&bold, 18.0, format!("{} {day}", word.trim_end_matches(':')))),
        4 => {
            lines.push((&bold, 12.5, house.into()));
            lines.push((&bold, 18.0, word.into()));
            lines.push((&big, 25.0, format!("{day} {clock}")));
        }
        5 => {
            lines.push((&bold, 12.0, house.into()));
            lines.push((&bold, 17.0, word.into()));
            lines.push((&big, 24.0, day));
            lines.push((&plain, 29.5, "Abt.: ........  Anl.: ........  Hdz.: ........".into()));
        }
        6 => {
            lines.push((&bold, 12.0, word.into()));
            lines.push((&big, 19.5, day));
            let offices = ["10", "20", "32", "40", "50", "61", "66"];
            let from = dice.range(0, 2) as usize;
            lines.push((&plain, 26.0, offices[from..from + 5].join("   ")));
            lines.push((&plain, 30.0, house.into()));
        }
        // Two lines and nothing else.
        7 => {
            lines.push((&bold, 17.0, word.into()));
            lines.push((&big, 24.0, day));
            frame = 0;
        }
        // A band with the date between two rules.
        8 => {
            lines.push((&bold, 13.0, word.into()));
            lines.push((&big, 21.5, format!("{} - {}", band(date), dice.range(7, 17))));
            lines.push((&bold, 28.5, house.into()));
            sheet.rule(14.0, 15.0, w - 28.0, 0.3);
            sheet.rule(14.0, 24.0, w - 28.0, 0.3);
            frame = 0;
        }
        // Small, with room for initials.
        10 => {
            lines.push((&plain, 15.0, format!("{word} {day}")));
            lines.push((&plain, 20.0, "Az.: ..............  FB: ......".into()));
            frame = 3;
        }
        // The band alone, larger than all around it.
        11 => {
            lines.push((&bold, 12.0, format!("{house}, {word}")));
            lines.push((&big, 19.5, band(date)));
            lines.push((&plain, 25.0, "Bürgermeister   Hauptamt   Kämmerei   Bauamt".into()));
        }
        _ => {
            lines.push((&bold, 13.0, format!("{house} - {word}")));
            lines.push((&big, 21.0, day));
            lines.push((&plain, 26.5, format!("Nr. {}   Anl. {}", dice.digits(4), dice.range(0, 6))));
        }
    }
    for (letters, y, text) in lines {
        let width = |face: &Rc<Face>| f64::from(face.width(&text)) / PX;
        let narrow = face(family, true, 5.0);
        let fitting = if width(letters) > w - 11.0 { &narrow } else { letters };
        sheet.text(fitting, (w - width(fitting)) / 2.0, y, &text);
    }
    match frame {
        0 => {}
        1 => sheet.frame(4.5, 6.5, w - 9.0, 26.0, 0.5),
        2 => {
            sheet.frame(3.5, 5.5, w - 7.0, 28.0, 0.6);
            sheet.frame(4.7, 6.7, w - 9.4, 25.6, 0.25);
        }
        _ => {
            sheet.rule(5.0, 6.5, w - 10.0, 0.5);
            sheet.rule(5.0, 32.5, w - 10.0, 0.5);
        }
    }
    sheet
}

/// As on the bands of a date stamp: "26. NOV. 2026".
fn band(date: Date) -> String {
    format!("{:02}. {} {}", date.day(), SHORT[date.month() as usize - 1], date.year())
}

fn day(date: Date, dice: &mut Dice) -> String {
    let month = date.month() as usize - 1;
    match dice.range(0, 6) {
        0 | 1 => spell(date, 0),
        2 => band(date),
        3 => format!("{}. {} {}", date.day(), SHORTER[month], date.year()),
        4 => spell(date, 1),
        5 => format!("{:02}. {} {:02}", date.day(), SHORT[month], date.year() % 100),
        _ => spell(date, 3),
    }
}
