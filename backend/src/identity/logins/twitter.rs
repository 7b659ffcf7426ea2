//! Twitter: an access token and its secret (OAuth 1.0, RFC 5849), about which Twitter is asked with a signed request.
//!
//! # Security model
//! The request is signed with the app's secret and the token's: Twitter answers only if both belong together, so a token of
//! another app is nobody's here. HMAC-SHA1 is the protocol's own; what it needs of SHA-1 holds.

use aws_lc_rs::hmac;
use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use hyper::header::{AUTHORIZATION, HeaderValue};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use url::Url;

use super::social::{ask, login};
use super::{LoginToken, VerifiedLogin, invalid};
use crate::app::AppState;
use crate::error::ApiError;
use crate::identity::login_providers::pair;
use crate::random;

/// What is not encoded (RFC 5849, 3.6).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Verifies `token;secret` for an app, `key;secret`.
pub(super) async fn verify(
    state: &AppState,
    name: &str,
    app: &str,
    token: &LoginToken,
) -> Result<VerifiedLogin, ApiError> {
    #[derive(Deserialize)]
    struct Account {
        id_str: String,
    }
    let malformed = || invalid("Twitter's login is the token and its secret, with a semicolon.");
    let (key, app_secret) = pair(app).ok_or_else(malformed)?;
    let (token, token_secret) = pair(token.secret()).ok_or_else(malformed)?;
    let base = &state.config.identity.endpoints.twitter;
    let address = format!("{base}/1.1/account/verify_credentials.json?skip_status=true");
    let address = Url::parse(&address).map_err(|error| ApiError::internal(&error))?;
    let mut nonce = [0; 16];
    random::fill(&mut nonce).map_err(|error| ApiError::internal(&error))?;
    let signed = Signed {
        key,
        token,
        nonce: &Base64UrlUnpadded::encode_string(&nonce),
        timestamp: state.clock.now(),
    };
    let header = signed.header("GET", &address, &app_secret, &token_secret);
    let header = HeaderValue::from_str(&header).map_err(|_| malformed())?;
    let account: Account = ask(state, &address, Some((AUTHORIZATION, header))).await?;
    Ok(login(name, key.to_owned(), account.id_str))
}

/// What a request says of itself.
struct Signed<'a> {
    key: &'a str,
    token: &'a str,
    nonce: &'a str,
    timestamp: i64,
}

impl Signed<'_> {
    fn header(&self, method: &str, address: &Url, app_secret: &str, token_secret: &str) -> String {
        let timestamp = self.timestamp.to_string();
        let protocol = [
            ("oauth_consumer_key", self.key),
            ("oauth_nonce", self.nonce),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", &timestamp),
            ("oauth_token", self.token),
        ];
        let query = address.query_pairs();
        let mut all: Vec<(String, String)> = query
            .map(|(name, value)| (encode(&name), encode(&value)))
            .chain(protocol.map(|(name, value)| (encode(name), encode(value))))
            .collect();
        all.sort();
        let all: Vec<String> = all
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut bare = address.clone();
        bare.set_query(None);
        let base = [method, bare.as_str(), &all.join("&")]
            .map(encode)
            .join("&");
        let secrets = format!("{}&{}", encode(app_secret), encode(token_secret));
        let secrets = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secrets.as_bytes());
        let signature = Base64::encode_string(hmac::sign(&secrets, base.as_bytes()).as_ref());
        let parts = protocol
            .into_iter()
            .chain([("oauth_signature", signature.as_str())]);
        let parts: Vec<String> = parts
            .map(|(name, value)| format!("{name}=\"{}\"", encode(value)))
            .collect();
        format!("OAuth {}", parts.join(", "))
    }
}

fn encode(text: impl AsRef<str>) -> String {
    utf8_percent_encode(text.as_ref(), UNRESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked example of RFC 5849, 1.2.
    #[test]
    fn a_request_is_signed_as_the_standard_signs_its_example() {
        let address = "http://photos.example.net/photos?file=vacation.jpg&size=original";
        let signed = Signed {
            key: "dpf43f3p2l4k3l03",
            token: "nnch734d00sl2jdk",
            nonce: "chapoH",
            timestamp: 137_131_202,
        };
        let address = Url::parse(address).unwrap();
        let header = signed.header("GET", &address, "kd94hf93k423kf44", "pfkkdhi9sl3r4s00");
        let signature = "oauth_signature=\"MdpQcU8iPSUjWoN%2FUDMsK2sui9I%3D\"";
        assert!(header.contains(signature), "{header}");
    }
}
