//! `report audit`: everything an auditor needs about a span of time, in one sealed folder that stands for itself.
//!
//! `manifest.json` names every file with its hash and is sealed (`manifest.p7s`, detached CMS). The log lies in
//! `log/`: the tree's full nodes before the first entry, every entry since, and the head they lead to.
//! `tests/tools/auditor.py` follows documents with nothing but this folder.

use super::table::table;
use super::{DONE, Outcome, REFUSED, Stop, pipeline};
use crate::config::Pipeline;
use crate::daemon::rules_for_paper;
use crate::document::RuleBook;
use crate::error::Error;
use crate::ledger::{DOCUMENTED, Ledger, LogSpan, RECORD_WRITTEN, Staged, audit};
use crate::model::hash::ContentHash;
use crate::model::ids::DocumentId;
use crate::model::state::DocumentState;
use crate::record::amendment::AMENDED;
use crate::record::{canonical, fit, release};
use crate::sealing::{ALGORITHMS, LAST_YEAR, Sealer, Stamp, TownSeal};
use crate::vault::Vault;
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::Path;

/// Name of the form of the manifest.
const FORMAT: &str = "poststelle-audit-1";

/// A file of the package.
#[derive(Serialize)]
struct Part {
    path: String,
    sha256: String,
    bytes: u64,
}

/// The package as it grows.
struct Package<'a> {
    out: &'a Path,
    parts: Vec<Part>,
}

impl Package<'_> {
    fn add(&mut self, path: &str, bytes: &[u8]) -> Result<(), Error> {
        let place = self.out.join(path);
        if let Some(folder) = place.parent() {
            std::fs::create_dir_all(folder).map_err(Error::io("Prüfpaket schreiben", folder))?;
        }
        std::fs::write(&place, bytes).map_err(Error::io("Prüfpaket schreiben", &place))?;
        let (sha256, bytes) = (ContentHash::of(bytes).hex(), bytes.len() as u64);
        self.parts.push(Part { path: path.into(), sha256, bytes });
        Ok(())
    }

    /// What several events may name.
    fn add_once(&mut self, path: &str, bytes: &[u8]) -> Result<(), Error> {
        let there = self.parts.iter().any(|part| part.path == path);
        if there { Ok(()) } else { self.add(path, bytes) }
    }

    /// A table with a head line, cell by cell as it is: it is evidence.
    fn table<const N: usize>(
        &mut self,
        path: &str,
        head: [&str; N],
        rows: &[[String; N]],
    ) -> Result<(), Error> {
        let head = head.map(str::to_owned);
        self.add(path, &table(std::iter::once(&head).chain(rows))?)
    }
}

