//! Files that stand still and are not simply taken: what has no end yet, and what may not be read.
//!
//! In: a file of the drop folder. Out: how it stands, and what is said about it. Scanners and shares pause for
//! minutes in the middle of a file; whoever then takes it loses the rest, so it waits long, and what is taken
//! without an end is shown to a person.

use super::complete::{self, Completeness};
use super::listing::Found;
use super::{Intake, claim_name, subfolders};
use crate::error::{Error, Result};
use crate::fault;
use crate::model::refusal::Refusal;
use crate::model::town::Station;
use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

/// Mark in a claim's name: it was given up on and has no end. It outlives a crash.
pub(super) const CUT_OFF: &str = "-cut";
/// Code of a file that may not be read, and of the event when it is put aside.
const UNREADABLE: &str = "source.unreadable";

/// How a file stands that has stood still.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stands {
    /// It may be taken.
    Whole,
    /// Its own end is missing.
    Unfinished,
    /// The service may not open it.
    Unreadable,
    /// Locked, or gone: looked at again in the next round.
    Away,
}

/// How long what has no end, or may not be read, is waited for.
pub(super) fn patience(station: &Station) -> Duration {
    fault::hurried(station.unfinished_wait).max(station.quiet)
}

/// How long nothing is said about it: a slow scanner is no trouble.
pub(super) fn silence(station: &Station) -> Duration {
    patience(station) / 10
}

pub(super) fn stands(found: &Found) -> Stands {
    match File::open(&found.path).and_then(|mut file| complete::judge(&mut file, found.length)) {
        Ok(Completeness::Unfinished) => Stands::Unfinished,
        Ok(_) => Stands::Whole,
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Stands::Unreadable,
        Err(_) => Stands::Away,
    }
}

/// What is said about a file that waits.
pub(super) fn said(station: &Station, found: &Found, stands: Stands) -> Error {
    let seconds = patience(station).as_secs();
    Error::Refused(match stands {
        Stands::Unreadable => unreadable(station, &found.name),
        _ => Refusal::new(
            "source.unfinished",
            format!(
                "Der Scan {} an Station {} steht still, aber sein Ende fehlt; er wartet bis zu {seconds} s.",
                found.name, station.id
            ),
            "Scanner und Freigabe ansehen; kommt nichts mehr, wird er übernommen und einer Person gezeigt \
             (unfinished_wait_seconds der Station).",
        ),
    })
}

fn unreadable(station: &Station, name: &str) -> Refusal {
    Refusal::new(
        UNREADABLE,
        format!("Der Dienst darf die Datei {name} an Station {} nicht lesen.", station.id),
        "Besitzer und Rechte so setzen, dass der Benutzer des Dienstes sie lesen darf, und am Scanner oder an der \
         Freigabe einrichten, dass neue Dateien so ankommen.",
    )
}

impl Intake<'_> {
    /// Puts a file that may not be read beside its reason in `rejected/`, and gives what is to be said.
    pub(super) fn reject_unreadable(&self, station: &Station, found: &Found) -> Result<Error> {
        let name = claim_name(&found.path, &found.name, "")?;
        let refusal = unreadable(station, &found.name);
        self.ledger.lot_judged(&name, UNREADABLE, &station.id)?;
        subfolders::put_aside_as(station, &found.path, &name, "die Datei", &refusal)?;
        let text = format!("{} Sie liegt jetzt in {}.", refusal.text, rejected(&station.folder));
        Ok(Error::Refused(Refusal { text, ..refusal }))
    }
}

fn rejected(folder: &Path) -> String {
    folder.join("rejected").display().to_string()
}
