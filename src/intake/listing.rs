//! What lies in a drop folder, and what of it has stood still long enough.
//!
//! In: a station and the clock. Out: files ready to be claimed. The listing is
//! the truth; events only say when to look. Symbolic links, FIFOs, devices and
//! temporary names are left alone, files that leave and come back start anew.

use crate::error::{Error, Result};
use crate::model::town::Station;
use globset::{Glob, GlobSet, GlobSetBuilder};
use std::collections::{HashMap, HashSet};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// Names scanners, browsers and copy programs give to files they are still writing.
const TEMPORARY: &[&str] = &[
    ".*",
    "~*",
    "*~",
    "*.tmp",
    "*.temp",
    "*.part",
    "*.partial",
    "*.crdownload",
    "*.filepart",
    "*.swp",
    "*.lock",
    "Thumbs.db",
    "desktop.ini",
];
/// Folders the program makes itself inside a station.
const OWN_FOLDERS: &[&str] = &["rejected", "done"];
/// Depth of sub-folders that is followed; deeper ones are a loop or a mistake.
const DEPTH_MAX: u32 = 16;

/// A file that may be claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where it lies.
    pub path: PathBuf,
    /// Path inside the station folder, for people.
    pub name: String,
    /// Length in bytes.
    pub length: u64,
    /// Its own time.
    pub modified: Option<SystemTime>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Look {
    inode: u64,
    length: u64,
    modified: Option<SystemTime>,
}

/// Remembers how long each file has stood still.
#[derive(Debug)]
pub struct Watch {
    folder: PathBuf,
    recursive: bool,
    quiet: Duration,
    ignored: GlobSet,
    seen: HashMap<PathBuf, (Look, Instant)>,
    /// Files whose waiting was said.
    said: HashSet<PathBuf>,
}

/// Whether a file of that name would be taken over, or be passed by as somebody's temporary one.
pub fn is_taken(station: &Station, name: &str) -> bool {
    !ignored(station).is_match(Path::new(name))
}

fn ignored(station: &Station) -> GlobSet {
    let mut ignored = GlobSetBuilder::new();
    let own = station.ignore.iter().map(String::as_str);
    for glob in TEMPORARY.iter().copied().chain(own).filter_map(|p| Glob::new(p).ok()) {
        ignored.add(glob);
    }
    ignored.build().unwrap_or_default()
}

impl Watch {
    /// A watch over the folder of a station.
    pub fn new(station: &Station) -> Self {
        Self {
            folder: station.folder.clone(),
            recursive: station.recursive,
            quiet: station.quiet,
            ignored: ignored(station),
            seen: HashMap::new(),
            said: HashSet::new(),
        }
    }

    /// Files that have stood still since at least the quiet time, oldest name first.
    ///
    /// `at` is a monotonic clock: a wall clock that jumps back delays nothing.
    pub fn look(&mut self, at: Instant) -> Result<Vec<Found>> {
        let mut present = HashMap::new();
        let mut ready = Vec::new();
        self.walk(&self.folder.clone(), 0, at, &mut present, &mut ready)?;
        self.said.retain(|path| present.contains_key(path));
        self.seen = present;
        ready.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(ready)
    }

    fn walk(
        &self,
        folder: &Path,
        depth: u32,
        at: Instant,
        present: &mut HashMap<PathBuf, (Look, Instant)>,
        ready: &mut Vec<Found>,
    ) -> Result<()> {
        let entries = fs::read_dir(folder).map_err(Error::io("Scanordner lesen", folder))?;
        for entry in entries.flatten() {
            let path = entry.path();
            let name = entry.file_name();
            if self.ignored.is_match(Path::new(&name)) {
                continue;
            }
            // Not followed: a link could lead anywhere. A file that vanished meanwhile is no error.
            let Ok(meta) = fs::symlink_metadata(&path) else { continue };
            if meta.is_dir() {
                let own = depth == 0 && OWN_FOLDERS.iter().any(|f| name.as_os_str() == *f);
                if self.recursive && !own && depth < DEPTH_MAX {
                    // A sub-folder that cannot be read must not hide its neighbours.
                    let _ = self.walk(&path, depth + 1, at, present, ready);
                }
                continue;
            }
            if !meta.is_file() {
                continue;
            }
            let look = Look { inode: meta.ino(), length: meta.len(), modified: meta.modified().ok() };
            let since = match self.seen.get(&path) {
                Some((before, since)) if *before == look => *since,
                _ => at,
            };
            if at.duration_since(since) >= self.quiet && look.length > 0 {
                ready.push(Found {
                    name: path.strip_prefix(&self.folder).unwrap_or(&path).to_string_lossy().into_owned(),
                    path: path.clone(),
                    length: look.length,
                    modified: look.modified,
                });
            }
            present.insert(path, (look, since));
        }
        Ok(())
    }

    /// How long an unfinished file has stood still.
    pub fn still_for(&self, path: &Path, at: Instant) -> Duration {
        self.seen.get(path).map_or(Duration::ZERO, |(_, since)| at.duration_since(*since))
    }

    /// Whether nothing was said yet about why this file waits; from now on it was.
    pub fn not_said_yet(&mut self, path: &Path) -> bool {
        self.said.insert(path.to_owned())
    }

    /// Files present that have no content.
    pub fn empty_files(&self, at: Instant, older_than: Duration) -> Vec<Found> {
        self.seen
            .iter()
            .filter(|(_, (look, since))| look.length == 0 && at.duration_since(*since) >= older_than)
            .map(|(path, (look, _))| Found {
                path: path.clone(),
                name: path.strip_prefix(&self.folder).unwrap_or(path).to_string_lossy().into_owned(),
                length: 0,
                modified: look.modified,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::test_station;

    #[test]
    fn only_still_files_with_content_are_ready() {
        let folder = tempfile::tempdir().unwrap();
        let mut watch = Watch::new(&test_station("a", folder.path()));
        let start = Instant::now();
        let later = |s| start + Duration::from_secs(s);
        let names = |found: Vec<Found>| found.into_iter().map(|f| f.name).collect::<Vec<_>>();
        fs::write(folder.path().join("brief.pdf"), "1").unwrap();
        fs::write(folder.path().join("leer.pdf"), "").unwrap();
        fs::write(folder.path().join(".halb.pdf"), "1").unwrap();
        fs::write(folder.path().join("scan.tmp"), "1").unwrap();
        std::os::unix::fs::symlink("/etc/passwd", folder.path().join("link.pdf")).unwrap();
        assert!(watch.look(start).unwrap().is_empty());
        assert_eq!(names(watch.look(later(10)).unwrap()), ["brief.pdf"]);
        // It grows: the quiet time starts anew.
        fs::write(folder.path().join("brief.pdf"), "12").unwrap();
        assert!(watch.look(later(20)).unwrap().is_empty());
        assert_eq!(names(watch.look(later(30)).unwrap()), ["brief.pdf"]);
        assert_eq!(names(watch.empty_files(later(30), Duration::from_secs(25))), ["leer.pdf"]);
        // It vanishes and comes back: anew again.
        fs::remove_file(folder.path().join("brief.pdf")).unwrap();
        watch.look(later(40)).unwrap();
        fs::write(folder.path().join("brief.pdf"), "12").unwrap();
        assert!(watch.look(later(50)).unwrap().is_empty());
    }
}
