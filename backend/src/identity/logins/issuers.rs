//! ID tokens of others: discovery (OpenID Connect Discovery 1.0), published keys, signature and claims.
//!
//! # Security model
//! Asymmetric algorithms only, the algorithm of the header one that the key is for. Keys are those at the
//! `jwks_uri` of the issuer's own document, whose `issuer` must be the one that is asked for. The audience is
//! `azp` where there is one, else `aud`; the clock of the issuer may be [`SKEW`] off.
//!
//! # Limits
//! Keys are kept for an hour; an unknown one is looked for again once a minute at most. [`MOST`] issuers are
//! remembered.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::{LoginToken, VerifiedLogin, expired, invalid};
use crate::app::AppState;
use crate::error::ApiError;
use crate::identity::claims::Claims;
use crate::outgoing::Outgoing;

/// Seconds that clocks may differ (the developer guide, "Open ID Connect providers").
const SKEW: i64 = 300;

/// How long keys are good for without being asked for again.
const KEPT: Duration = Duration::from_secs(3600);

/// How long after they were read a key that is not among them is looked for again.
const AGAIN: Duration = Duration::from_secs(60);

/// Issuers whose keys are remembered.
const MOST: usize = 100;

const ALGORITHMS: [Algorithm; 8] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
];

/// The published keys of issuers, as they were read. Cloning gives another handle.
#[derive(Clone)]
pub struct Issuers {
    outgoing: Outgoing,
    read: Arc<Mutex<HashMap<String, Published>>>,
}

#[derive(Clone)]
struct Published {
    keys: Arc<JwkSet>,
    read_at: Instant,
}

impl fmt::Debug for Issuers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Issuers(..)")
    }
}

impl Issuers {
    /// Nothing read yet.
    #[must_use]
    pub fn new(outgoing: Outgoing) -> Self {
        Self {
            outgoing,
            read: Arc::default(),
        }
    }

    async fn key(&self, issuer: &str, header: &Header) -> Result<Jwk, ApiError> {
        let known = self.known(issuer);
        if let Some(known) = &known
            && known.read_at.elapsed() < KEPT
        {
            if let Some(key) = find(&known.keys, header) {
                return Ok(key.clone());
            }
            if known.read_at.elapsed() < AGAIN {
                return Err(invalid("Couldn't verify signed token."));
            }
        }
        let keys = Arc::new(self.fetch(issuer).await?);
        self.keep(issuer, &keys);
        let key = find(&keys, header).cloned();
        key.ok_or_else(|| invalid("Couldn't verify signed token."))
    }

    fn known(&self, issuer: &str) -> Option<Published> {
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.get(issuer).cloned()
    }

    fn keep(&self, issuer: &str, keys: &Arc<JwkSet>) {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if read.len() >= MOST && !read.contains_key(issuer) {
            read.clear();
        }
        let published = Published {
            keys: Arc::clone(keys),
            read_at: Instant::now(),
        };
        read.insert(issuer.to_owned(), published);
    }

    async fn fetch(&self, issuer: &str) -> Result<JwkSet, ApiError> {
        #[derive(Deserialize)]
        struct Discovery {
            issuer: String,
            jwks_uri: Url,
        }
        let address = format!("{issuer}/.well-known/openid-configuration");
        let address = Url::parse(&address).map_err(|_| unavailable())?;
        let found: Discovery = self.get(&address).await?;
        if found.issuer != issuer {
            return Err(unavailable());
        }
        self.get(&found.jwks_uri).await
    }

    async fn get<T: serde::de::DeserializeOwned>(&self, address: &Url) -> Result<T, ApiError> {
        let answer = self.outgoing.get(address, &[]).await;
        let answer = answer.map_err(|error| {
            tracing::warn!(%error, "a provider of an identity pool does not answer");
            unavailable()
        })?;
        if !answer.status.is_success() {
            return Err(unavailable());
        }
        serde_json::from_slice(&answer.body).map_err(|_| unavailable())
    }
}

