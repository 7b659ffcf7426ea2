//! `GET` and `POST /oauth2/idpresponse`, the same with the name of a provider behind it, and `POST /saml2/idpresponse`: other identity
//! providers send the browser back here.
//!
//! # Security model
//! A form that another site posts comes without our cookies (`SameSite=Lax`). It is kept, bound to the transaction that
//! its `state` belongs to, and the browser asks again with a handle, which is good once and for a minute; that request
//! brings the cookie. Nothing is completed without it, but for what a SAML provider began (`oauth::unsolicited`). There is no
//! CORS here.

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Request, Response, StatusCode, Uri, header};
use axum::response::IntoResponse;

use super::cookies::{self, Cookies};
use super::login_pages::{caller, parameters, see_other, set};
use super::observe::Refused;
use super::peer::Peer;
use crate::app::{AppState, Caller};
use crate::error::{ApiError, ErrorType};
use crate::oauth::{
    self, Brought, CameBack, LoginTransaction, Parameters, Proceeding, Unsolicited,
};

/// The error page's word for a sign-in that is over, or another browser's.
const ENDED: &str = "sign_in_ended";

/// The address that a provider has for itself.
pub(super) const OWN: &str = "/oauth2/idpresponse/{provider}";

/// `GET /oauth2/idpresponse`
pub(super) async fn get(
    State(state): State<AppState>,
    at: Option<Path<String>>,
    peer: Option<Extension<Peer>>,
    uri: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    let given = parameters(&uri);
    let cookies = Cookies::read(&state, &headers);
    let caller = caller(&state, peer, &headers);
    let at = at.as_ref().map(|Path(name)| name.as_str());
    match come_back(&state, &caller, &cookies, Brought { given: &given, at }).await {
        Ok(response) => response,
        Err(error) => refused(&error),
    }
}

/// `POST /oauth2/idpresponse`
pub(super) async fn post(
    State(state): State<AppState>,
    at: Option<Path<String>>,
    peer: Option<Extension<Peer>>,
    request: Request<Body>,
) -> Response<Body> {
    let caller = caller(&state, peer, request.headers());
    let form = match form(request).await {
        Ok(form) => form,
        Err(status) => return status.into_response(),
    };
    let answer = match oauth::request_in(&form) {
        Some(request) => unsolicited(&state, &caller, &request, &form).await,
        None => {
            let kept = oauth::keep(&state, &form, at.map(|Path(name)| name)).await;
            kept.map(|location| see_other(&location))
        }
    };
    answer.unwrap_or_else(|error| refused(&error))
}

/// What a provider let the browser post.
pub(super) async fn form(request: Request<Body>) -> Result<Parameters, StatusCode> {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let is_form = kind
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    if !is_form {
        return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let body = axum::body::to_bytes(request.into_body(), oauth::LONGEST_FORM).await;
    let body = body.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
    Ok(Parameters::parse(&body))
}

/// A provider began by itself: there is no cookie that it could be bound to, and the browser gets its first here.
async fn unsolicited(
    state: &AppState,
    caller: &Caller,
    request: &Parameters,
    form: &Parameters,
) -> Result<Response<Body>, ApiError> {
    Ok(
        match oauth::unsolicited(state, caller, request, form).await? {
            Unsolicited::Proceeding(_, Proceeding::App(done)) => {
                let mut response = see_other(&done.location);
                set(&mut response, cookies::set_session(state, &done.sso));
                response
            }
            Unsolicited::Proceeding(begun, Proceeding::Page(location)) => {
                let mut response = see_other(&location);
                set(&mut response, cookies::set_transaction(state, &begun));
                response
            }
            Unsolicited::Refused(location) => see_other(&location),
        },
    )
}

async fn come_back(
    state: &AppState,
    caller: &Caller,
    cookies: &Cookies,
    brought: Brought<'_>,
) -> Result<Response<Body>, ApiError> {
    let given = brought.given;
    let handle = oauth::handle_of(given);
    let id = match &handle {
        Some((id, _)) => id,
        None => oauth::transaction_of(given).unwrap_or_default(),
    };
    let transaction = LoginTransaction::find(state, id, cookies.transaction(id)).await?;
    let posted = match &handle {
        Some((_, handle)) => Some(oauth::taken(state, &transaction, handle).await?),
        None => None,
    };
    let older = cookies.session(&transaction.pool.id);
    let brought = posted.as_ref().map_or(brought, |posted| Brought {
        given: &posted.form,
        at: posted.at.as_deref(),
    });
    Ok(
        match oauth::come_back(state, caller, transaction, brought, older).await? {
            CameBack::Proceeding(Proceeding::App(done)) => {
                let mut response = see_other(&done.location);
                set(&mut response, cookies::set_session(state, &done.sso));
                set(&mut response, cookies::forget_transaction(state, id));
                response
            }
            CameBack::Proceeding(Proceeding::Page(location)) => see_other(&location),
            CameBack::Ended(location) => {
                let mut response = see_other(&location);
                set(&mut response, cookies::forget_transaction(state, id));
                response
            }
        },
    )
}

fn refused(error: &ApiError) -> Response<Body> {
    let code = match error.code {
        ErrorType::LoginTransactionNotFound => ENDED,
        _ => "server_error",
    };
    let mut response = see_other(&format!("/error?error={code}"));
    response.extensions_mut().insert(Refused(code));
    response
}
