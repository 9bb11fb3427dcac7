//! `verify`: records and products, with nothing but the files. 0 intact, 1 not, 2 cannot be checked.

mod finding;
mod set;

use super::{DONE, REFUSED, Stop, USAGE};
use crate::error::Error;
use crate::ledger;
use crate::model::place::VaultPlace;
use crate::pdf;
use crate::record::Envelope;
use crate::record::amendment::Amendment;
use crate::record::check::{self, Check, Files};
use crate::record::log::{HEAD, Head, Proof};
use crate::sealing::{self, Anchors};
use crate::vault::{Keys, Vault};
use finding::{Finding, doubled, missing};
use set::{Set, amendments_in, collect, is_amendment};
use std::io::Read;
use std::path::{Path, PathBuf};

/// The vault that was named, and the file of its keys.
pub type Named = (Option<VaultPlace>, Option<PathBuf>);

/// A folder needs nothing else; a bucket is the one of the configuration.
pub fn vault(config: Option<&Path>, vault: Option<&Path>, key: Option<&Path>) -> Result<Named, Stop> {
    let key = key.map(Path::to_owned);
    let Some(address) = vault.and_then(Path::to_str).filter(|text| text.starts_with("s3://")) else {
        return Ok((vault.map(VaultPlace::from), key));
    };
    let pipeline = super::pipeline(config)?;
    if pipeline.vault.to_string() != address {
        return Err(Stop::Usage(format!(
            "[verify.vault] {address} ist nicht der Tresor der Konfiguration ({}). Hinweis: --config prüfen.",
            pipeline.vault
        )));
    }
    Ok((Some(pipeline.vault), key.or(pipeline.vault_key_file)))
}

/// Checks every path; prints one line for each document and ledger. Heads of the log among the paths are for
/// the ledgers among them.
pub fn run(paths: &[PathBuf], vault: &Named, trust: &[PathBuf], json: bool) -> u8 {
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
fn examine_ledger(path: &Path, (vault, key): &Named, heads: &[Head]) -> Finding {
    let mut finding = Finding { name: path.to_owned(), ..Finding::default() };
    let beside = path.with_file_name("vault");
    let place = vault.clone().or_else(|| beside.is_dir().then_some(VaultPlace::Folder(beside)));
    let vault = place.map(Vault::for_reading);
    let keys = key.as_deref().map(Keys::read).transpose();
    let vault = keys.map_err(Error::from).and_then(|keys| vault.map(|v| v.under(keys)).transpose());
    match vault.and_then(|vault| ledger::audit(path, vault.as_ref(), heads)) {
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
    amendment.body.replaced_by.iter().for_each(|new| finding.superseded(new));
    if let Some(verdict) = sealing::of_amendment(&amendment, anchors) {
        finding.seal(verdict);
    }
    finding
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
                finding.rescanned(&envelope.body);
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
