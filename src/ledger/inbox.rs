//! The inboxes of departments: what arrived, who has it, where it went on to.

use super::sight::{Names, SEES_DOCUMENT};
use super::sql::{self, Bind, Db, Optional};
use super::{Ledger, Sight, event, now};
use crate::error::{Error, Result};
use crate::model::document::DocumentSheet;
use crate::model::ids::{DeliveryId, DocumentId};
use crate::model::refusal::Refusal;
use crate::model::state::DeliveryState;

/// Longest note in characters.
pub const NOTE_CHARS_MAX: usize = 2000;

/// A letter in an inbox.
#[derive(Clone, Debug)]
pub struct InboxRow {
    /// Document.
    pub document: DocumentId,
    /// Department.
    pub department: String,
    /// `new`, `taken`, `done`, `returned`, `moved` or `recalled`.
    pub state: String,
    /// Who took it over.
    pub person: Option<String>,
    /// When it arrived, UTC.
    pub arrived_at: String,
    /// The decision, where its words still exist.
    pub sheet: Option<DocumentSheet>,
}

/// What somebody does with a letter in an inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InboxAct {
    /// It is mine.
    Take,
    /// Nothing left to do here.
    Done,
    /// Not for us: back to the mailroom.
    Return,
}

impl InboxAct {
    /// States it is done from, the state it leads to, and its event.
    fn step(self) -> (&'static [&'static str], &'static str, &'static str) {
        match self {
            Self::Take => (&["new", "taken"], "taken", "inbox.taken"),
            Self::Done => (&["new", "taken"], "done", "inbox.done"),
            Self::Return => (&["new", "taken", "done"], "returned", "inbox.returned"),
        }
    }
}

const INBOX: &str = "i.document, i.department, i.state, i.person, i.arrived_at, w.words FROM inbox i
    JOIN document d ON d.tenant = i.tenant AND d.id = i.document
    LEFT JOIN document_words w ON w.tenant = i.tenant AND w.document = i.document";

fn inbox_row(row: &sql::Row<'_>) -> sql::Result<InboxRow> {
    Ok(InboxRow {
        document: DocumentId(row.get(0)?),
        department: row.get(1)?,
        state: row.get(2)?,
        person: row.get(3)?,
        arrived_at: row.get(4)?,
        sheet: super::batches::json(5, row.get(5)?)?,
    })
}

impl Ledger {
    /// Puts a letter into an inbox; what is there already stays as it is.
    pub fn inbox_put(
        &self,
        delivery: &DeliveryId,
        document: &DocumentId,
        department: &str,
        product: &str,
    ) -> Result<()> {
        let (delivery, document) = (delivery.0.clone(), document.0.clone());
        let [department, product] = [department, product].map(str::to_owned);
        self.write(move |tx, tenant| {
            let new = tx.execute(
                "INSERT INTO inbox (tenant, document, department, delivery, product, state, arrived_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, 'new', ?6) ON CONFLICT DO NOTHING",
                (tenant, &document, &department, &delivery, &product, now()),
            )?;
            if new > 0 {
                event(tx, tenant, "inbox.arrived", &document, "delivery", &department)?;
            }
            Ok(())
        })
    }

    /// SHA-256 of what lies in the inbox from that delivery.
    pub fn inbox_holds(&self, document: &DocumentId, department: &str) -> Result<Option<String>> {
        self.read(|db, tenant| {
            Ok(db
                .prepare("SELECT product FROM inbox WHERE tenant = ?1 AND document = ?2 AND department = ?3")?
                .query_row((tenant, &document.0, department), |row| row.get(0))
                .optional()?)
        })
    }

    /// Takes a letter out of an inbox again, back to the mailroom: who had taken it over. `None` where it lies
    /// no more, because the department passed it on.
    pub fn inbox_take_back(&self, document: &DocumentId, department: &str) -> Result<Option<Option<String>>> {
        let (document, department) = (document.0.clone(), department.to_owned());
        self.write(move |tx, tenant| {
            let person: Option<Option<String>> = tx
                .query_row(
                    "UPDATE inbox SET state = 'recalled' WHERE tenant = ?1 AND document = ?2 AND department = ?3
                       AND state <> 'moved' RETURNING person",
                    (tenant, &document, &department),
                    |row| row.get(0),
                )
                .optional()?;
            if person.is_some() {
                event(tx, tenant, "inbox.recalled", &document, "delivery", &department)?;
            }
            Ok(person)
        })
    }

