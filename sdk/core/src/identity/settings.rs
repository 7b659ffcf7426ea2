//! Which identity pool, and where it answers.

use alloc::string::{String, ToString};

use crate::config::{Endpoint, Issuer, region_url};
use crate::error::{Error, ErrorCode};
use crate::text::split;

/// An identity pool, and the addresses of its service and of the STS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityPoolConfig {
    /// Such as `eu-central-1:11111111-2222-4333-8444-555555555555`.
    pub(super) pool: String,
    /// Where the identity pools of the region answer.
    pub(super) endpoint: Endpoint,
    /// Where the classic flow asks for `AssumeRoleWithWebIdentity`.
    pub(super) sts: Option<Endpoint>,
}

impl IdentityPoolConfig {
    /// Parses what an app wrote. Without addresses they are those of the region in the pool's id.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidConfiguration`], with a message that names the option.
    pub fn parse(pool: &str, endpoint: Option<&str>, sts: Option<&str>) -> Result<Self, Error> {
        let region = region_of(pool).ok_or_else(|| invalid(WRONG_ID))?;
        let endpoint = match endpoint {
            Some(url) => Endpoint::parse(url).map_err(|_| invalid(WRONG_ENDPOINT))?,
            None => {
                let url = region_url("cognito-identity", region);
                Endpoint::parse(&url.ok_or_else(|| invalid(NO_REGION))?)?
            }
        };
        let sts = match sts {
            Some(url) => Some(Endpoint::parse(url).map_err(|_| invalid(WRONG_STS))?),
            None => match region_url("sts", region) {
                Some(url) => Some(Endpoint::parse(&url)?),
                None => None,
            },
        };
        Ok(Self {
            pool: pool.to_string(),
            endpoint,
            sts,
        })
    }
}

const WRONG_ID: &str =
    "identityPoolId must look like eu-central-1:11111111-2222-4333-8444-555555555555";
const WRONG_ENDPOINT: &str =
    "identityEndpoint must be an https URL (http on localhost only), without query or fragment";
const WRONG_STS: &str =
    "stsEndpoint must be an https URL (http on localhost only), without query or fragment";
const NO_REGION: &str =
    "identityPoolId does not begin with a region: say where the pool is with identityEndpoint";

/// What identity pools call a user pool: its issuer without the scheme.
pub(super) fn login_of(issuer: &Issuer) -> &str {
    let issuer = issuer.as_str();
    let rest = issuer.strip_prefix("https://");
    rest.or_else(|| issuer.strip_prefix("http://"))
        .unwrap_or(issuer)
}

/// The region of an id, if it is one.
fn region_of(pool: &str) -> Option<&str> {
    let (region, id) = split(pool, b':')?;
    let is_region = region
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    let is_id = id
        .bytes()
        .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f' | b'-'));
    let is_sound = is_region && is_id && !region.is_empty() && !id.is_empty();
    (is_sound && pool.len() <= 55).then_some(region)
}

fn invalid(message: &'static str) -> Error {
    Error::not_sent(ErrorCode::InvalidConfiguration, message)
}