/// Writes the package; 1 if the ledger itself does not hold, which the package then says.
pub fn run(config: Option<&Path>, days: (&str, &str), (from, to): (String, String), out: &Path) -> Outcome {
    let pipeline = pipeline(config)?;
    let ledger = Ledger::open(&pipeline.ledger, &pipeline.tenant)?;
    let vault = pipeline.read_vault()?;
    let book = rules_for_paper(&pipeline, &ledger, &vault)?;
    if std::fs::read_dir(out).is_ok_and(|mut d| d.next().is_some()) {
        return Err(Stop::Usage(format!(
            "[usage.out] {} ist nicht leer. Hinweis: neuen Ordner nennen.",
            out.display()
        )));
    }
    let span = ledger.log_span(&from, &to)?;
    let mut package = Package { out, parts: Vec::new() };
    package.add("LIES-MICH.txt", readme(&pipeline, days).as_bytes())?;
    log(&mut package, &span)?;
    documents(&mut package, &ledger, &vault, &span, (&from, &to))?;
    rules(&mut package, &pipeline, &book)?;
    evidence(&mut package, &vault, &ledger, &to)?;
    people(&mut package, &ledger, &span)?;
    restore_test(&mut package, &ledger, &to)?;
    let checked = audit(&pipeline.ledger, Some(&vault), &[])?;
    let mut said = format!(
        "{} Ereignisse, {} Objekte im Tresor, {} Nachweise geprüft\n",
        checked.events, checked.objects, checked.records
    );
    for (name, detail) in &checked.wrong {
        said += &format!("{name}: {detail}\n");
    }
    if checked.wrong.is_empty() {
        said += "unversehrt\n";
    }
    package.add("pruefung.txt", said.as_bytes())?;
    let manifest = canonical::of(&serde_json::json!({
        "format": FORMAT,
        "organisation": pipeline.town,
        "tenant": pipeline.tenant,
        "from": days.0,
        "to": days.1,
        "software": format!("poststelle {}", env!("CARGO_PKG_VERSION")),
        "log": span.head,
        "files": package.parts,
    }));
    let place = out.join("manifest.json");
    std::fs::write(&place, &manifest).map_err(Error::io("Prüfpaket schreiben", &place))?;
    match &pipeline.seal {
        Some(settings) => {
            let sealed = TownSeal::open(settings)?.seal(&[&manifest], Stamp::IfPossible)?;
            let place = out.join("manifest.p7s");
            std::fs::write(&place, sealed.cms).map_err(Error::io("Prüfpaket schreiben", &place))?;
        }
        None => eprintln!("[report.unsealed] Ohne [seal] ist das Paket nicht gesiegelt."),
    }
    println!(
        "{} Dateien, {} Protokolleinträge: {}",
        package.parts.len() + 1,
        span.entries.len(),
        out.display()
    );
    Ok(if checked.wrong.is_empty() { DONE } else { REFUSED })
}

fn readme(pipeline: &Pipeline, (from, to): (&str, &str)) -> String {
    format!(
        "Prüfpaket {} von {from} bis {to}\n\n\
         manifest.json nennt jede Datei mit SHA-256; manifest.p7s ist das Siegel darüber:\n  \
         openssl cms -verify -binary -inform DER -in manifest.p7s -content manifest.json -CAfile ANKER.pem -purpose any\n\
         log/before.json: volle Knoten des Hashbaums (RFC 6962) vor dem ersten Eintrag; log/entries.jsonl: jeder Eintrag \
         seither; log/head.json: Wurzel, zu der beides führt. Mit früher aufbewahrten Ständen vergleichen.\n\
         documents.jsonl: Schriftstücke des Zeitraums; records/: ihre Nachweise (docs/record.md).\n\
         verfahrensdokumentation/, konfiguration/: was an welchem Tag galt; testvorlagen/: Scans zu den Freigaben.\n\
         dokumentarten.csv, rollen.csv, freigaben.csv, stichproben.csv, zweifelsfaelle.csv, vernichtung.csv, \
         abweichungen.csv, algorithmen.csv, pruefung.txt: Auszüge; maßgeblich ist das Protokoll.\n\
         wiederherstellung.csv: die letzte Probe, eine Datensicherung zurückzuspielen; leer, wenn es keine gab.\n\
         Nicht enthalten: Bilder und Texte der Briefe.\n",
        pipeline.town
    )
}

fn log(package: &mut Package<'_>, span: &LogSpan) -> Result<(), Error> {
    let before = serde_json::json!({ "size": span.before, "nodes": span.nodes });
    package.add("log/before.json", &canonical::of(&before))?;
    let mut lines = Vec::new();
    for (place, entry) in (span.before..).zip(&span.entries) {
        lines.extend(canonical::of(&serde_json::json!({ "place": place, "entry": entry })));
        lines.push(b'\n');
    }
    package.add("log/entries.jsonl", &lines)?;
    package.add("log/head.json", &canonical::of(&span.head))
}

