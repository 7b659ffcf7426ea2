//! The operations of the login domain: the JSON API's, for the hosted pages, within one login
//! transaction.
//!
//! The transaction decides which client it is; `ClientId` and `SECRET_HASH` in a body count for
//! nothing, and neither do the client's `ExplicitAuthFlows`, which are about its own forms. Success is
//! an address to go to, never a token.

use serde::Serialize;
use serde_json::{Value, json};

use super::sign_in::{ChallengeAnswer, InitiateAuthRequest, first_step, next_step};
use super::{Answer, reply, request};
use super::{mfa, password, sign_up};
use crate::app::{AppState, Caller};
use crate::error::ApiError;
use crate::oauth::sso::SsoCookie;
use crate::oauth::{Bearer, LoginTransaction, complete};
use crate::pools::{IdentifierAttribute, PoolSettings};
use crate::sign_in::Next;

/// What a page asks with.
#[derive(Debug)]
pub struct Login<'a> {
    /// The transaction of this page, in this browser.
    pub transaction: &'a LoginTransaction,
    /// The value of the session cookie this browser came with.
    pub sso: Option<&'a Bearer>,
}

/// What an operation answers, and what the browser is to keep.
#[derive(Debug)]
pub struct LoginAnswer {
    /// JSON
    pub body: Vec<u8>,
    /// The browser's session, once the transaction is completed.
    pub completed: Option<SsoCookie>,
}

/// Runs an operation.
///
/// # Errors
/// What the operation refuses with; `UnknownOperationException` for one the login domain does not
/// have.
pub async fn call(
    state: &AppState,
    caller: &Caller,
    login: Login<'_>,
    operation: &str,
    mut body: Value,
) -> Result<LoginAnswer, ApiError> {
    let through = login.transaction.through();
    if let Value::Object(members) = &mut body {
        members.insert("ClientId".to_owned(), json!(through.client.id));
    }
    let answered = match operation {
        "DescribeLogin" => describe(login.transaction),
        "SignUp" => {
            reply(&sign_up::sign_up_through(state, through, request(operation, body)?).await?)
        }
        "ConfirmSignUp" => {
            let request = request(operation, body)?;
            reply(&sign_up::confirm_sign_up_through(state, caller, through, request).await?)
        }
        "ResendConfirmationCode" => {
            let request = request(operation, body)?;
            reply(
                &sign_up::resend_confirmation_code_through(state, caller, through, request).await?,
            )
        }
        "ForgotPassword" => {
            let request = request(operation, body)?;
            reply(&password::forgot_password_through(state, caller, through, request).await?)
        }
        "ConfirmForgotPassword" => {
            let request = request(operation, body)?;
            reply(
                &password::confirm_forgot_password_through(state, caller, through, request).await?,
            )
        }
        "InitiateAuth" => {
            let request: InitiateAuthRequest = request(operation, body)?;
            if !matches!(
                request.auth_flow.as_str(),
                "USER_SRP_AUTH" | "USER_PASSWORD_AUTH"
            ) {
                return Err(ApiError::invalid_parameter(
                    "The login domain has USER_SRP_AUTH and USER_PASSWORD_AUTH.",
                ));
            }
            let next = first_step(state, caller, through, &request).await?;
            return finish(state, login, next).await;
        }
        "RespondToAuthChallenge" => {
            let request = request(operation, body)?;
            let next = next_step(state, caller, through, &request).await?;
            return finish(state, login, next).await;
        }
        "AssociateSoftwareToken" => {
            reply(&mfa::associate_through(state, through, &request(operation, body)?).await?)
        }
        "VerifySoftwareToken" => {
            let request = request(operation, body)?;
            reply(&mfa::verify_through(state, caller, through, &request).await?)
        }
        _ => {
            return Err(ApiError::unknown_operation(
                "The login domain does not have this operation.",
            ));
        }
    };
    Ok(LoginAnswer {
        body: answered?,
        completed: None,
    })
}

/// The operation's name if there is such an operation, for the log.
#[must_use]
pub fn known(operation: &str) -> &'static str {
    OPERATIONS
        .into_iter()
        .find(|known| *known == operation)
        .unwrap_or("unknown")
}

