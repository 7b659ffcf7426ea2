//! What a client may do with OAuth: flows, scopes, addresses.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::app::AppState;
use crate::error::ApiError;
use crate::redirect_uri::RedirectUri;
use crate::scope::{Scope, Scopes};

/// A way to get tokens with a browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OAuthFlow {
    /// The code flow
    Code,
    /// Tokens in the address: refused, but clients stored by older versions may name it
    Implicit,
    /// Tokens for a program, which is nobody's sign-in
    ClientCredentials,
}

/// The pool itself as an identity provider.
const COGNITO: &str = "COGNITO";

/// The members of a client's settings that are about OAuth.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct OAuthSettings {
    #[serde(rename = "AllowedOAuthFlowsUserPoolClient")]
    is_on: bool,
    #[serde(rename = "AllowedOAuthFlows")]
    flows: Vec<OAuthFlow>,
    #[serde(rename = "AllowedOAuthScopes", deserialize_with = "known")]
    scopes: Scopes,
    #[serde(rename = "CallbackURLs")]
    callbacks: Vec<String>,
    #[serde(rename = "LogoutURLs")]
    logout_urls: Vec<String>,
    #[serde(rename = "DefaultRedirectURI")]
    default_redirect_uri: Option<String>,
    #[serde(rename = "SupportedIdentityProviders")]
    identity_providers: Option<Vec<String>>,
}

impl OAuthSettings {
    /// Whether this flow is on. Default none.
    #[must_use]
    pub fn allows(&self, flow: OAuthFlow) -> bool {
        self.is_on && self.flows.contains(&flow)
    }

    /// Whether people sign in on the login domain as users of the pool (the provider `COGNITO`).
    /// Default true, and then there is no other provider.
    #[must_use]
    pub fn supports_pool_users(&self) -> bool {
        let providers = self.identity_providers.as_ref();
        providers.is_none_or(|list| list.iter().any(|provider| provider == COGNITO))
    }

    /// Whether people may sign in with this other provider, or, without one, as users of the pool.
    #[must_use]
    pub fn supports(&self, provider: Option<&str>) -> bool {
        match provider {
            None => self.supports_pool_users(),
            Some(name) => self.other_providers().contains(&name),
        }
    }

    /// The names of the other providers that people may sign in with. Default none.
    #[must_use]
    pub fn other_providers(&self) -> Vec<&str> {
        let providers = self.identity_providers.iter().flatten();
        providers
            .map(String::as_str)
            .filter(|name| *name != COGNITO)
            .collect()
    }

    /// What the client's tokens may allow.
    #[must_use]
    pub fn scopes(&self) -> &Scopes {
        &self.scopes
    }

    /// The registered callback address that is this text, character by character.
    #[must_use]
    pub fn callback(&self, text: &str) -> Option<RedirectUri> {
        listed(&self.callbacks, text)
    }

    /// Whether an address is one of the client's callbacks.
    #[must_use]
    pub fn has_callback(&self, uri: &RedirectUri) -> bool {
        self.callback(uri.as_str()).is_some()
    }

    /// Where a request goes that names no address. Default none: it must name one.
    #[must_use]
    pub fn default_redirect_uri(&self) -> Option<RedirectUri> {
        self.callback(self.default_redirect_uri.as_deref()?)
    }

    /// The registered address for after a sign-out that is this text, character by character.
    #[must_use]
    pub fn logout_url(&self, text: &str) -> Option<RedirectUri> {
        listed(&self.logout_urls, text)
    }
}

