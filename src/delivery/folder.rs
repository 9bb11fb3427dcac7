//! A folder as target: product and side-cars appear together.
//!
//! Order of a delivery: each file under a temporary name, written and synced;
//! side-cars renamed first, the product last, folder synced; read back and
//! compared. Who sees the product sees everything. Names come from the
//! delivery id, so a repeat finds what an earlier attempt left.

use super::Target;
use crate::error::Error;
use crate::fault;
use crate::model::delivery::{AttemptResult, Parcel, ProbeResult};
use crate::model::hash::ContentHash;
use crate::model::refusal::Refusal;
use crate::vault::sync_folder;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Files into a local or mounted folder.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// The folder need not exist yet; its parent must.
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// Final names and contents, product last.
    fn files<'a>(&self, parcel: &'a Parcel) -> [(PathBuf, &'a [u8]); 3] {
        let name: String = parcel
            .delivery
            .0
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '@') { c } else { '_' })
            .collect();
        [
            (self.path.join(format!("{name}.json")), &parcel.sheet_json),
            (self.path.join(format!("{name}.record.json")), &parcel.record_json),
            (self.path.join(format!("{name}.{}", parcel.extension)), &parcel.product),
        ]
    }

    fn write(&self, parcel: &Parcel) -> Result<(), Error> {
        let files = self.files(parcel);
        let temporary = |path: &Path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            self.path.join(format!(".poststelle-{name}.tmp"))
        };
        for (path, bytes) in &files {
            let place = temporary(path);
            let io = |e| Error::io("In den Zielordner schreiben", &place)(e);
            let mut file = File::create(&place).map_err(io)?;
            file.write_all(bytes).and_then(|()| file.sync_all()).map_err(io)?;
        }
        fault::point("folder.sidecars");
        for (path, _) in &files {
            fs::rename(temporary(path), path).map_err(Error::io("Im Zielordner umbenennen", path))?;
        }
        fault::point("folder.renamed");
        sync_folder(&self.path)
    }

    /// `None`: nothing there. `Some(false)`: something else, or only a part.
    fn state(&self, parcel: &Parcel) -> Result<Option<bool>, std::io::Error> {
        let files = self.files(parcel);
        let mut same = true;
        for (path, bytes) in &files {
            match fs::read(path) {
                Ok(found) => same &= found == *bytes,
                Err(e) if e.kind() == ErrorKind::NotFound => {
                    // Without the product nobody has seen anything: side-cars may be written again.
                    if path == &files[2].0 {
                        return Ok(None);
                    }
                    same = false;
                }
                Err(e) => return Err(e),
            }
        }
        Ok(Some(same))
    }

    fn receipt(&self, parcel: &Parcel) -> String {
        format!("{} sha256:{}", self.files(parcel)[2].0.display(), ContentHash::of(&parcel.product))
    }
}

impl Target for Folder {
    fn can_probe(&self) -> bool {
        true
    }

    fn probe(&self, parcel: &Parcel) -> ProbeResult {
        match self.state(parcel) {
            Ok(Some(true)) => ProbeResult::Present { receipt: self.receipt(parcel) },
            Ok(_) => ProbeResult::Absent,
            Err(e) => ProbeResult::Unreachable { text: e.to_string() },
        }
    }

    fn deliver(&self, parcel: &Parcel) -> AttemptResult {
        if let Some(refusal) = self.check().into_iter().next() {
            return AttemptResult::Temporary {
                code: refusal.code,
                text: format!("{} {}", refusal.text, refusal.hint),
            };
        }
        match self.state(parcel) {
            Ok(Some(true)) => return AttemptResult::Confirmed { receipt: self.receipt(parcel) },
            Ok(Some(false)) => {
                return AttemptResult::Permanent {
                    code: "folder.name_taken".into(),
                    text: "Im Zielordner liegt unter diesem Namen etwas anderes. Bitte dort aufräumen und erneut senden.".into(),
                };
            }
            Ok(None) => {}
            Err(e) => return temporary(&e.to_string()),
        }
        if let Err(error) = self.write(parcel) {
            return temporary(&error.to_string());
        }
        match self.state(parcel) {
            Ok(Some(true)) => AttemptResult::Confirmed { receipt: self.receipt(parcel) },
            _ => AttemptResult::Ambiguous {
                code: "folder.not_read_back".into(),
                text: "Das Geschriebene ließ sich nicht zurücklesen; es wird nachgesehen.".into(),
            },
        }
    }

    fn check(&self) -> Vec<Refusal> {
        let fails =
            |text: String| vec![Refusal::new("folder.unusable", text, "Ordner einhängen und Rechte prüfen.")];
        if let Err(e) = fs::create_dir_all(&self.path) {
            return fails(format!("Der Zielordner {} lässt sich nicht anlegen: {e}.", self.path.display()));
        }
        match fs::symlink_metadata(&self.path) {
            Ok(meta) if meta.is_dir() => Vec::new(),
            _ => fails(format!("{} ist kein Ordner.", self.path.display())),
        }
    }
}

fn temporary(text: &str) -> AttemptResult {
    AttemptResult::Temporary { code: "folder.write".into(), text: text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::{DeliveryId, DocumentId};

    fn parcel() -> Parcel {
        Parcel {
            delivery: DeliveryId("B000001-aa-01@ordner/../x".into()),
            document: DocumentId("B000001-aa-01".into()),
            department: "kaemmerei".into(),
            title: "Rechnung".into(),
            product: b"%PDF".to_vec(),
            extension: "pdf".into(),
            sheet_json: b"{}".to_vec(),
            record_json: b"{\"r\":1}".to_vec(),
            confidential: false,
            repeat: false,
        }
    }

    #[test]
    fn a_repeat_makes_no_second_and_never_overwrites() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::new(place.path());
        assert_eq!(folder.probe(&parcel()), ProbeResult::Absent);
        assert!(matches!(folder.deliver(&parcel()), AttemptResult::Confirmed { .. }));
        assert!(matches!(folder.deliver(&parcel()), AttemptResult::Confirmed { .. }));
        assert!(matches!(folder.probe(&parcel()), ProbeResult::Present { .. }));
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 3);
        let other = Parcel { product: b"other".to_vec(), ..parcel() };
        assert!(matches!(folder.deliver(&other), AttemptResult::Permanent { .. }));
        assert_eq!(fs::read(&folder.files(&parcel())[2].0).unwrap(), b"%PDF");
    }

    #[test]
    fn what_a_killed_attempt_left_is_completed() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::new(place.path());
        fs::write(&folder.files(&parcel())[0].0, b"half").unwrap();
        assert!(matches!(folder.deliver(&parcel()), AttemptResult::Confirmed { .. }));
    }

    #[test]
    fn a_file_in_place_of_the_folder_is_temporary_trouble() {
        let place = tempfile::NamedTempFile::new().unwrap();
        assert!(matches!(Folder::new(place.path()).deliver(&parcel()), AttemptResult::Temporary { .. }));
    }
}
