//! Passkeys (WebAuthn Level 3): registration, what people have, and the proof at sign-in.
//!
//! # Steps
//! 1. [`registration`]: `StartWebAuthnRegistration` gives options with a challenge,
//!    `CompleteWebAuthnRegistration` takes what the authenticator made of it and stores the passkey.
//! 2. [`assertion`]: the challenge `WEB_AUTHN` of a sign-in gives options and takes the signature.
//!    `sign_in::user_auth` decides who is asked.
//!
//! # Security model
//! - The ceremonies are verified by `webauthn-rs-core`; what it leaves to its caller is here: challenges,
//!   origins, whose a passkey is, the user handle, counters.
//! - A challenge is random, belongs to one pool, client and user, ends with `AuthSessionValidity`, and is
//!   answered once, rightly or wrongly.
//! - The relying party is the pool's ([`relying_party`]); a page is believed on its host and the hosts
//!   below it, over https, or http on `localhost`. A page in a frame of another origin is not.
//! - A counter that does not go up means a copy: refused. Authenticators without a counter send 0.
//! - A row is sealed and bound to its pool, user and credential id, which is a keyed hash in the database.
//!   Somebody who can write the database can remove a passkey, or put back an older row of the same one.
//! - No attestation is asked for: any authenticator is good enough.
//!
//! # Limits
//! 20 passkeys for each user. Origins of apps (`android:apk-key-hash:`) are not taken.

pub mod assertion;
pub mod registration;
pub mod relying_party;

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use webauthn_rs_core::proto::Credential;

use crate::app::AppState;
use crate::error::ApiError;
use crate::opaque_secret::row_name;
use crate::pools::Pool;
use crate::seal::Place;
use crate::store::PasskeyRow;
use crate::users::User;

/// Passkeys that one user can have.
pub const MOST: i64 = 20;

/// A passkey of a user.
#[derive(Debug, Clone)]
pub struct Passkey {
    row: PasskeyRow,
    stored: Stored,
}

/// What is sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Stored {
    credential: Credential,
    relying_party: String,
    transports: Vec<String>,
    attachment: Option<String>,
}

impl Passkey {
    /// Its id, base64url, as authenticators and the API name it.
    #[must_use]
    pub fn id(&self) -> String {
        Base64UrlUnpadded::encode_string(self.credential_id())
    }

    /// The relying party it was made for.
    #[must_use]
    pub fn relying_party(&self) -> &str {
        &self.stored.relying_party
    }

    /// How it can be reached (`internal`, `hybrid`, `usb`, ...), as the browser said.
    #[must_use]
    pub fn transports(&self) -> &[String] {
        &self.stored.transports
    }

    /// `platform` or `cross-platform`, as the browser said.
    #[must_use]
    pub fn attachment(&self) -> Option<&str> {
        self.stored.attachment.as_deref()
    }

