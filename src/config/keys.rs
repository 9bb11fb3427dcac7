//! Keys of the review: as written -> as used. Pure.

use super::file;
use super::resolve::Check;
use crate::model::town::ReviewKeys;
use std::collections::BTreeMap;

impl Check<'_> {
    /// The usual keys with the town's own; no two things on one key.
    pub(super) fn keys(&mut self, written: &file::Web) -> ReviewKeys {
        let mut keys = ReviewKeys::default();
        for (name, key) in &written.keys {
            let sign = key.get_ref().chars().next().filter(|sign| {
                let single = key.get_ref().chars().count() == 1;
                single
                    && !sign.is_uppercase()
                    && !sign.is_ascii_digit()
                    && !sign.is_whitespace()
                    && !sign.is_control()
            });
            self.known(name, ReviewKeys::NAMES, "Die Taste");
            match (sign, keys.of(name.get_ref())) {
                (Some(sign), Some(key)) => *key = sign,
                (None, _) => self.complain(
                    key.span(),
                    "config.key",
                    format!("„{}“ ist keine Taste dafür.", key.get_ref()),
                    "Ein kleiner Buchstabe oder ein Zeichen; Ziffern sind für die Vorschläge.",
                ),
                (_, None) => {}
            }
        }
        let mut taken: BTreeMap<char, &str> = BTreeMap::new();
        for name in ReviewKeys::NAMES {
            let Some(key) = keys.of(name).copied() else { continue };
            let Some(other) = taken.insert(key, name) else { continue };
            let own = |n: &str| written.keys.iter().find(|(known, _)| known.get_ref() == n);
            if let Some((_, place)) = own(name).or_else(|| own(other)) {
                let text = format!("Auf „{key}“ liegen {other} und {name}.");
                self.complain(place.span(), "config.key_twice", text, "Einem davon eine andere Taste geben.");
            }
        }
        keys
    }
}
