//! Users as they are stored: sealed, found by keyed hashes, and saved over the revision they were read at.

use super::{Attributes, Credential, Status, User, identities, normal, search};
use crate::app::AppState;
use crate::error::ApiError;
use crate::pools::{IdentifierAttribute, Pool};
use crate::seal::Place;
use crate::store::{CodeRow, LookupRow, Lookups, Saved, Spend, StoreError, Together, UserRow};

/// Why a changed user was not stored.
#[derive(Debug)]
pub enum SaveError {
    /// Something the user is found by belongs to somebody else.
    Taken,
    /// The code or step that the change depends on was used by another request.
    AlreadySpent,
    /// Somebody else changed the user meanwhile.
    Outdated,
    /// A fault of ours.
    Internal(ApiError),
}

impl From<SaveError> for ApiError {
    fn from(error: SaveError) -> Self {
        match error {
            SaveError::Taken => Self::alias_exists(
                "An account with the given email or phone_number already exists.",
            ),
            SaveError::AlreadySpent => {
                Self::expired_code("Invalid code provided, please request a code again.")
            }
            SaveError::Outdated => {
                Self::too_many_requests("The user is being changed by another request.")
            }
            SaveError::Internal(error) => error,
        }
    }
}

/// Stores a new user, with the code it is sent if there is one.
///
/// # Errors
/// [`SaveError::Taken`] if the user name, e-mail address or phone number is.
pub async fn insert(
    state: &AppState,
    pool: &Pool,
    user: &User,
    code: Option<&CodeRow>,
) -> Result<(), SaveError> {
    let row = user.row(state).map_err(SaveError::Internal)?;
    state
        .store
        .insert_user(&row, &user.lookups(state, pool), code)
        .await
        .map_err(taken)
}

/// Stores a changed user, and spends what the change depends on in the same transaction.
///
/// # Errors
/// [`SaveError`]: nothing is stored then.
pub async fn save(
    state: &AppState,
    pool: &Pool,
    user: &mut User,
    spend: Option<Spend<'_>>,
) -> Result<(), SaveError> {
    let together = Together {
        spend,
        ..Together::default()
    };
    save_with(state, pool, user, together).await
}

/// The same, with what changes together with the user.
///
/// # Errors
/// [`SaveError`]: nothing is stored then.
pub async fn save_with(
    state: &AppState,
    pool: &Pool,
    user: &mut User,
    together: Together<'_>,
) -> Result<(), SaveError> {
    let now = state.clock.now();
    user.updated_at = now;
    let row = user.row(state).map_err(SaveError::Internal)?;
    let lookups = user.lookups(state, pool);
    let remembered = pool.settings.password_policy().password_history_size;
    match state
        .store
        .update_user(&row, &lookups, together, remembered.into(), now)
        .await
        .map_err(taken)?
    {
        Saved::Done => {
            user.revision += 1;
            Ok(())
        }
        Saved::Outdated => Err(SaveError::Outdated),
        Saved::AlreadySpent => Err(SaveError::AlreadySpent),
    }
}

impl User {
    pub(super) fn row(&self, state: &AppState) -> Result<UserRow, ApiError> {
        let attributes = self.attributes.to_json()?;
        let verifier = self.credential.as_ref().map(|credential| {
            state
                .sealer
                .seal(self.place("verifier"), credential.verifier.as_bytes())
        });
        Ok(UserRow {
            pool_id: self.pool_id.clone(),
            username: self.username.clone(),
            sub: self.sub.clone(),
            status: self.status.as_str().to_owned(),
            enabled: self.enabled,
            attributes: state.sealer.seal(self.place("attributes"), &attributes)?,
            verifier: verifier.transpose()?,
            salt: self
                .credential
                .as_ref()
                .map(|credential| credential.salt.clone()),
            verifier_version: self.verifier_version,
            password_set_at: self.credential.as_ref().map(|credential| credential.set_at),
            created_at: self.created_at,
            updated_at: self.updated_at,
            revision: self.revision,
        })
    }

