//! Objects at rest under a key of the town: XChaCha20-Poly1305 in the STREAM construction, 64 KiB at a time.
//!
//! ```text
//! magic 8 | id of the key 8 | salt 32 | chunks of 65,536 bytes and a tag of 16, the last one shorter
//! ```
//!
//! Each object has a key of its own, HMAC-SHA256 of its salt under the town's key, so a nonce can never come twice
//! and the child that parses a letter is given the key of that letter alone. The head is authenticated with every
//! chunk; a chunk cut off, moved or changed ends the reading with an error.

use crate::config::secret;
use crate::error::{Error, Result};
use crate::model::refusal::Refusal;
use aead_stream::{DecryptorBE32, EncryptorBE32, Nonce, StreamBE32};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;

const MAGIC: &[u8; 8] = b"PSTRESO1";
/// Length of the head of an object.
pub const HEAD: usize = 8 + 8 + 32;
const CHUNK: usize = 1 << 16;
const TAG: usize = 16;

/// The first bytes of a digest of a key: says which key, and nothing of it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 8]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "key {self}")
    }
}

/// The key of one object.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectKey([u8; 32]);

impl fmt::Debug for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("object key")
    }
}

/// The keys of a town: the first one writes, all of them read.
#[derive(Clone)]
pub struct Keys(Vec<(KeyId, [u8; 32])>);

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(id, _)| id)).finish()
    }
}

impl Keys {
    /// Keys of a file or credential: 64 hex digits a line, the one to write with first.
    pub fn read(file: &Path) -> std::result::Result<Self, Refusal> {
        let text = secret::read(file)?;
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let keys: Option<Vec<_>> = lines.map(key).collect();
        match keys {
            Some(keys) if !keys.is_empty() => Ok(Self(keys)),
            _ => Err(Refusal::new(
                "vault.key_format",
                format!("{} enthält keinen Tresorschlüssel.", file.display()),
                "Je Zeile 64 Hexziffern, der geltende zuerst: openssl rand -hex 32 > DATEI",
            )),
        }
    }

    /// The key that writes.
    pub fn first(&self) -> KeyId {
        self.0[0].0
    }

    /// Whether it is one of them.
    pub fn know(&self, id: &str) -> bool {
        self.0.iter().any(|(known, _)| known.to_string() == id)
    }

    /// The key of an object, by its head.
    fn of(&self, head: &[u8; HEAD]) -> Option<ObjectKey> {
        let (_, key) = self.0.iter().find(|(id, _)| id.0 == head[8..16])?;
        // A key of any length is one for HMAC.
        let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).ok()?;
        mac.update(b"poststelle vault object 1");
        mac.update(&head[16..]);
        Some(ObjectKey(mac.finalize().into_bytes().into()))
    }
}

fn key(hex: &str) -> Option<(KeyId, [u8; 32])> {
    let key = crate::model::hash::ContentHash::from_hex(&hex.to_ascii_lowercase())?.0;
    let mut digest = Sha256::new();
    digest.update(b"poststelle vault key 1");
    digest.update(key);
    let mut id = [0; 8];
    id.copy_from_slice(&digest.finalize()[..8]);
    Some((KeyId(id), key))
}

/// The head of an object, and the id of its key.
pub fn head(from: &mut dyn Read) -> io::Result<([u8; HEAD], KeyId)> {
    let mut head = [0; HEAD];
    from.read_exact(&mut head)?;
    if head[..8] != *MAGIC {
        return Err(broken());
    }
    let mut id = [0; 8];
    id.copy_from_slice(&head[8..16]);
    Ok((head, KeyId(id)))
}

/// The key of the object that begins with that head.
pub fn object_key(keys: Option<&Keys>, (head, id): &([u8; HEAD], KeyId)) -> Result<ObjectKey> {
    keys.and_then(|keys| keys.of(head)).ok_or_else(|| Error::Refused(unknown(&id.to_string())))
}

