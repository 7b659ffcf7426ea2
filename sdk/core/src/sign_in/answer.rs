//! Answers to steps.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::Factor;
use crate::json::StringMap;
use crate::secret::{Code, CustomAnswer, PasskeyCredential, Password};
use crate::wire::Attribute;

/// The answer to a step. Whatever it holds is secret: its `Debug` says nothing.
#[derive(Clone)]
pub enum Answer {
    /// To [`StepKind::Code`](super::StepKind::Code).
    Code {
        /// From the message or the authenticator app.
        code: Code,
        /// Whether this device is to be remembered, where the pool leaves that to the person.
        remember_device: bool,
    },
    /// To [`StepKind::SelectFactor`](super::StepKind::SelectFactor): one of its options.
    SelectFactor(Factor),
    /// To [`StepKind::SetUpTotp`](super::StepKind::SetUpTotp).
    SetUpTotp {
        /// The first code of the authenticator app.
        code: Code,
        /// A name for the app, for the person to tell it from others.
        device_name: Option<String>,
    },
    /// To [`StepKind::SetUpEmail`](super::StepKind::SetUpEmail): an address. A code goes there.
    SetUpEmail(String),
    /// To [`StepKind::Passkey`](super::StepKind::Passkey): `AuthenticationResponseJSON` as text.
    Passkey(PasskeyCredential),
    /// To [`StepKind::Custom`](super::StepKind::Custom).
    Custom(CustomAnswer),
    /// To [`StepKind::NewPassword`](super::StepKind::NewPassword).
    NewPassword {
        /// The new password.
        password: Password,
        /// The missing attributes, and others that the client may write.
        attributes: Vec<Attribute>,
    },
    /// To [`StepKind::Password`](super::StepKind::Password).
    Password(Password),
    /// To [`StepKind::ConfirmSignUp`](super::StepKind::ConfirmSignUp).
    ConfirmSignUp(Code),
    /// To [`StepKind::ResetPassword`](super::StepKind::ResetPassword). Signs in with the new password.
    ResetPassword {
        /// From the message.
        code: Code,
        /// The new password.
        password: Password,
    },
    /// To [`StepKind::Unknown`](super::StepKind::Unknown): `ChallengeResponses`; `USERNAME` is added.
    Unknown(StringMap),
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Answer([redacted])")
    }
}
