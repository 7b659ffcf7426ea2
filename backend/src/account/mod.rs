//! What users do with their own attributes: `UpdateUserAttributes`,
//! `GetUserAttributeVerificationCode`, `VerifyUserAttribute`.
//!
//! A new e-mail address or phone number is unverified until its code comes back. Where the pool
//! verifies before updating, or the old value is where codes of a second factor go, the new value
//! waits with the code and the old one stays in force. What waits ends when somebody else changes the
//! attribute, and when the user signs out everywhere.

use cognate_core::secret::Code as Digits;

use crate::app::{AppState, Caller};
use crate::client_metadata::ClientMetadata;
use crate::codes::{self, Asked, Code, Outcome, Purpose};
use crate::error::ApiError;
use crate::limits::{self, Hourly};
use crate::messages::{Composing, Purpose as MessagePurpose};
use crate::mfa;
use crate::pools::{Client, IdentifierAttribute, Pool};
use crate::tokens::Access;
use crate::users::{self, CodeDeliveryDetails, Destination, SaveError, User, Writer};

/// Sets attributes; an empty value removes one. Answers where codes went.
///
/// # Errors
/// `NotAuthorizedException` for attributes the client may not write, `InvalidParameterException` by
/// the schema, `AliasExistsException` for an address that belongs to somebody else,
/// `LimitExceededException`.
pub async fn update(
    state: &AppState,
    caller: &Caller,
    access: Access,
    attributes: &[(String, String)],
    client_metadata: Option<&ClientMetadata>,
) -> Result<Vec<CodeDeliveryDetails>, ApiError> {
    let Access {
        pool,
        client,
        mut user,
        ..
    } = access;
    users::writable(&pool, Writer::User(&client), attributes)?;
    let mut to_verify = Vec::new();
    let of_mfa = mfa::addresses(state, &pool, &user.username, Some(&user)).await?;
    for (name, value) in attributes {
        if value.is_empty() && of_mfa.iter().any(|attribute| attribute.name() == name) {
            return Err(ApiError::invalid_parameter(format!(
                "{name} cannot be removed while it is used for MFA."
            )));
        }
        let verifiable = verifiable(name)
            .filter(|_| user.attributes.get(name) != Some(value) && !value.is_empty());
        let Some(attribute) = verifiable else {
            user.set_attribute(name, value);
            continue;
        };
        let is_guarded = pool.settings.verified_before_update().contains(&attribute)
            || of_mfa.contains(&attribute);
        let waits = is_guarded && user.attributes.get(name).is_some();
        if !waits {
            user.set_attribute(name, value);
        }
        if waits
            || pool
                .settings
                .auto_verified_attributes()
                .contains(&attribute)
        {
            to_verify.push(Destination {
                attribute,
                value: value.clone(),
            });
        }
    }
    if !to_verify.is_empty() {
        limits::count(
            state,
            caller,
            Hourly::AttributeCode,
            &pool.id,
            &user.username,
        )
        .await?;
    }
    users::save(state, &pool, &mut user, None).await?;
    let mut details = Vec::new();
    let asked = asked_by(&client, client_metadata);
    for destination in to_verify {
        let purpose = MessagePurpose::UpdateAttribute;
        details.push(send(state, &pool, &user, destination, purpose, asked).await?);
    }
    Ok(details)
}

/// Sends a code to the current value of an attribute.
///
/// # Errors
/// `InvalidParameterException` if it is not an address or has no value, `LimitExceededException`.
pub async fn send_code(
    state: &AppState,
    caller: &Caller,
    access: Access,
    attribute: &str,
    client_metadata: Option<&ClientMetadata>,
) -> Result<CodeDeliveryDetails, ApiError> {
    let attribute = required_verifiable(attribute)?;
    let destination = Destination::of(attribute, &access.user.attributes)
        .ok_or_else(|| ApiError::invalid_parameter("The attribute has no value."))?;
    let (pool, user) = (&access.pool, &access.user);
    limits::count(
        state,
        caller,
        Hourly::AttributeCode,
        &pool.id,
        &user.username,
    )
    .await?;
    let (purpose, asked) = (
        MessagePurpose::VerifyAttribute,
        asked_by(&access.client, client_metadata),
    );
    send(state, pool, user, destination, purpose, asked).await
}

/// Takes a code: the value it was sent to is the attribute's verified value from now on.
///
/// # Errors
/// `CodeMismatchException`, `ExpiredCodeException`, `AliasExistsException`,
/// `LimitExceededException`.
pub async fn verify(
    state: &AppState,
    caller: &Caller,
    access: Access,
    attribute: &str,
    code: &Digits,
) -> Result<(), ApiError> {
    let Access { pool, mut user, .. } = access;
    let attribute = required_verifiable(attribute)?;
    limits::count(
        state,
        caller,
        Hourly::VerifyAttribute,
        &pool.id,
        &user.username,
    )
    .await?;
    let purpose = Purpose::of(attribute);
    let right = match codes::check(state, &pool.id, &user.username, purpose, code.secret()).await? {
        Outcome::Right(right) => right,
        Outcome::Wrong => return Err(codes::mismatch()),
        Outcome::Expired | Outcome::None => return Err(codes::expired()),
    };
    // A code for a value that was replaced meanwhile proves nothing about the new one, and one for a value
    // that waits is meant to replace what was there then.
    let current = user.attributes.get(attribute.name());
    let is_current = current == Some(&right.destination.value);
    if !is_current && (current.is_none() || current != right.replaces.as_deref()) {
        return Err(codes::expired());
    }
    if !is_current && !pool.settings.verified_before_update().contains(&attribute) {
        let of_mfa = mfa::addresses(state, &pool, &user.username, Some(&user)).await?;
        if !of_mfa.contains(&attribute) {
            return Err(codes::expired());
        }
    }
    user.set_attribute(attribute.name(), &right.destination.value);
    user.mark_verified(&right.destination);
    match users::save(state, &pool, &mut user, Some(right.spend())).await {
        Err(SaveError::Taken) => Err(ApiError::alias_exists(format!(
            "An account with the {} already exists.",
            attribute.name()
        ))),
        outcome => Ok(outcome?),
    }
}

/// Whoever is signed in may be told what a trigger throws.
fn asked_by<'a>(client: &'a Client, client_metadata: Option<&'a ClientMetadata>) -> Asked<'a> {
    Asked {
        client_id: &client.id,
        client_metadata,
        composing: Composing::Now,
    }
}

async fn send(
    state: &AppState,
    pool: &Pool,
    user: &User,
    destination: Destination,
    message: MessagePurpose,
    asked: Asked<'_>,
) -> Result<CodeDeliveryDetails, ApiError> {
    let details = destination.details();
    let purpose = Purpose::of(destination.attribute);
    let code = Code::of_attribute(state, user, purpose, destination)?;
    state.store.replace_code(&code.row).await?;
    codes::deliver(state, pool, user, &code, message, asked).await?;
    Ok(details)
}

fn verifiable(name: &str) -> Option<IdentifierAttribute> {
    [IdentifierAttribute::Email, IdentifierAttribute::PhoneNumber]
        .into_iter()
        .find(|attribute| attribute.name() == name)
}

fn required_verifiable(name: &str) -> Result<IdentifierAttribute, ApiError> {
    verifiable(name)
        .ok_or_else(|| ApiError::invalid_parameter("Only email and phone_number can be verified."))
}
