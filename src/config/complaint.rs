//! What is wrong with a configuration, where, and what to do.

use std::fmt;
use std::ops::Range;

/// One complaint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// Stable dotted code.
    pub code: String,
    /// Line, from 1; 0 if it is about the file as a whole.
    pub line: usize,
    /// German: what is wrong.
    pub text: String,
    /// German: what to do.
    pub hint: String,
    /// File, line, column and the line itself with a caret below, if it has a place.
    pub place: Option<String>,
}

impl Complaint {
    /// A complaint about the file as a whole.
    pub fn whole(code: &str, text: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { code: code.into(), line: 0, text: text.into(), hint: hint.into(), place: None }
    }

    /// A complaint about a stretch of the text (byte offsets).
    pub fn at(
        file: &str,
        source: &str,
        span: Range<usize>,
        code: &str,
        text: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        let start = span.start.min(source.len());
        let before = &source[..start];
        let line = before.matches('\n').count() + 1;
        let from = before.rfind('\n').map_or(0, |i| i + 1);
        let content = source[from..].lines().next().unwrap_or_default();
        let column = source[from..start].chars().count();
        let width =
            source.get(span).map_or(1, |s| s.lines().next().unwrap_or_default().chars().count()).max(1);
        let number = line.to_string();
        let pad = " ".repeat(number.len());
        Self {
            line,
            place: Some(format!(
                "{pad}--> {file}:{line}:{}\n{number} | {content}\n{pad} | {}{}",
                column + 1,
                " ".repeat(column),
                "^".repeat(width)
            )),
            ..Self::whole(code, text, hint)
        }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "[{}] {}", self.code, self.text)?;
        if let Some(place) = &self.place {
            writeln!(f, "{place}")?;
        }
        write!(f, "Hinweis: {}", self.hint)
    }
}
