//! `verify`: records and products, with nothing but the files. 0 intact, 1 not, 2 cannot be checked.

use super::{DONE, REFUSED, USAGE};
use crate::error::Error;
use crate::ledger;
use crate::pdf;
use crate::record::amendment::Amendment;
use crate::record::check::{self, Check, Files, Verdict};
use crate::record::log::{HEAD, Head, Proof};
use crate::record::{Envelope, body::Body};
use crate::sealing::{self, Anchors};
use crate::vault::Vault;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Checks every path; prints one line for each document and ledger. Heads of the log among the paths are for
/// the ledgers among them.
pub fn run(paths: &[PathBuf], vault: Option<&Path>, trust: &[PathBuf], json: bool) -> u8 {
    let anchors = match anchors(trust) {
        Ok(anchors) => anchors,
        Err(error) => {
            eprintln!("{error}");
            return USAGE;
        }
    };
    let (mut sets, mut ledgers, mut heads, mut amendments) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for path in paths {
        amendments_in(path, &mut amendments);
        if begins_with(path, b"SQLite format 3\0") {
            ledgers.push(path);
        } else if let Some(head) = head(path) {
            heads.push(head);
        } else if !is_amendment(path) {
            collect(path, true, &mut sets);
        }
    }
    let mut findings: Vec<Finding> = sets.iter().map(|set| examine(set, anchors.as_ref())).collect();
    doubled(&mut findings);
    findings.extend(amendments.iter().map(|path| examine_amendment(path, anchors.as_ref())));
    findings.extend(ledgers.iter().map(|path| examine_ledger(path, vault, &heads)));
    if ledgers.is_empty() && !heads.is_empty() {
        eprintln!(
            "[verify.head_alone] Ein Stand des Protokolls sagt nur etwas zu einem Journal. Hinweis: ledger.sqlite mit nennen."
        );
        return USAGE;
    }
    for finding in &findings {
        if json { println!("{}", finding.json()) } else { println!("{}", finding.line()) }
    }
    if findings.iter().any(Finding::broken) {
        REFUSED
    } else if findings.iter().any(|f| f.unreadable.is_some()) {
        USAGE
    } else {
        DONE
    }
}

fn anchors(trust: &[PathBuf]) -> Result<Option<Anchors>, Error> {
    let mut anchors = None::<Anchors>;
    for path in trust {
        anchors.get_or_insert_default().extend(Anchors::read(path)?);
    }
    Ok(anchors)
}

fn begins_with(path: &Path, magic: &[u8]) -> bool {
    let mut start = vec![0; magic.len()];
    std::fs::File::open(path).and_then(|mut f| f.read_exact(&mut start)).is_ok() && start == magic
}

/// A head of the log that was kept outside.
fn head(path: &Path) -> Option<Head> {
    // Heads are one short line; nothing else that ends so is read here.
    let small = path.extension().is_some_and(|e| e == "json")
        && std::fs::metadata(path).is_ok_and(|m| m.is_file() && m.len() < 4096);
    let head: Head = serde_json::from_slice(&std::fs::read(path).ok().filter(|_| small)?).ok()?;
    (head.format == HEAD).then_some(head)
}

/// The whole ledger against itself, its vault and the heads.
fn examine_ledger(path: &Path, vault: Option<&Path>, heads: &[Head]) -> Finding {
    let mut finding = Finding { name: path.to_owned(), ..Finding::default() };
    let beside = path.with_file_name("vault");
    let vault = vault.or(Some(&beside).filter(|p| p.is_dir()).map(PathBuf::as_path)).map(Vault::for_reading);
    match ledger::audit(path, vault.as_ref(), heads) {
        Ok(audit) => {
            let outside = if heads.is_empty() {
                "kein früherer Stand zum Vergleich".to_owned()
            } else {
                format!("{} frühere Stände", heads.len())
            };
            finding.said = Some(format!(
                "{} Ereignisse, {} Objekte im Tresor, {} Nachweise, {outside}",
                audit.events, audit.objects, audit.records
            ));
            finding.checks.extend(audit.wrong.iter().map(|(name, _)| Check::new(name, false)));
            finding.details = audit.wrong;
        }
        Err(error) => finding.unreadable = Some(error.to_string()),
    }
    finding
}

/// What a check of these files gives, one sentence for each document among them.
pub fn sentences(path: &Path) -> Vec<String> {
    let mut sets = Vec::new();
    collect(path, true, &mut sets);
    sets.iter().map(|set| examine(set, None).line()).collect()
}

