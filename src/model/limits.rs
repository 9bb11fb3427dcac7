//! Every bound in one place, each with its unit and reason.
//!
//! Exceeding one is a normal, tested outcome: a refused file or a page with a
//! note, never a crash. Profiles may raise the per-page ones (an A0 plan).

use serde::{Deserialize, Serialize};

/// What one page and one source may cost.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes of one source file. 2 GiB: a 1,000-page colour batch is about 1.5 GB.
    pub source_bytes_max: u64,
    /// Pages of one source file. A feeder holds 500 sheets; 5,000 leaves room for old files.
    pub pages_max: u32,
    /// Pixels of one page, checked before allocation. A3 at 600 dpi colour is 70 megapixels.
    pub page_pixels_max: u64,
    /// Longest side of one page in pixels.
    pub page_side_max: u32,
    /// Bytes one compressed stream may inflate to, checked while inflating.
    pub inflated_bytes_max: u64,
    /// Wall-clock seconds one page may take before its engine is killed.
    pub page_seconds_max: u32,
    /// Resident bytes of the engine child before it is killed.
    pub engine_bytes_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            source_bytes_max: 2 << 30,
            pages_max: 5_000,
            page_pixels_max: 80_000_000,
            page_side_max: 32_000,
            inflated_bytes_max: 512 << 20,
            page_seconds_max: 60,
            engine_bytes_max: 2 << 30,
        }
    }
}
