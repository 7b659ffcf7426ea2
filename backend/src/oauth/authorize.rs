//! `GET /oauth2/authorize`, and the hosted pages when they are opened with its parameters.
//!
//! # Steps
//! 0. A reference to a request that was handed over before ([`pushed`]) becomes that request.
//! 1. Client and address: until both are sure, a refusal goes to a page of ours, never to the
//!    address.
//! 2. Everything else: a refusal goes to the app, with `state` and `iss`.
//! 3. A browser with a session is done, unless the person is to be asked: to sign in again, whether they go on as
//!    who they are, or whether the app may.
//! 4. Everybody else gets a transaction and a page. A transaction is a row that a stranger makes: how many
//!    an address can have made is limited, and the sweep forgets them after their quarter of an hour.

use std::collections::BTreeMap;

use super::authorization_request::{self, Asked, Prompt};
use super::completion::complete_silently;
use super::consent;
use super::provider_choice::{self, Choice};
use super::pushed;
use super::resource::Allowed;
use super::sso::{self, SsoCookie, SsoSession};
use super::standing::{BrowserSession, Standing, Who};
use super::with_provider;
use super::{LoginTransaction, NewTransaction, OAuthError, OAuthErrorCode, Parameters};
use crate::app::{AppState, Caller};
use crate::error::{ApiError, ErrorType};
use crate::limits::{self, Hourly};
use crate::opaque_secret::OpaqueSecret;
use crate::pools::{self, Client, Pool};
use crate::redirect_uri::RedirectUri;

/// What a request's browser brings.
#[derive(Debug, Default)]
pub struct Browser {
    /// The session cookies' values, by pool.
    pub sso: BTreeMap<String, OpaqueSecret>,
    /// Whether the request is a navigation of a whole page: not a frame, not a script's request.
    pub is_top_level: bool,
}

/// A hosted page that a sign-in can begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// Signing in.
    Login,
    /// Signing up.
    SignUp,
    /// A forgotten password.
    ForgotPassword,
}

impl Page {
    /// All there are.
    pub const ALL: [Self; 3] = [Self::Login, Self::SignUp, Self::ForgotPassword];

    /// Its path.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Self::Login => "/login",
            Self::SignUp => "/signup",
            Self::ForgotPassword => "/forgotPassword",
        }
    }
}

/// Where the browser goes.
#[derive(Debug)]
pub enum Outcome {
    /// To a page, for this transaction.
    Page {
        /// The transaction.
        transaction: NewTransaction,
        /// The page's path.
        path: &'static str,
    },
    /// To another identity provider, for this transaction.
    Provider {
        /// The transaction.
        transaction: NewTransaction,
        /// An address of the provider's.
        location: String,
    },
    /// To the app, with a code or an error.
    App {
        /// The app's address with the answer.
        location: String,
        /// The browser's session under its new value, if it was used.
        sso: Option<SsoCookie>,
    },
    /// To our error page: the app's address is not sure.
    Refused {
        /// Why.
        code: OAuthErrorCode,
        /// The client that was named.
        client_id: Option<String>,
    },
}

/// Decides about a request for authorization that leads to `page`.
pub async fn authorize(
    state: &AppState,
    caller: &Caller,
    page: Page,
    given: &Parameters,
    browser: &Browser,
) -> Outcome {
    let refused = |error: OAuthError| Outcome::Refused {
        code: error.code,
        client_id: given.get("client_id").ok().flatten().map(str::to_owned),
    };
    let pushed = match pushed::resolve(state, given).await {
        Ok(pushed) => pushed,
        Err(error) => return refused(error),
    };
    let given = pushed.as_ref().unwrap_or(given);
    let target = match Target::find(state, given).await {
        Ok(target) => target,
        Err(error) => return refused(error),
    };
    decide(state, caller, page, given, browser, &target)
        .await
        .unwrap_or_else(|error| Outcome::App {
            location: {
                let issuer = state.issuer(&target.pool.id);
                authorization_request::refusal(&target.redirect_uri, given, &issuer, &error)
            },
            sso: None,
        })
}

/// The client, and an address of its own.
pub(super) struct Target {
    pub(super) pool: Pool,
    pub(super) client: Client,
    redirect_uri: RedirectUri,
    was_sent: bool,
}

impl Target {
    /// The client and the address that the request names.
    ///
    /// # Errors
    /// `invalid_client`, `redirect_mismatch`
    pub(super) async fn find(state: &AppState, given: &Parameters) -> Result<Self, OAuthError> {
        let invalid_client = |_| OAuthError::invalid_client();
        let client_id = given.required("client_id").map_err(invalid_client)?;
        let (pool, client) = match pools::find_client(state, client_id).await {
            Ok(found) => found,
            Err(error) if error.code == ErrorType::ResourceNotFound => {
                return Err(OAuthError::invalid_client());
            }
            Err(error) => return Err(error.into()),
        };
        Self::of(pool, client, given)
    }

