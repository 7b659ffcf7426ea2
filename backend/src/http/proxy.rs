//! Who is calling, where proxies stand between the caller and this backend.
//!
//! # Security model
//! The backend speaks HTTP, so beyond loopback a proxy that ends TLS is named in the configuration
//! (`proxies`). Only a named proxy is believed when it says in `X-Forwarded-For` for whom it calls,
//! and only what it added itself: the last address that is not a named proxy's own. Whoever comes
//! by another way, past the proxy and so without TLS, is refused.

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::peer::Peer;
use crate::app::AppState;

/// The address that limits count for.
pub(super) fn caller(proxies: &[IpAddr], peer: Peer, headers: &HeaderMap) -> IpAddr {
    let peer = peer.0.ip().to_canonical();
    if !is_named(proxies, peer) {
        return peer;
    }
    // The last header line is the nearest proxy's; within it, the last address.
    let mut forwarded: Vec<IpAddr> = Vec::new();
    for line in headers.get_all("x-forwarded-for") {
        for address in line.to_str().unwrap_or_default().split(',') {
            match address.trim().parse::<IpAddr>() {
                Ok(address) => forwarded.push(address.to_canonical()),
                // What stands before something unreadable is nobody's word.
                Err(_) => forwarded.clear(),
            }
        }
    }
    let not_ours = forwarded
        .iter()
        .rev()
        .find(|address| !is_named(proxies, **address));
    *not_ours.or_else(|| forwarded.first()).unwrap_or(&peer)
}

/// Refuses who does not come through a named proxy, where there are any. Programs on this machine
/// may ask for its health.
pub(super) async fn guard(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let proxies = &state.config.proxies;
    let peer = request
        .extensions()
        .get::<Peer>()
        .map_or(Peer::UNKNOWN, |peer| *peer);
    let peer = peer.0.ip().to_canonical();
    let asks_for_health = peer.is_loopback() && request.uri().path() == "/health";
    if proxies.is_empty() || is_named(proxies, peer) || asks_for_health {
        next.run(request).await
    } else {
        StatusCode::FORBIDDEN.into_response()
    }
}

fn is_named(proxies: &[IpAddr], address: IpAddr) -> bool {
    proxies
        .iter()
        .any(|proxy| proxy.to_canonical() == address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROXY: &str = "10.0.0.1";

    fn caller_of(peer: &str, forwarded: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        let proxies = [PROXY.parse().unwrap(), "10.0.0.2".parse().unwrap()];
        let peer = Peer(std::net::SocketAddr::new(peer.parse().unwrap(), 1));
        caller(&proxies, peer, &headers).to_string()
    }

    #[test]
    fn only_a_named_proxy_says_for_whom_it_calls() {
        assert_eq!(caller_of("192.0.2.7", &["192.0.2.1"]), "192.0.2.7");
        assert_eq!(caller_of(PROXY, &["192.0.2.1"]), "192.0.2.1");
        assert_eq!(caller_of(PROXY, &[]), PROXY);
    }

    #[test]
    fn what_the_caller_wrote_himself_does_not_count() {
        assert_eq!(caller_of(PROXY, &["198.51.100.9, 192.0.2.1"]), "192.0.2.1");
        assert_eq!(
            caller_of(PROXY, &["198.51.100.9", "192.0.2.1"]),
            "192.0.2.1"
        );
        assert_eq!(
            caller_of(PROXY, &["198.51.100.9, 192.0.2.1, 10.0.0.2"]),
            "192.0.2.1"
        );
        assert_eq!(caller_of(PROXY, &["198.51.100.9, nonsense"]), PROXY);
    }

    #[test]
    fn an_ipv4_address_in_ipv6_form_is_the_same_address() {
        assert_eq!(caller_of("::ffff:10.0.0.1", &["192.0.2.1"]), "192.0.2.1");
    }
}
