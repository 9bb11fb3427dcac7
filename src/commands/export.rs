//! `export person`: everything we have about one person, for whoever has a right to know it.
//!
//! Found by the words of the search index: as the sender, or anywhere in a letter. What the person who exports may
//! not see is counted and stays where it is. The log says who exported which documents and why, never whose name
//! was asked for.

use super::people::open;
use super::table::{harmless, table};
use super::{DONE, Outcome, Stop};
use crate::cli::ExportReason;
use crate::config::Pipeline;
use crate::error::{Error, Result};
use crate::ledger::{Found, Ledger, Sight, Wanted, hits, stems};
use crate::vault::Vault;
use crate::web::sight;
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// Documents found at a time.
const ROWS: u32 = 200;

/// What is asked for.
pub struct Wish<'a> {
    /// Words of the name.
    pub name: &'a str,
    /// Folder, new or empty.
    pub out: &'a Path,
    /// Why.
    pub reason: ExportReason,
    /// Who.
    pub by: &'a str,
}

/// Writes the folder.
pub fn person(config: Option<&Path>, wish: &Wish<'_>) -> Outcome {
    let (pipeline, ledger) = open(config)?;
    let vault = pipeline.read_vault()?;
    let asked = stems(wish.name);
    if asked.is_empty() {
        return Err(Stop::Usage(
            "[usage.name] Der Name ist leer. Hinweis: --name \"Vorname Nachname\".".into(),
        ));
    }
    let Some(by) = pipeline.acting(wish.by) else {
        return Err(Stop::Usage(format!(
            "[usage.person] „{}“ steht nicht als [[person]] in der Konfiguration. Hinweis: wer ausgibt, sieht nur, was \
             diese Person sehen darf.",
            wish.by
        )));
    };
    if fs::read_dir(wish.out).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(Stop::Usage(format!(
            "[usage.out] {} ist nicht leer. Hinweis: neuen Ordner nennen.",
            wish.out.display()
        )));
    }
    // Words that came a moment ago are words, too.
    while ledger.index_some()? > 0 {}
    let own = found(&ledger, &sight(by, &pipeline), wish.name)?;
    let seen: BTreeSet<&str> = own.iter().map(|f| f.id.0.as_str()).collect();
    let hidden = found(&ledger, &all(&pipeline), wish.name)?;
    let hidden = hidden.iter().filter(|f| !seen.contains(f.id.0.as_str())).count();
    folder(wish.out)?;
    let mut rows =
        vec![["Kennung", "Eingang", "Dokumentart", "Amt", "Stand", "Gefunden als"].map(str::to_owned)];
    for document in &own {
        let sender = asked.iter().all(|stem| hits_any(&document.sender, stem));
        let found_as = if sender { "Absender" } else { "im Schriftstück genannt" };
        let [received, kind, department, state] =
            [&document.received, &document.kind, &document.department, &document.state].map(Clone::clone);
        rows.push([document.id.0.clone(), received, kind, department, state, found_as.into()]);
        copies(&ledger, &vault, document, &wish.out.join(&document.id.0))?;
    }
    put_table(&wish.out.join("schriftstuecke.csv"), &rows)?;
    let items: Vec<[String; 5]> = ledger
        .item_senders()?
        .into_iter()
        .filter(|[.., sender]| asked.iter().all(|stem| hits_any(sender, stem)))
        .collect();
    let head = [["Sendung", "Eingang", "Was", "Amt", "Absender"].map(str::to_owned)];
    put_table(&wish.out.join("posteingangsbuch.csv"), &[&head[..], &items].concat())?;
    let now = jiff::Timestamp::now();
    let about = format!(
        "Auskunft über: {}\nStand:         {now}\nAusgegeben:    {}\nGrund:         {}\n\n\
         {} Schriftstücke, {} Einträge im Posteingangsbuch.\n{hidden} weitere Schriftstücke liegen bei \
         Vertrauenskreisen, Anhaltungen oder Ämtern, in die {} keinen Einblick hat; sie sind hier nur gezählt.\n\n\
         Gesucht wurde nach den Wörtern des Namens in jeder Form. Vor der Herausgabe prüfen: gleicher Name, andere\n\
         Person? Rechte Dritter? Was schon gelöscht wurde, ist nicht mehr zu finden; das Protokoll weiß nur noch,\n\
         dass es da war. Was Ämter in eigenen Systemen haben, geben sie selbst aus.\n",
        wish.name,
        by.id,
        wish.reason.text(),
        own.len(),
        items.len(),
        by.id
    );
    write(&wish.out.join("LIES-MICH.txt"), about.as_bytes())?;
    let reason = wish.reason.text();
    for document in &own {
        ledger.note("document.exported", &document.id.0, &by.id, &format!("reason={reason}"))?;
    }
    let counts = format!("reason={reason} documents={} items={} hidden={hidden}", own.len(), items.len());
    ledger.note("export.person", "export", &by.id, &counts)?;
    println!(
        "{} Schriftstücke und {} Einträge im Posteingangsbuch: {}. {hidden} weitere darf {} nicht sehen.",
        own.len(),
        items.len(),
        wish.out.display(),
        by.id
    );
    Ok(DONE)
}

