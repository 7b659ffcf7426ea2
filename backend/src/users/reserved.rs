//! User names that are not anybody's to choose: `<provider>_<id>` is who a person of another provider becomes at their
//! first sign-in. Whoever took the name before would lock them out.
//!
//! # Limits
//! A provider that is added later finds the names as they are. The four with names of their own are reserved before.

use super::identities::Links;
use super::normal;
use crate::app::AppState;
use crate::error::ApiError;
use crate::pools::Pool;

/// Providers that are called so in every pool.
const ALWAYS: [&str; 4] = ["Google", "Facebook", "LoginWithAmazon", "SignInWithApple"];

/// The names of a pool's providers, for who makes users.
#[derive(Debug)]
pub struct ProviderNames(Vec<String>);

impl ProviderNames {
    /// As they are now.
    ///
    /// # Errors
    /// For no fault of the caller's.
    pub async fn of(state: &AppState, pool: &Pool) -> Result<Self, ApiError> {
        Ok(Self(state.store.identity_provider_names(&pool.id).await?))
    }

    /// Lets nobody be called like a person of a provider.
    ///
    /// # Errors
    /// `InvalidParameterException`
    pub fn check(&self, pool: &Pool, chosen: &str) -> Result<(), ApiError> {
        let chosen = normal(pool, chosen);
        let is_of = |provider: &str| {
            let rest = chosen.strip_prefix(&normal(pool, provider));
            rest.is_some_and(|rest| rest.starts_with('_'))
        };
        let own = self.0.iter().map(String::as_str);
        if own.chain(ALWAYS).any(is_of) {
            return Err(ApiError::invalid_parameter(
                "Usernames that begin with an identity provider's name and an underscore are for its people.",
            ));
        }
        Ok(())
    }

    /// Lets somebody out of a file be called so only who is the person, and lets links be to providers that there are.
    ///
    /// # Errors
    /// `InvalidParameterException`
    pub fn check_linked(&self, pool: &Pool, name: &str, links: &Links) -> Result<(), ApiError> {
        if let Some(unknown) = links
            .providers()
            .find(|name| !self.0.iter().any(|own| own == name))
        {
            return Err(ApiError::invalid_parameter(format!(
                "The user is linked to {unknown}, which is no provider of the pool."
            )));
        }
        if links.names().any(|own| own == name) {
            return Ok(());
        }
        self.check(pool, name)
    }
}

/// The same as [`ProviderNames::check`], for one user.
///
/// # Errors
/// `InvalidParameterException`
pub async fn check_is_no_providers(
    state: &AppState,
    pool: &Pool,
    chosen: &str,
) -> Result<(), ApiError> {
    // Who is named by an address is called by a UUID.
    if !pool.settings.username_attributes().is_empty() || !chosen.contains('_') {
        return Ok(());
    }
    ProviderNames::of(state, pool).await?.check(pool, chosen)
}
