//! Tesseract's TSV table as words. Pure.
//!
//! In: rows of twelve columns (level, page, block, paragraph, line, word, box,
//! confidence, text). Out: words. Rows that are not as they should be are
//! passed over.

use super::RawWord;
use crate::model::geometry::Box2;

/// Level of a paragraph row.
const PARAGRAPH: i32 = 3;
/// Level of a line row.
const LINE: i32 = 4;
/// Level of a word row.
const WORD: i32 = 5;

/// The words of a table, in its order.
pub fn words(table: &str) -> Vec<RawWord> {
    let mut words = Vec::new();
    let (mut line, mut block) = (0u32, 0u32);
    for row in table.lines() {
        let cells: Vec<&str> = row.splitn(12, '\t').collect();
        let number = |i: usize| cells.get(i).and_then(|c| c.parse::<i32>().ok());
        match number(0) {
            Some(PARAGRAPH) => block = block.saturating_add(1),
            Some(LINE) => line = line.saturating_add(1),
            Some(WORD) => {
                let bounds = (|| Some(Box2 { x: number(6)?, y: number(7)?, w: number(8)?, h: number(9)? }))();
                let confidence = cells.get(10).and_then(|c| c.parse::<f32>().ok());
                let text = cells.get(11).map_or("", |t| t.trim());
                if let (Some(bounds), Some(confidence), false) = (bounds, confidence, text.is_empty()) {
                    words.push(RawWord {
                        text: text.to_owned(),
                        bounds,
                        confidence: (confidence / 100.0).clamp(0.0, 1.0),
                        line: line.saturating_sub(1),
                        block: block.saturating_sub(1),
                    });
                }
            }
            _ => {}
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_and_paragraphs_are_counted_over_the_page() {
        let table = "1\t1\t0\t0\t0\t0\t0\t0\t100\t100\t-1\t\n\
            3\t1\t1\t1\t0\t0\t0\t0\t50\t20\t-1\t\n\
            4\t1\t1\t1\t1\t0\t1\t2\t50\t10\t-1\t\n\
            5\t1\t1\t1\t1\t1\t1\t2\t20\t10\t96.5\tGröße\n\
            5\t1\t1\t1\t1\t2\t1\t2\t20\t10\t-1\t \n\
            3\t1\t1\t2\t0\t0\t0\t0\t50\t20\t-1\t\n\
            4\t1\t1\t2\t1\t0\t1\t30\t50\t10\t-1\t\n\
            5\t1\t1\t2\t1\t1\t1\t30\t20\t10\t50\t§\nkaputt\t5\n";
        let words = words(table);
        assert_eq!(words.len(), 2);
        assert_eq!((words[0].text.as_str(), words[0].line, words[0].block), ("Größe", 0, 0));
        assert_eq!((words[1].line, words[1].block), (1, 1));
        assert!((words[0].confidence - 0.965).abs() < 1e-6);
    }

    proptest! {
        #[test]
        fn anything_is_survived_and_words_are_never_empty(table in "([0-5]\t|[0-9]{1,12}\t|[a-zäß \t\n]){0,80}") {
            for word in words(&table) {
                prop_assert!(!word.text.is_empty());
                prop_assert!((0.0..=1.0).contains(&word.confidence));
            }
        }
    }
}
