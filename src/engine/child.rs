//! The child's side: orders in on stdin, answers out on stdout, nothing else.
//!
//! One rayon pool, one warm Tesseract engine per worker and language set. A
//! panic in a decoder is an answer with a reason; an abort or a hang is the
//! parent's business. When stdin ends, the child ends at once.

use super::protocol::{
    Answer, MeasureOrder, MeasureResult, Order, PageResult, ProduceOrder, ProductResult, ReadOrder, given_up,
    never_seen, receive, send, unreadable,
};
use super::spent::{Spent, Stage, Stopwatch, Timed};
use crate::error::{Error, Result};
use crate::model::geometry::{Dpi, Turn};
use crate::model::hash::ContentHash;
use crate::model::limits::Limits;
use crate::model::notes::{Note, Outcome};
use crate::model::page::{
    Coding, KeptImage, MeasuredPage, PageText, ReadPage, SourcePage, TURNED_BY_HAND, Word,
};
use crate::model::refusal::Refusal;
use crate::ocr::{self, Recogniser};
use crate::page::container::{self, OwnText, PageGlyphs, Source};
use crate::page::raster::Raster;
use crate::page::{self, Upright};
use crate::pdf;
use crate::record::body::{Change, Kept};
use crate::vault::VaultFile;
use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::io::{BufReader, BufWriter};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Sources kept in memory between pages of the same batch, and their bytes together (the newest always stays).
const SOURCES_KEPT: usize = 3;
const SOURCES_BYTES: usize = 256 << 20;
/// Pages kept decoded between measuring and reading.
const WARM_KEPT: usize = 4;

thread_local! {
    /// Loading language data takes longer than reading a page, so engines stay warm.
    static ENGINES: RefCell<HashMap<String, Box<dyn Recogniser>>> = RefCell::default();
}

/// Serves orders until stdin ends.
pub fn serve(workers: usize) -> Result<()> {
    super::sandbox::enter()?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(workers)
        .thread_name(|n| format!("page-{n}"))
        .stack_size(16 << 20) // PDF objects nest deeply
        .build()
        .map_err(|e| Error::Engine { code: "start", text: e.to_string() })?;
    let output = Arc::new(Mutex::new(BufWriter::new(std::io::stdout())));
    let sources = Arc::new(Sources::default());
    let mut input = BufReader::new(std::io::stdin());
    while let Some((id, order)) = receive::<(u64, Order)>(&mut input)? {
        let (output, sources) = (output.clone(), sources.clone());
        pool.spawn(move || {
            let say = |answer: &Answer, spent: &Spent| {
                let mut out = output.lock().unwrap_or_else(PoisonError::into_inner);
                if send(&mut *out, &(id, answer, spent)).is_err() {
                    std::process::exit(3); // The parent is gone.
                }
            };
            say(&Answer::Started, &Spent::new());
            let mut watch = Stopwatch::start();
            if let Order::Read(order) = &order {
                crate::fault::page(order.page.number);
            }
            let answer = catch_unwind(AssertUnwindSafe(|| carry_out(&order, &sources, &mut watch)))
                .unwrap_or_else(|_| Err(panicked()))
                .unwrap_or_else(|refusal| refused(&order, refusal));
            say(&answer, &watch.spent());
        });
    }
    std::process::exit(0)
}

fn panicked() -> Refusal {
    Refusal::new(
        "page.decoder_failed",
        "Die Seite ließ sich nicht verarbeiten: das Leseprogramm für dieses Format ist gescheitert.",
        "Seite neu scannen oder in einem anderen Format einreichen.",
    )
}

/// A page that cannot be read is a result; a source or product that cannot be made is refused.
fn refused(order: &Order, refusal: Refusal) -> Answer {
    match order {
        Order::Measure(order) => {
            let ReadPage { measured, text } = unreadable(&order.page, &refusal);
            Answer::Measured(Box::new(MeasureResult { measured, text: Some(text), thumbnail: Vec::new() }))
        }
        Order::Read(order) => {
            let page = given_up(&order.page, Some(order.measured.clone()), &refusal);
            Answer::Page(Box::new(PageResult { page, thumbnail: None }))
        }
        Order::Open { .. } | Order::Produce(_) | Order::Look(_) | Order::Invoice { .. } => {
            Answer::Refused(refusal)
        }
    }
}

