//! Where requests go, and in whose name tokens are issued.

use alloc::string::{String, ToString};

use super::{PoolId, invalid};
use crate::error::Error;
use crate::text::{before, joined};

/// Base URL of the user-pool API, without a slash at its end.
///
/// `https`, or `http` where the host is the machine itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Endpoint(String);

/// What `iss` of a token must say, character by character.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Issuer(String);

impl Endpoint {
    /// Parses a base URL such as `https://auth.example.com` or `http://localhost:4100/`.
    ///
    /// # Errors
    /// `InvalidConfiguration` for another scheme, plain `http` elsewhere than on this machine,
    /// user information, a query or a fragment.
    pub fn parse(url: &str) -> Result<Self, Error> {
        match sound_url(url) {
            true => {
                let mut url = url;
                while let Some(shorter) = url.strip_suffix('/') {
                    url = shorter;
                }
                Ok(Self(url.to_string()))
            }
            false => Err(invalid(
                "endpoint must be an https URL (http on localhost only), without query or fragment",
            )),
        }
    }

    /// The public endpoint of the pool's region.
    pub(super) fn of_region(pool: &PoolId) -> Result<Self, Error> {
        Ok(Self(url_of(pool)?))
    }

    /// The URL, without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Issuer {
    /// Parses an issuer. It is compared, not fetched; still only a sound URL can be one.
    ///
    /// # Errors
    /// `InvalidConfiguration` as for [`Endpoint::parse`], and when it ends with a slash.
    pub fn parse(url: &str) -> Result<Self, Error> {
        match sound_url(url) && !url.ends_with('/') {
            true => Ok(Self(url.to_string())),
            false => Err(invalid(
                "issuer must be an https URL (http on localhost only), without a slash at its end",
            )),
        }
    }

    /// The public issuer of a pool.
    pub(super) fn of_pool(pool: &PoolId) -> Result<Self, Error> {
        let mut url = url_of(pool)?;
        url.push('/');
        url.push_str(pool.as_str());
        Ok(Self(url))
    }

    /// The issuer.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn url_of(pool: &PoolId) -> Result<String, Error> {
    region_url("cognito-idp", pool.region()).ok_or_else(|| {
        invalid(
            "userPoolId does not begin with a region: say where the pool is with endpoint and issuer",
        )
    })
}

/// `https://<service>.<region>.amazonaws.com`, in the partition of the region, if that is one.
pub(crate) fn region_url(service: &str, region: &str) -> Option<String> {
    // us-east-1, eu-central-2, us-gov-west-1: two words at least, then a number.
    let looks_like_one = region.bytes().filter(|&b| b == b'-').count() >= 2
        && region.as_bytes().last().is_some_and(u8::is_ascii_digit)
        && region
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let suffix = if region.starts_with("cn-") {
        ".amazonaws.com.cn"
    } else {
        ".amazonaws.com"
    };
    looks_like_one.then(|| joined(&["https://", service, ".", region, suffix]))
}

fn sound_url(url: &str) -> bool {
    let (rest, plain) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
        (Some(rest), _) => (rest, false),
        (_, Some(rest)) => (rest, true),
        _ => return false,
    };
    let odd = |c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, '?' | '#' | '@' | '\\' | '"' | '<' | '>')
    };
    if rest.chars().any(odd) {
        return false;
    }
    let authority = before(rest, b'/');
    let host = match authority.strip_prefix('[') {
        Some(v6) => before(v6, b']'),
        None => before(authority, b':'),
    };
    !host.is_empty() && (!plain || is_this_machine(host))
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost") || host == "127.0.0.1" || host == "::1"
}
