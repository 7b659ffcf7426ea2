//! `/oauth2/token`, `/oauth2/revoke`, `/oauth2/par`, `/oauth2/userInfo`: called by apps and their servers. They read
//! no cookie.

use std::net::IpAddr;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{
    Extensions, HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header,
};
use axum::middleware::Next;
use axum::response::IntoResponse;
use cognate_core::secret::AccessToken;
use serde_json::json;

use super::observe::{Refused, RequestId};
use super::peer::Peer;
use super::{json_api, proxy};
use crate::app::{AppState, Caller};
use crate::oauth::{self, Credentials, OAuthError, OAuthErrorCode, Parameters, Proof, dpop};

/// `POST /oauth2/token`
pub(super) async fn token(State(state): State<AppState>, request: Request<Body>) -> Response<Body> {
    let (credentials, form) = match read(&state, request, "/oauth2/token").await {
        Ok(read) => read,
        Err(error) => return refusal(&error, false),
    };
    match oauth::token(&state, &credentials, &form).await {
        Ok(answer) => not_kept(Json(answer).into_response()),
        Err(error) => refusal(&error, credentials.authorization.is_some()),
    }
}

/// `POST /oauth2/revoke`
pub(super) async fn revoke(
    State(state): State<AppState>,
    request: Request<Body>,
) -> Response<Body> {
    let (credentials, form) = match read(&state, request, "/oauth2/revoke").await {
        Ok(read) => read,
        Err(error) => return refusal(&error, true),
    };
    match oauth::revoke(&state, &credentials, &form).await {
        Ok(()) => not_kept(StatusCode::OK.into_response()),
        Err(error) => refusal(&error, true),
    }
}

/// `POST /oauth2/par`
pub(super) async fn push(State(state): State<AppState>, request: Request<Body>) -> Response<Body> {
    let caller = Caller {
        peer: address_of(&state, request.extensions(), request.headers()),
        access_key_id: None,
        request_id: RequestId::of(&request).0,
    };
    let (credentials, form) = match read(&state, request, "/oauth2/par").await {
        Ok(read) => read,
        Err(error) => return refusal(&error, false),
    };
    match oauth::push(&state, &caller, &credentials, &form).await {
        Ok(pushed) => not_kept((StatusCode::CREATED, Json(pushed)).into_response()),
        Err(error) => refusal(&error, credentials.authorization.is_some()),
    }
}

/// `GET` and `POST /oauth2/userInfo` (OpenID Connect Core, 5.3), with the token in the
/// `Authorization` header (RFC 6750), and the proof of its key in `DPoP` (RFC 9449, 7.1).
pub(super) async fn user_info(
    State(state): State<AppState>,
    method: Method,
    headers: HeaderMap,
) -> Response<Body> {
    let method = if method == Method::POST {
        "POST"
    } else {
        "GET"
    };
    let scheme = headers.get(header::AUTHORIZATION).and_then(Scheme::of);
    let proof = proof(&headers, method, "/oauth2/userInfo");
    let (token, proof) = match (scheme, proof) {
        (Some((Scheme::Bearer, token)), _) => (token, None),
        (Some((Scheme::DPoP, token)), Ok(Some(proof))) => (token, Some(proof)),
        (Some((Scheme::DPoP, _)), Ok(None)) => {
            return challenge(StatusCode::UNAUTHORIZED, &dpop::refused());
        }
        (Some((Scheme::DPoP, _)), Err(error)) => {
            return challenge(StatusCode::UNAUTHORIZED, &error);
        }
        (None, _) => {
            return challenge(
                StatusCode::BAD_REQUEST,
                &OAuthError::invalid_request("Bad OAuth2 request at UserInfo Endpoint"),
            );
        }
    };
    match oauth::user_info(&state, &token, proof.as_ref()).await {
        Ok(claims) => not_kept(Json(claims).into_response()),
        Err(error)
            if matches!(
                error.code,
                OAuthErrorCode::InvalidToken
                    | OAuthErrorCode::InvalidDpopProof
                    | OAuthErrorCode::UseDpopNonce
            ) =>
        {
            challenge(StatusCode::UNAUTHORIZED, &error)
        }
        Err(error) => refusal(&error, false),
    }
}

