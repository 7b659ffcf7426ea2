//! `DefineAuthChallenge`, `CreateAuthChallenge`, `VerifyAuthChallengeResponse`: the three that make
//! up a custom sign-in (`sign_in::custom`).

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::json;
use zeroize::Zeroizing;

use super::Occasion;
use super::event::{unreadable, user_attributes};
use crate::app::AppState;
use crate::client_metadata::ClientMetadata;
use crate::error::ApiError;
use crate::users::User;

/// What has happened in a sign-in: one entry per challenge that was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answered {
    /// `SRP_A`, `PASSWORD_VERIFIER` or `CUSTOM_CHALLENGE`.
    pub challenge_name: String,
    /// Whether the answer was right.
    pub challenge_result: bool,
    /// What `CreateAuthChallenge` called it.
    pub challenge_metadata: Option<String>,
}

/// Who signs in, and how far they are: what all three triggers are told.
#[derive(Clone, Copy)]
pub struct Sitting<'a> {
    /// The user; nobody for a name that nobody has.
    pub user: Option<&'a User>,
    /// Whether the triggers are told if there is a user: where answers hide it.
    pub hides_existence: bool,
    /// What was answered so far.
    pub answered: &'a [Answered],
    /// What the app sent along.
    pub client_metadata: Option<&'a ClientMetadata>,
}

impl fmt::Debug for Sitting<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sitting")
            .field("answered", &self.answered)
            .finish_non_exhaustive()
    }
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Definition {
    /// A challenge of the pool's own.
    CustomChallenge,
    /// The password, by SRP.
    PasswordVerifier,
    /// Enough was proved.
    IssueTokens,
    /// There is nothing more to try.
    FailAuthentication,
}

/// A challenge.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Creation {
    /// What the client is shown.
    #[serde(rename = "publicChallengeParameters")]
    pub public: Option<BTreeMap<String, String>>,
    /// What the answer is compared with: never leaves the backend.
    #[serde(rename = "privateChallengeParameters")]
    pub private: Option<BTreeMap<String, String>>,
    /// Its name in the later events.
    #[serde(rename = "challengeMetadata")]
    pub metadata: Option<String>,
}

impl fmt::Debug for Creation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Creation")
            .field("metadata", &self.metadata)
            .finish_non_exhaustive()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    user_attributes: BTreeMap<&'a str, &'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_not_found: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    challenge_name: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<&'a [Answered]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    private_challenge_parameters: Option<&'a BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    challenge_answer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_metadata: Option<&'a ClientMetadata>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Defined {
    challenge_name: Option<String>,
    issue_tokens: Option<bool>,
    fail_authentication: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Verified {
    answer_correct: Option<bool>,
}

impl<'a> Sitting<'a> {
    fn request(&self) -> Request<'a> {
        Request {
            user_attributes: self.user.map(user_attributes).unwrap_or_default(),
            user_not_found: self.hides_existence.then_some(self.user.is_none()),
            challenge_name: None,
            session: None,
            private_challenge_parameters: None,
            challenge_answer: None,
            client_metadata: self.client_metadata,
        }
    }
}

/// Asks what comes next.
///
/// # Errors
/// What [`Occasion`] gives, `InvalidLambdaResponseException` for an answer that says nothing; `InvalidParameterException` if the pool has no such trigger.
pub async fn define(
    state: &AppState,
    occasion: Occasion<'_>,
    sitting: Sitting<'_>,
) -> Result<Definition, ApiError> {
    let request = Request {
        session: Some(sitting.answered),
        ..sitting.request()
    };
    let empty = json!({ "challengeName": null, "issueTokens": null, "failAuthentication": null });
    let defined: Option<Defined> = occasion.fire(state, &request, &empty, Vec::new()).await?;
    let defined = defined.ok_or_else(not_configured)?;
    let issues = defined.issue_tokens == Some(true);
    let fails = defined.fail_authentication == Some(true);
    match (issues, fails, defined.challenge_name.as_deref()) {
        // Of two decisions, the stricter one.
        (_, true, _) => Ok(Definition::FailAuthentication),
        (true, false, _) => Ok(Definition::IssueTokens),
        (false, false, Some("CUSTOM_CHALLENGE")) => Ok(Definition::CustomChallenge),
        (false, false, Some("PASSWORD_VERIFIER")) => Ok(Definition::PasswordVerifier),
        (false, false, _) => {
            let why = "it names no challenge, issues no tokens and does not fail";
            Err(unreadable(
                occasion.source.trigger(),
                &occasion.pool.id,
                why,
            ))
        }
    }
}

/// Has a challenge made.
///
/// # Errors
/// As [`define`].
pub async fn create(
    state: &AppState,
    occasion: Occasion<'_>,
    sitting: Sitting<'_>,
) -> Result<Creation, ApiError> {
    let request = Request {
        session: Some(sitting.answered),
        challenge_name: Some("CUSTOM_CHALLENGE"),
        ..sitting.request()
    };
    let empty = json!({
        "publicChallengeParameters": null, "privateChallengeParameters": null,
        "challengeMetadata": null,
    });
    let created: Option<Creation> = occasion.fire(state, &request, &empty, Vec::new()).await?;
    created.ok_or_else(not_configured)
}

/// Has an answer judged.
///
/// # Errors
/// As [`define`].
pub async fn verify(
    state: &AppState,
    occasion: Occasion<'_>,
    sitting: Sitting<'_>,
    private: &BTreeMap<String, String>,
    answer: &str,
) -> Result<bool, ApiError> {
    let request = Request {
        private_challenge_parameters: Some(private),
        challenge_answer: Some(answer),
        ..sitting.request()
    };
    let mut secrets: Vec<Zeroizing<String>> =
        private.values().cloned().map(Zeroizing::new).collect();
    secrets.push(Zeroizing::new(answer.to_owned()));
    let empty = json!({ "answerCorrect": null });
    let verified: Option<Verified> = occasion.fire(state, &request, &empty, secrets).await?;
    let verified = verified.ok_or_else(not_configured)?;
    verified.answer_correct.ok_or_else(|| {
        let why = "it does not say whether the answer is correct";
        unreadable(occasion.source.trigger(), &occasion.pool.id, why)
    })
}

fn not_configured() -> ApiError {
    ApiError::invalid_parameter("Custom auth lambda trigger is not configured for the user pool.")
}
