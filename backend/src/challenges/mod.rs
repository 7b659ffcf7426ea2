//! What a sign-in asks, of whom, and where: shared by `sign_in`, which asks for first factors, and `mfa`,
//! which asks for second factors.

mod step;

use std::borrow::Cow;
use std::collections::BTreeMap;

pub use step::{Owner, PendingStep, invalid};

use crate::client_metadata::{ClientMetadata, Sent};
use crate::devices::Device;
use crate::opaque_secret::OpaqueSecret;
use crate::pools::{Client, Pool};
use crate::second_factor::ProvedFactor;
use crate::store::VouchedBy;
use crate::triggers::{Occasion, Source};
use crate::users::User;

/// The app client that signs somebody in, its pool, and where it does so.
#[derive(Debug, Clone, Copy)]
pub struct Through<'a> {
    /// The pool.
    pub pool: &'a Pool,
    /// The client.
    pub client: &'a Client,
    /// Where.
    pub origin: Origin<'a>,
    /// The device that the request says it comes from; it is this user's if the name in the request is.
    pub device: Option<&'a Device>,
    /// What the app sent along for the triggers.
    pub sent: Sent<'a>,
}

/// Where a sign-in takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin<'a> {
    /// The JSON API.
    Api,
    /// A custom sign-in at the JSON API: what it asks is answered in it only, so that nobody takes
    /// its password step for the whole.
    Custom,
    /// The login transaction with this id, on the login domain.
    Login(&'a str),
}

impl<'a> Through<'a> {
    /// The same, for a request with this `ClientMetadata`.
    #[must_use]
    pub fn telling(self, client_metadata: Option<&'a ClientMetadata>) -> Self {
        let validation_data = None;
        Self {
            sent: Sent {
                validation_data,
                client_metadata,
            },
            ..self
        }
    }

    /// What triggers are told that fire here for this user name.
    #[must_use]
    pub fn occasion<'b>(&self, username: &'b str, source: Source) -> Occasion<'b>
    where
        'a: 'b,
    {
        Occasion {
            pool: self.pool,
            client_id: &self.client.id,
            username,
            source,
        }
    }

    /// Whether answers hide which users exist: always on the login domain, elsewhere as the client
    /// wants it.
    #[must_use]
    pub fn hides_existence(&self) -> bool {
        matches!(self.origin, Origin::Login(_))
            || self.client.settings.prevents_user_existence_errors()
    }

    /// Who may answer what this sign-in asks. A client's id has no space in it, so no client is
    /// mistaken for anything else.
    pub(crate) fn audience(&self) -> Cow<'_, str> {
        match self.origin {
            Origin::Api => Cow::Borrowed(&self.client.id),
            Origin::Custom => Cow::Owned(format!("custom {}", self.client.id)),
            Origin::Login(id) => Cow::Owned(format!("login {id}")),
        }
    }
}

impl<'a> From<&'a (Pool, Client)> for Through<'a> {
    fn from((pool, client): &'a (Pool, Client)) -> Self {
        Self {
            pool,
            client,
            origin: Origin::Api,
            device: None,
            sent: Sent::default(),
        }
    }
}

/// What comes next: something to prove, or nothing any more.
#[derive(Debug)]
pub enum Next {
    /// Something to prove.
    Challenge(Challenge),
    /// This user has proved everything.
    Proved(Proved),
}

/// Who has proved everything, and how.
#[derive(Debug)]
pub struct Proved {
    /// The user, as stored now.
    pub user: Box<User>,
    /// The second factor among it, if there was one.
    pub second_factor: Option<ProvedFactor>,
    /// The key of the device that somebody signs in from, once that is settled.
    pub device_key: Option<String>,
    /// The other provider that vouched for them, which did without any factor of ours.
    pub vouched_by: Option<VouchedBy>,
}

impl Next {
    /// Everything is proved, without a second factor.
    #[must_use]
    pub fn proved(user: User) -> Self {
        Self::proved_with(user, None)
    }

    /// Everything is proved, with this second factor if there was one.
    #[must_use]
    pub fn proved_with(user: User, second_factor: Option<ProvedFactor>) -> Self {
        let user = Box::new(user);
        Self::Proved(Proved {
            user,
            second_factor,
            device_key: None,
            vouched_by: None,
        })
    }
}

/// What a challenge tells the client, by name.
pub type Parameters = BTreeMap<Cow<'static, str>, String>;

/// Something a client is asked to prove.
#[derive(Debug)]
pub struct Challenge {
    /// Its name.
    pub name: &'static str,
    /// What the client needs to answer it.
    pub parameters: Parameters,
    /// What `SELECT_CHALLENGE` lets choose from; elsewhere empty.
    pub available: Vec<&'static str>,
    /// The handle to send back; `PASSWORD_VERIFIER` has none.
    pub session: Option<OpaqueSecret>,
}
