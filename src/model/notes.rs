//! Doubts and findings that travel with a value instead of being logged away.

use serde::{Deserialize, Serialize};

/// How much a note matters.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Said for the record; changes nothing.
    Info,
    /// Worth a look, but alone no reason to stop.
    Warning,
    /// A person must decide before the document goes out.
    Review,
}

/// One finding about a page or document.
///
/// `code` is stable and dotted (`page.too_dark`, `page.jbig2`); `text` is
/// German, for the clerk, and carries no words of the letter.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Note {
    /// Stable dotted code.
    pub code: String,
    /// German sentence for the clerk.
    pub text: String,
    /// How much it matters.
    pub severity: Severity,
}

impl Note {
    /// A note that only informs.
    pub fn info(code: &str, text: impl Into<String>) -> Self {
        Self { code: code.into(), text: text.into(), severity: Severity::Info }
    }

    /// A note worth a look.
    pub fn warning(code: &str, text: impl Into<String>) -> Self {
        Self { code: code.into(), text: text.into(), severity: Severity::Warning }
    }

    /// A note that sends the document to a person.
    pub fn review(code: &str, text: impl Into<String>) -> Self {
        Self { code: code.into(), text: text.into(), severity: Severity::Review }
    }
}

/// A value and the doubts about it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outcome<T> {
    /// What the stage produced.
    pub value: T,
    /// What it noticed on the way.
    pub notes: Vec<Note>,
}

impl<T> Outcome<T> {
    /// A value without doubts.
    pub fn sure(value: T) -> Self {
        Self { value, notes: Vec::new() }
    }
}
