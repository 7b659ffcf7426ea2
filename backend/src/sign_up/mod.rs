//! Signing up: `SignUp`, `ConfirmSignUp`, `ResendConfirmationCode`.
//!
//! # Steps
//! 1. [`sign_up`] asks the trigger `PreSignUp`, stores an unconfirmed user with its code and queues
//!    the message. A user whom the trigger confirmed gets no code.
//! 2. [`confirm`] takes the code, confirms the user and marks the address it was sent to as
//!    verified. A sign-in may follow at once (`sign_in::user_auth::after_sign_up`).
//! 3. [`resend`] replaces the code.
//!
//! Whoever was confirmed is told to the trigger `PostConfirmation`.
//!
//! # Security model
//! `SignUp` names an existing user: the contract wants it. The other two answer alike for users who
//! exist, are confirmed already, or do not exist, if the client has `PreventUserExistenceErrors`
//! on: a wrong code is a mismatch, a resend names where the code would have gone, and does the same
//! work.

use std::collections::BTreeMap;

use cognate_core::secret::{Code as Digits, Password};

use crate::app::{AppState, Caller};
use crate::client_metadata::ClientMetadata;
use crate::codes::{self, Asked, Code, Outcome, Purpose, RightCode};
use crate::error::ApiError;
use crate::limits::{self, Hourly};
use crate::messages::Purpose as MessagePurpose;
use crate::opaque_secret::OpaqueSecret;
use crate::pools::Pool;
use crate::sign_in::Through;
use crate::sign_in::user_auth::after_sign_up;
use crate::triggers::post_confirmation::post_confirmation;
use crate::triggers::pre_sign_up::pre_sign_up;
use crate::triggers::{Occasion, Source};
use crate::users::{
    self, CodeDeliveryDetails, Destination, SaveError, Status, User, Writer, decoy,
    decoy_destination, identifier_of,
};

/// What somebody gives to sign up.
#[derive(Debug)]
pub struct Application<'a> {
    /// The user name, or the e-mail address or phone number where the pool wants those.
    pub username: &'a str,
    /// The password; `None` where codes that are sent can be signed in with instead.
    pub password: Option<&'a Password>,
    /// Attribute names and values.
    pub attributes: Vec<(String, String)>,
    /// For the trigger `PreSignUp` only; not stored.
    pub validation_data: Option<BTreeMap<String, String>>,
    /// For the triggers only; not stored.
    pub client_metadata: Option<ClientMetadata>,
}

/// What came of a sign-up.
#[derive(Debug)]
pub struct SignedUp {
    /// The new user's UUID.
    pub sub: String,
    /// Whether the user needs no code, because a trigger said so.
    pub confirmed: bool,
    /// Where the code went; `None` if the pool verifies nothing by itself.
    pub delivery: Option<CodeDeliveryDetails>,
    /// What lets this person in without asking for the password again, after the confirmation; `None`
    /// if the client has no `USER_AUTH`.
    pub session: Option<OpaqueSecret>,
}

/// What somebody confirms a sign-up with.
#[derive(Debug)]
pub struct Confirmation<'a> {
    /// Any name of the user.
    pub name: &'a str,
    /// The code.
    pub code: &'a Digits,
    /// Whether to take the address away from the user who has it as an alias.
    pub force_alias: bool,
    /// What the sign-up left behind, if there is to be a sign-in right after.
    pub session: Option<&'a str>,
}