/// Verifies an ID token of this issuer. `also` is another form in which it may name itself.
pub(super) async fn verify(
    state: &AppState,
    issuer: &str,
    also: Option<&str>,
    token: &LoginToken,
) -> Result<Claims, ApiError> {
    let malformed = || invalid("Not a valid OpenId Connect identity token.");
    let header = jsonwebtoken::decode_header(token.secret()).map_err(|_| malformed())?;
    if !ALGORITHMS.contains(&header.alg) {
        return Err(malformed());
    }
    // Before anybody is asked: a token of somebody else costs nothing.
    let claimed = unverified_issuer(token.secret()).ok_or_else(malformed)?;
    if claimed != issuer && Some(claimed.as_str()) != also {
        return Err(invalid("Issuer doesn't match providerName"));
    }
    let jwk = state.issuers.key(issuer, &header).await?;
    let key = DecodingKey::from_jwk(&jwk).map_err(|_| unavailable())?;
    let mut rules = Validation::new(header.alg);
    // Checked below, by our clock.
    rules.validate_exp = false;
    rules.validate_aud = false;
    rules.required_spec_claims.clear();
    let read = jsonwebtoken::decode::<Claims>(token.secret(), &key, &rules);
    let claims = read
        .map_err(|_| invalid("Couldn't verify signed token."))?
        .claims;
    let now = state.clock.now();
    let time = |name: &str| claims.get(name).and_then(Value::as_i64);
    match time("exp") {
        Some(exp) if exp.saturating_add(SKEW) > now => {}
        exp => return Err(expired(exp.unwrap_or_default(), now)),
    }
    let is_early = |name| time(name).is_some_and(|time| time > now.saturating_add(SKEW));
    if is_early("iat") || is_early("nbf") {
        return Err(invalid("Token is not yet valid."));
    }
    match claims.get("sub").and_then(Value::as_str) {
        Some(sub) if !sub.is_empty() => Ok(claims),
        _ => Err(malformed()),
    }
}

/// Verifies an ID token for one of these clients.
pub(super) async fn verify_for(
    state: &AppState,
    provider: &str,
    issuer: &str,
    also: Option<&str>,
    clients: &[&str],
    token: &LoginToken,
) -> Result<VerifiedLogin, ApiError> {
    let claims = verify(state, issuer, also, token).await?;
    let audience = match (claims.get("azp"), claims.get("aud")) {
        (Some(Value::String(azp)), _) => Some(azp.as_str()),
        (None, Some(Value::String(aud))) => Some(aud.as_str()),
        (None, Some(Value::Array(all))) => all
            .iter()
            .filter_map(Value::as_str)
            .find(|aud| clients.contains(aud)),
        _ => None,
    };
    let client = audience
        .filter(|client| clients.contains(client))
        .ok_or_else(|| invalid("Incorrect token audience."))?
        .to_owned();
    let subject = claims
        .get("sub")
        .and_then(Value::as_str)
        .unwrap_or_default();
    Ok(VerifiedLogin {
        provider: provider.to_owned(),
        subject: subject.to_owned(),
        client,
        claims,
        is_developer: false,
    })
}

/// Verifies an ID token of a provider that IAM would know, by what the configuration says of it.
pub(super) async fn verify_configured(
    state: &AppState,
    name: &str,
    arn: &str,
    token: &LoginToken,
) -> Result<VerifiedLogin, ApiError> {
    let mut providers = state.config.identity.oidc.iter();
    let Some(provider) = providers.find(|provider| provider.arn == arn) else {
        tracing::warn!(
            arn,
            "an identity pool has a provider that [[identity.oidc]] does not"
        );
        return Err(super::super::roles::unconfigured());
    };
    let issuer = match &provider.issuer {
        Some(issuer) => issuer.clone(),
        None => format!("https://{name}"),
    };
    let clients: Vec<_> = provider.client_ids.iter().map(String::as_str).collect();
    verify_for(state, name, &issuer, None, &clients, token).await
}

/// The key that a header asks for: by its id, or the only one there is.
fn find<'a>(keys: &'a JwkSet, header: &Header) -> Option<&'a Jwk> {
    match (&header.kid, keys.keys.as_slice()) {
        (Some(kid), _) => keys.find(kid),
        (None, [only]) => Some(only),
        (None, _) => None,
    }
}

fn unverified_issuer(token: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Issuer {
        iss: String,
    }
    let read = jsonwebtoken::dangerous::insecure_decode::<Issuer>(token);
    Some(read.ok()?.claims.iss)
}

fn unavailable() -> ApiError {
    ApiError::external_service("The identity provider does not answer as it should.")
}
