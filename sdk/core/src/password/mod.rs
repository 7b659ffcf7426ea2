//! Passwords: `ForgotPassword`, `ConfirmForgotPassword`, `ChangePassword`, and the pool's policy.

pub mod policy;

use crate::client::{Client, Options};
use crate::config::Username;
use crate::error::{Error, incomplete};
use crate::json::Object;
use crate::ports::Ports;
use crate::secret::{Code, Password};
use crate::transport::{Deadline, Repeat};
use crate::wire::CodeDelivery;

impl<P: Ports> Client<P> {
    /// Sends a code with which a forgotten password can be replaced.
    ///
    /// # Errors
    /// [`AttemptsExceeded`](crate::ErrorCode::AttemptsExceeded), [`CodeDeliveryFailed`](crate::ErrorCode::CodeDeliveryFailed), [`InvalidParameter`](crate::ErrorCode::InvalidParameter)
    /// when there is nowhere to send it, and those of every call.
    pub async fn forgot_password(
        &self,
        username: &Username,
        options: &Options<P>,
    ) -> Result<CodeDelivery, Error> {
        let call = self.request_of(username, options);
        let deadline = self.deadline(options);
        let reply = self
            .call("ForgotPassword", Repeat::Never, call, &deadline)
            .await?;
        reply.delivery()?.ok_or_else(incomplete)
    }

    /// Replaces a forgotten password. Does not sign in.
    ///
    /// # Errors
    /// [`CodeMismatch`](crate::ErrorCode::CodeMismatch), [`CodeExpired`](crate::ErrorCode::CodeExpired), [`InvalidPassword`](crate::ErrorCode::InvalidPassword),
    /// [`PasswordHistory`](crate::ErrorCode::PasswordHistory), and those of every call.
    pub async fn confirm_forgot_password(
        &self,
        username: &Username,
        code: &Code,
        password: &Password,
        options: &Options<P>,
    ) -> Result<(), Error> {
        let deadline = self.deadline(options);
        self.confirm_forgot_password_until(username, code, password, options, &deadline)
            .await
    }

    /// Replaces the password of the person who is signed in.
    ///
    /// # Errors
    /// [`SignedOut`](crate::ErrorCode::SignedOut), [`IncorrectCredentials`](crate::ErrorCode::IncorrectCredentials), [`InvalidPassword`](crate::ErrorCode::InvalidPassword),
    /// [`AttemptsExceeded`](crate::ErrorCode::AttemptsExceeded), and those of every call.
    pub async fn change_password(
        &self,
        previous: &Password,
        proposed: &Password,
        options: &Options<P>,
    ) -> Result<(), Error> {
        let mut call = Object::new();
        call.text("PreviousPassword", previous.secret())
            .text("ProposedPassword", proposed.secret());
        self.with_access_token(options, "ChangePassword", Repeat::Never, &call)
            .await?;
        Ok(())
    }

    pub(crate) async fn confirm_forgot_password_until(
        &self,
        username: &Username,
        code: &Code,
        password: &Password,
        options: &Options<P>,
        deadline: &Deadline<'_, P::Cancel>,
    ) -> Result<(), Error> {
        let mut call = self.request_of(username, options);
        call.text("ConfirmationCode", code.secret())
            .text("Password", password.secret());
        self.call("ConfirmForgotPassword", Repeat::Never, call, deadline)
            .await?;
        Ok(())
    }
}
