//! `SignUp`, `ConfirmSignUp`, `ResendConfirmationCode`.

use cognate_core::secret::{Code, Password};
use serde::{Deserialize, Serialize};

use super::attribute::{Attribute, pairs};
use super::requests::client_for;
use super::secret;
use crate::app::{AppState, Caller};
use crate::client_metadata::ClientMetadata;
use crate::error::ApiError;
use crate::sign_in::Through;
use crate::sign_up::{self, Application, Confirmation};
use crate::users::CodeDeliveryDetails;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SignUpRequest {
    client_id: String,
    secret_hash: Option<String>,
    username: String,
    #[serde(default, deserialize_with = "secret::optional")]
    password: Option<Password>,
    user_attributes: Option<Vec<Attribute>>,
    validation_data: Option<Vec<Attribute>>,
    client_metadata: Option<ClientMetadata>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SignUpAnswer {
    user_confirmed: bool,
    user_sub: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    code_delivery_details: Option<CodeDeliveryDetails>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<String>,
}

/// `SignUp`
pub(super) async fn sign_up(
    state: &AppState,
    caller: &Caller,
    request: SignUpRequest,
) -> Result<SignUpAnswer, ApiError> {
    let (id, hash) = (&request.client_id, request.secret_hash.as_deref());
    let found = client_for(state, id, &request.username, hash).await?;
    sign_up_through(state, caller, Through::from(&found), request).await
}

pub(super) async fn sign_up_through(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    request: SignUpRequest,
) -> Result<SignUpAnswer, ApiError> {
    let application = Application {
        username: &request.username,
        password: request.password.as_ref(),
        attributes: pairs(request.user_attributes),
        validation_data: request
            .validation_data
            .map(|data| pairs(Some(data)).into_iter().collect()),
        client_metadata: request.client_metadata,
    };
    let signed_up = sign_up::sign_up(state, caller, through, application).await?;
    Ok(SignUpAnswer {
        user_confirmed: signed_up.confirmed,
        user_sub: signed_up.sub,
        code_delivery_details: signed_up.delivery,
        session: signed_up.session.map(|handle| handle.secret().to_owned()),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ConfirmSignUpRequest {
    client_id: String,
    secret_hash: Option<String>,
    username: String,
    #[serde(deserialize_with = "secret::required")]
    confirmation_code: Code,
    #[serde(default)]
    force_alias_creation: bool,
    client_metadata: Option<ClientMetadata>,
    session: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ConfirmSignUpAnswer {
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<String>,
}

/// `ConfirmSignUp`
pub(super) async fn confirm_sign_up(
    state: &AppState,
    caller: &Caller,
    request: ConfirmSignUpRequest,
) -> Result<ConfirmSignUpAnswer, ApiError> {
    let (id, hash) = (&request.client_id, request.secret_hash.as_deref());
    let found = client_for(state, id, &request.username, hash).await?;
    confirm_sign_up_through(state, caller, Through::from(&found), request).await
}

pub(super) async fn confirm_sign_up_through(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    request: ConfirmSignUpRequest,
) -> Result<ConfirmSignUpAnswer, ApiError> {
    let username = &request.username;
    let (code, force) = (&request.confirmation_code, request.force_alias_creation);
    let confirmation = Confirmation {
        name: username,
        code,
        force_alias: force,
        session: request.session.as_deref(),
    };
    let metadata = request.client_metadata.as_ref();
    let next = sign_up::confirm(state, caller, through, confirmation, metadata).await?;
    Ok(ConfirmSignUpAnswer {
        session: next.map(|handle| handle.secret().to_owned()),
    })
}

/// Names a user, to send a code to.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SendCodeRequest {
    pub(super) client_id: String,
    pub(super) secret_hash: Option<String>,
    pub(super) username: String,
    pub(super) client_metadata: Option<ClientMetadata>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SendCodeAnswer {
    pub(super) code_delivery_details: CodeDeliveryDetails,
}

/// `ResendConfirmationCode`
pub(super) async fn resend_confirmation_code(
    state: &AppState,
    caller: &Caller,
    request: SendCodeRequest,
) -> Result<SendCodeAnswer, ApiError> {
    let (id, hash) = (&request.client_id, request.secret_hash.as_deref());
    let found = client_for(state, id, &request.username, hash).await?;
    resend_confirmation_code_through(state, caller, Through::from(&found), request).await
}

pub(super) async fn resend_confirmation_code_through(
    state: &AppState,
    caller: &Caller,
    through: Through<'_>,
    request: SendCodeRequest,
) -> Result<SendCodeAnswer, ApiError> {
    let through = through.telling(request.client_metadata.as_ref());
    let code_delivery_details = sign_up::resend(state, caller, through, &request.username).await?;
    Ok(SendCodeAnswer {
        code_delivery_details,
    })
}
