//! What the engine cannot say, put right where check digits or pixels prove it.
//!
//! In: the reading image and what the engine saw on it. Out: the same words, some with other signs. Five things
//! only: account numbers whose check digits fit once letters are digits again; raised digits, which the language
//! data does not know (`m²` comes as `m?`); abbreviations of two letters with a blank between them on paper; old-style
//! ones, which look like an i without its dot; dashes, which come as hyphens.

use super::{RawWord, ReadMode, Recogniser};
use crate::model::geometry::Box2;
use crate::model::look_alike;
use crate::model::refusal::Refusal;
use crate::page::{ReadingImage, pixels};
use image::{GrayImage, Luma, imageops};
use std::ops::Range;

/// Signs of a German account number (ISO 13616).
const ACCOUNT: usize = 22;
/// So many of them must have been read as digits.
const DIGITS_MIN: usize = 16;
/// A raised digit ends above this part of the word's height; a question mark stands on the line.
const RAISED: f32 = 0.75;
/// Raised digits are shown this many times as large, with paper around them, pixels: 11 pixels across at 300 dpi.
const ENLARGED: u32 = 4;
const PAPER: u32 = 40;
/// And must then be read as surely as this.
const SURE: f32 = 0.6;
/// A blank is at least so wide, in heights of the letters; in the typefaces of letters it has a third.
const BLANK: f32 = 0.22;

/// A dash has at least this length in heights of the words beside it, a hyphen at most 0.48: measured on 160 of both.
const DASH: f32 = 0.49;
/// Words of a typewriter face have all the same width per sign, give or take this.
const ONE_PITCH: f32 = 1.08;

/// Puts right what can be proven.
pub fn mend(
    engine: &mut dyn Recogniser,
    reading: &ReadingImage,
    raw: &mut Vec<RawWord>,
) -> Result<(), Refusal> {
    for word in raw.iter_mut() {
        if let Some(text) = old_style(&word.text) {
            word.text = text;
        }
    }
    raw.chunk_by_mut(|a, b| a.line == b.line).for_each(|line| {
        accounts(line);
        dashes(line);
    });
    raised(engine, &reading.grey, reading.dpi, raw)?;
    let parts = raw.drain(..).flat_map(|word| match blank_inside(&reading.grey, &word) {
        Some((first, second)) => vec![first, second],
        None => vec![word],
    });
    *raw = parts.collect();
    Ok(())
}

/// German account numbers in a line: signs that look like digits become digits if the check digits then fit.
fn accounts(line: &mut [RawWord]) {
    for first in 0..line.len() {
        if !line[first].text.starts_with("DE") {
            continue;
        }
        let words = line[first..].iter().map(|w| w.text.chars().count());
        let Some(count) = words
            .scan(0, |sum, n| {
                *sum += n;
                Some(*sum)
            })
            .position(|sum| sum >= ACCOUNT)
        else {
            continue;
        };
        let group = first..=first + count;
        let signs: Vec<char> = line[group.clone()].iter().flat_map(|w| w.text.chars()).collect();
        let (account, behind) = signs.split_at(ACCOUNT);
        let digits = account[2..].iter().filter(|c| c.is_ascii_digit()).count();
        let whole = behind.iter().all(|c| c.is_ascii_punctuation());
        if !whole || digits < DIGITS_MIN || digits == ACCOUNT - 2 {
            continue;
        }
        let right: Option<String> = account[2..].iter().map(|&c| look_alike::digit(c)).collect();
        let Some(right) = right.map(|digits| format!("DE{digits}")) else { continue };
        if right.parse::<iban::Iban>().is_err() {
            continue;
        }
        let mut signs = right.chars().chain(behind.to_vec());
        for word in &mut line[group] {
            word.text = signs.by_ref().take(word.text.chars().count()).collect();
        }
    }
}

/// A hyphen between words that is as long as a dash is one. Not in typewriter faces, where all signs are as wide.
fn dashes(line: &mut [RawWord]) {
    let of_letters = |w: &&RawWord| w.text.chars().any(char::is_alphanumeric);
    let mut heights: Vec<i32> = line.iter().filter(of_letters).map(|w| w.bounds.h).collect();
    heights.sort_unstable();
    let Some(&height) = heights.get(heights.len() / 2) else { return };
    let long = line.iter().filter(|w| w.text.chars().count() >= 4);
    let pitches: Vec<f32> = long.map(|w| w.bounds.w as f32 / w.text.chars().count() as f32).collect();
    let (least, most) = pitches.iter().fold((f32::MAX, 0.0f32), |(a, b), &p| (a.min(p), b.max(p)));
    if pitches.len() > 1 && most < least * ONE_PITCH {
        return;
    }
    let last = line.len().saturating_sub(1);
    for word in line.iter_mut().take(last).skip(1).filter(|w| matches!(w.text.as_str(), "-" | "—")) {
        let (w, h) = (word.bounds.w as f32, word.bounds.h as f32);
        if w >= DASH * height as f32 && w >= 2.0 * h {
            word.text = "–".into();
        }
    }
}

