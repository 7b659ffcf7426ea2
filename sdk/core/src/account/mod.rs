//! The account of the person who is signed in: `GetUser`, `UpdateUserAttributes`, `DeleteUser`.
//!
//! Each operation takes the access token: who is signed in is the [`Client`](crate::Client)'s to know.
//! [`ErrorCode::SessionLost`] says that the service no longer accepts the token; a fresh one may do.

use alloc::string::String;
use alloc::vec::Vec;

use crate::client::Options;
#[cfg(doc)]
use crate::error::ErrorCode;
use crate::error::{Error, incomplete};
use crate::ports::Network;
use crate::secret::AccessToken;
use crate::service::{Service, request_with};
use crate::transport::Repeat;
use crate::wire::{Attribute, CodeDelivery, attributes_array};

/// What the service knows now, which may be newer than the ID token's claims.
#[derive(Debug, Clone)]
pub struct Account {
    /// The real user name.
    pub username: String,
    /// All attributes that the client may read, `sub` among them.
    pub attributes: Vec<Attribute>,
}

impl<P: Network> Service<P> {
    /// Asks the service about the person.
    ///
    /// # Errors
    /// [`ErrorCode::SessionLost`], [`ErrorCode::MissingScope`], and those of every call.
    pub async fn get_user(
        &self,
        token: &AccessToken,
        options: &Options<P>,
    ) -> Result<Account, Error> {
        let deadline = self.deadline(options);
        let reply = self
            .call("GetUser", Repeat::Safe, request_with(token), &deadline)
            .await?;
        match (reply.text("Username")?, reply.attributes()?) {
            (Some(username), Some(attributes)) => Ok(Account {
                username,
                attributes,
            }),
            _ => Err(incomplete()),
        }
    }

    /// Changes attributes. A new e-mail address or phone number may need a code: it is on its way
    /// to the places returned.
    ///
    /// # Errors
    /// [`ErrorCode::SessionLost`], [`ErrorCode::NotAuthorized`] for an attribute that the client may not
    /// write, [`ErrorCode::AliasExists`], and those of every call.
    pub async fn update_attributes(
        &self,
        token: &AccessToken,
        attributes: &[Attribute],
        options: &Options<P>,
    ) -> Result<Vec<CodeDelivery>, Error> {
        let mut call = request_with(token);
        call.array("UserAttributes", &attributes_array(attributes));
        options.add_metadata(&mut call);
        let deadline = self.deadline(options);
        let reply = self
            .call("UpdateUserAttributes", Repeat::Never, call, &deadline)
            .await?;
        reply.deliveries()
    }

    /// Deletes the user. The session that is left is the caller's to forget.
    ///
    /// # Errors
    /// [`ErrorCode::SessionLost`], and those of every call.
    pub async fn delete_user(
        &self,
        token: &AccessToken,
        options: &Options<P>,
    ) -> Result<(), Error> {
        let deadline = self.deadline(options);
        self.call("DeleteUser", Repeat::Never, request_with(token), &deadline)
            .await?;
        Ok(())
    }
}
