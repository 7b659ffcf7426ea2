//! `ConfirmDevice`, `GetDevice`, `ListDevices`, `ForgetDevice`, `UpdateDeviceStatus` and the administrators'
//! variants.

use base64ct::{Base64UrlUnpadded, Encoding};
use cognate_core::secret::AccessToken;
use serde::{Deserialize, Serialize};

use super::attribute::Attribute;
use super::requests::UserRequest;
use super::{Empty, secret};
use crate::app::{AppState, Caller};
use crate::devices::{self, Device, DeviceVerifier, LARGEST_PAGE};
use crate::error::{ApiError, ErrorType};
use crate::tokens::{Access, verify_access};
use crate::users::User;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ConfirmRequest {
    #[serde(deserialize_with = "secret::required")]
    access_token: AccessToken,
    device_key: String,
    device_secret_verifier_config: Option<SecretVerifier>,
    #[serde(default)]
    device_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SecretVerifier {
    #[serde(default)]
    password_verifier: String,
    #[serde(default)]
    salt: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ConfirmAnswer {
    user_confirmation_necessary: bool,
}

/// `ConfirmDevice`
pub(super) async fn confirm_device(
    state: &AppState,
    caller: &Caller,
    request: ConfirmRequest,
) -> Result<ConfirmAnswer, ApiError> {
    let access = verify_access(state, &request.access_token).await?;
    let config = request
        .device_secret_verifier_config
        .ok_or_else(|| missing("DeviceSecretVerifierConfig"))?;
    let verifier = DeviceVerifier::parse(&config.password_verifier, &config.salt)?;
    let (key, name) = (&request.device_key, &request.device_name);
    Ok(ConfirmAnswer {
        user_confirmation_necessary: devices::confirm(state, caller, &access, key, verifier, name)
            .await?,
    })
}

/// Names one of one's own devices.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct OwnDeviceRequest {
    #[serde(default, deserialize_with = "secret::optional")]
    access_token: Option<AccessToken>,
    device_key: String,
    device_remembered_status: Option<RememberedStatus>,
}

/// Names a user's device.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeviceRequest {
    #[serde(flatten)]
    user: UserRequest,
    device_key: String,
    device_remembered_status: Option<RememberedStatus>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RememberedStatus {
    Remembered,
    NotRemembered,
}

impl OwnDeviceRequest {
    /// The contract says that the token may be absent, and knows nothing else that could take its
    /// place.
    async fn access(&self, state: &AppState) -> Result<Access, ApiError> {
        let token = self.access_token.as_ref();
        verify_access(state, token.ok_or_else(|| missing("AccessToken"))?).await
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeviceAnswer {
    device: DeviceDescription,
}

/// `GetDevice`
pub(super) async fn get_device(
    state: &AppState,
    _: &Caller,
    request: OwnDeviceRequest,
) -> Result<DeviceAnswer, ApiError> {
    let access = request.access(state).await?;
    get(state, &access.user, &request.device_key).await
}

/// `AdminGetDevice`
pub(super) async fn admin_get_device(
    state: &AppState,
    _: &Caller,
    request: DeviceRequest,
) -> Result<DeviceAnswer, ApiError> {
    // The operation has no UserNotFoundException: nobody has no devices.
    let user = request.user.find(state).await;
    let user = user.map_err(|error| match error.code {
        ErrorType::UserNotFound => devices::unknown(),
        _ => error,
    })?;
    get(state, &user, &request.device_key).await
}

async fn get(state: &AppState, user: &User, key: &str) -> Result<DeviceAnswer, ApiError> {
    let device = devices::find(state, &user.pool_id, &user.username, key).await?;
    Ok(DeviceAnswer {
        device: device.into(),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    #[serde(deserialize_with = "secret::required")]
    access_token: AccessToken,
    limit: Option<usize>,
    pagination_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AdminListRequest {
    #[serde(flatten)]
    user: UserRequest,
    limit: Option<usize>,
    pagination_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListAnswer {
    devices: Vec<DeviceDescription>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pagination_token: Option<String>,
}

/// `ListDevices`: 60 devices a page at most, which is the default, too.
pub(super) async fn list_devices(
    state: &AppState,
    _: &Caller,
    request: ListRequest,
) -> Result<ListAnswer, ApiError> {
    let access = verify_access(state, &request.access_token).await?;
    let token = request.pagination_token.as_deref();
    list(state, &access.user, request.limit, token).await
}

/// `AdminListDevices`
pub(super) async fn admin_list_devices(
    state: &AppState,
    _: &Caller,
    request: AdminListRequest,
) -> Result<ListAnswer, ApiError> {
    let user = request.user.find(state).await;
    let user = user.map_err(|error| match error.code {
        ErrorType::UserNotFound => ApiError::resource_not_found("User does not exist."),
        _ => error,
    })?;
    let token = request.pagination_token.as_deref();
    list(state, &user, request.limit, token).await
}

async fn list(
    state: &AppState,
    user: &User,
    limit: Option<usize>,
    token: Option<&str>,
) -> Result<ListAnswer, ApiError> {
    let after = token.map(read_token).transpose()?.unwrap_or_default();
    let limit = limit.filter(|limit| *limit > 0);
    let limit = limit.unwrap_or(LARGEST_PAGE).min(LARGEST_PAGE);
    let page = devices::list(state, user, &after, limit).await?;
    Ok(ListAnswer {
        devices: page.devices.into_iter().map(Into::into).collect(),
        pagination_token: page
            .next
            .map(|next| Base64UrlUnpadded::encode_string(next.as_bytes())),
    })
}

/// `ForgetDevice`
pub(super) async fn forget_device(
    state: &AppState,
    _: &Caller,
    request: OwnDeviceRequest,
) -> Result<Empty, ApiError> {
    let access = request.access(state).await?;
    devices::forget(state, &access.user, &request.device_key).await?;
    Ok(Empty {})
}

/// `AdminForgetDevice`
pub(super) async fn admin_forget_device(
    state: &AppState,
    _: &Caller,
    request: DeviceRequest,
) -> Result<Empty, ApiError> {
    let user = request.user.find(state).await?;
    devices::forget(state, &user, &request.device_key).await?;
    Ok(Empty {})
}

/// `UpdateDeviceStatus`
pub(super) async fn update_device_status(
    state: &AppState,
    _: &Caller,
    request: OwnDeviceRequest,
) -> Result<Empty, ApiError> {
    let access = request.access(state).await?;
    let remembered = is_remembered(request.device_remembered_status)?;
    let (pool, user, key) = (&access.pool, &access.user, &request.device_key);
    let is_here = remembered && access.device_key.as_ref() == Some(key);
    let proved = access.second_factor.as_deref().filter(|_| is_here);
    devices::set_remembered(state, pool, user, key, remembered, proved).await?;
    Ok(Empty {})
}

/// `AdminUpdateDeviceStatus`
pub(super) async fn admin_update_device_status(
    state: &AppState,
    _: &Caller,
    request: DeviceRequest,
) -> Result<Empty, ApiError> {
    let (pool, user) = request.user.find_in_pool(state).await?;
    let remembered = is_remembered(request.device_remembered_status)?;
    devices::set_remembered(state, &pool, &user, &request.device_key, remembered, None).await?;
    Ok(Empty {})
}

fn is_remembered(status: Option<RememberedStatus>) -> Result<bool, ApiError> {
    let status = status.ok_or_else(|| missing("DeviceRememberedStatus"))?;
    Ok(status == RememberedStatus::Remembered)
}

/// `DeviceType`
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DeviceDescription {
    device_key: String,
    device_attributes: Vec<Attribute>,
    device_create_date: i64,
    device_last_modified_date: i64,
    device_last_authenticated_date: i64,
}

impl From<Device> for DeviceDescription {
    fn from(device: Device) -> Self {
        let remembered = if device.is_remembered {
            "remembered"
        } else {
            "not_remembered"
        };
        let attributes = [
            ("device_status", "valid"),
            ("device_name", &device.name),
            ("dev:device_remembered_status", remembered),
            ("last_ip_used", &device.last_ip),
        ];
        let told = attributes.iter().filter(|(_, value)| !value.is_empty());
        Self {
            device_attributes: told
                .map(|(name, value)| Attribute::new(name, value))
                .collect(),
            device_key: device.key,
            device_create_date: device.created_at,
            device_last_modified_date: device.updated_at,
            device_last_authenticated_date: device.authenticated_at,
        }
    }
}

fn read_token(token: &str) -> Result<String, ApiError> {
    let invalid = || ApiError::invalid_parameter("Invalid pagination token.");
    let bytes = Base64UrlUnpadded::decode_vec(token).map_err(|_| invalid())?;
    String::from_utf8(bytes).map_err(|_| invalid())
}

fn missing(member: &str) -> ApiError {
    ApiError::invalid_parameter(format!("Missing required parameter {member}"))
}