fn carry_out(
    order: &Order,
    sources: &Sources,
    watch: &mut Stopwatch,
) -> std::result::Result<Answer, Refusal> {
    match order {
        Order::Open { source, limits } => {
            let source = sources.open(source, limits)?;
            let opened = container::open(&source, limits);
            watch.lap(Stage::Open);
            opened.map(Answer::Opened)
        }
        Order::Invoice { source, limits } => {
            let source = sources.open(source, limits)?;
            Ok(Answer::Invoice(container::electronic_invoice(&source, limits)))
        }
        Order::Measure(order) => measure(order, sources, watch).map(|page| Answer::Measured(Box::new(page))),
        Order::Read(order) => read(order, sources, watch).map(|page| Answer::Page(Box::new(page))),
        Order::Produce(order) => {
            let product = produce(order, sources);
            watch.lap(Stage::Produce);
            product.map(|product| Answer::Product(Box::new(product)))
        }
        Order::Look(order) => {
            let source = sources.open(&order.source, &order.limits)?;
            let raster = container::decode(&source, &order.page, &order.limits)?.value;
            watch.lap(Stage::Decode);
            let image = page::screen_image(&raster, order.mirrored, order.turned, order.side);
            watch.lap(Stage::Thumbnail);
            Ok(Answer::Image(image))
        }
    }
}

fn measure(
    order: &MeasureOrder,
    sources: &Sources,
    watch: &mut Stopwatch,
) -> std::result::Result<MeasureResult, Refusal> {
    let source = sources.open(&order.source, &order.limits)?;
    let Outcome { value: raster, notes } = container::decode(&source, &order.page, &order.limits)?;
    watch.lap(Stage::Decode);
    let (mut measured, look) =
        page::measure(&raster, &order.page, &page::PageOrder { dpi_min: order.dpi_min });
    measured.noticed(notes);
    let mut look = Some(look);
    let mut text = None;
    match own_text(&source, &order.page) {
        OwnText::Believed(own) => {
            look = look.filter(|_| measured.turned == own.turn);
            measured = page::told(&raster, measured, own.turn);
            text = own.pictures.is_empty().then_some(own.text);
        }
        OwnText::Doubted(note) => measured.notes.push(note),
        OwnText::None => {}
    }
    watch.lap(Stage::Measure);
    let upright = match look {
        Some(look) => Upright::with(&raster, &measured, look),
        None => Upright::again(&raster, &order.page, &measured),
    };
    measured.codes = page::codes::find(&upright.grey, measured.dpi, &page::codes::CodeOrder::default());
    watch.lap(Stage::Codes);
    let thumbnail = page::thumbnail(&raster, &measured);
    watch.lap(Stage::Thumbnail);
    let text = text.or_else(|| measured.blank.then(PageText::default));
    if text.is_none() {
        sources.keep_warm(order.source.path(), order.page.number, measured.turned, (raster, upright));
    }
    Ok(MeasureResult { measured, text, thumbnail })
}

