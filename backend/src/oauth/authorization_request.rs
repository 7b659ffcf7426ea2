//! What an app asks for at `/oauth2/authorize` (RFC 6749, 4.1.1; RFC 7636; RFC 8707;
//! RFC 9449, 10; OpenID Connect Core, 3.1.2.1).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::resource::Allowed;
use super::{OAuthError, OAuthErrorCode, Parameters, dpop};
use crate::pools::{Client, OAuthFlow};
use crate::redirect_uri::RedirectUri;
use crate::scope::{Scope, Scopes};

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
    /// The resource server that the access token is for, by its identifier.
    #[serde(default)]
    pub resource: Option<String>,
    /// The thumbprint of the key that the code's redemption must prove.
    #[serde(default)]
    pub dpop_jkt: Option<String>,
    /// Whether the person is to be asked whether the app may, even if they have allowed it before.
    #[serde(default)]
    pub asks_for_consent: bool,
    /// Whether the person is to be asked, for another provider that they sign in with.
    #[serde(default)]
    pub prompt: Option<String>,
    /// How many seconds ago the person may have proved who they are, for another provider that they sign in with.
    #[serde(default)]
    pub max_age: Option<i64>,
    /// Where the sign-in ends.
    #[serde(default)]
    pub(super) goal: Goal,
}

/// Where a sign-in ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Goal {
    /// In the app, with a code.
    #[default]
    App,
    /// On the account page of ours, with nothing but the browser's session.
    AccountPage,
}

impl AuthorizationRequest {
    /// A request of our own: the person signs in for their account page, at this address, and is asked to at another
    /// provider, too.
    pub(super) fn of_account_page(page: RedirectUri, lang: Option<String>) -> Self {
        Self {
            redirect_uri: page,
            redirect_uri_was_sent: true,
            scopes: Scopes::default(),
            state: None,
            nonce: None,
            code_challenge: None,
            login_hint: None,
            lang,
            resource: None,
            dpop_jkt: None,
            asks_for_consent: false,
            prompt: Some("login".to_owned()),
            max_age: None,
            goal: Goal::AccountPage,
        }
    }

    /// The app's address with an answer, `state` and `iss`.
    #[must_use]
    pub fn answer(&self, issuer: &str, answer: &[(&str, &str)]) -> String {
        location(&self.redirect_uri, self.state.as_deref(), issuer, answer)
    }
}

/// What an app asked for, and how it wants it decided now; the latter nobody has to remember.
pub(super) struct Asked {
    pub(super) request: AuthorizationRequest,
    /// Whether the person may, must not or must be asked.
    pub(super) prompt: Prompt,
    /// Whom the sign-in is to be with.
    pub(super) wanted: Wanted,
}

/// Whom a sign-in is to be with, as it is said.
pub(super) enum Wanted {
    /// Nothing is said.
    Anyone,
    /// The pool itself.
    Pool,
    /// The provider with this name.
    Named(String),
    /// The provider with this other name, or the one of this e-mail address's domain.
    Identified(String),
}

impl Wanted {
    fn read(given: &Parameters) -> Result<Self, OAuthError> {
        let name = given.get("identity_provider")?;
        let identifier = bounded(given, "idp_identifier", 256)?;
        match (name, identifier) {
            (None, None) => Ok(Self::Anyone),
            (Some("COGNITO"), None) => Ok(Self::Pool),
            (Some(name), None) => Ok(Self::Named(name.to_owned())),
            (None, Some(text)) => Ok(Self::Identified(text)),
            (Some(_), Some(_)) => Err(OAuthError::invalid_request(
                "identity_provider and idp_identifier do not go together.",
            )),
        }
    }
}

impl Asked {
    /// Reads the rest of a request whose client and address are sure. `allowed` is what it may have; of
    /// the address it matters whether the request named it.
    ///
    /// # Errors
    /// As RFC 6749, 4.1.2.1, and its extensions.
    pub(super) fn read(
        given: &Parameters,
        client: &Client,
        allowed: Allowed,
        (redirect_uri, redirect_uri_was_sent): (&RedirectUri, bool),
    ) -> Result<Self, OAuthError> {
        let settings = &client.settings;
        for (name, code) in [
            ("request", OAuthErrorCode::RequestNotSupported),
            ("request_uri", OAuthErrorCode::RequestUriNotSupported),
        ] {
            if given.has(name) {
                return Err(OAuthError::new(code, format!("{name} is not supported.")));
            }
        }
        match given.required("response_type")? {
            "code" if settings.oauth.allows(OAuthFlow::Code) => {}
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
        if !settings.oauth.supports_pool_users() && settings.oauth.other_providers().is_empty() {
            return Err(OAuthError::new(
                OAuthErrorCode::UnauthorizedClient,
                "The client has no identity provider to sign in with.",
            ));
        }
        if !matches!(given.get("response_mode")?, None | Some("query")) {
            return Err(OAuthError::invalid_request(
                "Only the response mode query is supported.",
            ));
        }
        let wanted = Wanted::read(given)?;
        let (prompt, asks_for_consent) = Prompt::read(given)?;
        let request = AuthorizationRequest {
            redirect_uri: redirect_uri.clone(),
            redirect_uri_was_sent,
            scopes: requested(given.get("scope")?, &allowed.scopes)?,
            state: app_state(given)?,
            nonce: bounded(given, "nonce", 1024)?,
            code_challenge: code_challenge(given, client)?,
            login_hint: bounded(given, "login_hint", 256)?,
            lang: bounded(given, "lang", 35)?,
            resource: allowed.resource,
            dpop_jkt: dpop_jkt(given)?,
            asks_for_consent,
            prompt: given.get("prompt")?.map(str::to_owned),
            max_age: max_age(given)?,
            goal: Goal::App,
        };
        Ok(Self {
            request,
            prompt,
            wanted,
        })
    }
}

/// The app's address with a refusal of a request that was not read to its end. A `state` that is too
/// long, or there twice, is part of what is wrong, and does not go back.
pub(super) fn refusal(
    redirect_uri: &RedirectUri,
    given: &Parameters,
    issuer: &str,
    error: &OAuthError,
) -> String {
    let answer = [
        ("error", error.code.name()),
        ("error_description", &*error.description),
    ];
    let app_state = app_state(given).ok().flatten();
    location(redirect_uri, app_state.as_deref(), issuer, &answer)
}

/// The `prompt` of OpenID Connect Core, 3.1.2.1, as far as it decides something here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Prompt {
    /// The person is asked if there is no session.
    IfNeeded,
    /// `none`: without a session the request fails.
    Never,
    /// `select_account`: the person says whether they go on as who is signed in.
    Select,
    /// `login`: the person is asked in any case.
    Ask,
}

