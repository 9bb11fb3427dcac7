//! Full-text search with German word forms, for one person: what this person may not see is not found.

use super::documents::{DOCUMENT, document_row};
use super::sight::{Names, SEES_DOCUMENT};
use super::{DocumentRow, Ledger, Sight};
use crate::error::{Error, Result};
use crate::model::document::DocumentSheet;
use crate::model::ids::{BatchId, DocumentId};
use crate::model::page::PageText;
use rusqlite::{OptionalExtension, ToSql, Transaction};
use rust_stemmers::{Algorithm, Stemmer};

/// Documents brought into the index in one transaction: others wait no longer than that takes.
const INDEXED_AT_ONCE: u32 = 10;
/// From so many letters on, a word also finds longer ones that begin with it: Hundesteuer, Hundesteuerbescheid.
const PREFIX_CHARS_MIN: usize = 4;
/// Words of one question.
const TERMS_MAX: usize = 12;

/// What is looked for. Everything given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Words of the letter, in any form.
    pub text: String,
    /// Words of the sender's name.
    pub sender: String,
    /// The beginning of a reference, invoice number or IBAN.
    pub number: String,
    /// Kind id.
    pub kind: String,
    /// Received on or after this ISO date.
    pub from: String,
    /// Received on or before this ISO date.
    pub to: String,
}

/// A document that was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its place in the index; the list goes on below it.
    pub number: i64,
    /// Document.
    pub id: DocumentId,
    /// Its batch.
    pub batch: BatchId,
    /// State.
    pub state: String,
    /// Kind id.
    pub kind: String,
    /// Lead department.
    pub department: String,
    /// ISO date, empty if unknown.
    pub received: String,
    /// As read or corrected.
    pub sender: String,
    /// As read or corrected.
    pub subject: String,
}

/// Words of a text brought to their stems, in order.
pub fn stems(text: &str) -> Vec<String> {
    let stemmer = Stemmer::create(Algorithm::German);
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
    words
        .map(|word| {
            // Both spellings of an umlaut are one word.
            let word = word.to_lowercase().replace("ae", "ä").replace("oe", "ö").replace("ue", "ü");
            stemmer.stem(&word).into_owned()
        })
        .collect()
}

/// Whether a word of a letter is what a stem of the question asks for.
pub fn hits(word: &str, asked: &[String]) -> bool {
    let means = |stem: &String| asked.iter().any(|a| stem == a || prefix(a) && stem.starts_with(a.as_str()));
    stems(word).iter().any(means)
}

fn prefix(stem: &str) -> bool {
    stem.chars().count() >= PREFIX_CHARS_MIN
}

