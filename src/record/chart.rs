//! Judges the scan of a station's chart: true resolution, both sides, colours, and how the file is made.

use super::fit;
use crate::model::page::{MeasuredPage, OpenedSource, SourcePage};
use crate::model::town::Profile;
use crate::pdf::{CHART, CHART_CODES, CHART_FIELDS};

/// True and claimed resolution may be so far apart.
const TOLERANCE: f64 = 0.03;
/// A colour is there if its strongest part lies so far above its weakest.
const SPREAD: i32 = 40;
/// Parts of a printed colour that differ by this must differ on the scan.
const APART: i32 = 60;

/// A small picture of an upright page.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Pixels across.
    pub width: u32,
    /// Red, green, blue, row by row.
    pub rgb: Vec<u8>,
}

/// Everything that is wrong with the scan, as German sentences; empty if it passes.
pub fn judge(
    source: &OpenedSource,
    pages: &[(&SourcePage, &MeasuredPage, Picture)],
    profile: &Profile,
) -> Vec<String> {
    let plain: Vec<&SourcePage> = pages.iter().map(|(page, ..)| *page).collect();
    let mut wrong: Vec<String> = fit::unfit(source, &plain, profile)
        .into_iter()
        .map(|(page, note)| match page {
            Some(page) => format!("Seite {page}: {}", note.text),
            None => note.text,
        })
        .collect();
    for side in 1..=if profile.duplex { 2 } else { 1 } {
        let found = pages.iter().find_map(|(page, measured, picture)| {
            let codes = codes(measured, side);
            codes.iter().any(Option::is_some).then_some((*page, *measured, picture, codes))
        });
        let Some((page, measured, picture, codes)) = found else {
            wrong.push(
                if side == 1 {
                    "Die Vorderseite der Testvorlage fehlt."
                } else {
                    "Die Rückseite der Testvorlage fehlt."
                }
                .into(),
            );
            continue;
        };
        let [Some(one), Some(two), Some(three), Some(_)] = codes else {
            wrong.push(format!("Seite {}: nicht alle vier Codes sind zu lesen.", page.number));
            continue;
        };
        let across = distance(one, two) * 25.4 / (CHART_CODES[1].0 - CHART_CODES[0].0);
        let down = distance(one, three) * 25.4 / (CHART_CODES[2].1 - CHART_CODES[0].1);
        for (name, real) in [("Zeilenrichtung", across), ("Vorschubrichtung", down)] {
            let claimed = f64::from(measured.dpi);
            if (real / claimed - 1.0).abs() > TOLERANCE {
                wrong.push(format!(
                    "Seite {}: die Datei nennt {claimed:.0} dpi, die Codes stehen aber {real:.0} dpi auseinander ({name}).",
                    page.number
                ));
            }
        }
        if profile.colour == crate::model::page::Colour::Colour {
            let lost = CHART_FIELDS
                .iter()
                .filter(|(place, colour)| !shown(picture, measured, (one, two, three), *place, *colour));
            let lost = lost.count();
            if lost > 0 {
                wrong.push(format!(
                    "Seite {}: {lost} von 4 Farbfeldern fehlen oder haben eine andere Farbe.",
                    page.number
                ));
            }
        }
    }
    wrong
}

type Point = (f64, f64);

/// Centres of the four codes of a side, in pixels.
fn codes(measured: &MeasuredPage, side: u32) -> [Option<Point>; 4] {
    std::array::from_fn(|index| {
        let value = format!("{CHART};side={side};n={}", index + 1);
        let code = measured.codes.iter().find(|c| c.value == value && c.bounds.w > 0)?;
        let middle = |start: i32, length: i32| f64::from(start) + f64::from(length) / 2.0;
        Some((middle(code.bounds.x, code.bounds.w), middle(code.bounds.y, code.bounds.h)))
    })
}

fn distance(a: Point, b: Point) -> f64 {
    (a.0 - b.0).hypot(a.1 - b.1)
}

/// Whether the field has its colour.
fn shown(
    picture: &Picture,
    page: &MeasuredPage,
    (one, two, three): (Point, Point, Point),
    place: Point,
    colour: [u8; 3],
) -> bool {
    let along = (place.0 - CHART_CODES[0].0) / (CHART_CODES[1].0 - CHART_CODES[0].0);
    let down = (place.1 - CHART_CODES[0].1) / (CHART_CODES[2].1 - CHART_CODES[0].1);
    let scale = f64::from(picture.width) / f64::from(page.width.max(1));
    let x = (one.0 + along * (two.0 - one.0) + down * (three.0 - one.0)) * scale;
    let y = (one.1 + along * (two.1 - one.1) + down * (three.1 - one.1)) * scale;
    let mut sums = [0i32; 3];
    let mut count = 0;
    for dy in -3i64..=3 {
        for dx in -3i64..=3 {
            let (column, row) = (x as i64 + dx, y as i64 + dy);
            let at = row * i64::from(picture.width) * 3 + column * 3;
            let pixel = usize::try_from(at).ok().and_then(|at| picture.rgb.get(at..at + 3));
            if let Some(pixel) = pixel.filter(|_| column >= 0 && column < i64::from(picture.width)) {
                sums.iter_mut().zip(pixel).for_each(|(sum, &value)| *sum += i32::from(value));
                count += 1;
            }
        }
    }
    if count == 0 {
        return false;
    }
    let mean = sums.map(|sum| sum / count);
    let spread = mean.iter().max().unwrap_or(&0) - mean.iter().min().unwrap_or(&0);
    // Parts that were printed clearly apart are so, in the same direction; the others are the ink's own.
    let apart = |i: usize, j: usize| {
        let printed = i32::from(colour[i]) - i32::from(colour[j]);
        printed.abs() < APART || (mean[i] - mean[j]).signum() == printed.signum()
    };
    spread >= SPREAD && apart(0, 1) && apart(0, 2) && apart(1, 2)
}
