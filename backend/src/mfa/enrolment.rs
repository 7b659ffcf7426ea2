//! What a user has set up: the TOTP secret, which factors are on, which is preferred.

use std::collections::BTreeSet;

use base64ct::{Base64, Encoding};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Factor, TotpSecret};
use crate::app::AppState;
use crate::challenges::{PendingStep, invalid as invalid_session};
use crate::error::ApiError;
use crate::seal::Place;
use crate::store::{FactorsRow, Saved, TotpUse};
use crate::users::User;

/// A user's second factors. Changes are in memory until [`Enrolment::save`].
#[derive(Debug)]
pub struct Enrolment {
    choice: Choice,
    totp: Option<Totp>,
    totp_step: i64,
    pending: Option<TotpSecret>,
    row: FactorsRow,
}

/// An authenticator app that proved it has the secret.
#[derive(Debug, Clone)]
pub struct Totp {
    /// The secret.
    pub secret: TotpSecret,
    /// What the person calls the app or its device; may be empty.
    pub device_name: String,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Choice {
    on: BTreeSet<Factor>,
    preferred: Option<Factor>,
    /// See [`Enrolment::changes`].
    #[serde(default)]
    changes: u64,
}

impl Enrolment {
    /// Reads what a user has; nothing, for most.
    ///
    /// # Errors
    /// For no fault of the caller's.
    pub async fn find(state: &AppState, user: &User) -> Result<Self, ApiError> {
        let row = state
            .store
            .user_factors(&user.pool_id, &user.username)
            .await?;
        let Some(row) = row else {
            return Ok(Self::none(user));
        };
        let open = |column, sealed: &Option<Vec<u8>>| {
            let sealed = sealed.as_deref();
            sealed
                .map(|sealed| state.sealer.open(place(&row, column), sealed))
                .transpose()
        };
        let choice = state.sealer.open(place(&row, "choice"), &row.choice)?;
        let choice = serde_json::from_slice(&choice).map_err(|error| ApiError::internal(&error))?;
        let totp = open("totp", &row.totp)?
            .map(|bytes| Totp::decode(&bytes))
            .transpose()?;
        let pending =
            open("totp_pending", &row.totp_pending)?.map(|bytes| TotpSecret::from_bytes(&bytes));
        Ok(Self {
            choice,
            totp,
            totp_step: row.totp_step,
            pending,
            row,
        })
    }

    /// Stores it over what was read, and spends the step of a sign-in that the change depends on.
    ///
    /// # Errors
    /// `ConcurrentModificationException` if somebody else changed it meanwhile,
    /// `NotAuthorizedException` if the step was spent.
    pub async fn save(self, state: &AppState, step: Option<&PendingStep>) -> Result<(), ApiError> {
        let row = self.into_row(state)?;
        let challenge = step.map(PendingStep::id);
        let saved = state
            .store
            .save_user_factors(&row, challenge, state.clock.now())
            .await?;
        match saved {
            Saved::Done => Ok(()),
            Saved::AlreadySpent => Err(invalid_session()),
            Saved::Outdated => Err(ApiError::concurrent_modification(
                "The user's MFA settings are being changed by another request.",
            )),
        }
    }

    /// The row to store, where something else changes in the same piece.
    ///
    /// # Errors
    /// For no fault of the caller's.
    pub(crate) fn into_row(self, state: &AppState) -> Result<FactorsRow, ApiError> {
        let seal = |column, plain: &[u8]| state.sealer.seal(place(&self.row, column), plain);
        let choice =
            serde_json::to_vec(&self.choice).map_err(|error| ApiError::internal(&error))?;
        let choice = seal("choice", &choice)?;
        let totp = self.totp.as_ref().map(|totp| seal("totp", &totp.encode()));
        let totp = totp.transpose()?;
        let pending = self.pending.as_ref();
        let pending = pending.map(|pending| seal("totp_pending", pending.secret()));
        let pending = pending.transpose()?;
        Ok(FactorsRow {
            choice,
            totp,
            totp_step: self.totp_step,
            totp_pending: pending,
            ..self.row
        })
    }