/// Documents whose record was written in the span, with their records.
fn documents(
    package: &mut Package<'_>,
    ledger: &Ledger,
    vault: &Vault,
    span: &LogSpan,
    (from, to): (&str, &str),
) -> Result<(), Error> {
    let mut lines = Vec::new();
    let written = span.entries.iter().filter(|e| e.code == RECORD_WRITTEN && *e.at >= *from && *e.at < *to);
    let ids: BTreeSet<&str> = written.map(|e| e.subject.as_str()).collect();
    for id in ids {
        let document = ledger.document(&DocumentId(id.to_owned()))?;
        let batch = ledger.batch(&document.batch)?;
        let hex = |hash: Option<ContentHash>| hash.map(|h| h.hex());
        lines.extend(canonical::of(&serde_json::json!({
            "document": id,
            "batch": batch.id.0,
            "source_sha256": batch.hash.hex(),
            "product_sha256": hex(document.product),
            "record_sha256": hex(document.record),
            "state": document.state.text(),
        })));
        lines.push(b'\n');
        if let Some(hash) = document.record {
            package.add(&format!("records/{id}.record.json"), &vault.read(&hash)?)?;
        }
        let amended = span.entries.iter().filter(|e| e.code == AMENDED && e.subject == id);
        for (number, entry) in (1..).zip(amended) {
            let Some(hash) = ContentHash::from_hex(&entry.detail) else { continue };
            package.add(&format!("records/{id}.amendment-{number}.json"), &vault.read(&hash)?)?;
        }
    }
    package.add("documents.jsonl", &lines)
}

fn rules(package: &mut Package<'_>, pipeline: &Pipeline, book: &RuleBook) -> Result<(), Error> {
    let kinds: Vec<_> = book
        .kinds()
        .iter()
        .map(|k| {
            let p = k.protection;
            let [integrity, confidentiality, availability] = &k.protection_reasons;
            let goal = |need, reason: &String| format!("{need:?}: {reason}");
            [
                k.id.clone(),
                k.version.to_string(),
                goal(p.integrity, integrity),
                goal(p.confidentiality, confidentiality),
                goal(p.availability, availability),
                if k.replacing_allowed { "ja" } else { "nein" }.into(),
            ]
        })
        .collect();
    let head = ["Dokumentart", "Fassung", "Integrität", "Vertraulichkeit", "Verfügbarkeit", "ersetzbar"];
    package.table("dokumentarten.csv", head, &kinds)?;
    let roles: Vec<_> = pipeline
        .people
        .iter()
        .map(|p| {
            let roles: Vec<String> = p.roles.iter().map(|r| format!("{r:?}")).collect();
            [p.id.clone(), roles.join(" "), p.departments.join(" ")]
        })
        .collect();
    package.table("rollen.csv", ["Pseudonym", "Rollen", "Ämter"], &roles)?;
    let algorithms: Vec<_> = ALGORITHMS.iter().map(|a| [(*a).to_owned(), LAST_YEAR.to_string()]).collect();
    package.table("algorithmen.csv", ["Verfahren", "zugelassen bis Ende"], &algorithms)?;
    let mut deviations = Vec::new();
    for station in &pipeline.stations {
        let profile = &station.profile;
        if let Some(reason) = &profile.colour_reason {
            let what = format!("Profil {}: {}", profile.id, fit::word(profile.colour));
            deviations.push([what, reason.clone()]);
        }
    }
    if pipeline.procedure.released.is_none() {
        deviations
            .push(["Verfahren nicht freigegeben".into(), "Entwurf: kein Papier wird vernichtet".into()]);
    }
    if pipeline.seal.is_none() {
        deviations.push(["Kein Siegel".into(), "kein Papier wird vernichtet".into()]);
    }
    package.table("abweichungen.csv", ["Abweichung", "Grund"], &deviations)
}

