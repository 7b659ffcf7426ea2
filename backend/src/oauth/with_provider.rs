//! The login domain's way to another identity provider and back.
//!
//! # Steps
//! 1. `provider_choice` says which provider a request is about; [`leave`] sends the browser there: because the app named the
//!    provider, because the client has no other, or because the person chose it on our page ([`go_to`]).
//! 2. The provider sends the browser to [`ANSWER_PATH`](crate::federation::ANSWER_PATH), with `state`: the transaction's
//!    id and a secret; what it lets the browser post is kept for a moment (`posted_answer`).
//! 3. [`come_back`]: the transaction by its cookie, the secret, once. Then `federation` says who it is, and
//!    [`proceed_as`] completes the transaction for them, or asks for their consent.
//!
//! # Security model
//! - An answer counts in the browser that asked: the transaction's cookie, and the secret in `state`, whose hash
//!   the sealed row has. Using it takes it out of the row, before anything else happens.
//! - Where the person chose on our page, a failure leads there again, and the sign-in goes on; where the app did, the
//!   app gets the error. Neither holds anything of what the provider said.
//!
//! # Limits
//! A transaction waits for one provider at a time: whoever goes back and chooses another cannot use the first answer.

use subtle::ConstantTimeEq;

use super::account_page;
use super::authorization_request::Wanted;
use super::provider_choice::{Choice, Chosen, choose, unknown};
use super::standing::{Away, Standing};
use super::transaction::not_found;
use super::{
    AuthorizationRequest, LoginTransaction, OAuthError, OAuthErrorCode, Parameters, Proceeding,
    proceed,
};
use crate::app::{AppState, Caller};
use crate::error::ApiError;
use crate::federation::{self, Ask, ExternalIdentity, Failure, Outcome, ProviderAnswer, Step};
use crate::identity_providers::IdentityProvider;
use crate::limits::{self, Hourly};
use crate::opaque_secret::{OpaqueSecret, hash};
use crate::sign_in;

/// The provider's address for a transaction with this id, and how the transaction stands then.
pub(super) async fn leave(
    state: &AppState,
    provider: &IdentityProvider,
    request: &AuthorizationRequest,
    id: &str,
    from_page: bool,
) -> Result<(String, Standing), Failure> {
    let secret = OpaqueSecret::draw()?;
    let ask = Ask {
        state: &format!("{id}.{}", secret.secret()),
        login_hint: request.login_hint.as_deref(),
        prompt: request.prompt.as_deref(),
        max_age: request.max_age,
        lang: request.lang.as_deref(),
    };
    let begun = federation::begin(state, provider, &ask).await?;
    let away = Away {
        secret: secret.hash(),
        pending: begun.pending,
        from_page,
        link: None,
    };
    Ok((begun.location, Standing::Away(away)))
}

/// The person chose a provider on our page: by its name, or by an identifier or e-mail address. The address to go to.
///
/// # Errors
/// `ResourceNotFoundException` for a provider that the client does not have, `LimitExceededException` for who goes to
/// providers without end: each way there allows one answer, for which the backend asks the provider. If the provider cannot be asked, the
/// address is one of ours, which says so.
pub async fn go_to(
    state: &AppState,
    caller: &Caller,
    transaction: &LoginTransaction,
    chosen: &Chosen,
) -> Result<String, ApiError> {
    let wanted = chosen.wanted();
    let target = (&transaction.pool, &transaction.client);
    limits::count(
        state,
        caller,
        Hourly::WayToProvider,
        &transaction.pool.id,
        "",
    )
    .await?;
    let choice = choose(state, target, &wanted).await;
    let Choice::Provider(provider) = choice.map_err(|error| match error.code {
        OAuthErrorCode::InvalidRequest => ApiError::resource_not_found(error.description),
        _ => ApiError::internal_error("An identity provider could not be read."),
    })?
    else {
        return Err(ApiError::resource_not_found(unknown().description));
    };
    match leave(
        state,
        &provider,
        &transaction.request,
        &transaction.id,
        true,
    )
    .await
    {
        Ok((location, standing)) => {
            transaction.advance(state, standing).await?;
            Ok(location)
        }
        Err(Failure::Internal(error)) => Err(error),
        Err(failure) => {
            tracing::warn!(provider = %provider.name, %failure, "an identity provider cannot be asked");
            Ok(page(state, transaction, &failure))
        }
    }
}

