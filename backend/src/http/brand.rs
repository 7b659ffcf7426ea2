//! The colours and the logo of a client's pages, as files of the login domain.
//!
//! # Security model
//! The stylesheet is written from parsed colours, the picture's type from its bytes (`branding`); both say so, and
//! neither may run anything.

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::app::AppState;
use crate::branding::look::{self, Look};
use crate::pools::find_client;

/// Kept by a browser for an hour: the path has the version.
const CACHE: HeaderValue = HeaderValue::from_static("public, max-age=3600");
/// Of another version than the one that is asked for: a page that is open yet, or somebody's invention, of which no
/// cache needs a copy.
const NO_CACHE: HeaderValue = HeaderValue::from_static("no-store");

pub(super) async fn style(
    State(state): State<AppState>,
    Path((client, version)): Path<(String, String)>,
) -> Response {
    match find(&state, &client).await {
        Some(look) => answer(
            "text/css; charset=utf-8",
            cache(&look, &version),
            look.palette.css().into_bytes(),
        ),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

pub(super) async fn logo(
    State(state): State<AppState>,
    Path((client, version)): Path<(String, String)>,
) -> Response {
    let Some(look) = find(&state, &client).await else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let cache = cache(&look, &version);
    match look.logo {
        Some((kind, bytes)) => answer(kind.content_type(), cache, bytes),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn find(state: &AppState, client: &str) -> Option<Look> {
    let (pool, client) = find_client(state, client).await.ok()?;
    look::of_client(state, &pool, &client.id).await.ok()
}

fn cache(look: &Look, version: &str) -> HeaderValue {
    if look.version.to_string() == version {
        CACHE
    } else {
        NO_CACHE
    }
}

fn answer(kind: &'static str, cache: HeaderValue, bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, cache),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; sandbox"),
        ),
    ];
    (headers, bytes).into_response()
}
