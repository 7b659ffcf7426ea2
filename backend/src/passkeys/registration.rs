//! `StartWebAuthnRegistration` and `CompleteWebAuthnRegistration`.
//!
//! The challenge itself is the handle of the step that waits: the second operation brings nothing else
//! that would name it.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;
use webauthn_rs_core::error::WebauthnError;
use webauthn_rs_core::proto::{
    AttestationConveyancePreference, COSEAlgorithm, PublicKeyCredentialCreationOptions,
    RegisterPublicKeyCredential, RegistrationState,
};

use super::relying_party::{ClientData, ceremonies, required_id, verification};
use super::{MOST, Passkey, Stored, hash_of, list};
use crate::app::AppState;
use crate::challenges::{Origin, PendingStep, Through};
use crate::client_metadata::Sent;
use crate::error::ApiError;
use crate::messages::{Purpose, announce};
use crate::opaque_secret::OpaqueSecret;
use crate::pools::{FirstFactor, Pool};
use crate::store::{PasskeyRow, StoreError};
use crate::tokens::Access;
use crate::users::{Status, User};

const NAME: &str = "passkey registration";

/// The options that a browser makes a passkey by.
///
/// # Errors
/// `WebAuthnNotEnabledException` if the pool does not allow passkeys,
/// `WebAuthnConfigurationMissingException` if it has no relying party, `LimitExceededException` if the user
/// has [`MOST`], `PasswordResetRequiredException`, `NotAuthorizedException` before a temporary password was
/// replaced.
pub async fn start(
    state: &AppState,
    access: &Access,
) -> Result<PublicKeyCredentialCreationOptions, ApiError> {
    let (pool, user) = (&access.pool, &access.user);
    check(pool, user)?;
    let relying_party = required_id(state, pool)?;
    let passkeys = list(state, pool, &user.username).await?;
    if i64::try_from(passkeys.len()).unwrap_or(MOST) >= MOST {
        return Err(too_many());
    }
    let seconds = access.client.settings.auth_session_seconds();
    let core = ceremonies(pool, &relying_party, None, seconds);
    let name = shown_name(user);
    let display_name = user.attributes.get("name").unwrap_or(name);
    let known = passkeys
        .iter()
        .map(|passkey| passkey.stored.credential.cred_id.clone())
        .collect();
    let builder = core
        .new_challenge_register_builder(&user_handle(user)?, name, display_name)
        .map_err(|error| ApiError::internal(&error))?
        .attestation(AttestationConveyancePreference::None)
        .user_verification_policy(verification(pool))
        .require_resident_key(true)
        .credential_algorithms(vec![COSEAlgorithm::ES256, COSEAlgorithm::RS256])
        .exclude_credentials(Some(known));
    let (options, waiting) = core
        .generate_challenge_register(builder)
        .map_err(|error| ApiError::internal(&error))?;
    let memory = serde_json::to_vec(&waiting).map_err(|error| ApiError::internal(&error))?;
    let handle = Base64UrlUnpadded::encode_string(options.public_key.challenge.as_slice());
    let handle = OpaqueSecret::new(handle);
    PendingStep::begin_as(state, through(access), user.into(), NAME, &memory, &handle).await?;
    Ok(options.public_key)
}

/// Stores the passkey that a browser made. Its challenge is spent whatever comes of it.
///
/// # Errors
/// `WebAuthnChallengeNotFoundException`, `WebAuthnClientMismatchException`,
/// `WebAuthnOriginNotAllowedException`, `WebAuthnRelyingPartyMismatchException`,
/// `WebAuthnCredentialNotSupportedException`; `InvalidParameterException` for what is no credential, or
/// belongs to somebody already; `LimitExceededException`, and what [`start`] refuses with.
pub async fn complete(
    state: &AppState,
    access: &Access,
    credential: &Value,
) -> Result<(), ApiError> {
    let (pool, user) = (&access.pool, &access.user);
    check(pool, user)?;
    let relying_party = required_id(state, pool)?;
    let client_data = ClientData::of(credential).ok_or_else(unreadable)?;
    let response =
        RegisterPublicKeyCredential::deserialize(credential).map_err(|_| unreadable())?;
    let hints = Hints::deserialize(credential).unwrap_or_default();
    let waiting = take_challenge(state, access, &client_data).await?;
    let origin = client_data.allowed_origin(&relying_party).ok_or_else(|| {
        ApiError::web_authn_origin_not_allowed("The page's origin is not the relying party's.")
    })?;
    let credential = ceremonies(pool, &relying_party, Some(origin), 0)
        .register_credential(&response, &waiting, None)
        .map_err(|error| refusal(&error))?;
    let id = Base64UrlUnpadded::encode_string(credential.cred_id.as_slice());
    let mut passkey = Passkey {
        row: PasskeyRow {
            pool_id: pool.id.clone(),
            id: hash_of(state, &pool.id, &id),
            username: user.username.clone(),
            data: Vec::new(),
            created_at: state.clock.now_millis(),
            revision: 0,
        },
        stored: Stored {
            credential,
            relying_party,
            transports: hints.response.transports(),
            attachment: hints.attachment(),
        },
    };
    passkey.seal(state)?;
    match state.store.insert_passkey(&passkey.row, MOST).await {
        Ok(true) => {
            let through = (&access.pool, &*access.client.id);
            announce(state, through, &access.user, Purpose::PasskeyAdded).await
        }
        Ok(false) => Err(too_many()),
        Err(StoreError::Exists(_)) => Err(ApiError::invalid_parameter(
            "The passkey is registered already.",
        )),
        Err(error) => Err(error.into()),
    }
}

