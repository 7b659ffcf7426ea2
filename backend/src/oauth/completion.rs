//! From "this person has proved everything" to a code for the app.

use super::authorization_request::Goal;
use super::code;
use super::sso::{self, GRACE_SECONDS, SsoCookie, SsoSession};
use super::standing::Known;
use super::transaction::not_found;
use super::{AuthorizationRequest, LoginTransaction};
use crate::app::AppState;
use crate::error::ApiError;
use crate::opaque_secret::OpaqueSecret;
use crate::pools::Client;
use crate::sign_in;
use crate::store::{self, Proved, VouchedBy};
use crate::users::User;

/// Where the browser goes, and what it is to remember.
#[derive(Debug)]
pub struct Completed {
    /// The app's address with `code`, `state` and `iss`.
    pub location: String,
    /// The browser's session.
    pub sso: SsoCookie,
}

/// Completes a transaction for a user who has proved everything. `older` is the value of the
/// session cookie this browser came with: that session ends.
///
/// # Errors
/// `LoginTransactionNotFoundException` if another request completed it, or the client or the user
/// changed meanwhile.
pub async fn complete(
    state: &AppState,
    transaction: &LoginTransaction,
    who: &sign_in::Proved,
    older: Option<&OpaqueSecret>,
) -> Result<Completed, ApiError> {
    let (client, request) = (&transaction.client, &transaction.request);
    let vouched_by = who.vouched_by.as_ref();
    let provider = vouched_by.map(|vouched| vouched.provider.as_str());
    check_settings(transaction, provider)?;
    let older = older.map(OpaqueSecret::hash);
    let proved = Proved::Transaction {
        id: &transaction.id,
        older: older.as_deref(),
    };
    let user = &who.user;
    let (now, second_factor) = (state.clock.now(), who.second_factor.clone());
    let session = sso::begin(state, user, now, second_factor, vouched_by).await?;
    let finishing = Finishing {
        user,
        auth_time: sso::proved_at(now, vouched_by),
        proved,
        session,
        granted: None,
        vouched_by,
    };
    finish(state, client, request, finishing)
        .await?
        .ok_or_else(not_found)
}

/// Completes a transaction for somebody who is known already: by the browser's session, whose value is replaced, or by
/// what they proved before they were asked; then the session that the browser had, `older`, ends. `granted` are the
/// scopes that the person now lets the client have.
///
/// # Errors
/// As [`complete`].
pub(super) async fn complete_known(
    state: &AppState,
    transaction: &LoginTransaction,
    known: &Known,
    older: Option<&OpaqueSecret>,
    granted: Option<&str>,
) -> Result<Completed, ApiError> {
    check_settings(transaction, known.provider())?;
    let (client, request, id) = (&transaction.client, &transaction.request, &transaction.id);
    let older = older.map(OpaqueSecret::hash);
    let (auth_time, proved, session, vouched_by) = match known {
        Known::Session(session) => (
            session.auth_time,
            Proved::TransactionOfSession {
                id,
                hash: &session.hash,
                grace_began: state.clock.now() - GRACE_SECONDS,
            },
            sso::rotate(state, session)?,
            // The session's row ends with the link.
            None,
        ),
        Known::Person {
            user,
            proved_at,
            second_factor,
            vouched_by,
        } => (
            sso::proved_at(*proved_at, vouched_by.as_ref()),
            Proved::Transaction {
                id,
                older: older.as_deref(),
            },
            sso::begin(
                state,
                user,
                *proved_at,
                second_factor.clone(),
                vouched_by.as_ref(),
            )
            .await?,
            vouched_by.as_ref(),
        ),
    };
    let finishing = Finishing {
        user: known.user(),
        auth_time,
        proved,
        session,
        granted,
        vouched_by,
    };
    finish(state, client, request, finishing)
        .await?
        .ok_or_else(not_found)
}

/// An administrator who takes an address or the provider away means it for sign-ins under way, too.
fn check_settings(transaction: &LoginTransaction, provider: Option<&str>) -> Result<(), ApiError> {
    let oauth = &transaction.client.settings.oauth;
    let request = &transaction.request;
    let has_address =
        request.goal == Goal::AccountPage || oauth.has_callback(&request.redirect_uri);
    let may = has_address && oauth.supports(provider);
    may.then_some(()).ok_or_else(not_found)
}

/// Completes a request at once for a browser that has a session. `None` if the session ended
/// meanwhile.
///
/// # Errors
/// For no fault of the caller's.
pub(super) async fn complete_silently(
    state: &AppState,
    client: &Client,
    request: &AuthorizationRequest,
    session: &SsoSession,
) -> Result<Option<Completed>, ApiError> {
    let proved = Proved::Session {
        hash: &session.hash,
        grace_began: state.clock.now() - GRACE_SECONDS,
    };
    let finishing = Finishing {
        user: &session.user,
        auth_time: session.auth_time,
        proved,
        session: sso::rotate(state, session)?,
        granted: None,
        vouched_by: None,
    };
    finish(state, client, request, finishing).await
}

/// Who gets a code, and what changes with it.
struct Finishing<'a> {
    user: &'a User,
    auth_time: i64,
    proved: Proved<'a>,
    session: (store::SsoRow, SsoCookie),
    granted: Option<&'a str>,
    vouched_by: Option<&'a VouchedBy>,
}

async fn finish(
    state: &AppState,
    client: &Client,
    request: &AuthorizationRequest,
    finishing: Finishing<'_>,
) -> Result<Option<Completed>, ApiError> {
    let Finishing {
        user, auth_time, ..
    } = finishing;
    let (sso_row, sso) = finishing.session;
    let code = match request.goal {
        Goal::App => Some(code::new(
            state, client, request, user, auth_time, &sso_row,
        )?),
        Goal::AccountPage => None,
    };
    let completion = store::Completion {
        proved: finishing.proved,
        verifier_version: user.verifier_version,
        vouched_by: finishing.vouched_by,
        sso: &sso_row,
        code: code.as_ref().map(|(row, _)| row),
        granted: finishing.granted,
    };
    let now = state.clock.now();
    if !state.store.complete_login(&completion, now).await? {
        return Ok(None);
    }
    let issuer = state.issuer(&client.pool_id);
    let location = match &code {
        Some((_, code)) => request.answer(&issuer, &[("code", code.secret())]),
        None => request.redirect_uri.as_str().to_owned(),
    };
    Ok(Some(Completed { location, sso }))
}
