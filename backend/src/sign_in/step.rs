//! Steps of a sign-in that wait for an answer (`Session`).
//!
//! # Security model
//! The handle is 256 random bits; the database has its hash. A step belongs to one pool, client,
//! user, challenge and audience (the JSON API or one login transaction), ends with the client's `AuthSessionValidity`, and is answered once: the
//! change it allows spends it.

use aws_lc_rs::digest;

use super::Through;
use crate::app::AppState;
use crate::error::ApiError;
use crate::random;
use crate::seal::Place;
use crate::store::{ChallengeRow, Spend};
use crate::users::User;

/// The handle of a step, as the client holds it. It opens the step: never printed.
#[derive(Clone)]
pub struct Handle(String);

impl Handle {
    /// The handle's text.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Handle(..)")
    }
}

/// A step that may be answered now.
#[derive(Debug)]
pub struct PendingStep {
    /// The user it belongs to.
    pub username: String,
    /// The version of the password that was proved.
    pub verifier_version: i64,
    id: Vec<u8>,
}

impl PendingStep {
    /// Stores a step for a user whose password was proved.
    ///
    /// # Errors
    /// For no fault of the caller's.
    pub async fn begin(
        state: &AppState,
        through: Through<'_>,
        user: &User,
        challenge: &'static str,
    ) -> Result<Handle, ApiError> {
        let handle = Handle(random::bearer_text()?);
        let mut payload = user.verifier_version.to_be_bytes().to_vec();
        payload.extend_from_slice(through.audience().as_bytes());
        let row = ChallengeRow {
            id: hash(&handle.0),
            pool_id: through.pool.id.clone(),
            client_id: through.client.id.clone(),
            username: user.username.clone(),
            name: challenge.to_owned(),
            payload: state
                .sealer
                .seal(place(&user.username, &through.pool.id), &payload)?,
            expires_at: state.clock.now() + through.client.settings.auth_session_seconds(),
            spent_at: None,
        };
        state.store.insert_challenge(&row).await?;
        Ok(handle)
    }

    /// Finds the step of a handle.
    ///
    /// # Errors
    /// `NotAuthorizedException` if there is none for this pool, client, challenge and audience, or
    /// it is spent or expired.
    pub async fn find(
        state: &AppState,
        through: Through<'_>,
        challenge: &str,
        handle: Option<&str>,
    ) -> Result<Self, ApiError> {
        let invalid = || ApiError::not_authorized("Invalid session for the user.");
        let row = state
            .store
            .challenge(&hash(handle.ok_or_else(invalid)?))
            .await?;
        let row = row
            .filter(|row| {
                row.pool_id == through.pool.id
                    && row.client_id == through.client.id
                    && row.name == challenge
                    && row.spent_at.is_none()
            })
            .ok_or_else(invalid)?;
        if row.expires_at <= state.clock.now() {
            return Err(ApiError::not_authorized(
                "Invalid session for the user, session is expired.",
            ));
        }
        let payload = state
            .sealer
            .open(place(&row.username, &row.pool_id), &row.payload)?;
        let (version, audience) = payload.split_first_chunk::<8>().ok_or_else(invalid)?;
        if audience != through.audience().as_bytes() {
            return Err(invalid());
        }
        Ok(Self {
            username: row.username,
            verifier_version: i64::from_be_bytes(*version),
            id: row.id,
        })
    }

    /// What the change of the user has to spend.
    #[must_use]
    pub fn spend(&self) -> Spend<'_> {
        Spend::Challenge { id: &self.id }
    }
}

fn hash(handle: &str) -> Vec<u8> {
    digest::digest(&digest::SHA256, handle.as_bytes())
        .as_ref()
        .to_vec()
}

fn place<'a>(username: &'a str, pool_id: &'a str) -> Place<'a> {
    Place {
        table: "challenges",
        column: "payload",
        row: username,
        pool: pool_id,
    }
}
