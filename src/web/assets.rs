//! The style sheet and the script, in the program; named by their content, so that browsers may keep them.

use crate::model::hash::ContentHash;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use std::sync::LazyLock;

static STYLE: &str = include_str!("assets/style.css");
static SCRIPT: &str = include_str!("assets/desk.js");

/// Address of the style sheet.
pub static STYLE_AT: LazyLock<String> = LazyLock::new(|| address(STYLE, "css"));
/// Address of the script.
pub static SCRIPT_AT: LazyLock<String> = LazyLock::new(|| address(SCRIPT, "js"));

fn address(content: &str, ending: &str) -> String {
    format!("/assets/{}.{ending}", &ContentHash::of(content.as_bytes()).hex()[..16])
}

/// `GET /assets/…`
pub async fn file(Path(name): Path<String>) -> Response {
    let path = format!("/assets/{name}");
    let (kind, content) = if path == *STYLE_AT {
        ("text/css; charset=utf-8", STYLE)
    } else if path == *SCRIPT_AT {
        ("text/javascript; charset=utf-8", SCRIPT)
    } else {
        return StatusCode::NOT_FOUND.into_response();
    };
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "public, max-age=31536000, immutable")], content).into_response()
}
