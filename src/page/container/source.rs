//! A source with what was learnt of it, so that page 1,000 costs what page 1 costs.

use super::{Result, folder, pdf, sniff, tiff};
use crate::model::limits::Limits;
use crate::model::page::Format;
use std::sync::{Arc, OnceLock};

/// The bytes of a source, parsed at most once, and only as far as somebody asked.
#[derive(Debug)]
pub struct Source {
    bytes: Arc<Vec<u8>>,
    format: Option<Format>,
    pdf: OnceLock<Result<pdf::Parsed>>,
    drawn: OnceLock<Result<pdf::Drawn>>,
    tiff: OnceLock<Result<Vec<tiff::Directory>>>,
    parts: OnceLock<Result<Vec<folder::Part>>>,
}

impl Source {
    /// Looks at the first bytes only.
    pub fn new(bytes: Vec<u8>) -> Self {
        let format = sniff(&bytes);
        Self {
            bytes: Arc::new(bytes),
            format,
            pdf: OnceLock::new(),
            drawn: OnceLock::new(),
            tiff: OnceLock::new(),
            parts: OnceLock::new(),
        }
    }

    /// All bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Format by content; `None` for what no scanner delivers.
    pub fn format(&self) -> Option<Format> {
        self.format
    }

    /// Objects and pages of a PDF. The limits of the first caller count.
    pub(super) fn pdf(&self, limits: &Limits) -> Result<&pdf::Parsed> {
        self.pdf.get_or_init(|| pdf::parse(&self.bytes, limits)).as_ref().map_err(Clone::clone)
    }

    /// The same file as the renderer sees it.
    pub(super) fn drawn(&self) -> Result<&pdf::Drawn> {
        self.drawn.get_or_init(|| pdf::Drawn::new(&self.bytes)).as_ref().map_err(Clone::clone)
    }

    /// Directories of a TIFF.
    pub(super) fn tiff(&self, limits: &Limits) -> Result<&[tiff::Directory]> {
        let all = self.tiff.get_or_init(|| tiff::directories(&self.bytes, limits));
        all.as_ref().map(Vec::as_slice).map_err(Clone::clone)
    }

    /// Files of a folder.
    pub(super) fn parts(&self, limits: &Limits) -> Result<&[folder::Part]> {
        let all = self.parts.get_or_init(|| folder::parts(&self.bytes, limits));
        all.as_ref().map(Vec::as_slice).map_err(Clone::clone)
    }
}
