//! The vault in a bucket of S3-compatible storage: the same names below a prefix.
//!
//! Order of a write: temporary file on this machine, upload, read back and compare. A name is written again with the
//! same content only. Every request is signed for itself and harmless if it is repeated.
//!
//! A bucket cannot rename, so a removal is announced: the remover writes a mark, then looks how old the object is, then
//! removes it, then the mark. Whoever puts the same bytes looks for marks after his upload and then reads back. Either
//! the remover sees the new object, or the writer sees the mark or that the object is gone, and puts it once more.

use super::answer;
use super::cache::Cache;
use super::store::{SETTLED, Store, Stored};
use super::{VaultFile, copy_hashed, hash_of};
use crate::config::secret;
use crate::delivery::http::Wire;
use crate::error::{Error, Result};
use crate::fault;
use crate::model::hash::ContentHash;
use crate::model::place::Bucket;
use rusty_s3::actions::{ListObjectsV2, S3Action};
use rusty_s3::{Credentials, UrlStyle};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::Path;
use std::time::{Duration, Instant};
use ureq::http::{HeaderMap, Request, Response};
use ureq::{Body, SendBody};

/// A signed address is good for so long; a transfer that has begun may take longer.
const SIGNED: Duration = Duration::from_secs(900);
/// Largest object that goes in one request.
const PUT_BYTES_MAX: u64 = 5 << 30;
/// Answers that are no objects.
const ANSWER_BYTES_MAX: u64 = 16 << 20;
/// Who has not removed an object so long after he looked at it does not remove it.
const REMOVAL: Duration = Duration::from_secs(60);
/// A request that failed within this time failed at once.
const AT_ONCE: Duration = Duration::from_secs(5);
/// Wait before it is repeated.
const BREATH: Duration = Duration::from_millis(250);
/// Where removals are announced.
const GOING: &str = "going/";

/// A bucket.
#[derive(Debug)]
pub(super) struct BucketStore {
    place: Bucket,
    wire: Wire,
    cache: Cache,
}

impl BucketStore {
    /// Connects only when asked for something.
    pub(super) fn new(place: &Bucket) -> Self {
        Self { place: place.clone(), wire: Wire::new(&place.access), cache: Cache::new(&place.cache) }
    }

    fn name(&self, name: &str) -> String {
        if self.place.prefix.is_empty() { name.to_owned() } else { format!("{}/{name}", self.place.prefix) }
    }

    /// One request, signed by `sign`, and its answer if it is a success; none where there is no such object. Every request
    /// may be repeated, and one that failed at once is, once: a server that restarts, a connection it had closed.
    fn ask(
        &self,
        method: &str,
        sign: impl Fn(&rusty_s3::Bucket, &Credentials) -> String,
        head: &[(&str, String)],
        body: impl Fn() -> Result<SendBody<'static>>,
    ) -> Result<Option<Response<Body>>> {
        let begun = Instant::now();
        match self.ask_once(method, &sign, head, body()?) {
            Err(Error::Vault { code: "unreachable" | "no_answer" | "busy" | "failed", .. })
                if begun.elapsed() < AT_ONCE =>
            {
                std::thread::sleep(fault::hurried(BREATH));
                self.ask_once(method, &sign, head, body()?)
            }
            answer => answer,
        }
    }

