//! What an app asks for at `/oauth2/authorize` (RFC 6749, 4.1.1; RFC 7636; OpenID Connect Core, 3.1.2.1).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{OAuthError, OAuthErrorCode, Parameters, RedirectUri, Scopes};
use crate::pools::{Client, OAuthFlow};

/// What an app asked for, once it is checked.
#[derive(Clone, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    /// Where the answer goes.
    pub redirect_uri: RedirectUri,
    /// Whether the request named it, so that the code's redemption has to, too.
    pub redirect_uri_was_sent: bool,
    /// What the tokens are to allow.
    pub scopes: Scopes,
    /// Given back as it came.
    pub state: Option<String>,
    /// For the ID token.
    pub nonce: Option<String>,
    /// `BASE64URL(SHA256(code_verifier))`
    pub code_challenge: Option<String>,
    /// A name to begin with, for display.
    pub login_hint: Option<String>,
    /// A language, for display.
    pub lang: Option<String>,
}

impl AuthorizationRequest {
    /// The app's address with an answer, `state` and `iss`.
    #[must_use]
    pub fn answer(&self, issuer: &str, answer: &[(&str, &str)]) -> String {
        let mut answer = answer.to_vec();
        answer.extend(self.state.as_deref().map(|value| ("state", value)));
        answer.push(("iss", issuer));
        self.redirect_uri.with(&answer)
    }

    /// Reads the rest of a request whose client and address are sure.
    ///
    /// # Errors
    /// As RFC 6749, 4.1.2.1, and its extensions.
    pub(super) fn read(
        given: &Parameters,
        client: &Client,
        redirect_uri: &RedirectUri,
        redirect_uri_was_sent: bool,
    ) -> Result<Self, OAuthError> {
        let settings = &client.settings;
        for (name, code) in [
            ("request", OAuthErrorCode::RequestNotSupported),
            ("request_uri", OAuthErrorCode::RequestUriNotSupported),
            ("resource", OAuthErrorCode::InvalidTarget),
        ] {
            if given.has(name) {
                return Err(OAuthError::new(code, format!("{name} is not supported.")));
            }
        }
        match given.required("response_type")? {
            "code" if settings.allows_oauth(OAuthFlow::Code) => {}
            "code" => {
                return Err(OAuthError::new(
                    OAuthErrorCode::UnauthorizedClient,
                    "The code flow is not enabled for this client.",
                ));
            }
            _ => {
                return Err(OAuthError::new(
                    OAuthErrorCode::UnsupportedResponseType,
                    "Only the response type code is supported.",
                ));
            }
        }
        if !matches!(given.get("response_mode")?, None | Some("query")) {
            return Err(OAuthError::invalid_request(
                "Only the response mode query is supported.",
            ));
        }
        if !matches!(given.get("identity_provider")?, None | Some("COGNITO"))
            || given.get("idp_identifier")?.is_some()
        {
            return Err(OAuthError::invalid_request(
                "There is no identity provider with this name.",
            ));
        }
        Ok(Self {
            redirect_uri: redirect_uri.clone(),
            redirect_uri_was_sent,
            scopes: Scopes::requested(given.get("scope")?, settings.oauth_scopes())?,
            state: bounded(given, "state", 4096)?,
            nonce: bounded(given, "nonce", 1024)?,
            code_challenge: code_challenge(given, client)?,
            login_hint: bounded(given, "login_hint", 256)?,
            lang: bounded(given, "lang", 35)?,
        })
    }
}

/// Values in it connect a sign-in to an app's session: not printed.
impl fmt::Debug for AuthorizationRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizationRequest")
            .field("redirect_uri", &self.redirect_uri)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

/// RFC 7636 with S256, which a client that cannot keep a secret must use.
fn code_challenge(given: &Parameters, client: &Client) -> Result<Option<String>, OAuthError> {
    let challenge = given.get("code_challenge")?;
    let method = given.get("code_challenge_method")?;
    let Some(challenge) = challenge else {
        if method.is_some() {
            return Err(OAuthError::invalid_request(
                "code_challenge_method needs code_challenge.",
            ));
        }
        if client.secret.is_none() {
            return Err(OAuthError::invalid_request(
                "A client without a secret must send code_challenge.",
            ));
        }
        return Ok(None);
    };
    if method != Some("S256") {
        return Err(OAuthError::invalid_request(
            "code_challenge_method must be S256.",
        ));
    }
    let is_hash = challenge.len() == 43
        && challenge
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if !is_hash {
        return Err(OAuthError::invalid_request(
            "code_challenge must be a SHA-256 hash in base64url.",
        ));
    }
    Ok(Some(challenge.to_owned()))
}

fn bounded(given: &Parameters, name: &str, most: usize) -> Result<Option<String>, OAuthError> {
    match given.get(name)? {
        Some(value) if value.len() > most => Err(OAuthError::invalid_request(format!(
            "{name} is longer than {most} bytes."
        ))),
        value => Ok(value.map(str::to_owned)),
    }
}
