//! The token of an identity: what an STS takes for credentials of a role, and what a developer's backend gives
//! its users.
//!
//! A JWT (RS512): `sub` the identity, `aud` the pool, `amr` how it signed in, and principal tags. The issuer
//! is `<public url>/identity`, or what `identity.issuer` says; its keys are at
//! `/identity/.well-known/jwks.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::logins::VerifiedLogin;
use crate::app::AppState;
use crate::error::ApiError;
use crate::keys::KeyError;

/// The name that a token of ours has among logins.
pub const PROVIDER: &str = "cognito-identity.amazonaws.com";

/// The path of the issuer.
pub const PATH: &str = "/identity";

/// Seconds that a token of `GetOpenIdToken` lives.
pub const LIFETIME: i64 = 600;

/// Seconds that a developer's token lives by default.
pub const DEVELOPER_LIFETIME: i64 = 900;

/// What a token is for. Without it: for an STS, and not for us, or it would renew itself past every check of the login
/// that it was given for.
const USE: &str = "token_use";
const DEVELOPERS: &str = "developer";

const TAGS: &str = "https://aws.amazon.com/tags";

/// Whose token it is.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The pool.
    pub pool_id: &'a str,
    /// The identity.
    pub identity_id: &'a str,
    /// How it signed in ([`amr`]).
    pub amr: &'a [String],
    /// Its principal tags.
    pub tags: &'a BTreeMap<String, String>,
    /// Whether a developer's backend gets it for a user of its own: only such a token is a login here.
    pub is_developers: bool,
}

/// What a developer's token says.
#[derive(Debug, Deserialize)]
pub struct OwnToken {
    /// The identity.
    pub sub: String,
    /// How it signed in.
    pub amr: Vec<String>,
    /// Its principal tags.
    pub tags: BTreeMap<String, String>,
}

/// Whose issuer names tokens of identities.
#[must_use]
pub fn issuer(state: &AppState) -> String {
    let configured = state.config.identity.issuer.clone();
    configured.unwrap_or_else(|| format!("{}{PATH}", state.public_url))
}

/// How somebody with these logins signed in; without any, a guest.
#[must_use]
pub fn amr(pool_id: &str, logins: &[VerifiedLogin]) -> Vec<String> {
    if logins.is_empty() {
        return vec!["unauthenticated".to_owned()];
    }
    let mut amr = vec!["authenticated".to_owned()];
    for login in logins {
        let client = match login.is_developer {
            true => pool_id,
            false => &login.client,
        };
        amr.push(login.provider.clone());
        amr.push(format!("{}:{client}:{}", login.provider, login.subject));
    }
    amr
}

/// A token that lives this many seconds.
///
/// # Errors
/// For no fault of the caller's.
pub async fn issue(
    state: &AppState,
    subject: Subject<'_>,
    lifetime: i64,
) -> Result<String, ApiError> {
    #[derive(Serialize)]
    struct Tags<'a> {
        principal_tags: BTreeMap<&'a str, [&'a str; 1]>,
    }
    let now = state.clock.now();
    let mut claims = json!({
        "sub": subject.identity_id,
        "aud": subject.pool_id,
        "amr": subject.amr,
        "iss": issuer(state),
        "iat": now,
        "exp": now.saturating_add(lifetime),
    });
    if subject.is_developers {
        claims[USE] = json!(DEVELOPERS);
    }
    if !subject.tags.is_empty() {
        let tags = subject.tags.iter();
        let tags = Tags {
            principal_tags: tags
                .map(|(tag, value)| (tag.as_str(), [value.as_str()]))
                .collect(),
        };
        claims[TAGS] = json!(tags);
    }
    Ok(state.identity_keys.sign(&claims).await?)
}

/// What a developer's token for this pool says.
///
/// # Errors
/// `NotAuthorizedException` if it is not ours, for another pool, too old, or of `GetOpenIdToken`.
pub async fn verify(state: &AppState, pool_id: &str, token: &str) -> Result<OwnToken, ApiError> {
    let read = state.identity_keys.verify::<Value>(token).await;
    let claims = match read {
        Ok(claims) => claims,
        Err(KeyError::Token) => {
            return Err(invalid("Not a valid OpenId Connect identity token."));
        }
        Err(error) => return Err(error.into()),
    };
    if claims["iss"] != json!(issuer(state)) {
        return Err(invalid("Issuer doesn't match providerName"));
    }
    if claims["aud"] != pool_id {
        return Err(invalid("Incorrect token audience."));
    }
    let (exp, now) = (
        claims["exp"].as_i64().unwrap_or_default(),
        state.clock.now(),
    );
    if exp <= now {
        return Err(invalid(&format!("Token expired: {exp} >= {now}")));
    }
    if claims[USE] != DEVELOPERS {
        return Err(invalid(
            "A token of GetOpenIdToken is for an STS: give the logins themselves.",
        ));
    }
    let tags = claims[TAGS]["principal_tags"].as_object();
    let first = |value: &Value| Some(value.get(0)?.as_str()?.to_owned());
    let tags = tags.into_iter().flatten();
    Ok(OwnToken {
        sub: claims["sub"].as_str().unwrap_or_default().to_owned(),
        amr: serde_json::from_value(claims["amr"].clone()).unwrap_or_default(),
        tags: tags
            .filter_map(|(tag, value)| Some((tag.clone(), first(value)?)))
            .collect(),
    })
}

fn invalid(why: &str) -> ApiError {
    ApiError::not_authorized(format!("Invalid login token. {why}"))
}