    fn ask_once(
        &self,
        method: &str,
        sign: impl Fn(&rusty_s3::Bucket, &Credentials) -> String,
        head: &[(&str, String)],
        body: SendBody<'_>,
    ) -> Result<Option<Response<Body>>> {
        let (name, region) = (self.place.name.clone(), self.place.region.clone());
        let endpoint = self.place.access.url.parse().map_err(|e| answer::setup(format!("endpoint: {e}.")))?;
        let bucket = rusty_s3::Bucket::new(endpoint, UrlStyle::Path, name, region);
        let bucket = bucket.map_err(|e| answer::setup(format!("endpoint: {e}.")))?;
        let secret = secret::read(&self.place.secret_file).map_err(|refusal| answer::setup(refusal.text))?;
        let key = Credentials::new(self.place.access_key.clone(), secret);
        let mut request = Request::builder().method(method).uri(sign(&bucket, &key));
        for (name, value) in head {
            request = request.header(*name, value);
        }
        let answer = self.wire.begin(request, body).map_err(|lost| answer::lost(&lost))?;
        let status = answer.status().as_u16();
        if (200..300).contains(&status) {
            return Ok(Some(answer));
        }
        // What cannot be read of a refusal does not change it.
        let said = text(answer.into_body()).unwrap_or_default();
        if status == 404 && !said.contains("NoSuchBucket") {
            return Ok(None);
        }
        Err(answer::refused(status, &said))
    }

    fn get(&self, name: &str, first: Option<u64>) -> Result<Option<Transfer>> {
        let range = first.map(|first| ("range", format!("bytes=0-{}", first.saturating_sub(1))));
        let sign =
            |b: &rusty_s3::Bucket, k: &Credentials| b.get_object(Some(k), name).sign(SIGNED).to_string();
        let answer = self.ask("GET", sign, range.as_slice(), nothing)?;
        Ok(answer.map(|answer| {
            let left = header(answer.headers(), "content-length").and_then(|length| length.parse().ok());
            let from = answer.into_body().into_with_config().limit(u64::MAX).reader();
            Transfer { from: Box::new(from), left }
        }))
    }

    fn put(&self, name: &str, length: u64, body: impl Fn() -> Result<SendBody<'static>>) -> Result<()> {
        let sign =
            |b: &rusty_s3::Bucket, k: &Credentials| b.put_object(Some(k), name).sign(SIGNED).to_string();
        let head = [("content-length", length.to_string())];
        self.ask("PUT", sign, &head, body)?.ok_or_else(|| answer::refused(404, ""))?;
        Ok(())
    }

    fn put_text(&self, name: &str, text: &str) -> Result<()> {
        let body = || Ok(SendBody::from_owned_reader(io::Cursor::new(text.to_owned())));
        self.put(name, text.len() as u64, body)
    }

    fn delete(&self, name: &str) -> Result<()> {
        let sign =
            |b: &rusty_s3::Bucket, k: &Credentials| b.delete_object(Some(k), name).sign(SIGNED).to_string();
        self.ask("DELETE", sign, &[], nothing).map(drop)
    }

    /// How long ago an object was written, by the server's clock; none if it is not there.
    fn age(&self, name: &str) -> Result<Option<Duration>> {
        let sign =
            |b: &rusty_s3::Bucket, k: &Credentials| b.head_object(Some(k), name).sign(SIGNED).to_string();
        let Some(answer) = self.ask("HEAD", sign, &[], nothing)? else { return Ok(None) };
        let time = |name| {
            let text = header(answer.headers(), name)?;
            jiff::fmt::rfc2822::parse(text).ok()
        };
        // Without times nobody can say that it is old.
        Ok(Some(match (time("last-modified"), time("date")) {
            (Some(written), Some(now)) => {
                now.timestamp().duration_since(written.timestamp()).try_into().unwrap_or_default()
            }
            _ => Duration::ZERO,
        }))
    }

    /// Objects whose names begin so, and what time it is there.
    fn listed(&self, prefix: &str) -> Result<(Vec<Listed>, Option<jiff::Timestamp>)> {
        let prefix = self.name(prefix);
        let (mut found, mut more) = (Vec::new(), None::<String>);
        loop {
            let sign = |b: &rusty_s3::Bucket, k: &Credentials| {
                let mut list = b.list_objects_v2(Some(k));
                list.with_prefix(prefix.as_str());
                if let Some(more) = &more {
                    list.with_continuation_token(more.as_str());
                }
                list.sign(SIGNED).to_string()
            };
            let answer = self.ask("GET", sign, &[], nothing)?;
            let answer = answer.ok_or_else(|| answer::refused(404, ""))?;
            let now = header(answer.headers(), "date").and_then(|text| jiff::fmt::rfc2822::parse(text).ok());
            let said = text(answer.into_body()).map_err(|error| answer::broke_off(&error))?;
            let page = ListObjectsV2::parse_response(&said).map_err(|_| answer::refused(200, ""))?;
            found.extend(page.contents.into_iter().map(|object| Listed {
                written: object.last_modified.and_then(|text| text.parse().ok()),
                key: object.key,
            }));
            more = page.next_continuation_token;
            if more.is_none() {
                return Ok((found, now.map(|now| now.timestamp())));
            }
        }
    }

