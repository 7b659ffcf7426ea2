//! Which resource server tokens are for (RFC 8707): `resource` names one by its identifier, and the
//! access token's `aud` is it. The scopes of other resource servers are in no such token.

use url::Url;

use super::{OAuthError, OAuthErrorCode, Parameters};
use crate::app::AppState;
use crate::error::ApiError;
use crate::pools::Client;
use crate::resource_servers;
use crate::scope::{Scope, Scopes};

/// What a client's request may have.
pub(super) struct Allowed {
    /// Scopes that the client was given and that exist, for the resource server that was named.
    pub(super) scopes: Scopes,
    /// The identifier that was named.
    pub(super) resource: Option<String>,
}

impl Allowed {
    /// What a request of this client may have.
    ///
    /// # Errors
    /// `invalid_target` if the request names several resource servers, or one that there is not.
    pub(super) async fn read(
        state: &AppState,
        client: &Client,
        given: &Parameters,
    ) -> Result<Self, OAuthError> {
        let of_client = client.settings.oauth.scopes();
        let scopes = resource_servers::existing(state, &client.pool_id, of_client).await?;
        let Some(resource) = named(given)? else {
            return Ok(Self {
                scopes,
                resource: None,
            });
        };
        let is_identifier = Url::parse(resource).is_ok_and(|url| url.fragment().is_none());
        let row = state.store.resource_server(&client.pool_id, resource);
        if !is_identifier || row.await.map_err(ApiError::from)?.is_none() {
            return Err(invalid());
        }
        let fits = |scope: &&Scope| match scope {
            Scope::Custom(custom) => custom.resource_server() == resource,
            _ => true,
        };
        Ok(Self {
            scopes: scopes.iter().filter(fits).cloned().collect(),
            resource: Some(resource.to_owned()),
        })
    }
}

/// The resource server that a request names.
///
/// # Errors
/// `invalid_target` if it names several.
pub(super) fn named(given: &Parameters) -> Result<Option<&str>, OAuthError> {
    given.get("resource").map_err(|_| invalid())
}

/// `invalid_target`
pub(super) fn invalid() -> OAuthError {
    OAuthError::new(
        OAuthErrorCode::InvalidTarget,
        "resource must be the identifier of one resource server of the pool, an address, and the one \
         that was authorized.",
    )
}
