//! Why a trigger fires: the occasions, as events name them.

use std::borrow::Cow;

use crate::lambda_config::Trigger;

/// Why a trigger fires (`triggerSource`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Somebody signs up.
    SignUp,
    /// An administrator makes a user.
    AdminCreateUser,
    /// Somebody signs in with another provider for the first time.
    ExternalProvider,
    /// Another provider vouches for somebody.
    InboundFederation,
    /// A sign-up was confirmed.
    ConfirmSignUp,
    /// A recovery code was right.
    ConfirmForgotPassword,
    /// A sign-in begins.
    PreAuthentication,
    /// A sign-in has proved everything.
    PostAuthentication,
    /// Tokens are made.
    Tokens(TokenOccasion),
    /// A custom sign-in needs its next step.
    DefineAuthChallenge,
    /// A custom sign-in needs a challenge.
    CreateAuthChallenge,
    /// A custom challenge was answered.
    VerifyAuthChallengeResponse,
    /// Somebody unknown signs in with a password.
    MigrationAtSignIn,
    /// Somebody unknown forgot the password.
    MigrationAtForgotPassword,
    /// A message is worded.
    CustomMessage(Sending),
    /// An e-mail is to be delivered.
    CustomEmailSender(Sending),
    /// A text message is to be delivered.
    CustomSmsSender(Sending),
}

/// Why a message is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sending {
    /// The code after a sign-up.
    SignUp,
    /// The invitation of a user an administrator made.
    AdminCreateUser,
    /// The code of a sign-up again.
    ResendCode,
    /// The code to set a new password.
    ForgotPassword,
    /// The code after an attribute changed.
    UpdateUserAttribute,
    /// The code a signed-in user asked for to verify an attribute.
    VerifyUserAttribute,
    /// A one-time code of a sign-in.
    Authentication,
}

impl Sending {
    fn as_str(self) -> &'static str {
        match self {
            Self::SignUp => "SignUp",
            Self::AdminCreateUser => "AdminCreateUser",
            Self::ResendCode => "ResendCode",
            Self::ForgotPassword => "ForgotPassword",
            Self::UpdateUserAttribute => "UpdateUserAttribute",
            Self::VerifyUserAttribute => "VerifyUserAttribute",
            Self::Authentication => "Authentication",
        }
    }
}

/// Why tokens are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenOccasion {
    /// A sign-in on the login domain.
    HostedAuth,
    /// A sign-in at the JSON API.
    Authentication,
    /// The same, which ended with a new password.
    NewPasswordChallenge,
    /// The same, which ended with the proof of a device.
    AuthenticateDevice,
    /// A refresh token.
    RefreshTokens,
    /// A client for itself.
    ClientCredentials,
}

impl Source {
    /// The trigger that fires.
    #[must_use]
    pub fn trigger(self) -> Trigger {
        match self {
            Self::SignUp | Self::AdminCreateUser | Self::ExternalProvider => Trigger::PreSignUp,
            Self::InboundFederation => Trigger::InboundFederation,
            Self::ConfirmSignUp | Self::ConfirmForgotPassword => Trigger::PostConfirmation,
            Self::PreAuthentication => Trigger::PreAuthentication,
            Self::PostAuthentication => Trigger::PostAuthentication,
            Self::Tokens(_) => Trigger::PreTokenGeneration,
            Self::DefineAuthChallenge => Trigger::DefineAuthChallenge,
            Self::CreateAuthChallenge => Trigger::CreateAuthChallenge,
            Self::VerifyAuthChallengeResponse => Trigger::VerifyAuthChallengeResponse,
            Self::MigrationAtSignIn | Self::MigrationAtForgotPassword => Trigger::UserMigration,
            Self::CustomMessage(_) => Trigger::CustomMessage,
            Self::CustomEmailSender(_) => Trigger::CustomEmailSender,
            Self::CustomSmsSender(_) => Trigger::CustomSmsSender,
        }
    }

    /// The word in the event.
    #[must_use]
    pub fn as_text(self) -> Cow<'static, str> {
        let word = match self {
            Self::CustomMessage(sending)
            | Self::CustomEmailSender(sending)
            | Self::CustomSmsSender(sending) => {
                return Cow::Owned(format!("{}_{}", self.trigger().key(), sending.as_str()));
            }
            Self::SignUp => "PreSignUp_SignUp",
            Self::AdminCreateUser => "PreSignUp_AdminCreateUser",
            Self::ExternalProvider => "PreSignUp_ExternalProvider",
            Self::InboundFederation => "InboundFederation_ExternalProvider",
            Self::ConfirmSignUp => "PostConfirmation_ConfirmSignUp",
            Self::ConfirmForgotPassword => "PostConfirmation_ConfirmForgotPassword",
            Self::PreAuthentication => "PreAuthentication_Authentication",
            Self::PostAuthentication => "PostAuthentication_Authentication",
            Self::Tokens(occasion) => match occasion {
                TokenOccasion::HostedAuth => "TokenGeneration_HostedAuth",
                TokenOccasion::Authentication => "TokenGeneration_Authentication",
                TokenOccasion::NewPasswordChallenge => "TokenGeneration_NewPasswordChallenge",
                TokenOccasion::AuthenticateDevice => "TokenGeneration_AuthenticateDevice",
                TokenOccasion::RefreshTokens => "TokenGeneration_RefreshTokens",
                TokenOccasion::ClientCredentials => "TokenGeneration_ClientCredentials",
            },
            Self::DefineAuthChallenge => "DefineAuthChallenge_Authentication",
            Self::CreateAuthChallenge => "CreateAuthChallenge_Authentication",
            Self::VerifyAuthChallengeResponse => "VerifyAuthChallengeResponse_Authentication",
            Self::MigrationAtSignIn => "UserMigration_Authentication",
            Self::MigrationAtForgotPassword => "UserMigration_ForgotPassword",
        };
        Cow::Borrowed(word)
    }
}
