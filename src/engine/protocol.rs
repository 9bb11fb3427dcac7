//! What daemon and engine child say to each other: length, then postcard.
//!
//! Only values cross: a path into the vault on the way in, pages, words and
//! finished bytes on the way out.

use crate::error::{Error, Result};
use crate::model::limits::Limits;
use crate::model::page::{OpenedSource, PageText, ReadPage, SourcePage};
use crate::model::refusal::Refusal;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::io::{Read, Write};
use std::path::PathBuf;

/// Longest frame: a product of 2 GiB plus its head.
const FRAME_BYTES_MAX: u64 = 3 << 30;

/// One order to the child.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Order {
    /// List the pages of a source.
    Open {
        /// Where its bytes lie.
        path: PathBuf,
        /// Bounds.
        limits: Limits,
    },
    /// Measure and read one page.
    Read(Box<ReadOrder>),
    /// Make the product of one document.
    Produce(Box<ProduceOrder>),
    /// Make an image of one page for a screen.
    Look(Box<LookOrder>),
}

/// Make an image of one page for a screen.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LookOrder {
    /// Where the source's bytes lie.
    pub path: PathBuf,
    /// The page.
    pub page: SourcePage,
    /// Mirror before turning.
    pub mirrored: bool,
    /// Turn that makes it upright.
    pub turned: crate::model::geometry::Turn,
    /// Longest side in pixels; smaller pages stay as they are.
    pub side: u32,
    /// Bounds.
    pub limits: Limits,
}

/// Measure and read one page.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReadOrder {
    /// Where the source's bytes lie.
    pub path: PathBuf,
    /// The page.
    pub page: SourcePage,
    /// Tesseract languages.
    pub languages: Vec<String>,
    /// Resolutions below this get a note.
    pub dpi_min: f32,
    /// Bounds.
    pub limits: Limits,
}

/// Make the product of one document.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProduceOrder {
    /// Where the source's bytes lie.
    pub path: PathBuf,
    /// Pages of the product, in order: source page, measurement and text.
    pub pages: Vec<(SourcePage, ReadPage)>,
    /// Title, times and names for the PDF's metadata.
    pub about: crate::pdf::About,
    /// Name under which the source is attached, if it shall come along.
    pub attach_as: Option<String>,
    /// Bounds.
    pub limits: Limits,
}

/// A page, read.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PageResult {
    /// Measurement and words.
    pub page: ReadPage,
    /// JPEG, longest side 480 pixels; empty if none could be made.
    pub thumbnail: Vec<u8>,
}

/// A product.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProductResult {
    /// PDF bytes.
    pub pdf: Vec<u8>,
    /// Per page: SHA-256 of the kept image's stream and how it came about.
    pub kept: Vec<KeptFact>,
}

/// What became of a page's image in the product.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptFact {
    /// SHA-256 of the kept stream or samples.
    pub sha256: String,
    /// `jpeg`, `g4`, `bits`, `grey`, `rgb`.
    pub coding: String,
    /// Notes about rewrapping or conversion.
    pub notes: Vec<crate::model::notes::Note>,
}

/// What came of an order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Answer {
    /// A worker has taken the order up: its time runs from here.
    Started,
    /// Pages of the source.
    Opened(OpenedSource),
    /// A page.
    Page(Box<PageResult>),
    /// A product.
    Product(Box<ProductResult>),
    /// A JPEG.
    Image(Vec<u8>),
    /// Refused with a reason.
    Refused(Refusal),
}

/// Writes one frame.
pub fn send<T: Serialize>(to: &mut impl Write, value: &T) -> Result<()> {
    let bytes = postcard::to_stdvec(value)?;
    let io = |e| Error::io("An die Engine schreiben", "engine")(e);
    to.write_all(&(bytes.len() as u64).to_le_bytes()).map_err(io)?;
    to.write_all(&bytes).map_err(io)?;
    to.flush().map_err(io)
}

/// Reads one frame; `None` at the end of the stream.
pub fn receive<T: DeserializeOwned>(from: &mut impl Read) -> Result<Option<T>> {
    let io = |e| Error::io("Von der Engine lesen", "engine")(e);
    let mut head = [0u8; 8];
    match from.read_exact(&mut head) {
        Ok(()) => {}
        Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(e) => return Err(io(e)),
    }
    let length = u64::from_le_bytes(head);
    if length > FRAME_BYTES_MAX {
        return Err(Error::Format(format!("frame of {length} bytes")));
    }
    let mut bytes = Vec::new();
    from.take(length).read_to_end(&mut bytes).map_err(io)?;
    if bytes.len() as u64 != length {
        return Ok(None);
    }
    Ok(Some(postcard::from_bytes(&bytes)?))
}

/// A page nobody could read: kept, blank of words, with the reason for the clerk.
pub fn unreadable(page: &SourcePage, refusal: &Refusal) -> ReadPage {
    use crate::model::notes::Note;
    use crate::model::page::{MeasuredPage, Quality};
    let turn = page.orientation.turn;
    let (width, height) =
        if turn.swaps_sides() { (page.height, page.width) } else { (page.width, page.height) };
    // The container may have said the same already, with less to do about it.
    let mut notes: Vec<Note> = page.notes.iter().filter(|n| n.code != refusal.code).cloned().collect();
    notes.push(Note::review(&refusal.code, format!("{} {}", refusal.text, refusal.hint)));
    ReadPage {
        measured: MeasuredPage {
            width,
            height,
            dpi: page.dpi.map_or(300.0, |dpi| dpi.x),
            turned: turn,
            mirrored: page.orientation.mirror,
            skew: 0.0,
            blank: false,
            coloured: 0.0,
            quality: Quality::default(),
            codes: Vec::new(),
            notes,
        },
        text: PageText::default(),
    }
}
