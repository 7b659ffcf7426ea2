//! `GET /oauth2/authorize`, `GET /logout`, and the hosted pages opened with authorize's parameters:
//! what reads and sets the login domain's cookies by navigation.

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, Uri, header};
use axum::response::IntoResponse;
use uuid::Uuid;

use super::cookies::{self, Cookies};
use super::observe::Refused;
use super::peer::Peer;
use super::{hosted_ui, proxy};
use crate::app::{AppState, Caller};
use crate::oauth::{self, OAuthErrorCode, Outcome, Page, Parameters};
use crate::pools;

/// `GET /oauth2/authorize`
pub(super) async fn authorize(
    State(state): State<AppState>,
    peer: Option<Extension<Peer>>,
    uri: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    let caller = caller(&state, peer, &headers);
    begin(&state, &caller, Page::Login, &parameters(&uri), &headers).await
}

/// `GET` of a page that a sign-in can begin with: for a transaction; opened with an app's request
/// instead, it begins one.
pub(super) async fn open(
    State(state): State<AppState>,
    peer: Option<Extension<Peer>>,
    page: Page,
    uri: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    let given = parameters(&uri);
    if given.has("client_id") && !given.has("txn") {
        let caller = caller(&state, peer, &headers);
        return begin(&state, &caller, page, &given, &headers).await;
    }
    let has_form = page != Page::Login || has_password_form(&state, &given).await;
    let file = if has_form { page.path() } else { WITHOUT_FORM };
    hosted_ui::page(&state, file, &headers).await
}

/// Whether the page comes with the form for a password in its HTML, before its script. The query's word for which
/// client it is suffices: a wrong one changes what is drawn first.
async fn has_password_form(state: &AppState, given: &Parameters) -> bool {
    let Ok(Some(client_id)) = given.get("client_id") else {
        return true;
    };
    match pools::find_client(state, client_id).await {
        Ok((_, client)) => client.settings.oauth.supports_pool_users(),
        Err(_) => true,
    }
}

/// The page that has no file of its own, which says that it is waiting.
const WITHOUT_FORM: &str = "/";

/// `GET /logout`
pub(super) async fn logout(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    let given = parameters(&uri);
    let browser = Cookies::read(&state, &headers).browser(&headers);
    let signed_out = match oauth::log_out(&state, &given, &browser).await {
        Ok(signed_out) => signed_out,
        Err(error) => return error_page(error.code, None),
    };
    let mut response = match signed_out.location {
        Ok(location) => see_other(&location),
        Err(code) => error_page(code, given.get("client_id").ok().flatten()),
    };
    if let Some(pool_id) = &signed_out.pool_id {
        set(&mut response, cookies::forget_session(&state, pool_id));
    }
    response
}

async fn begin(
    state: &AppState,
    caller: &Caller,
    page: Page,
    given: &Parameters,
    headers: &HeaderMap,
) -> Response<Body> {
    let cookies = Cookies::read(state, headers);
    let forget = cookies.forget_oldest(state);
    let browser = cookies.browser(headers);
    match oauth::authorize(state, caller, page, given, &browser).await {
        Outcome::Page {
            transaction: begun,
            path,
        } => {
            let query = given.without("txn").encoded();
            let mut response = see_other(&format!("{path}?{query}&txn={}", begun.id));
            for line in forget {
                set(&mut response, Some(line));
            }
            set(&mut response, cookies::set_transaction(state, &begun));
            response
        }
        Outcome::Provider {
            transaction: begun,
            location,
        } => {
            let mut response = see_other(&location);
            // The window may be one that the app opened for this: a page of the provider's is not to send the app elsewhere, as none of
            // ours can.
            response.headers_mut().insert(
                HeaderName::from_static("cross-origin-opener-policy"),
                HeaderValue::from_static("same-origin"),
            );
            for line in forget {
                set(&mut response, Some(line));
            }
            set(&mut response, cookies::set_transaction(state, &begun));
            response
        }
        Outcome::App { location, sso } => {
            let mut response = see_other(&location);
            if let Some(sso) = &sso {
                set(&mut response, cookies::set_session(state, sso));
            }
            response
        }
        Outcome::Refused { code, client_id } => error_page(code, client_id.as_deref()),
    }
}

pub(super) fn caller(
    state: &AppState,
    peer: Option<Extension<Peer>>,
    headers: &HeaderMap,
) -> Caller {
    let peer = peer.map_or(Peer::UNKNOWN, |Extension(peer)| peer);
    Caller {
        peer: proxy::caller(&state.config.proxies, peer, headers),
        access_key_id: None,
        request_id: Uuid::new_v4().to_string(),
    }
}

pub(super) fn parameters(uri: &Uri) -> Parameters {
    Parameters::parse(uri.query().unwrap_or_default().as_bytes())
}

pub(super) fn error_page(code: OAuthErrorCode, client_id: Option<&str>) -> Response<Body> {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("error", code.name());
    if let Some(client_id) = client_id {
        query.append_pair("client_id", client_id);
    }
    let mut response = see_other(&format!("/error?{}", query.finish()));
    response.extensions_mut().insert(Refused(code.name()));
    response
}

/// 303, never kept: the next request may get another answer.
pub(super) fn see_other(location: &str) -> Response<Body> {
    let Ok(location) = HeaderValue::from_str(location) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let headers = [
        (header::LOCATION, location),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}

pub(super) fn set(response: &mut Response<Body>, line: Option<HeaderValue>) {
    if let Some(line) = line {
        response.headers_mut().append(header::SET_COOKIE, line);
    }
}
