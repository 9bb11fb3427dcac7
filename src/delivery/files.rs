//! Files as target: product, side-car and what belongs to them appear in
//! order, complete, exactly once, even where a consumer takes them at once.
//!
//! Order of a delivery, every step durable before the next:
//! 1. all files are written into `.poststelle/<delivery>/`, where no consumer looks;
//! 2. a list of them is written there and renamed to `complete`: from here on the delivery only goes forward;
//! 3. each file is renamed into the folder, in order; the last name says "all there";
//! 4. `complete` is renamed to `.poststelle/<delivery>.sent`, which stays and is the proof.
//!
//! A rename cannot happen twice: a file that is gone from the staging folder has
//! been seen by the consumer, whether or not it still lies there. So an attempt
//! that was cut off anywhere is finished by the next one, and a document whose
//! `.sent` is there is never sent again, not even after the ledger was restored.

use super::layout::{self, Piece, pieces, xdomea};
use super::place::{self, Place, Trouble};
use super::{Target, plan_of_files, template};
use crate::fault;
use crate::model::delivery::{
    AttemptResult, Capabilities, Confirmation, Guarantee, NewVersion, Parcel, PlannedPiece, ProbeResult,
    Recall,
};
use crate::model::hash::ContentHash;
use crate::model::refusal::Refusal;
use crate::model::town::{FieldRule, FilesTarget};
use std::path::PathBuf;

/// Where staging happens, below the target's folder.
const STAGING: &str = ".poststelle";
/// Most of a consumer's error file that is shown to a clerk, in bytes.
const ANSWER_BYTES_MAX: usize = 2000;

/// Files into a place.
pub struct Files {
    place: Box<dyn Place>,
    config: FilesTarget,
    rules: Vec<FieldRule>,
    /// The town's own side-car template, or why it cannot be had.
    template: Result<Option<String>, Refusal>,
}

impl Files {
    /// Connects only when something is delivered or checked.
    pub fn new(config: &FilesTarget, rules: &[FieldRule]) -> Self {
        let read = |path: &PathBuf| {
            let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}.", path.display()));
            let text = text.and_then(|text| template::names(&text).map(|_| text));
            text.map_err(|why| Refusal::new("sidecar.template", why, "template in pipeline.toml prüfen."))
        };
        Self {
            place: place::open(&config.place),
            template: config.layout.template.as_ref().map(read).transpose(),
            config: config.clone(),
            rules: rules.to_vec(),
        }
    }

    fn pieces(&self, parcel: &Parcel) -> Result<Vec<Piece>, Refusal> {
        let own = self.template.as_ref().map_err(Clone::clone)?;
        let folder = layout::subfolder(&self.config.layout, parcel)?;
        let pieces = pieces(&self.config.layout, own.as_deref(), &self.rules, parcel)?;
        Ok(pieces.into_iter().map(|p| Piece { name: format!("{folder}{}", p.name), ..p }).collect())
    }

    /// What an attempt that was cut off at its end left behind.
    fn tidy(&self, parcel: &Parcel) {
        // An empty folder that stays disturbs nobody.
        let _ = self.place.remove(&format!("{STAGING}/{}", key(parcel)));
    }

    /// Everything of one delivery, up to the proof.
    fn hand_over(&self, parcel: &Parcel, pieces: &[Piece]) -> Result<(), Failure> {
        let staging = format!("{STAGING}/{}", key(parcel));
        let at = |name: &str| format!("{staging}/{}", bare(name));
        let complete = format!("{staging}/complete");
        if !self.place.has(&complete)? {
            if self.lies_there_already(pieces)? {
                // Delivered by a version that left no proof: the files themselves are it.
                self.place.make_folder(STAGING)?;
                return Ok(self.place.write(&sent(parcel), &list(pieces))?);
            }
            self.place.make_folder(&staging)?;
            for piece in pieces {
                self.place.write(&at(&piece.name), &piece.bytes)?;
                fault::point("files.staged");
            }
            self.place.write(&at("list"), &list(pieces))?;
            if !self.place.rename(&at("list"), &complete)? {
                return Err(Failure::Unseen);
            }
        }
        fault::point("files.complete");
        if let Some((folder, _)) = pieces.first().and_then(|p| p.name.rsplit_once('/')) {
            self.place.make_folder(folder)?;
        }
        for piece in pieces {
            let moved = self.place.rename(&at(&piece.name), &piece.name)?;
            // Not moved and still staged: the name belongs to something else.
            if !moved && self.place.has(&at(&piece.name))? {
                return Err(Failure::NameTaken(piece.name.clone()));
            }
            fault::point("files.published");
        }
        self.place.rename(&complete, &sent(parcel))?;
        fault::point("files.proved");
        self.tidy(parcel);
        Ok(())
    }

    /// All files are there, byte for byte. Any other file under one of the names blocks the delivery.
    fn lies_there_already(&self, pieces: &[Piece]) -> Result<bool, Failure> {
        let mut same = 0;
        for piece in pieces {
            match self.place.read(&piece.name)? {
                Some(found) if found == piece.bytes => same += 1,
                Some(_) => return Err(Failure::NameTaken(piece.name.clone())),
                None => {}
            }
        }
        Ok(same == pieces.len())
    }

    fn receipt(&self, parcel: &Parcel, pieces: &[Piece]) -> String {
        let shown = pieces.iter().find(|p| p.bytes == parcel.product).or(pieces.last());
        let place = shown.map(|p| self.place.shown(&p.name)).unwrap_or_default();
        let proof = shown.and_then(|p| self.place.proof(&p.name)).map_or(String::new(), |p| format!(" {p}"));
        format!("{place} sha256:{}{proof}", ContentHash::of(&parcel.product))
    }

    /// What can be seen after the hand-over: everything in place, or gone to the consumer.
    fn seen(&self, parcel: &Parcel, pieces: &[Piece]) -> Result<AttemptResult, Failure> {
        let receipt = self.receipt(parcel, pieces);
        if self.capabilities().confirms {
            return Ok(AttemptResult::HandedOver { receipt });
        }
        for piece in pieces {
            match self.place.read(&piece.name)? {
                Some(found) if found == piece.bytes => {}
                // Somebody in the department has already taken or filed it.
                None => {}
                Some(_) => return Err(Failure::Altered(piece.name.clone())),
            }
        }
        Ok(AttemptResult::Confirmed { receipt })
    }

    /// What the eAkte's messages about a process say.
    fn message(&self, folder: &str, process: &str, receipt: &str) -> Result<Confirmation, Trouble> {
        let names = self.place.list(folder)?;
        for name in names.iter().filter(|name| name.starts_with(process)) {
            let bytes = self.place.read(&format!("{folder}/{name}"))?.unwrap_or_default();
            match xdomea::answer(self.config.layout.preset, process, &bytes) {
                Some(Confirmation::Confirmed { receipt: said }) => {
                    return Ok(Confirmation::Confirmed { receipt: format!("{receipt}; {said}") });
                }
                Some(refused) => return Ok(refused),
                None => {}
            }
        }
        Ok(Confirmation::Pending)
    }

    /// A file of the delivery in one of the consumer's folders.
    fn answered(&self, folder: &str, stem: &str) -> Result<Option<String>, Trouble> {
        let names = self.place.list(folder)?;
        let mut ours: Vec<String> = names.into_iter().filter(|name| name.starts_with(stem)).collect();
        // The consumer's own words, if it wrote some, come before our own files.
        ours.sort_by_key(|name| {
            (!name.ends_with(".err") && !name.ends_with(".log") && !name.ends_with(".txt"), name.clone())
        });
        Ok(ours.into_iter().next())
    }
}

