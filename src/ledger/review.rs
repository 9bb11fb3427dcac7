//! Doubtful documents at the desks of people: one person at a time, undoable until something leaves.

use super::documents::{DOCUMENT, document_row};
use super::sight::{Names, SEES_DOCUMENT};
use super::sql::{self, Bind, Db, Optional};
use super::{DocumentRow, Ledger, Sight, advance, event, later, missing, now};
use crate::error::{Error, Result};
use crate::model::document::DocumentSheet;
use crate::model::ids::DocumentId;
use crate::model::state::DocumentState;
use std::time::Duration;

/// A document somebody opened and left comes back after this long.
const CLAIM: Duration = Duration::from_secs(600);

/// A document that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Document.
    pub id: DocumentId,
    /// When its batch was taken over, UTC.
    pub since: String,
    /// Kind proposed.
    pub kind: String,
    /// Lead department proposed.
    pub department: String,
    /// Code of the hold, if held.
    pub hold: String,
    /// Somebody else works on it.
    pub taken: bool,
}

/// What a person decided.
#[derive(Clone, Debug)]
pub struct Decided {
    /// The decision.
    pub sheet: DocumentSheet,
    /// State that follows.
    pub then: DocumentState,
    /// What was changed, as codes without words of the letter.
    pub changed: Vec<String>,
    /// How long it can be taken back before anything leaves.
    pub undo: Duration,
}

impl Ledger {
    /// Documents in that state that this person may see, oldest first, after `after`.
    pub fn waiting(
        &self,
        sight: &Sight,
        state: DocumentState,
        person: &str,
        after: &str,
        rows_max: u32,
    ) -> Result<Vec<Waiting>> {
        let names = Names::of(sight);
        self.read(|db, tenant| {
            let at = now();
            let mut values: Vec<(&str, &dyn Bind)> = vec![
                (":tenant", &tenant),
                (":person", &person),
                (":now", &at),
                (":after", &after),
                (":max", &rows_max),
            ];
            let word = state.text();
            values.push((":state", &word));
            values.extend(names.document());
            let mut statement = db.prepare(&format!(
                "SELECT d.id, (SELECT b.taken_at FROM batch b WHERE b.tenant = d.tenant AND b.id = d.batch),
                   coalesce(d.kind, ''), coalesce(d.department, ''), coalesce(d.hold, ''),
                   EXISTS (SELECT 1 FROM desk_claim c WHERE c.tenant = d.tenant AND c.document = d.id
                           AND c.person <> :person AND c.until > :now)
                 FROM document d WHERE d.tenant = :tenant AND d.state = :state AND d.id > :after AND {SEES_DOCUMENT}
                 ORDER BY d.id LIMIT :max"
            ))?;
            let rows = statement.query_map(&values[..], |row| {
                Ok(Waiting {
                    id: DocumentId(row.get(0)?),
                    since: row.get(1)?,
                    kind: row.get(2)?,
                    department: row.get(3)?,
                    hold: row.get(4)?,
                    taken: row.get(5)?,
                })
            })?;
            rows.collect::<sql::Result<_>>().map_err(Error::from)
        })
    }

    /// The document, and for this person alone until it is decided or left alone for a while.
    /// `false`: somebody else works on it.
    pub fn claim(&self, id: &DocumentId, person: &str) -> Result<bool> {
        let (id, person) = (id.clone(), person.to_owned());
        self.write(move |tx, tenant| {
            tx.execute("DELETE FROM desk_claim WHERE tenant = ?1 AND until < ?2", (tenant, now()))?;
            let changed = tx.execute(
                "INSERT INTO desk_claim (tenant, document, person, until) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (tenant, document) DO UPDATE SET until = excluded.until
                   WHERE desk_claim.person = excluded.person",
                (tenant, &id.0, &person, later(CLAIM)),
            )?;
            Ok(changed > 0)
        })
    }

    /// What this person decided. Refused if somebody else works on it or it was decided meanwhile.
    pub fn decided(&self, id: &DocumentId, decided: Decided, by: &str) -> Result<()> {
        let (id, by) = (id.clone(), by.to_owned());
        self.write(move |tx, tenant| {
            theirs(tx, tenant, &id, &by)?;
            let before: Option<String> = tx
                .query_row(
                    "SELECT words FROM document_words WHERE tenant = ?1 AND document = ?2",
                    (tenant, &id.0),
                    |row| row.get(0),
                )
                .optional()?;
            tx.execute(
                "INSERT INTO document_before (tenant, document, person, words) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (tenant, document) DO UPDATE SET person = excluded.person, words = excluded.words",
                (tenant, &id.0, &by, before.unwrap_or_default()),
            )?;
            for change in &decided.changed {
                event(tx, tenant, "document.corrected", &id.0, &by, change)?;
            }
            write_sheet(tx, tenant, &id, &decided.sheet)?;
            advance(tx, tenant, &id.0, decided.then, &by, "")?;
            if decided.then == DocumentState::Approved {
                tx.execute(
                    "UPDATE document SET due_at = ?3 WHERE tenant = ?1 AND id = ?2",
                    (tenant, &id.0, later(decided.undo)),
                )?;
            }
            tx.execute("DELETE FROM desk_claim WHERE tenant = ?1 AND document = ?2", (tenant, &id.0))?;
            Ok(())
        })
    }

