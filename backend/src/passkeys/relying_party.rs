//! Who a passkey is made for, and which pages may use it.

use std::time::Duration;

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::Deserialize;
use url::{Host, Url};
use webauthn_rs_core::WebauthnCore;
use webauthn_rs_core::proto::UserVerificationPolicy;

use crate::app::AppState;
use crate::error::ApiError;
use crate::pools::{Pool, UserVerification};

/// The pool's relying party: the configured one, else the host of the login domain, if it has a name.
#[must_use]
pub fn id(state: &AppState, pool: &Pool) -> Option<String> {
    if let Some(configured) = pool.mfa.relying_party() {
        return Some(configured.to_owned());
    }
    let url = Url::parse(&state.public_url).ok()?;
    match url.host()? {
        Host::Domain(name) => Some(name.to_owned()),
        Host::Ipv4(_) | Host::Ipv6(_) => None,
    }
}

/// The same where it is needed.
///
/// # Errors
/// `WebAuthnConfigurationMissingException`
pub(super) fn required_id(state: &AppState, pool: &Pool) -> Result<String, ApiError> {
    id(state, pool).ok_or_else(|| {
        ApiError::web_authn_configuration_missing(
            "The user pool has neither a relying party nor a domain.",
        )
    })
}

/// Whether the person must be verified by the authenticator. What counts as two factors must be.
pub(super) fn verification(pool: &Pool) -> UserVerificationPolicy {
    if pool.mfa.passkeys_are_two_factors() {
        return UserVerificationPolicy::Required;
    }
    match pool.mfa.user_verification() {
        UserVerification::Required => UserVerificationPolicy::Required,
        UserVerification::Preferred => UserVerificationPolicy::Preferred,
    }
}

/// The ceremonies of a relying party, for a page of this origin.
pub(super) fn ceremonies(pool: &Pool, id: &str, origin: Option<Url>, seconds: i64) -> WebauthnCore {
    let timeout = Duration::from_secs(u64::try_from(seconds).unwrap_or_default());
    let origins = origin.into_iter().collect();
    WebauthnCore::new_unsafe_experts_only(&pool.name, id, origins, timeout, None, None)
}

/// What a browser says it signed (`clientDataJSON`).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ClientData {
    pub(super) challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
}

impl ClientData {
    /// Reads it from a credential in its JSON form.
    pub(super) fn of(credential: &serde_json::Value) -> Option<Self> {
        let encoded = credential
            .get("response")?
            .get("clientDataJSON")?
            .as_str()?;
        let json = Base64UrlUnpadded::decode_vec(encoded).ok()?;
        serde_json::from_slice(&json).ok()
    }

    /// The page's origin, if it may use passkeys of this relying party.
    pub(super) fn allowed_origin(&self, relying_party: &str) -> Option<Url> {
        let url = Url::parse(&self.origin).ok()?;
        let is_exact = url.origin().ascii_serialization() == self.origin;
        let host = match url.host()? {
            Host::Domain(name) => name,
            Host::Ipv4(_) | Host::Ipv6(_) => return None,
        };
        let is_below = host
            .strip_suffix(relying_party)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        let is_local = host == "localhost" || host.ends_with(".localhost");
        let is_secure = url.scheme() == "https" || url.scheme() == "http" && is_local;
        (is_exact && is_below && is_secure && !self.cross_origin).then_some(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(origin: &str, relying_party: &str) -> bool {
        let data = ClientData {
            challenge: String::new(),
            origin: origin.to_owned(),
            cross_origin: false,
        };
        data.allowed_origin(relying_party).is_some()
    }

    #[test]
    fn pages_of_the_relying_party_are_its_host_and_those_below_it() {
        for good in [
            "https://example.com",
            "https://example.com:8443",
            "https://app.example.com",
        ] {
            assert!(allowed(good, "example.com"), "{good}");
        }
        for bad in [
            "http://example.com",
            "https://badexample.com",
            "https://example.com.evil.test",
            "https://com",
            "https://example.com/",
            "https://example.com@evil.test",
            "https://EXAMPLE.com",
            "null",
            "",
            "android:apk-key-hash:abc",
        ] {
            assert!(!allowed(bad, "example.com"), "{bad}");
        }
        assert!(!allowed("https://example.com", "app.example.com"));
    }

    #[test]
    fn only_localhost_needs_no_tls() {
        assert!(allowed("http://localhost:4200", "localhost"));
        assert!(allowed("http://app.localhost:4200", "localhost"));
        assert!(!allowed("http://127.0.0.1:4200", "127.0.0.1"));
        assert!(!allowed("http://notlocalhost", "localhost"));
    }

    #[test]
    fn a_frame_of_another_origin_is_no_page_of_it() {
        let data = ClientData {
            challenge: String::new(),
            origin: "https://example.com".to_owned(),
            cross_origin: true,
        };
        assert!(data.allowed_origin("example.com").is_none());
    }
}
