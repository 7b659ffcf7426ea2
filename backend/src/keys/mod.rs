//! The pools' signing keys: RS256 over RSA with 2,048 bits, two per pool.
//!
//! ID tokens and access tokens are signed with different keys, as the service does. Keys are made
//! with the pool, sealed in the database, parsed once and kept in memory: parsing a key for each
//! signature would halve the signatures per second.
//! The public halves are the pool's JWKS (RFC 7517); tokens are JWS compact (RFC 7515).
//!
//! # Security model
//! Only `alg: RS256` is ever written or accepted, and a token is checked with the key of the use it
//! is presented for: an ID token is no access token.

mod jwks;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize, PublicKeyComponents};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256};
use aws_lc_rs::{digest, rand};
use base64ct::{Base64UrlUnpadded, Encoding};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::seal::{Place, SealError, Sealer};
use crate::store::{SigningKeyRow, Store, StoreError};

pub use jwks::{Jwk, Jwks};

/// What a token is for, as in its claim `token_use`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenUse {
    /// Says who signed in.
    Id,
    /// Allows to call.
    Access,
}

impl TokenUse {
    /// The word in the claim and in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Access => "access",
        }
    }
}

/// Signs and checks tokens with the pools' keys. Cloning gives another handle.
#[derive(Clone)]
pub struct SigningKeys {
    store: Store,
    sealer: Sealer,
    parsed: Arc<RwLock<HashMap<String, Arc<PoolKeys>>>>,
}

struct PoolKeys {
    id: SigningKey,
    access: SigningKey,
}

struct SigningKey {
    /// `{"kid":..,"alg":"RS256"}` in base64url: the same for every token.
    header: String,
    kid: String,
    pair: KeyPair,
}

impl SigningKeys {
    /// Keys of the pools in this store.
    #[must_use]
    pub fn new(store: Store, sealer: Sealer) -> Self {
        Self {
            store,
            sealer,
            parsed: Arc::default(),
        }
    }

    /// Makes the keys of a new pool, for [`Store::insert_pool`].
    ///
    /// # Errors
    /// If there is no randomness.
    pub fn generate(&self, pool_id: &str, now: i64) -> Result<Vec<SigningKeyRow>, KeyError> {
        [TokenUse::Id, TokenUse::Access]
            .into_iter()
            .map(|token_use| generate(&self.sealer, pool_id, token_use, now))
            .collect()
    }

    /// The claims as a signed token (JWS compact).
    ///
    /// # Errors
    /// [`KeyError::NoPool`] if the pool has no keys.
    pub async fn sign(
        &self,
        pool_id: &str,
        token_use: TokenUse,
        claims: &(impl Serialize + Sync),
    ) -> Result<String, KeyError> {
        let keys = self.keys(pool_id).await?;
        let key = keys.of(token_use);
        let claims = serde_json::to_vec(claims).map_err(KeyError::Claims)?;
        let mut token = key.header.clone();
        token.push('.');
        token.push_str(&Base64UrlUnpadded::encode_string(&claims));
        let mut signature = vec![0; key.pair.public_modulus_len()];
        key.pair
            .sign(
                &RSA_PKCS1_SHA256,
                &rand::SystemRandom::new(),
                token.as_bytes(),
                &mut signature,
            )
            .map_err(|_| KeyError::Cryptography)?;
        token.push('.');
        token.push_str(&Base64UrlUnpadded::encode_string(&signature));
        Ok(token)
    }