/// Says in each answer which nonce the next proof is to carry, if one is asked for (RFC 9449, 8.2).
pub(super) async fn offer_nonce(
    State(state): State<AppState>,
    request: Request<Body>,
    next: Next,
) -> Response<Body> {
    let mut response = next.run(request).await;
    let nonce = dpop::nonce::current(&state).and_then(|nonce| HeaderValue::try_from(nonce).ok());
    if let Some(nonce) = nonce {
        response.headers_mut().insert("dpop-nonce", nonce);
    }
    response
}

async fn read(
    state: &AppState,
    request: Request<Body>,
    path: &'static str,
) -> Result<(Credentials, Parameters), OAuthError> {
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
    let credentials = Credentials {
        authorization,
        proof: proof(headers, "POST", path)?,
        address: Some(address_of(state, &head.extensions, headers)),
    };
    Ok((credentials, Parameters::parse(&body)))
}

/// The address that asks: the peer's, or what a trusted proxy says of it.
fn address_of(state: &AppState, extensions: &Extensions, headers: &HeaderMap) -> IpAddr {
    let peer = extensions.get::<Peer>().copied().unwrap_or(Peer::UNKNOWN);
    proxy::caller(&state.config.proxies, peer, headers)
}

/// The proof of a request for this method and path. Of two, two readers may believe two.
fn proof(
    headers: &HeaderMap,
    method: &'static str,
    path: &'static str,
) -> Result<Option<Proof>, OAuthError> {
    let mut values = headers.get_all("dpop").iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let jwt = value.to_str().map_err(|_| dpop::refused())?.to_owned();
    if values.next().is_some() {
        return Err(dpop::refused());
    }
    Ok(Some(Proof { jwt, method, path }))
}

/// How an access token is presented.
enum Scheme {
    Bearer,
    DPoP,
}

impl Scheme {
    /// The scheme and the token of an `Authorization` header.
    fn of(value: &HeaderValue) -> Option<(Self, AccessToken)> {
        let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
        let token = token.trim();
        let scheme = if scheme.eq_ignore_ascii_case("bearer") {
            Self::Bearer
        } else if scheme.eq_ignore_ascii_case("dpop") {
            Self::DPoP
        } else {
            return None;
        };
        (!token.is_empty()).then(|| (scheme, AccessToken::new(token.to_owned())))
    }
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
    response.extensions_mut().insert(Refused(error.code.name()));
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(
            header::WWW_AUTHENTICATE,
            HeaderValue::from_static("Basic realm=\"oauth2\", charset=\"UTF-8\""),
        );
    }
    not_kept(response)
}

/// RFC 6750, 3, and RFC 9449, 7.1: what is wrong with a token, and both ways to present one.
fn challenge(status: StatusCode, error: &OAuthError) -> Response<Body> {
    let body = json!({ "error": error.code.name(), "error_description": error.description });
    let mut response = (status, Json(body)).into_response();
    response.extensions_mut().insert(Refused(error.code.name()));
    let why = format!(
        "error=\"{}\", error_description=\"{}\"",
        error.code.name(),
        error.description
    );
    let algorithms = dpop::ALGORITHMS.join(" ");
    for how in [
        format!("Bearer {why}"),
        format!("DPoP {why}, algs=\"{algorithms}\""),
    ] {
        if let Ok(how) = HeaderValue::from_str(&how) {
            response.headers_mut().append(header::WWW_AUTHENTICATE, how);
        }
    }
    not_kept(response)
}

fn not_kept(mut response: Response<Body>) -> Response<Body> {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    response
}
