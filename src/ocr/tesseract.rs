//! Tesseract through leptess' raw door: grey pixels in, one table out.
//!
//! Raw pixels save an encode and decode per page, and keep strangers' files
//! away from Leptonica's file parsers. The only file of the project with
//! `unsafe`: orientation detection is not wrapped by anybody.
//! `OMP_THREAD_LIMIT=1` must stand in the environment before the process
//! starts (the OpenMP runtime reads it when it is loaded); the engine's parent
//! sees to that.

use super::{RawWord, ReadMode, Recogniser, tsv};
use crate::model::geometry::Turn;
use crate::model::refusal::Refusal;
use image::GrayImage;
use leptess::capi;
use leptess::tesseract::TessApi;
use std::ffi::{CStr, CString, c_int};
use std::path::{Path, PathBuf};

/// Where distributions put language data.
const DATA_FOLDERS: &[&str] = &[
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/5.00/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/local/share/tessdata",
];
/// Largest side Tesseract takes: its coordinates are 16 bits.
const SIDE_MAX: u32 = 32_767;
/// Smaller images hold no text and upset the layout analysis.
const SIDE_MIN: u32 = 12;

/// One warm engine for one set of languages. One per thread: engines share nothing.
pub struct Tesseract {
    api: TessApi,
    folder: PathBuf,
    languages: String,
    orientation: Option<Orientation>,
}

impl Tesseract {
    /// Loads the language data, e.g. `deu` or `deu+eng`.
    pub fn open(languages: &str) -> Result<Self, Refusal> {
        let missing = |what: &str| {
            Refusal::new(
                "ocr.language_missing",
                format!("Die Sprachdaten „{what}“ für Tesseract fehlen."),
                "Paket tesseract-ocr-deu (oder das der Sprache) installieren, oder TESSDATA_PREFIX auf den \
                 Ordner mit den .traineddata-Dateien setzen.",
            )
        };
        let wanted: Vec<&str> = languages.split('+').filter(|l| !l.is_empty()).collect();
        let first = wanted.first().copied().ok_or_else(|| missing(languages))?;
        let folder = data_folder(first).ok_or_else(|| missing(first))?;
        if let Some(absent) = wanted.iter().find(|l| !data_file(&folder, l).is_file()) {
            return Err(missing(absent));
        }
        // leptess panics on zero bytes; neither a path from the environment nor a language may have one.
        let path = folder.to_str().filter(|p| !p.contains('\0')).ok_or_else(|| missing(first))?;
        if languages.contains('\0') {
            return Err(missing(first));
        }
        let mut api = TessApi::new(Some(path), languages).map_err(|_| missing(languages))?;
        // Its remarks go to stderr, which belongs to our own messages.
        api.raw.set_variable(c"debug_file", c"/dev/null").map_err(|_| failed("Einstellung"))?;
        // Letters are set in proportional type; looking for the pitch of typewriters costs 5 % and the
        // recogniser finds the spaces itself (same words on 113 pages, typewriter faces among them).
        api.raw.set_variable(c"textord_all_prop", c"1").map_err(|_| failed("Einstellung"))?;
        // Lines read badly are not read once more the other way round: light letters on dark bars were turned
        // round before (same words on 45 pages, 7 % less time).
        api.raw.set_variable(c"tessedit_do_invert", c"0").map_err(|_| failed("Einstellung"))?;
        Ok(Self { api, folder, languages: languages.to_owned(), orientation: None })
    }
}

impl Recogniser for Tesseract {
    fn read(&mut self, image: &GrayImage, dpi: f32, mode: ReadMode) -> Result<Vec<RawWord>, Refusal> {
        let Some((width, height)) = sides(image) else { return Ok(Vec::new()) };
        let psm = match mode {
            ReadMode::Page => c"3",
            ReadMode::Block => c"6",
        };
        let raw = &mut self.api.raw;
        raw.set_variable(c"tessedit_pageseg_mode", psm).map_err(|_| failed("Einstellung"))?;
        raw.set_image(image.as_raw(), width, height, 1, width).map_err(|_| failed("Bild"))?;
        raw.set_source_resolution(resolution(dpi));
        raw.recognize().map_err(|_| failed("Erkennung"))?;
        let table = raw.get_tsv_text(0).map_err(|_| failed("Ausgabe"))?;
        let table: &CStr = table.as_ref();
        Ok(tsv::words(&table.to_string_lossy()))
    }