    /// Letters of which a condition holds, as far as this person may see them.
    fn letters(&self, sight: &Sight, condition: &str, with: &[(&str, &dyn Bind)]) -> Result<Vec<InboxRow>> {
        let names = Names::of(sight);
        self.read(|db, tenant| {
            let mut values: Vec<(&str, &dyn Bind)> = vec![(":tenant", &tenant)];
            values.extend(with);
            values.extend(names.document());
            let mut statement = db.prepare(&format!(
                "SELECT {INBOX} WHERE i.tenant = :tenant AND {SEES_DOCUMENT} AND {condition}"
            ))?;
            let rows = statement.query_map(&values[..], inbox_row)?;
            rows.collect::<sql::Result<_>>().map_err(Error::from)
        })
    }

    /// Letters of one department in those states, newest first, one of whose fields contains `text`.
    pub fn inbox(
        &self,
        sight: &Sight,
        department: &str,
        states: &[&str],
        text: &str,
        rows_max: u32,
    ) -> Result<Vec<InboxRow>> {
        let states = serde_json::Value::from(states.to_vec()).to_string();
        self.letters(
            sight,
            "i.department = :department AND i.state IN (SELECT value FROM json_each(:states))
               AND (:text = '' OR EXISTS (SELECT 1 FROM json_each(w.words, '$.fields') f
                 WHERE instr(lower(json_extract(f.value, '$.value')), lower(:text)) > 0))
             ORDER BY i.arrived_at DESC LIMIT :max",
            &[(":department", &department), (":states", &states), (":text", &text), (":max", &rows_max)],
        )
    }

    /// One letter in the inbox of a department, if this person may see it.
    pub fn inbox_letter(
        &self,
        sight: &Sight,
        document: &DocumentId,
        department: &str,
    ) -> Result<Option<InboxRow>> {
        let key: [(&str, &dyn Bind); 2] = [(":document", &document.0), (":department", &department)];
        Ok(self.letters(sight, "i.document = :document AND i.department = :department", &key)?.pop())
    }

    /// Letters that departments sent back or that were taken back from them, oldest first.
    pub fn returned(&self, sight: &Sight, rows_max: u32) -> Result<Vec<InboxRow>> {
        let condition = "i.state IN ('returned', 'recalled') ORDER BY i.arrived_at LIMIT :max";
        self.letters(sight, condition, &[(":max", &rows_max)])
    }

    /// Takes over, finishes or sends back. `seen`: who had taken it over when `by` looked; if that changed
    /// meanwhile, nothing happens.
    pub fn inbox_act(
        &self,
        document: &DocumentId,
        department: &str,
        act: InboxAct,
        (seen, note): (&str, &str),
        by: &str,
    ) -> Result<()> {
        let document = document.0.clone();
        let [department, seen, note, by] = [department, seen, note, by].map(str::to_owned);
        self.write(move |tx, tenant| {
            let (from, to, code) = act.step();
            if act == InboxAct::Take {
                let taken = tx.execute(
                    "UPDATE inbox SET person = ?4 WHERE tenant = ?1 AND document = ?2 AND department = ?3
                       AND coalesce(person, '') = ?5",
                    (tenant, &document, &department, &by, &seen),
                )?;
                if taken == 0 {
                    return Err(Error::Refused(Refusal::new(
                        "inbox.taken",
                        "Inzwischen hat es jemand anderes übernommen.",
                        "Seite neu laden; wer es trotzdem braucht, übernimmt es von dort.",
                    )));
                }
            }
            moved(tx, tenant, &document, &department, from, to)?;
            write_note(tx, tenant, &document, &note, &by)?;
            event(tx, tenant, code, &document, &by, &department)
        })
    }

