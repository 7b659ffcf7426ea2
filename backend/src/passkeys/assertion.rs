//! The proof of a passkey at sign-in, for users who have some and for names that nobody has.

use serde_json::Value;
use subtle::ConstantTimeEq;
use webauthn_rs_core::error::WebauthnError;
use webauthn_rs_core::proto::{
    AllowCredentials, AuthenticationState, COSEAlgorithm, COSEEC2Key, COSEKey, COSEKeyType,
    Credential, CredentialV3, ECDSACurve, PublicKeyCredential, PublicKeyCredentialRequestOptions,
    UserVerificationPolicy,
};

use super::registration::user_handle;
use super::relying_party::{ClientData, ceremonies, required_id, verification};
use super::{Passkey, usable};
use crate::app::AppState;
use crate::challenges::Through;
use crate::error::ApiError;
use crate::pools::Pool;
use crate::users::User;

/// What a browser is asked for.
#[derive(Debug)]
pub struct Question {
    /// `CREDENTIAL_REQUEST_OPTIONS`: JSON as text.
    pub options: String,
    /// What the answer is checked against.
    pub memory: Vec<u8>,
}

/// Asks for a passkey of a user; whoever has none is asked for one that does not exist.
///
/// # Errors
/// For no fault of the caller's.
pub async fn ask(
    state: &AppState,
    through: Through<'_>,
    username: &str,
) -> Result<Question, ApiError> {
    let pool = through.pool;
    let relying_party = required_id(state, pool)?;
    let seconds = through.client.settings.auth_session_seconds();
    let core = ceremonies(pool, &relying_party, None, seconds);
    let builder = core
        .new_challenge_authenticate_builder(Vec::new(), Some(verification(pool)))
        .map_err(|error| ApiError::internal(&error))?;
    let (question, waiting) = core
        .generate_challenge_authenticate(builder)
        .map_err(|error| ApiError::internal(&error))?;
    let mut options = question.public_key;
    let passkeys = usable(state, pool, username).await?;
    options.allow_credentials = if passkeys.is_empty() {
        vec![decoy(state, pool, username)]
    } else {
        passkeys.iter().map(allowed).collect()
    };
    Ok(Question {
        options: text(&options, &passkeys)?,
        memory: serde_json::to_vec(&waiting).map_err(|error| ApiError::internal(&error))?,
    })
}

/// What an authenticator answered.
#[derive(Debug)]
pub struct Answer {
    client_data: ClientData,
    response: PublicKeyCredential,
}

impl Answer {
    /// Reads `CREDENTIAL`, JSON as text.
    ///
    /// # Errors
    /// `InvalidParameterException` for what is no answer of an authenticator.
    pub fn read(text: &str) -> Result<Self, ApiError> {
        let json: Value = serde_json::from_str(text).map_err(|_| unreadable())?;
        Ok(Self {
            client_data: ClientData::of(&json).ok_or_else(unreadable)?,
            response: serde_json::from_value(json).map_err(|_| unreadable())?,
        })
    }
}

/// Whether the answer is the proof of a passkey of this user, whose counter is stored then. For nobody, and
/// for a passkey that the user does not have, as much is computed.
///
/// # Errors
/// For no fault of the caller's.
pub async fn verify(
    state: &AppState,
    pool: &Pool,
    username: &str,
    user: Option<&User>,
    memory: &[u8],
    answer: &Answer,
) -> Result<bool, ApiError> {
    let Answer {
        client_data,
        response,
    } = answer;
    let waiting: AuthenticationState =
        serde_json::from_slice(memory).map_err(|error| ApiError::internal(&error))?;
    let relying_party = required_id(state, pool)?;
    let passkeys = usable(state, pool, username).await?;
    let own = passkeys
        .into_iter()
        .find(|passkey| passkey.credential_id() == response.raw_id.as_slice());
    let credential = match &own {
        Some(passkey) => passkey.stored.credential.clone(),
        None => nobodys_credential(response),
    };
    let Some(origin) = client_data.allowed_origin(&relying_party) else {
        return Ok(false);
    };
    let core = ceremonies(pool, &relying_party, Some(origin), 0);
    let checked = core.authenticate_single_credential(response, &waiting, &credential);
    if own.is_some() && checked.as_ref().is_err_and(is_early) {
        // Nobody's would have come to the signature.
        let nobodys = nobodys_credential(response);
        let _ = core.authenticate_single_credential(response, &waiting, &nobodys);
    }
    let (Ok(checked), Some(mut passkey), Some(user)) = (checked, own, user) else {
        return Ok(false);
    };
    // The pool may have begun to take it for two factors while the browser asked.
    if pool.mfa.passkeys_are_two_factors() && !checked.user_verified() {
        return Ok(false);
    }
    if let Some(handle) = response.get_user_unique_id()
        && !bool::from(handle.ct_eq(&user_handle(user)?[..]))
    {
        return Ok(false);
    }
    let credential = &mut passkey.stored.credential;
    credential.counter = checked.counter();
    credential.backup_state = checked.backup_state();
    passkey.seal(state)?;
    // Somebody else used or deleted it at the same time: begin again.
    Ok(state.store.update_passkey(&passkey.row).await?)
}