/// A dotless i that stands alone or beside a figure is an old-style one: `Rathausplatz ı`, `3ıa`. In names it is a letter.
fn old_style(text: &str) -> Option<String> {
    let chars: Vec<char> = text.chars().collect();
    let alone = chars.iter().filter(|c| c.is_alphanumeric()).all(|&c| c == 'ı');
    let figure = |at: Option<usize>| at.and_then(|i| chars.get(i)).is_some_and(char::is_ascii_digit);
    let one = |i: usize| chars[i] == 'ı' && (alone || figure(i.checked_sub(1)) || figure(Some(i + 1)));
    let right = chars.iter().enumerate().map(|(i, &c)| if one(i) { '1' } else { c }).collect::<String>();
    (right != text).then_some(right)
}

/// `m?` whose last sign hangs high is looked at once more, enlarged.
fn raised(
    engine: &mut dyn Recogniser,
    grey: &GrayImage,
    dpi: f32,
    raw: &mut [RawWord],
) -> Result<(), Refusal> {
    for word in raw {
        let bare = word.text.trim_end_matches(['.', ',', ';', ':', ')']);
        let behind = word.text.chars().count() - bare.chars().count();
        let unit = bare.strip_suffix('?').is_some_and(|unit| {
            let before = unit.strip_suffix('m').map(|b| b.strip_suffix(['c', 'd', 'k']).unwrap_or(b));
            before.is_some_and(|b| !b.ends_with(char::is_alphabetic))
        });
        let Some(sign) = unit.then(|| high_sign(grey, word, behind)).flatten() else { continue };
        let (wide, high) = (sign.width() * ENLARGED, sign.height() * ENLARGED);
        let mut shown = GrayImage::from_pixel(wide + 2 * PAPER, high + 2 * PAPER, Luma([255]));
        imageops::replace(&mut shown, &pixels::resharpened(&sign, wide, high), PAPER.into(), PAPER.into());
        let seen = engine.read(&shown, dpi, ReadMode::Block)?;
        let digit = match seen.as_slice() {
            [one] if one.confidence >= SURE && one.text.trim() == "2" => '²',
            [one] if one.confidence >= SURE && one.text.trim() == "3" => '³',
            _ => continue,
        };
        let at = bare.len() - 1;
        word.text.replace_range(at..=at, digit.encode_utf8(&mut [0; 4]));
    }
    Ok(())
}

/// The sign before the last `behind` ones of a word, if it ends well above the line.
fn high_sign(grey: &GrayImage, word: &RawWord, behind: usize) -> Option<GrayImage> {
    let (image, dark) = cut_out(grey, word.bounds)?;
    let runs = runs(&image, dark);
    let run = runs.get(runs.len().checked_sub(behind + 1)?)?.clone();
    let foot = (0..image.height()).rev().find(|&y| run.clone().any(|x| image.get_pixel(x, y).0[0] < dark))?;
    let high = (foot as f32) < image.height() as f32 * RAISED;
    high.then(|| pixels::cropped(&image, run.start, 0, run.end - run.start, image.height()))
}

/// `e.K.` as two words where a blank lies between them on paper.
fn blank_inside(grey: &GrayImage, word: &RawWord) -> Option<(RawWord, RawWord)> {
    let signs: Vec<char> = word.text.chars().collect();
    let abbreviation =
        matches!(signs[..], [a, '.', b] | [a, '.', b, '.'] if a.is_alphabetic() && b.is_alphabetic());
    let (image, dark) = cut_out(grey, word.bounds).filter(|_| abbreviation)?;
    let runs = runs(&image, dark);
    let [letter, dot, next, ..] = &runs[..] else { return None };
    let gap = next.start - dot.end;
    let near = dot.start - letter.end;
    if runs.len() != signs.len() || (gap as f32) < image.height() as f32 * BLANK || gap <= 2 * near {
        return None;
    }
    let part = |text: String, from: u32, to: u32| RawWord {
        text,
        bounds: Box2 { x: word.bounds.x + from as i32, w: (to - from) as i32, ..word.bounds },
        ..word.clone()
    };
    let end = word.bounds.w as u32;
    Some((part(signs[..2].iter().collect(), 0, dot.end), part(signs[2..].iter().collect(), next.start, end)))
}

/// The pixels of a word, and what counts as ink there: darker than halfway between its darkest and lightest.
fn cut_out(grey: &GrayImage, b: Box2) -> Option<(GrayImage, u8)> {
    let inside = b.x >= 0
        && b.y >= 0
        && b.w > 0
        && b.h > 0
        && (b.x + b.w) as u32 <= grey.width()
        && (b.y + b.h) as u32 <= grey.height();
    let image = inside.then(|| pixels::cropped(grey, b.x as u32, b.y as u32, b.w as u32, b.h as u32))?;
    let (low, high) = image.as_raw().iter().fold((255, 0), |(low, high), &v| (v.min(low), v.max(high)));
    (high - low.min(high) > 60).then(|| (image, low + (high - low) / 2))
}