/// Nobody named the key that an object needs.
pub fn unknown(id: &str) -> Refusal {
    Refusal::new(
        "vault.key_missing",
        format!("Im Tresor liegt etwas unter dem Schlüssel {id}, den niemand nennt."),
        "vault_key_file in pipeline.toml (oder --vault-key) auf die Datei mit diesem Schlüssel richten; frühere \
         Schlüssel bleiben darin, bis poststelle vault rekey sie überflüssig macht.",
    )
}

/// Length of what was written, by the length of the object.
pub fn plain_length(stored: u64) -> u64 {
    let (chunk, tag) = ((CHUNK + TAG) as u64, TAG as u64);
    let body = stored.saturating_sub(HEAD as u64);
    let tags = body.div_ceil(chunk) * tag;
    body.saturating_sub(tags)
}

fn broken() -> io::Error {
    io::Error::new(ErrorKind::InvalidData, "verschlüsseltes Objekt ist beschädigt")
}

fn prefix() -> Nonce<XChaCha20Poly1305, StreamBE32<XChaCha20Poly1305>> {
    // The key is the object's alone.
    Nonce::<XChaCha20Poly1305, StreamBE32<XChaCha20Poly1305>>::default()
}

/// Encrypts what is written to it; only [`Encrypting::finish`] makes it whole.
pub struct Encrypting<W> {
    to: W,
    head: [u8; HEAD],
    stream: EncryptorBE32<XChaCha20Poly1305>,
    chunk: Vec<u8>,
}

impl<W: Write> Encrypting<W> {
    /// Begins an object under the first key.
    pub fn begin(keys: &Keys, mut to: W) -> Result<Self> {
        let mut head = [0; HEAD];
        head[..8].copy_from_slice(MAGIC);
        head[8..16].copy_from_slice(&keys.first().0);
        getrandom::fill(&mut head[16..]).map_err(|e| Error::Format(format!("Zufall: {e}")))?;
        let key = object_key(Some(keys), &(head, keys.first()))?;
        to.write_all(&head).map_err(Error::io("In den Tresor schreiben", "Tresor"))?;
        let stream = EncryptorBE32::from_aead(XChaCha20Poly1305::new(&key.0.into()), &prefix());
        Ok(Self { to, head, stream, chunk: Vec::with_capacity(CHUNK + TAG) })
    }

    /// Writes the last chunk and gives back what was written to.
    pub fn finish(mut self) -> io::Result<W> {
        self.stream.encrypt_last_in_place(&self.head, &mut self.chunk).map_err(|_| broken())?;
        self.to.write_all(&self.chunk)?;
        Ok(self.to)
    }
}

