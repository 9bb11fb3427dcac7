//! Pages -> documents, if what came adds up.

use super::{fit, opened, rescan};
use crate::batch::cover_sheet::{self, Order as CoverOrder, SheetKey};
use crate::batch::{BatchPage, CutDocument, CutOrder, CutPlan, Side, cut, files};
use crate::config::Pipeline;
use crate::daemon::{AGAIN, House, Purpose, note};
use crate::document::has_envelope_size;
use crate::error::{Error, Result};
use crate::fault;
use crate::ledger::{BatchRow, Ledger, PageRow};
use crate::model::document::{Received, ScanMode};
use crate::model::emptying::Emptying;
use crate::model::hash::ContentHash;
use crate::model::ids::{BatchId, ItemId};
use crate::model::notes::Note;
use crate::model::page::Colour;
use crate::model::refusal::Refusal;
use crate::model::state::BatchState;
use crate::model::town::Profile;
use std::collections::BTreeSet;

/// Cuts the next batch whose pages are all read.
pub fn next_cut(house: &House, worker: &str) -> Result<bool> {
    let Some(batch) = house.ledger.lease_batch(BatchState::Read, worker)? else { return Ok(false) };
    cut_batch(house, &batch).map(|()| true)
}

fn cut_batch(house: &House, batch: &BatchRow) -> Result<()> {
    let version = house.version(batch)?;
    let profile = version.profile(&batch.station);
    let (pages, rows) = in_order(house.ledger.pages(&batch.id)?);
    fault::point("batch.cutting");
    // One page alone is compared with nothing.
    let faces = if pages.len() > 1 { fit::faces(house, batch, &pages)? } else { Vec::new() };
    let covered = fit::covered_pages(&profile, &faces);
    let again: Vec<usize> = covered.iter().map(|(_, second)| *second).collect();
    let key = house.sheet_key.as_ref();
    let mut plan = cut_pages(key, &version, &pages, &profile, opened(batch)?.signed, &again);
    let brings = rescan::brings(&plan.documents);
    let misfiled = if brings { None } else { misfiled(house, batch, &profile, &mut plan)? };
    if brings {
        plan.hold = None;
    }
    let mut cut = plan.into_documents();
    cut.iter_mut().try_for_each(|document| known_items(house, document))?;
    if brings && house.purpose == Purpose::Once {
        let note = Note::review("rescan.nowhere", "Zettel für Neuscans gelten nur im laufenden Dienst.");
        cut.iter_mut().for_each(|document| document.notes.push(note.clone()));
    }
    let unfit = fit::unfit(house, batch, &profile, &pages, &faces)?;
    fit::note(&mut cut, &unfit, &pages);
    fit::note_covered(&mut cut, &covered, &pages);
    let missing = match house.purpose {
        Purpose::Service => fit::refused(&version, batch, &unfit)
            .or_else(|| difference(&version, batch, &cut, pages.len()))
            .or(misfiled)
            .or_else(|| cut.iter().find_map(|document| missing(batch, &profile, document))),
        Purpose::Once => None,
    };
    match missing {
        Some(refusal) => held(house, batch, &refusal)?,
        None if brings && house.purpose == Purpose::Service => take_places(house, batch, &pages, &cut)?,
        None => {
            cut.iter_mut().for_each(|document| document.lie_at(&rows));
            // Drawn when the batch is closed: nobody knows before what will be in the sample.
            let mut seed = [0u8; 32];
            openssl::rand::rand_bytes(&mut seed)?;
            house.ledger.note("sample.seed", &batch.id.0, "engine", &ContentHash(seed).hex())?;
            house.ledger.batch_cut(&batch.id, cut, &version.town_rules().circles)?;
        }
    }
    fault::point("batch.cut");
    Ok(())
}

