//! Passwords: `ForgotPassword`, `ConfirmForgotPassword`, and the pool's policy.

pub mod policy;

use crate::client::Options;
use crate::config::Username;
use crate::error::{Error, incomplete};
use crate::ports::Network;
use crate::secret::{Code, Password};
use crate::service::Service;
use crate::transport::Repeat;
use crate::wire::CodeDelivery;

impl<P: Network> Service<P> {
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
        let mut call = self.request_of(username, options);
        call.text("ConfirmationCode", code.secret())
            .text("Password", password.secret());
        let deadline = self.deadline(options);
        self.call("ConfirmForgotPassword", Repeat::Never, call, &deadline)
            .await?;
        Ok(())
    }
}
