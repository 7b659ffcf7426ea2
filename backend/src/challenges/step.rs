//! Steps of a sign-in that wait for an answer (`Session`).
//!
//! # Security model
//! The handle is an `OpaqueSecret`; the database has its hash. A step belongs to one pool, client,
//! user, challenge and audience (the JSON API or one login transaction), ends with the client's
//! `AuthSessionValidity`, which a step that follows another does not begin anew, and with the user's
//! sessions (`sessions::revoke_all`). It is answered once: the change it allows spends it, or, where
//! nothing of the user changes, [`PendingStep::spend_now`]. What it remembers is sealed.

use zeroize::Zeroizing;

use super::Through;
use crate::app::AppState;
use crate::error::ApiError;
use crate::opaque_secret::{self, OpaqueSecret};
use crate::pools::{Client, Pool, find_client_of};
use crate::seal::Place;
use crate::store::{ChallengeRow, Spend};
use crate::users::{self, Status, User};

/// Answers that may be tried for one step.
const MOST_TRIES: i64 = 5;

/// A step that may be answered now.
pub struct PendingStep {
    /// The user it belongs to.
    pub username: String,
    /// The version of the password that was proved.
    pub verifier_version: i64,
    /// What the challenge had to remember, in its own form.
    pub memory: Zeroizing<Vec<u8>>,
    id: Vec<u8>,
    expires_at: i64,
}

impl std::fmt::Debug for PendingStep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PendingStep(..)")
    }
}

/// Whose step it is: a user, or the decoy of one who does not exist.
#[derive(Debug, Clone, Copy)]
pub struct Owner<'a> {
    /// The real user name, or the decoy's.
    pub username: &'a str,
    /// The version of the password that was proved; without a password 0.
    pub verifier_version: i64,
}

impl<'a> From<&'a User> for Owner<'a> {
    fn from(user: &'a User) -> Self {
        Self {
            username: &user.username,
            verifier_version: user.verifier_version,
        }
    }
}

impl PendingStep {
    /// Stores a step. `memory` is what the challenge needs when the answer comes.
    ///
    /// # Errors
    /// For no fault of the caller's.
    pub async fn begin(
        state: &AppState,
        through: Through<'_>,
        owner: Owner<'_>,
        challenge: &'static str,
        memory: &[u8],
    ) -> Result<OpaqueSecret, ApiError> {
        let handle = OpaqueSecret::draw()?;
        Self::begin_as(state, through, owner, challenge, memory, &handle).await?;
        Ok(handle)
    }

    /// The same with a handle that was drawn elsewhere: 256 random bits that the client brings back.
    ///
    /// # Errors
    /// For no fault of the caller's.
    pub async fn begin_as(
        state: &AppState,
        through: Through<'_>,
        owner: Owner<'_>,
        challenge: &'static str,
        memory: &[u8],
        handle: &OpaqueSecret,
    ) -> Result<(), ApiError> {
        let expires_at = state.clock.now() + through.client.settings.auth_session_seconds();
        let row = new(state, through, owner, challenge, memory, handle, expires_at)?;
        state.store.insert_challenge(&row).await?;
        Ok(())
    }

    /// Stores a step that follows one which was answered, `handle`. Such a step has the same handle, and
    /// ends when that one would have: clients exist that go on with the handle they have. Without one it
    /// is a step like any other.
    ///
    /// # Errors
    /// For no fault of the caller's.
    pub async fn begin_again(
        state: &AppState,
        through: Through<'_>,
        owner: Owner<'_>,
        challenge: &'static str,
        memory: &[u8],
        handle: Option<&str>,
    ) -> Result<OpaqueSecret, ApiError> {
        if let Some(handle) = handle {
            let handle = OpaqueSecret::new(handle.to_owned());
            let row = new(state, through, owner, challenge, memory, &handle, 0)?;
            if state.store.reopen_challenge(&row).await? {
                return Ok(handle);
            }
        }
        Self::begin(state, through, owner, challenge, memory).await
    }

    /// Stores the step that follows this one, and spends this one. It ends when this one would have.
    ///
    /// # Errors
    /// `NotAuthorizedException` if this one was spent meanwhile.
    pub async fn follow(
        &self,
        state: &AppState,
        through: Through<'_>,
        owner: Owner<'_>,
        challenge: &'static str,
        memory: &[u8],
    ) -> Result<OpaqueSecret, ApiError> {
        let handle = OpaqueSecret::draw()?;
        let until = self.expires_at;
        let row = new(state, through, owner, challenge, memory, &handle, until)?;
        let now = state.clock.now();
        if !state.store.replace_challenge(&self.id, &row, now).await? {
            return Err(invalid());
        }
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
        let row = find_row(state, handle).await?;
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
        let (version, rest) = payload.split_first_chunk::<8>().ok_or_else(invalid)?;
        let (length, rest) = rest.split_first_chunk::<8>().ok_or_else(invalid)?;
        let length = usize::try_from(u64::from_be_bytes(*length)).map_err(|_| invalid())?;
        let (audience, memory) = rest.split_at_checked(length).ok_or_else(invalid)?;
        if audience != through.audience().as_bytes() {
            return Err(invalid());
        }
        Ok(Self {
            username: row.username,
            verifier_version: i64::from_be_bytes(*version),
            memory: Zeroizing::new(memory.to_vec()),
            id: row.id,
            expires_at: row.expires_at,
        })
    }

