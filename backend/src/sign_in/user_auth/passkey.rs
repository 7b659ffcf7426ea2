//! The challenge `WEB_AUTHN`. What an authenticator proves is `passkeys::assertion`'s to say.

use std::collections::BTreeMap;

use super::super::{Next, PendingStep, Through, allowed, incorrect, invalid_session};
use super::{Candidate, Person, asked, first_factors, is_named};
use crate::app::AppState;
use crate::error::ApiError;
use crate::passkeys::assertion;
use crate::pools::FirstFactor;
use crate::users;

const NAME: &str = "WEB_AUTHN";

/// Asks for a passkey.
pub(super) async fn ask(
    state: &AppState,
    through: Through<'_>,
    person: &Person<'_>,
) -> Result<Next, ApiError> {
    let question = assertion::ask(state, through, person.candidate.username()).await?;
    let session = person.step(state, through, NAME, &question.memory).await?;
    let parameters = BTreeMap::from([("CREDENTIAL_REQUEST_OPTIONS".into(), question.options)]);
    Ok(asked(NAME, parameters, session))
}

/// Takes the answer of an authenticator, `credential` in its JSON form. It is one answer for each challenge.
///
/// # Errors
/// `NotAuthorizedException` in the same words for every wrong answer; `InvalidParameterException` for what
/// is no answer of an authenticator, which leaves the step open.
pub async fn answer(
    state: &AppState,
    through: Through<'_>,
    session: Option<&str>,
    username: &str,
    credential: &str,
) -> Result<Next, ApiError> {
    let step = PendingStep::find(state, through, NAME, session).await?;
    if !is_named(state, through, &step, username).await? {
        return Err(invalid_session());
    }
    let answer = assertion::Answer::read(credential)?;
    step.spend_now(state).await?;
    let pool = through.pool;
    let user = users::find_by_username(state, pool, &step.username).await?;
    let candidate = Candidate::of(state, through, user, &step.username);
    let factors = first_factors::available(state, through, &candidate).await?;
    let user = candidate.user.as_ref();
    let is_proved =
        assertion::verify(state, pool, &step.username, user, &step.memory, &answer).await?;
    let user = candidate
        .user
        .filter(|user| {
            is_proved
                && user.verifier_version == step.verifier_version
                && factors.contains(&FirstFactor::WebAuthn)
        })
        .ok_or_else(incorrect)?;
    allowed(state, through, user).await
}
