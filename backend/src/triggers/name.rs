//! The names of triggers: as the configuration, `LambdaConfig`, events and errors say them.

use serde::Deserialize;

/// A trigger that this version fires. Others are refused by name, so that nobody believes in a
/// check that never happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// May refuse, confirm or verify somebody who signs up.
    PreSignUp,
    /// Is told that somebody confirmed a sign-up or a new password.
    PostConfirmation,
    /// Decides what comes next in a custom sign-in.
    DefineAuthChallenge,
    /// Makes a challenge of a custom sign-in.
    CreateAuthChallenge,
    /// Judges the answer to one.
    VerifyAuthChallengeResponse,
}

impl Trigger {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::PreSignUp,
        Self::PostConfirmation,
        Self::DefineAuthChallenge,
        Self::CreateAuthChallenge,
        Self::VerifyAuthChallengeResponse,
    ];

    /// The member of `LambdaConfig`, and the word in errors.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::PreSignUp => "PreSignUp",
            Self::PostConfirmation => "PostConfirmation",
            Self::DefineAuthChallenge => "DefineAuthChallenge",
            Self::CreateAuthChallenge => "CreateAuthChallenge",
            Self::VerifyAuthChallengeResponse => "VerifyAuthChallengeResponse",
        }
    }

    /// The version of the event.
    #[must_use]
    pub fn version(self) -> &'static str {
        "1"
    }
}

/// Why a trigger fires (`triggerSource`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Somebody signs up.
    SignUp,
    /// An administrator makes a user.
    AdminCreateUser,
    /// A sign-up was confirmed.
    ConfirmSignUp,
    /// A recovery code was right.
    ConfirmForgotPassword,
    /// A custom sign-in needs its next step.
    DefineAuthChallenge,
    /// A custom sign-in needs a challenge.
    CreateAuthChallenge,
    /// A custom challenge was answered.
    VerifyAuthChallengeResponse,
}

impl Source {
    /// The trigger that fires.
    #[must_use]
    pub fn trigger(self) -> Trigger {
        match self {
            Self::SignUp | Self::AdminCreateUser => Trigger::PreSignUp,
            Self::ConfirmSignUp | Self::ConfirmForgotPassword => Trigger::PostConfirmation,
            Self::DefineAuthChallenge => Trigger::DefineAuthChallenge,
            Self::CreateAuthChallenge => Trigger::CreateAuthChallenge,
            Self::VerifyAuthChallengeResponse => Trigger::VerifyAuthChallengeResponse,
        }
    }

    /// The word in the event.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignUp => "PreSignUp_SignUp",
            Self::AdminCreateUser => "PreSignUp_AdminCreateUser",
            Self::ConfirmSignUp => "PostConfirmation_ConfirmSignUp",
            Self::ConfirmForgotPassword => "PostConfirmation_ConfirmForgotPassword",
            Self::DefineAuthChallenge => "DefineAuthChallenge_Authentication",
            Self::CreateAuthChallenge => "CreateAuthChallenge_Authentication",
            Self::VerifyAuthChallengeResponse => "VerifyAuthChallengeResponse_Authentication",
        }
    }
}