    /// Whether somebody is removing an object just now. Marks of removals that were killed mean nothing after a while.
    fn going(&self, hash: &ContentHash) -> Result<bool> {
        let (marks, now) = self.listed(&format!("{GOING}{}", hash.hex()))?;
        Ok(marks.iter().any(|mark| !settled(mark, now)))
    }

    fn removed(&self, stored: Stored) -> Result<bool> {
        let name = self.name(&stored.name());
        let begun = Instant::now();
        match self.age(&name)? {
            None => return Ok(true),
            Some(age) if age < SETTLED || begun.elapsed() > REMOVAL => return Ok(false),
            Some(_) => {}
        }
        self.delete(&name)?;
        Ok(true)
    }
}

/// An object as a list names it.
struct Listed {
    key: String,
    written: Option<jiff::Timestamp>,
}

/// Whether it was written so long ago that whoever wrote it is done.
fn settled(object: &Listed, now: Option<jiff::Timestamp>) -> bool {
    let age = now.zip(object.written).map(|(now, written)| now.duration_since(written));
    age.is_some_and(|age| age > SETTLED.try_into().unwrap_or(jiff::SignedDuration::MAX))
}

impl Store for BucketStore {
    fn scratch(&self) -> Result<&Path> {
        self.cache.prepare()
    }

    fn lasting(&self) -> bool {
        false
    }

    fn prepare(&self) -> Result<()> {
        self.cache.prepare().map(drop)
    }

    fn sweep(&self) -> Result<()> {
        let (marks, now) = self.listed(GOING)?;
        marks.iter().filter(|mark| settled(mark, now)).try_for_each(|mark| self.delete(&mark.key))
    }

    fn writable(&self) -> Result<()> {
        let name = self.name(&format!("probe/{:016x}", getrandom::u64().unwrap_or_default()));
        self.put_text(&name, "?")?;
        self.delete(&name)
    }

    fn find(&self, hash: &ContentHash) -> Result<Option<Stored>> {
        let plain = Stored { hash: *hash, encrypted: false };
        let (found, _) = self.listed(&plain.name())?;
        let found = found.iter().filter_map(|object| Stored::of(object.key.rsplit('/').next()?));
        Ok(found.max_by_key(|stored| stored.encrypted))
    }

    fn open(&self, stored: Stored, first: Option<u64>) -> Result<Box<dyn Read + Send>> {
        let name = self.name(&stored.name());
        let gone = || Error::io("Aus dem Tresor lesen", &name)(ErrorKind::NotFound.into());
        Ok(Box::new(self.get(&name, first)?.ok_or_else(gone)?))
    }

    fn near(&self, hash: &ContentHash) -> Option<Stored> {
        self.cache.near(hash)
    }

    fn file(&self, stored: Stored, check: &dyn Fn(&Path) -> Result<()>) -> Result<VaultFile> {
        let held = self.cache.file(stored, |path| {
            let mut file = File::create_new(path).map_err(Error::io("Zwischenspeicher schreiben", path))?;
            let mut bytes = self.open(stored, None)?;
            let (_, length) = copy_hashed(&mut bytes, &mut file, path).map_err(|error| match error {
                Error::Io { source, .. } if source.kind() == ErrorKind::ConnectionAborted => {
                    answer::broke_off(&source)
                }
                other => other,
            })?;
            check(path)?;
            Ok(length)
        })?;
        Ok(VaultFile { path: held.path().to_owned(), key: None, held: Some(held) })
    }

