//! Identity pools (Amazon Cognito Identity, 2014-06-30): who somebody is becomes credentials with a role.
//!
//! # Steps
//! 1. `GetId` finds or makes an identity for logins that are verified ([`logins`]), or for a guest.
//! 2. `GetCredentialsForIdentity` verifies them again ([`admission`]), chooses a role ([`roles`]), writes an
//!    OpenID token ([`open_id_token`]), and gets credentials for it ([`credentials`]).
//! 3. Where a pool allows the classic flow, `GetOpenIdToken` gives out the token instead; a developer's own
//!    backend gets one for its users ([`developers`]).
//!
//! # Security model
//! The id of a guest is all that a guest has: who knows it is that guest. An identity with logins is
//! reached through one of them only, each time verified: signature, issuer, audience, expiry. A guest
//! becomes the identity of a login by bringing both; two identities with logins never become one
//! through a client. An identity that lost its last login is nobody's any more, not a guest.
//! The database has a keyed hash of who somebody is for a provider, and a developer's own ids sealed.
//!
//! # Limits
//! Guests stay until they are deleted, or unseen for as long as
//! the configuration says; one address makes 1,000 an hour at most.

pub mod admission;
pub mod claims;
pub mod credentials;
pub mod developers;
pub mod linking;
pub mod login_providers;
pub mod logins;
pub mod open_id_token;
pub mod pool;
pub mod principal_tags;
pub mod roles;

use uuid::Uuid;

use crate::app::AppState;
use crate::error::ApiError;
use crate::store::IdentityRow;

/// The prefix of the ids of new pools.
pub const REGION: &str = "local";

/// A new id of a pool, or of an identity in a pool of this region.
#[must_use]
pub fn new_id(region: &str) -> String {
    format!("{region}:{}", Uuid::new_v4())
}

/// The identity with this id, disabled or not.
///
/// # Errors
/// `ResourceNotFoundException`
pub async fn find(state: &AppState, id: &str) -> Result<IdentityRow, ApiError> {
    let row = state.store.identity(id).await?;
    row.ok_or_else(|| not_found(id))
}

pub(crate) fn not_found(id: &str) -> ApiError {
    ApiError::resource_not_found(format!("Identity '{id}' not found."))
}
