//! The key that tokens of identities are signed with: RS512 over RSA with 2,048 bits, one for all identity
//! pools, made when it is first needed.
//!
//! # Limits
//! It is not rotated: whoever verifies such tokens has its public half from the JWKS.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::OnceCell;

use super::signing_key::{Algorithm, SigningKey, new_pair};
use super::{Jwks, KeyError, signed_by};
use crate::clock::Clock;
use crate::seal::{Place, Sealer};
use crate::store::{IdentityKeyRow, Store};

/// Signs and checks the tokens of identities. Cloning gives another handle.
#[derive(Clone)]
pub struct IdentityKeys {
    store: Store,
    sealer: Sealer,
    clock: Clock,
    parsed: Arc<OnceCell<Vec<Arc<SigningKey>>>>,
}

impl IdentityKeys {
    /// The keys in this store.
    #[must_use]
    pub fn new(store: Store, sealer: Sealer, clock: Clock) -> Self {
        Self {
            store,
            sealer,
            clock,
            parsed: Arc::default(),
        }
    }

    /// The claims as a signed token (JWS compact).
    ///
    /// # Errors
    /// If the key cannot be read or made.
    pub async fn sign(&self, claims: &(impl Serialize + Sync)) -> Result<String, KeyError> {
        let key = self.keys().await?.first().ok_or(KeyError::Cryptography)?;
        key.sign(&serde_json::to_vec(claims).map_err(KeyError::Claims)?)
    }

    /// The claims of a token that was signed here; what they say is the caller's to check.
    ///
    /// # Errors
    /// [`KeyError::Token`] if the token is not ours.
    pub async fn verify<C: DeserializeOwned>(&self, token: &str) -> Result<C, KeyError> {
        signed_by(self.keys().await?, token)
    }

    /// The public half.
    ///
    /// # Errors
    /// If the key cannot be read or made.
    pub async fn jwks(&self) -> Result<Jwks, KeyError> {
        Ok(Jwks {
            keys: self.keys().await?.iter().map(|key| key.jwk()).collect(),
        })
    }

    async fn keys(&self) -> Result<&[Arc<SigningKey>], KeyError> {
        let keys = self.parsed.get_or_try_init(|| self.read()).await?;
        Ok(keys)
    }

    async fn read(&self) -> Result<Vec<Arc<SigningKey>>, KeyError> {
        let mut rows = self.store.identity_keys().await?;
        if rows.is_empty() {
            let (kid, private) = new_pair()?;
            let row = IdentityKeyRow {
                private_key: self.sealer.seal(place(&kid), &private)?,
                kid,
                created_at: self.clock.now(),
            };
            // Another process may have been faster: what is in the database counts.
            self.store.insert_first_identity_key(&row).await?;
            rows = self.store.identity_keys().await?;
        }
        let open = |row: &IdentityKeyRow| {
            let private = self.sealer.open(place(&row.kid), &row.private_key)?;
            let key = SigningKey::parse(&row.kid, Algorithm::Rs512, &private, row.created_at)?;
            Ok(Arc::new(key))
        };
        rows.iter().map(open).collect()
    }
}

impl fmt::Debug for IdentityKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdentityKeys(..)")
    }
}

fn place(kid: &str) -> Place<'_> {
    Place {
        table: "identity_signing_keys",
        column: "private_key",
        row: kid,
        pool: "",
    }
}