    /// Only writing it again tells all others that it is wanted.
    fn renewed(&self, _: &ContentHash) -> Result<Option<Stored>> {
        Ok(None)
    }

    fn keep(&self, scratch: &Path, stored: Stored) -> Result<()> {
        let name = self.name(&stored.name());
        let open = || File::open(scratch).map_err(Error::io("In den Tresor schreiben", scratch));
        let length = open()?.metadata().map_err(Error::io("In den Tresor schreiben", scratch))?.len();
        if length > PUT_BYTES_MAX {
            return Err(answer::too_large(length));
        }
        self.put(&name, length, || Ok(SendBody::from_owned_reader(open()?)))?;
        if self.going(&stored.hash)? {
            return Err(answer::going(&name));
        }
        let back = hash_of(&mut self.open(stored, None)?).map_err(|error| match error {
            Error::Io { source, .. } => answer::broke_off(&source),
            other => other,
        })?;
        if back != hash_of(&mut open()?)? {
            return Err(answer::other_bytes(&name));
        }
        fs::remove_file(scratch).map_err(Error::io("Zwischenspeicher leeren", scratch))
    }

    fn remove(&self, stored: Stored) -> Result<bool> {
        let chance = getrandom::u64().unwrap_or_default();
        let mark = self.name(&format!("{GOING}{}-{chance:016x}", stored.hash.hex()));
        self.put_text(&mark, "")?;
        let gone = self.removed(stored);
        self.cache.forget(stored);
        self.delete(&mark)?;
        gone
    }

    fn discard(&self, stored: Stored) -> Result<()> {
        self.cache.forget(stored);
        self.delete(&self.name(&stored.name()))
    }

    fn list(&self) -> Result<Vec<Stored>> {
        let root = self.name("");
        let stored = |object: &Listed| {
            let stored = Stored::of(object.key.rsplit('/').next()?)?;
            // Marks and other towns below ours are no objects of ours.
            (object.key.strip_prefix(&root)? == stored.name()).then_some(stored)
        };
        Ok(self.listed("")?.0.iter().filter_map(stored).collect())
    }

    fn note(&self, name: &str) -> Result<String> {
        let mut text = String::new();
        if let Some(note) = self.get(&self.name(name), None)? {
            let read = note.take(ANSWER_BYTES_MAX).read_to_string(&mut text);
            read.map_err(|error| answer::broke_off(&error))?;
        }
        Ok(text)
    }

    fn set_note(&self, name: &str, text: &str) -> Result<()> {
        self.put_text(&self.name(name), text)?;
        if self.note(name)? == text { Ok(()) } else { Err(answer::other_bytes(name)) }
    }
}

fn nothing() -> Result<SendBody<'static>> {
    Ok(SendBody::none())
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn text(body: Body) -> io::Result<String> {
    let mut text = String::new();
    body.into_with_config().limit(ANSWER_BYTES_MAX).reader().read_to_string(&mut text)?;
    Ok(text)
}

/// An object on its way. One that ends early, for whatever reason, is [`ErrorKind::ConnectionAborted`]: nothing that
/// happens on the way says that what is stored is damaged.
struct Transfer {
    from: Box<dyn Read + Send>,
    /// Bytes that are still to come, if the server said how many.
    left: Option<u64>,
}

impl Read for Transfer {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let aborted = |text: String| io::Error::new(ErrorKind::ConnectionAborted, text);
        let count = self.from.read(into).map_err(|error| aborted(error.to_string()))?;
        if let Some(left) = &mut self.left {
            if count == 0 && *left > 0 && !into.is_empty() {
                return Err(aborted(format!("{left} Bytes fehlen")));
            }
            *left = left.saturating_sub(count as u64);
        }
        Ok(count)
    }
}
