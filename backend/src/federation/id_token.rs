//! Believing a provider's ID token (OpenID Connect Core, 3.1.3.7).
//!
//! # Security model
//! The algorithm is one of ours and, if the provider says which it uses, one of those: asymmetric ones only, and the key
//! must be of that kind. Keys are those that the provider publishes, never one out of the token. Then issuer, audience,
//! authorized party, time, nonce, and that it was made together with the access token.

use aws_lc_rs::digest;
use base64ct::{Base64UrlUnpadded, Encoding};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Map, Value};
use url::Url;

use super::{Failure, Step};
use crate::app::AppState;

/// The algorithms that a token may be signed with.
const ALGORITHMS: [&str; 9] = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA",
];

/// How far a provider's clock may be from ours, in seconds.
const SKEW: i64 = 60;

/// The longest token that is looked at, in bytes.
const LONGEST: usize = 64 * 1024;

/// What is expected of a token.
#[derive(Debug)]
pub(super) struct Expected<'a> {
    /// `iss`
    pub(super) issuer: &'a str,
    /// Another form of it, which Google writes.
    pub(super) also: Option<&'a str>,
    /// `aud`
    pub(super) client_id: &'a str,
    /// `nonce`
    pub(super) nonce: &'a str,
    /// What `at_hash` is of, if it is there.
    pub(super) access_token: Option<&'a str>,
    /// The provider's own algorithms, if it says which.
    pub(super) algorithms: Option<&'a [String]>,
}

/// The claims of a token, if all of it holds.
///
/// # Errors
/// [`Failure::Unbelievable`], and those of reading the keys.
pub(super) async fn verify(
    state: &AppState,
    keys: &Url,
    token: &str,
    expected: &Expected<'_>,
) -> Result<Map<String, Value>, Failure> {
    let malformed = || Failure::Unbelievable("the ID token is malformed");
    if token.len() > LONGEST {
        return Err(malformed());
    }
    let header = token.split('.').next().unwrap_or_default();
    let header = Base64UrlUnpadded::decode_vec(header).map_err(|_| malformed())?;
    let header: Map<String, Value> = serde_json::from_slice(&header).map_err(|_| malformed())?;
    let text = |name: &str| header.get(name).and_then(Value::as_str);
    let name = text("alg").ok_or_else(malformed)?;
    let is_one_of_theirs = expected
        .algorithms
        .is_none_or(|theirs| theirs.iter().any(|theirs| theirs == name));
    if !ALGORITHMS.contains(&name) || !is_one_of_theirs || header.contains_key("crit") {
        return Err(Failure::Unbelievable(
            "the ID token is signed with an algorithm that is not allowed",
        ));
    }
    let algorithm: Algorithm = name.parse().map_err(|_| malformed())?;
    let key = |json: &Value| key(json, text("kid"), name);
    let key = state.published.find(Step::Keys, keys, key).await?;
    let key = key.ok_or(Failure::Unbelievable(
        "the ID token is signed with a key that the provider does not publish",
    ))?;
    let mut rules = Validation::new(algorithm);
    // Checked below, by our clock and with our leeway.
    rules.validate_exp = false;
    rules.validate_aud = false;
    rules.required_spec_claims.clear();
    let read = jsonwebtoken::decode::<Map<String, Value>>(token, &key, &rules);
    let claims = read
        .map_err(|_| Failure::Unbelievable("the ID token's signature is wrong"))?
        .claims;
    check(&claims, expected, state.clock.now(), name)?;
    Ok(claims)
}

/// The key of this id, or the only one for this algorithm.
fn key(published: &Value, id: Option<&str>, algorithm: &str) -> Option<DecodingKey> {
    let keys = published.get("keys")?.as_array()?;
    let text = |key: &Value, name: &str| key.get(name).and_then(Value::as_str).map(str::to_owned);
    let kind = match algorithm.get(..2)? {
        "RS" | "PS" => "RSA",
        "ES" => "EC",
        _ => "OKP",
    };
    let mut fitting = keys.iter().filter(|key| {
        text(key, "kty").as_deref() == Some(kind)
            && text(key, "use").is_none_or(|usage| usage == "sig")
            && text(key, "alg").is_none_or(|alg| alg == algorithm)
            && id.is_none_or(|id| text(key, "kid").as_deref() == Some(id))
    });
    let key = fitting.next()?;
    if id.is_none() && fitting.next().is_some() {
        return None;
    }
    let jwk: Jwk = serde_json::from_value(key.clone()).ok()?;
    DecodingKey::from_jwk(&jwk).ok()
}

