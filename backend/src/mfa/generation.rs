//! What a second factor that was proved is worth later.
//!
//! # Security model
//! A proof of an authenticator app says nothing about the app that took its place, nor one of an address
//! about the next address. Whatever relies on an older proof keeps the [`Generation`] it was made in, and
//! counts only while that is the current one: it ends with every factor that is turned on, replaced or
//! taken away, and with every change of an address that codes go to, whoever made it. Nobody who writes the
//! database can make one up.

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use super::{Enrolment, Factor, Requirement, asked_for};
use crate::app::AppState;
use crate::error::ApiError;
use crate::pools::Pool;
use crate::users::User;

/// What a user's second factors were at one time: a keyed hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generation([u8; 32]);

/// A second factor that was proved, and what the user's factors were then.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ProvedFactor {
    /// Which one.
    pub factor: Factor,
    /// What it was one of.
    pub generation: Generation,
}

impl Generation {
    /// The current one of a user whom a sign-in asks for a second factor; `None` for who needs none.
    ///
    /// # Errors
    /// For no fault of the caller's.
    pub async fn current(
        state: &AppState,
        pool: &Pool,
        user: &User,
    ) -> Result<Option<Self>, ApiError> {
        if pool.mfa.requirement() == Requirement::Off {
            return Ok(None);
        }
        let enrolment = Enrolment::find(state, user).await?;
        let is_asked = !asked_for(&pool.mfa, user, &enrolment).is_empty();
        Ok(is_asked.then(|| Self::of(state, pool, user, &enrolment)))
    }

    pub(super) fn of(state: &AppState, pool: &Pool, user: &User, enrolment: &Enrolment) -> Self {
        let changes = enrolment.changes().to_be_bytes();
        let mut parts = vec![
            user.pool_id.as_bytes(),
            user.username.as_bytes(),
            user.sub.as_bytes(),
            &changes,
        ];
        for factor in asked_for(&pool.mfa, user, enrolment) {
            let address = factor.address();
            let address = address.and_then(|address| user.attributes.get(address.name()));
            parts.push(factor.name().as_bytes());
            parts.push(address.unwrap_or_default().as_bytes());
        }
        Self(state.sealer.derive("factor generation", &parts))
    }

    /// Whether this is the one that was stored.
    #[must_use]
    pub fn is(&self, stored: Option<&[u8]>) -> bool {
        stored.is_some_and(|stored| self.0.ct_eq(stored).into())
    }

    /// What is stored.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.to_vec()
    }
}