    /// Takes this person's own last decision back: the document is in review again, as it was before.
    pub fn take_back(&self, id: &DocumentId, by: &str) -> Result<()> {
        let (id, by) = (id.clone(), by.to_owned());
        self.write(move |tx, tenant| {
            let gone = || Error::Transition {
                subject: id.0.clone(),
                from: DocumentState::Sealed.text().into(),
                to: DocumentState::Review.text().into(),
            };
            // A worker that is making the product will finish: then it is too late.
            let leased: bool = tx
                .query_row(
                    "SELECT coalesce(leased_until > ?3, FALSE) FROM document WHERE tenant = ?1 AND id = ?2",
                    (tenant, &id.0, now()),
                    |row| row.get(0),
                )
                .map_err(|e| missing(e, "document", &id.0))?;
            let before: Option<String> = tx
                .query_row(
                    "DELETE FROM document_before WHERE tenant = ?1 AND document = ?2 AND person = ?3 RETURNING words",
                    (tenant, &id.0, &by),
                    |row| row.get(0),
                )
                .optional()?;
            let Some(before) = before.filter(|words| !leased && !words.is_empty()) else { return Err(gone()) };
            write_sheet(tx, tenant, &id, &serde_json::from_str(&before)?)?;
            advance(tx, tenant, &id.0, DocumentState::Review, &by, "undo")?;
            tx.execute(
                "INSERT INTO desk_claim (tenant, document, person, until) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (tenant, document) DO UPDATE SET person = excluded.person, until = excluded.until",
                (tenant, &id.0, &by, later(CLAIM)),
            )?;
            Ok(())
        })
    }

    /// The document for a person at work: `None` once it is in another state than that.
    pub fn document_in(
        &self,
        sight: &Sight,
        id: &DocumentId,
        state: DocumentState,
    ) -> Result<Option<DocumentRow>> {
        let names = Names::of(sight);
        self.read(|db, tenant| {
            let word = state.text();
            let mut values: Vec<(&str, &dyn Bind)> =
                vec![(":tenant", &tenant), (":id", &id.0), (":state", &word)];
            values.extend(names.document());
            Ok(db
                .prepare(&format!(
                    "SELECT {DOCUMENT} WHERE d.tenant = :tenant AND d.id = :id AND d.state = :state AND {SEES_DOCUMENT}"
                ))?
                .query_row(&values[..], document_row)
                .optional()?)
        })
    }
}

/// Refuses if somebody else has it.
pub(super) fn theirs(tx: &Db, tenant: &str, id: &DocumentId, by: &str) -> Result<()> {
    let other = tx
        .prepare(
            "SELECT 1 FROM desk_claim WHERE tenant = ?1 AND document = ?2 AND person <> ?3 AND until > ?4",
        )?
        .exists((tenant, &id.0, by, now()))?;
    if other {
        return Err(Error::Refused(crate::model::refusal::Refusal::new(
            "review.taken",
            "An diesem Schriftstück arbeitet gerade jemand anderes.",
            "Das nächste nehmen.",
        )));
    }
    Ok(())
}

/// The decision as it stands now; its words lie in the deletable table.
pub(super) fn write_sheet(tx: &Db, tenant: &str, id: &DocumentId, sheet: &DocumentSheet) -> Result<()> {
    let decision = &sheet.understanding;
    tx.execute(
        "UPDATE document SET kind = ?3, department = ?4, hold = ?5 WHERE tenant = ?1 AND id = ?2",
        (
            tenant,
            &id.0,
            &decision.kind,
            decision.targets.first().map(|t| t.department.clone()),
            &decision.hold,
        ),
    )?;
    tx.execute(
        "INSERT INTO document_words (tenant, document, words) VALUES (?1, ?2, ?3)
         ON CONFLICT (tenant, document) DO UPDATE SET words = excluded.words",
        (tenant, &id.0, serde_json::to_string(sheet)?),
    )?;
    Ok(())
}
