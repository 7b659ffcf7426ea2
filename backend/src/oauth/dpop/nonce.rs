//! The nonce of a proof (RFC 9449, 8): whoever had the key for a moment cannot have made proofs for later.
//!
//! A nonce is a keyed hash of the period it was given in, so nothing is stored, and every process on the same
//! master key knows the nonces of the others. The one of the period before is good, too. It is no
//! secret: everybody who asks gets the same.

use base64ct::{Base64UrlUnpadded, Encoding};
use subtle::ConstantTimeEq;

use crate::app::AppState;
use crate::oauth::{OAuthError, OAuthErrorCode};

/// Bytes of the hash that the nonce has.
const BYTES: usize = 16;

/// The nonce that new proofs are to carry, if the configuration asks for one.
#[must_use]
pub fn current(state: &AppState) -> Option<String> {
    Some(of_period(state, period(state)?))
}

/// Whether this is what a proof must carry.
pub(super) fn is_good(state: &AppState, given: Option<&str>) -> bool {
    let Some(now) = period(state) else {
        return true;
    };
    given.is_some_and(|given| {
        [now, now - 1]
            .map(|period| of_period(state, period))
            .iter()
            .any(|good| given.as_bytes().ct_eq(good.as_bytes()).into())
    })
}

/// `use_dpop_nonce`
pub(super) fn demanded() -> OAuthError {
    OAuthError::new(
        OAuthErrorCode::UseDpopNonce,
        "The DPoP proof must carry the nonce of the DPoP-Nonce header.",
    )
}

fn period(state: &AppState) -> Option<i64> {
    let seconds = state.config.oauth.dpop_nonce_seconds?;
    Some(state.clock.now() / i64::from(seconds.get()))
}

fn of_period(state: &AppState, period: i64) -> String {
    let hash = state.sealer.derive("dpop nonce", &[&period.to_be_bytes()]);
    Base64UrlUnpadded::encode_string(&hash[..BYTES])
}
