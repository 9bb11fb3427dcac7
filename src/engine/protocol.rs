//! What daemon and engine child say to each other: length, then postcard.
//!
//! Only values cross: one object of the vault on the way in, pages, words and
//! finished bytes on the way out.

use crate::error::{Error, Result};
use crate::model::invoice::ElectronicInvoice;
use crate::model::limits::Limits;
use crate::model::notes::Note;
use crate::model::page::{MeasuredPage, OpenedSource, PageText, Quality, ReadPage, SourcePage};
use crate::model::refusal::Refusal;
use crate::vault::VaultFile;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::io::{Read, Write};

/// Longest frame: a product of 2 GiB plus its head.
const FRAME_BYTES_MAX: u64 = 3 << 30;

/// One order to the child.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Order {
    /// List the pages of a source.
    Open {
        /// Where its bytes lie.
        source: VaultFile,
        /// Bounds.
        limits: Limits,
    },
    /// Measure one page: what the station wants to know while the paper is still in somebody's hand.
    Measure(Box<MeasureOrder>),
    /// Read one measured page.
    Read(Box<ReadOrder>),
    /// Make the product of one document.
    Produce(Box<ProduceOrder>),
    /// Make an image of one page for a screen.
    Look(Box<LookOrder>),
    /// Read the electronic invoice inside a source.
    Invoice {
        /// Where its bytes lie.
        source: VaultFile,
        /// Bounds.
        limits: Limits,
    },
}

impl Order {
    /// Pages it goes through: each may take its time.
    pub fn pages(&self) -> u32 {
        match self {
            Self::Produce(order) => u32::try_from(order.pages.len()).unwrap_or(u32::MAX).max(1),
            Self::Open { .. } | Self::Measure(_) | Self::Read(_) | Self::Look(_) | Self::Invoice { .. } => 1,
        }
    }
}

/// Make an image of one page for a screen.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LookOrder {
    /// Where the source's bytes lie.
    pub source: VaultFile,
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

/// Measure one page.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MeasureOrder {
    /// Where the source's bytes lie.
    pub source: VaultFile,
    /// The page.
    pub page: SourcePage,
    /// Resolutions below this get a note.
    pub dpi_min: f32,
    /// Bounds.
    pub limits: Limits,
}

/// Read one measured page.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReadOrder {
    /// Where the source's bytes lie.
    pub source: VaultFile,
    /// The page.
    pub page: SourcePage,
    /// What was measured on it.
    pub measured: MeasuredPage,
    /// Tesseract languages.
    pub languages: Vec<String>,
    /// Bounds.
    pub limits: Limits,
}

/// Make the product of one document.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProduceOrder {
    /// Where the source's bytes lie.
    pub source: VaultFile,
    /// Where pages lie that are in another source, by their index in the product.
    pub elsewhere: std::collections::BTreeMap<usize, VaultFile>,
    /// Pages of the product, in order: source page, measurement and text.
    pub pages: Vec<(SourcePage, ReadPage)>,
    /// Title, times and names for the PDF's metadata.
    pub about: crate::pdf::About,
    /// The record that goes into the product; its images are still to be noted.
    #[serde(with = "as_json")]
    pub record: crate::record::Body,
    /// Name under which the source is attached, if it shall come along.
    pub attach_as: Option<String>,
    /// Bounds.
    pub limits: Limits,
}

/// A page, measured.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MeasureResult {
    /// Measurement.
    pub measured: MeasuredPage,
    /// Its words, if there is nothing left to read: a blank page, one that brings its text along, one that
    /// nobody can decode.
    pub text: Option<PageText>,
    /// JPEG, longest side 480 pixels; empty if none could be made.
    pub thumbnail: Vec<u8>,
}

/// A page, read.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PageResult {
    /// Measurement, as reading left it, and words.
    pub page: ReadPage,
    /// JPEG, if reading turned the page another way than measuring had.
    pub thumbnail: Option<Vec<u8>>,
}

/// A product.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProductResult {
    /// PDF bytes.
    pub pdf: Vec<u8>,
    /// The record inside it, with what became of each image.
    #[serde(with = "as_json")]
    pub record: crate::record::Body,
}

/// What came of an order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Answer {
    /// A worker has taken the order up: its time runs from here.
    Started,
    /// Pages of the source.
    Opened(OpenedSource),
    /// A page, measured.
    Measured(Box<MeasureResult>),
    /// A page, read.
    Page(Box<PageResult>),
    /// A product.
    Product(Box<ProductResult>),
    /// A JPEG.
    Image(Vec<u8>),
    /// What the invoice inside says, if there is one.
    Invoice(Option<ElectronicInvoice>),
    /// Refused with a reason.
    Refused(Refusal),
}

/// Records leave out what is not known, which only a format with names can read back.
mod as_json {
    use serde::de::{DeserializeOwned, Error as _};
    use serde::ser::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<T: Serialize, S: Serializer>(value: &T, to: S) -> Result<S::Ok, S::Error> {
        serde_json::to_vec(value).map_err(S::Error::custom)?.serialize(to)
    }

    pub fn deserialize<'de, T: DeserializeOwned, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
        serde_json::from_slice(&Vec::deserialize(from)?).map_err(D::Error::custom)
    }
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

/// A page nobody could read: kept, with the reason for the clerk and with what was measured, if it came so far.
pub fn given_up(page: &SourcePage, measured: Option<MeasuredPage>, refusal: &Refusal) -> ReadPage {
    let Some(mut measured) = measured else { return unreadable(page, refusal) };
    measured.notes.push(Note::review(&refusal.code, format!("{} {}", refusal.text, refusal.hint)));
    ReadPage { measured, text: PageText::default() }
}

/// Whether the engine already died on this page before it could be measured: nobody decodes it again.
pub fn never_seen(page: &ReadPage) -> bool {
    let died = |n: &Note| matches!(n.code.as_str(), "page.crashed" | "page.timeout" | "page.memory");
    page.measured.quality == Quality::default() && page.measured.notes.iter().any(died)
}

/// A page nobody could even measure: blank of words, as large as the container says.
pub fn unreadable(page: &SourcePage, refusal: &Refusal) -> ReadPage {
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
