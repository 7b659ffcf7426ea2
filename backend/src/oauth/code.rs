//! Authorization codes: made at the end of a sign-in, redeemed once.

use std::fmt;
use std::net::IpAddr;

use aws_lc_rs::digest;
use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use super::{AuthorizationRequest, OAuthError, resource};
use crate::app::AppState;
use crate::error::ApiError;
use crate::opaque_secret::{OpaqueSecret, row_name};
use crate::pools::{Client, Pool};
use crate::redirect_uri::RedirectUri;
use crate::scope::Scopes;
use crate::seal::Place;
use crate::sessions::{self, Beginning, Tokens};
use crate::store::{AuthorizationCodeRow, SsoRow};
use crate::tokens::{Reason, SignIn};
use crate::triggers::TokenOccasion;
use crate::users::{self, User};

/// How long a code may be redeemed, in seconds.
pub const CODE_SECONDS: i64 = 5 * 60;

/// What an app brings to redeem a code.
#[derive(Debug)]
pub(super) struct Redemption<'a> {
    pub(super) code: OpaqueSecret,
    pub(super) redirect_uri: Option<&'a str>,
    pub(super) verifier: Option<Verifier<'a>>,
    /// The resource server that the app names once more.
    pub(super) resource: Option<&'a str>,
    /// The thumbprint of the key that the request proved.
    pub(super) key: Option<&'a str>,
    /// The address that asks.
    pub(super) address: Option<IpAddr>,
}

/// `code_verifier`: whoever has it and the code has the tokens. Never printed.
#[derive(Clone, Copy)]
pub(super) struct Verifier<'a>(pub(super) &'a str);

impl fmt::Debug for Verifier<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier(..)")
    }
}

/// A code for a user who has proved everything, not stored yet.
pub(super) fn new(
    state: &AppState,
    client: &Client,
    request: &AuthorizationRequest,
    user: &User,
    auth_time: i64,
    sso: &SsoRow,
) -> Result<(AuthorizationCodeRow, OpaqueSecret), ApiError> {
    let code = OpaqueSecret::draw()?;
    let hash = code.hash();
    let content = Content {
        client_id: client.id.clone(),
        username: user.username.clone(),
        sub: user.sub.clone(),
        verifier_version: user.verifier_version,
        auth_time,
        sso_id: Some(sso.id.clone()),
        grant: Grant {
            redirect_uri: request.redirect_uri.clone(),
            redirect_uri_was_sent: request.redirect_uri_was_sent,
            scopes: request.scopes.clone(),
            nonce: request.nonce.clone(),
            code_challenge: request.code_challenge.clone(),
            resource: request.resource.clone(),
            dpop_jkt: request.dpop_jkt.clone(),
        },
    };
    let json = serde_json::to_vec(&content).map_err(|error| ApiError::internal(&error))?;
    let content = state
        .sealer
        .seal(place(&row_name(&hash), &client.pool_id), &json)?;
    let row = AuthorizationCodeRow {
        hash,
        pool_id: client.pool_id.clone(),
        client_id: client.id.clone(),
        username: user.username.clone(),
        content,
        expires_at: state.clock.now() + CODE_SECONDS,
        redeemed_at: None,
        origin_jti: None,
        provider: sso.provider.clone(),
    };
    Ok((row, code))
}

/// Gives tokens for a code, once.
///
/// # Errors
/// `invalid_grant`. A code of this client that comes with a wrong address or verifier is spoilt; one
/// that comes a second time takes back what it gave the first time.
pub(super) async fn redeem(
    state: &AppState,
    pool: &Pool,
    client: &Client,
    redemption: &Redemption<'_>,
) -> Result<Tokens, OAuthError> {
    let now = state.clock.now();
    let hash = redemption.code.hash();
    let row = find(state, client, &hash).await?;
    if row.redeemed_at.is_some() {
        return Err(used_again(state, &row, now).await);
    }
    if row.expires_at <= now {
        return Err(OAuthError::invalid_grant());
    }
    let content = Content::open(state, &row)?;
    if content.client_id != client.id || !content.grant.fits(redemption) {
        state
            .store
            .spoil_code(&hash, now)
            .await
            .map_err(ApiError::from)?;
        return Err(OAuthError::invalid_grant());
    }
    let resource = content.grant.resource.as_deref();
    if redemption.resource.is_some() && redemption.resource != resource {
        return Err(resource::invalid());
    }
    let user = users::find_by_username(state, pool, &content.username).await?;
    let user = user
        .filter(|user| {
            user.enabled
                && user.status.may_stay_signed_in()
                && user.sub == content.sub
                && user.verifier_version == content.verifier_version
        })
        .ok_or_else(OAuthError::invalid_grant)?;
    let sign_in = SignIn {
        auth_time: content.auth_time,
        scopes: Some(&content.grant.scopes),
        nonce: content.grant.nonce.as_deref(),
        device_key: None,
        resource,
        key: redemption.key,
        reason: Reason {
            occasion: TokenOccasion::HostedAuth,
            client_metadata: None,
        },
    };
    let beginning = Beginning {
        address: redemption.address,
        sso_id: content.sso_id.as_deref(),
        provider: row.provider.as_deref(),
    };
    let session = sessions::open(state, pool, client, &user, sign_in, beginning).await?;
    let is_first = state
        .store
        .redeem_code(&hash, &session.family, user.verifier_version, now)
        .await
        .map_err(ApiError::from)?;
    if !is_first {
        // Somebody else was faster by a moment: that, too, is a second use.
        let row = find(state, client, &hash).await?;
        return Err(used_again(state, &row, now).await);
    }
    Ok(session.tokens)
}