    /// On to another department: into its inbox if it had the letter before, else to all its targets. `lies`:
    /// the states it may be in here.
    pub fn forward(
        &self,
        document: &DocumentId,
        (from, lies): (&str, &'static [&'static str]),
        to: (&str, Vec<String>),
        note: &str,
        by: &str,
    ) -> Result<()> {
        let document = document.clone();
        let (department, targets) = (to.0.to_owned(), to.1);
        let [from, note, by] = [from, note, by].map(str::to_owned);
        self.write(move |tx, tenant| {
            moved(tx, tenant, &document.0, &from, lies, "moved")?;
            write_note(tx, tenant, &document.0, &note, &by)?;
            event(tx, tenant, "inbox.forwarded", &document.0, &by, &format!("{from}->{department}"))?;
            let key = (tenant, &document.0, &department);
            let lies_there: Option<String> = tx
                .query_row(
                    "SELECT state FROM inbox WHERE tenant = ?1 AND document = ?2 AND department = ?3",
                    key,
                    |row| row.get(0),
                )
                .optional()?;
            match lies_there.as_deref() {
                Some("new" | "taken") => return Ok(()),
                Some(_) => {
                    tx.execute(
                        "UPDATE inbox SET state = 'new', person = NULL, arrived_at = ?4
                         WHERE tenant = ?1 AND document = ?2 AND department = ?3",
                        (tenant, &document.0, &department, now()),
                    )?;
                    return event(tx, tenant, "inbox.arrived", &document.0, &by, &department);
                }
                None => {}
            }
            let mut planned = 0;
            for target in &targets {
                let delivery = DeliveryId::new(&document, target);
                let new = tx.execute(
                    "INSERT INTO delivery (tenant, id, document, department, target, state, due_at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, '') ON CONFLICT DO NOTHING",
                    (tenant, &delivery.0, &document.0, &department, target, DeliveryState::Planned.text()),
                )?;
                if new > 0 {
                    event(tx, tenant, "delivery.planned", &delivery.0, &by, target)?;
                }
                planned += new;
            }
            if planned == 0 {
                // The move above is undone with the transaction.
                return Err(Error::Refused(Refusal::new(
                    "inbox.no_way",
                    "Über dieselben Ziele ging das Schriftstück schon hinaus; das Amt bekäme nichts.",
                    "Dem Amt ein eigenes Ziel oder einen Posteingang geben, oder es dort selbst abgeben.",
                )));
            }
            Ok(())
        })
    }

    /// What people wrote when they passed it on: moment, person, text; oldest first.
    pub fn inbox_notes(&self, document: &DocumentId) -> Result<Vec<[String; 3]>> {
        self.read(|db, tenant| {
            let mut statement = db.prepare(
                "SELECT at, person, text FROM inbox_note WHERE tenant = ?1 AND document = ?2 ORDER BY number",
            )?;
            let rows = statement
                .query_map((tenant, &document.0), |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?]))?;
            rows.collect::<sql::Result<_>>().map_err(Error::from)
        })
    }
}

pub(super) fn moved(
    tx: &Db,
    tenant: &str,
    document: &str,
    department: &str,
    from: &[&str],
    to: &str,
) -> Result<()> {
    let state: Option<String> = tx
        .query_row(
            "SELECT state FROM inbox WHERE tenant = ?1 AND document = ?2 AND department = ?3",
            (tenant, document, department),
            |row| row.get(0),
        )
        .optional()?;
    let Some(state) = state else { return Err(Error::Missing { what: "Der Eingang", id: document.into() }) };
    if !from.contains(&state.as_str()) {
        return Err(Error::Transition { subject: document.into(), from: state, to: to.into() });
    }
    tx.execute(
        "UPDATE inbox SET state = ?4 WHERE tenant = ?1 AND document = ?2 AND department = ?3",
        (tenant, document, department, to),
    )?;
    Ok(())
}

pub(super) fn write_note(tx: &Db, tenant: &str, document: &str, note: &str, by: &str) -> Result<()> {
    if note.chars().count() > NOTE_CHARS_MAX {
        return Err(Error::Refused(Refusal::new(
            "inbox.note",
            format!("Die Notiz hat mehr als {NOTE_CHARS_MAX} Zeichen."),
            "Kürzen.",
        )));
    }
    if !note.is_empty() {
        tx.execute(
            "INSERT INTO inbox_note (tenant, document, at, person, text) VALUES (?1, ?2, ?3, ?4, ?5)",
            (tenant, document, now(), by, note),
        )?;
    }
    Ok(())
}