/// The files of one document, as far as there are any.
#[derive(Debug, Default)]
struct Set {
    /// How it is called in the report.
    name: PathBuf,
    record: Option<PathBuf>,
    product: Option<PathBuf>,
    text: Option<PathBuf>,
    sheet: Option<PathBuf>,
    proof: Option<PathBuf>,
    /// A folder of `process` has all four files; what is delivered comes without the text.
    whole: bool,
}

/// Finds documents: folders of `process`, delivered files, single products and records.
fn collect(path: &Path, named: bool, sets: &mut Vec<Set>) {
    let known = |name: &str| Some(path.join(name)).filter(|p| p.is_file());
    if path.is_dir() {
        let set = Set {
            name: path.to_owned(),
            record: known("record.json"),
            product: known("document.pdf"),
            text: known("document.txt"),
            sheet: known("document.json"),
            proof: known("proof.json"),
            whole: true,
        };
        if set.record.is_some() || set.product.is_some() || set.sheet.is_some() {
            sets.push(set);
            return;
        }
        let before = sets.len();
        let mut entries: Vec<PathBuf> =
            std::fs::read_dir(path).into_iter().flatten().flatten().map(|e| e.path()).collect();
        entries.sort();
        for entry in entries.iter().filter(|e| e.is_dir() || belongs_to_a_document(e)) {
            collect(entry, false, sets);
        }
        if named && sets.len() == before {
            sets.push(Set { name: path.to_owned(), ..Set::default() });
        }
        return;
    }
    let text = path.to_string_lossy();
    let endings = [".record.json", ".proof.json", ".pdf"];
    let stem = endings.iter().find_map(|ending| text.strip_suffix(ending));
    if let (true, Some(folder)) =
        (path.ends_with("record.json") || path.ends_with("document.pdf"), path.parent())
    {
        return collect_folder_of(path, folder, sets);
    }
    let Some(stem) = stem.filter(|_| path.is_file()) else {
        sets.push(Set { name: path.to_owned(), ..Set::default() });
        return;
    };
    let beside = |ending: &str| Some(PathBuf::from(format!("{stem}.{ending}"))).filter(|p| p.is_file());
    // A delivery is its record, its product and its sheet; each is reported once.
    if sets.iter().any(|s| s.name == Path::new(stem)) {
        return;
    }
    let record = beside("record.json");
    let sheet = beside("json").filter(|_| record.is_some());
    sets.push(Set {
        name: stem.into(),
        product: beside("pdf"),
        proof: beside("proof.json"),
        record,
        sheet,
        ..Set::default()
    });
}

/// A single file of a folder of `process` is checked together with its neighbours.
fn collect_folder_of(path: &Path, folder: &Path, sets: &mut Vec<Set>) {
    if path.is_file() {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        collect(folder, true, sets);
    } else {
        sets.push(Set { name: path.to_owned(), ..Set::default() });
    }
}

fn belongs_to_a_document(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.is_file() && (name.ends_with(".record.json") || name.ends_with(".pdf"))
}

fn is_amendment(path: &Path) -> bool {
    path.is_file() && path.to_string_lossy().contains(".amendment-")
}

/// Amendments among the paths, each checked by itself.
fn amendments_in(path: &Path, found: &mut Vec<PathBuf>) {
    if is_amendment(path) {
        found.push(path.to_owned());
    } else if path.is_dir() {
        let mut entries: Vec<PathBuf> =
            std::fs::read_dir(path).into_iter().flatten().flatten().map(|e| e.path()).collect();
        entries.sort();
        entries.iter().for_each(|entry| amendments_in(entry, found));
    }
}

/// An amendment, with the record beside it if there is one.
fn examine_amendment(path: &Path, anchors: Option<&Anchors>) -> Finding {
    let mut finding = Finding { name: path.to_owned(), ..Finding::default() };
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            finding.unreadable = Some(format!("[verify.unreadable] {error}. Hinweis: Rechte prüfen."));
            return finding;
        }
    };
    let Some(amendment) = Amendment::parse(&bytes) else {
        finding.checks.push(Check::new("amendment.readable", false));
        return finding;
    };
    let text = path.to_string_lossy();
    let stem = text.rsplit_once(".amendment-").map_or(&*text, |(stem, _)| stem);
    let record = std::fs::read(format!("{stem}.record.json")).ok();
    finding.checks.extend(amendment.check(record.as_deref()));
    if let Some(verdict) = sealing::of_amendment(&amendment, anchors) {
        finding.seal(verdict);
    }
    finding
}

