//! One page for staff: the queue. Read only; listens where the configuration says.

use crate::error::{Error, Result};
use crate::ledger::{Ledger, QueueRow};
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use std::net::SocketAddr;
use std::sync::Arc;

/// Batches shown.
const ROWS_MAX: u32 = 200;

#[derive(Template)]
#[template(path = "queue.html")]
struct QueuePage {
    town: String,
    rows: Vec<QueueRow>,
    counts: Vec<(String, u64)>,
}

#[derive(Debug)]
struct Shown {
    ledger: Ledger,
    town: String,
}

/// Serves until the future is dropped.
pub async fn serve(ledger: &Ledger, town: String, address: SocketAddr) -> Result<()> {
    // A ledger of its own: its reader never waits for the workers'.
    let ledger = Ledger::open(ledger.path(), ledger.tenant())?;
    let router = Router::new().route("/", get(queue)).with_state(Arc::new(Shown { ledger, town }));
    let listener = tokio::net::TcpListener::bind(address)
        .await
        .map_err(Error::io("Seite anbieten", address.to_string()))?;
    axum::serve(listener, router).await.map_err(Error::io("Seite anbieten", address.to_string()))
}

async fn queue(State(shown): State<Arc<Shown>>) -> Response {
    let page = tokio::task::spawn_blocking(move || {
        let rows = shown.ledger.queue(ROWS_MAX)?;
        let counts = shown.ledger.overview()?.documents.into_iter().collect();
        let page = QueuePage { town: shown.town.clone(), rows, counts };
        page.render().map_err(|e| Error::Format(e.to_string()))
    });
    match page.await {
        Ok(Ok(html)) => Html(html).into_response(),
        Ok(Err(error)) => (StatusCode::SERVICE_UNAVAILABLE, error.to_string()).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
