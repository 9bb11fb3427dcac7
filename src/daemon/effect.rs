//! When a changed setting takes effect. A running service takes a changed `pipeline.toml` over as a whole
//! ([`super::Versions`]), rule files ([`super::Rules`]) and files of secrets as they are.

/// When a changed setting takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// With the next command that a person gives: the service never asks for it.
    NextCommand,
    /// In the running service.
    Reload,
    /// When the service starts again: everything it knows lies there.
    Restart,
}

/// When a change of that key takes effect.
pub fn takes_effect(key: &str) -> Effect {
    match key {
        "ledger" | "vault" | "s3.endpoint" | "town.id" => Effect::Restart,
        // How long paper stays is asked by `disposal` alone.
        "retention.paper_days" => Effect::NextCommand,
        _ => Effect::Reload,
    }
}
