//! Pages for staff: mailroom, departments, auditors. German first, English by choice, useful without script.
//!
//! In: requests of people who signed on. Out: pages made of what the ledger shows this person, and acts that
//! go through the same functions as the command line. It never touches the daemon, never reads a document
//! without the person's sight, and never loads anything from elsewhere.

mod admin;
mod api;
mod assets;
mod book;
mod decide;
pub mod directory;
mod held;
mod history;
mod inbox;
mod live;
mod openid;
mod originals;
mod overview;
mod picture;
mod recut;
mod review;
mod rights;
mod sample;
mod search;
pub mod secret;
mod sign_on;
mod station;
mod trouble;
mod visit;
mod watch;
mod words;

use crate::config::Pipeline;
use crate::daemon::{Rules, amend};
use crate::engine::{Engine, EngineLimits};
use crate::error::{Error, Result};
use crate::ledger::{DocumentRow, Ledger};
use crate::model::town::Department;
use crate::observe::Vitals;
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
use rights::{ADMINS, MAILROOM, OPERATORS, READERS, REVIEWERS, WORKERS};
pub use rights::{Who, sight};
use std::net::{SocketAddr, TcpListener};
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
    openid: openid::Pending,
    live: live::Feed,
    vitals: Vitals,
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

    /// What somebody saw becomes a record of its own beside the sealed one.
    fn amend(&self, document: &DocumentRow, by: &str, about: &str, good: bool) -> Result<()> {
        amend((&self.pipeline, &self.ledger, &self.vault), document, by, about, good)
    }

    /// Id and name of every department that mail can be given to.
    fn departments(&self) -> Vec<(String, String)> {
        let open = self.pipeline.departments.iter().filter(|d| d.is_open());
        open.map(|d| (d.id.clone(), d.name.clone())).collect()
    }

    /// What somebody may type for a department, and the name it has: its own, one it had, or who works there.
    fn recipients(&self) -> Vec<(String, String)> {
        let mut all = Vec::new();
        for department in self.pipeline.departments.iter().filter(|d| d.is_open()) {
            all.push((department.name.clone(), String::new()));
            let former = department.former.iter().map(|name| name.trim_end_matches('*').to_owned());
            all.extend(former.map(|name| (name, department.name.clone())));
        }
        for person in self.pipeline.people.iter().filter(|p| !p.application) {
            let department = person.departments.first().and_then(|id| self.pipeline.goes_on(id));
            all.extend(department.map(|d| (person.name.clone(), d.name.clone())));
        }
        all
    }

    /// The department that somebody means by what was typed.
    fn meant(&self, typed: &str) -> Option<&Department> {
        let same = |name: &str| name.trim_end_matches('*').to_lowercase() == typed.to_lowercase();
        let all = || self.pipeline.departments.iter();
        let department = all()
            .find(|d| same(&d.id) || same(&d.name))
            .or_else(|| all().find(|d| d.former.iter().any(|name| same(name))))
            .map(|d| d.id.as_str());
        let person = || self.pipeline.people.iter().find(|p| same(&p.id) || same(&p.name));
        let department = department.or_else(|| person()?.departments.first().map(String::as_str));
        department.and_then(|id| self.pipeline.goes_on(id)).filter(|d| !typed.is_empty() && d.is_open())
    }

    /// The name of a department.
    fn department<'a>(&'a self, id: &'a str) -> &'a str {
        self.pipeline.department(id).map_or(id, |d| d.name.as_str())
    }
}

/// Takes the address: from here on people can ask, and wait for [`serve`].
pub fn listen(address: SocketAddr) -> Result<TcpListener> {
    let take = || {
        let door = TcpListener::bind(address)?;
        door.set_nonblocking(true)?;
        Ok(door)
    };
    take().map_err(Error::io("Seite anbieten", address.to_string()))
}