/// Why a hand-over did not end well.
enum Failure {
    Place(Trouble),
    NameTaken(String),
    Altered(String),
    Unseen,
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        Self::Place(trouble)
    }
}

impl From<Failure> for AttemptResult {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Place(t) if t.lasting => Self::never(t.code, t.text),
            Failure::Place(t) => Self::Temporary { code: t.code.into(), text: t.text, after: t.after },
            Failure::NameTaken(name) => Self::never(
                "files.name_taken",
                format!(
                    "Am Ziel liegt unter „{name}“ etwas anderes. Bitte dort aufräumen und erneut senden."
                ),
            ),
            Failure::Altered(name) => Self::never(
                "files.altered",
                format!("„{name}“ ist am Ziel nicht mehr, was geschrieben wurde. Bitte dort prüfen."),
            ),
            Failure::Unseen => {
                let text = "Das Geschriebene ließ sich nicht wiederfinden; es wird nachgesehen.";
                Self::unknown("files.not_read_back", text)
            }
        }
    }
}

/// The delivery id as a file name.
fn key(parcel: &Parcel) -> String {
    let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '@');
    parcel.delivery.0.chars().map(|c| if fine(c) { c } else { '_' }).collect()
}

/// A name without the folders before it.
fn bare(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

fn sent(parcel: &Parcel) -> String {
    format!("{STAGING}/{}.sent", key(parcel))
}

/// Names and hashes, one line each.
fn list(pieces: &[Piece]) -> Vec<u8> {
    let line = |p: &Piece| format!("{} {}\n", ContentHash::of(&p.bytes), p.name);
    pieces.iter().map(line).collect::<String>().into_bytes()
}

impl Target for Files {
    fn capabilities(&self) -> Capabilities {
        let answers = self.config.consumed || self.config.accepted.is_some() || self.config.refused.is_some();
        Capabilities { guarantee: Guarantee::Once, new_version: NewVersion::Files, confirms: answers }
    }

    fn plan(&self, parcel: &Parcel) -> Result<Vec<PlannedPiece>, Refusal> {
        Ok(plan_of_files(&self.pieces(parcel)?, |name| self.place.shown(name)))
    }

    fn probe(&self, parcel: &Parcel) -> ProbeResult {
        let there = self.place.has(&sent(parcel));
        match there {
            Ok(true) => {
                let pieces = self.pieces(parcel).unwrap_or_default();
                self.tidy(parcel);
                ProbeResult::Present { receipt: self.receipt(parcel, &pieces) }
            }
            // A staged delivery counts as absent: the next attempt finishes it.
            Ok(false) => ProbeResult::Absent,
            Err(trouble) => ProbeResult::Unreachable { text: trouble.text },
        }
    }

    fn deliver(&self, parcel: &Parcel) -> AttemptResult {
        let pieces = match self.pieces(parcel) {
            Ok(pieces) => pieces,
            Err(r) => return AttemptResult::never(&r.code, format!("{} {}", r.text, r.hint)),
        };
        if let Some(refusal) = self.place.check().into_iter().next() {
            return AttemptResult::later(&refusal.code, format!("{} {}", refusal.text, refusal.hint));
        }
        let done = || -> Result<AttemptResult, Failure> {
            if !self.place.has(&sent(parcel))? {
                self.hand_over(parcel, &pieces)?;
            }
            self.seen(parcel, &pieces)
        };
        done().unwrap_or_else(AttemptResult::from)
    }

    fn confirm(&self, parcel: &Parcel, receipt: &str) -> Confirmation {
        let Ok(pieces) = self.pieces(parcel) else { return Confirmation::Pending };
        if let (Some(process), Some(folder)) =
            (xdomea::process(self.config.layout.preset, parcel), &self.config.accepted)
        {
            return self.message(folder, &process, receipt).unwrap_or(Confirmation::Pending);
        }
        let Some(product) = pieces.iter().find(|p| p.bytes == parcel.product) else {
            return Confirmation::Pending;
        };
        let stem = bare(&product.name).trim_end_matches(&format!(".{}", parcel.extension));
        let look = || -> Result<Confirmation, Trouble> {
            if let Some(folder) = &self.config.refused
                && let Some(name) = self.answered(folder, stem)?
            {
                let bytes = self.place.read(&format!("{folder}/{name}"))?.unwrap_or_default();
                let words = if name.ends_with(".err") || name.ends_with(".log") || name.ends_with(".txt") {
                    String::from_utf8_lossy(&bytes[..bytes.len().min(ANSWER_BYTES_MAX)]).trim().to_owned()
                } else {
                    String::new()
                };
                let text = format!("Das Zielsystem hat die Datei zurückgewiesen ({name}). {words}");
                return Ok(Confirmation::Refused { code: "files.rejected".into(), text });
            }
            if let Some(folder) = &self.config.accepted {
                return Ok(match self.answered(folder, stem)? {
                    Some(name) => {
                        Confirmation::Confirmed { receipt: format!("{receipt}; quittiert: {name}") }
                    }
                    None => Confirmation::Pending,
                });
            }
            let waiting = pieces.iter().map(|p| self.place.has(&p.name)).collect::<Result<Vec<_>, _>>()?;
            Ok(match waiting.contains(&true) {
                true => Confirmation::Pending,
                false => Confirmation::Confirmed { receipt: format!("{receipt}; abgeholt") },
            })
        };
        look().unwrap_or(Confirmation::Pending)
    }

    /// Removes what still lies there as it was written. The proof stays: a recalled document is not sent again.
    fn recall(&self, parcel: &Parcel) -> Recall {
        let remove = || -> Result<Vec<&'static str>, String> {
            let pieces = self.pieces(parcel).map_err(|r| r.to_string())?;
            let each = pieces.iter().map(|piece| match self.place.read(&piece.name) {
                Ok(Some(found)) if found == piece.bytes => {
                    self.place.remove(&piece.name).map(|()| "entfernt").map_err(|t| t.text)
                }
                Ok(Some(_)) => Ok("verändert"),
                Ok(None) => Ok("abgeholt"),
                Err(trouble) => Err(trouble.text),
            });
            each.collect()
        };
        match remove() {
            Err(text) => Recall::Unreachable { text },
            Ok(each) if each.iter().all(|e| *e == "entfernt") => {
                Recall::Removed { text: format!("{} Dateien am Ziel entfernt.", each.len()) }
            }
            Ok(each) => Recall::Task {
                text: format!(
                    "Am Ziel nicht mehr vollständig ({}): Bitte im Zielsystem unter der Kennung {} löschen lassen.",
                    each.join(", "),
                    parcel.delivery
                ),
            },
        }
    }

    fn check(&self) -> Vec<Refusal> {
        let template = self.template.as_ref().err().cloned();
        self.place.check().into_iter().chain(template).collect()
    }
}

#[cfg(test)]
mod tests;