    fn orientation(&mut self, image: &GrayImage, dpi: f32) -> Option<(Turn, f32)> {
        if self.orientation.is_none() {
            self.orientation = Orientation::open(&self.folder);
        }
        self.orientation.as_mut()?.detect(image, dpi)
    }

    fn identity(&self) -> String {
        format!("tesseract {} {}", version(), self.languages)
    }
}

fn failed(what: &str) -> Refusal {
    Refusal::new(
        "ocr.failed",
        format!("Tesseract konnte die Seite nicht lesen ({what})."),
        "Seite neu scannen.",
    )
}

/// Sides as Tesseract takes them; nothing for images it should not see.
fn sides(image: &GrayImage) -> Option<(c_int, c_int)> {
    let fits = |side: u32| (SIDE_MIN..=SIDE_MAX).contains(&side);
    (fits(image.width()) && fits(image.height())).then(|| (image.width() as c_int, image.height() as c_int))
}

fn resolution(dpi: f32) -> c_int {
    (dpi.round() as c_int).clamp(70, 2400)
}

fn data_file(folder: &Path, language: &str) -> PathBuf {
    folder.join(format!("{language}.traineddata"))
}

/// The folder that has the data of a language: TESSDATA_PREFIX first, then where distributions put it.
fn data_folder(language: &str) -> Option<PathBuf> {
    let named = std::env::var_os("TESSDATA_PREFIX").map(PathBuf::from);
    let named = named.iter().flat_map(|p| [p.clone(), p.join("tessdata")]);
    named.chain(DATA_FOLDERS.iter().map(PathBuf::from)).find(|folder| data_file(folder, language).is_file())
}

fn version() -> String {
    // SAFETY: returns a pointer to a static, zero-terminated string.
    let text = unsafe { CStr::from_ptr(capi::TessVersion()) };
    text.to_string_lossy().into_owned()
}

/// A small second engine that only knows directions of writing.
struct Orientation {
    handle: *mut capi::TessBaseAPI,
}

// SAFETY: an engine may move between threads as long as one at a time uses it
// (tesseract-ocr/tesseract#4281); `&mut self` on every use sees to that.
unsafe impl Send for Orientation {}

impl Orientation {
    fn open(folder: &Path) -> Option<Self> {
        if !data_file(folder, "osd").is_file() {
            return None;
        }
        let path = CString::new(folder.to_str()?).ok()?;
        // SAFETY: a fresh handle, owned by `Self` from here on and freed in `drop` on every way out.
        let own = Self { handle: unsafe { capi::TessBaseAPICreate() } };
        if own.handle.is_null() {
            return None;
        }
        // SAFETY: the handle is live, both strings are zero-terminated and outlive the call.
        let code = unsafe { capi::TessBaseAPIInit3(own.handle, path.as_ptr(), c"osd".as_ptr()) };
        // SAFETY: as above.
        unsafe { capi::TessBaseAPISetVariable(own.handle, c"debug_file".as_ptr(), c"/dev/null".as_ptr()) };
        (code == 0).then_some(own)
    }

    fn detect(&mut self, image: &GrayImage, dpi: f32) -> Option<(Turn, f32)> {
        let (width, height) = sides(image)?;
        let (mut degrees, mut confidence, mut script_confidence) = (0, 0f32, 0f32);
        let mut script = std::ptr::null();
        // SAFETY: the image holds width times height bytes in rows of `width` and outlives the block
        // (Tesseract copies it); the out pointers point to live locals; the script name is never read.
        let found = unsafe {
            capi::TessBaseAPISetImage(self.handle, image.as_raw().as_ptr(), width, height, 1, width);
            capi::TessBaseAPISetSourceResolution(self.handle, resolution(dpi));
            let found = capi::TessBaseAPIDetectOrientationScript(
                self.handle,
                &mut degrees,
                &mut confidence,
                &mut script,
                &mut script_confidence,
            );
            capi::TessBaseAPIClear(self.handle);
            found
        };
        // It says how far the page was turned clockwise from upright: turn it back.
        (found != 0).then_some(())?;
        Some((Turn::from_degrees(-degrees)?, confidence))
    }
}

impl Drop for Orientation {
    fn drop(&mut self) {
        if !self.handle.is_null() {
            // SAFETY: created by TessBaseAPICreate, deleted once.
            unsafe { capi::TessBaseAPIDelete(self.handle) }
        }
    }
}