/// Documentation, configurations and rules in force up to then, with what changed from one to the next; charts.
fn evidence(package: &mut Package<'_>, vault: &Vault, ledger: &Ledger, to: &str) -> Result<(), Error> {
    for (what, folder, ending) in
        [(Staged::Configuration, "konfiguration", "toml"), (Staged::Rules, "regeln", "json")]
    {
        let mut changes = String::new();
        let mut last: Option<String> = None;
        for entry in ledger.entries_of(&[what.activated()], to)? {
            let hash = &entry.subject;
            let Some(bytes) = kept(vault, hash) else { continue };
            // The lines of a rule file stand in one string.
            let text = String::from_utf8_lossy(&bytes).replace("\\n", "\n");
            changes += &format!("{} {hash} durch {}\n", entry.at, entry.actor);
            if let Some(last) = &last {
                changes += &difference(last, &text);
            }
            last = Some(text);
            package.add_once(&format!("{folder}/{hash}.{ending}"), &bytes)?;
        }
        if last.is_some() {
            package.add(&format!("{folder}/aenderungen.txt"), changes.as_bytes())?;
        }
    }
    for entry in ledger.entries_of(&[DOCUMENTED, release::CHART], to)? {
        let hash = &entry.detail;
        let path = match entry.code.as_str() {
            DOCUMENTED => format!("verfahrensdokumentation/{hash}.pdf"),
            _ => format!("testvorlagen/{hash}"),
        };
        if let Some(bytes) = kept(vault, hash) {
            package.add_once(&path, &bytes)?;
        }
    }
    Ok(())
}

/// Bytes by their hash as an event names it, if they are still there.
fn kept(vault: &Vault, hash: &str) -> Option<Vec<u8>> {
    ContentHash::from_hex(hash).and_then(|hash| vault.read(&hash).ok())
}

/// Lines that went and lines that came.
fn difference(old: &str, new: &str) -> String {
    let only = |a: &str, b: &str, mark: &str| -> String {
        let mut others: Vec<&str> = b.lines().collect();
        let mut found = String::new();
        for line in a.lines() {
            match others.iter().position(|other| *other == line) {
                Some(place) => {
                    others.swap_remove(place);
                }
                None => found += &format!("  {mark} {line}\n"),
            }
        }
        found
    };
    only(old, new, "-") + &only(new, old, "+")
}

/// The last time somebody restored a backup for practice, also before the span.
fn restore_test(package: &mut Package<'_>, ledger: &Ledger, to: &str) -> Result<(), Error> {
    let last = ledger.entries_of(&[super::backup::TESTED], to)?.pop();
    let rows: Vec<_> = last.into_iter().map(|e| [e.at, e.actor, e.detail]).collect();
    package.table("wiederherstellung.csv", ["Zeit", "Wer", "Was"], &rows)
}

/// What people did, as tables; and what waits for them.
fn people(package: &mut Package<'_>, ledger: &Ledger, span: &LogSpan) -> Result<(), Error> {
    for (path, starts) in [
        ("freigaben.csv", &["station.", "procedure.", "configuration.", "model."][..]),
        ("stichproben.csv", &["sample."]),
        ("vernichtung.csv", &["paper.", "box.", "backup.", "feedback."]),
        ("loeschung.csv", &["retention."]),
    ] {
        let rows: Vec<_> = span
            .entries
            .iter()
            .filter(|e| starts.iter().any(|start| e.code.starts_with(start)))
            .map(|e| [e.at.clone(), e.code.clone(), e.subject.clone(), e.actor.clone(), e.detail.clone()])
            .collect();
        package.table(path, ["Zeit", "Ereignis", "Woran", "Wer", "Was"], &rows)?;
    }
    let mut doubts = Vec::new();
    for state in [DocumentState::Review, DocumentState::Hold] {
        for document in ledger.documents_in(state)? {
            let why = document.sheet.map(|s| s.understanding).map_or_else(Vec::new, |u| {
                u.hold.into_iter().chain(u.review.into_iter().map(|r| r.code)).collect()
            });
            doubts.push([document.id.0, state.text().to_owned(), why.join(" ")]);
        }
    }
    package.table("zweifelsfaelle.csv", ["Schriftstück", "Stand", "Warum"], &doubts)
}
