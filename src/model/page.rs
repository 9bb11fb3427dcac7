//! A page: what the file says about it, what was found on it, what is written on it.

use super::geometry::{Box2, Dpi, Orientation, Turn};
use super::hash::ContentHash;
use super::ids::BatchId;
use super::notes::{Note, Severity};
use serde::{Deserialize, Serialize};

/// The file format of a source.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// TIFF or BigTIFF.
    Tiff,
    /// JPEG (JFIF or EXIF).
    Jpeg,
    /// PNG.
    Png,
    /// PDF.
    Pdf,
    /// A folder of such files, as one archive.
    Folder,
}

/// What kind of colours the *scan* has.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// Black and white, one bit.
    Bitonal,
    /// Grey, eight bits.
    Grey,
    /// Colour.
    Colour,
}

/// How the page's image is stored in the source; decides whether its stream can be kept byte for byte.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Coding {
    /// Uncompressed, PackBits, LZW, Deflate, PNG, Flate.
    Lossless,
    /// Baseline or progressive JPEG.
    Jpeg,
    /// CCITT group 3.
    G3,
    /// CCITT group 4.
    G4,
    /// JPEG 2000.
    Jpx,
    /// JBIG2: not admissible for replacing scan (TR-RESISCAN A.SC.12).
    Jbig2,
    /// Not one image: text, vectors or several images; the page is rendered.
    Composed,
}

/// One page of a source as the container describes it, before any pixel is decoded.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SourcePage {
    /// Page number in the source, from 1.
    pub number: u32,
    /// Width of the stored image in pixels (composed pages: of the rendering at 300 dpi).
    pub width: u32,
    /// Height of the stored image in pixels.
    pub height: u32,
    /// Resolution the file claims, if plausible (70 to 1200), else derived from the paper size, else `None`.
    pub dpi: Option<Dpi>,
    /// Mirror and turn the file orders before anybody looks (TIFF 274, EXIF, PDF `/Rotate`).
    pub orientation: Orientation,
    /// Colours of the stored image.
    pub colour: Colour,
    /// How it is stored.
    pub coding: Coding,
    /// Doubts: implausible resolution, JBIG2, damaged strips ...
    pub notes: Vec<Note>,
}

/// What a container is, apart from its pages.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct OpenedSource {
    /// Format by content, never by file name.
    pub format: Format,
    /// Pages in order.
    pub pages: Vec<SourcePage>,
    /// The file carries a digital signature: bytes are passed through, never altered.
    pub signed: bool,
    /// The file is encrypted and cannot be opened: no pages, review.
    pub encrypted: bool,
    /// The file opens without a password but asks programs to refuse some uses: it is kept as it is.
    #[serde(default)]
    pub restricted: bool,
    /// The XMP claims PDF/A (claim only): e.g. `2b`.
    pub claims_pdfa: Option<String>,
    /// Notes about the file as a whole.
    pub notes: Vec<Note>,
}

/// One recognised word.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Word {
    /// NFC text, no blanks.
    pub text: String,
    /// Upright box around the word in the kept image after turning, in pixels.
    #[serde(rename = "box")]
    pub bounds: Box2,
    /// 0 to 1.
    pub confidence: f32,
    /// Line the word belongs to, counted over the page in reading order from 0.
    pub line: u32,
    /// Paragraph or block, counted over the page in reading order from 0.
    pub block: u32,
    /// Left end of the word's baseline in the kept image after turning, in pixels.
    pub baseline_start: [f32; 2],
    /// Right end of the baseline.
    pub baseline_end: [f32; 2],
    /// Height of the word's line above the baseline, pixels, measured across the skew.
    pub ascent: f32,
    /// Part of a stamp of receipt: put on the sheet by the authority, not by who wrote the letter.
    #[serde(default)]
    pub stamped: bool,
}

/// Everything that is written on a page, in reading order.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct PageText {
    /// Words in reading order.
    pub words: Vec<Word>,
}

impl PageText {
    /// Plain text of the letter, without stamps of receipt: words of a line separated by one blank, lines by a
    /// newline, blocks by an empty line.
    pub fn plain(&self) -> String {
        let mut out = String::new();
        let mut last: Option<(u32, u32)> = None;
        for word in self.words.iter().filter(|w| !w.stamped) {
            if let Some((block, line)) = last {
                if block != word.block {
                    out.push_str("\n\n");
                } else if line != word.line {
                    out.push('\n');
                } else {
                    out.push(' ');
                }
            }
            out.push_str(&word.text);
            last = Some((word.block, word.line));
        }
        if !out.is_empty() {
            out.push('\n');
        }
        out
    }

    /// Mean confidence weighted by letters, 0 without words.
    pub fn mean_confidence(&self) -> f32 {
        let (mut sum, mut count) = (0.0f32, 0.0f32);
        for word in &self.words {
            let letters = word.text.chars().count() as f32;
            sum += word.confidence * letters;
            count += letters;
        }
        if count > 0.0 { sum / count } else { 0.0 }
    }
}

