//! Tesseract's TSV table as words. Pure.

use super::RawWord;
use crate::model::geometry::Box2;

/// Rows of level 4 are lines, of level 5 words; levels 2 and 3 number blocks and paragraphs.
pub fn words(table: &str) -> Vec<RawWord> {
    let mut words = Vec::new();
    let (mut line, mut block) = (0u32, 0u32);
    let mut line_bounds = Box2::default();
    for row in table.lines() {
        let cells: Vec<&str> = row.splitn(12, '\t').collect();
        let number = |i: usize| cells.get(i).and_then(|c| c.parse::<i32>().ok());
        let bounds = || Some(Box2 { x: number(6)?, y: number(7)?, w: number(8)?, h: number(9)? });
        let (Some(level), Some(bounds)) = (number(0), bounds()) else { continue };
        match level {
            3 => block += 1,
            4 => {
                line += 1;
                line_bounds = bounds;
            }
            5 => {
                let (Some(text), Some(confidence)) =
                    (cells.get(11), cells.get(10).and_then(|c| c.parse::<f32>().ok()))
                else {
                    continue;
                };
                let text = text.trim();
                if !text.is_empty() {
                    words.push(RawWord {
                        text: text.to_owned(),
                        bounds,
                        line_bounds,
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

    #[test]
    fn lines_and_blocks_are_counted_over_the_page() {
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
}
