//! When a changed setting takes effect. The service reads `pipeline.toml` once; what it looks at again while it
//! runs are the rule files ([`super::Rules`]) and the files of secrets.

/// When a changed setting takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// With the next command that a person gives: the service never asks for it.
    NextCommand,
    /// When the service starts again.
    Restart,
}

/// When a change of that key takes effect.
pub fn takes_effect(key: &str) -> Effect {
    // How long paper stays is asked by `disposal` alone.
    if key == "retention.paper_days" { Effect::NextCommand } else { Effect::Restart }
}
