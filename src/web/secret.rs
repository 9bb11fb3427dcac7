//! Passwords and tokens: made here, kept nowhere but in the head and the browser.

use crate::error::{Error, Result};
use crate::model::hash::ContentHash;
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

/// Shorter passwords are refused.
pub const PASSWORD_CHARS_MIN: usize = 12;
/// Longer ones are no passwords.
pub const PASSWORD_BYTES_MAX: usize = 1024;
/// Letters of generated passwords: none that look alike.
const READABLE: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789-";

/// What is stored of a password: argon2id with its parameters and a salt of its own.
pub fn hashed(password: &str) -> Result<String> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|e| Error::Format(format!("Kennwort: {e}")))
}

/// Whether that is the password. Without a stored hash the same work is done, so that the time taken does not
/// tell who exists.
pub fn matches(password: &str, stored: Option<&str>) -> bool {
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$cG9zdHN0ZWxsZS1ub2JvZHk$YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY";
    let Ok(hash) = PasswordHash::new(stored.unwrap_or(NOBODY)) else { return false };
    let right = Argon2::default().verify_password(password.as_bytes(), &hash).is_ok();
    right && stored.is_some()
}

/// A token for a browser: 256 bits.
pub fn token() -> Result<String> {
    Ok(ContentHash(random()?).hex())
}

/// A password somebody can copy by hand: 20 letters, 100 bits.
pub fn generated() -> Result<String> {
    Ok(random()?.iter().take(20).map(|byte| char::from(READABLE[usize::from(byte % 32)])).collect())
}

/// What the ledger keeps of a token.
pub fn token_hash(token: &str) -> String {
    ContentHash::of(token.as_bytes()).hex()
}

/// What every form of a session carries: another window's form, or another site's, does not know it.
pub fn form_token(token: &str) -> String {
    ContentHash::of(format!("form {token}").as_bytes()).hex()
}

fn random() -> Result<[u8; 32]> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(|e| Error::Format(format!("Zufall: {e}")))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_matches_only_its_own_hash() {
        let hash = hashed("ein langes Kennwort").unwrap();
        assert!(hash.starts_with("$argon2id$"), "{hash}");
        assert!(matches("ein langes Kennwort", Some(&hash)));
        assert!(!matches("ein langes Kennwort ", Some(&hash)));
        assert!(!matches("ein langes Kennwort", None));
        assert_ne!(token().unwrap(), token().unwrap());
        assert_eq!(generated().unwrap().len(), 20);
    }

    #[test]
    fn for_nobody_the_same_work_is_done() {
        let before = std::time::Instant::now();
        matches("x", None);
        assert!(before.elapsed().as_millis() > 1, "the stand-in hash must be a valid one");
    }
}
