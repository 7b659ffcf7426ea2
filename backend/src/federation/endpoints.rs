//! Where a provider is asked what: by its own document (OpenID Connect Discovery 1.0), by what is known of the
//! four that have names of their own, and by the pool's settings, which come first.
//!
//! For Google, Apple, Facebook and Amazon the addresses may be set too (`oidc_issuer`, `authorize_url`,
//! `token_url`, `attributes_url`, `jwks_uri`): an extension, for tests and for gateways.

use url::Url;

use super::Failure;
use super::id_token::Signer;
use crate::app::AppState;
use crate::identity_providers::{IdentityProvider, ProviderType};
use crate::openid::Metadata;
use crate::this_machine;

/// Facebook's version, where the pool does not say one (the service's published default).
const FACEBOOK_VERSION: &str = "v17.0";

/// A provider, ready to be asked.
#[derive(Debug)]
pub(super) struct Endpoints {
    pub(super) authorize: Url,
    pub(super) token: Url,
    /// It takes a client's secret in the body of a request.
    pub(super) takes_secret_in_body: bool,
    pub(super) word: Word,
}

/// How a provider says who somebody is.
#[derive(Debug)]
pub(super) enum Word {
    /// By an ID token; it may tell more at `user_info`.
    Signed {
        signer: Signer,
        /// It says that its answers name it (RFC 9207).
        names_itself: bool,
        user_info: Option<Url>,
    },
    /// At this address, for an access token.
    Told(Url),
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
            (Some(issuer), None) if !has_all => Metadata::of(&state.published, issuer).await?,
            _ => Metadata::default(),
        };
        let missing = || Failure::Unbelievable("the provider's document names no endpoint");
        let authorize = authorize.or(found.authorization_endpoint);
        let methods = found.token_endpoint_auth_methods_supported;
        let user_info = user_info.or(found.userinfo_endpoint);
        let word = match issuer {
            Some(issuer) => Word::Signed {
                signer: Signer {
                    issuer,
                    // Google's documentation of ID tokens has both forms.
                    also: (provider.kind == ProviderType::Google).then_some("accounts.google.com"),
                    keys: keys.or(found.jwks_uri).ok_or_else(missing)?,
                    algorithms: found.id_token_signing_alg_values_supported,
                },
                names_itself: found.authorization_response_iss_parameter_supported,
                // Apple has none, though one might be configured.
                user_info: user_info.filter(|_| provider.kind != ProviderType::SignInWithApple),
            },
            None => Word::Told(user_info.ok_or_else(missing)?),
        };
        Ok(Self {
            authorize: shown(authorize.ok_or_else(missing)?)?,
            token: token.or(found.token_endpoint).ok_or_else(missing)?,
            takes_secret_in_body: methods
                .is_none_or(|methods| methods.iter().any(|method| method == "client_secret_post")),
            word,
        })
    }

    /// The provider's name for itself, where it signs.
    pub(super) fn issuer(&self) -> Option<&str> {
        match &self.word {
            Word::Signed { signer, .. } => Some(&signer.issuer),
            Word::Told(_) => None,
        }
    }

    /// Where it tells about people.
    pub(super) fn user_info(&self) -> Option<&Url> {
        match &self.word {
            Word::Signed { user_info, .. } => user_info.as_ref(),
            Word::Told(address) => Some(address),
        }
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
fn known(provider: &IdentityProvider) -> Result<Option<Metadata>, Failure> {
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
    Ok(Some(Metadata {
        authorization_endpoint: Some(address(&authorize)?),
        token_endpoint: Some(address(&token)?),
        userinfo_endpoint: Some(address(&user_info)?),
        ..Metadata::default()
    }))
}

fn address(text: &str) -> Result<Url, Failure> {
    Url::parse(text).map_err(|_| Failure::Unbelievable("an address of the provider's is none"))
}

/// One that a browser may be sent to: https, or this machine.
fn shown(url: Url) -> Result<Url, Failure> {
    match this_machine::is_private(&url) {
        true => Ok(url),
        false => Err(Failure::Unbelievable(
            "the provider's page is neither https nor of this machine",
        )),
    }
}