fn read(
    order: &ReadOrder,
    sources: &Sources,
    watch: &mut Stopwatch,
) -> std::result::Result<PageResult, Refusal> {
    let source = sources.open(&order.source, &order.limits)?;
    let (raster, upright) = match sources.warm(order.source.path(), order.page.number, order.measured.turned)
    {
        Some(warm) => warm,
        None => {
            let raster = container::decode(&source, &order.page, &order.limits)?.value;
            watch.lap(Stage::Decode);
            let upright = Upright::again(&raster, &order.page, &order.measured);
            (raster, upright)
        }
    };
    watch.lap(Stage::Prepare);
    with_engine(&order.languages, |_| Ok(()))?;
    watch.lap(Stage::Load);
    let mut inside = Duration::ZERO;
    let seen = with_engine(&order.languages, |engine| {
        let mut engine = Timed { engine, inside };
        let page = ocr::read_page(&mut engine, &raster, order.measured.clone(), upright);
        inside = engine.inside;
        page
    })?;
    let page = match own_text(&source, &order.page) {
        OwnText::Believed(own) => with_pictures(own, seen, order.measured.clone()),
        _ => seen,
    };
    watch.lap(Stage::Prepare);
    watch.rebook(Stage::Prepare, Stage::Recognise, inside);
    let by_hand = order.measured.notes.iter().any(|n| n.code == TURNED_BY_HAND);
    let turned = by_hand || page.measured.turned != order.measured.turned;
    let thumbnail = turned.then(|| page::thumbnail(&raster, &page.measured));
    watch.lap(Stage::Thumbnail);
    Ok(PageResult { page, thumbnail })
}

/// The text a born-digital page brings along.
fn own_text(source: &Source, page: &SourcePage) -> OwnText {
    if page.coding == Coding::Composed { container::text_layer(source, page) } else { OwnText::None }
}

/// A page with words of its own and pictures: what was recognised inside the pictures comes after them.
fn with_pictures(own: PageGlyphs, seen: ReadPage, measured: MeasuredPage) -> ReadPage {
    let mut page = ReadPage { measured, text: own.text };
    if seen.measured.turned != page.measured.turned {
        return page;
    }
    let last = page.text.words.last().map_or((0, 0), |w| (w.line + 1, w.block + 1));
    let mut found = seen.text.words;
    found.retain(|word| {
        let inside = own.pictures.iter().any(|p| word.bounds.centre_in(*p));
        inside && !page.text.words.iter().any(|w| w.bounds.centre_in(word.bounds))
    });
    if !found.is_empty() {
        page.measured.notes.push(Note::info(
            "page.pictures_read",
            format!("{} Wörter stammen aus Bildern auf der Seite.", found.len()),
        ));
    }
    page.text.words.extend(found.into_iter().map(|word| Word {
        line: word.line.saturating_add(last.0),
        block: word.block.saturating_add(last.1),
        ..word
    }));
    page
}

fn with_engine<T>(
    languages: &[String],
    work: impl FnOnce(&mut dyn Recogniser) -> std::result::Result<T, Refusal>,
) -> std::result::Result<T, Refusal> {
    let key = languages.join("+");
    ENGINES.with_borrow_mut(|engines| {
        if !engines.contains_key(&key) {
            engines.insert(key.clone(), Box::new(ocr::tesseract::Tesseract::open(&key)?));
        }
        match engines.get_mut(&key) {
            Some(engine) => work(engine.as_mut()),
            None => Err(panicked()),
        }
    })
}

fn produce(order: &ProduceOrder, sources: &Sources) -> std::result::Result<ProductResult, Refusal> {
    let file = sources.open(&order.source, &order.limits)?;
    let mut pages = Vec::with_capacity(order.pages.len());
    let mut record = order.record.clone();
    for (index, (source, read)) in order.pages.iter().enumerate() {
        let kept = match never_seen(read) {
            true => Err(Refusal::new("page.never_decoded", "Die Seite bleibt leer.", "Neu scannen.")),
            false => match order.elsewhere.get(&index) {
                Some(other) => container::kept(&*sources.open(other, &order.limits)?, source, &order.limits),
                None => container::kept(&file, source, &order.limits),
            },
        };
        let (kept, notes) = match kept {
            Ok(outcome) => (outcome.value, outcome.notes),
            // A page nobody can decode still has its place, empty, so that page numbers stay true.
            Err(refusal) => (
                KeptImage::Bits { rows: vec![0], width: 8, height: 1 },
                vec![Note::review(&refusal.code, refusal.text)],
            ),
        };
        if let Some(page) = record.pages.get_mut(index) {
            page.kept = Some(fact(&kept));
            page.changes.extend(notes.iter().map(|n| Change { what: n.code.clone(), value: String::new() }));
        }
        let dpi = source.dpi.unwrap_or(Dpi { x: read.measured.dpi, y: read.measured.dpi });
        pages.push(pdf::ProductPage {
            kept,
            orientation: crate::model::geometry::Orientation {
                mirror: read.measured.mirrored,
                turn: read.measured.turned,
            },
            dpi,
            text: read.text.clone(),
        });
    }
    let original = order.attach_as.as_ref().map(|name| pdf::Original { name, bytes: file.bytes() });
    let pdf = pdf::assemble(&pages, &order.about, original, Some(&mut record))?;
    Ok(ProductResult { pdf, record })
}

