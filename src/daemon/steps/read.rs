//! Source -> pages -> words.

use crate::batch::cover_sheet::{self, Order as CoverOrder, SheetKey};
use crate::config::Pipeline;
use crate::daemon::{House, Purpose};
use crate::engine::protocol::{Answer, MeasureOrder, MeasureResult, Order, ReadOrder, given_up};
use crate::error::{Error, Result};
use crate::fault;
use crate::intake::malware::{self, Verdict};
use crate::intake::{MALWARE, put_aside};
use crate::ledger::{BatchRow, INCOMPLETE, PageRow};
use crate::model::notes::Note;
use crate::model::page::Code;
use crate::model::refusal::Refusal;
use crate::model::state::{BatchState, PageState};
use crate::observe;

/// Opens the next received source: its pages become known, or it is put aside with a reason.
pub fn next_source(house: &House, worker: &str) -> Result<bool> {
    let Some(batch) = house.ledger.lease_batch(BatchState::Received, worker)? else { return Ok(false) };
    fault::point("batch.leased");
    open(house, &batch).map(|()| true)
}

fn open(house: &House, batch: &BatchRow) -> Result<()> {
    let version = house.version(batch)?;
    let profile = version.profile(&batch.station);
    if let Some(refusal) = unseen(house, &version, batch)? {
        return stopped(house, &version, batch, &refusal);
    }
    let order = Order::Open { source: house.vault.source(&batch.hash)?, limits: profile.limits.clone() };
    let refusal = match house.engine.run(&order) {
        Ok(Answer::Opened(mut opened)) => {
            if house.ledger.first_said(&batch.id.0, INCOMPLETE)?.is_some() {
                let text = "Das Ende der Datei fehlt; Seiten oder Teile davon können fehlen. Mit dem Papier \
                            vergleichen, Fehlendes neu scannen.";
                opened.notes.push(Note::review(INCOMPLETE, text));
            }
            let urgent = version.station(&batch.station).is_some_and(|s| s.urgent);
            house.ledger.batch_opened(&batch.id, opened, urgent)?;
            fault::point("batch.opened");
            return Ok(());
        }
        Ok(Answer::Refused(refusal)) => refusal,
        Ok(_) => return Err(Error::Format("answer does not fit the order".into())),
        Err(error @ Error::Engine { code: "start", .. }) => return Err(error),
        Err(error) => Refusal::new("source.engine", error.to_string(), "Datei prüfen und neu scannen."),
    };
    stopped(house, &version, batch, &refusal)
}

/// What speaks against opening a file: what the virus scanner found, if the town has one, or that it is no scan.
fn unseen(house: &House, version: &Pipeline, batch: &BatchRow) -> Result<Option<Refusal>> {
    let Some(scanner) = &house.pipeline.malware else { return Ok(without_scan(version, batch)) };
    Ok(match malware::look(scanner, &mut house.vault.reader(&batch.hash)?)? {
        Verdict::Clean => without_scan(version, batch),
        Verdict::Found(name) => Some(Refusal::new(
            MALWARE,
            format!("Der Virenscanner meldet „{name}“; die Datei wurde nicht geöffnet."),
            "IT-Sicherheit verständigen; Absender auf anderem Weg um die Unterlagen bitten.",
        )),
    })
}

/// A side-car whose scan did not come is said as such; nobody opens it as a scan.
fn without_scan(version: &Pipeline, batch: &BatchRow) -> Option<Refusal> {
    let ending = version.station(&batch.station)?.sidecar?.ending();
    let extension = std::path::Path::new(&batch.file_name).extension()?;
    extension.eq_ignore_ascii_case(ending).then(|| {
        Refusal::new(
            "sidecar.no_scan",
            "Der Scanner spricht von einem Scan, der nicht gekommen ist.",
            "Das Papier suchen und neu scannen; was der Scanner dazu schrieb, liegt daneben.",
        )
    })
}

/// A batch that nobody will open: put aside with its reason.
fn stopped(house: &House, version: &Pipeline, batch: &BatchRow, refusal: &Refusal) -> Result<()> {
    if let Some(station) = version.station(&batch.station) {
        put_aside(station, &house.vault, batch, refusal)?;
    }
    let text = format!("{} Hinweis: {}", refusal.text, refusal.hint);
    house.ledger.batch_stopped(&batch.id, BatchState::Rejected, &refusal.code, &text)?;
    if house.purpose == Purpose::Service {
        observe::batch_rejected(batch, refusal);
    }
    Ok(())
}

/// Measures or reads the next page, rather the one than the other, or measures while only a few wait for it. A
/// page that kills its engine is kept, with the reason.
pub fn next_page(house: &House, worker: &str, (rather, few): (PageState, u32)) -> Result<bool> {
    let Some(page) = house.ledger.lease_page(worker, rather, few)? else { return Ok(false) };
    fault::point("page.leased");
    work_on(house, &page).map(|()| true)
}

fn work_on(house: &House, page: &PageRow) -> Result<()> {
    let batch = house.ledger.batch(&page.batch)?;
    let profile = house.version(&batch)?.profile(&batch.station);
    let (source, limits) = (house.vault.source(&page.lies_in(&batch.hash).0)?, profile.limits.clone());
    let from = page.source.clone();
    let order = match page.measured.clone() {
        None => {
            Order::Measure(Box::new(MeasureOrder { source, page: from, dpi_min: profile.dpi_min, limits }))
        }
        Some(measured) => {
            let languages = profile.languages.clone();
            Order::Read(Box::new(ReadOrder { source, page: from, measured, languages, limits }))
        }
    };
    let put = |image: &[u8]| if image.is_empty() { Ok(None) } else { house.vault.put(image).map(Some) };
    match house.engine.run(&order) {
        Ok(Answer::Measured(result)) => {
            fault::point("page.measured");
            let MeasureResult { measured, text, thumbnail } = *result;
            let thumbnail = put(&thumbnail)?;
            if says_urgent(&measured.codes, house.sheet_key.as_ref()) {
                house.ledger.batch_urgent(&page.batch)?;
            }
            house.ledger.page_measured(&page.batch, page.number, measured, text, thumbnail)?;
        }
        Ok(Answer::Page(result)) => {
            fault::point("page.answered");
            let thumbnail = put(&result.thumbnail.unwrap_or_default())?;
            house.ledger.page_read(&page.batch, page.number, result.page, thumbnail)?;
        }
        Ok(_) => return Err(Error::Format("answer does not fit the order".into())),
        Err(error @ Error::Engine { code: "start", .. }) => return Err(error),
        Err(Error::Engine { code, text }) => {
            let refusal =
                Refusal::new(&format!("page.{code}"), format!("{text}."), "Seite ansehen oder neu scannen.");
            let kept = given_up(&page.source, page.measured.clone(), &refusal);
            house.ledger.page_read(&page.batch, page.number, kept, None)?;
        }
        Err(error) => return Err(error),
    }
    fault::point("page.recorded");
    Ok(())
}

/// Whether a cover sheet of the town among the codes orders haste; where sheets are keyed, only such a one may.
fn says_urgent(codes: &[Code], key: Option<&SheetKey>) -> bool {
    let own = |code: &&Code| key.is_none_or(|key| key.printed(&code.value));
    codes.iter().filter(own).any(|code| cover_sheet::parse(&code.value).contains(&CoverOrder::Urgent))
}