/// `SignUp`
///
/// # Errors
/// `UsernameExistsException`, `InvalidPasswordException`, `InvalidParameterException` by the
/// schema, `NotAuthorizedException` where only administrators make users,
/// `LimitExceededException` where too many accounts were made for one address.
pub async fn sign_up(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    application: Application<'_>,
) -> Result<SignedUp, ApiError> {
    let pool = through.pool;
    if pool.settings.allows_admin_create_user_only() {
        return Err(ApiError::not_authorized(
            "SignUp is not permitted for this user pool",
        ));
    }
    match application.password {
        Some(password) => users::check_policy(pool, password.secret())?,
        None if pool.settings.allows_users_without_password() => {}
        None => {
            return Err(ApiError::invalid_parameter(
                "A password is required in this user pool.",
            ));
        }
    }
    users::writable(
        pool,
        Writer::SignUp(through.client),
        &application.attributes,
    )?;
    let mut user = users::new_user(state, pool, application.username, Status::Unconfirmed)?;
    users::check_is_no_providers(state, pool, &user.username).await?;
    for (name, value) in &application.attributes {
        let is_username =
            identifier_of(pool, application.username).is_some_and(|a| a.name() == name);
        if is_username && users::normal(pool, value) != users::normal(pool, application.username) {
            return Err(ApiError::invalid_parameter(format!(
                "The attribute {name} differs from the username."
            )));
        }
        user.set_attribute(name, value);
    }
    users::check_required(pool, &user.attributes)?;
    if let Some(password) = application.password {
        user.set_password(password.secret(), state.clock.now())?;
    }
    let metadata = application.client_metadata.as_ref();
    let confirmed = ask_trigger(state, through, &mut user, &application).await?;
    let code = match Destination::of_sign_up(pool, &user.attributes) {
        Some(to) if !confirmed => {
            let address = to.to_text().to_lowercase();
            limits::count(state, caller, Hourly::SignUp, &pool.id, &address).await?;
            Some(Code::new(
                state,
                &pool.id,
                &user.username,
                Purpose::SignUp,
                to,
            )?)
        }
        _ => None,
    };
    let delivery = code.as_ref().map(|code| code.destination().details());
    users::insert(state, pool, &user, code.as_ref().map(|code| &code.row))
        .await
        .map_err(|error| users::exists(pool, application.username, error))?;
    if let Some(code) = code {
        let asked = Asked::openly(through.telling(metadata));
        codes::deliver(state, pool, &user, &code, MessagePurpose::SignUp, asked).await?;
    }
    if confirmed {
        confirmed_through(state, through, &user, metadata).await?;
    }
    Ok(SignedUp {
        session: after_sign_up::begin(state, through, &user).await?,
        sub: user.sub,
        confirmed,
        delivery,
    })
}

/// `PreSignUp`: whether it confirmed the user; what it verified is marked.
async fn ask_trigger(
    state: &AppState,
    through: Through<'_>,
    user: &mut User,
    application: &Application<'_>,
) -> Result<bool, ApiError> {
    let occasion = Occasion {
        pool: through.pool,
        client_id: &through.client.id,
        username: &user.username,
        source: Source::SignUp,
    };
    let (data, metadata) = (&application.validation_data, &application.client_metadata);
    let decision = pre_sign_up(state, occasion, user, data.as_ref(), metadata.as_ref()).await?;
    for (verifies, flag) in [
        (decision.verifies_email, "email_verified"),
        (decision.verifies_phone, "phone_number_verified"),
    ] {
        if verifies {
            user.attributes.set(flag, "true");
        }
    }
    if decision.confirms {
        user.status = Status::Confirmed;
    }
    Ok(decision.confirms)
}

/// `PostConfirmation`, after the user was stored.
async fn confirmed_through(
    state: &AppState,
    through: Through<'_>,
    user: &User,
    metadata: Option<&ClientMetadata>,
) -> Result<(), ApiError> {
    let (pool, client_id) = (through.pool, &through.client.id);
    post_confirmation(
        state,
        pool,
        client_id,
        Source::ConfirmSignUp,
        user,
        metadata,
    )
    .await
}