    /// Spends it where the answer changes nothing of the user. Of several answers at once, one
    /// may go on.
    ///
    /// # Errors
    /// `NotAuthorizedException` if it was spent meanwhile.
    pub async fn spend_now(&self, state: &AppState) -> Result<(), ApiError> {
        let now = state.clock.now();
        let is_first = state.store.spend_challenge(&self.id, now).await?;
        is_first.then_some(()).ok_or_else(invalid)
    }

    /// Pool and client of a handle, for operations that name neither. Whether the handle may be used
    /// is for [`PendingStep::find`] to say.
    ///
    /// # Errors
    /// `NotAuthorizedException` if there is no such handle.
    pub async fn client_of(
        state: &AppState,
        handle: Option<&str>,
    ) -> Result<(Pool, Client), ApiError> {
        let row = find_row(state, handle).await?.ok_or_else(invalid)?;
        find_client_of(state, &row.pool_id, &row.client_id).await
    }

    /// The step's user, who is still the one who proved the password.
    ///
    /// # Errors
    /// `NotAuthorizedException` if the user was disabled or has another password or status now.
    pub async fn user(
        &self,
        state: &AppState,
        through: Through<'_>,
        status: Status,
    ) -> Result<User, ApiError> {
        let user = users::find_by_username(state, through.pool, &self.username).await?;
        user.filter(|user| {
            user.enabled && user.status == status && user.verifier_version == self.verifier_version
        })
        .ok_or_else(invalid)
    }

    /// The same, if `name` stands for that user.
    ///
    /// # Errors
    /// As [`PendingStep::user`], and if it stands for somebody else.
    pub async fn user_named(
        &self,
        state: &AppState,
        through: Through<'_>,
        name: &str,
        status: Status,
    ) -> Result<User, ApiError> {
        let user = self.user(state, through, status).await?;
        let is_same_user = user.username == name
            || users::find(state, through.pool, name)
                .await?
                .is_some_and(|named| named.sub == user.sub);
        is_same_user.then_some(user).ok_or_else(invalid)
    }

    /// Counts a try of an answer, before it is compared.
    ///
    /// # Errors
    /// `NotAuthorizedException` if there were too many: the step has ended.
    pub async fn count_try(&self, state: &AppState) -> Result<(), ApiError> {
        let may_try = state.store.try_challenge(&self.id, MOST_TRIES).await?;
        may_try.then_some(()).ok_or_else(invalid)
    }

    /// The hash of the handle, for changes that spend the step with what is not the user's row.
    #[must_use]
    pub fn id(&self) -> &[u8] {
        &self.id
    }

    /// What the change of the user has to spend.
    #[must_use]
    pub fn spend(&self) -> Spend<'_> {
        Spend::Challenge { id: &self.id }
    }
}

/// `NotAuthorizedException` for every step that may not be answered.
#[must_use]
pub fn invalid() -> ApiError {
    ApiError::not_authorized("Invalid session for the user.")
}

fn new(
    state: &AppState,
    through: Through<'_>,
    owner: Owner<'_>,
    challenge: &'static str,
    memory: &[u8],
    handle: &OpaqueSecret,
    expires_at: i64,
) -> Result<ChallengeRow, ApiError> {
    let audience = through.audience();
    let mut payload = Zeroizing::new(owner.verifier_version.to_be_bytes().to_vec());
    payload.extend_from_slice(&(audience.len() as u64).to_be_bytes());
    payload.extend_from_slice(audience.as_bytes());
    payload.extend_from_slice(memory);
    Ok(ChallengeRow {
        id: handle.hash(),
        pool_id: through.pool.id.clone(),
        client_id: through.client.id.clone(),
        username: owner.username.to_owned(),
        name: challenge.to_owned(),
        payload: state
            .sealer
            .seal(place(owner.username, &through.pool.id), &payload)?,
        expires_at,
        spent_at: None,
    })
}

async fn find_row(
    state: &AppState,
    handle: Option<&str>,
) -> Result<Option<ChallengeRow>, ApiError> {
    let id = opaque_secret::hash(handle.ok_or_else(invalid)?);
    Ok(state.store.challenge(&id).await?)
}

fn place<'a>(username: &'a str, pool_id: &'a str) -> Place<'a> {
    Place {
        table: "challenges",
        column: "payload",
        row: username,
        pool: pool_id,
    }
}