/// The id of the transaction that an answer is for, as its `state` says.
#[must_use]
pub fn transaction_of(given: &Parameters) -> Option<&str> {
    let (id, _) = state_of(given)?.split_once('.')?;
    Some(id)
}

/// What we gave the provider, under the name that its protocol has for it.
fn state_of(given: &Parameters) -> Option<&str> {
    let oauth = given.get("state").ok()?;
    oauth.or(given.get("RelayState").ok()?)
}

/// Where the browser goes after a provider's answer, and what it is to remember.
#[derive(Debug)]
pub enum CameBack {
    /// On with the sign-in.
    Proceeding(Proceeding),
    /// To the app, with an error, or to the account page; the transaction has ended.
    Ended(String),
}

/// What a provider let the browser bring.
#[derive(Debug, Clone, Copy)]
pub struct Brought<'a> {
    /// Its answer.
    pub given: &'a Parameters,
    /// The provider whose own address it came to; none is the one that the others share.
    pub at: Option<&'a str>,
}

/// Takes a provider's answer for the transaction of this browser. `older` is as in [`proceed`].
///
/// # Errors
/// `LoginTransactionNotFoundException` if the transaction does not wait for this answer, or no longer.
pub async fn come_back(
    state: &AppState,
    caller: &Caller,
    transaction: LoginTransaction,
    brought: Brought<'_>,
    older: Option<&OpaqueSecret>,
) -> Result<CameBack, ApiError> {
    let away = away(&transaction, brought.given)
        .cloned()
        .ok_or_else(not_found)?;
    let transaction = transaction.advanced(state, Standing::Open).await?;
    if let Some(link) = &away.link {
        let believed = believed(state, &transaction, &away, brought).await;
        let page = account_page::linked(state, &transaction, link, older, believed).await?;
        return Ok(CameBack::Ended(page));
    }
    let failure = match believed(state, &transaction, &away, brought).await {
        Ok(identity) => match proceed_as(state, caller, &transaction, identity, older).await {
            Ok(next) => return Ok(CameBack::Proceeding(next)),
            Err(failure) => failure,
        },
        Err(failure) => failure,
    };
    let provider = &away.pending.provider;
    tracing::warn!(provider, %failure, "a sign-in with another identity provider failed");
    if away.from_page {
        let page = page(state, &transaction, &failure);
        return Ok(CameBack::Proceeding(Proceeding::Page(page)));
    }
    state.store.end_login_transaction(&transaction.id).await?;
    let error = error_of(provider, failure);
    let answer = [
        ("error", error.code.name()),
        ("error_description", &*error.description),
    ];
    let issuer = state.issuer(&transaction.pool.id);
    let location = transaction.request.answer(&issuer, &answer);
    Ok(CameBack::Ended(location))
}

/// Goes on for somebody whom another provider vouches for, by whatever protocol: finds or makes the user, then a
/// code, or the question for consent.
///
/// # Errors
/// [`Failure`]
pub(super) async fn proceed_as(
    state: &AppState,
    caller: &Caller,
    transaction: &LoginTransaction,
    identity: ExternalIdentity,
    older: Option<&OpaqueSecret>,
) -> Result<Proceeding, Failure> {
    let now = state.clock.now();
    let is_new = |max_age| identity.was_proved_within(max_age, now);
    // An app that says how old a proof may be gets one, or is told that there is none to get.
    if !transaction.request.max_age.is_none_or(is_new) {
        return Err(Failure::Unbelievable(
            "the provider tells no proof as new as the app asks for",
        ));
    }
    let signed_in = federation::signed_in(state, caller, transaction.through(), identity).await?;
    let proved = sign_in::Proved {
        user: Box::new(signed_in.user),
        second_factor: None,
        device_key: None,
        vouched_by: Some(signed_in.vouched_by),
    };
    Ok(proceed(state, transaction, &proved, older).await?)
}

