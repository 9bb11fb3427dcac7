//! Which files belong together: folders of `process`, deliveries, single products and records.

use std::path::{Path, PathBuf};

/// The files of one document, as far as there are any.
#[derive(Debug, Default)]
pub(super) struct Set {
    /// How it is called in the report.
    pub(super) name: PathBuf,
    pub(super) record: Option<PathBuf>,
    pub(super) product: Option<PathBuf>,
    pub(super) text: Option<PathBuf>,
    pub(super) sheet: Option<PathBuf>,
    pub(super) proof: Option<PathBuf>,
    /// A folder of `process` has all four files; what is delivered comes without the text.
    pub(super) whole: bool,
}

/// Finds documents: folders of `process`, delivered files, single products and records.
pub(super) fn collect(path: &Path, named: bool, sets: &mut Vec<Set>) {
    let known = |name: &str| Some(path.join(name)).filter(|p| p.is_file());
    if path.is_dir() {
        let set = Set {
            name: path.to_owned(),
            record: known("record.json"),
            product: known("document.pdf"),
            text: known("document.txt"),
            sheet: known("document.json"),
            proof: known("proof.json"),
            whole: true,
        };
        if set.record.is_some() || set.product.is_some() || set.sheet.is_some() {
            sets.push(set);
            return;
        }
        let before = sets.len();
        let mut entries: Vec<PathBuf> =
            std::fs::read_dir(path).into_iter().flatten().flatten().map(|e| e.path()).collect();
        entries.sort();
        for entry in entries.iter().filter(|e| e.is_dir() || belongs_to_a_document(e)) {
            collect(entry, false, sets);
        }
        if named && sets.len() == before {
            sets.push(Set { name: path.to_owned(), ..Set::default() });
        }
        return;
    }
    let text = path.to_string_lossy();
    let endings = [".record.json", ".proof.json", ".pdf"];
    let stem = endings.iter().find_map(|ending| text.strip_suffix(ending));
    if let (true, Some(folder)) =
        (path.ends_with("record.json") || path.ends_with("document.pdf"), path.parent())
    {
        return collect_folder_of(path, folder, sets);
    }
    let Some(stem) = stem.filter(|_| path.is_file()) else {
        sets.push(Set { name: path.to_owned(), ..Set::default() });
        return;
    };
    let beside = |ending: &str| Some(PathBuf::from(format!("{stem}.{ending}"))).filter(|p| p.is_file());
    // A delivery is its record, its product and its sheet; each is reported once.
    if sets.iter().any(|s| s.name == Path::new(stem)) {
        return;
    }
    let record = beside("record.json");
    let sheet = beside("json").filter(|_| record.is_some());
    sets.push(Set {
        name: stem.into(),
        product: beside("pdf"),
        proof: beside("proof.json"),
        record,
        sheet,
        ..Set::default()
    });
}

/// A single file of a folder of `process` is checked together with its neighbours.
pub(super) fn collect_folder_of(path: &Path, folder: &Path, sets: &mut Vec<Set>) {
    if path.is_file() {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        collect(folder, true, sets);
    } else {
        sets.push(Set { name: path.to_owned(), ..Set::default() });
    }
}

pub(super) fn belongs_to_a_document(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.is_file() && (name.ends_with(".record.json") || name.ends_with(".pdf"))
}

pub(super) fn is_amendment(path: &Path) -> bool {
    path.is_file() && path.to_string_lossy().contains(".amendment-")
}

/// Amendments among the paths, each checked by itself.
pub(super) fn amendments_in(path: &Path, found: &mut Vec<PathBuf>) {
    if is_amendment(path) {
        found.push(path.to_owned());
    } else if path.is_dir() {
        let mut entries: Vec<PathBuf> =
            std::fs::read_dir(path).into_iter().flatten().flatten().map(|e| e.path()).collect();
        entries.sort();
        entries.iter().for_each(|entry| amendments_in(entry, found));
    }
}