/// A code found on a page.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Code {
    /// `patch_t`, `patch_2`, `qr`, `code128`, `code39`, `itf`, `ean13`, `datamatrix`, `pdf417` ...
    pub symbology: String,
    /// Decoded value; empty for patch codes.
    pub value: String,
    /// Where, in pixels of the kept image after turning (zero-sized if unknown).
    #[serde(rename = "box")]
    pub bounds: Box2,
}

/// Measured numbers of a page.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Quality {
    /// Share of dark pixels, 0 to 1, inside the paper.
    pub ink: f32,
    /// Difference between paper and ink in grey values, 0 to 255.
    pub contrast: f32,
    /// Isolated specks per square centimetre.
    pub noise: f32,
    /// Share of what is written that a hand wrote, 0 to 1; known when the page was read.
    #[serde(default)]
    pub handwriting: f32,
}

/// Code of the note on a page that a person turned: reading leaves it as it lies.
pub const TURNED_BY_HAND: &str = "page.turned_by_hand";

/// What measuring a page gives: cheap, without reading. Feedback for the station within seconds.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct MeasuredPage {
    /// Width of the kept image after `turned`, in pixels.
    pub width: u32,
    /// Height of the kept image after `turned`, in pixels.
    pub height: u32,
    /// Resolution used from here on, pixels per inch.
    pub dpi: f32,
    /// Degrees clockwise applied to the stored samples, file orientation included.
    pub turned: Turn,
    /// Mirror applied before turning.
    pub mirrored: bool,
    /// Degrees of the text in the turned page, counter-clockwise positive; 0 if left alone.
    pub skew: f32,
    /// Nothing on it that a person put there.
    pub blank: bool,
    /// Share of coloured pixels that belong to stamps or ink, 0 to 1.
    pub coloured: f32,
    /// Numbers.
    pub quality: Quality,
    /// Codes: separators, barcodes.
    pub codes: Vec<Code>,
    /// Doubts.
    pub notes: Vec<Note>,
}

/// An image that was scanned again: where it lies, and whose place it takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rescanned {
    /// Batch that brought it.
    pub batch: BatchId,
    /// SHA-256 of the source it lies in.
    pub sha256: ContentHash,
    /// Page of that source, from 1.
    pub source_page: u32,
    /// Its place in the stack, from 1: that of the page it replaces, or after all others.
    pub place: u32,
    /// Number of the page that is void because of it.
    pub void: Option<u32>,
    /// Why, a short word.
    pub reason: String,
    /// Who scanned it.
    pub by: Option<String>,
}

impl MeasuredPage {
    /// Adds what decoding noticed. A page of which something may be missing is not blank: white paper may be
    /// what was not there.
    pub fn noticed(&mut self, notes: Vec<Note>) {
        self.blank &= notes.iter().all(|note| note.severity < Severity::Review);
        self.notes.extend(notes);
    }
}

/// A page that was measured and read.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ReadPage {
    /// Final measurement (the turn may have been corrected by reading).
    pub measured: MeasuredPage,
    /// What is written on it.
    pub text: PageText,
}

/// The image as it is archived: a stream kept byte for byte wherever admissible, else lossless samples.
///
/// Samples are the *stored* ones, before orientation: the product expresses
/// mirror and turn in the page matrix.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum KeptImage {
    /// A whole JPEG stream, byte for byte.
    Jpeg {
        /// The stream from SOI to EOI.
        stream: Vec<u8>,
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
        /// 1 grey, 3 colour (CMYK never gets here: it is converted, with a note).
        components: u8,
    },
    /// A CCITT G4 stream, byte for byte (after FillOrder reversal or joining of strips: noted).
    G4 {
        /// The stream.
        stream: Vec<u8>,
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
        /// PDF `/BlackIs1`: whether 1 bits of the *decoded* samples are black.
        black_is_one: bool,
    },
    /// The compressed samples of a PNG, byte for byte: deflated rows, each with its PNG filter, 8 bits a sample.
    /// PDF reads them as they are (ISO 32000-1, 7.4.4.4: predictors 10 to 15).
    Png {
        /// What the IDAT chunks held, joined.
        stream: Vec<u8>,
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
        /// 1 grey, 3 colour.
        components: u8,
    },
    /// One bit per pixel, rows padded to bytes, 1 = black. Written as G4.
    Bits {
        /// Packed rows.
        rows: Vec<u8>,
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
    },
    /// Grey samples, lossless.
    Grey {
        /// Rows without padding.
        rows: Vec<u8>,
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
    },
    /// RGB samples, lossless.
    Rgb {
        /// Rows without padding, three bytes a pixel.
        rows: Vec<u8>,
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
    },
}