/// `ConfirmSignUp`. Answers what to sign in with right after, if the sign-up's handle came along.
///
/// # Errors
/// `CodeMismatchException`, `ExpiredCodeException`, `AliasExistsException`,
/// `LimitExceededException`; what the trigger `PostConfirmation` throws, and then the user is
/// confirmed.
pub async fn confirm(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    confirmation: Confirmation<'_>,
    client_metadata: Option<&ClientMetadata>,
) -> Result<Option<OpaqueSecret>, ApiError> {
    let Confirmation {
        name,
        code,
        force_alias,
        session,
    } = confirmation;
    let pool = through.pool;
    let hides = through.hides_existence();
    let user = users::find(state, pool, name).await?;
    let username = match &user {
        Some(user) => user.username.clone(),
        None if hides => decoy(&state.sealer, pool, name).username,
        None => return Err(users::not_found()),
    };
    limits::count(state, caller, Hourly::ConfirmSignUp, &pool.id, &username).await?;
    if let Some(user) = user
        .as_ref()
        .filter(|user| !hides && user.status != Status::Unconfirmed)
    {
        return Err(users::cannot_be_confirmed(user));
    }
    let purpose = Purpose::SignUp;
    let right = match codes::check(state, &pool.id, &username, purpose, code.secret()).await? {
        Outcome::Right(right) => right,
        Outcome::Expired => return Err(codes::expired()),
        // A confirmed user has no code, an unconfirmed one nearly always: hidden, both are a
        // mismatch.
        Outcome::None if !hides => return Err(codes::expired()),
        Outcome::None | Outcome::Wrong => return Err(codes::mismatch()),
    };
    let user = user.filter(|user| user.status == Status::Unconfirmed);
    let mut user = user.ok_or_else(codes::expired)?;
    if !user.enabled {
        return Err(ApiError::not_authorized("User is disabled."));
    }
    user.status = Status::Confirmed;
    user.mark_verified(&right.destination);
    match users::save(state, pool, &mut user, Some(right.spend())).await {
        Err(SaveError::Taken) if force_alias => {
            take_alias(state, pool, &mut user, &right).await?;
        }
        Err(SaveError::Taken) => {
            let attribute = right.destination.attribute.name();
            return Err(ApiError::alias_exists(format!(
                "An account with the {attribute} already exists."
            )));
        }
        outcome => outcome?,
    }
    confirmed_through(state, through, &user, client_metadata).await?;
    let proved = right.destination.attribute;
    after_sign_up::confirmed(state, through, session, proved, &user).await
}

/// `ResendConfirmationCode`
///
/// # Errors
/// `LimitExceededException`; without `PreventUserExistenceErrors` also `UserNotFoundException` and
/// `InvalidParameterException` for confirmed users.
pub async fn resend(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    name: &str,
) -> Result<CodeDeliveryDetails, ApiError> {
    let pool = through.pool;
    let hides = through.hides_existence();
    let user = users::find(state, pool, name).await?;
    if user.is_none() && !hides {
        return Err(users::not_found());
    }
    let username = user.as_ref().map_or_else(
        || decoy(&state.sealer, pool, name).username,
        |user| user.username.clone(),
    );
    limits::count(state, caller, Hourly::ResendCode, &pool.id, &username).await?;
    let to = user
        .as_ref()
        .filter(|user| user.enabled && user.status == Status::Unconfirmed)
        .and_then(|user| Some((user, Destination::of_sign_up(pool, &user.attributes)?)));
    let Some((user, destination)) = to else {
        if !hides {
            return Err(match user {
                Some(user) if user.status != Status::Unconfirmed => {
                    ApiError::invalid_parameter("User is already confirmed.")
                }
                _ => ApiError::invalid_parameter("There is no address to send a code to."),
            });
        }
        let destination = decoy_destination(
            &state.sealer,
            pool,
            &username,
            user.as_ref().map(|user| &user.attributes),
            &Destination::choices_of_sign_up(pool),
        );
        let details = destination.details();
        Code::decoy(state, &pool.id, &username, Purpose::SignUp, destination).await?;
        return Ok(details);
    };
    let details = destination.details();
    let code = Code::new(state, &pool.id, &username, Purpose::SignUp, destination)?;
    state.store.replace_code(&code.row).await?;
    let (purpose, asked) = (MessagePurpose::ResendCode, Asked::hidden(through));
    codes::deliver(state, pool, user, &code, purpose, asked).await?;
    Ok(details)
}

/// The user who has the alias loses the verification of it; then this user gets it.
async fn take_alias(
    state: &AppState,
    pool: &Pool,
    user: &mut User,
    right: &RightCode,
) -> Result<(), ApiError> {
    users::release_aliases(state, pool, user).await?;
    Ok(users::save(state, pool, user, Some(right.spend())).await?)
}
