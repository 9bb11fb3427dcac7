//! Why some bytes are not taken, said to the person who can act.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A refusal: stable code, what happened, what to do. Never contains words of a letter.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Refusal {
    /// Stable dotted code, e.g. `tiff.cyclic`.
    pub code: String,
    /// German: what happened.
    pub text: String,
    /// German: what to do.
    pub hint: String,
}

impl Refusal {
    /// A refusal of that code.
    pub fn new(code: &str, text: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { code: code.into(), text: text.into(), hint: hint.into() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}] {} Hinweis: {}", self.code, self.text, self.hint)
    }
}

impl std::error::Error for Refusal {}
