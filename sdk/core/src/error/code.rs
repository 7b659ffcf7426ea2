//! The closed union of error codes, and what each means for the caller.

use crate::text::line;

/// What went wrong. The string form is the `code` of the JavaScript `AuthError`, and stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// The configuration cannot work, whatever the user does.
    InvalidConfiguration,
    /// An argument is malformed, or the service refused one.
    InvalidParameter,
    /// The caller's signal fired.
    Aborted,
    /// The call's time is up.
    Timeout,
    /// The device has no network; nothing was sent.
    Offline,
    /// No answer: name, connection, TLS, CORS, or an answer that broke off.
    Network,
    /// User name or password is wrong, or there is no such user.
    IncorrectCredentials,
    /// The service refused for a reason that is not the password, such as a disabled user.
    NotAuthorized,
    /// There is no such user, and the pool says so.
    UserNotFound,
    /// The sign-up has not been confirmed.
    UserNotConfirmed,
    /// The password must be reset before the next sign-in.
    PasswordResetRequired,
    /// The user name is taken.
    UsernameExists,
    /// The e-mail address or phone number belongs to another user, or the login to another identity.
    AliasExists,
    /// The new password does not satisfy the pool's policy.
    InvalidPassword,
    /// The new password was used before.
    PasswordHistory,
    /// The code is wrong.
    CodeMismatch,
    /// The code is too old, or none is outstanding.
    CodeExpired,
    /// The message with the code could not be sent.
    CodeDeliveryFailed,
    /// Too many wrong attempts or too many messages: this user must wait.
    AttemptsExceeded,
    /// The service is asked too often.
    RateLimited,
    /// The sign-in took too long or was answered already: it starts again.
    ChallengeExpired,
    /// The stored session was refused, or what became of its refresh token is unknown.
    SessionLost,
    /// The person must sign in where `prompt=none` asked for nothing to be shown.
    LoginRequired,
    /// The person, or the provider that they chose, said no.
    AccessDenied,
    /// An address answers a sign-in by redirect that this tab did not begin, or has completed already.
    RedirectUnknown,
    /// The answer to a sign-in by redirect is malformed, or another issuer's.
    RedirectRejected,
    /// The person closed the passkey's window or took too long, or there is no passkey for them here.
    PasskeyCancelled,
    /// The browser, or the authenticator, does not do what the pool wants of passkeys.
    PasskeyUnsupported,
    /// This authenticator has a passkey for this person already.
    PasskeyAlreadyRegistered,
    /// The page is not of the domain that the pool's passkeys are for.
    PasskeyRelyingPartyMismatch,
    /// Nobody is signed in.
    SignedOut,
    /// The access token cannot call account operations: `aws.cognito.signin.user.admin` is missing.
    MissingScope,
    /// One of the pool's triggers refused or failed.
    TriggerFailed,
    /// The service failed, or something in front of it.
    ServiceUnavailable,
    /// The answer is not what the protocol says.
    InvalidResponse,
    /// A token that the service gave does not hold: signature, issuer, audience, use or time.
    TokenRejected,
    /// The server's SRP values are ones that only an attacker would send.
    ServerUntrusted,
    /// The pool, the platform or this version does not offer this.
    Unsupported,
    /// The service does not know the operation.
    UnknownOperation,
    /// The browser denies storage.
    StorageBlocked,
    /// The browser denies WebAssembly.
    WasmBlocked,
    /// The browser denies the worker.
    WorkerBlocked,
    /// A mistake in this library.
    Internal,
}

/// What the person in front of the screen can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserAction {
    /// Nothing, or correct what they typed.
    None,
    /// Try again, perhaps later.
    Retry,
    /// Sign in again.
    SignIn,
    /// Prove themselves once more.
    StepUp,
}

impl ErrorCode {
    /// Every code.
    pub const ALL: [Self; 43] = [
        Self::InvalidConfiguration,
        Self::InvalidParameter,
        Self::Aborted,
        Self::Timeout,
        Self::Offline,
        Self::Network,
        Self::IncorrectCredentials,
        Self::NotAuthorized,
        Self::UserNotFound,
        Self::UserNotConfirmed,
        Self::PasswordResetRequired,
        Self::UsernameExists,
        Self::AliasExists,
        Self::InvalidPassword,
        Self::PasswordHistory,
        Self::CodeMismatch,
        Self::CodeExpired,
        Self::CodeDeliveryFailed,
        Self::AttemptsExceeded,
        Self::RateLimited,
        Self::ChallengeExpired,
        Self::SessionLost,
        Self::LoginRequired,
        Self::AccessDenied,
        Self::RedirectUnknown,
        Self::RedirectRejected,
        Self::PasskeyCancelled,
        Self::PasskeyUnsupported,
        Self::PasskeyAlreadyRegistered,
        Self::PasskeyRelyingPartyMismatch,
        Self::SignedOut,
        Self::MissingScope,
        Self::TriggerFailed,
        Self::ServiceUnavailable,
        Self::InvalidResponse,
        Self::TokenRejected,
        Self::ServerUntrusted,
        Self::Unsupported,
        Self::UnknownOperation,
        Self::StorageBlocked,
        Self::WasmBlocked,
        Self::WorkerBlocked,
        Self::Internal,
    ];

    /// The stable name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        line(NAMES, self as usize)
    }

    /// Whether the same call may succeed later without anything being changed.
    #[must_use]
    pub const fn retryable(self) -> bool {
        matches!(
            self,
            Self::Timeout
                | Self::Offline
                | Self::Network
                | Self::RateLimited
                | Self::ServiceUnavailable
                | Self::CodeDeliveryFailed
        )
    }

    /// What the person in front of the screen can do.
    #[must_use]
    pub const fn user_action(self) -> UserAction {
        match self {
            Self::Timeout
            | Self::Offline
            | Self::Network
            | Self::RateLimited
            | Self::AttemptsExceeded
            | Self::ServiceUnavailable
            | Self::CodeDeliveryFailed => UserAction::Retry,
            Self::ChallengeExpired
            | Self::SessionLost
            | Self::LoginRequired
            | Self::RedirectUnknown
            | Self::RedirectRejected
            | Self::SignedOut
            | Self::MissingScope => UserAction::SignIn,
            _ => UserAction::None,
        }
    }
}

impl UserAction {
    /// The name in JavaScript.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Retry => "retry",
            Self::SignIn => "signIn",
            Self::StepUp => "stepUp",
        }
    }
}

/// One name a line, in the order of the codes. One text: as texts of their own each would take a place in a table, too.
static NAMES: &str = "\
invalid_configuration\n\
invalid_parameter\n\
aborted\n\
timeout\n\
offline\n\
network\n\
incorrect_credentials\n\
not_authorized\n\
user_not_found\n\
user_not_confirmed\n\
password_reset_required\n\
username_exists\n\
alias_exists\n\
invalid_password\n\
password_history\n\
code_mismatch\n\
code_expired\n\
code_delivery_failed\n\
attempts_exceeded\n\
rate_limited\n\
challenge_expired\n\
session_lost\n\
login_required\n\
access_denied\n\
redirect_unknown\n\
redirect_rejected\n\
passkey_cancelled\n\
passkey_unsupported\n\
passkey_already_registered\n\
passkey_relying_party_mismatch\n\
signed_out\n\
missing_scope\n\
trigger_failed\n\
service_unavailable\n\
invalid_response\n\
token_rejected\n\
server_untrusted\n\
unsupported\n\
unknown_operation\n\
storage_blocked\n\
wasm_blocked\n\
worker_blocked\n\
internal";
