//! `CustomMessage`: words a message in the pool's place, for example in the reader's language.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::event::{unreadable, user_attributes};
use super::{Occasion, Sending, Source};
use crate::app::AppState;
use crate::client_metadata::ClientMetadata;
use crate::error::ApiError;
use crate::users::{Medium, User};

const CODE: &str = "{####}";
const LINK: &str = "{##Click Here##}";
const USERNAME: &str = "{username}";

/// Bounds of the contract, in characters.
const LONGEST_SMS: usize = 140;
const LONGEST_EMAIL: usize = 20_000;
const LONGEST_SUBJECT: usize = 140;

/// A message that is to be worded.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The reader.
    pub user: &'a User,
    /// How it travels.
    pub medium: Medium,
    /// Whether it has a link in the place of a code.
    pub has_link: bool,
    /// What the app sent along.
    pub client_metadata: Option<&'a ClientMetadata>,
}

impl std::fmt::Debug for Asked<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Asked")
            .field("medium", &self.medium)
            .finish_non_exhaustive()
    }
}

/// The words, with placeholders; what is `None` stays the pool's.
#[derive(Debug, Clone, Default)]
pub struct Words {
    /// The subject of an e-mail.
    pub subject: Option<String>,
    /// The text.
    pub body: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    user_attributes: BTreeMap<&'a str, &'a str>,
    code_parameter: &'static str,
    link_parameter: &'static str,
    username_parameter: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_metadata: Option<&'a ClientMetadata>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Response {
    sms_message: Option<String>,
    email_message: Option<String>,
    email_subject: Option<String>,
}

/// Asks the trigger. Without one, nothing is worded.
///
/// # Errors
/// What [`Occasion`] gives, and `InvalidLambdaResponseException` for a text that is too long or lacks the
/// placeholder of what the reader needs.
pub async fn custom_message(
    state: &AppState,
    occasion: Occasion<'_>,
    asked: Asked<'_>,
) -> Result<Words, ApiError> {
    let invites = occasion.source == Source::CustomMessage(Sending::AdminCreateUser);
    let request = Request {
        user_attributes: user_attributes(asked.user),
        code_parameter: CODE,
        link_parameter: LINK,
        username_parameter: invites.then_some(USERNAME),
        client_metadata: asked.client_metadata,
    };
    let empty = json!({ "smsMessage": null, "emailMessage": null, "emailSubject": null });
    let response: Option<Response> = occasion.fire(state, &request, &empty, Vec::new()).await?;
    let response = response.unwrap_or_default();
    let (body, longest) = match asked.medium {
        Medium::Sms => (response.sms_message, LONGEST_SMS),
        Medium::Email => (response.email_message, LONGEST_EMAIL),
    };
    let subject = response
        .email_subject
        .filter(|_| asked.medium == Medium::Email);
    let refused = |why: &str| unreadable(occasion.source.trigger(), &occasion.pool.id, why);
    if let Some(body) = &body {
        if body.chars().count() > longest {
            return Err(refused("its message is too long"));
        }
        let has_what_is_needed = if asked.has_link {
            body.contains("{##") && body.contains("##}")
        } else {
            body.contains(CODE) && (!invites || body.contains(USERNAME))
        };
        if !has_what_is_needed {
            return Err(refused("its message lacks a placeholder"));
        }
    }
    let is_long = |subject: &String| subject.chars().count() > LONGEST_SUBJECT;
    if subject.as_ref().is_some_and(is_long) {
        return Err(refused("its subject is too long"));
    }
    let is_empty = |text: &String| !text.is_empty();
    Ok(Words {
        subject: subject.filter(is_empty),
        body: body.filter(is_empty),
    })
}
