//! The shapes of the JSON API that client and server share, in the service's own spelling.
//!
//! Requests and replies are one loose shape each, every member optional, instead of one type per
//! operation: the code that turns a type into JSON and back is what costs bytes in the browser.
//! Which members an operation has is in the service's reference; the operations of this crate check
//! that what they need is there.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::secret::{AccessToken, ChallengeSession, IdToken, RefreshToken};

pub use crate::members::Members;

/// A JSON object of strings.
pub type StringMap = Members<String, String>;

/// What a request may hold. Absent members are not written.
#[derive(Default, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(
    missing_docs,
    reason = "the members are the service's, documented in its reference"
)]
#[expect(
    missing_debug_implementations,
    reason = "passwords, codes and tokens are among them"
)]
pub struct Call<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmation_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_flow: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_parameters: Option<Members<&'a str, &'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub challenge_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub challenge_responses: Option<Members<&'a str, &'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_password: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposed_password: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribute_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_attributes: Option<&'a [Attribute]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_metadata: Option<&'a StringMap>,
}

/// What an answer may hold.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[expect(
    missing_docs,
    reason = "the members are the service's, documented in its reference"
)]
pub struct Reply {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_confirmed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_sub: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<ChallengeSession>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub challenge_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub challenge_parameters: Option<StringMap>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authentication_result: Option<AuthenticationResult>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_delivery_details: Option<CodeDelivery>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_delivery_details_list: Option<Vec<CodeDelivery>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_attributes: Option<Vec<Attribute>>,
}

/// Tokens, at the end of a sign-in or a refresh. A refresh without rotation has no refresh token.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(
    missing_docs,
    reason = "the members are the service's, documented in its reference"
)]
pub struct AuthenticationResult {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token: Option<AccessToken>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_token: Option<IdToken>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<RefreshToken>,
    /// Seconds that the access token lives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_type: Option<Cow<'static, str>>,
}

/// One attribute of a user. Booleans are the strings `true` and `false`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Attribute {
    /// Such as `email`, `custom:team`.
    pub name: String,
    /// Absent or empty deletes the attribute where that is allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// Where a code went.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CodeDelivery {
    /// Masked by the service, such as `j***@e***`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination: Option<String>,
    /// `EMAIL` or `SMS`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_medium: Option<String>,
    /// The attribute that the code verifies, such as `email`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribute_name: Option<String>,
}
