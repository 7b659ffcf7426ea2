//! The account of the person who is signed in: `GetUser`, `UpdateUserAttributes`, `DeleteUser`.

use alloc::string::String;
use alloc::vec::Vec;

use crate::client::{Client, Options};
use crate::error::{Error, ErrorCode, incomplete, signed_out};
use crate::json::Object;
use crate::ports::Ports;
use crate::secret::AccessToken;
use crate::transport::Repeat;
use crate::wire::{Attribute, CodeDelivery, Reply, attributes_array};

/// Seconds that an access token must still live to be sent.
const MINIMUM_TTL: u32 = 10;

/// What the service knows now, which may be newer than the ID token's claims.
#[derive(Debug, Clone)]
pub struct Account {
    /// The real user name.
    pub username: String,
    /// All attributes that the client may read, `sub` among them.
    pub attributes: Vec<Attribute>,
}

impl<P: Ports> Client<P> {
    /// Asks the service about the person who is signed in.
    ///
    /// # Errors
    /// [`ErrorCode::SignedOut`], [`ErrorCode::MissingScope`], and those of every call.
    pub async fn get_user(&self, options: &Options<P>) -> Result<Account, Error> {
        let reply = self
            .with_access_token(options, "GetUser", Repeat::Safe, &Object::new())
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
    /// [`ErrorCode::SignedOut`], [`ErrorCode::NotAuthorized`] for an attribute that the client may not
    /// write, [`ErrorCode::AliasExists`], and those of every call.
    pub async fn update_attributes(
        &self,
        attributes: &[Attribute],
        options: &Options<P>,
    ) -> Result<Vec<CodeDelivery>, Error> {
        let mut call = Object::new();
        call.array("UserAttributes", &attributes_array(attributes));
        options.add_metadata(&mut call);
        let reply = self
            .with_access_token(options, "UpdateUserAttributes", Repeat::Never, &call)
            .await?;
        reply.deliveries()
    }

    /// Deletes the user, and forgets the session.
    ///
    /// # Errors
    /// [`ErrorCode::SignedOut`], and those of every call.
    pub async fn delete_user(&self, options: &Options<P>) -> Result<(), Error> {
        self.with_access_token(options, "DeleteUser", Repeat::Never, &Object::new())
            .await?;
        self.forget().await?;
        Ok(())
    }

    /// Calls an operation with the access token, refreshed before if it is about to expire, and once
    /// more with a new one if the service refuses it: it may have been revoked alone.
    pub(crate) async fn with_access_token(
        &self,
        options: &Options<P>,
        operation: &str,
        repeat: Repeat,
        call: &Object,
    ) -> Result<Reply<P::Value>, Error> {
        let deadline = self.deadline(options);
        let token = self
            .fresh_access_token_until(MINIMUM_TTL, options, &deadline)
            .await?;
        match self
            .call(operation, repeat, opened(call, &token), &deadline)
            .await
        {
            Err(error) if error.code == ErrorCode::SessionLost => {
                self.refresh_until(options, &deadline).await?;
                let token = self.access_token().ok_or_else(signed_out)?;
                self.call(operation, repeat, opened(call, &token), &deadline)
                    .await
            }
            result => result,
        }
    }
}

fn opened(call: &Object, token: &AccessToken) -> Object {
    let mut call = call.clone();
    call.text("AccessToken", token.secret());
    call
}
