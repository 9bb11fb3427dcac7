//! What page work costs, stage by stage, in CPU time.
//!
//! The child keeps a stopwatch per order and sends what it showed along with
//! the answer; the parent adds up. CPU time of the working thread counts, so
//! that a busy machine changes little.

use crate::model::geometry::Turn;
use crate::model::refusal::Refusal;
use crate::ocr::{RawWord, ReadMode, Recogniser};
use image::GrayImage;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// Stages of page work, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Stage {
    /// Listing the pages of a source.
    Open,
    /// Stored bytes to samples.
    Decode,
    /// Looking at the page: turn, skew, quality, blank.
    Measure,
    /// Patch codes and barcodes.
    Codes,
    /// Loading language data, once per worker.
    Load,
    /// Making the reading image, judging words, placing them.
    Prepare,
    /// Inside the OCR engine.
    Recognise,
    /// The small picture for the station.
    Thumbnail,
    /// PDF/A.
    Produce,
}

impl Stage {
    /// German name for tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "Öffnen",
            Self::Decode => "Dekodieren",
            Self::Measure => "Vermessen",
            Self::Codes => "Codes",
            Self::Load => "Sprachdaten laden",
            Self::Prepare => "Lesebild",
            Self::Recognise => "Texterkennung",
            Self::Thumbnail => "Vorschaubild",
            Self::Produce => "PDF/A",
        }
    }
}

/// CPU time per stage.
pub type Spent = BTreeMap<Stage, Duration>;

/// Adds one account to another.
pub fn add(total: &mut Spent, more: &Spent) {
    for (stage, time) in more {
        *total.entry(*stage).or_default() += *time;
    }
}

/// CPU time of this thread since it began.
fn thread_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let nanos = u32::try_from(time.tv_nsec).unwrap_or_default();
    Duration::new(u64::try_from(time.tv_sec).unwrap_or_default(), nanos)
}

/// A stopwatch that is read at the end of every stage.
#[derive(Debug)]
pub struct Stopwatch {
    last: Duration,
    spent: Spent,
}

impl Stopwatch {
    /// Starts.
    pub fn start() -> Self {
        Self { last: thread_time(), spent: Spent::new() }
    }

    /// The time since the last reading belongs to that stage.
    pub fn lap(&mut self, stage: Stage) {
        let now = thread_time();
        *self.spent.entry(stage).or_default() += now.saturating_sub(self.last);
        self.last = now;
    }

    /// That much of what was booked on `from` belongs to `to`.
    pub fn rebook(&mut self, from: Stage, to: Stage, time: Duration) {
        let booked = self.spent.entry(from).or_default();
        *booked = booked.saturating_sub(time);
        *self.spent.entry(to).or_default() += time;
    }

    /// What it showed.
    pub fn spent(self) -> Spent {
        self.spent
    }
}

/// An engine whose time is taken.
pub struct Timed<'a> {
    /// The engine.
    pub engine: &'a mut dyn Recogniser,
    /// Time inside it so far.
    pub inside: Duration,
}

impl Timed<'_> {
    fn take<T>(&mut self, work: impl FnOnce(&mut dyn Recogniser) -> T) -> T {
        let start = thread_time();
        let result = work(self.engine);
        self.inside += thread_time().saturating_sub(start);
        result
    }
}

impl Recogniser for Timed<'_> {
    fn read(&mut self, image: &GrayImage, dpi: f32, mode: ReadMode) -> Result<Vec<RawWord>, Refusal> {
        self.take(|engine| engine.read(image, dpi, mode))
    }

    fn orientation(&mut self, image: &GrayImage, dpi: f32) -> Option<(Turn, f32)> {
        self.take(|engine| engine.orientation(image, dpi))
    }

    fn identity(&self) -> String {
        self.engine.identity()
    }
}