/// The image as the record names it; its stream in the PDF is noted when that is written.
fn fact(kept: &KeptImage) -> Kept {
    let (coding, bytes) = match kept {
        KeptImage::Jpeg { stream, .. } => ("jpeg", stream),
        KeptImage::G4 { stream, .. } => ("g4", stream),
        KeptImage::Png { stream, .. } => ("png", stream),
        KeptImage::Bits { rows, .. } => ("bits", rows),
        KeptImage::Grey { rows, .. } => ("grey", rows),
        KeptImage::Rgb { rows, .. } => ("rgb", rows),
    };
    Kept { sha256: ContentHash::of(bytes).hex(), coding: coding.into(), stream_sha256: String::new() }
}

/// The last few sources, so that a batch is not read from disk once per page, and the last few measured pages,
/// so that a page read right after is not decoded and looked at twice.
#[derive(Debug, Default)]
struct Sources {
    kept: Mutex<Vec<(PathBuf, Arc<Source>)>>,
    warm: Mutex<VecDeque<(PathBuf, u32, Turn, Warm)>>,
}

/// A page as measuring leaves it: the same as decoding and [`Upright::again`] give.
type Warm = (Raster, Upright);

impl Sources {
    fn keep_warm(&self, path: &Path, page: u32, turned: Turn, warm: Warm) {
        let mut kept = self.warm.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_back((path.to_owned(), page, turned, warm));
        if kept.len() > WARM_KEPT {
            kept.pop_front();
        }
    }

    /// The page, unless a person turned it since.
    fn warm(&self, path: &Path, page: u32, turned: Turn) -> Option<Warm> {
        let mut kept = self.warm.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|(p, n, ..)| *n == page && p == path)?;
        kept.remove(at).filter(|(_, _, was, _)| *was == turned).map(|(.., warm)| warm)
    }

    fn open(&self, file: &VaultFile, limits: &Limits) -> std::result::Result<Arc<Source>, Refusal> {
        let path = file.path();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(position) = kept.iter().position(|(p, _)| p == path) {
            let found = kept.remove(position);
            let source = found.1.clone();
            kept.push(found);
            return Ok(source);
        }
        let unreadable = |e: std::io::Error| {
            Refusal::new(
                "source.unreadable",
                format!("Die Quelle lässt sich nicht lesen: {e}."),
                "Tresor und Rechte prüfen.",
            )
        };
        let length = file.length().map_err(unreadable)?;
        if length > limits.source_bytes_max {
            return Err(Refusal::new(
                "source.too_large",
                format!(
                    "Die Datei hat {} MiB, erlaubt sind {} MiB.",
                    length >> 20,
                    limits.source_bytes_max >> 20
                ),
                "Stapel teilen oder die Grenze im Profil anheben.",
            ));
        }
        let source = Arc::new(Source::new(file.read().map_err(unreadable)?));
        let held = |kept: &[(PathBuf, Arc<Source>)]| kept.iter().map(|(_, s)| s.bytes().len()).sum::<usize>();
        while kept.len() >= SOURCES_KEPT || !kept.is_empty() && held(&kept) > SOURCES_BYTES {
            kept.remove(0);
        }
        kept.push((path.to_owned(), source.clone()));
        Ok(source)
    }
}
