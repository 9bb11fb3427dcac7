//! Lines of text as a PDF: reports that are printed and filed.
//!
//! In: a title and lines. Out: A4 pages in one width of letter, so that columns stay columns; each page says which
//! it is. Not an archival product.

use super::sheet::{finished, write_text};
use crate::model::refusal::Refusal;

/// Millimetres: left edge, first line, distance of lines, last line.
const LEFT: f64 = 18.0;
const FIRST: f64 = 30.0;
const LEADING: f64 = 4.2;
const LAST: f64 = 278.0;
/// Size of the letters in points, and how many of them fit on a line.
const SIZE: f64 = 8.5;
const COLUMNS: usize = 96;
/// Lines that continue another one are set in by this many blanks.
const INDENT: usize = 4;

/// Draws the pages.
pub fn listing(title: &str, lines: &[String]) -> Result<Vec<u8>, Refusal> {
    let lines: Vec<String> = lines.iter().flat_map(|line| wrapped(line)).collect();
    let per_page = ((LAST - FIRST) / LEADING) as usize;
    let pages: Vec<&[String]> = if lines.is_empty() { vec![&[]] } else { lines.chunks(per_page).collect() };
    let draw = |(n, page): (usize, &&[String])| {
        let mut content = String::from("0 g\n");
        write_text(&mut content, "F2", 12.0, LEFT, 20.0, title);
        for (row, line) in page.iter().enumerate() {
            write_text(&mut content, "F3", SIZE, LEFT, FIRST + LEADING * row as f64, line);
        }
        let foot = format!("Seite {} von {}", n + 1, pages.len());
        write_text(&mut content, "F1", 8.0, LEFT, 288.0, &foot);
        content.into_bytes()
    };
    let contents = pages.iter().enumerate().map(draw).collect();
    finished(contents).map_err(|e| Refusal::new("report.write", e.to_string(), "Bericht erneut anfordern."))
}

/// A line in pieces that fit, broken at blanks where there are any.
fn wrapped(line: &str) -> Vec<String> {
    let mut rest: Vec<char> = line.chars().collect();
    let mut pieces = Vec::new();
    while rest.len() > COLUMNS {
        let blank = rest[..COLUMNS].iter().rposition(|c| *c == ' ').filter(|at| *at > COLUMNS / 2);
        let end = blank.unwrap_or(COLUMNS);
        pieces.push(rest[..end].iter().collect::<String>());
        let next: String = rest[end..].iter().collect();
        rest = format!("{}{}", " ".repeat(INDENT), next.trim_start()).chars().collect();
    }
    pieces.push(rest.into_iter().collect());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn pages_follow_from_lines_and_are_read_back() {
        let lines: Vec<String> = (0..130).map(|n| format!("Stapel {n}: Größe „{n}“")).collect();
        let bytes = listing("Abgleich", &lines).unwrap();
        let pdf = lopdf::Document::load_mem(&bytes).unwrap();
        assert_eq!(pdf.get_pages().len(), 3);
        assert_eq!(
            listing("leer", &[]).map(|b| lopdf::Document::load_mem(&b).unwrap().get_pages().len()).unwrap(),
            1
        );
    }

    proptest! {
        #[test]
        fn nothing_of_a_line_is_lost(line in "[a-zß ]{0,400}") {
            let pieces = wrapped(&line);
            prop_assert!(pieces.iter().all(|piece| piece.chars().count() <= COLUMNS));
            let plain = |text: &str| text.chars().filter(|c| *c != ' ').collect::<String>();
            prop_assert_eq!(plain(&pieces.concat()), plain(&line));
        }
    }
}
