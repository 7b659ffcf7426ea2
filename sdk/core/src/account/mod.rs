//! The account of the person who is signed in: `GetUser`, `UpdateUserAttributes`, `DeleteUser`.

use alloc::string::String;
use alloc::vec::Vec;

use crate::client::{Client, Options};
use crate::error::{Error, ErrorCode, incomplete, signed_out};
use crate::ports::Ports;
use crate::transport::Repeat;
use crate::wire::{Attribute, Call, CodeDelivery, Reply};

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
            .with_access_token(options, "GetUser", Repeat::Safe, &Call::default())
            .await?;
        match (reply.username, reply.user_attributes) {
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
        let call = Call {
            user_attributes: Some(attributes),
            client_metadata: options.metadata(),
            ..Call::default()
        };
        let reply = self
            .with_access_token(options, "UpdateUserAttributes", Repeat::Never, &call)
            .await?;
        Ok(reply.code_delivery_details_list.unwrap_or_default())
    }

    /// Deletes the user, and forgets the session.
    ///
    /// # Errors
    /// [`ErrorCode::SignedOut`], and those of every call.
    pub async fn delete_user(&self, options: &Options<P>) -> Result<(), Error> {
        self.with_access_token(options, "DeleteUser", Repeat::Never, &Call::default())
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
        call: &Call<'_>,
    ) -> Result<Reply, Error> {
        let deadline = self.deadline(options);
        let token = self
            .fresh_access_token_until(MINIMUM_TTL, options, &deadline)
            .await?;
        let with_token = Call {
            access_token: Some(token.secret()),
            ..call.clone()
        };
        let result = self.call(operation, repeat, &with_token, &deadline).await;
        match result {
            Err(error) if error.code == ErrorCode::SessionLost => {
                self.refresh_until(options, &deadline).await?;
                let token = self.access_token().ok_or_else(signed_out)?;
                let with_token = Call {
                    access_token: Some(token.secret()),
                    ..call.clone()
                };
                self.call(operation, repeat, &with_token, &deadline).await
            }
            result => result,
        }
    }
}
