//! Passwords: `ForgotPassword`, `ConfirmForgotPassword`, `ChangePassword`, and the pool's policy.

pub mod policy;

use crate::client::{Client, Options};
use crate::config::Username;
use crate::error::{Error, ErrorCode};
use crate::ports::Ports;
use crate::secret::{Code, Password};
use crate::wire::CodeDelivery;

impl<P: Ports> Client<P> {
    /// Sends a code with which a forgotten password can be replaced.
    ///
    /// # Errors
    /// [`ErrorCode::AttemptsExceeded`], [`ErrorCode::CodeDeliveryFailed`], [`ErrorCode::InvalidParameter`]
    /// when there is nowhere to send it, and those of every call.
    pub async fn forgot_password(
        &self,
        username: &Username,
        options: &Options<P>,
    ) -> Result<CodeDelivery, Error> {
        let _ = (username, options);
        Err(Error::not_sent(ErrorCode::Unsupported, "not built yet"))
    }

    /// Replaces a forgotten password. Does not sign in.
    ///
    /// # Errors
    /// [`ErrorCode::CodeMismatch`], [`ErrorCode::CodeExpired`], [`ErrorCode::InvalidPassword`],
    /// [`ErrorCode::PasswordHistory`], and those of every call.
    pub async fn confirm_forgot_password(
        &self,
        username: &Username,
        code: &Code,
        password: &Password,
        options: &Options<P>,
    ) -> Result<(), Error> {
        let _ = (username, code, password, options);
        Err(Error::not_sent(ErrorCode::Unsupported, "not built yet"))
    }

    /// Replaces the password of the person who is signed in.
    ///
    /// # Errors
    /// [`ErrorCode::SignedOut`], [`ErrorCode::IncorrectCredentials`], [`ErrorCode::InvalidPassword`],
    /// [`ErrorCode::AttemptsExceeded`], and those of every call.
    pub async fn change_password(
        &self,
        previous: &Password,
        proposed: &Password,
        options: &Options<P>,
    ) -> Result<(), Error> {
        let _ = (previous, proposed, options);
        Err(Error::not_sent(ErrorCode::Unsupported, "not built yet"))
    }
}
