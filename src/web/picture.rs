//! Pages as pictures: thumbnails from the vault, and page images made for the screen.
//!
//! A page image is made by an engine child of its own and kept in memory only, so that what is deleted in the
//! vault is gone here too, and nothing of a letter lies in a cache folder.

use super::Desk;
use super::trouble::{Answer, Trouble};
use super::visit::Visit;
use crate::engine::Engine;
use crate::engine::protocol::{Answer as EngineAnswer, LookOrder, Order};
use crate::error::Error;
use crate::ledger::PageFace;
use crate::model::hash::ContentHash;
use crate::model::ids::BatchId;
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, VARY};
use axum::response::{IntoResponse, Response};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Longest side of a page image in pixels: an A4 page at about 150 dpi, legible when zoomed twice.
const SIDE: u32 = 1800;
/// Bytes of page images kept in memory.
const KEPT_BYTES: usize = 192 << 20;

type Key = (ContentHash, u32, u16, bool);

/// Makes page images and keeps the last ones.
#[derive(Debug)]
pub struct Screens {
    engine: Engine,
    kept: Mutex<VecDeque<(Key, Arc<Vec<u8>>)>>,
}

impl Screens {
    /// With an engine of its own.
    pub fn new(engine: Engine) -> Self {
        Self { engine, kept: Mutex::default() }
    }

    fn kept(&self, key: &Key) -> Option<Arc<Vec<u8>>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|(k, _)| k == key)?;
        let found = kept.remove(at)?;
        let image = found.1.clone();
        kept.push_back(found);
        Some(image)
    }

    fn keep(&self, key: Key, image: Arc<Vec<u8>>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.iter().all(|(k, _)| *k != key) {
            kept.push_back((key, image));
        }
        let mut bytes: usize = kept.iter().map(|(_, i)| i.len()).sum();
        while bytes > KEPT_BYTES && kept.len() > 1 {
            bytes -= kept.pop_front().map_or(0, |(_, i)| i.len());
        }
    }
}

/// `GET /stapel/{id}/{number}/klein.jpg`
pub async fn thumbnail(visit: Visit, Path((batch, number)): Path<(String, u32)>) -> Answer {
    visit
        .work(move |visit| {
            let face = visit.desk.ledger.page_for(&visit.sight, &BatchId(batch), number)?;
            let hash = face.thumbnail.ok_or(Trouble::NotFound)?;
            Ok(jpeg(visit.desk.vault.read(&hash)?))
        })
        .await
}

/// `GET /stapel/{id}/{number}/seite.jpg`
pub async fn page(visit: Visit, Path((batch, number)): Path<(String, u32)>) -> Answer {
    visit.work(move |visit| screen(visit, &BatchId(batch), number)).await
}

/// The page for this person's screen.
pub fn screen(visit: &Visit, batch: &BatchId, number: u32) -> Result<Response, Trouble> {
    let face = visit.desk.ledger.page_for(&visit.sight, batch, number)?;
    Ok(jpeg(image(&visit.desk, face)?.to_vec()))
}

/// The upright page, as large as a screen needs it.
fn image(desk: &Desk, face: PageFace) -> Result<Arc<Vec<u8>>, Trouble> {
    let orientation = face.page.orientation;
    let (mirrored, turned) =
        face.measured.map_or((orientation.mirror, orientation.turn), |m| (m.mirrored, m.turned));
    let key = (face.source, face.page.number, turned.degrees(), mirrored);
    if let Some(image) = desk.screens.kept(&key) {
        return Ok(image);
    }
    let limits = desk
        .pipeline
        .station(&face.station)
        .map_or_else(|| crate::config::copying_profile().limits, |s| s.profile.limits.clone());
    let order = Order::Look(Box::new(LookOrder {
        source: desk.vault.source(&face.source)?,
        page: face.page,
        mirrored,
        turned,
        side: SIDE,
        limits,
    }));
    match desk.screens.engine.run(&order)? {
        EngineAnswer::Image(image) => {
            let image = Arc::new(image);
            desk.screens.keep(key, image.clone());
            Ok(image)
        }
        EngineAnswer::Refused(refusal) => Err(Trouble::Bad(refusal.to_string())),
        _ => Err(Trouble::Broken(Error::Format("answer does not fit the order".into()))),
    }
}

/// For this person's browser only, and only for as long as somebody works on a letter.
fn jpeg(bytes: Vec<u8>) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, axum::http::HeaderValue::from_static("image/jpeg"));
    headers.insert(CACHE_CONTROL, axum::http::HeaderValue::from_static("private, max-age=600"));
    headers.insert(VARY, axum::http::HeaderValue::from_static("cookie"));
    (headers, bytes).into_response()
}