/// Serves until the future is dropped; the address stays taken as long as the door is open.
pub async fn serve(
    pipeline: &Pipeline,
    rules: &Arc<Rules>,
    vitals: Vitals,
    door: &TcpListener,
) -> Result<()> {
    let listener = door.try_clone().and_then(tokio::net::TcpListener::from_std);
    let listener = listener.map_err(Error::io("Seite anbieten", "Adresse"))?;
    // A database is waited for like a file.
    let desk = Arc::new(tokio::task::block_in_place(|| open(pipeline, rules, vitals))?);
    let watch = live::keep_looking(desk.clone());
    let index = search::keep_index(desk.clone());
    let pages = async {
        let service = router(desk).into_make_service_with_connect_info::<SocketAddr>();
        axum::serve(listener, service).await.map_err(Error::io("Seite anbieten", "axum"))
    };
    tokio::select! {
        result = pages => result,
        () = watch => Ok(()),
        () = index => Ok(()),
    }
}

fn open(pipeline: &Pipeline, rules: &Arc<Rules>, vitals: Vitals) -> Result<Desk> {
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
        vault: pipeline.read_vault()?,
        screens: picture::Screens::new(Engine::new(1, limits)),
        attempts: sign_on::Attempts::default(),
        openid: openid::Pending::default(),
        live: live::Feed::default(),
        vitals,
    })
}

/// One address and whom it is for.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// `get` or `post`.
    pub method: &'static str,
    /// Path with its parameters in braces.
    pub path: &'static str,
    /// Who is let in.
    pub who: Who,
}

/// The table of addresses: the router is made of it, and rights are read from it.
macro_rules! routes {
    ($($method:ident $path:literal => $handler:path, $who:expr;)+) => {
        /// Every address there is.
        pub const ROUTES: &[Route] =
            &[$(Route { method: stringify!($method), path: $path, who: $who }),+];

        fn addresses() -> Router<Arc<Desk>> {
            Router::new()$(.route($path, $method($handler)))+
        }
    };
}