fn check(
    claims: &Map<String, Value>,
    expected: &Expected<'_>,
    now: i64,
    algorithm: &str,
) -> Result<(), Failure> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let time = |name: &str| claims.get(name).and_then(Value::as_i64);
    let fails = |why| Err(Failure::Unbelievable(why));
    let issuer = text("iss").unwrap_or_default();
    if issuer != expected.issuer && Some(issuer) != expected.also {
        return fails("the ID token is another issuer's");
    }
    let (is_for_us, is_for_others) = match claims.get("aud") {
        Some(Value::String(one)) => (one == expected.client_id, false),
        Some(Value::Array(all)) => (
            all.iter().any(|one| one == expected.client_id),
            all.len() > 1,
        ),
        _ => (false, false),
    };
    let azp = claims.get("azp");
    let is_party = azp.map_or(!is_for_others, |azp| azp == expected.client_id);
    if !is_for_us || !is_party {
        return fails("the ID token is for another client");
    }
    if time("exp").is_none_or(|exp| exp <= now.saturating_sub(SKEW)) {
        return fails("the ID token has expired");
    }
    let latest = now.saturating_add(SKEW);
    if time("iat").is_none_or(|iat| iat > latest) || time("nbf").is_some_and(|nbf| nbf > latest) {
        return fails("the ID token was issued in the future, or does not say when");
    }
    if text("nonce") != Some(expected.nonce) {
        return fails("the ID token was not made for this sign-in");
    }
    if text("sub").is_none_or(str::is_empty) {
        return fails("the ID token names nobody");
    }
    match (claims.get("at_hash"), expected.access_token) {
        (Some(hash), Some(token)) if *hash != half_hash(token, algorithm) => {
            fails("the ID token does not belong to the access token")
        }
        _ => Ok(()),
    }
}

/// `at_hash`: the left half of the hash that the algorithm uses.
fn half_hash(token: &str, algorithm: &str) -> String {
    let hash = match algorithm.get(2..) {
        Some("256") => &digest::SHA256,
        Some("384") => &digest::SHA384,
        _ => &digest::SHA512,
    };
    let hash = digest::digest(hash, token.as_bytes());
    let hash = hash.as_ref();
    Base64UrlUnpadded::encode_string(hash.get(..hash.len() / 2).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_767_323_045;

    fn expected<'a>() -> Expected<'a> {
        Expected {
            issuer: "https://op.example",
            also: None,
            client_id: "us",
            nonce: "n",
            access_token: Some("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"),
            algorithms: None,
        }
    }

    fn refusal(change: &Value) -> Option<&'static str> {
        let mut claims = json!({
            "iss": "https://op.example", "aud": "us", "sub": "ada", "nonce": "n",
            "iat": NOW, "exp": NOW + 300,
        });
        let members = claims.as_object_mut().unwrap();
        for (name, value) in change.as_object().unwrap() {
            match value {
                Value::Null => drop(members.remove(name)),
                value => drop(members.insert(name.clone(), value.clone())),
            }
        }
        match check(members, &expected(), NOW, "RS256") {
            Err(Failure::Unbelievable(why)) => Some(why),
            _ => None,
        }
    }

    #[test]
    fn a_token_of_which_everything_holds_is_believed() {
        for change in [
            json!({}),
            json!({ "aud": ["us"] }),
            json!({ "aud": ["us", "them"], "azp": "us" }),
            json!({ "exp": NOW - SKEW + 1, "iat": NOW - 400 }),
            // The example of OpenID Connect Core, A.3.
            json!({ "at_hash": "77QmUPtjPfzWtF2AnpK9RQ" }),
        ] {
            assert_eq!(refusal(&change), None, "{change}");
        }
    }

    #[test]
    fn each_claim_that_does_not_hold_refuses_the_token() {
        for (change, why) in [
            (json!({ "iss": "https://op.example/" }), "another issuer's"),
            (json!({ "iss": null }), "another issuer's"),
            (json!({ "aud": "them" }), "another client"),
            (json!({ "aud": null }), "another client"),
            (json!({ "aud": ["us", "them"] }), "another client"),
            (
                json!({ "aud": ["us", "them"], "azp": "them" }),
                "another client",
            ),
            (json!({ "azp": "them" }), "another client"),
            (json!({ "exp": NOW - SKEW }), "expired"),
            (json!({ "exp": null }), "expired"),
            (json!({ "exp": "9999999999" }), "expired"),
            (json!({ "iat": NOW + SKEW + 1 }), "in the future"),
            (json!({ "iat": null }), "in the future"),
            (json!({ "nbf": NOW + SKEW + 1 }), "in the future"),
            (json!({ "nonce": "other" }), "this sign-in"),
            (json!({ "nonce": null }), "this sign-in"),
            (json!({ "sub": "" }), "nobody"),
            (json!({ "sub": 7 }), "nobody"),
            (
                json!({ "at_hash": "77QmUPtjPfzWtF2AnpK9RR" }),
                "access token",
            ),
            (json!({ "at_hash": 1 }), "access token"),
        ] {
            let refused = refusal(&change);
            assert!(
                refused.is_some_and(|text| text.contains(why)),
                "{change}: {refused:?}"
            );
        }
    }

    #[test]
    fn a_key_is_one_for_the_algorithm_and_without_an_id_the_only_one() {
        let rsa = |kid: &str, alg: &str| json!({ "kty": "RSA", "kid": kid, "alg": alg, "n": "AQAB", "e": "AQAB" });
        let published = json!({ "keys": [rsa("a", "RS256"), rsa("b", "PS256")] });
        assert!(key(&published, Some("a"), "RS256").is_some());
        assert!(key(&published, None, "RS256").is_some());
        assert!(key(&published, Some("b"), "RS256").is_none());
        assert!(key(&published, Some("a"), "ES256").is_none());
        let two = json!({ "keys": [rsa("a", "RS256"), rsa("b", "RS256")] });
        assert!(key(&two, None, "RS256").is_none());
        let secret = json!({ "keys": [{ "kty": "oct", "kid": "a", "k": "AQAB" }] });
        assert!(key(&secret, Some("a"), "RS256").is_none());
    }
}
