//! `GetUser`, `UpdateUserAttributes`, `DeleteUserAttributes`, `GetUserAttributeVerificationCode`,
//! `VerifyUserAttribute`, `DeleteUser`.

use cognate_core::secret::{AccessToken, Code};
use serde::{Deserialize, Serialize};

use super::attribute::{Attribute, of_user, pairs};
use super::mfa::MfaMembers;
use super::requests::TokenRequest;
use super::sign_up::SendCodeAnswer;
use super::{Empty, secret};
use crate::account;
use crate::app::{AppState, Caller};
use crate::client_metadata::ClientMetadata;
use crate::error::ApiError;
use crate::tokens::verify_access;
use crate::users::{self, CodeDeliveryDetails};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetUserAnswer {
    username: String,
    user_attributes: Vec<Attribute>,
    #[serde(flatten)]
    mfa: MfaMembers,
}

/// `GetUser`
pub(super) async fn get_user(
    state: &AppState,
    _: &Caller,
    request: TokenRequest,
) -> Result<GetUserAnswer, ApiError> {
    let access = verify_access(state, &request.access_token).await?;
    Ok(GetUserAnswer {
        user_attributes: of_user(&access.user, Some(&access.client)),
        mfa: MfaMembers::of(state, &access.user).await?,
        username: access.user.username,
    })
}

/// `DeleteUser`
pub(super) async fn delete_user(
    state: &AppState,
    _: &Caller,
    request: TokenRequest,
) -> Result<Empty, ApiError> {
    let access = verify_access(state, &request.access_token).await?;
    users::delete(state, &access.user).await?;
    Ok(Empty {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UpdateAttributesRequest {
    #[serde(deserialize_with = "secret::required")]
    access_token: AccessToken,
    user_attributes: Vec<Attribute>,
    client_metadata: Option<ClientMetadata>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UpdateAttributesAnswer {
    code_delivery_details_list: Vec<CodeDeliveryDetails>,
}

/// `UpdateUserAttributes`
pub(super) async fn update_user_attributes(
    state: &AppState,
    caller: &Caller,
    request: UpdateAttributesRequest,
) -> Result<UpdateAttributesAnswer, ApiError> {
    let access = verify_access(state, &request.access_token).await?;
    let attributes = pairs(Some(request.user_attributes));
    let metadata = request.client_metadata.as_ref();
    let code_delivery_details_list =
        account::update(state, caller, access, &attributes, metadata).await?;
    Ok(UpdateAttributesAnswer {
        code_delivery_details_list,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteAttributesRequest {
    #[serde(deserialize_with = "secret::required")]
    access_token: AccessToken,
    user_attribute_names: Vec<String>,
}

/// `DeleteUserAttributes`
pub(super) async fn delete_user_attributes(
    state: &AppState,
    caller: &Caller,
    request: DeleteAttributesRequest,
) -> Result<Empty, ApiError> {
    let access = verify_access(state, &request.access_token).await?;
    let removals: Vec<(String, String)> = request
        .user_attribute_names
        .into_iter()
        .map(|name| (name, String::new()))
        .collect();
    account::update(state, caller, access, &removals, None).await?;
    Ok(Empty {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AttributeCodeRequest {
    #[serde(deserialize_with = "secret::required")]
    access_token: AccessToken,
    attribute_name: String,
    client_metadata: Option<ClientMetadata>,
}

/// `GetUserAttributeVerificationCode`
pub(super) async fn get_user_attribute_verification_code(
    state: &AppState,
    caller: &Caller,
    request: AttributeCodeRequest,
) -> Result<SendCodeAnswer, ApiError> {
    let access = verify_access(state, &request.access_token).await?;
    let (name, metadata) = (&request.attribute_name, request.client_metadata.as_ref());
    let code_delivery_details = account::send_code(state, caller, access, name, metadata).await?;
    Ok(SendCodeAnswer {
        code_delivery_details,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct VerifyAttributeRequest {
    #[serde(deserialize_with = "secret::required")]
    access_token: AccessToken,
    attribute_name: String,
    #[serde(deserialize_with = "secret::required")]
    code: Code,
}

/// `VerifyUserAttribute`
pub(super) async fn verify_user_attribute(
    state: &AppState,
    caller: &Caller,
    request: VerifyAttributeRequest,
) -> Result<Empty, ApiError> {
    let access = verify_access(state, &request.access_token).await?;
    account::verify(
        state,
        caller,
        access,
        &request.attribute_name,
        &request.code,
    )
    .await?;
    Ok(Empty {})
}
