//! `/confirmUser`: where a link in the message of a sign-up leads to.
//!
//! # Security model
//! A link that is opened confirms nothing by itself: programs open the links of mails, too, and would
//! confirm an address for whoever signed up with it. The page has a form, which is posted to the same address. It confirms and
//! signs nobody in, in whatever browser it is opened. Limits are those of `ConfirmSignUp`; what is wrong
//! is told in the same words for everybody.

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use axum::Extension;
use axum::body::Body;
use axum::extract::{RawForm, State};
use axum::http::{HeaderMap, Response, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse};
use base64ct::{Base64, Encoding};
use cognate_core::secret::Code;
use uuid::Uuid;

use super::login_pages::caller;
use super::peer::Peer;
use crate::app::{AppState, Caller};
use crate::error::ApiError;
use crate::html::escaped;
use crate::oauth::Parameters;
use crate::pools::find_client;
use crate::sign_in::Through;
use crate::sign_up::{self, Confirmation};

const STYLE: &str = include_str!("confirm_link.css");

/// The page's own style, by its hash, and nothing else.
static CSP: LazyLock<String> = LazyLock::new(|| {
    let hash = Base64::encode_string(digest(&SHA256, STYLE.as_bytes()).as_ref());
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
});

const INCOMPLETE: &str = "<h1>This link is not complete</h1>\
    <p>Open it from the message again, or copy all of it.</p>";

/// Whether the query is a link's, complete or not: the path alone is a page of the hosted UI, which asks for a code.
pub(super) fn is_one(query: &str) -> bool {
    query.contains("confirmation_code")
}

/// `GET`: asks.
pub(super) fn ask(uri: &Uri) -> Response<Body> {
    let given = Parameters::parse(uri.query().unwrap_or_default().as_bytes());
    let Some([client_id, user_name, code]) = of_link(&given) else {
        return page(StatusCode::BAD_REQUEST, INCOMPLETE);
    };
    let form = format!(
        "<h1>Confirm your address</h1>{who}<form method=\"post\" action=\"/confirmUser\">\
         <input type=\"hidden\" name=\"client_id\" value=\"{client_id}\">\
         <input type=\"hidden\" name=\"user_name\" value=\"{name}\">\
         <input type=\"hidden\" name=\"confirmation_code\" value=\"{code}\">\
         <button>Confirm</button></form>",
        who = who(user_name),
        client_id = escaped(client_id),
        name = escaped(user_name),
        code = escaped(code),
    );
    page(StatusCode::OK, &form)
}

/// Who signed up, if that is a name that people know themselves by: anybody can write a link, and sentences of theirs
/// would be ours.
fn who(user_name: &str) -> String {
    let is_name = user_name.len() <= 128 && !user_name.contains(char::is_whitespace);
    if !is_name || Uuid::try_parse(user_name).is_ok() {
        return String::new();
    }
    let name = escaped(user_name);
    format!("<p>You signed up as <strong>{name}</strong>. If that was you, confirm it.</p>")
}

/// `POST`: confirms.
pub(super) async fn confirm(
    State(state): State<AppState>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    RawForm(form): RawForm,
) -> Response<Body> {
    let given = Parameters::parse(&form);
    let Some(link) = of_link(&given) else {
        return page(StatusCode::BAD_REQUEST, INCOMPLETE);
    };
    let caller = caller(&state, peer, &headers);
    match confirm_sign_up(&state, &caller, link).await {
        Ok(()) => page(
            StatusCode::OK,
            "<h1>Your address is confirmed</h1><p>Go back to the app, and sign in there.</p>",
        ),
        Err(error) => {
            tracing::info!(code = error.code.name(), "a link did not confirm");
            page(
                StatusCode::BAD_REQUEST,
                "<h1>This link does not work</h1><p>It was used before, or is too old. Sign in, or have another one sent to you.</p>",
            )
        }
    }
}

async fn confirm_sign_up(
    state: &AppState,
    caller: &Caller,
    [client_id, user_name, code]: [&str; 3],
) -> Result<(), ApiError> {
    let found = find_client(state, client_id).await?;
    let confirmation = Confirmation {
        name: user_name,
        code: &Code::new(code.to_owned()),
        force_alias: false,
        session: None,
    };
    sign_up::confirm(state, caller, Through::from(&found), confirmation, None)
        .await
        .map(drop)
}

fn of_link(given: &Parameters) -> Option<[&str; 3]> {
    let one = |name: &str| {
        given
            .get(name)
            .ok()
            .flatten()
            .filter(|text| text.len() <= 2048)
    };
    Some([
        one("client_id")?,
        one("user_name")?,
        one("confirmation_code")?,
    ])
}

fn page(status: StatusCode, content: &str) -> Response<Body> {
    let html = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>Confirm your address</title><style>{STYLE}</style></head><body><main>{content}</main></body></html>\n"
    );
    let headers = [
        (header::CONTENT_SECURITY_POLICY, CSP.as_str()),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, Html(html)).into_response()
}
