//! The account of the person who is signed in: `GetUser`, `UpdateUserAttributes`, `DeleteUser`.

use alloc::string::String;
use alloc::vec::Vec;

use crate::client::{Client, Options};
use crate::error::{Error, ErrorCode};
use crate::ports::Ports;
use crate::wire::{Attribute, CodeDelivery};

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
        let _ = options;
        Err(Error::not_sent(ErrorCode::Unsupported, "not built yet"))
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
        let _ = (attributes, options);
        Err(Error::not_sent(ErrorCode::Unsupported, "not built yet"))
    }

    /// Deletes the user, and forgets the session.
    ///
    /// # Errors
    /// [`ErrorCode::SignedOut`], and those of every call.
    pub async fn delete_user(&self, options: &Options<P>) -> Result<(), Error> {
        let _ = options;
        Err(Error::not_sent(ErrorCode::Unsupported, "not built yet"))
    }
}
