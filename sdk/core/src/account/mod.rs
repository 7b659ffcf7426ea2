//! The account of the person who is signed in: `GetUser`, `DeleteUser`; attributes, second factors,
//! devices and passkeys in files of their own.
//!
//! Each operation takes the access token: who is signed in is the [`Client`](crate::Client)'s to know.
//!
//! # Errors of all of them
//! [`ErrorCode::SessionLost`] says that the service no longer accepts the token; a fresh one may do.
//! [`ErrorCode::MissingScope`] says that no token of this session will: those of a sign-in by redirect need
//! the scope `aws.cognito.signin.user.admin`.

mod attributes;
mod devices;
mod mfa;
mod passkeys;
mod reply;

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::client::Options;
use crate::error::{Error, ErrorCode, incomplete};
use crate::json::Object;
use crate::ports::Network;
use crate::secret::{AccessToken, Password};
use crate::service::Service;
use crate::transport::Repeat;
use crate::wire::{Attribute, Reply};

pub use crate::device::confirm::Offer as DeviceOffer;
pub use devices::{Device, Devices};
pub use mfa::{MfaPreference, MfaSetting, MfaSettings};
pub use passkeys::{Passkey, Passkeys};

/// What the service knows now, which may be newer than the ID token's claims.
#[derive(Debug, Clone)]
pub struct Account {
    /// The real user name.
    pub username: String,
    /// All attributes that the client may read, `sub` among them.
    pub attributes: Vec<Attribute>,
}

/// Part of a list.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// How many at most. Default: as many as the service gives.
    pub limit: Option<u32>,
    /// Where the last part ended, as it said.
    pub cursor: Option<String>,
}

impl<P: Network> Service<P> {
    /// Asks the service about the person.
    ///
    /// # Errors
    /// Those of every operation on the account, and of every call.
    pub async fn get_user(
        &self,
        token: &AccessToken,
        options: &Options<P>,
    ) -> Result<Account, Error> {
        let reply = self.user(token, options).await?;
        match (reply.text("Username")?, reply.attributes()?) {
            (Some(username), Some(attributes)) => Ok(Account {
                username,
                attributes,
            }),
            _ => Err(incomplete()),
        }
    }

    /// Replaces the password of the person. Without `previous` for somebody who has none.
    ///
    /// # Errors
    /// [`ErrorCode::IncorrectCredentials`], [`ErrorCode::InvalidPassword`], [`ErrorCode::PasswordHistory`],
    /// [`ErrorCode::AttemptsExceeded`], those of every operation on the account, and of every call.
    pub async fn change_password(
        &self,
        token: &AccessToken,
        previous: Option<&Password>,
        proposed: &Password,
        options: &Options<P>,
    ) -> Result<(), Error> {
        let mut call = Object::new();
        call.text_if("PreviousPassword", previous.map(Password::secret))
            .text("ProposedPassword", proposed.secret());
        let call = self.open("ChangePassword", Repeat::Never, token, call, options);
        call.await.map(drop)
    }

    /// Deletes the user. The session that is left is the caller's to forget.
    ///
    /// # Errors
    /// Those of every operation on the account, and of every call.
    pub async fn delete_user(
        &self,
        token: &AccessToken,
        options: &Options<P>,
    ) -> Result<(), Error> {
        let call = self.open("DeleteUser", Repeat::Never, token, Object::new(), options);
        call.await.map(drop)
    }

    /// `GetUser`.
    async fn user(
        &self,
        token: &AccessToken,
        options: &Options<P>,
    ) -> Result<Reply<P::Value>, Error> {
        self.open("GetUser", Repeat::Safe, token, Object::new(), options)
            .await
    }

    /// Calls an operation that an access token opens.
    pub(crate) async fn open(
        &self,
        operation: &str,
        repeat: Repeat,
        token: &AccessToken,
        mut call: Object,
        options: &Options<P>,
    ) -> Result<Reply<P::Value>, Error> {
        call.text("AccessToken", token.secret());
        let deadline = self.deadline(options);
        let result = self.call(operation, repeat, call, &deadline).await;
        result.map_err(|mut error| {
            if error.code == ErrorCode::MissingScope {
                error.message = Cow::Borrowed(MISSING_SCOPE);
            }
            error
        })
    }
}

const MISSING_SCOPE: &str = "the access token lacks the scope aws.cognito.signin.user.admin: a sign-in by redirect must ask for it, and the app client allow it";
