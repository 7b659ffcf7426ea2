//! Signing up: `SignUp`, `ConfirmSignUp`, `ResendConfirmationCode`.

use alloc::string::String;

use crate::client::Options;
use crate::config::Username;
use crate::error::{Error, incomplete};
use crate::ports::Network;
use crate::secret::{ChallengeSession, Code, Password};
use crate::service::Service;
use crate::transport::Repeat;
use crate::wire::{Attribute, CodeDelivery, attributes_array};

/// What became of a sign-up.
#[derive(Debug, Clone)]
pub struct SignUp {
    /// The new user's id, for ever.
    pub user_id: String,
    /// Whether the user can sign in already. If not, a code is on its way.
    pub confirmed: bool,
    /// Where the code went.
    pub delivery: Option<CodeDelivery>,
    /// What leads on to a sign-in without the password; see [`Entry::SignedUp`](crate::sign_in::Entry).
    pub session: Option<ChallengeSession>,
}

impl<P: Network> Service<P> {
    /// Creates a user: without a password where the pool lets people in by something else. `validation_data` goes to the pool's triggers, and is not kept. Never repeated: a lost answer is [`crate::error::Outcome::Unknown`].
    ///
    /// # Errors
    /// [`UsernameExists`](crate::ErrorCode::UsernameExists), [`InvalidPassword`](crate::ErrorCode::InvalidPassword), [`CodeDeliveryFailed`](crate::ErrorCode::CodeDeliveryFailed)
    /// (the user exists then), and those of every call.
    pub async fn sign_up(
        &self,
        username: &Username,
        password: Option<&Password>,
        attributes: &[Attribute],
        validation_data: &[Attribute],
        options: &Options<P>,
    ) -> Result<SignUp, Error> {
        let mut call = self.request_of(username, options);
        call.text_if("Password", password.map(Password::secret))
            .array("UserAttributes", &attributes_array(attributes));
        if !validation_data.is_empty() {
            call.array("ValidationData", &attributes_array(validation_data));
        }
        let reply = self
            .call("SignUp", Repeat::Never, call, &self.deadline(options))
            .await?;
        let (Some(user_id), Some(confirmed)) =
            (reply.text("UserSub")?, reply.boolean("UserConfirmed")?)
        else {
            return Err(incomplete());
        };
        Ok(SignUp {
            user_id,
            confirmed,
            delivery: reply.delivery()?,
            session: reply.text("Session")?.map(ChallengeSession::new),
        })
    }

    /// Confirms a sign-up with the code from the message.
    ///
    /// # Errors
    /// [`CodeMismatch`](crate::ErrorCode::CodeMismatch), [`CodeExpired`](crate::ErrorCode::CodeExpired), [`AliasExists`](crate::ErrorCode::AliasExists),
    /// [`AttemptsExceeded`](crate::ErrorCode::AttemptsExceeded), and those of every call.
    pub async fn confirm_sign_up(
        &self,
        username: &Username,
        code: &Code,
        options: &Options<P>,
    ) -> Result<(), Error> {
        let mut call = self.request_of(username, options);
        call.text("ConfirmationCode", code.secret());
        let deadline = self.deadline(options);
        self.call("ConfirmSignUp", Repeat::Never, call, &deadline)
            .await?;
        Ok(())
    }

    /// Sends a new code; the older one no longer counts.
    ///
    /// # Errors
    /// [`AttemptsExceeded`](crate::ErrorCode::AttemptsExceeded), [`CodeDeliveryFailed`](crate::ErrorCode::CodeDeliveryFailed), and those of every call.
    pub async fn resend_sign_up_code(
        &self,
        username: &Username,
        options: &Options<P>,
    ) -> Result<CodeDelivery, Error> {
        let call = self.request_of(username, options);
        let deadline = self.deadline(options);
        let reply = self
            .call("ResendConfirmationCode", Repeat::Never, call, &deadline)
            .await?;
        reply.delivery()?.ok_or_else(incomplete)
    }
}
