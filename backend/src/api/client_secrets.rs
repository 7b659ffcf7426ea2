//! Administrators' operations on the secrets of app clients.

use serde::{Deserialize, Serialize};

use super::Empty;
use crate::app::{AppState, Caller};
use crate::error::ApiError;
use crate::pools::{self, ClientSecret, StoredSecret, find_client_of, find_pool};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AddSecretRequest {
    user_pool_id: String,
    client_id: String,
    client_secret: Option<String>,
}

/// `ClientSecretDescriptorType`: the value is told once, when the secret is made.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SecretDescription {
    client_secret_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret_value: Option<String>,
    client_secret_create_date: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AddSecretAnswer {
    client_secret_descriptor: SecretDescription,
}

/// `AddUserPoolClientSecret`
pub(super) async fn add_user_pool_client_secret(
    state: &AppState,
    _: &Caller,
    request: AddSecretRequest,
) -> Result<AddSecretAnswer, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    let given = request.client_secret.map(ClientSecret::new);
    let added = pools::add_secret(state, &pool, &request.client_id, given).await?;
    let mut description = SecretDescription::from(&added);
    description.client_secret_value = Some(added.secret.secret().to_owned());
    Ok(AddSecretAnswer {
        client_secret_descriptor: description,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListSecretsRequest {
    user_pool_id: String,
    client_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListSecretsAnswer {
    client_secrets: Vec<SecretDescription>,
}

/// `ListUserPoolClientSecrets`: two at most, on one page.
pub(super) async fn list_user_pool_client_secrets(
    state: &AppState,
    _: &Caller,
    request: ListSecretsRequest,
) -> Result<ListSecretsAnswer, ApiError> {
    let (_, client) = find_client_of(state, &request.user_pool_id, &request.client_id).await?;
    Ok(ListSecretsAnswer {
        client_secrets: client.secrets.iter().map(Into::into).collect(),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteSecretRequest {
    user_pool_id: String,
    client_id: String,
    client_secret_id: String,
}

/// `DeleteUserPoolClientSecret`
pub(super) async fn delete_user_pool_client_secret(
    state: &AppState,
    _: &Caller,
    request: DeleteSecretRequest,
) -> Result<Empty, ApiError> {
    let pool = find_pool(state, &request.user_pool_id).await?;
    let (client, secret) = (&request.client_id, &request.client_secret_id);
    pools::delete_secret(state, &pool, client, secret).await?;
    Ok(Empty {})
}

impl From<&StoredSecret> for SecretDescription {
    fn from(stored: &StoredSecret) -> Self {
        Self {
            client_secret_id: stored.id.clone(),
            client_secret_value: None,
            client_secret_create_date: stored.created_at,
        }
    }
}
