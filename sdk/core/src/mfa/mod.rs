//! Enrolling an authenticator app in the middle of a sign-in: `MFA_SETUP`.
//!
//! Steps: `AssociateSoftwareToken` with the session of the challenge gives the secret, which the person
//! scans or types into the app; `VerifySoftwareToken` proves that the app has it; the challenge is
//! answered with the session that this gave, and the sign-in goes on.
//!
//! # Security model
//! The secret is shown, never kept: whoever comes back to the step associates anew, which replaces it.

use crate::client::{Client, Options};
use crate::error::{Error, ErrorCode, incomplete};
use crate::json::{Object, StringMap, Value};
use crate::ports::Ports;
use crate::secret::{ChallengeSession, Code, TotpSecret};
use crate::sign_in::{Answer, SignInStep, Step};
use crate::transport::Repeat;
use crate::wire::Reply;

impl<P: Ports> Client<P> {
    /// Asks for a new secret for an authenticator app. The step that comes with it replaces `step`.
    ///
    /// # Errors
    /// [`ErrorCode::Unsupported`] where the pool has no authenticator apps,
    /// [`ErrorCode::ChallengeExpired`], and those of every call.
    pub async fn associate_software_token(
        &self,
        step: &Step,
        options: &Options<P>,
    ) -> Result<(TotpSecret, Step), Error> {
        let mut call = Object::new();
        call.text_if("Session", step.session());
        let reply = self
            .call(
                "AssociateSoftwareToken",
                Repeat::Never,
                call,
                &self.deadline(options),
            )
            .await?;
        let secret = reply.text("SecretCode")?.ok_or_else(incomplete)?;
        Ok((TotpSecret::new(secret), renewed(step, &reply)?))
    }

    /// Proves the authenticator app by a code of it, and goes on with the sign-in.
    ///
    /// # Errors
    /// [`ErrorCode::CodeMismatch`], after which the step can be answered again,
    /// [`ErrorCode::ChallengeExpired`], and those of every call.
    pub async fn verify_software_token(
        &self,
        step: &Step,
        code: &Code,
        options: &Options<P>,
    ) -> Result<SignInStep, Error> {
        let mut call = Object::new();
        call.text_if("Session", step.session())
            .text("UserCode", code.secret());
        let reply = self
            .call(
                "VerifySoftwareToken",
                Repeat::Never,
                call,
                &self.deadline(options),
            )
            .await?;
        if reply.text("Status")?.as_deref() != Some("SUCCESS") {
            let message = "the code does not belong to the secret";
            return Err(Error::answered(ErrorCode::CodeMismatch, message));
        }
        let nothing_more = Answer::Unknown(StringMap::new());
        self.respond(&renewed(step, &reply)?, nothing_more, options)
            .await
    }
}

/// Each answer brings a session that replaces the last one's.
fn renewed<V: Value>(step: &Step, reply: &Reply<V>) -> Result<Step, Error> {
    let session = reply.text("Session")?.map(ChallengeSession::new);
    Ok(step.with_session(session))
}
