//! The secrets of a client: none for a public one, two while one takes the place of the other
//! (`AddUserPoolClientSecret`, `DeleteUserPoolClientSecret`).
//!
//! # Security model
//! All of them are sealed in one value, bound to client and pool. Each is good for everything: a program
//! that has the old one goes on until it is deleted. The last one cannot be deleted: a client does not
//! become public by that.
//!
//! # Format
//! JSON, or, as older versions stored it, the text of the one secret.

use std::fmt;

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::create::new_secret;
use super::{Client, Pool};
use crate::app::AppState;
use crate::error::ApiError;
use crate::seal::{Place, Sealer};
use crate::store::ClientRow;

/// Secrets that a client may have at once. Source: the API's documentation of the operation.
const MOST: usize = 2;
/// The id of a secret that an older version stored.
const FIRST: &str = "first";

/// A client's secret. Wiped when dropped, never printed.
#[derive(Clone)]
pub struct ClientSecret(Zeroizing<String>);

impl ClientSecret {
    /// Takes a secret.
    #[must_use]
    pub fn new(secret: String) -> Self {
        Self(Zeroizing::new(secret))
    }

    /// The secret itself.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.0
    }

    /// Compares in a time that does not depend on where the difference is.
    #[must_use]
    pub fn matches(&self, given: &str) -> bool {
        self.0.as_bytes().ct_eq(given.as_bytes()).into()
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret(..)")
    }
}

/// A secret that a client has.
#[derive(Debug, Clone)]
pub struct StoredSecret {
    /// What it is called, to delete it.
    pub id: String,
    /// The secret.
    pub secret: ClientSecret,
    /// Seconds since 1970.
    pub created_at: i64,
}

/// The secrets of a client, the oldest first.
#[derive(Debug, Clone, Default)]
pub struct ClientSecrets(Vec<StoredSecret>);

/// As it is stored.
#[derive(Serialize, Deserialize)]
struct Content {
    id: String,
    secret: Zeroizing<String>,
    created_at: i64,
}

impl ClientSecrets {
    /// Whether the client is public.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &StoredSecret> {
        self.0.iter()
    }

    /// Whether a text is one of them, in a time that does not depend on which, or where it differs.
    #[must_use]
    pub fn match_any(&self, given: &str) -> bool {
        let matches = self.0.iter().map(|stored| stored.secret.matches(given));
        matches.fold(false, |any, one| any | one)
    }

    pub(super) fn of_new(secret: ClientSecret, now: i64) -> Self {
        Self(vec![StoredSecret::new(secret, now)])
    }

    pub(super) fn open(sealer: &Sealer, row: &ClientRow) -> Result<Self, ApiError> {
        let Some(sealed) = &row.secret else {
            return Ok(Self::default());
        };
        let plain = sealer.open(place(&row.pool_id, &row.id), sealed)?;
        if plain.first() != Some(&b'[') {
            let text = String::from_utf8_lossy(&plain).into_owned();
            return Ok(Self(vec![StoredSecret {
                id: FIRST.to_owned(),
                secret: ClientSecret::new(text),
                created_at: row.created_at,
            }]));
        }
        let contents: Vec<Content> =
            serde_json::from_slice(&plain).map_err(|error| ApiError::internal(&error))?;
        let secrets = contents.into_iter().map(|content| StoredSecret {
            id: content.id,
            secret: ClientSecret(content.secret),
            created_at: content.created_at,
        });
        Ok(Self(secrets.collect()))
    }

    /// `None` if there are none.
    pub(super) fn seal(
        &self,
        sealer: &Sealer,
        pool_id: &str,
        client_id: &str,
    ) -> Result<Option<Vec<u8>>, ApiError> {
        if self.is_empty() {
            return Ok(None);
        }
        let contents: Vec<Content> = self
            .iter()
            .map(|stored| Content {
                id: stored.id.clone(),
                secret: stored.secret.0.clone(),
                created_at: stored.created_at,
            })
            .collect();
        let json = serde_json::to_vec(&contents).map_err(|error| ApiError::internal(&error))?;
        let json = Zeroizing::new(json);
        Ok(Some(sealer.seal(place(pool_id, client_id), &json)?))
    }
}

impl StoredSecret {
    fn new(secret: ClientSecret, now: i64) -> Self {
        Self {
            id: Uuid::new_v4().to_string(),
            secret,
            created_at: now,
        }
    }
}

/// `AddUserPoolClientSecret`: the given secret, or a new one.
///
/// # Errors
/// `InvalidParameterException` for a public client or a secret it has, `LimitExceededException` for a third.
pub async fn add_secret(
    state: &AppState,
    pool: &Pool,
    client_id: &str,
    given: Option<ClientSecret>,
) -> Result<StoredSecret, ApiError> {
    let secret = match given {
        Some(given) => given,
        None => new_secret()?,
    };
    let added = StoredSecret::new(secret, state.clock.now());
    change(state, pool, client_id, |secrets| {
        if secrets.is_empty() {
            return Err(ApiError::invalid_parameter(
                "A public client has no secrets.",
            ));
        }
        if secrets.match_any(added.secret.secret()) {
            return Err(ApiError::invalid_parameter(
                "The client has this secret already.",
            ));
        }
        if secrets.0.len() >= MOST {
            return Err(ApiError::limit_exceeded(
                "The client has as many secrets as it may have.",
            ));
        }
        secrets.0.push(added.clone());
        Ok(())
    })
    .await?;
    Ok(added)
}

/// `DeleteUserPoolClientSecret`
///
/// # Errors
/// `ResourceNotFoundException`, `InvalidParameterException` for the last one.
pub async fn delete_secret(
    state: &AppState,
    pool: &Pool,
    client_id: &str,
    id: &str,
) -> Result<(), ApiError> {
    change(state, pool, client_id, |secrets| {
        let place = secrets.0.iter().position(|stored| stored.id == id);
        let place = place
            .ok_or_else(|| ApiError::resource_not_found("The client has no secret of this id."))?;
        if secrets.0.len() == 1 {
            return Err(ApiError::invalid_parameter(
                "The only secret of a client cannot be deleted.",
            ));
        }
        secrets.0.remove(place);
        Ok(())
    })
    .await
}

/// Changes a client's secrets over those that were read.
async fn change(
    state: &AppState,
    pool: &Pool,
    client_id: &str,
    change: impl Fn(&mut ClientSecrets) -> Result<(), ApiError>,
) -> Result<(), ApiError> {
    let row = state.store.client(client_id).await?;
    let row = row
        .filter(|row| row.pool_id == pool.id)
        .ok_or_else(|| super::client_not_found(client_id))?;
    let old = row.secret.clone();
    let mut secrets = Client::read(&state.sealer, row)?.secrets;
    change(&mut secrets)?;
    let new = secrets.seal(&state.sealer, &pool.id, client_id)?;
    let now = state.clock.now();
    let store = &state.store;
    if !store
        .replace_client_secret(&pool.id, client_id, old, new, now)
        .await?
    {
        return Err(ApiError::too_many_requests(
            "The client is being changed by another request.",
        ));
    }
    state.clients.forget();
    Ok(())
}

fn place<'a>(pool_id: &'a str, client_id: &'a str) -> Place<'a> {
    Place {
        table: "clients",
        column: "secret",
        row: client_id,
        pool: pool_id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_compared_whole_and_never_printed() {
        let secret = ClientSecret::new("s3cret".to_owned());
        assert!(secret.matches("s3cret"));
        assert!(!secret.matches("s3cre"));
        assert!(!secret.matches(""));
        assert_eq!(format!("{secret:?}"), "ClientSecret(..)");
    }
}
