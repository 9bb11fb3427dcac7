//! Tesseract through leptess' raw door: grey pixels in, one table out.
//!
//! Raw pixels save an encode and decode per page, and keep strangers' files
//! away from Leptonica's file parsers. `OMP_THREAD_LIMIT=1` must stand in the
//! environment before the process starts; the engine's parent sees to that.

use super::{RawWord, ReadMode, Recogniser, tsv};
use crate::model::refusal::Refusal;
use image::GrayImage;
use leptess::tesseract::TessApi;

/// One warm engine for one set of languages.
pub struct Tesseract {
    api: TessApi,
    languages: String,
}

impl Tesseract {
    /// Loads the language data, e.g. `deu` or `deu+eng`.
    pub fn open(languages: &str) -> Result<Self, Refusal> {
        let api = TessApi::new(None, languages).map_err(|_| {
            Refusal::new(
                "ocr.language_missing",
                format!("Die Sprachdaten „{languages}“ für Tesseract fehlen."),
                "Paket tesseract-ocr-deu installieren oder TESSDATA_PREFIX setzen.",
            )
        })?;
        Ok(Self { api, languages: languages.to_owned() })
    }
}

impl Recogniser for Tesseract {
    fn read(&mut self, image: &GrayImage, dpi: f32, mode: ReadMode) -> Result<Vec<RawWord>, Refusal> {
        let failed = |what: &str| {
            Refusal::new(
                "ocr.failed",
                format!("Tesseract konnte die Seite nicht lesen ({what})."),
                "Seite neu scannen.",
            )
        };
        let (Ok(width), Ok(height)) = (i32::try_from(image.width()), i32::try_from(image.height())) else {
            return Err(failed("zu groß"));
        };
        // Tesseract refuses images of a few pixels, and its own limit is 32,767.
        if width < 10 || height < 10 || width > 32_767 || height > 32_767 {
            return Ok(Vec::new());
        }
        let raw = &mut self.api.raw;
        let psm = match mode {
            ReadMode::Page => c"3",
            ReadMode::Block => c"6",
        };
        raw.set_variable(c"tessedit_pageseg_mode", psm).map_err(|_| failed("Einstellung"))?;
        raw.set_image(image.as_raw(), width, height, 1, width).map_err(|_| failed("Bild"))?;
        raw.set_source_resolution((dpi.round() as i32).clamp(70, 2400));
        raw.recognize().map_err(|_| failed("Erkennung"))?;
        let table = raw.get_tsv_text(0).map_err(|_| failed("Ausgabe"))?;
        let table: &str = table.as_ref().to_str().map_err(|_| failed("Zeichen"))?;
        Ok(tsv::words(table))
    }

    fn identity(&self) -> String {
        format!("tesseract {}", self.languages)
    }
}
