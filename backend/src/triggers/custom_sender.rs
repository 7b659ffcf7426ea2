//! `CustomEmailSender` and `CustomSMSSender`: deliver messages in the backend's place.
//!
//! # Security model
//! The code is in the event as a message of the AWS Encryption SDK (`sealed_code`), under the key that the
//! configuration names and the handler has: who only sees events learns no codes. Fired in the background, again
//! and again until it returns or the code has expired; what it answers does not count.

use std::collections::BTreeMap;

use base64ct::{Base64, Encoding};
use serde::Serialize;

use super::Occasion;
use super::event::user_attributes;
use super::sealed_code::seal;
use crate::app::AppState;
use crate::client_metadata::ClientMetadata;
use crate::error::ApiError;
use crate::users::{Medium, User};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    code: Option<String>,
    user_attributes: BTreeMap<&'a str, &'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_metadata: Option<&'a ClientMetadata>,
}

/// Fires the trigger. The attributes are the user's, with the address that the message goes to.
///
/// # Errors
/// What [`Occasion`] gives.
pub async fn custom_sender(
    state: &AppState,
    occasion: Occasion<'_>,
    user: &User,
    (medium, to): (Medium, &str),
    code: Option<&str>,
    client_metadata: Option<&ClientMetadata>,
) -> Result<(), ApiError> {
    let key = state.triggers.sender_key();
    let key = key.ok_or_else(|| ApiError::internal_error("There is no key for senders."))?;
    let (kind, address, flag) = match medium {
        Medium::Email => ("customEmailSenderRequestV1", "email", "email_verified"),
        Medium::Sms => (
            "customSMSSenderRequestV1",
            "phone_number",
            "phone_number_verified",
        ),
    };
    let mut attributes = user_attributes(user);
    if attributes.insert(address, to) != Some(to) {
        // What was proved of the address before says nothing about this one.
        attributes.insert(flag, "false");
    }
    let sealed = code.map(|code| seal(key, code.as_bytes())).transpose()?;
    let request = Request {
        kind,
        code: sealed.map(|sealed| Base64::encode_string(&sealed)),
        user_attributes: attributes,
        client_metadata,
    };
    occasion.tell(state, &request).await
}
