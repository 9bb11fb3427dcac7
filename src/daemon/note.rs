//! The record's body from rows of the ledger: who, when, with what, what was done and decided.

use super::House;
use super::steps::{arrival, operator};
use crate::batch::CutDocument;
use crate::error::{Error, Result};
use crate::ledger::{BatchRow, DocumentRow, PageRow};
use crate::model::document::{DocumentSheet, Need, Role, ScanMode};
use crate::model::geometry::Turn;
use crate::model::hash::ContentHash;
use crate::model::notes::{Note, Severity};
use crate::model::page::{Colour, ReadPage};
use crate::model::sidecar::Sidecar;
use crate::record::body::{
    Anomaly, Body, Change, Creator, Decision, Environment, FORMAT, LeftOut, Page, Procedure, Quality,
    Replaces, Rescan, Source, Times, share,
};
use crate::record::{Counts, statement};

/// Automatic checks that run over every page, by the names the procedure documentation explains.
const AUTOMATIC: [&str; 5] = ["readable", "resolution", "blank", "orientation", "sheet_balance"];

/// The note about a document that is about to be produced; images are noted when they are written.
pub fn body(
    house: &House,
    document: &DocumentRow,
    batch: &BatchRow,
    pages: &[(&PageRow, ReadPage)],
    sheet: &DocumentSheet,
    files: (&[u8], &[u8]),
) -> Result<Body> {
    let version = house.version(batch)?;
    let profile = version.profile(&batch.station);
    let decision = &sheet.understanding;
    let procedure = &version.procedure;
    let (processed, checked) = house.ledger.decided_at(&document.id)?;
    let completeness = counts(house, batch)?.into_body(batch.accepted_by.clone());
    let quality = Quality {
        mode: "automatic".into(),
        plan: Some(version.sample.name()),
        by: checked.as_ref().map(|(_, person)| person.clone()),
        automatic: AUTOMATIC.map(str::to_owned).to_vec(),
    };
    let arrival = arrival(batch, &document.cut);
    let mode = word(decision.scan_mode);
    Ok(Body {
        format: FORMAT.into(),
        guideline: procedure.guideline.clone(),
        document: document.id.0.clone(),
        batch: batch.id.0.clone(),
        organisation: version.town.clone(),
        creator: Creator { person: operator(batch, &document.cut), role: "scan".into() },
        procedure: Procedure {
            name: procedure.name.clone(),
            variant: profile.id,
            version: procedure.version.clone(),
            released: procedure.released.clone(),
            configuration_sha256: batch.config.clone(),
            documentation_sha256: house
                .ledger
                .said(&batch.config)?
                .get(crate::ledger::DOCUMENTED)
                .map(|s| s.detail.clone()),
        },
        environment: Environment {
            station: batch.station.clone(),
            scanner: version.station(&batch.station).map(|s| s.scanner.clone()).unwrap_or_default(),
            software: format!("poststelle {}", env!("CARGO_PKG_VERSION")),
            mode_of_profile: word(profile.scan_mode).into(),
            mode: mode.into(),
        },
        times: Times {
            received: arrival.date,
            received_from: arrival.source,
            opened: None,
            scanned: batch.file_modified.clone(),
            taken_over: batch.taken_at.clone(),
            processed,
            checked: checked.map(|(at, _)| at),
        },
        source: Source {
            file: plain(&batch.file_name),
            sha256: batch.hash.hex(),
            bytes: batch.bytes,
            sidecar_sha256: batch.sidecar.as_ref().map(|s| s.sha256.clone()),
            duplicate_of: batch.duplicate_of.clone(),
        },
        replaces: replaced(house, document)?,
        filed: document.cut.filed.clone(),
        pages: pages.iter().map(|(row, read)| page(row, read)).collect(),
        left_out: left_out(sheet),
        anomalies: anomalies(document, batch, pages),
        decision: decided(pages, sheet),
        text_sha256: ContentHash::of(files.0).hex(),
        sheet_sha256: ContentHash::of(files.1).hex(),
        statement: statement(mode, &quality, &completeness),
        completeness,
        quality,
    })
}

/// The sealed document of which this is a new version.
fn replaced(house: &House, document: &DocumentRow) -> Result<Option<Replaces>> {
    let Some(id) = &document.cut.replaces else { return Ok(None) };
    let old = house.ledger.document(id)?;
    let missing = || Error::Missing { what: "Der Nachweis zu", id: id.0.clone() };
    Ok(Some(Replaces {
        document: id.0.clone(),
        product_sha256: old.product.map(|hash| hash.hex()),
        record_sha256: old.record.ok_or_else(missing)?.hex(),
    }))
}

/// The balance of the batch as far as anybody counted.
fn counts(house: &House, batch: &BatchRow) -> Result<Counts> {
    let places = house.ledger.image_places(&batch.id)?;
    let said = batch.sidecar.as_ref();
    let duplex = house.version(batch)?.profile(&batch.station).duplex;
    let sides = if duplex { 2 } else { 1 };
    let announced = house.ledger.sheets_of_files(&batch.id)?;
    Ok(Counts {
        // The town's own sheets lie between those that were counted.
        sheets_expected: announced.map(|sheets| sheets + places.separators.div_ceil(sides)),
        sheets_fed: said.and_then(|s| s.sheets),
        images_expected: said.and_then(|s| s.images),
        images_found: places.found,
        images_in_documents: places.in_documents,
        separators: places.separators,
        blanks_left_out: places.left_out,
        duplex,
    })
}