    /// Uses a TOTP code for a step of a sign-in, which is spent by it.
    ///
    /// # Errors
    /// `ExpiredCodeException` if it was used before.
    pub async fn use_totp(
        &self,
        state: &AppState,
        totp_step: i64,
        step: &PendingStep,
    ) -> Result<(), ApiError> {
        let now = state.clock.now();
        let used = state
            .store
            .use_totp(&self.row, totp_step, step.id(), now)
            .await?;
        match used {
            TotpUse::Done => Ok(()),
            TotpUse::AlreadySpent => Err(invalid_session()),
            TotpUse::UsedBefore => Err(ApiError::expired_code(
                "Your software token has already been used once.",
            )),
        }
    }

    /// Whether the user turned this factor on.
    #[must_use]
    pub fn is_on(&self, factor: Factor) -> bool {
        self.choice.on.contains(&factor)
    }

    /// The factors that are on, in the order of answers.
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        self.choice.on.iter().map(|factor| factor.name()).collect()
    }

    /// The preferred one.
    #[must_use]
    pub fn preferred(&self) -> Option<Factor> {
        self.choice.preferred
    }

    /// How often a factor was turned on, or an authenticator app set or forgotten: never twice the same.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.choice.changes
    }

    /// The authenticator app.
    #[must_use]
    pub fn totp(&self) -> Option<&Totp> {
        self.totp.as_ref()
    }

    /// The secret that waits for its first code.
    #[must_use]
    pub fn pending(&self) -> Option<&TotpSecret> {
        self.pending.as_ref()
    }

    /// Turns a factor on or off. One that is off is not preferred.
    pub fn turn(&mut self, factor: Factor, is_on: bool) {
        if is_on {
            if self.choice.on.insert(factor) {
                self.choice.changes += 1;
            }
        } else {
            self.choice.on.remove(&factor);
            self.prefer(factor, false);
        }
    }

    /// Prefers a factor to all others, or no longer.
    pub fn prefer(&mut self, factor: Factor, is_preferred: bool) {
        if is_preferred {
            self.choice.preferred = Some(factor);
        } else if self.choice.preferred == Some(factor) {
            self.choice.preferred = None;
        }
    }

    /// Keeps a secret until its first code comes.
    pub fn associate(&mut self, secret: TotpSecret) {
        self.pending = Some(secret);
    }

    /// Puts an authenticator app in the place of the one before. The code that proved it, of
    /// `totp_step`, is used.
    pub fn set_totp(&mut self, totp: Totp, totp_step: i64) {
        self.totp = Some(totp);
        self.totp_step = totp_step;
        self.row.has_new_totp = true;
        self.pending = None;
        self.choice.changes += 1;
    }

    /// Forgets the authenticator app.
    pub fn remove_totp(&mut self) {
        self.choice.changes += 1;
        self.totp = None;
        self.pending = None;
        self.turn(Factor::SoftwareToken, false);
    }

    /// Nothing, for a user who is not stored yet.
    pub(crate) fn none(user: &User) -> Self {
        Self {
            choice: Choice::default(),
            totp: None,
            totp_step: 0,
            pending: None,
            row: FactorsRow {
                pool_id: user.pool_id.clone(),
                username: user.username.clone(),
                choice: Vec::new(),
                totp: None,
                totp_step: 0,
                has_new_totp: false,
                totp_pending: None,
                revision: 0,
            },
        }
    }
}

#[derive(Serialize, Deserialize)]
struct StoredTotp {
    secret: Zeroizing<String>,
    device_name: String,
}

impl Totp {
    fn encode(&self) -> Zeroizing<Vec<u8>> {
        let stored = StoredTotp {
            secret: Zeroizing::new(Base64::encode_string(self.secret.secret())),
            device_name: self.device_name.clone(),
        };
        // Two strings always have a JSON form.
        Zeroizing::new(serde_json::to_vec(&stored).unwrap_or_default())
    }

    fn decode(bytes: &[u8]) -> Result<Self, ApiError> {
        let stored: StoredTotp =
            serde_json::from_slice(bytes).map_err(|error| ApiError::internal(&error))?;
        let secret = Base64::decode_vec(&stored.secret)
            .map(Zeroizing::new)
            .map_err(|_| ApiError::internal_error("A stored TOTP secret is damaged."))?;
        Ok(Self {
            secret: TotpSecret::from_bytes(&secret),
            device_name: stored.device_name,
        })
    }
}

fn place<'a>(row: &'a FactorsRow, column: &'a str) -> Place<'a> {
    Place {
        table: "user_factors",
        column,
        row: &row.username,
        pool: &row.pool_id,
    }
}
