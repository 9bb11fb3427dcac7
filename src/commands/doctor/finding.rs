//! One thing that was looked at, and how it is printed.

use serde::Serialize;

/// How it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Level {
    /// As it should be.
    Ok,
    /// It works, but not for ever or not well.
    Warn,
    /// Something does not work.
    Fail,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    /// Stable dotted code.
    pub(super) code: String,
    /// How it stands.
    pub(super) level: Level,
    /// German: what was found.
    pub(super) text: String,
    /// German: what to do; nothing if all is well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) hint: Option<String>,
}

impl Finding {
    pub(super) fn ok(code: &str, text: impl Into<String>) -> Self {
        Self { code: code.into(), level: Level::Ok, text: text.into(), hint: None }
    }

    pub(super) fn warn(code: &str, text: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { code: code.into(), level: Level::Warn, text: text.into(), hint: Some(hint.into()) }
    }

    pub(super) fn fail(code: &str, text: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { level: Level::Fail, ..Self::warn(code, text, hint) }
    }

    /// For people.
    pub(super) fn line(&self) -> String {
        let mark = match self.level {
            Level::Ok => "gut    ",
            Level::Warn => "Warnung",
            Level::Fail => "FEHLER ",
        };
        let hint = self.hint.as_ref().map(|hint| format!("\n        Hinweis: {hint}")).unwrap_or_default();
        format!("{mark} [{}] {}{hint}", self.code, self.text)
    }
}
