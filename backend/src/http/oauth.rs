//! `/oauth2/token`, `/oauth2/revoke`, `/oauth2/userInfo`: called by apps and their servers. They read
//! no cookie.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header};
use axum::response::IntoResponse;
use cognate_core::secret::AccessToken;
use serde_json::json;

use super::json_api;
use crate::app::AppState;
use crate::oauth::{self, OAuthError, OAuthErrorCode, Parameters};

/// `POST /oauth2/token`
pub(super) async fn token(State(state): State<AppState>, request: Request<Body>) -> Response<Body> {
    let (authorization, form) = match read(request).await {
        Ok(read) => read,
        Err(error) => return refusal(&error, false),
    };
    match oauth::token(&state, authorization.as_deref(), &form).await {
        Ok(answer) => not_kept(Json(answer).into_response()),
        Err(error) => refusal(&error, authorization.is_some()),
    }
}

/// `POST /oauth2/revoke`
pub(super) async fn revoke(
    State(state): State<AppState>,
    request: Request<Body>,
) -> Response<Body> {
    let (authorization, form) = match read(request).await {
        Ok(read) => read,
        Err(error) => return refusal(&error, true),
    };
    match oauth::revoke(&state, authorization.as_deref(), &form).await {
        Ok(()) => not_kept(StatusCode::OK.into_response()),
        Err(error) => refusal(&error, true),
    }
}

/// `GET` and `POST /oauth2/userInfo` (OpenID Connect Core, 5.3), with the token in the
/// `Authorization` header (RFC 6750).
pub(super) async fn user_info(State(state): State<AppState>, headers: HeaderMap) -> Response<Body> {
    let token = bearer(&headers);
    let Some(token) = token else {
        return bearer_refusal(
            StatusCode::BAD_REQUEST,
            &OAuthError::invalid_request("Bad OAuth2 request at UserInfo Endpoint"),
        );
    };
    match oauth::user_info(&state, &token).await {
        Ok(claims) => not_kept(Json(claims).into_response()),
        Err(error) if error.code == OAuthErrorCode::InvalidToken => {
            bearer_refusal(StatusCode::UNAUTHORIZED, &error)
        }
        Err(error) => refusal(&error, false),
    }
}

async fn read(request: Request<Body>) -> Result<(Option<String>, Parameters), OAuthError> {
    let (head, body) = request.into_parts();
    let headers = &head.headers;
    let is_form = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .and_then(|kind| kind.split(';').next())
        .is_some_and(|kind| {
            kind.trim()
                .eq_ignore_ascii_case("application/x-www-form-urlencoded")
        });
    if !is_form {
        return Err(OAuthError::invalid_request(
            "The request must be a form (application/x-www-form-urlencoded).",
        ));
    }
    let body = json_api::body(body)
        .await
        .map_err(|error| OAuthError::invalid_request(error.message))?;
    let authorization = match headers.get(header::AUTHORIZATION) {
        None => None,
        Some(value) => Some(
            value
                .to_str()
                .map_err(|_| OAuthError::invalid_client())?
                .to_owned(),
        ),
    };
    Ok((authorization, Parameters::parse(&body)))
}

fn bearer(headers: &HeaderMap) -> Option<AccessToken> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty())
        .then(|| AccessToken::new(token.to_owned()))
}

/// RFC 6749, 5.2: a client that failed to prove itself by `Authorization` gets 401 and is told how.
fn refusal(error: &OAuthError, is_unauthorized: bool) -> Response<Body> {
    let status = match error.code {
        OAuthErrorCode::InvalidClient if is_unauthorized => StatusCode::UNAUTHORIZED,
        OAuthErrorCode::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    };
    let body = json!({ "error": error.code.name(), "error_description": error.description });
    let mut response = (status, Json(body)).into_response();
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(
            header::WWW_AUTHENTICATE,
            HeaderValue::from_static("Basic realm=\"oauth2\", charset=\"UTF-8\""),
        );
    }
    not_kept(response)
}

fn bearer_refusal(status: StatusCode, error: &OAuthError) -> Response<Body> {
    let body = json!({ "error": error.code.name(), "error_description": error.description });
    let mut response = (status, Json(body)).into_response();
    let how = format!(
        "Bearer error=\"{}\", error_description=\"{}\"",
        error.code.name(),
        error.description
    );
    if let Ok(how) = HeaderValue::from_str(&how) {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, how);
    }
    not_kept(response)
}

fn not_kept(mut response: Response<Body>) -> Response<Body> {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    response
}
