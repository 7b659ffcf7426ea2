//! `PUT /_cognate/import/JOB?upload=SECRET` takes the file of an import job; `GET /_cognate/import/JOB/report`,
//! signed as every operation of administrators, gives the report about it.
//!
//! The first is the address that `CreateUserImportJob` answers; clients `PUT` to it as to the object store that
//! the service uses, and are refused in the form of that (XML with a `Code`).

use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{Method, Request, Response, StatusCode, header};
use axum::response::IntoResponse;
use futures_util::{StreamExt, stream};
use serde::Deserialize;

use super::observe::RequestId;
use super::peer::Peer;
use super::{answer, json_api};
use crate::app::AppState;
use crate::contract::Service;
use crate::error::ApiError;
use crate::import::report;
use crate::import::upload::{PATH, Upload, UploadError};

pub(super) const FILE: &str = "/_cognate/import/{job}";
pub(super) const REPORT: &str = "/_cognate/import/{job}/report";

/// For how long a file may be on its way: as long as its address is good.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// How long an answer to a request may take, where that is longer than for the others: while a file is sent. Whether
/// its address is a job's is known before anything of it is read.
pub(crate) fn patience<B>(request: &Request<B>) -> Option<Duration> {
    let job = request.uri().path().strip_prefix(PATH)?;
    (request.method() == Method::PUT && !job.contains('/')).then_some(PATIENCE)
}

#[derive(Deserialize)]
pub(super) struct Secret {
    #[serde(default)]
    upload: String,
}

pub(super) async fn put(
    State(state): State<AppState>,
    Path(job): Path<String>,
    Query(secret): Query<Secret>,
    request: Request<Body>,
) -> Response<Body> {
    match take(&state, &job, &secret, request.into_body()).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(error) => refusal(&error),
    }
}

async fn take(state: &AppState, job: &str, secret: &Secret, body: Body) -> Result<(), UploadError> {
    let mut upload = Upload::begin(state, job, &secret.upload).await?;
    let mut body = body.into_data_stream();
    while let Some(bytes) = body.next().await {
        let written = match bytes {
            Ok(bytes) => upload.write(&bytes).await,
            Err(_) => Err(UploadError::Interrupted),
        };
        if let Err(error) = written {
            upload.abandon().await;
            return Err(error);
        }
    }
    upload.finish().await
}

fn refusal(error: &UploadError) -> Response<Body> {
    let (status, code) = match error {
        UploadError::Forbidden => (StatusCode::FORBIDDEN, "AccessDenied"),
        UploadError::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "EntityTooLarge"),
        UploadError::Interrupted => (StatusCode::BAD_REQUEST, "IncompleteBody"),
        UploadError::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "InternalError"),
    };
    let body =
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code></Error>\n");
    let kind = [(header::CONTENT_TYPE, "application/xml")];
    (status, kind, body).into_response()
}

pub(super) async fn get_report(
    State(state): State<AppState>,
    Path(job): Path<String>,
    request: Request<Body>,
) -> Response<Body> {
    let request_id = RequestId::of(&request).0;
    match begin_report(&state, &job, request).await {
        Ok(()) => lines(state, job),
        Err(error) => answer::of(Err(error), &request_id),
    }
}

async fn begin_report(state: &AppState, job: &str, request: Request<Body>) -> Result<(), ApiError> {
    let (head, body) = request.into_parts();
    let body = json_api::body(body).await?;
    let peer = head.extensions.get::<Peer>();
    let peer = peer.map_or(Peer::UNKNOWN, |peer| *peer);
    json_api::check_signature(state, Service::UserPools, &head, peer, &body)?;
    let found = state.store.import_job(job).await?;
    found
        .map(drop)
        .ok_or_else(|| ApiError::resource_not_found("The user import job does not exist."))
}

/// Read as they are sent: a report may have as many lines as its file.
fn lines(state: AppState, job: String) -> Response<Body> {
    let lines = stream::try_unfold((state, job, 0), |(state, job, last)| async move {
        let page = report::after(&state, &job, last).await?;
        Ok::<_, ApiError>(page.map(|(last, lines)| (lines, (state, job, last))))
    });
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, Body::from_stream(lines)).into_response()
}
