//! Tokens as JSON web tokens ([RFC 7519](https://www.rfc-editor.org/rfc/rfc7519)): read, and believed only
//! when everything about them holds.
//!
//! Steps: three base64url parts, a header that says RS256 and names a key, the pool's key of that
//! name, its signature, then the claims: issuer, use, audience, time.
//!
//! # Security model
//!
//! The algorithm is ours, not the token's: a header that says anything but `RS256` is refused before
//! a key is looked up, so a public key is never used as an HMAC secret. Keys come from the pool's
//! own document at the endpoint, never from the token. The service may be 5 minutes ahead of what is
//! known about its clock; a token is expired the second that it says.

mod keys;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

pub(crate) use keys::KeyCache;
pub use keys::KeySet;

use crate::base64::decode_url;
use crate::config::{ClientId, Issuer};
use crate::error::{Error, ErrorCode};
use crate::json::{NotJson, Value};
use crate::ports::{Json, Rs256, RsaPublicKey};
use crate::text::split;

/// The longest token that is looked at, in bytes.
const MAXIMUM_TOKEN: usize = 64 * 1024;
/// How far in the future a token may have been issued, in seconds.
const ISSUED_AHEAD: u64 = 300;

/// What a token may be used for: `token_use`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Says who signed in; `aud` is the client.
    Id,
    /// Opens APIs; `client_id` is the client.
    Access,
}

/// What is expected of a token.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// `iss`.
    pub issuer: &'a Issuer,
    /// `aud` or `client_id`.
    pub client: &'a ClientId,
    /// `token_use`.
    pub token_use: Use,
    /// Seconds since 1970 by the service's clock.
    pub now: u64,
}

/// What a token says, as far as this crate acts on it.
#[derive(Debug, Clone)]
pub struct Claims {
    /// The issuer.
    pub iss: String,
    /// The user's id, for ever.
    pub sub: String,
    /// `id` or `access`.
    pub token_use: String,
    /// Seconds since 1970 at which the token ends.
    pub exp: u64,
    /// Seconds since 1970 at which it was issued.
    pub iat: u64,
    /// Of an ID token: the client. Absent when it is not one string.
    pub aud: Option<String>,
    /// Of an access token: the client.
    pub client_id: Option<String>,
    /// Of an ID token: the real user name.
    pub cognito_username: Option<String>,
    /// Of an access token: the real user name.
    pub username: Option<String>,
}

/// Why a token is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejected {
    /// Not three base64url parts of JSON, or too long.
    Malformed,
    /// The header does not say RS256, or demands an extension.
    Algorithm,
    /// The header names no key, or one that the pool does not have.
    UnknownKey,
    /// The signature is not the key's.
    Signature,
    /// Another issuer.
    Issuer,
    /// Another use.
    TokenUse,
    /// Another client.
    Audience,
    /// Its time is over.
    Expired,
    /// Issued in the future.
    NotYet,
    /// Another user than the one who signed in.
    Subject,
    /// Not made for the sign-in that asked.
    #[cfg(feature = "oauth")]
    Nonce,
    /// Not made together with the access token.
    #[cfg(feature = "oauth")]
    AccessToken,
}

impl From<Rejected> for Error {
    fn from(reason: Rejected) -> Self {
        let message = match reason {
            Rejected::Malformed => "a token is malformed",
            Rejected::Algorithm => "a token is not signed with RS256",
            Rejected::UnknownKey => "a token is signed with a key that the pool does not publish",
            Rejected::Signature => "a token's signature is wrong",
            Rejected::Issuer => "a token has another issuer than configured: see issuer",
            Rejected::TokenUse => "a token is meant for another use",
            Rejected::Audience => "a token is meant for another client",
            Rejected::Expired => "a token has expired",
            Rejected::NotYet => "a token was issued in the future: is the clock right?",
            Rejected::Subject => "a token belongs to another user",
            #[cfg(feature = "oauth")]
            Rejected::Nonce => "the ID token was not made for this sign-in",
            #[cfg(feature = "oauth")]
            Rejected::AccessToken => "the ID token does not belong to the access token",
        };
        Self::answered(ErrorCode::TokenRejected, message)
    }
}

/// A token that was taken apart and is not believed yet.
pub struct Unverified<'a> {
    signed: &'a str,
    signature: Vec<u8>,
    key_id: String,
    payload: String,
    claims: Claims,
}

impl fmt::Debug for Unverified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unverified")
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}

