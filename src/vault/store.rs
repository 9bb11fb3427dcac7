//! What an engine of the vault does: keeps stored bytes under a name and gives them back. Encryption, hashes and what
//! is promised of them are the vault's, and the same for all.

use super::VaultFile;
use crate::error::Result;
use crate::model::hash::ContentHash;
use std::fmt::Debug;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

/// Whoever puts bytes that lie there already names them in the ledger long before this is over; until then nobody
/// removes them.
pub(super) const SETTLED: Duration = Duration::from_secs(3600);

/// Ending of an encrypted object.
const ENCRYPTED: &str = ".enc";

/// An object as it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Stored {
    /// SHA-256 of what is in it.
    pub hash: ContentHash,
    /// Whether it is encrypted.
    pub encrypted: bool,
}

impl Stored {
    /// Its name: `ab/abcdef…`, or `ab/abcdef….enc`.
    pub fn name(&self) -> String {
        let hex = self.hash.hex();
        format!("{}/{hex}{}", &hex[..2], if self.encrypted { ENCRYPTED } else { "" })
    }

    /// What the last part of a name means; nothing if it is no object's.
    pub(super) fn of(name: &str) -> Option<Self> {
        let hex = name.strip_suffix(ENCRYPTED);
        let hash = ContentHash::from_hex(hex.unwrap_or(name))?;
        Some(Self { hash, encrypted: hex.is_some() })
    }
}

/// An engine.
pub(super) trait Store: Debug + Send + Sync {
    /// Folder of this machine in which objects are written before they are kept.
    fn scratch(&self) -> Result<&Path>;

    /// Whether what is written there has to outlast a power cut.
    fn lasting(&self) -> bool;

    /// Makes what writing needs.
    fn prepare(&self) -> Result<()>;

    /// Clears what killed writes and removals left behind, while nobody else writes.
    fn sweep(&self) -> Result<()>;

    /// Whether something can be written now; leaves nothing behind.
    fn writable(&self) -> Result<()>;

    /// Under which name an object is stored, the encrypted one first; none if there is no such object.
    fn find(&self, hash: &ContentHash) -> Result<Option<Stored>>;

    /// Its stored bytes, all of them or only the first.
    fn open(&self, stored: Stored, first: Option<u64>) -> Result<Box<dyn Read + Send>>;

    /// How an object is stored of which a file is at hand.
    fn near(&self, _: &ContentHash) -> Option<Stored> {
        None
    }

    /// The stored object as a file of this machine. Where it has to be fetched, `check` sees the file before anybody.
    fn file(&self, stored: Stored, check: &dyn Fn(&Path) -> Result<()>) -> Result<VaultFile>;

    /// Marks an object as put just now, if it is there and that makes writing it again needless: then nobody removes
    /// it for [`SETTLED`], unless he has begun already.
    fn renewed(&self, hash: &ContentHash) -> Result<Option<Stored>>;

    /// Takes over a file from [`Store::scratch`]; good for ever once this returns.
    fn keep(&self, scratch: &Path, stored: Stored) -> Result<()>;

    /// Removes an object unless it was put lately; whether it is gone.
    fn remove(&self, stored: Stored) -> Result<bool>;

    /// Removes it whatever happened lately.
    fn discard(&self, stored: Stored) -> Result<()>;

    /// Everything that is stored, in no order.
    fn list(&self) -> Result<Vec<Stored>>;

    /// A short text beside the objects; empty if there is none.
    fn note(&self, name: &str) -> Result<String>;

    /// Writes it.
    fn set_note(&self, name: &str, text: &str) -> Result<()>;
}
