//! Where a provider is asked what: by its own document (OpenID Connect Discovery 1.0), by what is known of the
//! four that have names of their own, and by the pool's settings, which come first.
//!
//! For Google, Apple, Facebook and Amazon the addresses may be set too (`oidc_issuer`, `authorize_url`,
//! `token_url`, `attributes_url`, `jwks_uri`): an extension, for tests and for gateways.

use serde::Deserialize;
use serde_json::Value;
use url::{Host, Url};

use super::{Failure, Step};
use crate::app::AppState;
use crate::identity_providers::{IdentityProvider, ProviderType};

/// Facebook's version, where the pool does not say one (the service's published default).
const FACEBOOK_VERSION: &str = "v17.0";

/// A provider, ready to be asked.
#[derive(Debug)]
pub(super) struct Endpoints {
    /// Its name for itself; without one it signs nothing.
    pub(super) issuer: Option<String>,
    pub(super) authorize: Url,
    pub(super) token: Url,
    pub(super) user_info: Option<Url>,
    pub(super) keys: Option<Url>,
    /// It says that it takes challenges (RFC 7636) with S256.
    pub(super) knows_pkce: bool,
    /// It says that its answers name it (RFC 9207).
    pub(super) names_itself: bool,
    /// It takes a client's secret in the body of a request.
    pub(super) takes_secret_in_body: bool,
    /// The algorithms it says it signs ID tokens with.
    pub(super) algorithms: Option<Vec<String>>,
}

/// What is read of a provider's document.
#[derive(Deserialize, Clone, Default)]
#[serde(default)]
struct Discovery {
    issuer: String,
    authorization_endpoint: Option<Url>,
    token_endpoint: Option<Url>,
    userinfo_endpoint: Option<Url>,
    jwks_uri: Option<Url>,
    code_challenge_methods_supported: Vec<String>,
    authorization_response_iss_parameter_supported: bool,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    id_token_signing_alg_values_supported: Option<Vec<String>>,
}

impl Endpoints {
    /// Of this provider.
    ///
    /// # Errors
    /// [`Failure`] for its document, if it is needed.
    pub(super) async fn of(state: &AppState, provider: &IdentityProvider) -> Result<Self, Failure> {
        let detail = |name: &str| {
            let text = provider.details.get(name).filter(|text| !text.is_empty());
            text.map(|text| address(text)).transpose()
        };
        let (authorize, token) = (detail("authorize_url")?, detail("token_url")?);
        let (user_info, keys) = (detail("attributes_url")?, detail("jwks_uri")?);
        let issuer = issuer(provider);
        let has_all = authorize.is_some() && token.is_some() && keys.is_some();
        let found = match (&issuer, known(provider)?) {
            (_, Some(known)) => known,
            (Some(issuer), None) if !has_all => discover(state, issuer).await?,
            _ => Discovery::default(),
        };
        let missing = || Failure::Unbelievable("the provider's document names no endpoint");
        let methods = found.token_endpoint_auth_methods_supported.as_ref();
        Ok(Self {
            authorize: shown(
                authorize
                    .or(found.authorization_endpoint)
                    .ok_or_else(missing)?,
            )?,
            token: token.or(found.token_endpoint).ok_or_else(missing)?,
            user_info: user_info.or(found.userinfo_endpoint),
            keys: keys.or(found.jwks_uri),
            issuer,
            knows_pkce: found
                .code_challenge_methods_supported
                .iter()
                .any(|method| method == "S256"),
            names_itself: found.authorization_response_iss_parameter_supported,
            takes_secret_in_body: methods
                .is_none_or(|methods| methods.iter().any(|method| method == "client_secret_post")),
            algorithms: found.id_token_signing_alg_values_supported,
        })
    }
}

/// The provider's name for itself, if it signs ID tokens.
fn issuer(provider: &IdentityProvider) -> Option<String> {
    let own = match provider.kind {
        ProviderType::Google => Some("https://accounts.google.com"),
        ProviderType::SignInWithApple => Some("https://appleid.apple.com"),
        ProviderType::Oidc => None,
        ProviderType::Facebook | ProviderType::LoginWithAmazon | ProviderType::Saml => return None,
    };
    let given = provider.details.get("oidc_issuer").map(String::as_str);
    given.or(own).map(str::to_owned)
}

/// Of those who publish no document.
fn known(provider: &IdentityProvider) -> Result<Option<Discovery>, Failure> {
    let [authorize, token, user_info] = match provider.kind {
        ProviderType::Facebook => {
            let version = provider.details.get("api_version").map(String::as_str);
            let version = version.unwrap_or(FACEBOOK_VERSION);
            [
                format!("https://www.facebook.com/{version}/dialog/oauth"),
                format!("https://graph.facebook.com/{version}/oauth/access_token"),
                format!("https://graph.facebook.com/{version}/me"),
            ]
        }
        ProviderType::LoginWithAmazon => [
            "https://www.amazon.com/ap/oa".to_owned(),
            "https://api.amazon.com/auth/o2/token".to_owned(),
            "https://api.amazon.com/user/profile".to_owned(),
        ],
        _ => return Ok(None),
    };
    Ok(Some(Discovery {
        authorization_endpoint: Some(address(&authorize)?),
        token_endpoint: Some(address(&token)?),
        userinfo_endpoint: Some(address(&user_info)?),
        ..Discovery::default()
    }))
}

async fn discover(state: &AppState, issuer: &str) -> Result<Discovery, Failure> {
    let base = issuer.trim_end_matches('/');
    let document = address(&format!("{base}/.well-known/openid-configuration"))?;
    let read = |json: &Value| Discovery::deserialize(json).ok();
    let found = state
        .published
        .find(Step::Discovery, &document, read)
        .await?;
    found
        .filter(|found| found.issuer == issuer)
        .ok_or(Failure::Unbelievable(
            "the provider's document is another issuer's, or has another form",
        ))
}

fn address(text: &str) -> Result<Url, Failure> {
    Url::parse(text).map_err(|_| Failure::Unbelievable("an address of the provider's is none"))
}

/// One that a browser may be sent to: https, or this machine.
fn shown(url: Url) -> Result<Url, Failure> {
    let is_local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_local => Ok(url),
        _ => Err(Failure::Unbelievable(
            "the provider's page is neither https nor of this machine",
        )),
    }
}