impl Claims {
    /// Absent claims are empty or 0, which none of those that are required may be.
    fn read(payload: &impl Value) -> Result<Self, NotJson> {
        let text = |name| payload.text_at(name);
        Ok(Self {
            iss: text("iss")?.unwrap_or_default(),
            sub: text("sub")?.unwrap_or_default(),
            token_use: text("token_use")?.unwrap_or_default(),
            exp: payload.whole_at("exp")?.unwrap_or_default(),
            iat: payload.whole_at("iat")?.unwrap_or_default(),
            aud: payload.member("aud").and_then(|aud| aud.text()),
            client_id: text("client_id")?,
            cognito_username: text("cognito:username")?,
            username: text("username")?,
        })
    }
}

impl From<NotJson> for Rejected {
    fn from(_: NotJson) -> Self {
        Self::Malformed
    }
}

impl<'a> Unverified<'a> {
    /// Takes a token apart.
    ///
    /// # Errors
    /// [`Rejected::Malformed`], [`Rejected::Algorithm`], and [`Rejected::UnknownKey`] when no key is named.
    pub fn parse(json: &impl Json, token: &'a str) -> Result<Self, Rejected> {
        if token.len() > MAXIMUM_TOKEN {
            return Err(Rejected::Malformed);
        }
        // A fourth part would leave a dot in the signature, which base64 does not have.
        let (header, rest) = split(token, b'.').ok_or(Rejected::Malformed)?;
        let (payload, signature) = split(rest, b'.').ok_or(Rejected::Malformed)?;
        let signed = token.get(..header.len() + 1 + payload.len());

        let (_, header) = object(json, header)?;
        let text = |name| header.text_at(name).map(Option::unwrap_or_default);
        if text("alg")? != "RS256" || header.member("crit").is_some() {
            return Err(Rejected::Algorithm);
        }
        let key_id = text("kid")?;
        if key_id.is_empty() {
            return Err(Rejected::UnknownKey);
        }
        let (payload, claims) = object(json, payload)?;
        Ok(Self {
            signed: signed.ok_or(Rejected::Malformed)?,
            signature: decode_url(signature).ok_or(Rejected::Malformed)?,
            key_id,
            payload,
            claims: Claims::read(&claims)?,
        })
    }

    /// The name of the key that is said to have signed.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// When the token is said to have been issued. Not verified.
    #[must_use]
    pub fn issued_at(&self) -> u64 {
        self.claims.iat
    }

    /// Believes the token if `key` signed it and it is what is expected: its claims, and all of
    /// them as JSON text.
    ///
    /// # Errors
    /// [`ErrorCode::TokenRejected`] with the reason, [`ErrorCode::Unsupported`] without RS256.
    pub async fn verify(
        self,
        ports: &impl Rs256,
        key: RsaPublicKey<'_>,
        expected: Expected<'_>,
    ) -> Result<(Claims, String), Error> {
        if !ports
            .verify(key, self.signed.as_bytes(), &self.signature)
            .await?
        {
            return Err(Rejected::Signature.into());
        }
        self.check_claims(expected)?;
        Ok((self.claims, self.payload))
    }

    fn check_claims(&self, expected: Expected<'_>) -> Result<(), Rejected> {
        let claims = &self.claims;
        if claims.iss != expected.issuer.as_str() {
            return Err(Rejected::Issuer);
        }
        let (token_use, audience) = match expected.token_use {
            Use::Id => ("id", &claims.aud),
            Use::Access => ("access", &claims.client_id),
        };
        if claims.token_use != token_use {
            return Err(Rejected::TokenUse);
        }
        if audience.as_deref() != Some(expected.client.as_str()) {
            return Err(Rejected::Audience);
        }
        if claims.exp <= expected.now {
            return Err(Rejected::Expired);
        }
        if claims.iat > expected.now.saturating_add(ISSUED_AHEAD) || claims.iat > claims.exp {
            return Err(Rejected::NotYet);
        }
        if claims.sub.is_empty() {
            return Err(Rejected::Subject);
        }
        Ok(())
    }
}

/// A part of a token: an object, and its text.
fn object<J: Json>(json: &J, part: &str) -> Result<(String, J::Value), Rejected> {
    let bytes = decode_url(part).ok_or(Rejected::Malformed)?;
    let text = String::from_utf8(bytes).map_err(|_| Rejected::Malformed)?;
    let value = json.parse(&text)?;
    match value.is_object() {
        true => Ok((text, value)),
        false => Err(Rejected::Malformed),
    }
}
