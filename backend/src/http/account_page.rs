//! The account page: `GET /account`, the way to sign in for it, and `POST /_cognate/account/{operation}`.
//!
//! # Security model
//! The rules of `login_operations`: JSON, our own `Origin`, `Sec-Fetch-Site: same-origin`, and a header of ours, here
//! `X-Cognate-Client`, which no other origin can send because there is no CORS. Then the cookie of the browser's session. Opening
//! an address changes nothing but that a sign-in begins.

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Request, Response, Uri};

use super::cookies::{self, Cookies};
use super::login_operations::{from_our_page, json};
use super::login_pages::{caller, error_page, parameters, see_other, set};
use super::observe::RequestId;
use super::peer::Peer;
use super::{answer, hosted_ui, json_api};
use crate::api::account_page;
use crate::app::AppState;
use crate::error::ApiError;
use crate::oauth::{self, AtAccount, OAuthErrorCode};

/// The page.
pub(super) const PAGE: &str = "/account";
/// Where the page sends who has to sign in for it.
pub(super) const SIGN_IN: &str = "/_cognate/account/sign-in";
/// The path of the operations.
pub(super) const PATH: &str = "/_cognate/account/{operation}";

/// `GET /account`
pub(super) async fn page(State(state): State<AppState>, headers: HeaderMap) -> Response<Body> {
    hosted_ui::page(&state, PAGE, &headers).await
}

/// `GET /_cognate/account/sign-in?client_id=...`
pub(super) async fn sign_in(
    State(state): State<AppState>,
    peer: Option<Extension<Peer>>,
    uri: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    let given = parameters(&uri);
    let (Ok(client_id), Ok(lang)) = (given.required("client_id"), given.get("lang")) else {
        return error_page(OAuthErrorCode::InvalidRequest, None);
    };
    let caller = caller(&state, peer, &headers);
    let forget = Cookies::read(&state, &headers).forget_oldest(&state);
    match oauth::begin_sign_in(&state, &caller, client_id, lang).await {
        Ok(begun) => {
            let query = form_urlencoded::Serializer::new(String::new())
                .append_pair("client_id", client_id)
                .append_pair("txn", &begun.id)
                .finish();
            let mut response = see_other(&format!("/login?{query}"));
            for line in forget {
                set(&mut response, Some(line));
            }
            set(&mut response, cookies::set_transaction(&state, &begun));
            response
        }
        Err(error) => error_page(error.code, Some(client_id)),
    }
}

/// `POST /_cognate/account/{operation}`
pub(super) async fn call(
    State(state): State<AppState>,
    Path(operation): Path<String>,
    request: Request<Body>,
) -> Response<Body> {
    let request_id = RequestId::of(&request).0;
    let result = answer_to(&state, &operation, request).await;
    answer::for_page(result, &request_id)
}

async fn answer_to(
    state: &AppState,
    operation: &str,
    request: Request<Body>,
) -> Result<(Vec<u8>, Vec<HeaderValue>), ApiError> {
    let (head, body) = request.into_parts();
    let client_id = from_our_page(state, &head.headers, "x-cognate-client")?;
    let body = json_api::body(body).await?;
    let cookies = Cookies::read(state, &head.headers);
    let mut lines = cookies.forget_oldest(state);
    let at = AtAccount::find(state, client_id, &cookies.browser(&head.headers)).await?;
    let body = json(&body)?;
    let peer = head.extensions.get::<Peer>().copied().map(Extension);
    let caller = caller(state, peer, &head.headers);
    let answered = account_page::call(state, &caller, &at, operation, body).await?;
    match &answered.begun {
        Some(begun) => lines.extend(cookies::set_transaction(state, begun)),
        None => lines.clear(),
    }
    if answered.is_signed_out {
        lines.extend(cookies::forget_session(state, &at.pool.id));
    }
    Ok((answered.body, lines))
}
