//! A document as rules see it: one folded text and its words, each with the way back to its line.

use super::super::text::Line;
use super::phrase::{Phrase, unified};
use regex::bytes::Regex;

/// The lines of a document, prepared once for all rules.
#[derive(Debug)]
pub struct Matter<'a> {
    /// The lines.
    pub lines: &'a [Line],
    /// Plain ASCII in lower case, a line break after each line.
    text: String,
    /// Where each line begins in `text`.
    starts: Vec<usize>,
    tokens: Vec<Token>,
    /// Tokens by their first byte, in order.
    by_first: Vec<Vec<usize>>,
}

#[derive(Debug)]
struct Token {
    text: String,
    line: usize,
}

impl<'a> Matter<'a> {
    /// Prepares.
    pub fn new(lines: &'a [Line]) -> Self {
        let (mut text, mut starts) = (String::new(), Vec::with_capacity(lines.len()));
        let mut tokens: Vec<Token> = Vec::new();
        let mut broken = false;
        for (number, line) in lines.iter().enumerate() {
            starts.push(text.len());
            plain(&line.text, &mut text);
            // A word broken at the end of the line goes on in small letters.
            let goes_on = line.text.starts_with(char::is_lowercase);
            for (nth, word) in line.folded.split(' ').filter(|w| !w.is_empty()).enumerate() {
                match tokens.last_mut() {
                    Some(last) if nth == 0 && broken && goes_on => {
                        last.text.push_str(word);
                        last.text = unified(&last.text);
                    }
                    _ => tokens.push(Token { text: unified(word), line: number }),
                }
            }
            broken = line.text.ends_with('-');
            if broken && lines.get(number + 1).is_some_and(|n| n.text.starts_with(char::is_lowercase)) {
                text.pop();
            } else {
                text.push('\n');
            }
        }
        let tokens = spaced_out(tokens);
        let mut by_first = vec![Vec::new(); 256];
        for (i, token) in tokens.iter().enumerate() {
            if let Some(&first) = token.text.as_bytes().first() {
                by_first[usize::from(first)].push(i);
            }
        }
        Self { lines, text, starts, tokens, by_first }
    }

    /// The first place of a phrase in lines of which something holds.
    pub fn find(&self, phrase: &Phrase, here: &dyn Fn(&Line) -> bool) -> Option<(&'a Line, String)> {
        let candidates = self.by_first.get(usize::from(phrase.first_byte()?))?;
        candidates.iter().find_map(|&at| {
            let line = self.lines.get(self.tokens[at].line)?;
            let words = self.tokens[at..].iter().map(|t| t.text.as_str());
            (here(line) && phrase.begins(words)).then(|| (line, phrase.shown().to_owned()))
        })
    }

    /// The first match of a pattern that begins in a line of which something holds.
    pub fn search(&self, pattern: &Regex, here: &dyn Fn(&Line) -> bool) -> Option<(&'a Line, String)> {
        pattern.find_iter(self.text.as_bytes()).find_map(|found| {
            let at = self.starts.partition_point(|&s| s <= found.start()).checked_sub(1)?;
            let line = self.lines.get(at)?;
            let words = self.text.get(found.range())?.split_whitespace().collect::<Vec<_>>().join(" ");
            here(line).then_some((line, words))
        })
    }

    /// Number of words.
    pub fn words(&self) -> usize {
        self.tokens.len()
    }
}

/// `P E R S O E N L I C H`: letters standing apart are one word.
fn spaced_out(tokens: Vec<Token>) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut run = 0;
    for token in tokens {
        let single = token.text.len() == 1 && token.text.bytes().all(|b| b.is_ascii_lowercase());
        let same_line = out.last().is_some_and(|last| last.line == token.line);
        match out.last_mut() {
            Some(last) if single && same_line && run > 0 => last.text.push_str(&token.text),
            _ => out.push(token),
        }
        run = if single { run + 1 } else { 0 };
    }
    out
}

/// [`plain`] as a string of its own.
pub fn plain_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    plain(text, &mut out);
    out
}

/// Appends text as plain ASCII in lower case: umlauts as base letters, dashes and quotation marks as one sort.
fn plain(text: &str, out: &mut String) {
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            'ä' | 'á' | 'à' | 'â' => out.push('a'),
            'ö' | 'ó' | 'ô' => out.push('o'),
            'ü' | 'ú' | 'û' => out.push('u'),
            'é' | 'è' | 'ê' => out.push('e'),
            'ß' => out.push_str("ss"),
            '–' | '—' | '−' => out.push('-'),
            '„' | '“' | '”' | '»' | '«' => out.push('"'),
            '’' | '‘' | '´' => out.push('\''),
            '\u{a0}' | '\u{202f}' => out.push(' '),
            c if c.is_ascii() => out.push(c),
            '§' | '€' => out.push(c),
            _ => out.push('?'),
        }
    }
}
