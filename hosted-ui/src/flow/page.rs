//! Every page, and what it must know.

use super::{Field, Problem};
use crate::routes::Route;
use cognate_core::ErrorCode;
use cognate_core::sign_in::{self, Purpose};

/// A page. What it holds survives a reload.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Page {
    /// User name and password.
    #[default]
    SignIn,
    /// A new account.
    SignUp,
    /// The code that confirms a sign-up.
    Confirm {
        /// Where it went, masked by the service, if that is known.
        destination: Option<String>,
        /// No other code before: milliseconds since 1970.
        resend_after_ms: u64,
    },
    /// A password instead of a temporary one.
    NewPassword {
        /// The challenge.
        step: StepHandle,
        /// Attributes that the pool requires and the person lacks.
        missing: Vec<String>,
    },
    /// A one-time code as the second step.
    Code {
        /// The challenge.
        step: StepHandle,
        /// Which.
        challenge: Challenge,
        /// Where the code went, if it was sent.
        destination: Option<String>,
    },
    /// Which second step.
    ChooseFactor {
        /// The challenge.
        step: StepHandle,
        /// What there is to choose from.
        factors: Vec<Factor>,
        /// Whether it is to be set up, or used.
        is_setup: bool,
    },
    /// An authenticator app is set up.
    EnrolTotp {
        /// The challenge.
        step: StepHandle,
    },
    /// An e-mail address is set up as the second step.
    EnrolEmail {
        /// The challenge.
        step: StepHandle,
    },
    /// Whether one goes on as who is signed in.
    Account,
    /// Whether the app may have what it asks for.
    Consent,
    /// Who has forgotten their password.
    Forgot,
    /// The code and the new password.
    Reset {
        /// Where the code went, masked by the service, if that is known.
        destination: Option<String>,
        /// No other code before: milliseconds since 1970.
        resend_after_ms: u64,
        /// An administrator wants it, not the person.
        is_required: bool,
    },
    /// The browser is on its way back to the app.
    Leaving,
    /// There is no login transaction, or no more.
    StartAgain,
    /// Signed out.
    SignedOut,
    /// The app's request was refused; holds the protocol's error code.
    Error(String),
}

/// A challenge under way, as text that only the core reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepHandle(pub String);

/// Where a code went, as the service says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Masked by the service.
    pub destination: Option<String>,
}

/// A second step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Factor {
    /// A code from an authenticator app.
    Totp,
    /// A code by e-mail.
    Email,
    /// A code by text message.
    Sms,
}

/// A challenge that is answered with a one-time code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Challenge {
    /// `SOFTWARE_TOKEN_MFA`.
    Totp,
    /// `EMAIL_OTP`.
    Email,
    /// `SMS_MFA`.
    Sms,
    /// `SMS_OTP`: a code by text message as the first step.
    SmsFirst,
}

