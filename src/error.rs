//! What can go wrong in the shell, and what follows from it.
//!
//! Doubts about a letter are notes, refused bytes are [`Refusal`]s. An
//! [`Error`] is what remains: the disk, the ledger, the engine. Its kind says
//! whether trying again helps; the one `match` in [`Error::retry`] has no
//! wildcard, so a new variant forces the decision.

use crate::model::refusal::Refusal;
use std::path::PathBuf;

/// Result of the shell.
pub type Result<T> = std::result::Result<T, Error>;

/// Whether trying again helps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Retry {
    /// The same input will fail the same way.
    Never,
    /// Time may heal it: a full disk, a locked file, a dead server.
    Later,
    /// A person has to do something first.
    AfterOperator,
}

/// An error of the shell. `Display` is German and ends with what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder did not do what it should.
    #[error("[io.{}] {what} ({path}): {}. Hinweis: {}.", io_code(source), said(source), io_hint(source), path = path.display())]
    Io {
        /// German: what was tried.
        what: &'static str,
        /// With which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The ledger did not answer or refused.
    #[error("[ledger.{code}] Das Journal meldet: {0}. Hinweis: {hint}.", code = .0.code(), hint = .0.hint())]
    Ledger(#[from] crate::ledger::Unanswered),
    /// A transition that the state table does not allow.
    #[error(
        "[ledger.transition] {subject}: {from} -> {to} ist nicht erlaubt. Hinweis: {subject} wurde inzwischen anders entschieden; Ansicht neu laden."
    )]
    Transition {
        /// What was to change.
        subject: String,
        /// State in the ledger.
        from: String,
        /// State that was wanted.
        to: String,
    },
    /// Something that should exist does not.
    #[error("[ledger.missing] {what} {id} ist nicht bekannt. Hinweis: Kennung prüfen.")]
    Missing {
        /// German noun.
        what: &'static str,
        /// Id asked for.
        id: String,
    },
    /// The bytes of the vault are not what their name says.
    #[error(
        "[vault.damaged] Im Tresor liegt unter {hash} etwas anderes. Hinweis: Datenträger prüfen, Sicherung einspielen; nichts löschen."
    )]
    Damaged {
        /// Expected hash.
        hash: String,
    },
    /// The storage of the vault does not answer, refuses, or gave back other bytes than it was given: mail waits.
    #[error("[vault.{code}] {text} Hinweis: {hint}")]
    Vault {
        /// Stable.
        code: &'static str,
        /// German sentence: what happened.
        text: String,
        /// German sentence: what to do.
        hint: &'static str,
    },
    /// The engine child died, hung or grew too large.
    #[error(
        "[engine.{code}] {text}. Hinweis: Seite wird einzeln wiederholt und sonst zur Nachbearbeitung gelegt."
    )]
    Engine {
        /// `crashed`, `timeout`, `memory`, `start`.
        code: &'static str,
        /// German detail.
        text: String,
    },
    /// No seal or no timestamp: the document waits, or the configuration is wrong.
    #[error("[seal.{code}] {text}. Hinweis: {hint}.")]
    Seal {
        /// Stable.
        code: &'static str,
        /// German: what happened.
        text: String,
        /// German: what to do.
        hint: &'static str,
    },
    /// The virus scanner does not answer, did not look, or knows only old signatures: mail waits.
    #[error("[malware.{code}] {text}. Hinweis: {hint}.")]
    Malware {
        /// Stable.
        code: &'static str,
        /// German: what happened.
        text: String,
        /// German: what to do.
        hint: &'static str,
    },
    /// Bytes or an order that are refused for a stated reason.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// A value could not be written or read back.
    #[error("[data.format] {0}. Hinweis: Programmfehler, bitte melden.")]
    Format(String),
}

impl Error {
    /// Wraps an I/O error with what was tried.
    pub fn io(what: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { what, path, source }
    }

    /// No seal or no timestamp.
    pub fn seal(code: &'static str, text: impl Into<String>, hint: &'static str) -> Self {
        Self::Seal { code, text: text.into(), hint }
    }

    /// The virus scanner did not look.
    pub fn malware(code: &'static str, text: impl Into<String>, hint: &'static str) -> Self {
        Self::Malware { code, text: text.into(), hint }
    }

    /// Whether it is that trouble with the seal.
    pub fn is_seal(&self, wanted: &str) -> bool {
        matches!(self, Self::Seal { code, .. } if *code == wanted)
    }

    /// Whether trying again helps.
    pub fn retry(&self) -> Retry {
        match self {
            Self::Io { .. }
            | Self::Ledger(_)
            | Self::Vault { .. }
            | Self::Engine { .. }
            | Self::Seal { .. }
            | Self::Malware { .. } => Retry::Later,
            Self::Damaged { .. } => Retry::AfterOperator,
            Self::Transition { .. } | Self::Missing { .. } | Self::Refused(_) | Self::Format(_) => {
                Retry::Never
            }
        }
    }
}

impl From<openssl::error::ErrorStack> for Error {
    fn from(error: openssl::error::ErrorStack) -> Self {
        Self::seal("openssl", error.to_string(), "Schlüssel und Zertifikate prüfen")
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Format(error.to_string())
    }
}

impl From<postcard::Error> for Error {
    fn from(error: postcard::Error) -> Self {
        Self::Format(error.to_string())
    }
}

/// What the system said, in German where it is one of the usual troubles.
pub fn said(error: &std::io::Error) -> String {
    use std::io::ErrorKind as K;
    match error.kind() {
        K::NotFound => "gibt es nicht".into(),
        K::PermissionDenied => "keine Berechtigung".into(),
        K::ReadOnlyFilesystem => "hier darf nur gelesen werden".into(),
        K::StorageFull => "kein Platz mehr auf dem Datenträger".into(),
        K::QuotaExceeded => "das Kontingent ist aufgebraucht".into(),
        K::AlreadyExists => "gibt es schon".into(),
        K::IsADirectory => "ist ein Ordner".into(),
        K::NotADirectory => "ein Teil des Pfads ist kein Ordner".into(),
        K::ConnectionRefused => "dort nimmt niemand an".into(),
        K::TimedOut => "keine Antwort in der Zeit".into(),
        _ => error.to_string(),
    }
}

fn io_code(error: &std::io::Error) -> &'static str {
    use std::io::ErrorKind as K;
    match error.kind() {
        K::StorageFull | K::QuotaExceeded => "full",
        K::PermissionDenied | K::ReadOnlyFilesystem => "denied",
        K::NotFound => "gone",
        _ => "failed",
    }
}

fn io_hint(error: &std::io::Error) -> &'static str {
    match io_code(error) {
        "full" => "Platz schaffen; es geht von selbst weiter",
        "denied" => "Rechte des Ordners für den Dienst prüfen",
        "gone" => "Ordner anlegen oder einhängen",
        _ => "Datenträger und Protokoll prüfen",
    }
}
