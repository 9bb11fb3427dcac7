//! Pages for staff: mailroom, departments, auditors. German first, English by choice, useful without script.
//!
//! In: requests of people who signed on. Out: pages made of what the ledger shows this person, and acts that
//! go through the same functions as the command line. It never touches the daemon, never reads a document
//! without the person's sight, and never loads anything from elsewhere.

mod assets;
mod held;
mod history;
mod inbox;
mod live;
mod overview;
mod picture;
mod review;
mod rights;
pub mod secret;
mod sign_on;
mod station;
mod trouble;
mod visit;
mod words;

use crate::config::Pipeline;
use crate::daemon::Rules;
use crate::engine::{Engine, EngineLimits};
use crate::error::{Error, Result};
use crate::ledger::Ledger;
use crate::vault::Vault;
use axum::Router;
use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};
use std::net::SocketAddr;
use std::sync::Arc;

/// Everything comes from here, nothing is inline, nobody frames it.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
    connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// What all pages share.
#[derive(Debug)]
pub(crate) struct Desk {
    pipeline: Pipeline,
    rules: Arc<Rules>,
    ledger: Ledger,
    vault: Vault,
    screens: picture::Screens,
    attempts: sign_on::Attempts,
    live: live::Feed,
}

impl Desk {
    /// The German name of a kind.
    fn kind(&self, id: &str) -> String {
        self.rules.book().kind(id).map_or(id, |kind| kind.name.as_str()).to_owned()
    }

    /// Id and name of every kind, by name.
    fn kinds(&self) -> Vec<(String, String)> {
        let book = self.rules.book();
        let mut kinds: Vec<_> = book.kinds().iter().map(|k| (k.id.clone(), k.name.clone())).collect();
        kinds.sort_by(|a, b| a.1.cmp(&b.1));
        kinds
    }

    /// Why something with that code is held.
    fn hold_text(&self, code: &str) -> String {
        let book = self.rules.book();
        book.hold_codes().find(|(known, _)| *known == code).map_or(code, |(_, text)| text).to_owned()
    }

    /// The name of a department.
    fn department<'a>(&'a self, id: &'a str) -> &'a str {
        self.pipeline.department(id).map_or(id, |d| d.name.as_str())
    }
}

/// Serves until the future is dropped.
pub async fn serve(pipeline: &Pipeline, rules: &Arc<Rules>, address: SocketAddr) -> Result<()> {
    let listener = tokio::net::TcpListener::bind(address)
        .await
        .map_err(Error::io("Seite anbieten", address.to_string()))?;
    let desk = Arc::new(open(pipeline, rules)?);
    let watch = live::keep_looking(desk.clone());
    let pages = async {
        axum::serve(listener, router(desk)).await.map_err(Error::io("Seite anbieten", address.to_string()))
    };
    tokio::select! {
        result = pages => result,
        () = watch => Ok(()),
    }
}

fn open(pipeline: &Pipeline, rules: &Arc<Rules>) -> Result<Desk> {
    // An engine of its own: a page for the screen never waits behind pages that are being read.
    let limits = pipeline.stations.iter().map(|s| &s.profile.limits);
    let limits = EngineLimits {
        order_seconds_max: limits.clone().map(|l| l.page_seconds_max).max().unwrap_or(60),
        bytes_max: limits.map(|l| l.engine_bytes_max).max().unwrap_or(2 << 30),
    };
    Ok(Desk {
        pipeline: pipeline.clone(),
        rules: rules.clone(),
        // A ledger of its own: its reader never waits for the workers'.
        ledger: Ledger::open(&pipeline.ledger, &pipeline.tenant)?,
        vault: Vault::for_reading(&pipeline.vault),
        screens: picture::Screens::new(Engine::new(1, limits)),
        attempts: sign_on::Attempts::default(),
        live: live::Feed::default(),
    })
}

fn router(desk: Arc<Desk>) -> Router {
    Router::new()
        .route("/", get(overview::page))
        .route("/live", get(live::events))
        .route("/anmelden", get(sign_on::page).post(sign_on::sign_on))
        .route("/abmelden", post(sign_on::sign_off))
        .route("/sprache", post(sign_on::language_chosen))
        .route("/stapel", get(history::batches))
        .route("/stapel/{id}", get(history::batch))
        .route("/stapel/{id}/{number}/klein.jpg", get(picture::thumbnail))
        .route("/stapel/{id}/{number}/seite.jpg", get(picture::page))
        .route("/schriftstueck/{id}", get(history::document))
        .route("/schriftstueck/{id}/{file}", get(history::download))
        .route("/nachbearbeitung", get(review::list))
        .route("/nachbearbeitung/weiter", get(review::onto_next))
        .route("/nachbearbeitung/{id}", get(review::page))
        .route("/nachbearbeitung/{id}/freigeben", post(review::accept))
        .route("/nachbearbeitung/{id}/anhalten", post(review::hold))
        .route("/nachbearbeitung/{id}/zurueck", post(review::undo))
        .route("/nachbearbeitung/{id}/halten", post(review::keep))
        .route("/angehalten", get(held::page))
        .route("/angehalten/{id}/nachbearbeitung", post(held::to_review))
        .route("/angehalten/stapel/{id}", post(held::batch_goes_on))
        .route("/posteingang", get(inbox::list))
        .route("/posteingang/{department}/{id}", get(inbox::letter))
        .route("/posteingang/{department}/{id}/{act}", post(inbox::act))
        .route("/ruecklaeufer", get(inbox::returned))
        .route("/ruecklaeufer/{department}/{id}", post(inbox::reassign))
        .route("/stationen", get(station::first))
        .route("/stationen/{id}", get(station::page))
        .route("/stationen/{id}/oeffnen", post(station::open))
        .route("/stationen/{id}/schliessen", post(station::close))
        .route("/stationen/{id}/hochladen", post(station::upload))
        .route("/assets/{name}", get(assets::file))
        .fallback(trouble::nothing_there)
        .layer(middleware::from_fn(headers))
        .with_state(desk)
}

/// What every answer carries.
async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut say = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    say(CONTENT_SECURITY_POLICY, POLICY);
    say(X_CONTENT_TYPE_OPTIONS, "nosniff");
    say(X_FRAME_OPTIONS, "DENY");
    say(REFERRER_POLICY, "same-origin");
    say(HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()");
    say(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    say(CACHE_CONTROL, "no-store");
    response
}