impl Prompt {
    /// With it, whether the person is to be asked for their consent (`consent`).
    fn read(given: &Parameters) -> Result<(Self, bool), OAuthError> {
        let words: Vec<&str> = match given.get("prompt")? {
            None => return Ok((Self::IfNeeded, false)),
            Some(text) => text.split(' ').filter(|word| !word.is_empty()).collect(),
        };
        if words == ["none"] {
            return Ok((Self::Never, false));
        }
        let known = |word: &&str| matches!(*word, "login" | "select_account" | "consent");
        if !words.iter().all(known) {
            return Err(OAuthError::invalid_request(
                "prompt must be none, or login, select_account or consent.",
            ));
        }
        let prompt = match () {
            () if words.contains(&"login") => Self::Ask,
            () if words.contains(&"select_account") => Self::Select,
            () => Self::IfNeeded,
        };
        Ok((prompt, words.contains(&"consent")))
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

/// The scopes of a request: those it names, or all of the client's if it names none.
fn requested(given: Option<&str>, allowed: &Scopes) -> Result<Scopes, OAuthError> {
    let invalid = |why: &'static str| OAuthError::new(OAuthErrorCode::InvalidScope, why);
    let Some(given) = given else {
        return Ok(allowed.clone());
    };
    let scopes =
        Scopes::parse(given).ok_or_else(|| invalid("There is no scope with this name."))?;
    if !scopes.are_within(allowed) {
        return Err(invalid("The client does not have this scope."));
    }
    if scopes.tells_about_the_person() && !scopes.has(&Scope::OpenId) {
        return Err(invalid("email, phone and profile need openid."));
    }
    Ok(scopes)
}

fn max_age(given: &Parameters) -> Result<Option<i64>, OAuthError> {
    let Some(text) = given.get("max_age")? else {
        return Ok(None);
    };
    let seconds = text
        .parse::<u32>()
        .map_err(|_| OAuthError::invalid_request("max_age must be a number of seconds."))?;
    Ok(Some(i64::from(seconds)))
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
        if client.secrets.is_empty() {
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

/// RFC 9449, 10.
fn dpop_jkt(given: &Parameters) -> Result<Option<String>, OAuthError> {
    match given.get("dpop_jkt")? {
        Some(key) if !dpop::is_thumbprint(key) => Err(OAuthError::invalid_request(
            "dpop_jkt must be a SHA-256 hash in base64url.",
        )),
        key => Ok(key.map(str::to_owned)),
    }
}

fn app_state(given: &Parameters) -> Result<Option<String>, OAuthError> {
    bounded(given, "state", 4096)
}

fn location(
    redirect_uri: &RedirectUri,
    app_state: Option<&str>,
    issuer: &str,
    answer: &[(&str, &str)],
) -> String {
    let mut answer = answer.to_vec();
    answer.extend(app_state.map(|value| ("state", value)));
    answer.push(("iss", issuer));
    redirect_uri.with(&answer)
}

fn bounded(given: &Parameters, name: &str, most: usize) -> Result<Option<String>, OAuthError> {
    match given.get(name)? {
        Some(value) if value.len() > most => Err(OAuthError::invalid_request(format!(
            "{name} is longer than {most} bytes."
        ))),
        value => Ok(value.map(str::to_owned)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn requested(given: Option<&str>, allowed: &str) -> Result<String, OAuthErrorCode> {
        let allowed = Scopes::parse(allowed).unwrap();
        super::requested(given, &allowed)
            .map(|scopes| scopes.to_string())
            .map_err(|error| error.code)
    }

    #[test]
    fn a_request_gets_what_it_asks_for_and_all_of_the_clients_if_it_asks_for_nothing() {
        let all = "openid email profile";
        assert_eq!(requested(None, all).as_deref(), Ok(all));
        assert_eq!(
            requested(Some("email  openid email"), all).as_deref(),
            Ok("email openid")
        );
        for refused in ["openid phone", "openid admin", "email", "OPENID"] {
            assert_eq!(
                requested(Some(refused), all),
                Err(OAuthErrorCode::InvalidScope),
                "{refused}"
            );
        }
    }
}