    /// The claims of a token that this pool signed for this use. Checks the signature, `alg` and
    /// `kid`; what the claims say (expiry, issuer, `token_use`) is the caller's to check.
    ///
    /// # Errors
    /// [`KeyError::Token`] if the token is not ours.
    pub async fn verify<C: DeserializeOwned>(
        &self,
        pool_id: &str,
        token_use: TokenUse,
        token: &str,
    ) -> Result<C, KeyError> {
        let keys = self.keys(pool_id).await?;
        let key = keys.of(token_use);
        let (signed, signature) = token.rsplit_once('.').ok_or(KeyError::Token)?;
        let (header, claims) = signed.split_once('.').ok_or(KeyError::Token)?;
        // Our own header is one constant string per key: anything else was not signed by it.
        if header != key.header {
            return Err(KeyError::Token);
        }
        let signature = Base64UrlUnpadded::decode_vec(signature).map_err(|_| KeyError::Token)?;
        let public = key.pair.public_key();
        PublicKeyComponents {
            n: public.modulus().big_endian_without_leading_zero(),
            e: public.exponent().big_endian_without_leading_zero(),
        }
        .verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature)
        .map_err(|_| KeyError::Token)?;
        let claims = Base64UrlUnpadded::decode_vec(claims).map_err(|_| KeyError::Token)?;
        serde_json::from_slice(&claims).map_err(|_| KeyError::Token)
    }

    /// The public keys of a pool.
    ///
    /// # Errors
    /// [`KeyError::NoPool`] if the pool has no keys.
    pub async fn jwks(&self, pool_id: &str) -> Result<Jwks, KeyError> {
        let keys = self.keys(pool_id).await?;
        let jwk = |key: &SigningKey| Jwk::new(&key.kid, key.pair.public_key());
        Ok(Jwks {
            keys: vec![jwk(&keys.id), jwk(&keys.access)],
        })
    }

    /// Forgets a deleted pool's keys.
    pub fn forget(&self, pool_id: &str) {
        self.parsed
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(pool_id);
    }

    async fn keys(&self, pool_id: &str) -> Result<Arc<PoolKeys>, KeyError> {
        let known = self
            .parsed
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(pool_id)
            .cloned();
        if let Some(keys) = known {
            return Ok(keys);
        }
        let rows = self.store.signing_keys(pool_id).await?;
        let parse = |token_use: TokenUse| {
            let newest = rows
                .iter()
                .rev()
                .find(|row| row.token_use == token_use.as_str());
            SigningKey::open(&self.sealer, newest.ok_or(KeyError::NoPool)?)
        };
        let keys = Arc::new(PoolKeys {
            id: parse(TokenUse::Id)?,
            access: parse(TokenUse::Access)?,
        });
        let mut parsed = self.parsed.write().unwrap_or_else(PoisonError::into_inner);
        Ok(Arc::clone(parsed.entry(pool_id.to_owned()).or_insert(keys)))
    }
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKeys(..)")
    }
}

impl PoolKeys {
    fn of(&self, token_use: TokenUse) -> &SigningKey {
        match token_use {
            TokenUse::Id => &self.id,
            TokenUse::Access => &self.access,
        }
    }
}

impl SigningKey {
    fn open(sealer: &Sealer, row: &SigningKeyRow) -> Result<Self, KeyError> {
        let private = sealer.open(place(&row.kid, &row.pool_id), &row.private_key)?;
        let pair = KeyPair::from_pkcs8(&private).map_err(|_| KeyError::Cryptography)?;
        let header = serde_json::json!({ "kid": row.kid, "alg": "RS256" }).to_string();
        Ok(Self {
            header: Base64UrlUnpadded::encode_string(header.as_bytes()),
            kid: row.kid.clone(),
            pair,
        })
    }
}

/// Why a token could not be signed or was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The pool does not exist: it has no keys.
    #[error("the pool has no signing keys")]
    NoPool,
    /// Not a token this pool signed for this use.
    #[error("not a token of this pool and use")]
    Token,
    /// The claims are not JSON.
    #[error("the claims cannot be written as JSON")]
    Claims(#[source] serde_json::Error),
    /// The cryptographic library refused.
    #[error("the cryptographic library refused")]
    Cryptography,
    /// The key cannot be unsealed.
    #[error("a signing key cannot be unsealed")]
    Seal(#[from] SealError),
    /// The database failed.
    #[error("signing keys cannot be read")]
    Store(#[from] StoreError),
}

fn generate(
    sealer: &Sealer,
    pool_id: &str,
    token_use: TokenUse,
    now: i64,
) -> Result<SigningKeyRow, KeyError> {
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError::Cryptography)?;
    let modulus = pair
        .public_key()
        .modulus()
        .big_endian_without_leading_zero();
    // A kid that follows from the key: two keys never share one.
    let kid = Base64UrlUnpadded::encode_string(digest::digest(&digest::SHA256, modulus).as_ref());
    let private: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| KeyError::Cryptography)?;
    let private_key = sealer.seal(place(&kid, pool_id), private.as_ref())?;
    Ok(SigningKeyRow {
        kid,
        pool_id: pool_id.to_owned(),
        token_use: token_use.as_str().to_owned(),
        private_key,
        created_at: now,
    })
}

fn place<'a>(kid: &'a str, pool: &'a str) -> Place<'a> {
    Place {
        table: "signing_keys",
        column: "private_key",
        row: kid,
        pool,
    }
}
