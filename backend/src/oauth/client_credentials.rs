//! The grant `client_credentials` (RFC 6749, 4.4): a program that proves its client's secret gets an
//! access token for resource servers. There is no person, no ID token and no refresh token; the token
//! ends by itself.

use super::resource::Allowed;
use super::{OAuthError, OAuthErrorCode, Parameters};
use crate::app::AppState;
use crate::client_metadata::ClientMetadata;
use crate::pools::{Client, OAuthFlow, Pool};
use crate::scope::{Scope, Scopes};
use crate::tokens::{self, Program, TokenPair};

/// A token for a client that has proved who it is: for the scopes it asks for, or for all it has.
///
/// # Errors
/// `unauthorized_client` if the grant is not enabled for it or it has no secret, `invalid_scope` for
/// scopes that it does not have, and if it has none, `invalid_target`; what the trigger says (`invalid_request`).
pub(super) async fn grant(
    state: &AppState,
    pool: &Pool,
    client: &Client,
    form: &Parameters,
    key: Option<&str>,
) -> Result<TokenPair, OAuthError> {
    check_enabled(client)?;
    let allowed = Allowed::read(state, client, form).await?;
    let metadata = metadata(form)?;
    let program = Program {
        scopes: &asked(form.get("scope")?, &allowed.scopes)?,
        resource: allowed.resource.as_deref(),
        key,
        client_metadata: metadata.as_ref(),
    };
    Ok(tokens::issue_to_program(state, pool, client, program).await?)
}

/// The same, asked for at the JSON API (`GetClientToken`): for no resource, bound to no key. `scopes` are separated by spaces.
///
/// # Errors
/// As [`grant`].
pub async fn token_of_program(
    state: &AppState,
    pool: &Pool,
    client: &Client,
    scopes: Option<&str>,
    client_metadata: Option<&ClientMetadata>,
) -> Result<TokenPair, OAuthError> {
    check_enabled(client)?;
    let allowed = Allowed::read(state, client, &Parameters::default()).await?;
    let program = Program {
        scopes: &asked(scopes, &allowed.scopes)?,
        resource: None,
        key: None,
        client_metadata,
    };
    Ok(tokens::issue_to_program(state, pool, client, program).await?)
}

fn check_enabled(client: &Client) -> Result<(), OAuthError> {
    let is_enabled = client.settings.oauth.allows(OAuthFlow::ClientCredentials);
    if is_enabled && !client.secrets.is_empty() {
        return Ok(());
    }
    Err(OAuthError::new(
        OAuthErrorCode::UnauthorizedClient,
        "The grant client_credentials is not enabled for this client.",
    ))
}

/// `aws_client_metadata`: a JSON object of texts, for the trigger `PreTokenGeneration`.
fn metadata(form: &Parameters) -> Result<Option<ClientMetadata>, OAuthError> {
    let given = form.get("aws_client_metadata")?;
    let read = given.map(serde_json::from_str).transpose();
    read.map_err(|_| {
        OAuthError::invalid_request("aws_client_metadata must be a JSON object of texts.")
    })
}

fn asked(given: Option<&str>, allowed: &Scopes) -> Result<Scopes, OAuthError> {
    let invalid = |why: &'static str| OAuthError::new(OAuthErrorCode::InvalidScope, why);
    let scopes = match given {
        Some(given) => {
            Scopes::parse(given).ok_or_else(|| invalid("There is no scope with this name."))?
        }
        None => allowed.clone(),
    };
    // What is about a person has no meaning here, whatever an older version stored.
    let is_for_programs = |scope: &Scope| matches!(scope, Scope::Custom(_));
    if scopes.is_empty() || !scopes.are_within(allowed) || !scopes.iter().all(is_for_programs) {
        return Err(invalid("The client does not have this scope."));
    }
    Ok(scopes)
}
