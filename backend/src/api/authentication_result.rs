//! `AuthenticationResultType`, which sign-in and refresh answer with.

use serde::Serialize;

use crate::sessions::Tokens;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AuthenticationResult {
    access_token: String,
    expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    token_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    new_device_metadata: Option<NewDeviceMetadata>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct NewDeviceMetadata {
    device_key: String,
    device_group_key: String,
}

impl From<Tokens> for AuthenticationResult {
    fn from(tokens: Tokens) -> Self {
        Self {
            access_token: tokens.pair.access,
            expires_in: tokens.pair.expires_in,
            id_token: tokens.pair.id,
            refresh_token: tokens.refresh.map(|token| token.secret().to_owned()),
            token_type: "Bearer",
            new_device_metadata: tokens.new_device.map(|device| NewDeviceMetadata {
                device_key: device.key,
                device_group_key: device.group_key,
            }),
        }
    }
}
