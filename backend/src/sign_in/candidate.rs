//! Whoever a name stands for.

use super::Through;
use crate::app::AppState;
use crate::challenges::Owner;
use crate::error::ApiError;
use crate::users::{self, Credential, Decoy, User, decoy};

/// A user, or the decoy of one who does not exist.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) user: Option<User>,
    decoy: Decoy,
}

impl Candidate {
    /// Finds the user of a name.
    ///
    /// # Errors
    /// `UserNotFoundException` only where the client wants it.
    pub(super) async fn find(
        state: &AppState,
        through: Through<'_>,
        name: &str,
    ) -> Result<Self, ApiError> {
        let user = users::find(state, through.pool, name).await?;
        if user.is_none() && !through.hides_existence() {
            return Err(users::not_found());
        }
        Ok(Self::of(state, through, user, name))
    }

    /// The decoy is computed for users who exist, too: it costs microseconds, and both ways cost
    /// about the same. It is the one of their real user name, by whatever name they were found.
    pub(super) fn of(
        state: &AppState,
        through: Through<'_>,
        user: Option<User>,
        name: &str,
    ) -> Self {
        let name = user.as_ref().map_or(name, |user| &user.username);
        let decoy = decoy(&state.sealer, through.pool, name);
        Self { user, decoy }
    }

    pub(super) fn username(&self) -> &str {
        self.user
            .as_ref()
            .map_or(&self.decoy.username, |user| &user.username)
    }

    /// A user without a password is checked against the decoy's, which no password fits.
    pub(super) fn credential(&self) -> &Credential {
        let own = self.user.as_ref().and_then(|user| user.credential.as_ref());
        own.unwrap_or(&self.decoy.credential)
    }

    pub(super) fn verifier_version(&self) -> i64 {
        self.user.as_ref().map_or(1, |user| user.verifier_version)
    }

    /// Whose the steps of this sign-in are.
    pub(super) fn owner(&self) -> Owner<'_> {
        Owner {
            username: self.username(),
            verifier_version: self.verifier_version(),
        }
    }

    /// The user, if there is one with a password.
    pub(super) fn with_password(self) -> Option<User> {
        self.user.filter(|user| user.credential.is_some())
    }
}
