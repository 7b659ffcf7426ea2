//! How somebody without a password here proves who they are to the account page: by a code that goes to their address.
//!
//! Their provider may not tell when they proved it (Facebook, Amazon, Google as a rule), and then no sign-in is a proof
//! (`account_page`). Who has a password has to give that: the mailbox alone is not to be enough for more than it is elsewhere.
//!
//! # Steps
//! 1. [`AtAccount::send_proof_code`] sends six digits to the address that a recovery would use, or else to the e-mail address that their
//!    provider told: Facebook and Amazon do not say whether they have verified it.
//! 2. [`AtAccount::confirm_proof`] takes them; the session has a proof of now, for the account page alone.
//!
//! # Security model
//! A code is good for ten minutes, once, and only while the address that it went to is the user's. Tries are counted
//! as those of other codes are. The proof is written into the session that gave it: another browser of the same person has none.
//!
//! # Limits
//! Whoever sits at a browser that is signed in and reads the person's mail there passes. A recovery by e-mail has the same limit. Where
//! a pool lets administrators alone recover accounts there is no code.

use cognate_core::secret::Code as Digits;

use super::account_page::AtAccount;
use super::sso;
use crate::app::{AppState, Caller};
use crate::codes::{self, Asked, Code, Outcome, Purpose};
use crate::error::ApiError;
use crate::limits::{self, Hourly};
use crate::messages::{Composing, Purpose as MessagePurpose};
use crate::pools::IdentifierAttribute;
use crate::users::{CodeDeliveryDetails, Destination};

impl AtAccount {
    /// Where a code goes: for who has no password here, the verified address that the pool's recovery uses, else their e-mail address.
    #[must_use]
    pub fn proof_address(&self) -> Option<Destination> {
        const EMAIL: IdentifierAttribute = IdentifierAttribute::Email;
        let (pool, user) = (&self.pool, &self.session.user);
        if user.credential.is_some() {
            return None;
        }
        let told = || {
            let is_used = Destination::choices_of_recovery(pool).contains(&EMAIL);
            is_used.then(|| Destination::of(EMAIL, &user.attributes))?
        };
        Destination::of_recovery(pool, user, &[]).or_else(told)
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
        let destination = self.proof_address().ok_or_else(|| {
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
        let message = MessagePurpose::Authentication;
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
        if self.proof_address().as_ref() != Some(&right.destination) {
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