/// The same before the cut is in the ledger.
pub fn counted(cut: &[CutDocument], pages: usize, said: &Sidecar, duplex: bool) -> Counts {
    let sum =
        |of: fn(&CutDocument) -> usize| u32::try_from(cut.iter().map(of).sum::<usize>()).unwrap_or(u32::MAX);
    Counts {
        sheets_expected: None,
        sheets_fed: said.sheets,
        images_expected: said.images,
        images_found: u32::try_from(pages).unwrap_or(u32::MAX),
        images_in_documents: sum(|c| c.pages.len()),
        separators: sum(|c| c.separators.len()),
        blanks_left_out: sum(|c| c.suppressed.len()),
        duplex,
    }
}

fn page(row: &PageRow, read: &ReadPage) -> Page {
    let m = &read.measured;
    let mut changes = Vec::new();
    if m.mirrored {
        changes.push(Change { what: "mirror".into(), value: String::new() });
    }
    if m.turned != Turn::None {
        changes.push(Change { what: "turn".into(), value: m.turned.degrees().to_string() });
    }
    let rescan = row.rescanned.as_ref().map(|r| Rescan {
        batch: r.batch.0.clone(),
        source_sha256: r.sha256.hex(),
        person: r.by.clone(),
        reason: r.reason.clone(),
        void_page: r.void,
    });
    Page {
        source_page: row.rescanned.as_ref().map_or(row.number, |r| r.source_page),
        width: m.width,
        height: m.height,
        dpi: m.dpi.round() as u32,
        colour: match row.source.colour {
            Colour::Bitonal => "bitonal",
            Colour::Grey => "grey",
            Colour::Colour => "colour",
        }
        .into(),
        blank: m.blank,
        changes,
        kept: None,
        rescan,
    }
}

fn left_out(sheet: &DocumentSheet) -> Vec<LeftOut> {
    let blanks =
        sheet.suppressed_pages.iter().map(|p| LeftOut { source_page: p.source_page, why: "blank".into() });
    let separators =
        sheet.separators.iter().map(|s| LeftOut { source_page: s.source_page, why: s.kind.clone() });
    let mut all: Vec<LeftOut> = blanks.chain(separators).collect();
    all.sort_by_key(|l| l.source_page);
    all
}

fn anomalies(document: &DocumentRow, batch: &BatchRow, pages: &[(&PageRow, ReadPage)]) -> Vec<Anomaly> {
    let anomaly = |note: &Note, page| Anomaly {
        code: note.code.clone(),
        page,
        severity: match note.severity {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Review => "review",
        }
        .into(),
    };
    let opened = batch.opened.iter().flat_map(|o| &o.notes);
    let whole = opened.chain(&document.cut.notes).map(|note| anomaly(note, None));
    let by_page = (1u32..).zip(pages).flat_map(|(number, (_, read))| {
        read.measured.notes.iter().map(move |note| (note, number)).collect::<Vec<_>>()
    });
    whole.chain(by_page.map(|(note, number)| anomaly(note, Some(number)))).collect()
}

fn decided(pages: &[(&PageRow, ReadPage)], sheet: &DocumentSheet) -> Decision {
    let decision = &sheet.understanding;
    let second = decision.runner_up.as_ref();
    let protection = decision.protection;
    let mut targets: Vec<_> = decision.targets.iter().collect();
    targets.sort_by_key(|t| t.role != Role::Lead);
    Decision {
        kind: decision.kind.clone(),
        confidence: share(decision.kind_confidence),
        runner_up: second.map(|s| (s.kind.clone(), share(s.confidence))),
        rule_versions: decision.rule_versions.clone(),
        rules: decision.reasons.iter().map(|r| r.rule.clone()).collect(),
        departments: targets.iter().map(|t| t.department.clone()).collect(),
        protection: (
            need(protection.integrity),
            need(protection.confidentiality),
            need(protection.availability),
        ),
        fields: decision.fields.iter().map(|(n, f)| (n.clone(), share(f.confidence), f.sure)).collect(),
        review: decision.review.iter().map(|r| r.code.clone()).collect(),
        hold: decision.hold.clone(),
        reading: pages
            .iter()
            .map(|(_, p)| {
                (u32::try_from(p.text.words.len()).unwrap_or(u32::MAX), share(p.text.mean_confidence()))
            })
            .collect(),
    }
}

fn word(mode: ScanMode) -> &'static str {
    match mode {
        ScanMode::Copying => "copying",
        ScanMode::Replacing => "replacing",
    }
}

fn need(need: Need) -> String {
    match need {
        Need::Normal => "normal",
        Need::Hoch => "hoch",
        Need::SehrHoch => "sehr_hoch",
    }
    .into()
}

/// A name without the two characters that XML cannot hold.
fn plain(name: &str) -> String {
    name.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}