/// Letters and digits alone: numbers are written with blanks, dots and dashes as anybody likes.
fn squeezed(number: &str) -> String {
    number.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

impl Wanted {
    /// The question as the index understands it; empty if it asks for no words.
    fn question(&self) -> String {
        let terms = |column: &str, text: &str| {
            let stems = stems(text).into_iter().take(TERMS_MAX);
            stems
                .map(|s| format!("{column} : \"{s}\"{}", if prefix(&s) { " *" } else { "" }))
                .collect::<Vec<_>>()
        };
        let mut all = terms("words", &self.text);
        all.extend(terms("sender", &self.sender));
        let number = squeezed(&self.number);
        if !number.is_empty() {
            all.push(format!("numbers : \"{number}\" *"));
        }
        all.join(" AND ")
    }
}

impl Ledger {
    /// Documents this person may see of which everything holds that is wanted, newest first, below `before`.
    pub fn search(&self, sight: &Sight, wanted: &Wanted, before: i64, rows_max: u32) -> Result<Vec<Found>> {
        let (names, question) = (Names::of(sight), wanted.question());
        // Read backwards from the newest and left off when the page is full: no list is sorted.
        let (rows, number) = if question.is_empty() {
            ("search_row r", "r.number")
        } else {
            (
                "search_text s CROSS JOIN search_row r ON r.number = s.rowid AND search_text MATCH :question",
                "s.rowid",
            )
        };
        let sql = format!(
            "SELECT r.number, d.id, d.batch, d.state, coalesce(d.kind, ''), coalesce(d.department, ''), r.received,
               coalesce(json_extract(w.words, '$.fields.sender.value'), ''),
               coalesce(json_extract(w.words, '$.fields.subject.value'), '')
             FROM {rows} CROSS JOIN document d ON d.tenant = r.tenant AND d.id = r.document
             LEFT JOIN document_words w ON w.tenant = d.tenant AND w.document = d.id
             WHERE {number} < :before AND r.tenant = :tenant AND (:from = '' OR r.received >= :from)
               AND (:to = '' OR (r.received <> '' AND r.received <= :to)) AND (:kind = '' OR d.kind = :kind)
               AND {SEES_DOCUMENT} ORDER BY {number} DESC LIMIT :max"
        );
        self.read(|db, tenant| {
            let mut values: Vec<(&str, &dyn ToSql)> = vec![
                (":tenant", &tenant),
                (":before", &before),
                (":from", &wanted.from),
                (":to", &wanted.to),
                (":kind", &wanted.kind),
                (":max", &rows_max),
            ];
            if !question.is_empty() {
                values.push((":question", &question));
            }
            values.extend(names.document());
            let mut statement = db.prepare_cached(&sql)?;
            let rows = statement.query_map(&*values, |row| {
                Ok(Found {
                    number: row.get(0)?,
                    id: DocumentId(row.get(1)?),
                    batch: BatchId(row.get(2)?),
                    state: row.get(3)?,
                    kind: row.get(4)?,
                    department: row.get(5)?,
                    received: row.get(6)?,
                    sender: row.get(7)?,
                    subject: row.get(8)?,
                })
            })?;
            rows.collect::<rusqlite::Result<_>>().map_err(Error::from)
        })
    }

    /// Brings some documents into the index whose words changed: how many. Zero: nothing is left to do.
    pub fn index_some(&self) -> Result<usize> {
        let waits = self.read(|db, tenant| {
            Ok(db.prepare_cached("SELECT 1 FROM search_todo WHERE tenant = ?1")?.exists([tenant])?)
        })?;
        if !waits {
            return Ok(0);
        }
        self.write(|tx, tenant| {
            let mut statement =
                tx.prepare_cached("SELECT document FROM search_todo WHERE tenant = ?1 LIMIT ?2")?;
            let ids = statement.query_map((tenant, INDEXED_AT_ONCE), |row| row.get::<_, String>(0))?;
            let ids = ids.collect::<rusqlite::Result<Vec<_>>>()?;
            for id in &ids {
                tx.execute("DELETE FROM search_todo WHERE tenant = ?1 AND document = ?2", (tenant, id))?;
                let document = tx
                    .prepare_cached(&format!("SELECT {DOCUMENT} WHERE d.tenant = ?1 AND d.id = ?2"))?
                    .query_row((tenant, id), document_row)
                    .optional()?;
                if let Some((document, sheet)) = document.and_then(|d| d.sheet.clone().map(|s| (d, s))) {
                    index(tx, tenant, &document, &sheet)?;
                }
            }
            Ok(ids.len())
        })
    }
}

fn index(tx: &Transaction<'_>, tenant: &str, document: &DocumentRow, sheet: &DocumentSheet) -> Result<()> {
    let mut text = String::new();
    for index in &document.cut.pages {
        let number = i64::try_from(index + 1).unwrap_or(i64::MAX);
        let page: Option<String> = tx
            .prepare_cached("SELECT text FROM page_text WHERE tenant = ?1 AND batch = ?2 AND number = ?3")?
            .query_row((tenant, &document.batch.0, number), |row| row.get(0))
            .optional()?;
        if let Some(page) = page {
            text += &serde_json::from_str::<PageText>(&page)?.plain();
        }
    }
    let fields = &sheet.understanding.fields;
    // What a person corrected is found too, and not only what was read.
    let corrected = fields.values().map(|f| f.value.as_str()).collect::<Vec<_>>().join(" ");
    let number = |name: &str| fields.get(name).map(|f| squeezed(&f.value));
    let numbers = ["reference", "own_reference", "invoice_number", "order_number", "customer_number", "iban"];
    let numbers = numbers.into_iter().filter_map(number).collect::<Vec<_>>().join(" ");
    let sender = fields.get("sender").map_or(String::new(), |f| stems(&f.value).join(" "));
    tx.execute("DELETE FROM search_row WHERE tenant = ?1 AND document = ?2", (tenant, &document.id.0))?;
    tx.execute(
        "INSERT INTO search_row (tenant, document, received, words, sender, numbers) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        (
            tenant,
            &document.id.0,
            sheet.received.date.as_deref().unwrap_or_default(),
            stems(&format!("{text} {corrected}")).join(" "),
            sender,
            numbers,
        ),
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_are_one_word() {
        for (letter, asked) in [
            ("Bescheide", "Bescheid"),
            ("Bescheiden", "bescheid"),
            ("Hundesteuerbescheid", "Hundesteuer"),
            ("Gebühren", "Gebuehr"),
            ("Müller", "Mueller"),
            ("Häuser", "Häusern"),
            ("STRASSE", "Strasse"),
        ] {
            assert!(
                hits(letter, &stems(asked)),
                "{asked} finds {letter}: {:?} {:?}",
                stems(letter),
                stems(asked)
            );
        }
        assert!(!hits("Steuer", &stems("Hundesteuer")));
        assert!(!hits("Rathaus", &stems("Rat")), "short words find only themselves");
    }

    #[test]
    fn a_question_cannot_be_more_than_words() {
        let wanted = Wanted {
            text: "\"a\" OR words:* NEAR(b)".into(),
            number: "DE12 3\"4".into(),
            ..Wanted::default()
        };
        let question = wanted.question();
        assert!(question.contains("numbers : \"de1234\" *"), "{question}");
        assert!(!question.contains("NEAR("), "{question}");
    }
}