    /// This client, and the address that the request names.
    ///
    /// # Errors
    /// `redirect_mismatch`
    pub(super) fn of(pool: Pool, client: Client, given: &Parameters) -> Result<Self, OAuthError> {
        let mismatch = || {
            OAuthError::new(
                OAuthErrorCode::RedirectMismatch,
                "The address is not one of the client's.",
            )
        };
        let sent = given.get("redirect_uri").map_err(|_| mismatch())?;
        let redirect_uri = match sent {
            Some(sent) => client.settings.oauth.callback(sent),
            None => client.settings.oauth.default_redirect_uri(),
        };
        Ok(Self {
            redirect_uri: redirect_uri.ok_or_else(mismatch)?,
            was_sent: sent.is_some(),
            pool,
            client,
        })
    }

    /// The address, and whether the request named it.
    pub(super) fn address(&self) -> (&RedirectUri, bool) {
        (&self.redirect_uri, self.was_sent)
    }
}

async fn decide(
    state: &AppState,
    caller: &Caller,
    page: Page,
    given: &Parameters,
    browser: &Browser,
    target: &Target,
) -> Result<Outcome, OAuthError> {
    let Asked {
        request,
        prompt,
        wanted,
    } = {
        let allowed = Allowed::read(state, &target.client, given).await?;
        Asked::read(given, &target.client, allowed, target.address())?
    };
    let max_age = request.max_age;
    let choice = provider_choice::choose(state, (&target.pool, &target.client), &wanted).await?;
    let mut standing = Standing::Open;
    if let Some(session) = session(state, page, prompt, browser, target).await?
        && choice.takes(session.provider.as_deref())
        && max_age.is_none_or(|age| session.is_proved_within(age, state.clock.now()))
    {
        let offered = BrowserSession::of(&session, max_age);
        let asks = consent::is_needed(state, &target.client, &request, &session.user).await?;
        match (prompt, asks) {
            (Prompt::Select, _) => standing = Standing::Offered(offered),
            (Prompt::Never, true) => {
                return Err(OAuthError::new(
                    OAuthErrorCode::ConsentRequired,
                    "The person has to allow it.",
                ));
            }
            (_, true) => standing = Standing::Consenting(Who::Session(offered)),
            (_, false) => {
                let done = complete_silently(state, &target.client, &request, &session).await?;
                if let Some(done) = done {
                    return Ok(Outcome::App {
                        location: done.location,
                        sso: Some(done.sso),
                    });
                }
            }
        }
    }
    if prompt == Prompt::Never {
        return Err(OAuthError::new(
            OAuthErrorCode::LoginRequired,
            "The person has to sign in.",
        ));
    }
    limits::count(state, caller, Hourly::LoginTransaction, &target.pool.id, "")
        .await
        .map_err(too_many)?;
    let (client, id) = (&target.client, LoginTransaction::new_id());
    if let (Choice::Provider(provider), Standing::Open) = (&choice, &standing) {
        let left = with_provider::leave(state, provider, &request, &id, false).await;
        let (location, standing) =
            left.map_err(|failure| with_provider::error_of(&provider.name, failure))?;
        let transaction = LoginTransaction::begin(state, client, request, standing, id).await?;
        return Ok(Outcome::Provider {
            transaction,
            location,
        });
    }
    let path = standing.page().unwrap_or_else(|| page.path());
    let transaction = LoginTransaction::begin(state, client, request, standing, id).await?;
    Ok(Outcome::Page { transaction, path })
}

/// The browser's session, where the request lets it count.
async fn session(
    state: &AppState,
    page: Page,
    prompt: Prompt,
    browser: &Browser,
    target: &Target,
) -> Result<Option<SsoSession>, OAuthError> {
    let counts = page == Page::Login && prompt != Prompt::Ask && browser.is_top_level;
    match browser.sso.get(&target.pool.id).filter(|_| counts) {
        Some(value) => {
            let found = sso::find(state, (&target.pool, &target.client), value).await?;
            let oauth = &target.client.settings.oauth;
            Ok(found.filter(|session| oauth.supports(session.provider.as_deref())))
        }
        None => Ok(None),
    }
}

/// Somebody began too many sign-ins.
pub(super) fn too_many(error: ApiError) -> OAuthError {
    match error.code {
        ErrorType::LimitExceeded => OAuthError::new(
            OAuthErrorCode::TemporarilyUnavailable,
            "Too many sign-ins were begun from this address.",
        ),
        _ => error.into(),
    }
}