/// Checks the OAuth members of a new client's document. Whether there are resource servers with its scopes, and
/// its providers, is asked when it is stored.
///
/// # Errors
/// `InvalidParameterException` for addresses a browser must not be sent to and settings that contradict
/// each other, `InvalidOAuthFlowException` for flows that do not fit the client,
/// `ScopeDoesNotExistException` for words that are no scope.
pub(super) fn check(document: &Map<String, Value>, has_secret: bool) -> Result<(), ApiError> {
    let invalid = |why: &'static str| Err(ApiError::invalid_parameter(why));
    let texts = |member: &str| texts(document, member);
    let (flows, scopes) = (texts("AllowedOAuthFlows"), texts("AllowedOAuthScopes"));
    if let Some(scope) = scopes.iter().find(|scope| Scope::find(scope).is_none()) {
        return Err(ApiError::scope_does_not_exist(format!(
            "AllowedOAuthScopes: there is no scope {scope}."
        )));
    }
    let is_for_programs = flows.contains(&"client_credentials");
    if is_for_programs {
        check_client_credentials(&flows, &scopes, has_secret)?;
    } else if let Some(flow) = flows.iter().find(|flow| **flow != "code") {
        return Err(ApiError::invalid_parameter(format!(
            "AllowedOAuthFlows: this version has code and client_credentials, {flow} cannot be kept."
        )));
    }
    let callbacks = texts("CallbackURLs");
    for (member, addresses) in [
        ("CallbackURLs", &callbacks),
        ("LogoutURLs", &texts("LogoutURLs")),
    ] {
        for address in addresses {
            RedirectUri::parse(address).map_err(|error| {
                ApiError::invalid_parameter(format!("{member}: {address} is refused: {error}."))
            })?;
        }
    }
    if let Some(Value::String(default)) = document.get("DefaultRedirectURI")
        && !callbacks.contains(&default.as_str())
    {
        return invalid("DefaultRedirectURI must be one of the CallbackURLs.");
    }
    if document.get("AllowedOAuthFlowsUserPoolClient") != Some(&Value::Bool(true)) {
        return Ok(());
    }
    if flows.is_empty() || scopes.is_empty() {
        return invalid(
            "AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows.",
        );
    }
    if callbacks.is_empty() && !is_for_programs {
        return invalid("The code flow needs at least one of CallbackURLs.");
    }
    let has = |scope: Scope| scopes.contains(&scope.name());
    let needs_openid = [Scope::Email, Scope::Phone, Scope::Profile];
    if needs_openid.into_iter().any(has) && !has(Scope::OpenId) {
        return invalid("AllowedOAuthScopes: email, phone and profile need openid.");
    }
    Ok(())
}

/// A program signs nobody in: it proves its secret, and its tokens are for resource servers.
fn check_client_credentials(
    flows: &[&str],
    scopes: &[&str],
    has_secret: bool,
) -> Result<(), ApiError> {
    if flows.len() > 1 {
        return Err(ApiError::invalid_oauth_flow(
            "client_credentials flow can not be selected along with code flow or implicit flow.",
        ));
    }
    if !has_secret {
        return Err(ApiError::invalid_oauth_flow(
            "client_credentials flow can not be selected if client does not have a client secret.",
        ));
    }
    let is_custom = |scope: &&str| matches!(Scope::find(scope), Some(Scope::Custom(_)));
    match scopes.iter().find(|scope| !is_custom(scope)) {
        None => Ok(()),
        Some(scope) => Err(ApiError::invalid_parameter(format!(
            "AllowedOAuthScopes: {scope} is not supported with client_credentials flow, which has the \
             scopes of resource servers only."
        ))),
    }
}

/// Checks that a pool has all of the other providers of a document.
///
/// # Errors
/// `InvalidParameterException` naming the first it does not have.
pub(super) async fn check_providers(
    state: &AppState,
    pool_id: &str,
    document: &Map<String, Value>,
) -> Result<(), ApiError> {
    for name in providers_of(document) {
        if state
            .store
            .identity_provider(pool_id, name)
            .await?
            .is_none()
        {
            return Err(ApiError::invalid_parameter(format!(
                "The provider {name} does not exist for User Pool {pool_id}."
            )));
        }
    }
    Ok(())
}

/// The other providers of a document.
fn providers_of(document: &Map<String, Value>) -> Vec<&str> {
    let mut providers = texts(document, "SupportedIdentityProviders");
    providers.retain(|name| *name != COGNITO);
    providers
}

/// The scopes of a document.
pub(super) fn scopes_of(document: &Map<String, Value>) -> Scopes {
    let words = texts(document, "AllowedOAuthScopes");
    words.into_iter().filter_map(Scope::find).collect()
}

fn texts<'a>(document: &'a Map<String, Value>, member: &str) -> Vec<&'a str> {
    let list = document.get(member).and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

/// What an older version stored unchecked must not become an address now: it is parsed again.
fn listed(addresses: &[String], text: &str) -> Option<RedirectUri> {
    addresses
        .iter()
        .find(|address| *address == text)
        .and_then(|address| RedirectUri::parse(address).ok())
}

/// The scopes that exist; others that an older version stored count for nothing.
fn known<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Scopes, D::Error> {
    let names = Option::<Vec<String>>::deserialize(from)?.unwrap_or_default();
    Ok(names.iter().filter_map(|name| Scope::find(name)).collect())
}
