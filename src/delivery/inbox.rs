//! The web inbox of a department as target: the letter is there when the ledger says so, and is asked for.

use super::Target;
use crate::error::{Error, Result};
use crate::ledger::Ledger;
use crate::model::delivery::{
    AttemptResult, Capabilities, Confirmation, Guarantee, NewVersion, Parcel, PlannedPiece, ProbeResult,
    Recall,
};
use crate::model::hash::ContentHash;
use crate::model::place::Place;
use crate::model::refusal::Refusal;
use std::sync::OnceLock;

/// One department's inbox.
#[derive(Debug)]
pub struct Inbox {
    place: Place,
    tenant: String,
    ledger: OnceLock<Ledger>,
}

impl Inbox {
    /// In that ledger; opened when the first letter comes.
    pub fn new(place: &Place, tenant: &str) -> Self {
        Self { place: place.clone(), tenant: tenant.to_owned(), ledger: OnceLock::new() }
    }

    fn ledger(&self) -> Result<&Ledger> {
        if self.ledger.get().is_none() {
            let _ = self.ledger.set(Ledger::open(&self.place, &self.tenant)?);
        }
        self.ledger.get().ok_or_else(|| Error::Format("inbox without ledger".into()))
    }

    /// `None`: not there. `Some(false)`: another content.
    fn state(&self, parcel: &Parcel) -> Result<Option<bool>> {
        let found = self.ledger()?.inbox_holds(&parcel.document, &parcel.department)?;
        Ok(found.map(|hash| hash == ContentHash::of(&parcel.product).hex()))
    }
}

fn receipt(parcel: &Parcel) -> String {
    format!("Posteingang {} sha256:{}", parcel.department, ContentHash::of(&parcel.product))
}

impl Target for Inbox {
    fn capabilities(&self) -> Capabilities {
        Capabilities { guarantee: Guarantee::Once, new_version: NewVersion::Letter, confirms: false }
    }

    fn plan(&self, parcel: &Parcel) -> std::result::Result<Vec<PlannedPiece>, Refusal> {
        let name = format!("{} in {}", parcel.document, parcel.department);
        Ok(vec![PlannedPiece { name, content: format!("{}\n{}", parcel.title, receipt(parcel)) }])
    }

    fn probe(&self, parcel: &Parcel) -> ProbeResult {
        match self.state(parcel) {
            Ok(Some(true)) => ProbeResult::Present { receipt: receipt(parcel) },
            Ok(_) => ProbeResult::Absent,
            Err(error) => ProbeResult::Unreachable { text: error.to_string() },
        }
    }

    fn deliver(&self, parcel: &Parcel) -> AttemptResult {
        let hash = ContentHash::of(&parcel.product).hex();
        let put = self.ledger().and_then(|ledger| {
            ledger.inbox_put(&parcel.delivery, &parcel.document, &parcel.department, &hash)
        });
        match put.and_then(|()| self.state(parcel)) {
            Ok(Some(true)) => AttemptResult::Confirmed { receipt: receipt(parcel) },
            Ok(_) => AttemptResult::Permanent {
                code: "inbox.other_content".into(),
                text: "Im Posteingang liegt das Schriftstück mit anderem Inhalt. Bitte vergleichen.".into(),
            },
            Err(error) => {
                AttemptResult::Temporary { code: "inbox.write".into(), text: error.to_string(), after: None }
            }
        }
    }

    fn confirm(&self, _parcel: &Parcel, receipt: &str) -> Confirmation {
        Confirmation::Confirmed { receipt: receipt.to_owned() }
    }

    fn recall(&self, parcel: &Parcel) -> Recall {
        let taken =
            self.ledger().and_then(|ledger| ledger.inbox_take_back(&parcel.document, &parcel.department));
        match taken {
            Ok(None) => Recall::Task {
                text: "Das Amt hat es weitergegeben oder nie bekommen: im Verlauf nachsehen und dort zurückholen.".into(),
            },
            Ok(Some(person)) => {
                let seen = person
                    .map_or("niemand hatte es übernommen".into(), |p| format!("übernommen hatte es {p}"));
                Recall::Removed { text: format!("Aus dem Posteingang zur Poststelle genommen; {seen}.") }
            }
            Err(error) => Recall::Unreachable { text: error.to_string() },
        }
    }

    fn check(&self) -> Vec<Refusal> {
        match self.ledger() {
            Ok(_) => Vec::new(),
            Err(error) => vec![Refusal::new("inbox.unusable", error.to_string(), "Journal prüfen.")],
        }
    }
}