fn allowed(passkey: &Passkey) -> AllowCredentials {
    AllowCredentials {
        type_: "public-key".to_owned(),
        id: passkey.stored.credential.cred_id.clone(),
        transports: None,
    }
}

/// What somebody who does not exist would have: always the same for the same name. The lengths are those of
/// common password managers and devices.
fn decoy(state: &AppState, pool: &Pool, username: &str) -> AllowCredentials {
    let parts = [pool.id.as_bytes(), username.as_bytes()];
    let bytes = state.sealer.derive("decoy passkey", &parts);
    let length = match bytes[31] % 3 {
        0 => 16,
        1 => 20,
        _ => 32,
    };
    let id = state.sealer.derive("decoy passkey id", &parts);
    AllowCredentials {
        type_: "public-key".to_owned(),
        id: id[..length].to_vec(),
        transports: None,
    }
}

/// Whether this user name, of nobody, is one of those who would have a passkey.
#[must_use]
pub fn nobody_has(state: &AppState, pool: &Pool, username: &str) -> bool {
    let parts = [pool.id.as_bytes(), username.as_bytes()];
    state.sealer.derive("decoy has passkey", &parts)[0] & 1 == 0
}

/// The options with each passkey's transports, of which a browser makes a better dialogue.
fn text(
    options: &PublicKeyCredentialRequestOptions,
    passkeys: &[Passkey],
) -> Result<String, ApiError> {
    let mut json = serde_json::to_value(options).map_err(|error| ApiError::internal(&error))?;
    let allowed = json
        .get_mut("allowCredentials")
        .and_then(Value::as_array_mut);
    for entry in allowed.into_iter().flatten() {
        let id = entry.get("id").and_then(Value::as_str).unwrap_or_default();
        let own = passkeys.iter().find(|passkey| passkey.id() == id);
        let transports = match own {
            Some(passkey) => passkey.transports().to_vec(),
            None => ["hybrid", "internal"].map(str::to_owned).to_vec(),
        };
        entry["transports"] = transports.into();
    }
    Ok(json.to_string())
}

/// Whether an answer was refused for what is known of the passkey, before its signature was looked at.
fn is_early(error: &WebauthnError) -> bool {
    matches!(
        error,
        WebauthnError::UserNotVerified
            | WebauthnError::CredentialBackupEligibilityInconsistent
            | WebauthnError::CredentialMayNotBeHardwareBound
    )
}

/// A credential to check an answer with that is nobody's, so that it costs as much as a real one. Its key
/// is the base point of P-256: nobody gets in with it, right or wrong.
fn nobodys_credential(answer: &PublicKeyCredential) -> Credential {
    let credential = CredentialV3 {
        cred_id: answer.raw_id.clone(),
        cred: COSEKey {
            type_: COSEAlgorithm::ES256,
            key: COSEKeyType::EC_EC2(COSEEC2Key {
                curve: ECDSACurve::SECP256R1,
                x: BASE_POINT_X.to_vec(),
                y: BASE_POINT_Y.to_vec(),
            }),
        },
        counter: 0,
        verified: false,
        registration_policy: UserVerificationPolicy::Preferred,
    };
    // As the answer says, so that it is not refused before its signature is looked at.
    let flags = answer.response.authenticator_data.get(32);
    Credential {
        backup_eligible: flags.is_some_and(|flags| flags & BACKUP_ELIGIBLE != 0),
        ..credential.into()
    }
}

/// WebAuthn Level 3, 6.1: bit 3 of the flags.
const BACKUP_ELIGIBLE: u8 = 0x08;

/// SEC 2, 2.4.2
const BASE_POINT_X: [u8; 32] = [
    0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2,
    0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96,
];
const BASE_POINT_Y: [u8; 32] = [
    0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16,
    0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
];

fn unreadable() -> ApiError {
    ApiError::invalid_parameter("CREDENTIAL is not the answer of a passkey.")
}