/// What identifies the account to authenticators: nothing about the person.
pub(super) fn user_handle(user: &User) -> Result<[u8; 16], ApiError> {
    let sub = Uuid::parse_str(&user.sub).map_err(|error| ApiError::internal(&error))?;
    Ok(*sub.as_bytes())
}

async fn take_challenge(
    state: &AppState,
    access: &Access,
    client_data: &ClientData,
) -> Result<RegistrationState, ApiError> {
    let handle = Some(client_data.challenge.as_str());
    let (pool, client) = PendingStep::client_of(state, handle)
        .await
        .map_err(|_| no_challenge())?;
    if pool.id != access.pool.id {
        return Err(no_challenge());
    }
    if client.id != access.client.id {
        return Err(ApiError::web_authn_client_mismatch(
            "The registration was started by another client.",
        ));
    }
    let step = PendingStep::find(state, through(access), NAME, handle)
        .await
        .map_err(|_| no_challenge())?;
    let user = &access.user;
    if step.username != user.username || step.verifier_version != user.verifier_version {
        return Err(no_challenge());
    }
    step.spend_now(state).await.map_err(|_| no_challenge())?;
    serde_json::from_slice(&step.memory).map_err(|error| ApiError::internal(&error))
}

fn check(pool: &Pool, user: &User) -> Result<(), ApiError> {
    if !pool.settings.allows_first_factor(FirstFactor::WebAuthn) {
        return Err(ApiError::web_authn_not_enabled(
            "Passkeys are not enabled for this user pool.",
        ));
    }
    match user.status {
        Status::ResetRequired => Err(ApiError::password_reset_required(
            "Password reset required for the user",
        )),
        // A session from before is not whom the temporary password is for.
        Status::ForceChangePassword => Err(ApiError::not_authorized(
            "The temporary password must be replaced first.",
        )),
        Status::ExternalProvider => Err(ApiError::not_authorized(
            "Users of another identity provider sign in there.",
        )),
        Status::Unconfirmed | Status::Confirmed => Ok(()),
    }
}

fn through(access: &Access) -> Through<'_> {
    Through {
        pool: &access.pool,
        client: &access.client,
        origin: Origin::Api,
        device: None,
        sent: Sent::default(),
    }
}

/// What the person sees in the list of accounts: an address rather than a UUID.
fn shown_name(user: &User) -> &str {
    let attributes = ["preferred_username", "email", "phone_number"];
    let is_generated = Uuid::parse_str(&user.username).is_ok();
    attributes
        .into_iter()
        .filter(|_| is_generated)
        .find_map(|name| user.attributes.get(name))
        .unwrap_or(&user.username)
}

/// What the browser says beside what it proves.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Hints {
    authenticator_attachment: Option<String>,
    response: ResponseHints,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ResponseHints {
    transports: Vec<String>,
}

impl Hints {
    fn attachment(&self) -> Option<String> {
        let given = self.authenticator_attachment.clone()?;
        ["platform", "cross-platform"]
            .contains(&given.as_str())
            .then_some(given)
    }
}

impl ResponseHints {
    fn transports(&self) -> Vec<String> {
        const KNOWN: [&str; 6] = ["usb", "nfc", "ble", "smart-card", "hybrid", "internal"];
        KNOWN
            .into_iter()
            .filter(|known| self.transports.iter().any(|given| given == known))
            .map(str::to_owned)
            .collect()
    }
}

fn refusal(error: &WebauthnError) -> ApiError {
    match error {
        WebauthnError::InvalidRPIDHash => ApiError::web_authn_relying_party_mismatch(
            "The passkey was made for another relying party.",
        ),
        WebauthnError::InvalidRPOrigin => {
            ApiError::web_authn_origin_not_allowed("The page's origin is not the relying party's.")
        }
        WebauthnError::InvalidClientDataType
        | WebauthnError::ParseBase64Failure(_)
        | WebauthnError::ParseCBORFailure(_)
        | WebauthnError::ParseJSONFailure(_)
        | WebauthnError::ParseNOMFailure
        | WebauthnError::ParseInsufficientBytesAvailable
        | WebauthnError::MissingAttestationCredentialData => unreadable(),
        _ => ApiError::web_authn_credential_not_supported(
            "The authenticator did not do what the user pool asks for.",
        ),
    }
}

fn unreadable() -> ApiError {
    ApiError::invalid_parameter("Credential is not the answer of a registration.")
}

fn no_challenge() -> ApiError {
    ApiError::web_authn_challenge_not_found("The challenge is not outstanding.")
}

fn too_many() -> ApiError {
    ApiError::limit_exceeded("The user has as many passkeys as there may be.")
}
