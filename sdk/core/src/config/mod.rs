//! Configuration: what an app must know of its pool, parsed once into types that are valid ever after.
//!
//! Endpoint and issuer are separate: an emulator on localhost may issue tokens in the name of
//! another host. The endpoint is where requests go; the issuer is what `iss` must say.

mod endpoint;
#[cfg(test)]
mod tests;

use alloc::string::{String, ToString};
use alloc::vec::Vec;

#[cfg(feature = "identity")]
pub(crate) use endpoint::region_url;
pub use endpoint::{Endpoint, Issuer};

use crate::error::{Error, ErrorCode};
use crate::text::split;

/// A pool, a client of it, and where they live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The user pool.
    pub pool: PoolId,
    /// The app client: a public one, without a secret.
    pub client: ClientId,
    /// Where the user-pool API answers: the primary first, replicas after. Never empty.
    pub endpoints: Vec<Endpoint>,
    /// What `iss` of every token must say.
    pub issuer: Issuer,
}

impl Config {
    /// Parses what an app wrote.
    ///
    /// # Defaults
    /// - no `endpoints`: the public endpoint of the pool's region
    /// - no `issuer`: the public issuer of the pool id, never derived from an endpoint
    ///
    /// # Errors
    /// [`ErrorCode::InvalidConfiguration`], with a message that names the option.
    pub fn parse(
        pool: &str,
        client: &str,
        endpoints: &[&str],
        issuer: Option<&str>,
    ) -> Result<Self, Error> {
        let pool = PoolId::parse(pool)?;
        let client = ClientId::parse(client)?;
        let endpoints = if endpoints.is_empty() {
            alloc::vec![Endpoint::of_region(&pool)?]
        } else {
            let mut parsed = Vec::new();
            for url in endpoints {
                parsed.push(Endpoint::parse(url)?);
            }
            parsed
        };
        let issuer = match issuer {
            Some(issuer) => Issuer::parse(issuer)?,
            None => Issuer::of_pool(&pool)?,
        };
        Ok(Self {
            pool,
            client,
            endpoints,
            issuer,
        })
    }
}

/// A user pool id: `<region>_<name>`, 1 to 55 characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PoolId {
    text: String,
    separator: usize,
}

impl PoolId {
    /// Parses an id such as `us-east-1_Ab1Cd2Ef3` or `local_demo`.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidConfiguration`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        let wrong = || {
            invalid(
                "userPoolId must look like us-east-1_Ab1Cd2Ef3: a region, an underscore, a name",
            )
        };
        // The service's pattern lets underscores into the region part, and greedily so; SRP takes
        // what is between the first and the second underscore. Only one underscore is unambiguous.
        let (region, name) = split(text, b'_').ok_or_else(wrong)?;
        let region_is_sound = !region.is_empty()
            && region
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let name_is_sound = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric());
        if text.len() <= 55 && region_is_sound && name_is_sound {
            Ok(Self {
                text: text.to_string(),
                separator: region.len(),
            })
        } else {
            Err(wrong())
        }
    }

    /// The whole id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What is before the underscore: the region, or any other place.
    #[must_use]
    pub fn region(&self) -> &str {
        self.text.get(..self.separator).unwrap_or_default()
    }

    /// What is after the underscore: the name that SRP hashes.
    #[must_use]
    pub fn name(&self) -> &str {
        self.text.get(self.separator + 1..).unwrap_or_default()
    }
}

/// An app client id: 1 to 128 letters, digits, `_` and `+`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientId(String);

impl ClientId {
    /// Parses an id.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidConfiguration`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        let is_sound = text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'+');
        if is_sound && (1..=128).contains(&text.len()) {
            Ok(Self(text.to_string()))
        } else {
            Err(invalid("clientId must be 1 to 128 letters and digits"))
        }
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a person types to say who they are: 1 to 128 characters, no white space or control
/// characters. A user name, an e-mail address or a phone number, as the pool decides.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Username(String);

impl Username {
    /// Parses a name; white space around it, which keyboards add, is dropped.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidParameter`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut name = String::new();
        let (mut count, mut has_ended, mut is_sound) = (0, false, true);
        for c in text.chars() {
            if c.is_whitespace() {
                has_ended = count > 0;
            } else {
                is_sound &= !has_ended && !c.is_control();
                name.push(c);
                count += 1;
            }
        }
        if is_sound && (1..=128).contains(&count) {
            Ok(Self(name))
        } else {
            Err(Error::not_sent(
                ErrorCode::InvalidParameter,
                "username must be 1 to 128 characters without white space",
            ))
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn invalid(message: &'static str) -> Error {
    Error::not_sent(ErrorCode::InvalidConfiguration, message)
}