impl Page {
    /// A name of its own.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::SignIn => "signIn",
            Self::SignUp => "signUp",
            Self::Confirm { .. } => "confirm",
            Self::NewPassword { .. } => "newPassword",
            Self::Code { .. } => "code",
            Self::ChooseFactor { .. } => "chooseFactor",
            Self::EnrolTotp { .. } => "enrolTotp",
            Self::EnrolEmail { .. } => "enrolEmail",
            Self::Account => "account",
            Self::Consent => "consent",
            Self::Forgot => "forgot",
            Self::Reset { .. } => "reset",
            Self::Leaving => "leaving",
            Self::StartAgain => "startAgain",
            Self::SignedOut => "signedOut",
            Self::Error(_) => "error",
        }
    }

    /// The path that shows it.
    #[must_use]
    pub fn route(&self) -> Route {
        match self {
            Self::SignIn | Self::Leaving | Self::StartAgain => Route::SignIn,
            Self::SignUp => Route::SignUp,
            Self::Confirm { .. } => Route::Confirm,
            Self::NewPassword { .. }
            | Self::Code { .. }
            | Self::ChooseFactor { .. }
            | Self::EnrolTotp { .. }
            | Self::EnrolEmail { .. } => Route::Mfa,
            Self::Account => Route::Account,
            Self::Consent => Route::Consent,
            Self::Forgot => Route::Forgot,
            Self::Reset { .. } => Route::Reset,
            Self::SignedOut => Route::SignedOut,
            Self::Error(_) => Route::Error,
        }
    }

    /// What a path shows to somebody of whom nothing else is known, if anything.
    pub(super) fn of_route(route: Route) -> Option<Self> {
        match route {
            Route::SignIn => Some(Self::SignIn),
            Route::SignUp => Some(Self::SignUp),
            Route::Forgot => Some(Self::Forgot),
            Route::Account => Some(Self::Account),
            Route::Consent => Some(Self::Consent),
            Route::Confirm | Route::ConfirmUser | Route::Resend => Some(Self::Confirm {
                destination: None,
                resend_after_ms: 0,
            }),
            Route::Reset => Some(Self::Reset {
                destination: None,
                resend_after_ms: 0,
                is_required: false,
            }),
            Route::Mfa | Route::SignedOut | Route::Error => None,
        }
    }

    /// Whether nothing that happens on it leads anywhere.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(
            self,
            Self::Leaving | Self::StartAgain | Self::SignedOut | Self::Error(_)
        )
    }

    /// Whether the page that was stored is the one to show after a reload.
    pub(super) fn can_be_resumed(&self) -> bool {
        !self.is_final()
    }

    /// The challenge that it stands for.
    #[must_use]
    pub fn step(&self) -> Option<&StepHandle> {
        match self {
            Self::NewPassword { step, .. }
            | Self::Code { step, .. }
            | Self::ChooseFactor { step, .. }
            | Self::EnrolTotp { step }
            | Self::EnrolEmail { step } => Some(step),
            _ => None,
        }
    }

    /// The field that the service's error is about, where the page has it.
    pub(super) fn field_at_fault(&self, code: ErrorCode) -> Option<(Field, Problem)> {
        let has_code = matches!(
            self,
            Self::Confirm { .. } | Self::Code { .. } | Self::EnrolTotp { .. } | Self::Reset { .. }
        );
        let has_new_password = matches!(
            self,
            Self::SignUp | Self::NewPassword { .. } | Self::Reset { .. }
        );
        Some(match code {
            ErrorCode::CodeMismatch if has_code => (Field::Code, Problem::CodeWrong),
            ErrorCode::CodeExpired if has_code => (Field::Code, Problem::CodeExpired),
            ErrorCode::InvalidPassword if has_new_password => {
                (Field::NewPassword, Problem::PasswordRefused)
            }
            ErrorCode::PasswordHistory if has_new_password => {
                (Field::NewPassword, Problem::PasswordUsed)
            }
            ErrorCode::UsernameExists if *self == Self::SignUp => {
                (Field::Username, Problem::NameTaken)
            }
            ErrorCode::AliasExists if *self == Self::SignUp => {
                (Field::Username, Problem::AliasTaken)
            }
            _ => return None,
        })
    }
}

impl Factor {
    /// The core's name for it, if it is a second step.
    #[must_use]
    pub fn of(factor: sign_in::Factor) -> Option<Self> {
        match factor {
            sign_in::Factor::Totp => Some(Self::Totp),
            sign_in::Factor::Email => Some(Self::Email),
            sign_in::Factor::Sms => Some(Self::Sms),
            sign_in::Factor::Password | sign_in::Factor::Passkey => None,
        }
    }

    /// Those of a challenge's list, such as `["SMS_MFA","SOFTWARE_TOKEN_MFA"]`; others are left out.
    #[must_use]
    pub fn listed(names: &str) -> Vec<Self> {
        let mut factors = Vec::new();
        for name in names.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')) {
            let factor = match name {
                "SOFTWARE_TOKEN_MFA" => Self::Totp,
                // The service's reference says one, its clients send the other.
                "EMAIL_OTP" | "EMAIL_MFA" => Self::Email,
                "SMS_MFA" => Self::Sms,
                _ => continue,
            };
            if !factors.contains(&factor) {
                factors.push(factor);
            }
        }
        factors
    }

    /// The name that answers a challenge.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Totp => "SOFTWARE_TOKEN_MFA",
            Self::Email => "EMAIL_OTP",
            Self::Sms => "SMS_MFA",
        }
    }
}

impl Challenge {
    /// By the service's name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "SOFTWARE_TOKEN_MFA" => Self::Totp,
            "EMAIL_OTP" => Self::Email,
            "SMS_MFA" => Self::Sms,
            "SMS_OTP" => Self::SmsFirst,
            _ => return None,
        })
    }

    /// The service's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Totp => "SOFTWARE_TOKEN_MFA",
            Self::Email => "EMAIL_OTP",
            Self::Sms => "SMS_MFA",
            Self::SmsFirst => "SMS_OTP",
        }
    }

    /// By what the core says of a code.
    #[must_use]
    pub fn of(factor: sign_in::Factor, purpose: Purpose) -> Option<Self> {
        Some(match Factor::of(factor)? {
            Factor::Totp => Self::Totp,
            Factor::Email => Self::Email,
            Factor::Sms if purpose == Purpose::FirstFactor => Self::SmsFirst,
            Factor::Sms => Self::Sms,
        })
    }
}

impl From<Factor> for sign_in::Factor {
    fn from(factor: Factor) -> Self {
        match factor {
            Factor::Totp => Self::Totp,
            Factor::Email => Self::Email,
            Factor::Sms => Self::Sms,
        }
    }
}