/// What was found out about one document.
#[derive(Debug, Default)]
struct Finding {
    name: PathBuf,
    checks: Vec<Check>,
    body: Option<Body>,
    /// Who sealed and when, as far as the seals say.
    seals: Vec<String>,
    /// What was looked at in a ledger.
    said: Option<String>,
    /// What is wrong in a ledger, one by one.
    details: Vec<(&'static str, String)>,
    /// Why nothing could be checked.
    unreadable: Option<String>,
}

fn examine(set: &Set, anchors: Option<&Anchors>) -> Finding {
    let mut finding = Finding { name: set.name.clone(), ..Finding::default() };
    let read = |path: &Option<PathBuf>| path.as_ref().map(std::fs::read).transpose();
    let files = (|| {
        Ok((read(&set.record)?, read(&set.product)?, read(&set.text)?, read(&set.sheet)?, read(&set.proof)?))
    })();
    let (record, product, text, sheet, proof) = match files {
        Ok(files) => files,
        Err(error) => {
            let error: std::io::Error = error;
            finding.unreadable = Some(format!("[verify.unreadable] {error}. Hinweis: Rechte prüfen."));
            return finding;
        }
    };
    let inside = product.as_deref().map(pdf::inside_of_stranger);
    let ours = inside.as_ref().is_some_and(|i| i.ours);
    if let Some(inside) = inside.as_ref().filter(|i| i.ours) {
        finding.checks.extend(check::alone(inside));
        if inside.body.is_none() {
            finding.checks.push(Check::new("pdf.record", false));
        }
        let bytes = product.as_deref().unwrap_or_default();
        match sealing::of_pdf(bytes, anchors) {
            Some(verdict) => finding.seal(verdict),
            // Something was appended that is no seal.
            None if inside.unsealed_length < bytes.len() => {
                finding.checks.push(Check::new("pdf.seal_place", false));
            }
            None => {}
        }
    }
    if let Some(proof) = &proof {
        finding.checks.extend(Proof::check(proof, record.as_deref()));
    }
    match &record {
        Some(record) => {
            let at_hand = Files {
                product: product.as_deref(),
                text: text.as_deref(),
                sheet: sheet.as_deref(),
                source: None,
            };
            let mut checks = check::against(record, at_hand, inside.as_ref());
            if set.whole {
                // Nothing of a folder may be missing.
                missing(&mut checks);
            }
            finding.checks.extend(checks);
            if let Ok(envelope) = Envelope::parse(record) {
                if let Some(verdict) = sealing::of_record(&envelope, anchors) {
                    finding.seal(verdict);
                }
                finding.body = Some(envelope.body);
            }
        }
        None if ours || set.whole && (text.is_some() || sheet.is_some()) => {
            if set.whole {
                finding.checks.push(Check::new("record.missing", false));
            }
            let body = inside.and_then(|i| i.body);
            finding.body = body.and_then(|b| serde_json::from_slice(&b).ok());
        }
        None => {
            finding.unreadable = Some(
                "[verify.nothing] hier liegt kein Nachweis. Hinweis: einen Ordner von „process“, eine zugestellte \
                 Datei oder record.json nennen."
                    .into(),
            );
        }
    }
    finding
}

fn missing(checks: &mut [Check]) {
    for check in checks {
        if check.verdict == Verdict::NotAtHand {
            check.verdict = Verdict::Broken;
        }
    }
}

/// One document lies in one place: a second one of the same name was copied or put in place of another.
fn doubled(findings: &mut [Finding]) {
    let mut places: BTreeMap<(String, String), usize> = BTreeMap::new();
    let key = |f: &Finding| f.body.as_ref().map(|b| (b.document.clone(), b.source.sha256.clone()));
    for finding in findings.iter() {
        if let Some(key) = key(finding) {
            *places.entry(key).or_default() += 1;
        }
    }
    for finding in findings {
        if key(finding).is_some_and(|key| places[&key] > 1) {
            finding.checks.push(Check::new("record.doubled", false));
        }
    }
}

impl Finding {
    fn seal(&mut self, verdict: sealing::Verdict) {
        self.checks.extend(verdict.checks);
        let signer = verdict.signer.unwrap_or_default();
        self.seals.push(match verdict.stamped {
            Some(at) if verdict.long_term => format!("{signer}, Zeitstempel {at}, Sperrlisten dabei"),
            Some(at) => format!("{signer}, Zeitstempel {at}"),
            None => signer,
        });
        self.seals.dedup();
    }

    fn broken(&self) -> bool {
        self.checks.iter().any(Check::broken)
    }

    fn names(&self, verdict: Verdict) -> Vec<&'static str> {
        let mut names: Vec<_> = self.checks.iter().filter(|c| c.verdict == verdict).map(|c| c.name).collect();
        names.dedup();
        names
    }

