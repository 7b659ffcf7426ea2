//! Credentials of a role, for an identity.
//!
//! Where the configuration names an STS, it gives them for a token of ours (`AssumeRoleWithWebIdentity`); the
//! role's trust policy decides whether it does. Without one they are signed here ([`local`]).

pub mod local;
mod sts;

use std::fmt;

use serde::Serialize;
use zeroize::Zeroizing;

use super::admission::Admission;
use super::open_id_token;
use crate::app::AppState;
use crate::error::ApiError;

/// Seconds that a session of the enhanced flow lives.
pub const LIFETIME: i64 = 3600;

/// `Credentials`
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Credentials {
    /// The public part.
    pub access_key_id: String,
    /// The secret part.
    pub secret_key: Zeroizing<String>,
    /// What goes with every request.
    pub session_token: Zeroizing<String>,
    /// When they end, seconds since 1970.
    pub expiration: i64,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .field("expiration", &self.expiration)
            .finish_non_exhaustive()
    }
}

/// Credentials for somebody who was let in, of the role that [`Admission::role`] gave.
///
/// # Errors
/// `InvalidIdentityPoolConfigurationException` if the role may not be taken, `ExternalServiceException` if
/// the STS does not answer.
pub async fn issue(
    state: &AppState,
    admission: &Admission,
    role: &str,
) -> Result<Credentials, ApiError> {
    let Some(sts) = &state.config.identity.sts else {
        return local::issue(state, admission, role);
    };
    let token = open_id_token::issue(state, admission.subject(), open_id_token::LIFETIME).await?;
    sts::assume(state, sts, role, &token, admission.is_guest()).await
}
