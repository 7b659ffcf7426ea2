//! Public providers of an identity pool, and the app that tokens of theirs must be for.
//!
//! # Security model
//! For Twitter the app is its consumer key **and** secret (`key;secret`), as the service has it: the secret is sealed
//! in the database, never printed, and part of no claim. Administrators read it back, as published.

use std::collections::BTreeMap;
use std::fmt;

use base64ct::{Base64, Encoding};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::error::ApiError;
use crate::seal::{Place, Sealer};

/// Twitter's name among logins.
pub const TWITTER: &str = "api.twitter.com";

/// Public providers that the contract names.
pub const PUBLIC_PROVIDERS: [&str; 5] = [
    "accounts.google.com",
    TWITTER,
    "appleid.apple.com",
    "graph.facebook.com",
    "www.amazon.com",
];

/// `SupportedLoginProviders`: providers and the app ids there.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LoginProviders(BTreeMap<String, String>);

impl LoginProviders {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The app id at a provider; of Twitter `key;secret`.
    #[must_use]
    pub fn app(&self, provider: &str) -> Option<&str> {
        self.0.get(provider).map(String::as_str)
    }

    /// Whether a pool may have them.
    ///
    /// # Errors
    /// `InvalidParameterException`
    pub fn check(&self) -> Result<(), ApiError> {
        let mut names = self.0.keys();
        if names.any(|name| !PUBLIC_PROVIDERS.contains(&name.as_str())) {
            return Err(ApiError::invalid_parameter(
                "Please provide a valid public provider",
            ));
        }
        if self.app(TWITTER).is_some_and(|app| pair(app).is_none()) {
            return Err(ApiError::invalid_parameter(
                "Twitter's app is the consumer key and the consumer secret, with a semicolon between.",
            ));
        }
        Ok(())
    }

    /// What the row of this pool holds.
    ///
    /// # Errors
    /// If there is no randomness.
    pub fn sealed(&self, sealer: &Sealer, pool_id: &str) -> Result<Self, ApiError> {
        let mut sealed = self.clone();
        if let Some(app) = sealed.0.get_mut(TWITTER) {
            let secret = sealer.seal(place(pool_id), app.as_bytes())?;
            *app = Base64::encode_string(&secret);
        }
        Ok(sealed)
    }

    /// What the row of this pool held.
    ///
    /// # Errors
    /// If it was not sealed for this pool.
    pub fn opened(mut self, sealer: &Sealer, pool_id: &str) -> Result<Self, ApiError> {
        if let Some(app) = self.0.get_mut(TWITTER) {
            let internal = |error| ApiError::internal(&error);
            let secret = Base64::decode_vec(app).map_err(internal)?;
            let secret = sealer.open(place(pool_id), &secret)?;
            *app = String::from_utf8_lossy(&secret).into_owned();
        }
        Ok(self)
    }
}

/// The names only.
impl fmt::Debug for LoginProviders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// Two texts with a semicolon between, neither empty: a key and its secret.
#[must_use]
pub fn pair(text: &str) -> Option<(&str, Zeroizing<String>)> {
    let (key, secret) = text.split_once(';')?;
    let is_there = !key.is_empty() && !secret.is_empty();
    is_there.then(|| (key, Zeroizing::new(secret.to_owned())))
}

fn place(pool_id: &str) -> Place<'_> {
    Place {
        table: "identity_pools",
        column: "settings",
        row: TWITTER,
        pool: pool_id,
    }
}
