//! For programs that watch the service: is it alive, is it ready, and in figures. No sign-on, no letter.
//!
//! They ask from this machine, or from an address that `[web] watchers` names, and never through a proxy: what
//! a proxy passes on comes from anywhere.

use super::rights::Who;
use super::{Desk, who};
use crate::error::Result;
use crate::intake::malware;
use crate::observe::metrics::{Figures, exposition};
use axum::extract::{ConnectInfo, FromRequestParts, MatchedPath};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Who waits longer for the ledger than this finds it not ready.
const PATIENCE: Duration = Duration::from_secs(5);
/// Headers by which a proxy says for whom it asks.
const PROXIED: [&str; 4] = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

/// A program that may watch.
#[derive(Debug)]
pub struct Watcher(Arc<Desk>);

impl FromRequestParts<Arc<Desk>> for Watcher {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, desk: &Arc<Desk>) -> std::result::Result<Self, Response> {
        let route = parts.extensions.get::<MatchedPath>().map_or("", |matched| matched.as_str());
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
        let direct = PROXIED.iter().all(|name| !parts.headers.contains_key(*name));
        let may = peer.is_some_and(|peer| may_watch(peer, direct, &desk.pipeline.desk.watchers));
        if who(parts.method.as_str(), route) == Who::Watchers && may {
            return Ok(Self(desk.clone()));
        }
        let text = "[web.not_a_watcher] Von dieser Adresse wird der Dienst nicht überwacht. Hinweis: unmittelbar \
                    fragen, von diesem Rechner oder von einer Adresse unter watchers in [web].\n";
        Err((StatusCode::FORBIDDEN, text).into_response())
    }
}

fn may_watch(peer: IpAddr, direct: bool, watchers: &[IpAddr]) -> bool {
    let peer = peer.to_canonical();
    direct && (peer.is_loopback() || watchers.contains(&peer))
}

/// `GET /healthz`: the process answers.
pub async fn alive(_: Watcher) -> &'static str {
    "ok\n"
}

/// `GET /readyz`: mail that comes now would be taken over and read; otherwise why not.
pub async fn ready(Watcher(desk): Watcher) -> Response {
    let asked = desk.clone();
    let look = tokio::task::spawn_blocking(move || reasons(&asked));
    let reasons = match tokio::time::timeout(PATIENCE, look).await {
        Ok(Ok(reasons)) => reasons,
        _ => {
            vec![("slow", format!("Journal oder Tresor antworten nicht in {} Sekunden.", PATIENCE.as_secs()))]
        }
    };
    let status = if reasons.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let list: Vec<_> = reasons.iter().map(|(code, text)| json!({ "code": code, "text": text })).collect();
    let answer = json!({ "ready": list.is_empty(), "reasons": list }).to_string();
    (status, [(CONTENT_TYPE, "application/json")], answer).into_response()
}

fn reasons(desk: &Desk) -> Vec<(&'static str, String)> {
    let failed = |result: Result<()>| result.err().map(|error| error.to_string());
    let mut reasons = Vec::new();
    reasons.extend(failed(desk.ledger.writable()).map(|text| ("ledger", text)));
    reasons.extend(failed(desk.vault.writable()).map(|text| ("vault", text)));
    reasons.extend(failed(desk.vitals.engine.ready()).map(|text| ("engine", text)));
    if let Some(scanner) = &desk.pipeline.malware {
        reasons.extend(failed(malware::ready(scanner)).map(|text| ("malware", text)));
    }
    let standing = desk.vitals.pulse.standing(Instant::now());
    if !standing.is_empty() {
        reasons.push(("loops", format!("Stillstand: {}.", standing.join(", "))));
    }
    reasons
}

/// `GET /metrics`
pub async fn metrics(Watcher(desk): Watcher) -> Response {
    match tokio::task::spawn_blocking(move || figures(&desk)).await {
        Ok(Ok(figures)) => {
            ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], exposition(&figures))
                .into_response()
        }
        Ok(Err(error)) => {
            crate::observe::trouble("metrics", &error);
            (StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn figures(desk: &Desk) -> Result<Figures> {
    let stations: Vec<String> = desk.pipeline.stations.iter().map(|s| s.id.clone()).collect();
    let free = |place: &'static str, path: &Path| {
        let disk = rustix::fs::statvfs(path).ok()?;
        Some((place, disk.f_bavail.saturating_mul(disk.f_frsize)))
    };
    // The disk of a server is its own to watch.
    let ledger_folder = desk.pipeline.ledger.file().map(|file| file.parent().unwrap_or(file));
    Ok(Figures {
        ledger: desk.ledger.watched(&stations)?,
        now: jiff::Timestamp::now().as_millisecond(),
        engine_restarts: desk.vitals.engine.restarts(),
        loops: desk.vitals.pulse.loops() as u64,
        loops_standing: desk.vitals.pulse.standing(Instant::now()).len() as u64,
        seal_until: desk.vitals.seal_until,
        free: [
            ledger_folder.and_then(|f| free("ledger", f)),
            desk.pipeline.vault.folder().and_then(|f| free("vault", f)),
        ]
        .into_iter()
        .flatten()
        .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_from_elsewhere_or_through_a_proxy_does_not_watch() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let named = [ip("10.0.0.7")];
        assert!(may_watch(ip("127.0.0.1"), true, &[]));
        assert!(may_watch(ip("::1"), true, &[]));
        assert!(may_watch(ip("::ffff:10.0.0.7"), true, &named));
        assert!(!may_watch(ip("10.0.0.8"), true, &named));
        assert!(!may_watch(ip("127.0.0.1"), false, &named), "a proxy on this machine asks for anybody");
    }
}
