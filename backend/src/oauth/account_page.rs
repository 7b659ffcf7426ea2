//! Somebody's own page on the login domain (`/account?client_id=...`): who they are there, how they sign in for it, and the
//! way to another provider that is to be linked.
//!
//! # Steps
//! 1. The page asks as who has the browser's session in the client's pool ([`AtAccount::find`]). Without one, or with one
//!    that is too old for a change, it sends the browser to [`begin_sign_in`]: a login transaction that ends on the page, and has no
//!    code.
//! 2. [`begin_link`] sends the browser to a provider, in a transaction of its own that says whose link it is to become. The answer comes
//!    where all come; [`linked`] makes a link of it instead of signing somebody in.
//!
//! # Security model
//! - No token reaches the page. What counts is the session's cookie, which no script sees.
//! - Changes need a proof of the last [`RECENT_SECONDS`]. Another provider's answer is one if it tells when the person proved it: a
//!   session that they left open there must not be enough to link somebody else's account here for good.
//! - Who has no password here may prove who they are by a code, too ([`super::account_proof`]): their provider may not tell.
//! - A link needs the transaction's cookie (this browser began it), the secret in the provider's answer, and at its end still a
//!   session of the same user: an answer that somebody else was lured to link makes nothing.
//! - A person of a provider who is another user here already stays that user's, and is not told of.
//!
//! # Limits
//! Whether a provider really asked for a proof, and when, is its word. Who comes by one that does not tell (Facebook, Amazon, Google as a
//! rule) and told no address changes nothing here until they sign in some other way.

use super::authorization_request::{AuthorizationRequest, Wanted};
use super::authorize::too_many;
use super::provider_choice::{self, Choice};
use super::sso::{self, SsoSession};
use super::standing::{LinkOf, Standing};
use super::with_provider;
use super::{Browser, LoginTransaction, NewTransaction, OAuthError, OAuthErrorCode};
use crate::app::{AppState, Caller};
use crate::error::{ApiError, ErrorType};
use crate::federation::{ExternalIdentity, Failure, check_fits};
use crate::limits::{self, Hourly};
use crate::messages::{Purpose as MessagePurpose, announce};
use crate::opaque_secret::OpaqueSecret;
use crate::pools::{self, Client, OAuthFlow, Pool};
use crate::redirect_uri::RedirectUri;
use crate::users::identities::{self, ProviderUser};

/// How old a proof may be for a change of the account, in seconds (security model of the hosted pages).
const RECENT_SECONDS: i64 = 5 * 60;

/// The page's word for a user who has as many links as one may have.
const TOO_MANY_LINKS: &str = "provider_link_limit";

/// Somebody on their account page.
#[derive(Debug)]
pub struct AtAccount {
    /// The pool.
    pub pool: Pool,
    /// The app that they came from.
    pub client: Client,
    /// The browser's session.
    pub session: SsoSession,
}

impl AtAccount {
    /// Who has this browser's session in the pool of this client.
    ///
    /// # Errors
    /// `NotAuthorizedException`, in the same words for an unknown client and for a browser without a session.
    pub async fn find(
        state: &AppState,
        client_id: &str,
        browser: &Browser,
    ) -> Result<Self, ApiError> {
        let found = match pools::find_client(state, client_id).await {
            Err(error) if error.code == ErrorType::ResourceNotFound => None,
            found => Some(found?),
        };
        let (pool, client) = found.ok_or_else(nobody)?;
        let value = browser.sso.get(&pool.id).ok_or_else(nobody)?;
        let session = sso::find(state, (&pool, &client), value).await?;
        Ok(Self {
            session: session.ok_or_else(nobody)?,
            pool,
            client,
        })
    }

    /// Whether they may change something.
    #[must_use]
    pub fn is_recent(&self, state: &AppState) -> bool {
        let now = state.clock.now();
        let is_recent = |proved_at: i64| now - proved_at < RECENT_SECONDS;
        self.session.is_proved_within(RECENT_SECONDS, now)
            || self.session.code_proved_at.is_some_and(is_recent)
    }

    /// The session's id.
    #[must_use]
    pub fn session_id(&self) -> &str {
        &self.session.id
    }

    /// Lets them change something.
    ///
    /// # Errors
    /// `NotAuthorizedException` if their proof is too old.
    pub fn check_recent(&self, state: &AppState) -> Result<(), ApiError> {
        self.is_recent(state).then_some(()).ok_or_else(|| {
            ApiError::not_authorized("That needs a sign-in of the last five minutes.")
        })
    }
}

/// Begins a sign-in that ends on the account page of this client.
///
/// # Errors
/// `invalid_client`, `unauthorized_client`, `temporarily_unavailable`.
pub async fn begin_sign_in(
    state: &AppState,
    caller: &Caller,
    client_id: &str,
    lang: Option<&str>,
) -> Result<NewTransaction, OAuthError> {
    let (pool, client) = match pools::find_client(state, client_id).await {
        Err(error) if error.code == ErrorType::ResourceNotFound => {
            return Err(OAuthError::invalid_client());
        }
        found => found?,
    };
    let oauth = &client.settings.oauth;
    let has_ways = oauth.supports_pool_users() || !oauth.other_providers().is_empty();
    if !oauth.allows(OAuthFlow::Code) || !has_ways {
        return Err(OAuthError::new(
            OAuthErrorCode::UnauthorizedClient,
            "Nobody signs in to this client on the login domain.",
        ));
    }
    limits::count(state, caller, Hourly::LoginTransaction, &pool.id, "")
        .await
        .map_err(too_many)?;
    let request = request(state, &client, lang.map(str::to_owned))?;
    let id = LoginTransaction::new_id();
    Ok(LoginTransaction::begin(state, &client, request, Standing::Open, id).await?)
}

