//! Where the login domain is, and where it sends people back to.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::config::Endpoint;
use crate::error::{Error, ErrorCode};
use crate::text::joined;

/// How to sign in by redirect. A client without it has its own form only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OAuthConfig {
    /// The login domain.
    pub domain: Endpoint,
    /// Where people come back to, exactly as the app client has it registered.
    pub redirect_uri: String,
    /// Where people come back to after a sign-out; without it only this app is signed out.
    pub sign_out_uri: Option<String>,
    /// What is asked for. Empty: every scope of the app client.
    pub scopes: Vec<String>,
}

impl OAuthConfig {
    /// Parses what an app wrote. `domain` may be a bare host, which means `https`.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidConfiguration`], with a message that names the option: a URI that is not
    /// absolute or has a fragment, scopes without `openid`.
    pub fn parse(
        domain: &str,
        redirect_uri: &str,
        sign_out_uri: Option<&str>,
        scopes: Vec<String>,
    ) -> Result<Self, Error> {
        let has_scheme = domain.starts_with("https://") || domain.starts_with("http://");
        let scheme = if has_scheme { "" } else { "https://" };
        let domain = Endpoint::parse(&joined(&[scheme, domain])).map_err(|_| {
            invalid("oauth.domain must be a host or an https URL (http on localhost only)")
        })?;
        let sound = |uri: &str| {
            let is_absolute = uri.starts_with("https://") || uri.starts_with("http://");
            is_absolute && !uri.bytes().any(|b| b <= b' ' || b == b'#')
        };
        if !sound(redirect_uri) {
            return Err(invalid(
                "oauth.redirectUri must be an absolute http(s) URL without fragment, as the app client has it",
            ));
        }
        if !sign_out_uri.is_none_or(sound) {
            return Err(invalid(
                "oauth.signOutUri must be an absolute http(s) URL without fragment, as the app client has it",
            ));
        }
        let is_scope = |scope: &String| {
            !scope.is_empty()
                && scope
                    .bytes()
                    .all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\')
        };
        if !scopes.iter().all(is_scope)
            || !(scopes.is_empty() || scopes.iter().any(|s| s == "openid"))
        {
            return Err(invalid(
                "oauth.scopes must be scope names with openid among them: without an ID token nobody is signed in",
            ));
        }
        Ok(Self {
            domain,
            redirect_uri: redirect_uri.to_string(),
            sign_out_uri: sign_out_uri.map(ToString::to_string),
            scopes,
        })
    }
}

fn invalid(message: &'static str) -> Error {
    Error::not_sent(ErrorCode::InvalidConfiguration, message)
}
