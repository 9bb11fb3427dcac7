//! Full-text search with German word forms, for one person: what this person may not see is not found.

use super::documents::{DOCUMENT, document_row};
use super::sight::{Names, SEES_DOCUMENT};
use super::sql::{self, Bind, Db, Optional};
use super::{DocumentRow, Ledger, Sight};
use crate::error::{Error, Result};
use crate::model::document::DocumentSheet;
use crate::model::ids::{BatchId, DocumentId};
use crate::model::page::PageText;
use rust_stemmers::{Algorithm, Stemmer};
use std::collections::BTreeSet;

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
    /// What has to stand in the index, all of it.
    fn terms(&self) -> Vec<Term> {
        let of = |column, text: &str| {
            let stems = stems(text).into_iter().take(TERMS_MAX);
            stems.map(|stem| Term { column, longer: prefix(&stem), stem }).collect::<Vec<_>>()
        };
        let mut all = of("words", &self.text);
        all.extend(of("sender", &self.sender));
        let number = squeezed(&self.number);
        if !number.is_empty() {
            all.push(Term { column: "numbers", stem: number, longer: true });
        }
        all
    }
}

/// One word of a question: letters and digits alone, so that nothing in it is a sign of an engine's language.
struct Term {
    column: &'static str,
    stem: String,
    /// Longer words that begin with it are meant too.
    longer: bool,
}

/// The question to SQLite's index.
fn fts5(terms: &[Term]) -> String {
    let term = |t: &Term| format!("{} : \"{}\"{}", t.column, t.stem, if t.longer { " *" } else { "" });
    terms.iter().map(term).collect::<Vec<_>>().join(" AND ")
}

/// The question to PostgreSQL's, where a word begins with the first letter of its column.
fn tsquery(terms: &[Term]) -> String {
    let term = |t: &Term| format!("'{}{}'{}", &t.column[..1], t.stem, if t.longer { ":*" } else { "" });
    terms.iter().map(term).collect::<Vec<_>>().join(" & ")
}

/// Where the index is asked, which number counts its rows, what must hold, and the value of `:question`.
#[derive(Clone)]
struct Question {
    rows: &'static str,
    number: &'static str,
    condition: &'static str,
    asked: Option<String>,
}

/// Full text is each engine's own. Rows are read backwards from the newest and left off when the page is full.
fn question(db: &Db, wanted: &Wanted) -> Question {
    let terms = wanted.terms();
    let all = Question { rows: "search_row r", number: "r.number", condition: "TRUE", asked: None };
    if terms.is_empty() {
        return all;
    }
    db.choose(
        Question {
            rows: "search_text s CROSS JOIN search_row r ON r.number = s.rowid AND search_text MATCH :question",
            number: "s.rowid",
            asked: Some(fts5(&terms)),
            ..all.clone()
        },
        Question {
            condition: "r.terms @@ CAST(CAST(:question AS TEXT) AS tsquery)",
            asked: Some(tsquery(&terms)),
            ..all
        },
    )
}

impl Ledger {
    /// Documents this person may see of which everything holds that is wanted, newest first, below `before`.
    pub fn search(&self, sight: &Sight, wanted: &Wanted, before: i64, rows_max: u32) -> Result<Vec<Found>> {
        let names = Names::of(sight);
        self.read(|db, tenant| {
            let Question { rows, number, condition, asked } = question(db, wanted);
            let sql = format!(
                "SELECT r.number, d.id, d.batch, d.state, coalesce(d.kind, ''), coalesce(d.department, ''), r.received,
                   coalesce(json_extract(w.words, '$.fields.sender.value'), ''),
                   coalesce(json_extract(w.words, '$.fields.subject.value'), '')
                 FROM {rows} CROSS JOIN document d ON d.tenant = r.tenant AND d.id = r.document
                 LEFT JOIN document_words w ON w.tenant = d.tenant AND w.document = d.id
                 WHERE {number} < :before AND r.tenant = :tenant AND (:from = '' OR r.received >= :from)
                   AND (:to = '' OR (r.received <> '' AND r.received <= :to)) AND (:kind = '' OR d.kind = :kind)
                   AND {condition} AND {SEES_DOCUMENT} ORDER BY {number} DESC LIMIT :max"
            );
            let mut values: Vec<(&str, &dyn Bind)> = vec![
                (":tenant", &tenant),
                (":before", &before),
                (":from", &wanted.from),
                (":to", &wanted.to),
                (":kind", &wanted.kind),
                (":max", &rows_max),
            ];
            values.extend(asked.as_ref().map(|asked| (":question", asked as &dyn Bind)));
            values.extend(names.document());
            let mut statement = db.prepare(&sql)?;
            let rows = statement.query_map(&values[..], |row| {
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
            rows.collect::<sql::Result<_>>().map_err(Error::from)
        })
    }

    /// Brings some documents into the index whose words changed: how many. Zero: nothing is left to do.
    pub fn index_some(&self) -> Result<usize> {
        let waits = self.read(|db, tenant| {
            Ok(db.prepare("SELECT 1 FROM search_todo WHERE tenant = ?1")?.exists([tenant])?)
        })?;
        if !waits {
            return Ok(0);
        }
        self.write(|tx, tenant| {
            let mut statement = tx.prepare("SELECT document FROM search_todo WHERE tenant = ?1 LIMIT ?2")?;
            let ids = statement.query_map((tenant, INDEXED_AT_ONCE), |row| row.get::<String>(0))?;
            let ids = ids.collect::<sql::Result<Vec<_>>>()?;
            for id in &ids {
                tx.execute("DELETE FROM search_todo WHERE tenant = ?1 AND document = ?2", (tenant, id))?;
                let document = tx
                    .prepare(&format!("SELECT {DOCUMENT} WHERE d.tenant = ?1 AND d.id = ?2"))?
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

fn index(tx: &Db, tenant: &str, document: &DocumentRow, sheet: &DocumentSheet) -> Result<()> {
    let mut text = String::new();
    for index in &document.cut.pages {
        let number = i64::try_from(index + 1).unwrap_or(i64::MAX);
        let page: Option<String> = tx
            .prepare("SELECT text FROM page_text WHERE tenant = ?1 AND batch = ?2 AND number = ?3")?
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
            // Each once: the index knows whether a word stands in a letter, not where.
            stems(&format!("{text} {corrected}")).into_iter().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(" "),
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
        let terms = wanted.terms();
        assert!(fts5(&terms).contains("numbers : \"de1234\" *"), "{}", fts5(&terms));
        assert!(tsquery(&terms).contains("'nde1234':*"), "{}", tsquery(&terms));
        assert!(!fts5(&terms).contains("NEAR(") && !tsquery(&terms).contains("NEAR("));
        assert!(terms.iter().all(|t| t.stem.chars().all(char::is_alphanumeric)));
    }
}
