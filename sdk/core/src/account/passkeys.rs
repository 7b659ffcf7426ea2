//! Passkeys of who is signed in: `StartWebAuthnRegistration`, `CompleteWebAuthnRegistration`,
//! `ListWebAuthnCredentials`, `DeleteWebAuthnCredential`.
//!
//! Options and credentials pass as the JSON of [WebAuthn](https://www.w3.org/TR/webauthn-3/#sctn-parseCreationOptionsFromJSON):
//! the service makes the one, the authenticator the other, and neither is this crate's to judge.

use alloc::string::String;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::Page;
use super::reply::text;
use crate::client::Options;
use crate::error::{Error, ErrorCode, incomplete};
use crate::json::{Object, Value};
use crate::ports::Network;
use crate::secret::{AccessToken, PasskeyCredential};
use crate::service::Service;
use crate::transport::Repeat;
use crate::wire::milliseconds;

/// One passkey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// The credential's id, base64url.
    pub id: String,
    /// What the service calls it, such as the authenticator's model.
    pub name: String,
    /// The domain that it is for.
    pub relying_party: String,
    /// `platform` or `cross-platform`, where the authenticator said.
    pub attachment: Option<String>,
    /// How the authenticator is reached, such as `internal`, `usb`.
    pub transports: Vec<String>,
    /// When it was created, in milliseconds since 1970.
    pub created_at_ms: Option<u64>,
}

/// Part of the list of passkeys.
#[derive(Debug, Clone)]
pub struct Passkeys {
    /// The passkeys.
    pub passkeys: Vec<Passkey>,
    /// Where the list goes on, if it does.
    pub cursor: Option<String>,
}

impl<P: Network> Service<P> {
    /// What the browser needs to create a passkey: `PublicKeyCredentialCreationOptionsJSON`.
    ///
    /// # Errors
    /// [`ErrorCode::Unsupported`] where the pool has no passkeys, [`ErrorCode::InvalidConfiguration`] where it has no
    /// domain for them, those of every operation on the account, and of every call.
    pub async fn start_passkey(
        &self,
        token: &AccessToken,
        options: &Options<P>,
    ) -> Result<Zeroizing<String>, Error> {
        let (name, call) = ("StartWebAuthnRegistration", Object::new());
        let reply = self.open(name, Repeat::Never, token, call, options).await?;
        let given = reply.0.member("CredentialCreationOptions");
        let given = given.as_ref().map(Object::copy_of);
        match given {
            Some(Ok(given)) => Ok(given.finish()),
            _ => Err(incomplete()),
        }
    }

    /// Registers what the browser created: `RegistrationResponseJSON`.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidParameter`] when the credential is not JSON, [`ErrorCode::ChallengeExpired`],
    /// [`ErrorCode::PasskeyRelyingPartyMismatch`], [`ErrorCode::PasskeyUnsupported`], those of every operation on
    /// the account, and of every call.
    pub async fn complete_passkey(
        &self,
        token: &AccessToken,
        credential: &PasskeyCredential,
        options: &Options<P>,
    ) -> Result<(), Error> {
        let credential = self.ports.parse(credential.secret());
        let credential = credential.and_then(|credential| Object::copy_of(&credential));
        let message = "the credential is not the JSON of one";
        let wrong = |_| Error::not_sent(ErrorCode::InvalidParameter, message);
        let mut call = Object::new();
        call.object("Credential", &credential.map_err(wrong)?);
        let name = "CompleteWebAuthnRegistration";
        let call = self.open(name, Repeat::Never, token, call, options);
        call.await.map(drop)
    }

    /// The passkeys of the person, up to 20 at a time.
    ///
    /// # Errors
    /// Those of every operation on the account, and of every call.
    pub async fn list_passkeys(
        &self,
        token: &AccessToken,
        page: &Page,
        options: &Options<P>,
    ) -> Result<Passkeys, Error> {
        let mut call = Object::new();
        call.text_if("NextToken", page.cursor.as_deref());
        if let Some(limit) = page.limit {
            call.whole("MaxResults", limit.into());
        }
        let call = self.open(
            "ListWebAuthnCredentials",
            Repeat::Safe,
            token,
            call,
            options,
        );
        let reply = call.await?;
        Ok(Passkeys {
            passkeys: reply.list("Credentials", passkey)?,
            cursor: reply.text("NextToken")?,
        })
    }

    /// Deletes a passkey at the service. The authenticator still has its half, which opens nothing any more.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidConfiguration`] for one that the service does not know, those of every operation on the
    /// account, and of every call.
    pub async fn delete_passkey(
        &self,
        token: &AccessToken,
        id: &str,
        options: &Options<P>,
    ) -> Result<(), Error> {
        let mut call = Object::new();
        call.text("CredentialId", id);
        let name = "DeleteWebAuthnCredential";
        let call = self.open(name, Repeat::Never, token, call, options);
        call.await.map(drop)
    }
}

fn passkey<V: Value>(value: &V) -> Option<Passkey> {
    let transports = value.at("AuthenticatorTransports", |list| list.list(V::text));
    Some(Passkey {
        id: text(value, "CredentialId")?,
        name: text(value, "FriendlyCredentialName").unwrap_or_default(),
        relying_party: text(value, "RelyingPartyId").unwrap_or_default(),
        attachment: text(value, "AuthenticatorAttachment"),
        transports: transports.ok()?.unwrap_or_default(),
        created_at_ms: milliseconds(value, "CreatedAt"),
    })
}