    /// What people can tell it by.
    #[must_use]
    pub fn friendly_name(&self) -> &'static str {
        match self.attachment() {
            _ if self.stored.credential.backup_eligible => "Synced passkey",
            Some("cross-platform") => "Security key",
            _ => "Passkey of one device",
        }
    }

    /// Seconds since 1970, with milliseconds.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds of our time fit into 53 bits"
    )]
    pub fn created_at(&self) -> f64 {
        self.row.created_at as f64 / 1000.0
    }

    /// All of it, for an export. Whoever has it cannot sign in: the private key is the authenticator's.
    ///
    /// # Errors
    /// For no fault of the caller's.
    pub(crate) fn to_json(&self) -> Result<Value, ApiError> {
        serde_json::to_value(&self.stored).map_err(|error| ApiError::internal(&error))
    }

    /// The row of a passkey out of an export, for this user; `None` if it is none. `created_at` is
    /// in milliseconds.
    ///
    /// # Errors
    /// For no fault of the caller's.
    pub(crate) fn row_of_json(
        state: &AppState,
        user: &User,
        created_at: i64,
        json: Value,
    ) -> Result<Option<PasskeyRow>, ApiError> {
        let Ok(stored) = serde_json::from_value::<Stored>(json) else {
            return Ok(None);
        };
        let id = Base64UrlUnpadded::encode_string(stored.credential.cred_id.as_slice());
        let row = PasskeyRow {
            pool_id: user.pool_id.clone(),
            id: hash_of(state, &user.pool_id, &id),
            username: user.username.clone(),
            data: Vec::new(),
            created_at,
            revision: 0,
        };
        let mut passkey = Self { row, stored };
        passkey.seal(state)?;
        Ok(Some(passkey.row))
    }

    /// Milliseconds since 1970.
    pub(crate) fn created_at_millis(&self) -> i64 {
        self.row.created_at
    }

    fn credential_id(&self) -> &[u8] {
        self.stored.credential.cred_id.as_slice()
    }

    fn read(state: &AppState, row: PasskeyRow) -> Result<Self, ApiError> {
        let name = row_name(&row.id);
        let plain = state
            .sealer
            .open(place(&row, &bound(&row, &name)), &row.data)?;
        let stored = serde_json::from_slice(&plain).map_err(|error| ApiError::internal(&error))?;
        Ok(Self { row, stored })
    }

    fn seal(&mut self, state: &AppState) -> Result<(), ApiError> {
        let plain = serde_json::to_vec(&self.stored).map_err(|error| ApiError::internal(&error))?;
        let name = row_name(&self.row.id);
        let sealed = state
            .sealer
            .seal(place(&self.row, &bound(&self.row, &name)), &plain)?;
        self.row.data = sealed;
        Ok(())
    }
}

/// A user's passkeys, the oldest first.
///
/// # Errors
/// For no fault of the caller's.
pub async fn list(state: &AppState, pool: &Pool, username: &str) -> Result<Vec<Passkey>, ApiError> {
    let rows = state.store.passkeys(&pool.id, username).await?;
    rows.into_iter()
        .map(|row| Passkey::read(state, row))
        .collect()
}

/// Those of them that can be used with the pool's relying party as it is now.
///
/// # Errors
/// For no fault of the caller's.
pub async fn usable(
    state: &AppState,
    pool: &Pool,
    username: &str,
) -> Result<Vec<Passkey>, ApiError> {
    let all = list(state, pool, username).await?;
    let Some(relying_party) = relying_party::id(state, pool) else {
        return Ok(Vec::new());
    };
    Ok(all
        .into_iter()
        .filter(|passkey| passkey.relying_party() == relying_party)
        .collect())
}

/// Whether there are any of those. As a rule one row is opened, however many there are, so that the time
/// does not tell how many.
///
/// # Errors
/// For no fault of the caller's.
pub async fn has_usable(state: &AppState, pool: &Pool, username: &str) -> Result<bool, ApiError> {
    let newest = state.store.newest_passkey(&pool.id, username).await?;
    let (Some(newest), Some(relying_party)) = (newest, relying_party::id(state, pool)) else {
        return Ok(false);
    };
    if Passkey::read(state, newest)?.relying_party() == relying_party {
        return Ok(true);
    }
    // The pool's setting has changed since, perhaps there and back.
    let usable = usable(state, pool, username).await?;
    Ok(!usable.is_empty())
}

/// Deletes one.
///
/// # Errors
/// `ResourceNotFoundException` if the user does not have it.
pub async fn delete(state: &AppState, user: &User, id: &str) -> Result<(), ApiError> {
    let hash = hash_of(state, &user.pool_id, id);
    let deleted = state
        .store
        .delete_passkey(&user.pool_id, &user.username, &hash)
        .await?;
    deleted
        .then_some(())
        .ok_or_else(|| ApiError::resource_not_found("The passkey does not exist."))
}

fn hash_of(state: &AppState, pool_id: &str, id: &str) -> Vec<u8> {
    state.sealer.lookup("passkey", pool_id, id).to_vec()
}

/// Pool and table are in the place already; a row is also bound to its user and its own id.
fn bound(row: &PasskeyRow, name: &str) -> String {
    format!("{name} {}", row.username)
}

fn place<'a>(row: &'a PasskeyRow, bound: &'a str) -> Place<'a> {
    Place {
        table: "passkeys",
        column: "data",
        row: bound,
        pool: &row.pool_id,
    }
}