const OPERATIONS: [&str; 10] = [
    "DescribeLogin",
    "SignUp",
    "ConfirmSignUp",
    "ResendConfirmationCode",
    "ForgotPassword",
    "ConfirmForgotPassword",
    "InitiateAuth",
    "RespondToAuthChallenge",
    "AssociateSoftwareToken",
    "VerifySoftwareToken",
];

async fn finish(state: &AppState, login: Login<'_>, next: Next) -> Result<LoginAnswer, ApiError> {
    match next {
        Next::Challenge(challenge) => Ok(LoginAnswer {
            body: reply(&ChallengeAnswer::from(challenge))?,
            completed: None,
        }),
        Next::Proved(user) => {
            let done = complete(state, login.transaction, &user, login.sso).await?;
            Ok(LoginAnswer {
                body: reply(&json!({ "Location": done.location }))?,
                completed: Some(done.sso),
            })
        }
    }
}

/// `DescribeLogin`: what the pages need to know to show themselves.
fn describe(transaction: &LoginTransaction) -> Answer {
    let (settings, request) = (&transaction.pool.settings, &transaction.request);
    let names = |attributes: &[IdentifierAttribute]| -> Vec<&'static str> {
        attributes
            .iter()
            .map(|attribute| attribute.name())
            .collect()
    };
    let username_attributes = names(settings.username_attributes());
    let asked = settings.schema().iter().filter(|attribute| {
        (attribute.required || gets_the_code(settings, &attribute.name))
            && attribute.name != "sub"
            && !username_attributes.contains(&attribute.name.as_str())
    });
    let attributes = asked
        .map(|attribute| {
            let bounds = attribute.string_attribute_constraints.as_ref();
            let bound = |text: Option<&String>| text.and_then(|text| text.parse().ok());
            AskedAttribute {
                name: &attribute.name,
                required: true,
                data_type: &attribute.attribute_data_type,
                min_length: bound(bounds.and_then(|bounds| bounds.min_length.as_ref())),
                max_length: bound(bounds.and_then(|bounds| bounds.max_length.as_ref())),
            }
        })
        .collect();
    let policy = settings.password_policy();
    reply(&Description {
        client_name: &transaction.client.name,
        user_pool_id: &transaction.pool.id,
        expires_at: transaction.expires_at,
        login_hint: request.login_hint.as_deref(),
        lang: request.lang.as_deref(),
        username_attributes,
        alias_attributes: names(settings.alias_attributes()),
        sign_up: SignUpDescription {
            allowed: !settings.allows_admin_create_user_only(),
            attributes,
        },
        password_policy: PolicyDescription {
            minimum_length: policy.minimum_length,
            require_uppercase: policy.require_uppercase,
            require_lowercase: policy.require_lowercase,
            require_numbers: policy.require_numbers,
            require_symbols: policy.require_symbols,
        },
        code_delivery: code_delivery(settings),
    })
}

/// Where people choose a user name, an address that is verified must be asked for, too: without one
/// nobody gets a code.
fn gets_the_code(settings: &PoolSettings, name: &str) -> bool {
    settings.username_attributes().is_empty()
        && settings
            .auto_verified_attributes()
            .iter()
            .any(|attribute| attribute.name() == name)
}

/// How a sign-up's code may travel.
fn code_delivery(settings: &PoolSettings) -> Vec<&'static str> {
    let verified = settings.auto_verified_attributes().iter();
    verified
        .map(|attribute| match attribute {
            IdentifierAttribute::PhoneNumber => "SMS",
            IdentifierAttribute::Email | IdentifierAttribute::PreferredUsername => "EMAIL",
        })
        .collect()
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Description<'a> {
    client_name: &'a str,
    /// SRP proves a password for one pool, whose name is hashed with it.
    user_pool_id: &'a str,
    expires_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    login_hint: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lang: Option<&'a str>,
    username_attributes: Vec<&'static str>,
    alias_attributes: Vec<&'static str>,
    sign_up: SignUpDescription<'a>,
    password_policy: PolicyDescription,
    code_delivery: Vec<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SignUpDescription<'a> {
    allowed: bool,
    attributes: Vec<AskedAttribute<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AskedAttribute<'a> {
    name: &'a str,
    required: bool,
    data_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_length: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_length: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyDescription {
    minimum_length: u32,
    require_uppercase: bool,
    require_lowercase: bool,
    require_numbers: bool,
    require_symbols: bool,
}
