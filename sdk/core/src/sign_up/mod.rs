//! Signing up: `SignUp`, `ConfirmSignUp`, `ResendConfirmationCode`.

use alloc::string::String;

use crate::client::{Client, Options};
use crate::config::Username;
use crate::error::{Error, ErrorCode};
use crate::ports::Ports;
use crate::secret::{Code, Password};
use crate::wire::{Attribute, CodeDelivery};

/// What became of a sign-up.
#[derive(Debug, Clone)]
pub struct SignUp {
    /// The new user's id, for ever.
    pub user_id: String,
    /// Whether the user can sign in already. If not, a code is on its way.
    pub confirmed: bool,
    /// Where the code went.
    pub delivery: Option<CodeDelivery>,
}

impl<P: Ports> Client<P> {
    /// Creates a user. Never repeated: a lost answer is [`crate::error::Outcome::Unknown`].
    ///
    /// # Errors
    /// [`ErrorCode::UsernameExists`], [`ErrorCode::InvalidPassword`], [`ErrorCode::CodeDeliveryFailed`]
    /// (the user exists then), and those of every call.
    pub async fn sign_up(
        &self,
        username: &Username,
        password: &Password,
        attributes: &[Attribute],
        options: &Options<P>,
    ) -> Result<SignUp, Error> {
        let _ = (username, password, attributes, options);
        Err(Error::not_sent(ErrorCode::Unsupported, "not built yet"))
    }

    /// Confirms a sign-up with the code from the message.
    ///
    /// # Errors
    /// [`ErrorCode::CodeMismatch`], [`ErrorCode::CodeExpired`], [`ErrorCode::AliasExists`],
    /// [`ErrorCode::AttemptsExceeded`], and those of every call.
    pub async fn confirm_sign_up(
        &self,
        username: &Username,
        code: &Code,
        options: &Options<P>,
    ) -> Result<(), Error> {
        let _ = (username, code, options);
        Err(Error::not_sent(ErrorCode::Unsupported, "not built yet"))
    }

    /// Sends a new code; the older one no longer counts.
    ///
    /// # Errors
    /// [`ErrorCode::AttemptsExceeded`], [`ErrorCode::CodeDeliveryFailed`], and those of every call.
    pub async fn resend_sign_up_code(
        &self,
        username: &Username,
        options: &Options<P>,
    ) -> Result<CodeDelivery, Error> {
        let _ = (username, options);
        Err(Error::not_sent(ErrorCode::Unsupported, "not built yet"))
    }
}