/// Columns with ink that lie together.
fn runs(image: &GrayImage, dark: u8) -> Vec<Range<u32>> {
    let mut runs: Vec<Range<u32>> = Vec::new();
    for x in (0..image.width()).filter(|&x| (0..image.height()).any(|y| image.get_pixel(x, y).0[0] < dark)) {
        match runs.last_mut() {
            Some(run) if run.end == x => run.end = x + 1,
            _ => runs.push(x..x + 1),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<RawWord> {
        let word = |text: &str| RawWord {
            text: text.into(),
            bounds: Box2 { x: 0, y: 0, w: 40, h: 20 },
            confidence: 0.9,
            line: 0,
            block: 0,
        };
        text.split(' ').map(word).collect()
    }

    fn mended(text: &str) -> String {
        let mut line = words(text);
        accounts(&mut line);
        line.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn an_i_without_its_dot_is_a_figure_only_among_figures() {
        for (read, meant) in [("ı", "1"), ("3ıa", "31a"), ("mk/7ı3", "mk/713"), ("(ı)", "(1)")] {
            assert_eq!(old_style(read).as_deref(), Some(meant), "{read}");
        }
        for name in ["Yıldız", "Mıt", "1a", "§"] {
            assert_eq!(old_style(name), None, "{name}");
        }
    }

    #[test]
    fn a_long_hyphen_between_words_is_a_dash() {
        let told = |length: i32, pitch: [i32; 2]| {
            let at = |text: &str, w: i32, h: i32| RawWord {
                bounds: Box2 { x: 0, y: 0, w, h },
                ..words(text).remove(0)
            };
            let mut line =
                vec![at("Einspruch", 9 * pitch[0], 40), at("-", length, 5), at("Fahrzeug", 8 * pitch[1], 40)];
            dashes(&mut line);
            line.remove(1).text
        };
        assert_eq!(told(22, [20, 25]), "–");
        assert_eq!(told(15, [20, 25]), "-");
        assert_eq!(told(22, [24, 24]), "-", "a typewriter's");
    }

    #[test]
    fn an_account_is_put_right_only_where_its_check_digits_fit() {
        let right = "IBAN DE89 3704 0044 0532 0130 00, BIC COBADEFF";
        assert_eq!(mended("IBAN DEB9 37O4 0044 0532 0130 00, BIC COBADEFF"), right);
        assert_eq!(mended(right), right);
        assert_eq!(mended("DE®9370400440532013000"), "DE®9370400440532013000");
        assert_eq!(mended("DES9 3704 0044 0532 0130 00"), "DES9 3704 0044 0532 0130 00");
        assert_eq!(mended("DER Betrag von 12,00 EUR"), "DER Betrag von 12,00 EUR");
    }

    /// Bars as letters, at these columns, in an image 24 high.
    fn bars(at: &[(Range<u32>, Range<u32>)]) -> GrayImage {
        GrayImage::from_fn(60, 24, |x, y| {
            Luma([if at.iter().any(|(w, h)| w.contains(&x) && h.contains(&y)) { 0 } else { 255 }])
        })
    }

    #[test]
    fn abbreviations_part_at_a_blank_and_nowhere_else() {
        let word =
            |text: &str| RawWord { bounds: Box2 { x: 0, y: 0, w: 60, h: 24 }, ..words(text).remove(0) };
        let apart = bars(&[(2..12, 8..24), (14..17, 20..24), (26..40, 0..24), (43..46, 20..24)]);
        let (first, second) = blank_inside(&apart, &word("e.K.")).unwrap();
        assert_eq!((first.text.as_str(), second.text.as_str()), ("e.", "K."));
        assert_eq!((first.bounds.w, second.bounds.x, second.bounds.w), (17, 26, 34));
        let close = bars(&[(2..12, 8..24), (14..17, 20..24), (20..34, 0..24), (37..40, 20..24)]);
        assert!(blank_inside(&close, &word("e.K.")).is_none());
        assert!(blank_inside(&apart, &word("1.2.")).is_none());
    }

    /// An engine that sees a raised three wherever it is shown one sign.
    struct Three;

    impl Recogniser for Three {
        fn read(&mut self, _: &GrayImage, _: f32, _: ReadMode) -> Result<Vec<RawWord>, Refusal> {
            Ok(words("3"))
        }

        fn orientation(&mut self, _: &GrayImage, _: f32) -> Option<(crate::model::geometry::Turn, f32)> {
            None
        }

        fn identity(&self) -> String {
            String::new()
        }
    }

    #[test]
    fn a_raised_digit_is_read_and_a_question_stays_one() {
        let high = bars(&[(2..22, 8..24), (25..34, 0..13)]);
        let on_the_line = bars(&[(2..22, 8..24), (25..34, 0..24)]);
        let told = |image: &GrayImage, text: &str| {
            let mut raw =
                vec![RawWord { bounds: Box2 { x: 0, y: 0, w: 60, h: 24 }, ..words(text).remove(0) }];
            raised(&mut Three, image, 300.0, &mut raw).unwrap();
            raw.remove(0).text
        };
        assert_eq!(told(&high, "m?"), "m³");
        assert_eq!(told(&high, "37m?"), "37m³");
        assert_eq!(told(&on_the_line, "km?"), "km?");
        assert_eq!(told(&high, "am?"), "am?");
    }
}