/// What came of asking for the way to a provider.
#[derive(Debug)]
pub enum Begun {
    /// Where the browser goes, and the transaction that it needs for the way back.
    Away(String, NewTransaction),
    /// The provider cannot be asked: the account page's address, which says so by this word.
    Not(String, &'static str),
}

/// Begins the way to a provider that is to be linked.
///
/// # Errors
/// `NotAuthorizedException` if the proof is too old, `ResourceNotFoundException` for a provider that the client does not have,
/// `LimitExceededException`.
pub async fn begin_link(
    state: &AppState,
    caller: &Caller,
    at: &AtAccount,
    provider: &str,
) -> Result<Begun, ApiError> {
    at.check_recent(state)?;
    limits::count(state, caller, Hourly::LoginTransaction, &at.pool.id, "").await?;
    let wanted = Wanted::Named(provider.to_owned());
    let choice = provider_choice::choose(state, (&at.pool, &at.client), &wanted).await;
    let Ok(Choice::Provider(provider)) = choice else {
        return Err(ApiError::resource_not_found(
            "There is no identity provider with this name.",
        ));
    };
    let request = request(state, &at.client, None)?;
    let id = LoginTransaction::new_id();
    let (location, standing) =
        match with_provider::leave(state, &provider, &request, &id, true).await {
            Ok(left) => left,
            Err(Failure::Internal(error)) => return Err(error),
            Err(failure) => {
                let name = &provider.name;
                tracing::warn!(provider = %name, %failure, "an identity provider cannot be asked");
                let problem = failure.name();
                return Ok(Begun::Not(told(&request, "problem", problem), problem));
            }
        };
    let Standing::Away(mut away) = standing else {
        return Err(ApiError::internal_error("A way to a provider is none."));
    };
    let user = &at.session.user;
    away.link = Some(LinkOf {
        username: user.username.clone(),
        sub: user.sub.clone(),
    });
    let standing = Standing::Away(away);
    let begun = LoginTransaction::begin(state, &at.client, request, standing, id).await?;
    Ok(Begun::Away(location, begun))
}

/// Makes a link of a provider's answer, and ends the transaction. The account page's address, which says what came of it.
///
/// # Errors
/// For no fault of the caller's.
pub(super) async fn linked(
    state: &AppState,
    transaction: &LoginTransaction,
    whose: &LinkOf,
    session: Option<&OpaqueSecret>,
    believed: Result<ExternalIdentity, Failure>,
) -> Result<String, ApiError> {
    state.store.end_login_transaction(&transaction.id).await?;
    let made = match believed {
        Ok(identity) => link(state, transaction, whose, session, identity).await,
        Err(failure) => Err(failure),
    };
    let problem = match &made {
        Ok(_) => None,
        Err(Failure::Internal(error)) if error.code == ErrorType::LimitExceeded => {
            Some(TOO_MANY_LINKS)
        }
        Err(failure) => {
            tracing::warn!(%failure, "a person of another provider was not linked");
            Some(failure.name())
        }
    };
    let done = ("LinkProvider", problem.unwrap_or("ok"));
    let (pool, now) = (&transaction.pool, state.clock.now());
    state.audit.record_own(pool, &whose.sub, done, now);
    let request = &transaction.request;
    Ok(match (made, problem) {
        (Ok(provider), _) => told(request, "linked", &provider),
        (Err(_), problem) => told(request, "problem", problem.unwrap_or_default()),
    })
}

async fn link(
    state: &AppState,
    transaction: &LoginTransaction,
    whose: &LinkOf,
    session: Option<&OpaqueSecret>,
    identity: ExternalIdentity,
) -> Result<String, Failure> {
    let target = (&transaction.pool, &transaction.client);
    let session = match session {
        Some(value) => sso::find(state, target, value).await?,
        None => None,
    };
    let user = session
        .map(|session| session.user)
        .filter(|user| user.sub == whose.sub && user.username == whose.username);
    let user = user.ok_or(Failure::NotAllowed)?;
    check_fits(state, &transaction.pool, &user, &identity).await?;
    let destination = ProviderUser::of_pool(&user.username);
    let mut source = ProviderUser::of_provider(&identity.provider.name, &identity.subject);
    source.issuer = identity.issuer;
    match identities::link(state, &transaction.pool, &destination, &source).await {
        Ok(()) => {
            // It may have been somebody else.
            let through = (&transaction.pool, &*transaction.client.id);
            announce(state, through, &user, MessagePurpose::ProviderLinked).await?;
            Ok(identity.provider.name)
        }
        Err(error) if error.code == ErrorType::AliasExists => Err(Failure::Taken(String::new())),
        Err(error) => Err(Failure::Internal(error)),
    }
}

fn request(
    state: &AppState,
    client: &Client,
    lang: Option<String>,
) -> Result<AuthorizationRequest, ApiError> {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("client_id", &client.id)
        // So that the page, should there be no session all the same, does not send the browser round and round.
        .append_pair("back", "1")
        .finish();
    let page = RedirectUri::parse(&format!("{}/account?{query}", state.origin));
    let page = page.map_err(|_| ApiError::internal_error("The public address is none."))?;
    Ok(AuthorizationRequest::of_account_page(page, lang))
}

fn told(request: &AuthorizationRequest, name: &str, value: &str) -> String {
    request.redirect_uri.with(&[(name, value)])
}

pub(super) fn nobody() -> ApiError {
    ApiError::not_authorized("Nobody is signed in here.")
}
