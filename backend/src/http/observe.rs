//! What is written down of every request: one line in the log, and two numbers among the metrics.
//!
//! # Security model
//! What was asked, how it ended and how long it took; never who asked, for whom, or with what. All words are
//! of closed sets: names of operations, patterns of paths, names of errors, status codes. A path that is
//! not served is `unknown`, whatever it says.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use uuid::Uuid;

use super::{json_api, login_operations};
use crate::app::AppState;

/// The id of a request, in its line of the log and in its answer.
#[derive(Debug, Clone)]
pub(super) struct RequestId(pub(super) String);

impl RequestId {
    /// The one that the request was given, or a new one.
    pub(super) fn of<B>(request: &axum::http::Request<B>) -> Self {
        let given = request.extensions().get::<Self>();
        given.cloned().unwrap_or_else(Self::new)
    }

    fn new() -> Self {
        Self(Uuid::new_v4().to_string())
    }
}

/// How an operation ended, where its status code does not say it: the name of its error.
#[derive(Debug, Clone, Copy)]
pub(super) struct Refused(pub(super) &'static str);

/// Gives a request its id, and writes down how it ended.
pub(super) async fn observe(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let begun = Instant::now();
    let id = RequestId::new();
    request.extensions_mut().insert(id.clone());
    let operation = operation(&request);
    let response = next.run(request).await;
    let took = begun.elapsed();
    let status = response.status();
    let outcome = match response.extensions().get::<Refused>() {
        Some(Refused(name)) => name,
        None if status.is_client_error() => "refused",
        None if status.is_server_error() => "failed",
        None => "ok",
    };
    state.metrics.count(&operation, outcome, took);
    tracing::info!(
        request_id = id.0,
        operation,
        outcome,
        status = status.as_u16(),
        micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
    );
    response
}

/// What is asked for: an operation's name, or the pattern of a path.
fn operation(request: &Request) -> String {
    let path = request.extensions().get::<MatchedPath>();
    match path.map(MatchedPath::as_str) {
        Some("/") if request.method() == Method::POST => json_api::operation(request)
            .map_or("unknown", |operation| operation.name)
            .to_owned(),
        Some(login_operations::PATH) => {
            let operation = login_operations::operation(request.uri().path());
            format!("login/{}", operation.unwrap_or("unknown"))
        }
        Some(path) => path.to_owned(),
        None => "unknown".to_owned(),
    }
}
