//! How far a login transaction has come before its code.

use serde::{Deserialize, Serialize};

use super::sso::{self, SsoSession};
use crate::app::AppState;
use crate::error::ApiError;
use crate::federation::Pending;
use crate::mfa;
use crate::opaque_secret::OpaqueSecret;
use crate::pools::{Client, Pool};
use crate::second_factor::ProvedFactor;
use crate::sign_in;
use crate::store::VouchedBy;
use crate::users::{self, User};

/// What is asked of the person. It is sealed in the transaction's row.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) enum Standing {
    /// Who they are.
    #[default]
    Open,
    /// Whether they go on as the one whose session this browser has.
    Offered(BrowserSession),
    /// Whether the app may have what it asks for.
    Consenting(Who),
    /// Nothing: the person is with another identity provider.
    Away(Away),
}

/// Who was sent where, and what their way back has to fit.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Away {
    /// The hash of the secret half of `state`.
    pub(super) secret: Vec<u8>,
    /// What the answer has to fit besides.
    pub(super) pending: Pending,
    /// Whether they chose the provider on our page, which then tells them if it fails.
    pub(super) from_page: bool,
    /// Whose link it is to become; without one it is a sign-in.
    #[serde(default)]
    pub(super) link: Option<LinkOf>,
}

/// The user who is to be known by another provider, too.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct LinkOf {
    pub(super) username: String,
    pub(super) sub: String,
}

/// Who is asked.
#[derive(Clone, Serialize, Deserialize)]
pub(super) enum Who {
    /// Whose session this browser has.
    Session(BrowserSession),
    /// Who has proved everything on this transaction's page.
    Person(Box<Person>),
}

/// The session that a browser had when it was asked.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct BrowserSession {
    sso_id: String,
    /// From when on it is older than the app allows (`max_age`), seconds since 1970.
    #[serde(default)]
    too_old_at: Option<i64>,
}

/// Somebody, as they were when they proved it.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Person {
    username: String,
    sub: String,
    verifier_version: i64,
    proved_at: i64,
    second_factor: Option<ProvedFactor>,
    #[serde(default)]
    vouched_by: Option<VouchedBy>,
}

/// Who it is, as stored now.
pub(super) enum Known {
    /// By the browser's session.
    Session(SsoSession),
    /// By a proof a moment ago.
    Person {
        user: User,
        /// Here, or when the provider sent them back.
        proved_at: i64,
        second_factor: Option<ProvedFactor>,
        vouched_by: Option<VouchedBy>,
    },
}

impl Standing {
    /// The page that asks.
    pub(super) fn page(&self) -> Option<&'static str> {
        match self {
            Self::Open | Self::Away(_) => None,
            Self::Offered(_) => Some("/selectAccount"),
            Self::Consenting(_) => Some("/consent"),
        }
    }

    /// Who has proved themselves here, without a session of the browser's.
    pub(super) fn proved_username(&self) -> Option<&str> {
        match self {
            Self::Consenting(Who::Person(person)) => Some(&person.username),
            Self::Open | Self::Away(_) | Self::Offered(_) | Self::Consenting(Who::Session(_)) => {
                None
            }
        }
    }

    /// Who it is about, if they still are who they were.
    pub(super) async fn known(
        &self,
        state: &AppState,
        target: (&Pool, &Client),
        cookie: Option<&OpaqueSecret>,
    ) -> Result<Option<Known>, ApiError> {
        match self {
            Self::Open | Self::Away(_) => Ok(None),
            Self::Offered(offered) | Self::Consenting(Who::Session(offered)) => {
                let Some(cookie) = cookie else {
                    return Ok(None);
                };
                let session = sso::find(state, target, cookie).await?;
                let now = state.clock.now();
                let session = session.filter(|session| offered.is(session, now));
                Ok(session.map(Known::Session))
            }
            Self::Consenting(Who::Person(person)) => person.known(state, target.0).await,
        }
    }
}

impl BrowserSession {
    /// `max_age` is what the app asks for, in seconds.
    pub(super) fn of(session: &SsoSession, max_age: Option<i64>) -> Self {
        Self {
            sso_id: session.id.clone(),
            too_old_at: max_age.map(|seconds| session.auth_time.saturating_add(seconds)),
        }
    }

    fn is(&self, session: &SsoSession, now: i64) -> bool {
        session.id == self.sso_id && self.too_old_at.is_none_or(|then| now < then)
    }
}

impl Person {
    pub(super) fn of(state: &AppState, proved: &sign_in::Proved) -> Self {
        let user = &proved.user;
        Self {
            username: user.username.clone(),
            sub: user.sub.clone(),
            verifier_version: user.verifier_version,
            proved_at: state.clock.now(),
            second_factor: proved.second_factor.clone(),
            vouched_by: proved.vouched_by.clone(),
        }
    }

    async fn known(&self, state: &AppState, pool: &Pool) -> Result<Option<Known>, ApiError> {
        let user = users::find_by_username(state, pool, &self.username).await?;
        let user = user.filter(|user| {
            user.enabled
                && user.status.may_stay_signed_in()
                && user.sub == self.sub
                && user.verifier_version == self.verifier_version
        });
        let Some(user) = user else { return Ok(None) };
        let is_enough = self.vouched_by.is_some()
            || mfa::is_enough(state, pool, &user, self.second_factor.as_ref()).await?;
        if !is_enough {
            return Ok(None);
        }
        Ok(Some(Known::Person {
            user,
            proved_at: self.proved_at,
            second_factor: self.second_factor.clone(),
            vouched_by: self.vouched_by.clone(),
        }))
    }
}

impl Known {
    /// The other provider that vouched for them.
    pub(super) fn provider(&self) -> Option<&str> {
        match self {
            Self::Session(session) => session.provider.as_deref(),
            Self::Person { vouched_by, .. } => {
                vouched_by.as_ref().map(|vouched| vouched.provider.as_str())
            }
        }
    }

    pub(super) fn user(&self) -> &User {
        match self {
            Self::Session(session) => &session.user,
            Self::Person { user, .. } => user,
        }
    }
}
