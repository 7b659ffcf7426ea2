//! Whether the person goes on as who is signed in here (`prompt=select_account`), and whether they let the app
//! have what it asks for.
//!
//! # Steps
//! 1. `authorize`, or the proof on the page ([`proceed`]), finds that something is to be asked, and says so in the
//!    transaction's row ([`Standing`]).
//! 2. The page shows what [`asked`] tells, and sends the answer: [`go_on`], or [`decide`].
//! 3. Allowed, the transaction is completed, and what was allowed is remembered for this person, app and
//!    scopes. Denied, it is consumed as well: the app gets `access_denied`.
//!
//! # Security model
//! - An answer is good for one transaction, in the browser that began it (its cookie), for the person that the row
//!   names. That is read, not sent: there is no handle to steal, and nothing to forge.
//! - Who answers by a session must still have it: the very one that was offered, still as young as the app asks
//!   (`max_age`).
//! - The row is consumed with the code, so no answer counts twice.
//! - Denying takes back what was allowed before, and ends the app's sessions of this person.
//!
//! # Limits
//! Which clients ask is a setting of the configuration (`ask_for_consent`), not of the published API, which has none.
//! `prompt=consent` asks for every client.

use super::authorization_request::{AuthorizationRequest, Goal};
use super::completion::{complete, complete_known};
use super::standing::{Person, Standing, Who};
use super::transaction::not_found;
use super::{Completed, LoginTransaction};
use crate::app::AppState;
use crate::error::ApiError;
use crate::opaque_secret::OpaqueSecret;
use crate::pools::Client;
use crate::scope::Scopes;
use crate::sign_in;
use crate::users::{Destination, User};

/// Where the browser goes after an answer.
#[derive(Debug)]
pub enum Proceeding {
    /// To the app.
    App(Completed),
    /// To the page at this address of ours.
    Page(String),
}

/// What the page has to show.
#[derive(Debug, Default)]
pub struct Asked {
    /// Who is signed in, masked.
    pub account: Option<String>,
    /// What the app asks for, if that is the question.
    pub scopes: Option<String>,
}

/// After everything is proved: a code, or the question.
///
/// # Errors
/// As [`complete`](super::complete).
pub async fn proceed(
    state: &AppState,
    transaction: &LoginTransaction,
    who: &sign_in::Proved,
    older: Option<&OpaqueSecret>,
) -> Result<Proceeding, ApiError> {
    let (client, request) = (&transaction.client, &transaction.request);
    if is_needed(state, client, request, &who.user).await? {
        let person = Person::of(state, who);
        return ask(state, transaction, Who::Person(Box::new(person))).await;
    }
    complete(state, transaction, who, older)
        .await
        .map(Proceeding::App)
}

/// The person goes on as who was offered.
///
/// # Errors
/// `InvalidParameterException` if nobody was, `NotAuthorizedException` if that session has ended.
pub async fn go_on(
    state: &AppState,
    transaction: &LoginTransaction,
    cookie: Option<&OpaqueSecret>,
) -> Result<Proceeding, ApiError> {
    let Standing::Offered(offered) = &transaction.standing else {
        return Err(ApiError::invalid_parameter("Nobody was offered."));
    };
    let target = (&transaction.pool, &transaction.client);
    let known = transaction.standing.known(state, target, cookie).await?;
    let known = known.ok_or_else(ended)?;
    let (client, request) = (&transaction.client, &transaction.request);
    if is_needed(state, client, request, known.user()).await? {
        return ask(state, transaction, Who::Session(offered.clone())).await;
    }
    complete_known(state, transaction, &known, cookie, None)
        .await
        .map(Proceeding::App)
}

/// The person allows or denies. The answer leads to the app in both cases.
///
/// # Errors
/// `InvalidParameterException` if they were not asked, `NotAuthorizedException` if they are no longer signed in,
/// `LoginTransactionNotFoundException` if they have answered before.
pub async fn decide(
    state: &AppState,
    transaction: &LoginTransaction,
    cookie: Option<&OpaqueSecret>,
    allows: bool,
) -> Result<Decided, ApiError> {
    if !matches!(transaction.standing, Standing::Consenting(_)) {
        return Err(ApiError::invalid_parameter("Nothing was asked."));
    }
    let (client, request) = (&transaction.client, &transaction.request);
    let target = (&transaction.pool, client);
    let known = transaction.standing.known(state, target, cookie).await?;
    let known = known.ok_or_else(ended)?;
    let username = known.user().username.clone();
    let (pool_id, now) = (&client.pool_id, state.clock.now());
    if !allows {
        if !state.store.end_login_transaction(&transaction.id).await? {
            return Err(not_found());
        }
        state
            .store
            .revoke_consent(pool_id, &username, &client.id, now)
            .await?;
        let issuer = state.issuer(pool_id);
        return Ok(Decided::Denied(request.answer(
            &issuer,
            &[
                ("error", "access_denied"),
                ("error_description", "The person denied the request."),
            ],
        )));
    }
    let granted = request.scopes.to_string();
    complete_known(state, transaction, &known, cookie, Some(&granted))
        .await
        .map(Decided::Allowed)
}

/// What a person decided.
#[derive(Debug)]
pub enum Decided {
    /// A code.
    Allowed(Completed),
    /// The app's address with the error.
    Denied(String),
}

/// What the page of this transaction has to show, in this browser.
///
/// # Errors
/// For no fault of the caller's.
pub async fn asked(
    state: &AppState,
    transaction: &LoginTransaction,
    cookie: Option<&OpaqueSecret>,
) -> Result<Asked, ApiError> {
    let target = (&transaction.pool, &transaction.client);
    let Some(known) = transaction.standing.known(state, target, cookie).await? else {
        return Ok(Asked::default());
    };
    let asks = matches!(transaction.standing, Standing::Consenting(_));
    Ok(Asked {
        account: Some(masked(known.user())),
        scopes: asks.then(|| transaction.request.scopes.to_string()),
    })
}

/// Whether the app may not have it yet.
pub(super) async fn is_needed(
    state: &AppState,
    client: &Client,
    request: &AuthorizationRequest,
    user: &User,
) -> Result<bool, ApiError> {
    if request.goal == Goal::AccountPage {
        return Ok(false);
    }
    if request.asks_for_consent {
        return Ok(true);
    }
    if !state.config.asks_for_consent(&client.id) {
        return Ok(false);
    }
    let granted = state
        .store
        .consent(&client.pool_id, &user.username, &client.id)
        .await?;
    let granted = granted.and_then(|scopes| Scopes::parse(&scopes));
    Ok(!granted.is_some_and(|granted| request.scopes.are_within(&granted)))
}

async fn ask(
    state: &AppState,
    transaction: &LoginTransaction,
    who: Who,
) -> Result<Proceeding, ApiError> {
    let standing = Standing::Consenting(who);
    let path = standing.page().unwrap_or("/login");
    transaction.advance(state, standing).await?;
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("client_id", &transaction.client.id)
        .append_pair("txn", &transaction.id)
        .finish();
    Ok(Proceeding::Page(format!("{}{path}?{query}", state.origin)))
}

/// Enough for the person to know their account, too little for somebody who looks over their shoulder.
fn masked(user: &User) -> String {
    let email = Destination::of(crate::pools::IdentifierAttribute::Email, &user.attributes);
    if let Some(email) = email {
        return email.masked();
    }
    let first: String = user.username.chars().take(1).collect();
    format!("{first}***")
}

fn ended() -> ApiError {
    ApiError::not_authorized("The session has ended: sign in again.")
}
