//! Believing a provider's ID token (OpenID Connect Core, 3.1.3.7): what [`crate::openid`] believes of any, and that it is
//! for us, for this sign-in, and made together with the access token.

use serde_json::{Map, Value};
use url::Url;

use super::Failure;
use crate::app::AppState;
use crate::openid::{Claims, IdToken, Issuer, half_hash};

/// How far a provider's clock may be from ours, in seconds.
pub(super) const SKEW: i64 = 60;

/// Who signs a provider's tokens, and with what.
#[derive(Debug)]
pub(super) struct Signer {
    /// The provider's name for itself.
    pub(super) issuer: String,
    /// Another form of it, which Google writes.
    pub(super) also: Option<&'static str>,
    /// Where its public keys are.
    pub(super) keys: Url,
    /// Its algorithms, if it says which.
    pub(super) algorithms: Option<Vec<String>>,
}

/// What a token has to answer.
#[derive(Debug)]
pub(super) struct Expected<'a> {
    /// `aud`
    pub(super) client_id: &'a str,
    /// `nonce`
    pub(super) nonce: &'a str,
    /// The `max_age` that was asked for: `auth_time` has to be there, and within it.
    pub(super) max_age: Option<i64>,
    /// What `at_hash` is of, if it is there.
    pub(super) access_token: &'a str,
}

/// The claims of a token, if all of it holds.
///
/// # Errors
/// [`Failure::Unbelievable`], and those of reading the keys.
pub(super) async fn verify(
    state: &AppState,
    signer: &Signer,
    token: &str,
    expected: &Expected<'_>,
) -> Result<Claims, Failure> {
    let issuer = Issuer {
        name: &signer.issuer,
        also: signer.also,
    };
    let token =
        IdToken::read(token, issuer).map_err(|fault| Failure::Unbelievable(fault.text()))?;
    let algorithms = signer.algorithms.as_deref();
    let time = (state.clock.now(), SKEW);
    let claims = token.verified(&state.published, &signer.keys, algorithms, time);
    let claims = claims.await?;
    check(&claims, expected, token.algorithm(), time.0)?;
    Ok(claims)
}

fn check(
    claims: &Map<String, Value>,
    expected: &Expected<'_>,
    algorithm: &str,
    now: i64,
) -> Result<(), Failure> {
    let fails = |why| Err(Failure::Unbelievable(why));
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
    if claims.get("nonce").and_then(Value::as_str) != Some(expected.nonce) {
        return fails("the ID token was not made for this sign-in");
    }
    let proved_at = claims.get("auth_time").and_then(Value::as_i64);
    let is_within = |max_age: i64| {
        proved_at.is_some_and(|then| now.saturating_sub(then) <= max_age.saturating_add(SKEW))
    };
    if !expected.max_age.is_none_or(is_within) {
        return fails("the provider asked for no proof as new as the app wants");
    }
    match claims.get("at_hash") {
        Some(hash) if *hash != half_hash(expected.access_token, algorithm) => {
            fails("the ID token does not belong to the access token")
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_767_323_045;

    fn refusal(change: &Value) -> Option<&'static str> {
        refusal_within(None, change)
    }

    fn refusal_within(max_age: Option<i64>, change: &Value) -> Option<&'static str> {
        let expected = Expected {
            max_age,
            client_id: "us",
            nonce: "n",
            access_token: "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y",
        };
        let mut claims = json!({ "aud": "us", "nonce": "n" });
        let members = claims.as_object_mut().unwrap();
        members.extend(change.as_object().unwrap().clone());
        match check(members, &expected, "RS256", NOW) {
            Err(Failure::Unbelievable(why)) => Some(why),
            _ => None,
        }
    }

    #[test]
    fn a_token_for_us_and_this_sign_in_is_believed() {
        for change in [
            json!({}),
            json!({ "aud": ["us"] }),
            json!({ "aud": ["us", "them"], "azp": "us" }),
            // The example of OpenID Connect Core, A.3.
            json!({ "at_hash": "77QmUPtjPfzWtF2AnpK9RQ" }),
        ] {
            assert_eq!(refusal(&change), None, "{change}");
        }
    }

    #[test]
    fn a_proof_may_not_be_older_than_the_app_wants() {
        for (told, is_refused) in [
            (json!(NOW), false),
            (json!(NOW - 360), false),
            (json!(NOW - 361), true),
            (json!(null), true),
            (json!("now"), true),
        ] {
            let claims = json!({ "auth_time": told });
            let refused = refusal_within(Some(300), &claims);
            assert_eq!(refused.is_some(), is_refused, "{told}: {refused:?}");
            assert_eq!(refusal(&claims), None, "nothing was asked for");
        }
    }

    #[test]
    fn each_claim_that_does_not_hold_refuses_the_token() {
        for (change, why) in [
            (json!({ "aud": "them" }), "another client"),
            (json!({ "aud": null }), "another client"),
            (json!({ "aud": ["us", "them"] }), "another client"),
            (
                json!({ "aud": ["us", "them"], "azp": "them" }),
                "another client",
            ),
            (json!({ "azp": "them" }), "another client"),
            (json!({ "nonce": "other" }), "this sign-in"),
            (json!({ "nonce": null }), "this sign-in"),
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
}