routes! {
    get "/" => overview::page, Who::SignedOn;
    get "/live" => live::events, MAILROOM;
    get "/anmelden" => sign_on::page, Who::Everybody;
    post "/anmelden" => sign_on::sign_on, Who::Everybody;
    get "/anmelden/dienst" => openid::leave, Who::Everybody;
    get "/anmelden/zurueck" => openid::back, Who::Everybody;
    post "/abmelden" => sign_on::sign_off, Who::SignedOn;
    post "/sprache" => sign_on::language_chosen, Who::SignedOn;
    get "/stapel" => history::batches, MAILROOM;
    get "/stapel/{id}" => history::batch, MAILROOM;
    get "/stapel/{id}/{number}/klein.jpg" => picture::thumbnail, Who::SignedOn;
    get "/stapel/{id}/{number}/seite.jpg" => picture::page, Who::SignedOn;
    get "/schriftstueck/{id}" => history::document, READERS;
    get "/schriftstueck/{id}/{file}" => history::download, READERS;
    get "/nachbearbeitung" => review::list, REVIEWERS;
    get "/nachbearbeitung/weiter" => review::onto_next, REVIEWERS;
    get "/nachbearbeitung/{id}" => review::page, REVIEWERS;
    post "/nachbearbeitung/{id}/freigeben" => decide::accept, REVIEWERS;
    post "/nachbearbeitung/{id}/anhalten" => decide::hold, REVIEWERS;
    post "/nachbearbeitung/{id}/zurueck" => decide::undo, REVIEWERS;
    post "/nachbearbeitung/{id}/schnitt" => recut::act, REVIEWERS;
    post "/nachbearbeitung/{id}/neuscan" => recut::rescan, REVIEWERS;
    post "/nachbearbeitung/{id}/halten" => review::keep, REVIEWERS;
    get "/stichprobe" => sample::list, WORKERS;
    get "/stichprobe/weiter" => sample::onto_next, WORKERS;
    get "/stichprobe/{id}" => sample::page, WORKERS;
    post "/stichprobe/{id}/gut" => sample::good, WORKERS;
    post "/stichprobe/{id}/fehler" => sample::bad, WORKERS;
    get "/suche" => search::page, READERS;
    get "/suche/{id}" => search::found, READERS;
    get "/angehalten" => held::page, Who::SignedOn;
    post "/angehalten/{id}/nachbearbeitung" => held::to_review, Who::SignedOn;
    post "/angehalten/stapel/{id}" => held::batch_goes_on, WORKERS;
    get "/posteingang" => inbox::list, Who::SignedOn;
    get "/posteingang/{department}/{id}" => inbox::letter, Who::SignedOn;
    post "/posteingang/{department}/{id}/{act}" => inbox::act, Who::SignedOn;
    get "/ruecklaeufer" => inbox::returned, REVIEWERS;
    post "/ruecklaeufer/{department}/{id}" => inbox::reassign, REVIEWERS;
    get "/posteingangsbuch" => book::page, WORKERS;
    post "/posteingangsbuch" => book::register, WORKERS;
    post "/posteingangsbuch/uebergabe" => book::hand_over, WORKERS;
    get "/posteingangsbuch/{id}" => book::label, WORKERS;
    get "/stationen" => station::first, MAILROOM;
    get "/stationen/{id}" => station::page, MAILROOM;
    post "/stationen/{id}/oeffnen" => station::open, OPERATORS;
    post "/stationen/{id}/karton" => station::take_box, OPERATORS;
    post "/stationen/{id}/eingelegt" => station::boxed, OPERATORS;
    post "/stationen/{id}/schliessen" => station::close, OPERATORS;
 get "/stationen/{id}/neuscan/{batch}/{number}" => station::slip, OPERATORS;
    post "/stationen/{id}/neugescannt" => station::rescanned, OPERATORS;
    post "/stationen/{id}/hochladen" => station::upload, OPERATORS;
    get "/originale" => originals::page, MAILROOM;
    post "/originale" => originals::put, WORKERS;
    get "/originale/{id}" => originals::one, MAILROOM;
    post "/originale/{id}/entnehmen" => originals::pull, WORKERS;
    post "/originale/{id}/sperre" => originals::keep, WORKERS;
    post "/originale/{id}/freigeben" => originals::release, WORKERS;
    get "/originale/{id}/protokoll.pdf" => originals::protocol, MAILROOM;
    get "/verwaltung" => admin::page, ADMINS;
    post "/verwaltung/ziele/{id}" => admin::test_target, ADMINS;
    get "/zahlen" => admin::figures, ADMINS;
    get "/api/v1/openapi.json" => api::description, Who::Everybody;
    get "/api/v1/overview" => api::overview, MAILROOM;
    get "/api/v1/batches" => api::batches, MAILROOM;
    get "/api/v1/batches/{id}" => api::batch, MAILROOM;
    get "/api/v1/batches/{id}/pages/{number}/image" => api::image, Who::SignedOn;
    get "/api/v1/documents" => api::documents, READERS;
    get "/api/v1/documents/{id}" => api::document, READERS;
    get "/api/v1/documents/{id}/events" => api::events, READERS;
    get "/api/v1/documents/{id}/files/{file}" => api::file, READERS;
    get "/api/v1/review" => api::review, REVIEWERS;
    post "/api/v1/review/{id}/approve" => api::approve, REVIEWERS;
    post "/api/v1/review/{id}/hold" => api::hold, REVIEWERS;
    post "/api/v1/review/{id}/undo" => api::undo, REVIEWERS;
    get "/api/v1/inbox/{department}" => api::inbox, Who::SignedOn;
    post "/api/v1/inbox/{department}/{id}/{act}" => api::inbox_act, Who::SignedOn;
    get "/assets/{name}" => assets::file, Who::Everybody;
    get "/healthz" => watch::alive, Who::Watchers;
    get "/readyz" => watch::ready, Who::Watchers;
    get "/metrics" => watch::metrics, Who::Watchers;
}

/// Whom an address is for; one that is not in the table is for nobody.
fn who(method: &str, path: &str) -> Who {
    // A browser asks with HEAD what it may ask with GET.
    let method = if method == "HEAD" { "GET" } else { method };
    let route = ROUTES.iter().find(|r| r.path == path && r.method.eq_ignore_ascii_case(method));
    route.map_or(Who::Roles(&[]), |route| route.who)
}

fn router(desk: Arc<Desk>) -> Router {
    addresses().fallback(trouble::nothing_there).layer(middleware::from_fn(headers)).with_state(desk)
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
