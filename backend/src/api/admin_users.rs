//! Administrators' operations on users.

use base64ct::{Base64UrlUnpadded, Encoding};
use cognate_core::secret::Password;
use serde::{Deserialize, Serialize};

use super::attribute::{Attribute, of_user, pairs};
use super::mfa::MfaMembers;
use super::requests::UserRequest;
use super::{Empty, secret};
use crate::administration::{self, Invitation};
use crate::app::{AppState, Caller};
use crate::client_metadata::ClientMetadata;
use crate::error::ApiError;
use crate::password;
use crate::pools::find_pool;
use crate::sessions;
use crate::users::identities::{self, ProviderUser};
use crate::users::search::{self, Filter};
use crate::users::{self, Medium, Status, User};

/// `UserType`
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UserDescription {
    username: String,
    attributes: Vec<Attribute>,
    user_create_date: i64,
    user_last_modified_date: i64,
    enabled: bool,
    user_status: Status,
}

impl From<&User> for UserDescription {
    fn from(user: &User) -> Self {
        Self {
            username: user.username.clone(),
            attributes: of_user(user, None),
            user_create_date: user.created_at,
            user_last_modified_date: user.updated_at,
            enabled: user.enabled,
            user_status: user.status,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AdminCreateUserRequest {
    user_pool_id: String,
    username: String,
    user_attributes: Option<Vec<Attribute>>,
    #[serde(default, deserialize_with = "secret::optional")]
    temporary_password: Option<Password>,
    message_action: Option<MessageAction>,
    desired_delivery_mediums: Option<Vec<DeliveryMedium>>,
    #[serde(default)]
    force_alias_creation: bool,
    validation_data: Option<Vec<Attribute>>,
    client_metadata: Option<ClientMetadata>,
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
enum MessageAction {
    Resend,
    Suppress,
}

#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum DeliveryMedium {
    Sms,
    Email,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AdminCreateUserAnswer {
    user: UserDescription,
}

/// `AdminCreateUser`
pub(super) async fn admin_create_user(
    state: &AppState,
    _: &Caller,
    request: AdminCreateUserRequest,
) -> Result<AdminCreateUserAnswer, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    let mediums = request.desired_delivery_mediums.unwrap_or_default();
    let invitation = Invitation {
        username: &request.username,
        attributes: pairs(request.user_attributes),
        temporary_password: request.temporary_password.as_ref(),
        is_silent: request.message_action == Some(MessageAction::Suppress),
        mediums: mediums
            .iter()
            .map(|medium| match medium {
                DeliveryMedium::Sms => Medium::Sms,
                DeliveryMedium::Email => Medium::Email,
            })
            .collect(),
        force_alias: request.force_alias_creation,
        validation_data: request
            .validation_data
            .map(|data| pairs(Some(data)).into_iter().collect()),
        client_metadata: request.client_metadata,
    };
    let user = if request.message_action == Some(MessageAction::Resend) {
        administration::invite_again(state, &pool, invitation).await?
    } else {
        administration::create(state, &pool, invitation).await?
    };
    Ok(AdminCreateUserAnswer {
        user: (&user).into(),
    })
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AdminGetUserAnswer {
    username: String,
    user_attributes: Vec<Attribute>,
    user_create_date: i64,
    user_last_modified_date: i64,
    enabled: bool,
    user_status: Status,
    #[serde(flatten)]
    mfa: MfaMembers,
}

/// `AdminGetUser`
pub(super) async fn admin_get_user(
    state: &AppState,
    _: &Caller,
    request: UserRequest,
) -> Result<AdminGetUserAnswer, ApiError> {
    let user = request.find(state).await?;
    let description = UserDescription::from(&user);
    Ok(AdminGetUserAnswer {
        username: description.username,
        user_attributes: description.attributes,
        user_create_date: description.user_create_date,
        user_last_modified_date: description.user_last_modified_date,
        enabled: description.enabled,
        user_status: description.user_status,
        mfa: MfaMembers::of(state, &user).await?,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AdminSetUserPasswordRequest {
    user_pool_id: String,
    username: String,
    #[serde(deserialize_with = "secret::required")]
    password: Password,
    #[serde(default)]
    permanent: bool,
}

/// `AdminSetUserPassword`
pub(super) async fn admin_set_user_password(
    state: &AppState,
    _: &Caller,
    request: AdminSetUserPasswordRequest,
) -> Result<Empty, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    let password = &request.password;
    administration::set_password(state, &pool, &request.username, password, request.permanent)
        .await?;
    Ok(Empty {})
}

/// Names a user, and carries what the triggers are told.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct MetadataRequest {
    user_pool_id: String,
    username: String,
    client_metadata: Option<ClientMetadata>,
}

/// `AdminConfirmSignUp`
pub(super) async fn admin_confirm_sign_up(
    state: &AppState,
    _: &Caller,
    request: MetadataRequest,
) -> Result<Empty, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    let metadata = request.client_metadata.as_ref();
    administration::confirm(state, &pool, &request.username, metadata).await?;
    Ok(Empty {})
}

/// `AdminDisableUser`: the user's sessions end.
pub(super) async fn admin_disable_user(
    state: &AppState,
    _: &Caller,
    request: UserRequest,
) -> Result<Empty, ApiError> {
    let user = set_enabled(state, &request, false).await?;
    sessions::revoke_all(state, &user).await?;
    Ok(Empty {})
}

/// `AdminEnableUser`
pub(super) async fn admin_enable_user(
    state: &AppState,
    _: &Caller,
    request: UserRequest,
) -> Result<Empty, ApiError> {
    set_enabled(state, &request, true).await?;
    Ok(Empty {})
}

/// `AdminUserGlobalSignOut`
pub(super) async fn admin_user_global_sign_out(
    state: &AppState,
    _: &Caller,
    request: UserRequest,
) -> Result<Empty, ApiError> {
    let user = request.find(state).await?;
    sessions::revoke_all(state, &user).await?;
    Ok(Empty {})
}

/// `AdminDeleteUser`
pub(super) async fn admin_delete_user(
    state: &AppState,
    _: &Caller,
    request: UserRequest,
) -> Result<Empty, ApiError> {
    let user = request.find(state).await?;
    users::delete(state, &user).await?;
    Ok(Empty {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AdminUpdateAttributesRequest {
    user_pool_id: String,
    username: String,
    user_attributes: Vec<Attribute>,
}

/// `AdminUpdateUserAttributes`
pub(super) async fn admin_update_user_attributes(
    state: &AppState,
    _: &Caller,
    request: AdminUpdateAttributesRequest,
) -> Result<Empty, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    let attributes = pairs(Some(request.user_attributes));
    administration::update_attributes(state, &pool, &request.username, &attributes).await?;
    Ok(Empty {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AdminDeleteAttributesRequest {
    #[serde(flatten)]
    user: UserRequest,
    user_attribute_names: Vec<String>,
}

/// `AdminDeleteUserAttributes`
pub(super) async fn admin_delete_user_attributes(
    state: &AppState,
    _: &Caller,
    request: AdminDeleteAttributesRequest,
) -> Result<Empty, ApiError> {
    let pool = find_pool(state, &request.user.user_pool_id).await?;
    let names = request.user_attribute_names.into_iter();
    let removals: Vec<(String, String)> = names.map(|name| (name, String::new())).collect();
    administration::update_attributes(state, &pool, &request.user.username, &removals).await?;
    Ok(Empty {})
}

/// `AdminResetUserPassword`
pub(super) async fn admin_reset_user_password(
    state: &AppState,
    _: &Caller,
    request: MetadataRequest,
) -> Result<Empty, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    let metadata = request.client_metadata.as_ref();
    password::reset(state, &pool, &request.username, metadata).await?;
    Ok(Empty {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct LinkProviderRequest {
    user_pool_id: String,
    destination_user: ProviderUser,
    source_user: ProviderUser,
}

/// `AdminLinkProviderForUser`
pub(super) async fn admin_link_provider_for_user(
    state: &AppState,
    _: &Caller,
    request: LinkProviderRequest,
) -> Result<Empty, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    identities::link(
        state,
        &pool,
        &request.destination_user,
        &request.source_user,
    )
    .await?;
    Ok(Empty {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DisableProviderRequest {
    user_pool_id: String,
    user: ProviderUser,
}

/// `AdminDisableProviderForUser`
pub(super) async fn admin_disable_provider_for_user(
    state: &AppState,
    _: &Caller,
    request: DisableProviderRequest,
) -> Result<Empty, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    identities::unlink(state, &pool, &request.user).await?;
    Ok(Empty {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListUsersRequest {
    user_pool_id: String,
    attributes_to_get: Option<Vec<String>>,
    limit: Option<usize>,
    pagination_token: Option<String>,
    filter: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListUsersAnswer {
    users: Vec<UserDescription>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pagination_token: Option<String>,
}

/// `ListUsers`: 60 users a page at most, which is the default, too.
pub(super) async fn list_users(
    state: &AppState,
    _: &Caller,
    request: ListUsersRequest,
) -> Result<ListUsersAnswer, ApiError> {
    const LARGEST_PAGE: usize = 60;
    let pool = find_pool(state, &request.user_pool_id).await?;
    let filter = request.filter.as_deref().filter(|text| !text.is_empty());
    let filter = filter.map(Filter::parse).transpose()?;
    let after = request
        .pagination_token
        .as_deref()
        .map(read_token)
        .transpose()?;
    let limit = request
        .limit
        .filter(|limit| *limit > 0)
        .unwrap_or(LARGEST_PAGE)
        .min(LARGEST_PAGE);
    let page = search::list(
        state,
        &pool,
        filter.as_ref(),
        &after.unwrap_or_default(),
        limit,
    )
    .await?;
    let mut users: Vec<UserDescription> = page.users.iter().map(Into::into).collect();
    if let Some(wanted) = request
        .attributes_to_get
        .filter(|wanted| !wanted.is_empty())
    {
        for user in &mut users {
            user.attributes
                .retain(|attribute| wanted.iter().any(|name| name == attribute.name()));
        }
    }
    let pagination_token = page
        .next
        .map(|next| Base64UrlUnpadded::encode_string(next.as_bytes()));
    Ok(ListUsersAnswer {
        users,
        pagination_token,
    })
}

fn read_token(token: &str) -> Result<String, ApiError> {
    let invalid = || ApiError::invalid_parameter("Invalid pagination token.");
    let bytes = Base64UrlUnpadded::decode_vec(token).map_err(|_| invalid())?;
    String::from_utf8(bytes).map_err(|_| invalid())
}

async fn set_enabled(
    state: &AppState,
    request: &UserRequest,
    is_enabled: bool,
) -> Result<User, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    users::change(state, &pool, &request.username, |user| {
        user.enabled = is_enabled;
        Ok(())
    })
    .await
}
