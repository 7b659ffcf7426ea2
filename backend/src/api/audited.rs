//! What the audit is told of an operation: who it was about, and how it ended.
//!
//! Read from the request before the operation takes it, and from its answer: operations know nothing of it.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::Deserialize;
use serde_json::Value;

use crate::app::{AppState, Caller};
use crate::audit::{Details, Event, Kind, Response};
use crate::error::{ApiError, ErrorType};

/// What was asked. It names a person and is not printed.
pub(super) struct Seen {
    kind: Kind,
    /// Whether it only asks for a code.
    is_begun: bool,
    client_id: String,
    name: String,
    challenge: Option<&'static str>,
}

impl Seen {
    /// What a request asks; `None` if it is none that the audit is about.
    pub(super) fn of(operation: &str, body: &Value) -> Option<Self> {
        let kind = match operation {
            "InitiateAuth" | "AdminInitiateAuth" if !is_refresh(body) => Kind::SignIn,
            "RespondToAuthChallenge" | "AdminRespondToAuthChallenge" => Kind::SignIn,
            "SignUp" => Kind::SignUp,
            "ForgotPassword" | "ConfirmForgotPassword" => Kind::ForgotPassword,
            "ChangePassword" => Kind::PasswordChange,
            "ResendConfirmationCode" => Kind::ResendCode,
            _ => return None,
        };
        let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str);
        let token = text("/AccessToken").and_then(Token::read);
        let name = [
            "/Username",
            "/AuthParameters/USERNAME",
            "/ChallengeResponses/USERNAME",
        ];
        let name = name.into_iter().find_map(text).map(str::to_owned);
        let client_id = text("/ClientId").map(str::to_owned);
        let (of_token, client_of_token) = token.map_or((None, None), |token| {
            (Some(token.username), Some(token.client_id))
        });
        Some(Self {
            kind,
            is_begun: operation == "ForgotPassword",
            client_id: client_id.or(client_of_token)?,
            name: name.or(of_token)?,
            challenge: challenge(body),
        })
    }

    /// Hands it over with how it ended.
    pub(super) fn record(
        self,
        state: &AppState,
        caller: &Caller,
        answer: Result<&[u8], &ApiError>,
    ) {
        let Some(response) = self.response(answer) else {
            return;
        };
        let outcome = match response {
            Response::Fail => "Failure",
            Response::Pass | Response::InProgress => "Success",
        };
        let challenges = self
            .challenge
            .map(|name| (name.to_owned(), outcome.to_owned()));
        let event = Event {
            name: self.name,
            kind: self.kind,
            response,
            details: Details {
                ip_address: caller.peer.to_string(),
                client_id: self.client_id.clone(),
                challenges: challenges.into_iter().collect(),
                provider: None,
            },
            client_id: self.client_id,
        };
        state.audit.record(event, state.clock.now_millis());
    }

    fn response(&self, answer: Result<&[u8], &ApiError>) -> Option<Response> {
        let body = match answer {
            Ok(body) => body,
            Err(error) => return is_refusal(error.code).then_some(Response::Fail),
        };
        if self.kind != Kind::SignIn {
            return Some(if self.is_begun {
                Response::InProgress
            } else {
                Response::Pass
            });
        }
        let next: Next = serde_json::from_slice(body).ok()?;
        match next.challenge_name.as_deref() {
            None => Some(Response::Pass),
            // Steps that clients take by themselves.
            Some("PASSWORD_VERIFIER" | "DEVICE_SRP_AUTH" | "DEVICE_PASSWORD_VERIFIER") => None,
            Some(_) => Some(Response::InProgress),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Next {
    challenge_name: Option<String>,
}

/// Whom a token is about. It is believed as far as the operation believed it: what is not ours names a
/// person that fails, at most.
#[derive(Deserialize)]
struct Token {
    username: String,
    client_id: String,
}

impl Token {
    fn read(token: &str) -> Option<Self> {
        let payload = Base64UrlUnpadded::decode_vec(token.split('.').nth(1)?).ok()?;
        serde_json::from_slice(&payload).ok()
    }
}

fn is_refresh(body: &Value) -> bool {
    let flow = body.get("AuthFlow").and_then(Value::as_str);
    flow.is_some_and(|flow| flow.starts_with("REFRESH_TOKEN"))
}

/// What a request proves, in the words of the contract's `ChallengeName`.
fn challenge(body: &Value) -> Option<&'static str> {
    if body.pointer("/AuthParameters/PASSWORD").is_some() {
        return Some("Password");
    }
    match body.get("ChallengeName")?.as_str()? {
        "PASSWORD" | "PASSWORD_VERIFIER" => Some("Password"),
        "SMS_MFA" | "SOFTWARE_TOKEN_MFA" | "EMAIL_OTP" | "SMS_OTP" => Some("Mfa"),
        _ => None,
    }
}

/// Whether an error says something about the person's try, not about the request's form.
fn is_refusal(error: ErrorType) -> bool {
    matches!(
        error,
        ErrorType::CodeMismatch
            | ErrorType::ExpiredCode
            | ErrorType::InvalidPassword
            | ErrorType::LimitExceeded
            | ErrorType::NotAuthorized
            | ErrorType::PasswordResetRequired
            | ErrorType::UserLambdaValidation
            | ErrorType::UserNotConfirmed
    )
}
