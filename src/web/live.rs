//! What is going on now, pushed to every open overview. Looked at and written as HTML once for all of them.

use super::overview::LivePart;
use super::trouble::Answer;
use super::visit::Visit;
use super::words::{Language, town_time};
use super::{Desk, trouble::Spoken};
use askama::Template;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// How often is looked.
const EVERY: Duration = Duration::from_secs(2);

/// The live part in each language of [`Language::ALL`].
type Written = Arc<[String; 2]>;

/// The newest live part; whoever waits is told when it changes.
#[derive(Debug)]
pub struct Feed(watch::Sender<Written>);

impl Default for Feed {
    fn default() -> Self {
        Self(watch::Sender::new(Arc::new([String::new(), String::new()])))
    }
}

impl Feed {
    /// As it is now; looked at first if nobody did yet.
    pub fn now(&self, desk: &Desk, language: Language) -> crate::error::Result<String> {
        let at = Language::ALL.iter().position(|l| *l == language).unwrap_or(0);
        if self.0.borrow()[at].is_empty() {
            self.0.send_replace(Arc::new(look(desk)?));
        }
        Ok(self.0.borrow()[at].clone())
    }
}

/// Looks again and again; trouble is reported and looked past.
pub async fn keep_looking(desk: Arc<Desk>) {
    loop {
        let asked = desk.clone();
        match tokio::task::spawn_blocking(move || look(&asked)).await {
            Ok(Ok(written)) => {
                desk.live.0.send_if_modified(|old| {
                    let changed = **old != written;
                    if changed {
                        *old = Arc::new(written);
                    }
                    changed
                });
            }
            Ok(Err(error)) => crate::observe::trouble("web", &error),
            Err(_) => return,
        }
        tokio::time::sleep(EVERY).await;
    }
}

fn look(desk: &Desk) -> crate::error::Result<[String; 2]> {
    let targets: Vec<String> = desk.pipeline.targets.iter().map(|t| t.id.clone()).collect();
    let live = desk.ledger.live(&midnight(), &targets)?;
    let write = |language: Language| LivePart::new(desk, language, &live)?.render().map_err(written_wrong);
    Ok([write(Language::ALL[0])?, write(Language::ALL[1])?])
}

fn written_wrong(error: askama::Error) -> crate::error::Error {
    crate::error::Error::Format(error.to_string())
}

/// The first moment of the town's day, UTC.
pub fn midnight() -> String {
    let now = jiff::Zoned::now().with_time_zone(town_time());
    let start = now.start_of_day().unwrap_or(now);
    start.timestamp().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// `GET /live`: the overview's live part whenever it changes.
pub async fn events(visit: Visit) -> Answer {
    let at = Language::ALL.iter().position(|l| *l == visit.w.language).unwrap_or(0);
    let changes = visit.desk.live.0.subscribe();
    let changes = stream::unfold(changes, move |mut changes| async move {
        changes.changed().await.ok()?;
        let html = changes.borrow_and_update()[at].clone();
        Some((Ok::<_, Infallible>(Event::default().data(html)), changes))
    });
    Ok::<_, Spoken>(Sse::new(changes).keep_alive(KeepAlive::default()).into_response())
}
