//! `GetCredentialsForIdentity` (the enhanced flow) and `GetOpenIdToken` (the classic one).

use serde::{Deserialize, Serialize};

use crate::app::{AppState, Caller};
use crate::error::ApiError;
use crate::identity::admission::{Admission, Purpose};
use crate::identity::credentials::{self, Credentials};
use crate::identity::logins::Logins;
use crate::identity::open_id_token;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CredentialsRequest {
    identity_id: String,
    #[serde(default)]
    logins: Logins,
    custom_role_arn: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CredentialsAnswer {
    identity_id: String,
    credentials: Credentials,
}

/// `GetCredentialsForIdentity`
pub(super) async fn get_credentials_for_identity(
    state: &AppState,
    caller: &Caller,
    request: CredentialsRequest,
) -> Result<CredentialsAnswer, ApiError> {
    let admission = Admission::of(
        state,
        caller,
        &request.identity_id,
        &request.logins,
        Purpose::Credentials,
    )
    .await?;
    let role = admission.role(state, request.custom_role_arn.as_deref())?;
    let credentials = credentials::issue(state, &admission, &role).await?;
    Ok(CredentialsAnswer {
        identity_id: admission.identity_id,
        credentials,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TokenRequest {
    identity_id: String,
    #[serde(default)]
    logins: Logins,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TokenAnswer {
    pub(super) identity_id: String,
    pub(super) token: String,
}

/// `GetOpenIdToken`
pub(super) async fn get_open_id_token(
    state: &AppState,
    caller: &Caller,
    request: TokenRequest,
) -> Result<TokenAnswer, ApiError> {
    let admission = Admission::of(
        state,
        caller,
        &request.identity_id,
        &request.logins,
        Purpose::Token,
    )
    .await?;
    if !admission.pool.settings.allow_classic_flow {
        return Err(ApiError::invalid_parameter(
            "Basic (classic) flow is not enabled, please use enhanced flow.",
        ));
    }
    let lifetime = open_id_token::LIFETIME;
    let token = open_id_token::issue(state, admission.subject(), lifetime).await?;
    Ok(TokenAnswer {
        identity_id: admission.identity_id,
        token,
    })
}
