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

/// Kept by a browser for an hour; the path has the version, which only a browser minds.
const CACHE: HeaderValue = HeaderValue::from_static("public, max-age=3600");

pub(super) async fn style(
    State(state): State<AppState>,
    Path((client, _)): Path<(String, String)>,
) -> Response {
    match find(&state, &client).await {
        Some(look) => answer("text/css; charset=utf-8", look.palette.css().into_bytes()),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

pub(super) async fn logo(
    State(state): State<AppState>,
    Path((client, _)): Path<(String, String)>,
) -> Response {
    match find(&state, &client).await.and_then(|look| look.logo) {
        Some((kind, bytes)) => answer(kind.content_type(), bytes),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn find(state: &AppState, client: &str) -> Option<Look> {
    let (pool, client) = find_client(state, client).await.ok()?;
    look::of_client(state, &pool, &client.id).await.ok()
}

fn answer(kind: &'static str, bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, CACHE),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; sandbox"),
        ),
    ];
    (headers, bytes).into_response()
}
