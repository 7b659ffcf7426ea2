//! How somebody without a password here proves who they are to the account page: by a code that goes to their e-mail address.
//!
//! Their provider may not tell when they proved it (Facebook, Amazon, Google as a rule), and then no sign-in is a proof
//! (`account_page`). Who has a password has to give that: the mailbox alone is not to be enough for more than it is elsewhere.
//!
//! # Steps
//! 1. [`AtAccount::send_proof_code`] sends six digits to the address that the provider told as it vouched for them.
//! 2. [`AtAccount::confirm_proof`] takes them; the session has a proof of now, for the account page alone.
//!
//! # Security model
//! Whoever sits at a browser that was left open can give the account another address in the app, and verify it. So a code goes to no
//! other than the provider told in the sign-in that this session came by, and only while it is the user's still. It is good for
//! ten minutes, once. Tries are counted as those of other codes are. The proof is written into the session that gave it: another
//! browser of the same person has none.
//!
//! # Limits
//! Whoever sits at a browser that is signed in and reads the person's mail there passes. A recovery by e-mail has the same limit. Where
//! a pool does not recover accounts by e-mail there is no code.

use cognate_core::secret::Code as Digits;

use super::account_page::AtAccount;
use super::sso;
use crate::app::{AppState, Caller};
use crate::codes::{self, Asked, Code, Outcome, Purpose};
use crate::error::ApiError;
use crate::federation::told_email;
use crate::limits::{self, Hourly};
use crate::messages::{Composing, Purpose as MessagePurpose};
use crate::pools::IdentifierAttribute;
use crate::users::{CodeDeliveryDetails, Destination};

impl AtAccount {
    /// Where a code goes: for who has no password here, the e-mail address that their provider told, if it is theirs still.
    #[must_use]
    pub fn proof_address(&self, state: &AppState) -> Option<Destination> {
        const EMAIL: IdentifierAttribute = IdentifierAttribute::Email;
        let (pool, user) = (&self.pool, &self.session.user);
        let is_used = Destination::choices_of_recovery(pool).contains(&EMAIL);
        if user.credential.is_some() || !is_used {
            return None;
        }
        let told = self.session.told_email?;
        let address = Destination::of(EMAIL, &user.attributes)?;
        (told_email(state, &pool.id, &address.value) == told).then_some(address)
    }

    /// Sends a code, and answers where to.
    ///
    /// # Errors
    /// `InvalidParameterException` where there is no address for it, `LimitExceededException`; what the trigger `CustomMessage`
    /// throws.
    pub async fn send_proof_code(
        &self,
        state: &AppState,
        caller: &Caller,
    ) -> Result<CodeDeliveryDetails, ApiError> {
        let (pool, user) = (&self.pool, &self.session.user);
        let destination = self.proof_address(state).ok_or_else(|| {
            ApiError::invalid_parameter("There is no address that a code could go to.")
        })?;
        limits::count(state, caller, Hourly::ProofCode, &pool.id, &user.username).await?;
        let details = destination.details();
        let purpose = Purpose::AccountProof;
        let code = Code::new(state, &pool.id, &user.username, purpose, destination)?;
        state.store.replace_code(&code.row).await?;
        let asked = Asked {
            client_id: &self.client.id,
            client_metadata: None,
            composing: Composing::Now,
        };
        let message = MessagePurpose::AccountProof;
        codes::deliver(state, pool, user, &code, message, asked).await?;
        Ok(details)
    }

    /// Takes a code: from now on this browser's session has a proof.
    ///
    /// # Errors
    /// `CodeMismatchException`, `ExpiredCodeException`, `LimitExceededException`; `NotAuthorizedException` if the session has ended or
    /// got another value meanwhile, and then the code is still good.
    pub async fn confirm_proof(
        &self,
        state: &AppState,
        caller: &Caller,
        code: &Digits,
    ) -> Result<(), ApiError> {
        let (pool_id, username) = (&self.pool.id, &self.session.user.username);
        limits::count(state, caller, Hourly::ConfirmProof, pool_id, username).await?;
        let purpose = Purpose::AccountProof;
        let right = match codes::check(state, pool_id, username, purpose, code.secret()).await? {
            Outcome::Right(right) => right,
            Outcome::Wrong => return Err(codes::mismatch()),
            Outcome::Expired | Outcome::None => return Err(codes::expired()),
        };
        if self.proof_address(state).as_ref() != Some(&right.destination) {
            return Err(codes::expired());
        }
        let now = state.clock.now();
        let content = sso::proved_by_code(state, &self.session, now)?;
        let session = (&*self.session.hash, content);
        let whose = (pool_id.as_str(), username.as_str());
        let store = &state.store;
        let is_proved = store.prove_sso_session(whose, session, right.spend(), now);
        match is_proved.await? {
            true => Ok(()),
            false => Err(super::account_page::nobody()),
        }
    }
}