/// What the transaction waits for, if this is the answer to it.
pub(super) fn away<'a>(transaction: &'a LoginTransaction, given: &Parameters) -> Option<&'a Away> {
    let Standing::Away(away) = &transaction.standing else {
        return None;
    };
    let (_, secret) = state_of(given)?.split_once('.')?;
    bool::from(away.secret.ct_eq(&hash(secret))).then_some(away)
}

async fn believed(
    state: &AppState,
    transaction: &LoginTransaction,
    away: &Away,
    Brought { given, at }: Brought<'_>,
) -> Result<ExternalIdentity, Failure> {
    let wanted = Wanted::Named(away.pending.provider.clone());
    let target = (&transaction.pool, &transaction.client);
    // An administrator who takes a provider away means it for sign-ins under way, too.
    let Ok(Choice::Provider(provider)) = choose(state, target, &wanted).await else {
        return Err(Failure::Unbelievable("the provider was taken away"));
    };
    if provider.generation != away.pending.generation {
        return Err(Failure::Unbelievable("the provider was replaced meanwhile"));
    }
    // RFC 9700, 4.4.2: what another provider was made to answer does not reach this one.
    let expected = provider.has_own_address().then_some(&*provider.name);
    if at != expected {
        return Err(Failure::Unbelievable(
            "the answer came to another address than the provider's",
        ));
    }
    let text = |name: &str| {
        let value = given.get(name);
        let value =
            value.map_err(|_| Failure::Unbelievable("the provider's answer is ambiguous"))?;
        Ok::<_, Failure>(value.map(str::to_owned))
    };
    let code = text("code")?.filter(|code| !code.is_empty());
    let answer = ProviderAnswer {
        iss: text("iss")?,
        outcome: match (text("SAMLResponse")?, text("error")?, code) {
            (Some(response), ..) => Outcome::Response(response),
            (None, Some(error), _) => Outcome::Error(error),
            (None, None, Some(code)) => Outcome::Code {
                code: code.into(),
                user: text("user")?,
            },
            (None, None, None) => {
                return Err(Failure::Unbelievable("the provider's answer has no code"));
            }
        },
    };
    federation::answered(state, *provider, &away.pending, &answer).await
}

/// The failure as the app gets it: `access_denied` for a person who said no, `temporarily_unavailable` for a provider that is
/// down, `server_error` for a fault of ours, else `invalid_request`.
pub(super) fn error_of(provider: &str, failure: Failure) -> OAuthError {
    let described = |text: String| super::error::described(&text);
    let invalid = |text| OAuthError::invalid_request(described(text));
    let down = |text| OAuthError::new(OAuthErrorCode::TemporarilyUnavailable, described(text));
    match failure {
        Failure::Denied => OAuthError::new(
            OAuthErrorCode::AccessDenied,
            "The person did not sign in with the identity provider.",
        ),
        Failure::Declined => invalid(format!("{provider} refused the request.")),
        Failure::Unreachable(Step::Token) => {
            down("Timeout occurred in calling IdP token endpoint".to_owned())
        }
        Failure::Unreachable(step) => down(format!("{provider} cannot be reached ({step:?}).")),
        Failure::Refused(step, status) if status >= 500 => {
            down(format!("{provider} Error - {status} ({step:?})"))
        }
        Failure::Refused(Step::Token, status) => {
            invalid(format!("{provider} Error - {status} error getting token"))
        }
        Failure::Refused(step, status) => {
            invalid(format!("{provider} Error - {status} ({step:?})"))
        }
        Failure::Unbelievable(why) => invalid(format!("{provider}: {why}.")),
        Failure::Attributes(why) => invalid(why),
        Failure::NotAllowed => OAuthError::invalid_request("User is disabled or may not sign in."),
        Failure::Taken(username) => {
            invalid(format!("Already found an entry for username {username}"))
        }
        Failure::Trigger(error) | Failure::Internal(error) => error.into(),
    }
}

/// Our page, which tells what happened and lets the person go on.
fn page(state: &AppState, transaction: &LoginTransaction, failure: &Failure) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("client_id", &transaction.client.id)
        .append_pair("txn", &transaction.id)
        .append_pair("problem", failure.name())
        .finish();
    format!("{}/login?{query}", state.origin)
}