    /// The row of a new user, and what it is found by, for who stores many at once.
    pub(crate) fn to_be_stored(
        &self,
        state: &AppState,
        pool: &Pool,
    ) -> Result<(UserRow, Lookups), ApiError> {
        Ok((self.row(state)?, self.lookups(state, pool)))
    }

    pub(super) fn read(state: &AppState, row: UserRow) -> Result<Self, ApiError> {
        let place = |column| Place {
            table: "users",
            column,
            row: &row.username,
            pool: &row.pool_id,
        };
        let attributes = state.sealer.open(place("attributes"), &row.attributes)?;
        let credential = match (&row.verifier, row.salt) {
            (Some(sealed), Some(salt)) => {
                let verifier = state.sealer.open(place("verifier"), sealed)?;
                Some(Credential::read(
                    &verifier,
                    salt,
                    row.password_set_at.unwrap_or_default(),
                )?)
            }
            _ => None,
        };
        Ok(Self {
            attributes: Attributes::from_json(&attributes)?,
            credential,
            status: Status::parse(&row.status)
                .ok_or_else(|| ApiError::internal_error("A stored user has an unknown status."))?,
            pool_id: row.pool_id,
            username: row.username,
            sub: row.sub,
            enabled: row.enabled,
            verifier_version: row.verifier_version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            revision: row.revision,
        })
    }

    pub(super) fn place<'a>(&'a self, column: &'a str) -> Place<'a> {
        Place {
            table: "users",
            column,
            row: &self.username,
            pool: &self.pool_id,
        }
    }

    /// What the user is found by: user name and sub, and, by the pool's settings, e-mail address,
    /// phone number (as user names at once, as aliases when verified) and preferred user name (when
    /// confirmed).
    pub(super) fn lookups(&self, state: &AppState, pool: &Pool) -> Lookups {
        let lookup = |kind: &'static str, value: &str| LookupRow {
            kind,
            hash: state.sealer.lookup(kind, &pool.id, &normal(pool, value)),
        };
        let mut lookups = vec![lookup("username", &self.username), lookup("sub", &self.sub)];
        // Whoever another provider vouches for is found by that: their address names nobody here, so that the person
        // who signed up with it and they never stand in for each other.
        let is_external = self.status == Status::ExternalProvider;
        let (names, aliases) = match is_external {
            true => (&[][..], &[][..]),
            false => (
                pool.settings.username_attributes(),
                pool.settings.alias_attributes(),
            ),
        };
        for attribute in [
            IdentifierAttribute::Email,
            IdentifierAttribute::PhoneNumber,
            IdentifierAttribute::PreferredUsername,
        ] {
            let is_alias = aliases.contains(&attribute)
                && match attribute {
                    IdentifierAttribute::PreferredUsername => self.status != Status::Unconfirmed,
                    _ => self.has_verified(attribute),
                };
            if let Some(value) = self.attributes.get(attribute.name())
                && (names.contains(&attribute) || is_alias)
            {
                lookups.push(lookup(attribute.name(), value));
            }
        }
        // Addresses have a form that no other name may have; generated names are nobody's choice.
        let mut shadowed = Vec::new();
        if names.is_empty() && !is_external {
            shadowed.push(lookup("sub", &self.username));
            if aliases.contains(&IdentifierAttribute::PreferredUsername) {
                shadowed.push(lookup("preferred_username", &self.username));
                if let Some(preferred) = self.attributes.get("preferred_username") {
                    shadowed.push(lookup("sub", preferred));
                    shadowed.push(lookup("username", preferred));
                }
            }
        }
        lookups.extend(identities::lookups(state, self));
        Lookups {
            own: lookups,
            shadowed,
            searched: search::searched(&state.sealer, pool, self),
        }
    }
}

fn taken(error: StoreError) -> SaveError {
    match error {
        StoreError::Taken => SaveError::Taken,
        other => SaveError::Internal(other.into()),
    }
}
