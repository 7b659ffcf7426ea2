//! `ForgotPassword`, `ConfirmForgotPassword`, `ChangePassword`.

use cognate_core::secret::{AccessToken, Code, Password};
use serde::Deserialize;

use super::requests::client_for;
use super::sign_up::{SendCodeAnswer, SendCodeRequest};
use super::{Empty, secret};
use crate::app::{AppState, Caller};
use crate::client_metadata::ClientMetadata;
use crate::error::ApiError;
use crate::password;
use crate::sign_in::Through;
use crate::tokens::verify_access;

/// `ForgotPassword`
pub(super) async fn forgot_password(
    state: &AppState,
    caller: &Caller,
    request: SendCodeRequest,
) -> Result<SendCodeAnswer, ApiError> {
    let (id, hash) = (&request.client_id, request.secret_hash.as_deref());
    let found = client_for(state, id, &request.username, hash).await?;
    forgot_password_through(state, caller, Through::from(&found), request).await
}

pub(super) async fn forgot_password_through(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    request: SendCodeRequest,
) -> Result<SendCodeAnswer, ApiError> {
    let through = through.telling(request.client_metadata.as_ref());
    let code_delivery_details = password::forgot(state, caller, through, &request.username).await?;
    Ok(SendCodeAnswer {
        code_delivery_details,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ConfirmForgotPasswordRequest {
    client_id: String,
    secret_hash: Option<String>,
    username: String,
    #[serde(deserialize_with = "secret::required")]
    confirmation_code: Code,
    #[serde(deserialize_with = "secret::required")]
    password: Password,
    client_metadata: Option<ClientMetadata>,
}

/// `ConfirmForgotPassword`
pub(super) async fn confirm_forgot_password(
    state: &AppState,
    caller: &Caller,
    request: ConfirmForgotPasswordRequest,
) -> Result<Empty, ApiError> {
    let (id, hash) = (&request.client_id, request.secret_hash.as_deref());
    let found = client_for(state, id, &request.username, hash).await?;
    confirm_forgot_password_through(state, caller, Through::from(&found), request).await
}

pub(super) async fn confirm_forgot_password_through(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    request: ConfirmForgotPasswordRequest,
) -> Result<Empty, ApiError> {
    let username = &request.username;
    let (code, new) = (&request.confirmation_code, &request.password);
    let metadata = request.client_metadata.as_ref();
    password::confirm_forgot(state, caller, through, username, code, new, metadata).await?;
    Ok(Empty {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ChangePasswordRequest {
    #[serde(deserialize_with = "secret::required")]
    access_token: AccessToken,
    #[serde(default, deserialize_with = "secret::optional")]
    previous_password: Option<Password>,
    #[serde(deserialize_with = "secret::required")]
    proposed_password: Password,
}

/// `ChangePassword`
pub(super) async fn change_password(
    state: &AppState,
    caller: &Caller,
    request: ChangePasswordRequest,
) -> Result<Empty, ApiError> {
    let access = verify_access(state, &request.access_token).await?;
    let previous = request.previous_password.as_ref();
    password::change(state, caller, access, previous, &request.proposed_password).await?;
    Ok(Empty {})
}
