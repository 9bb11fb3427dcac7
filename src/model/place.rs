//! Where the ledger is, and where the vault.

use super::town::HttpAccess;
use std::fmt;
use std::path::{Path, PathBuf};

/// Where a ledger is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a file of this machine: one process works on it.
    File(PathBuf),
    /// In a database: as many processes as are wanted, on as many machines.
    Server(Server),
}

/// A PostgreSQL database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// `postgres://…`, without a password.
    pub address: String,
    /// File that holds the password, if the server asks for one.
    pub password_file: Option<PathBuf>,
}

impl Place {
    /// The file, if it is one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Server(_) => None,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Server(server) => server.address.fmt(f),
        }
    }
}

impl From<&Self> for Place {
    fn from(place: &Self) -> Self {
        place.clone()
    }
}

impl<P: AsRef<Path> + ?Sized> From<&P> for Place {
    fn from(path: &P) -> Self {
        Self::File(path.as_ref().into())
    }
}

/// Where the bytes of a vault lie.
#[derive(Clone, Debug, PartialEq)]
pub enum VaultPlace {
    /// In a folder of this machine, or on a share.
    Folder(PathBuf),
    /// In a bucket of S3-compatible storage.
    Bucket(Box<Bucket>),
}

/// A bucket of S3-compatible storage.
#[derive(Clone, Debug, PartialEq)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// What names of objects begin with, without a slash at either end; may be empty.
    pub prefix: String,
    /// Region that requests are signed for.
    pub region: String,
    /// The server: its address, certificates, patience.
    pub access: HttpAccess,
    /// Id of the access key.
    pub access_key: String,
    /// File that holds the secret of the access key.
    pub secret_file: PathBuf,
    /// Folder for what is being written, and for objects that are needed as files.
    pub cache: PathBuf,
}

impl VaultPlace {
    /// The folder, if it is one.
    pub fn folder(&self) -> Option<&Path> {
        match self {
            Self::Folder(path) => Some(path),
            Self::Bucket(_) => None,
        }
    }

    /// Whether it is the same storage, however it is reached.
    pub fn same_storage(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Bucket(one), Self::Bucket(two)) => {
                (&one.name, &one.prefix, &one.access.url) == (&two.name, &two.prefix, &two.access.url)
            }
            _ => self == other,
        }
    }

    /// The folder of this machine that it writes to first: the vault itself, or what stands before its bucket.
    pub fn local(&self) -> &Path {
        match self {
            Self::Folder(path) => path,
            Self::Bucket(bucket) => &bucket.cache,
        }
    }
}

impl fmt::Display for VaultPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path) => path.display().fmt(f),
            Self::Bucket(bucket) if bucket.prefix.is_empty() => write!(f, "s3://{}", bucket.name),
            Self::Bucket(bucket) => write!(f, "s3://{}/{}", bucket.name, bucket.prefix),
        }
    }
}

impl From<&Self> for VaultPlace {
    fn from(place: &Self) -> Self {
        place.clone()
    }
}

impl<P: AsRef<Path> + ?Sized> From<&P> for VaultPlace {
    fn from(path: &P) -> Self {
        Self::Folder(path.as_ref().into())
    }
}