impl<W: Write> Write for Encrypting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full chunk waits until something follows: the last one is marked as the last.
        if self.chunk.len() == CHUNK {
            self.stream.encrypt_next_in_place(&self.head, &mut self.chunk).map_err(|_| broken())?;
            self.to.write_all(&self.chunk)?;
            self.chunk.clear();
        }
        let count = bytes.len().min(CHUNK - self.chunk.len());
        self.chunk.extend_from_slice(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// Reads what was written, chunk by chunk, each checked before anything of it is given.
pub struct Decrypting<R> {
    from: R,
    head: [u8; HEAD],
    /// Gone after the last chunk.
    stream: Option<DecryptorBE32<XChaCha20Poly1305>>,
    /// Read and not yet decrypted: one byte more than a chunk says that another follows.
    ahead: Vec<u8>,
    chunk: Vec<u8>,
    given: usize,
}

impl<R: Read> Decrypting<R> {
    /// `from` stands behind the head.
    pub fn new(head: [u8; HEAD], key: &ObjectKey, from: R) -> Self {
        let stream = DecryptorBE32::from_aead(XChaCha20Poly1305::new(&key.0.into()), &prefix());
        let chunk = Vec::with_capacity(CHUNK + TAG + 1);
        Self { from, head, stream: Some(stream), ahead: chunk.clone(), chunk, given: 0 }
    }

    fn next_chunk(&mut self) -> io::Result<()> {
        let wanted = (CHUNK + TAG + 1 - self.ahead.len()) as u64;
        self.from.by_ref().take(wanted).read_to_end(&mut self.ahead)?;
        std::mem::swap(&mut self.chunk, &mut self.ahead);
        self.ahead.clear();
        self.given = 0;
        let Some(mut stream) = self.stream.take() else { return Ok(()) };
        if self.chunk.len() > CHUNK + TAG {
            self.ahead.extend(self.chunk.drain(CHUNK + TAG..));
            stream.decrypt_next_in_place(&self.head, &mut self.chunk).map_err(|_| broken())?;
            self.stream = Some(stream);
        } else {
            stream.decrypt_last_in_place(&self.head, &mut self.chunk).map_err(|_| broken())?;
        }
        Ok(())
    }
}

impl<R: Read> Read for Decrypting<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.given == self.chunk.len() {
            if self.stream.is_none() {
                return Ok(0);
            }
            self.next_chunk()?;
        }
        let count = into.len().min(self.chunk.len() - self.given);
        into[..count].copy_from_slice(&self.chunk[self.given..][..count]);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(digit: char) -> Keys {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), format!("{}\n", digit.to_string().repeat(64))).unwrap();
        Keys::read(file.path()).unwrap()
    }

    fn encrypted(keys: &Keys, plain: &[u8]) -> Vec<u8> {
        let mut to = Encrypting::begin(keys, Vec::new()).unwrap();
        // In pieces that fit no chunk.
        plain.chunks(1000).for_each(|piece| to.write_all(piece).unwrap());
        to.finish().unwrap()
    }

    fn decrypted(keys: &Keys, mut stored: &[u8]) -> io::Result<Vec<u8>> {
        let head = head(&mut stored)?;
        let key = object_key(Some(keys), &head).map_err(io::Error::other)?;
        let mut plain = Vec::new();
        Decrypting::new(head.0, &key, stored).read_to_end(&mut plain)?;
        Ok(plain)
    }

    #[test]
    fn every_length_comes_back_and_its_length_is_known_before() {
        let key = keys('a');
        for length in [0, 1, 15, 16, 17, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 5, 300_000] {
            let plain: Vec<u8> = (0..length).map(|i| (i * 7 % 251) as u8).collect();
            let stored = encrypted(&key, &plain);
            assert_eq!(plain_length(stored.len() as u64), length as u64);
            assert!(decrypted(&key, &stored).unwrap() == plain, "{length}");
            assert!(length < 16 || !stored.windows(16).any(|w| w == &plain[..16]), "{length} in the clear");
        }
        assert_ne!(encrypted(&key, b"Brief"), encrypted(&key, b"Brief"), "equal letters do not look equal");
    }

    #[test]
    fn nothing_altered_cut_off_or_under_another_key_is_read() {
        let key = keys('a');
        let plain = vec![7; CHUNK + 100];
        let stored = encrypted(&key, &plain);
        for at in [0, 8, 16, HEAD - 1, HEAD, HEAD + 1, HEAD + CHUNK, stored.len() - 1] {
            let mut altered = stored.clone();
            altered[at] ^= 1;
            assert!(decrypted(&key, &altered).is_err(), "byte {at}");
        }
        for length in [0, HEAD - 1, HEAD, HEAD + TAG, HEAD + CHUNK + TAG, stored.len() - 1] {
            assert!(decrypted(&key, &stored[..length]).is_err(), "cut at {length}");
        }
        let swapped =
            [&stored[..HEAD], &stored[HEAD + CHUNK + TAG..], &stored[HEAD..][..CHUNK + TAG]].concat();
        assert!(decrypted(&key, &swapped).is_err());
        assert!(decrypted(&key, &[&stored[..], b"x"].concat()).is_err());
        let other = object_key(Some(&keys('b')), &head(&mut &stored[..]).unwrap()).unwrap_err().to_string();
        assert!(
            other.starts_with("[vault.key_missing]") && other.contains(&key.first().to_string()),
            "{other}"
        );
        assert!(!format!("{key:?}").contains("aaaa"), "keys are shown by their ids alone");
    }
}
