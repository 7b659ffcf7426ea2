//! Attributes: `UpdateUserAttributes`, `DeleteUserAttributes`, and `GetUserAttributeVerificationCode` and
//! `VerifyUserAttribute`, by which an address becomes a verified one.

use alloc::string::String;
use alloc::vec::Vec;

use crate::client::Options;
#[cfg(doc)]
use crate::error::ErrorCode;
use crate::error::{Error, incomplete};
use crate::json::{Array, Object};
use crate::ports::Network;
use crate::secret::{AccessToken, Code};
use crate::service::Service;
use crate::transport::Repeat;
use crate::wire::{Attribute, CodeDelivery, attributes_array};

impl<P: Network> Service<P> {
    /// Changes attributes. A new e-mail address or phone number may need a code: it is on its way
    /// to the places returned.
    ///
    /// # Errors
    /// [`ErrorCode::NotAuthorized`] for an attribute that the client may not write,
    /// [`ErrorCode::AliasExists`], those of every operation on the account, and of every call.
    pub async fn update_attributes(
        &self,
        token: &AccessToken,
        attributes: &[Attribute],
        options: &Options<P>,
    ) -> Result<Vec<CodeDelivery>, Error> {
        let mut call = Object::new();
        call.array("UserAttributes", &attributes_array(attributes));
        options.add_metadata(&mut call);
        let call = self.open("UpdateUserAttributes", Repeat::Never, token, call, options);
        call.await?.deliveries()
    }

    /// Deletes attributes, by their names. Those that are not there are no error.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidParameter`] for one that the pool requires, [`ErrorCode::NotAuthorized`] for one that
    /// the client may not write, those of every operation on the account, and of every call.
    pub async fn delete_attributes(
        &self,
        token: &AccessToken,
        names: &[String],
        options: &Options<P>,
    ) -> Result<(), Error> {
        let mut list = Array::new();
        for name in names {
            list.text(name);
        }
        let mut call = Object::new();
        call.array("UserAttributeNames", &list);
        let call = self.open("DeleteUserAttributes", Repeat::Safe, token, call, options);
        call.await.map(drop)
    }

    /// Sends a code to an address that has not been verified: the attribute `email` or `phone_number`.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidParameter`] where there is no such address, [`ErrorCode::AttemptsExceeded`],
    /// [`ErrorCode::CodeDeliveryFailed`], those of every operation on the account, and of every call.
    pub async fn send_attribute_code(
        &self,
        token: &AccessToken,
        attribute: &str,
        options: &Options<P>,
    ) -> Result<CodeDelivery, Error> {
        const OPERATION: &str = "GetUserAttributeVerificationCode";
        let mut call = Object::new();
        call.text("AttributeName", attribute);
        options.add_metadata(&mut call);
        let call = self.open(OPERATION, Repeat::Never, token, call, options);
        call.await?.delivery()?.ok_or_else(incomplete)
    }

    /// Verifies an address by the code that was sent there.
    ///
    /// # Errors
    /// [`ErrorCode::CodeMismatch`], [`ErrorCode::CodeExpired`], [`ErrorCode::AttemptsExceeded`],
    /// [`ErrorCode::AliasExists`], those of every operation on the account, and of every call.
    pub async fn confirm_attribute(
        &self,
        token: &AccessToken,
        attribute: &str,
        code: &Code,
        options: &Options<P>,
    ) -> Result<(), Error> {
        let mut call = Object::new();
        call.text("AttributeName", attribute)
            .text("Code", code.secret());
        let call = self.open("VerifyUserAttribute", Repeat::Never, token, call, options);
        call.await.map(drop)
    }
}
