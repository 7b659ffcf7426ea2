//! Answers that providers let the browser post: a form of another site comes without our cookies, so it is kept for a minute, and the browser
//! brings them to an address with a handle, which is good once.

use serde::{Deserialize, Serialize};

use super::transaction::not_found;
use super::with_provider::{away, transaction_of};
use super::{LoginTransaction, Parameters};
use crate::app::AppState;
use crate::error::ApiError;
use crate::federation::ANSWER_PATH;
use crate::opaque_secret::OpaqueSecret;
use crate::seal::Place;
use crate::store::ProviderAnswerRow;

/// How long a posted answer waits for the browser to come again, in seconds.
const POSTED_SECONDS: i64 = 60;

/// The longest form of a provider's, in bytes.
pub const LONGEST_FORM: usize = 256 * 1024;

/// Keeps a form that another site let the browser post, to this provider's own address or to the common one. The address at which the
/// browser brings its cookie.
///
/// # Errors
/// `LoginTransactionNotFoundException` if no transaction waits for it.
pub async fn keep(
    state: &AppState,
    form: &Parameters,
    at: Option<String>,
) -> Result<String, ApiError> {
    let id = transaction_of(form).ok_or_else(not_found)?;
    let transaction = LoginTransaction::of_nobody_yet(state, id).await?;
    away(&transaction, form).ok_or_else(not_found)?;
    let handle = OpaqueSecret::draw()?;
    let kept = Kept {
        form: form.encoded(),
        at,
    };
    let json = serde_json::to_vec(&kept).map_err(|error| ApiError::internal(&error))?;
    let row = ProviderAnswerRow {
        content: state.sealer.seal(place(id, &transaction.pool.id), &json)?,
        transaction_id: id.to_owned(),
        hash: handle.hash(),
        expires_at: state.clock.now() + POSTED_SECONDS,
    };
    state.store.keep_provider_answer(&row).await?;
    Ok(format!(
        "{}{ANSWER_PATH}?answer={id}.{}",
        state.public_url,
        handle.secret()
    ))
}

/// The id of the transaction and the handle in the address of a form that was kept.
#[must_use]
pub fn handle_of(given: &Parameters) -> Option<(&str, OpaqueSecret)> {
    let (id, handle) = given.get("answer").ok()??.split_once('.')?;
    Some((id, OpaqueSecret::new(handle.to_owned())))
}

/// The form that was kept for a transaction, once.
///
/// # Errors
/// `LoginTransactionNotFoundException` if there is none.
pub async fn taken(
    state: &AppState,
    transaction: &LoginTransaction,
    handle: &OpaqueSecret,
) -> Result<Posted, ApiError> {
    let (id, now) = (&transaction.id, state.clock.now());
    let sealed = state
        .store
        .take_provider_answer(id, &handle.hash(), now)
        .await?;
    let place = place(id, &transaction.pool.id);
    let json = state.sealer.open(place, &sealed.ok_or_else(not_found)?)?;
    let kept: Kept = serde_json::from_slice(&json).map_err(|error| ApiError::internal(&error))?;
    Ok(Posted {
        form: Parameters::parse(kept.form.as_bytes()),
        at: kept.at,
    })
}

/// A form that was kept.
#[derive(Debug)]
pub struct Posted {
    /// The form.
    pub form: Parameters,
    /// The provider whose own address it came to.
    pub at: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    form: String,
    at: Option<String>,
}

fn place<'a>(id: &'a str, pool: &'a str) -> Place<'a> {
    Place {
        table: "provider_answers",
        column: "content",
        row: id,
        pool,
    }
}