/// Everything in which all words of the name stand, newest first.
fn found(ledger: &Ledger, sight: &Sight, name: &str) -> Result<Vec<Found>> {
    let wanted = Wanted { text: name.to_owned(), ..Wanted::default() };
    let (mut all, mut before) = (Vec::new(), i64::MAX);
    loop {
        let mut some = ledger.search(sight, &wanted, before, ROWS)?;
        let Some(last) = some.last() else { return Ok(all) };
        before = last.number;
        all.append(&mut some);
    }
}

/// Sees everything: only to be counted.
fn all(pipeline: &Pipeline) -> Sight {
    let holds: Vec<String> = pipeline.circles.iter().flat_map(|c| c.holds.iter().cloned()).collect();
    Sight {
        circles: pipeline.circles.iter().map(|c| c.id.clone()).collect(),
        holds: holds.clone(),
        claimed_holds: holds,
        unclaimed_holds: true,
        house: true,
        mailroom: true,
        departments: pipeline.departments.iter().map(|d| d.id.clone()).collect(),
    }
}

fn hits_any(text: &str, stem: &String) -> bool {
    text.split(|c: char| !c.is_alphanumeric()).any(|word| hits(word, std::slice::from_ref(stem)))
}

/// The files of one document as far as they were made, its decision, notes about it, and what happened to it.
fn copies(ledger: &Ledger, vault: &Vault, found: &Found, to: &Path) -> Result<()> {
    folder(to)?;
    let document = ledger.document(&found.id)?;
    for (name, hash) in [
        ("document.pdf", document.product),
        ("document.txt", document.text),
        ("document.json", document.sheet_hash),
        ("record.json", document.record),
    ] {
        let bytes = hash.map(|hash| vault.read(&hash)).transpose()?.unwrap_or_default();
        if !bytes.is_empty() {
            write(&to.join(name), &bytes)?;
        }
    }
    // Before it is sealed there is only what was decided so far; after it, what people decided since.
    if let Some(sheet) = &document.sheet {
        write(&to.join("entscheidung.json"), &serde_json::to_vec_pretty(sheet)?)?;
    }
    let mut rows = vec![["Zeit", "Ereignis", "Woran", "Was"].map(str::to_owned)];
    rows.extend(ledger.events(&found.id.0)?.into_iter().map(|e| [e.at, e.code, e.subject, e.detail]));
    let notes = ledger.inbox_notes(&found.id)?;
    rows.extend(notes.into_iter().map(|[at, _, text]| [at, "Notiz".into(), found.id.0.clone(), text]));
    put_table(&to.join("verlauf.csv"), &rows)
}

/// For its owner's eyes only.
fn folder(path: &Path) -> Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(Error::io("Ordner der Auskunft anlegen", path))
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(Error::io("Auskunft schreiben", path))?;
    std::io::Write::write_all(&mut file, bytes).map_err(Error::io("Auskunft schreiben", path))
}

fn put_table<const N: usize>(path: &Path, rows: &[[String; N]]) -> Result<()> {
    write(path, &table(rows.iter().map(|row| row.each_ref().map(harmless)))?)
}