async fn find(
    state: &AppState,
    client: &Client,
    hash: &[u8],
) -> Result<AuthorizationCodeRow, OAuthError> {
    let row = state
        .store
        .authorization_code(hash)
        .await
        .map_err(ApiError::from)?;
    row.filter(|row| row.client_id == client.id)
        .ok_or_else(OAuthError::invalid_grant)
}

async fn used_again(state: &AppState, row: &AuthorizationCodeRow, now: i64) -> OAuthError {
    if let Some(origin_jti) = &row.origin_jti {
        tracing::warn!("a code was used again: its first use is revoked");
        if let Err(error) = state.store.revoke_family(origin_jti, now).await {
            return ApiError::from(error).into();
        }
    }
    OAuthError::invalid_grant()
}

/// What a redemption needs of the request; the rest of it, as `state`, is not kept.
#[derive(Serialize, Deserialize)]
struct Grant {
    redirect_uri: RedirectUri,
    redirect_uri_was_sent: bool,
    scopes: Scopes,
    nonce: Option<String>,
    code_challenge: Option<String>,
    #[serde(default)]
    resource: Option<String>,
    #[serde(default)]
    dpop_jkt: Option<String>,
}

impl Grant {
    /// Whether a redemption comes from whoever made the request.
    fn fits(&self, redemption: &Redemption<'_>) -> bool {
        let address_fits = match redemption.redirect_uri {
            Some(given) => given == self.redirect_uri.as_str(),
            None => !self.redirect_uri_was_sent,
        };
        let proof_fits = match (&self.code_challenge, redemption.verifier) {
            (None, None) => true,
            (Some(challenge), Some(verifier)) => proves(challenge, verifier),
            // A verifier without a challenge: the code is from a flow that somebody else began.
            (Some(_), None) | (None, Some(_)) => false,
        };
        let key_fits = self.dpop_jkt.is_none() || self.dpop_jkt.as_deref() == redemption.key;
        address_fits && proof_fits && key_fits
    }
}

/// `BASE64URL(SHA256(verifier)) == challenge` (RFC 7636, 4.6), for a verifier of the RFC's form.
fn proves(challenge: &str, Verifier(verifier): Verifier<'_>) -> bool {
    let is_well_formed = (43..=128).contains(&verifier.len())
        && verifier
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
    let hash = digest::digest(&digest::SHA256, verifier.as_bytes());
    let expected = Base64UrlUnpadded::encode_string(hash.as_ref());
    is_well_formed & bool::from(expected.as_bytes().ct_eq(challenge.as_bytes()))
}

#[derive(Serialize, Deserialize)]
struct Content {
    client_id: String,
    username: String,
    sub: String,
    verifier_version: i64,
    auth_time: i64,
    /// The browser's session that it came from.
    #[serde(default)]
    sso_id: Option<String>,
    grant: Grant,
}

impl Content {
    fn open(state: &AppState, row: &AuthorizationCodeRow) -> Result<Self, ApiError> {
        let name = row_name(&row.hash);
        let json = state
            .sealer
            .open(place(&name, &row.pool_id), &row.content)?;
        serde_json::from_slice(&json).map_err(|error| ApiError::internal(&error))
    }
}

fn place<'a>(row: &'a str, pool: &'a str) -> Place<'a> {
    Place {
        table: "authorization_codes",
        column: "content",
        row,
        pool,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_verifier_of_the_rfcs_example_proves_its_challenge() {
        // RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        assert!(proves(challenge, Verifier(verifier)));
        assert!(!proves(challenge, Verifier(verifier.trim_end_matches('k'))));
        assert!(!proves(challenge, Verifier("")));
        assert!(!proves(verifier, Verifier(verifier)), "plain");
        let short = "too-short";
        let of_short = digest::digest(&digest::SHA256, short.as_bytes());
        let of_short = Base64UrlUnpadded::encode_string(of_short.as_ref());
        assert!(!proves(&of_short, Verifier(short)));
    }
}