/// A sheet that takes the place of an item the mail book does not have is shown to a person.
fn known_items(house: &House, document: &mut CutDocument) -> Result<()> {
    let sheets = document
        .separators
        .iter()
        .filter_map(|s| cover_sheet::item(&cover_sheet::parse(&s.value)).map(str::to_owned));
    for id in sheets.collect::<Vec<_>>() {
        match house.ledger.item(&ItemId(id.clone())) {
            Ok(_) => {}
            Err(Error::Missing { .. }) => {
                let text =
                    format!("Das Hinweisblatt nennt die Sendung {id}; im Posteingangsbuch steht sie nicht.");
                document.notes.push(Note::review("cut.item_unknown", text));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The pages as they lie in the stack, without those that are void, and the place of each among all pages.
fn in_order(pages: Vec<PageRow>) -> (Vec<PageRow>, Vec<usize>) {
    let mut rows: Vec<(usize, PageRow)> =
        pages.into_iter().enumerate().filter(|(_, p)| p.gone.is_none()).collect();
    rows.sort_by_key(|(_, page)| page.place());
    rows.into_iter().map(|(at, page)| (page, at)).unzip()
}

/// Pages of a stack of slips take the places of others.
fn take_places(house: &House, batch: &BatchRow, pages: &[PageRow], cut: &[CutDocument]) -> Result<()> {
    match rescan::wanted(house, batch, pages, cut)? {
        Err(refusal) => held(house, batch, &refusal),
        Ok(rescans) => {
            let by = batch.operator.as_deref().unwrap_or("engine");
            fault::point("rescan.applying");
            if house.ledger.rescanned(&batch.id, rescans, by)? {
                return Ok(());
            }
            house.ledger.batch_again(&batch.id, AGAIN)
        }
    }
}

fn held(house: &House, batch: &BatchRow, refusal: &Refusal) -> Result<()> {
    let text = format!("{} Hinweis: {}", refusal.text, refusal.hint);
    house.ledger.batch_stopped(&batch.id, BatchState::Held, &refusal.code, &text)
}

/// Why a stack of old files waits. What a person accepted after looking at the paper is not said again.
fn misfiled(
    house: &House,
    batch: &BatchRow,
    profile: &Profile,
    plan: &mut CutPlan,
) -> Result<Option<Refusal>> {
    let mut problem = plan.hold.take_if(|(code, _)| code.starts_with("files."));
    if problem.is_none() && profile.files {
        let files: BTreeSet<&String> =
            plan.documents.iter().filter_map(|d| Some(&d.filed.as_ref()?.file)).collect();
        for file in files {
            if let Some(other) = house.ledger.batches_of_file(file)?.into_iter().find(|id| *id != batch.id) {
                let text = format!("Akte „{file}“ liegt schon in Stapel {other}.");
                problem = Some((files::SCANNED_BEFORE.into(), text));
                break;
            }
        }
    }
    let accepted = |code: &str| batch.accepted_by.is_some() && files::acceptable(code);
    let Some((code, text)) = problem.filter(|(code, _)| !accepted(code)) else { return Ok(None) };
    if house.purpose == Purpose::Once {
        plan.hold = Some((code, text));
        return Ok(None);
    }
    let hint = if files::acceptable(&code) {
        "Papier und Blätter vergleichen; stimmt es doch: poststelle hold release KENNUNG --by PERSON."
    } else {
        "Stapel zurücknehmen (poststelle hold cancel KENNUNG --reason GRUND --by PERSON), Blätter in Ordnung bringen, \
         neu scannen."
    };
    Ok(Some(Refusal::new(&code, text, hint)))
}

/// What does not add up between the scanner's own account of a batch and what came, until a person accepts it.
fn difference(version: &Pipeline, batch: &BatchRow, cut: &[CutDocument], pages: usize) -> Option<Refusal> {
    if batch.accepted_by.is_some() {
        return None;
    }
    let profile = version.profile(&batch.station);
    let hint = "Papier und Bilder vergleichen; stimmt es doch: poststelle hold release KENNUNG --by PERSON. Nach einem \
                Stau geht es hinter dem letzten guten Blatt weiter: poststelle coversheet --after-jam KENNUNG --last-good \
                BLATT.";
    let expected = version.station(&batch.station).is_some_and(|s| s.sidecar.is_some());
    let Some(said) = batch.sidecar.as_ref().filter(|_| expected) else {
        if expected {
            let text = "Die Begleitdatei des Scanners ist nicht gekommen.";
            return Some(Refusal::new("batch.no_sidecar", text, hint));
        }
        // Without any count, a side too many or too few still shows, and nothing may replace paper then.
        let odd = profile.duplex && profile.scan_mode == ScanMode::Replacing && pages % 2 == 1;
        let text = format!("Beidseitig gescannt, aber {pages} Bilder: eine Seite fehlt oder ist zu viel.");
        return odd.then(|| Refusal::new("batch.count_differs", text, hint));
    };
    if let Some(reason) = &said.unreadable {
        let text = format!("Die Begleitdatei des Scanners ist nicht zu verstehen: {reason}.");
        return Some(Refusal::new("batch.sidecar_unreadable", text, hint));
    }
    if said.images.is_some_and(|images| images as usize != pages) {
        let images = said.images.unwrap_or_default();
        let text = format!("Der Scanner meldet {images} Bilder, gekommen sind {pages}.");
        return Some(Refusal::new("batch.count_differs", text, hint));
    }
    let counts = note::counted(cut, pages, said, profile.duplex);
    let wrong = counts.differences().into_iter().chain(imprint_gap(&said.imprinted)).next();
    if let Some(text) = wrong {
        return Some(Refusal::new("batch.count_differs", text, hint));
    }
    said.double_feed.then(|| {
        Refusal::new(
            "batch.double_feed",
            "Der Scanner meldet einen Doppeleinzug; Blätter können fehlen.",
            hint,
        )
    })
}

/// Numbers the scanner printed on the sheets go up by one; a gap, a repetition or a swap is said.
fn imprint_gap(imprinted: &[String]) -> Option<String> {
    let number = |text: &String| -> Option<u64> {
        let digits: String = text.chars().rev().take_while(char::is_ascii_digit).collect();
        digits.chars().rev().collect::<String>().parse().ok()
    };
    let numbers: Vec<u64> = imprinted.iter().map(number).collect::<Option<_>>()?;
    // In duplex the scanner may name a sheet once for each side.
    let wrong = numbers.windows(2).find(|w| w[1] != w[0] + 1 && w[1] != w[0])?;
    Some(format!(
        "Aufgedruckte Nummern: auf {} folgt {}; ein Blatt fehlt oder liegt falsch.",
        wrong[0], wrong[1]
    ))
}

/// What a person must still say before a document of this batch may exist. Neither is ever guessed: the scan
/// date is not the received date, and a shared account is nobody (TR-RESISCAN A.NB.4: who made the transfer).
fn missing(batch: &BatchRow, profile: &Profile, document: &CutDocument) -> Option<Refusal> {
    if arrival(batch, document).date.is_none() {
        return Some(Refusal::new(
            "batch.no_received_date",
            "Niemand hat gesagt, wann diese Post eingegangen ist; der Stapel wartet.",
            "Eingang angeben: poststelle hold release KENNUNG --received JJJJ-MM-TT --by PERSON; \
             künftig vor dem Scannen die Station öffnen.",
        ));
    }
    if profile.scan_mode == ScanMode::Replacing && operator(batch, document).is_none() {
        return Some(Refusal::new(
            "batch.no_operator",
            "Beim ersetzenden Scannen muss eine Person angemeldet sein; der Stapel wartet.",
            "Scankraft angeben: poststelle hold release KENNUNG --operator SCANKRAFT --by PERSON; \
             künftig vor dem Scannen die Station öffnen.",
        ));
    }
    None
}

/// What a person must still say about a batch that was let go on, as far as its pages are read: it is held for that
/// when it is cut.
pub fn still_missing(version: &Pipeline, ledger: &Ledger, batch: &BatchId) -> Result<Option<Refusal>> {
    let (batch, pages) = (ledger.batch(batch)?, ledger.pages(batch)?);
    let profile = version.profile(&batch.station);
    let signed = batch.opened.as_ref().is_some_and(|o| o.signed);
    let plan = cut_pages(version.sheet_key()?.as_ref(), version, &pages, &profile, signed, &[]);
    let documents = plan.into_documents();
    Ok(documents.iter().find_map(|document| missing(&batch, &profile, document)))
}

/// When the mail came and who says so: the cover sheet in the stack, else the station-day.
pub fn arrival(batch: &BatchRow, document: &CutDocument) -> Received {
    let ordered = document.orders.iter().find_map(|order| match order {
        CoverOrder::Received(date) => Some((Some(date.clone()), "cover_sheet".to_owned())),
        CoverOrder::Emptied(emptying) => Some((Some(emptying.day()), emptying.source())),
        _ => None,
    });
    let (date, source) =
        ordered.unwrap_or_else(|| (batch.received_date.clone(), batch.received_from.clone()));
    let channel = Emptying::of_source(&source).map(|_| "night_box".to_owned());
    Received { date, time: None, channel, source }
}

/// Who scanned: the person whose sheet lies in the stack, else whoever signed on at the station.
pub fn operator(batch: &BatchRow, document: &CutDocument) -> Option<String> {
    let ordered = document.orders.iter().find_map(|order| match order {
        CoverOrder::Operator(person) => Some(person.clone()),
        _ => None,
    });
    ordered.or_else(|| batch.operator.clone())
}

/// A batch without pages (an encrypted file) is one document without pages, for a person to see; a signed
/// file is one document whatever is in it, because cutting would break the signature.
fn cut_pages(
    sheet_key: Option<&SheetKey>,
    version: &Pipeline,
    pages: &[PageRow],
    profile: &Profile,
    signed: bool,
    again: &[usize],
) -> CutPlan {
    if signed || pages.is_empty() {
        let whole = CutDocument { pages: (0..pages.len()).collect(), ..CutDocument::default() };
        return CutPlan { documents: vec![whole], ..CutPlan::default() };
    }
    let seen: Vec<BatchPage> = pages
        .iter()
        .enumerate()
        .map(|(index, p)| BatchPage {
            source_page: p.source.number,
            side: Side::of(index, profile.duplex),
            blank: p.measured.as_ref().is_some_and(|m| m.blank),
            envelope: p.measured.as_ref().is_some_and(has_envelope_size),
            colour: p.source.colour == Colour::Colour,
            codes: p.measured.as_ref().map(|m| m.codes.clone()).unwrap_or_default(),
            words: p.text.as_ref().map_or(0, |t| t.words.len()),
            width: p.measured.as_ref().map_or(0, |m| m.width),
            height: p.measured.as_ref().map_or(0, |m| m.height),
            text: p.text.as_ref(),
            again: again.contains(&index),
        })
        .collect();
    let order = CutOrder {
        duplex: profile.duplex,
        suppress_blank: profile.suppress_blank,
        blank_separates: profile.blank_separates,
        pages_per_document: profile.pages_per_document,
        sheet_key: sheet_key.cloned(),
        strict: profile.files || version.sheets.as_ref().is_some_and(|s| s.strict),
        files: profile.files,
        ..CutOrder::default()
    };
    let mut plan = cut(&seen, &order);
    // Anybody can print a name: without a key no sheet in the stack answers for paper that may go.
    if sheet_key.is_none() && profile.scan_mode == ScanMode::Replacing {
        plan.documents.iter_mut().for_each(|d| d.orders.retain(|o| !matches!(o, CoverOrder::Operator(_))));
    }
    plan
}