    fn line(&self) -> String {
        let name = self.name.display();
        if let Some(reason) = self.unreadable.as_ref().filter(|_| !self.broken()) {
            return format!("{name}: nicht prüfbar: {reason}");
        }
        if !self.details.is_empty() {
            let details: Vec<String> = self.details.iter().map(|(n, d)| format!("  {n}: {d}")).collect();
            return format!("{name}: NICHT unversehrt:\n{}", details.join("\n"));
        }
        if let Some(said) = &self.said {
            return format!("{name}: unversehrt ({said})");
        }
        if self.broken() {
            let broken: Vec<String> =
                self.names(Verdict::Broken).iter().map(|n| format!("{n} ({})", meaning(n))).collect();
            return format!("{name}: NICHT unversehrt: {}", broken.join("; "));
        }
        let seal = if self.seals.is_empty() {
            "; Siegel: keines, Schäden werden erkannt, Fälschungen nicht".to_owned()
        } else {
            format!("; Siegel: {}", self.seals.join("; "))
        };
        let absent = self.names(Verdict::NotAtHand);
        let absent =
            if absent.is_empty() { String::new() } else { format!("; nicht dabei: {}", absent.join(", ")) };
        format!("{name}: unversehrt (geprüft: {}{absent}{seal})", self.names(Verdict::Holds).join(", "))
    }

    fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "path": self.name,
            "document": self.body.as_ref().map(|b| &b.document),
            "intact": if self.unreadable.is_some() { None } else { Some(!self.broken()) },
            "broken": self.names(Verdict::Broken),
            "holds": self.names(Verdict::Holds),
            "not_at_hand": self.names(Verdict::NotAtHand),
            "seal": if self.seals.is_empty() { None } else { Some(&self.seals) },
            "reason": self.unreadable,
            "details": self.details,
        })
    }
}

/// What a failed check means, for the person who has to explain it.
fn meaning(name: &str) -> &'static str {
    match name {
        "record.readable" => "record.json ist beschädigt",
        "record.form" => "record.json hat eine unbekannte Form",
        "record.keys" => "in record.json fehlen Angaben oder sind fremde dazugekommen",
        "record.canonical" => "record.json wurde neu geschrieben",
        "record.digest" => "eine Angabe in record.json wurde verändert",
        "record.missing" => "record.json fehlt",
        "record.embedded" => "der Vermerk im PDF ist ein anderer als record.json",
        "record.doubled" => "dasselbe Schriftstück liegt zweimal vor",
        "product" => "document.pdf fehlt oder ist nicht die Datei, über die der Vermerk spricht",
        "text" => "document.txt fehlt oder ist nicht der gelesene Text",
        "sheet" => "document.json fehlt oder ist nicht die Entscheidung von damals",
        "source" => "das ist nicht die gescannte Datei",
        "pdf.digest" => "mindestens ein Byte des PDF wurde verändert",
        "pdf.record" => "der Vermerk im PDF ist beschädigt",
        "proof.readable" => "proof.json ist beschädigt",
        "proof.path" => "der Beleg führt nicht zu dem Stand des Protokolls",
        "proof.record" => "der Beleg gehört zu einem anderen Nachweis",
        "pdf.seal" => "das Siegel gehört nicht zu diesem PDF, oder es wurde verändert",
        "pdf.seal_place" => "das Siegel ist beschädigt oder deckt nicht die ganze Datei",
        "record.seal" => "das Siegel gehört nicht zu diesem Nachweis, oder es wurde verändert",
        "pdf.seal_certificate" | "record.seal_certificate" => {
            "das Zertifikat führt nicht zu einem Vertrauensanker, galt damals nicht oder wurde verändert"
        }
        "amendment.readable" => "die Ergänzung ist beschädigt oder neu geschrieben",
        "amendment.digest" => "eine Angabe der Ergänzung wurde verändert",
        "amendment.record" => "die Ergänzung gehört zu einem anderen Nachweis",
        "amendment.seal" | "amendment.seal_certificate" | "amendment.timestamp" => {
            "das Siegel der Ergänzung hält nicht"
        }
        "pdf.revocation" => "die Sperrlisten im PDF gehören nicht zum Siegel oder sperren es",
        "pdf.timestamp" | "record.timestamp" => {
            "der Zeitstempel ist nicht vertrauenswürdig oder wurde verändert"
        }
        "pdf.images" => "ein Seitenbild ist nicht das gescannte",
        _ => "die Prüfung ist fehlgeschlagen",
    }
}
