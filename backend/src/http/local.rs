//! The guard of the comforts that exist only on the developer's own machine: the inbox and the demo
//! keys.
//!
//! # Security model
//! A browser on this machine shows pages of strangers, and those can send requests here. So a
//! comfort needs all of: a backend that listens on loopback only and says so in its public URL (with
//! another one, a proxy here brings others, and may rewrite `Host`), a peer on loopback, a `Host` that
//! is local (a stranger's name that resolves to 127.0.0.1 shows its name there), nothing that says
//! a proxy passed the request on, and no sign of another origin: `Sec-Fetch-Site: cross-site`, or an
//! `Origin` that is not our own. The demo keys refuse any `Origin`: no page needs them.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::peer::Peer;
use crate::app::AppState;

/// Which `Origin` a comfort tolerates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OriginRule {
    /// Only that of this backend, as a page of ours would send it.
    Own,
    /// None at all.
    None,
}

/// Whether a comfort may be used with this request.
pub(super) fn allows(state: &AppState, peer: Peer, headers: &HeaderMap, rule: OriginRule) -> bool {
    state.is_local
        && peer.0.ip().to_canonical().is_loopback()
        && local_host(headers).is_some_and(|host| origin_fits(headers, host, rule))
        && !headers
            .keys()
            .any(|name| name == header::FORWARDED || name.as_str().starts_with("x-forwarded-"))
        && headers
            .get("sec-fetch-site")
            .is_none_or(|site| site != "cross-site")
}

/// Refuses requests the inbox is not for, as if it did not exist.
pub(super) async fn guard(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let peer = request
        .extensions()
        .get::<Peer>()
        .map_or(Peer::UNKNOWN, |peer| *peer);
    if allows(&state, peer, request.headers(), OriginRule::Own) {
        next.run(request).await
    } else {
        StatusCode::NOT_FOUND.into_response()
    }
}

/// The one `Host` header, if it names this machine.
fn local_host(headers: &HeaderMap) -> Option<&str> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = hosts.next()?.to_str().ok()?;
    if hosts.next().is_some() {
        return None;
    }
    names_this_machine(host).then_some(host)
}

/// Whether a host, with a port or without, is this machine by its name alone.
pub(crate) fn names_this_machine(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    name.eq_ignore_ascii_case("localhost") || name == "127.0.0.1" || name == "[::1]"
}

fn origin_fits(headers: &HeaderMap, host: &str, rule: OriginRule) -> bool {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    match (origins.next(), rule) {
        (None, _) => true,
        (Some(_), OriginRule::None) => false,
        (Some(origin), OriginRule::Own) => {
            let own = origin
                .to_str()
                .ok()
                .and_then(|origin| origin.strip_prefix("http://"));
            own.is_some_and(|own| own.eq_ignore_ascii_case(host)) && origins.next().is_none()
        }
    }
}
