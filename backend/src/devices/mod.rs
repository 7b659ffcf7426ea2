//! Devices that people sign in from: `ConfirmDevice`, `UpdateDeviceStatus`, `GetDevice`, `ListDevices`,
//! `ForgetDevice` and the administrators' variants. How a device proves itself while somebody signs in
//! is `sign_in::device`.
//!
//! # Steps
//! 1. A sign-in in a pool with `DeviceConfiguration`, from no known device, gives a [`NewDevice`] with
//!    the tokens. Its key is remembered with the session and nowhere else.
//! 2. The client makes a password of its own and confirms the device with the verifier of it
//!    ([`confirm`]), by a token of that session. It is remembered now, or, where the pool leaves that to
//!    the person, by [`set_remembered`].
//! 3. From then on the client sends the key when somebody signs in; what follows from that is
//!    `sign_in::device`, and what a refresh needs is `sessions`.
//!
//! # Security model
//! - A device is found only together with its user: a key of somebody else's, of another pool's or of
//!   nobody's is answered in the same words ([`unknown`]), and so is a key for a name that nobody has.
//! - The verifier is sealed, bound to the user and the key; name and address are sealed, too.
//! - A device stands in for a second factor only after a sign-in from it has proved one of the user's
//!   present ones ([`Device::stands_in_for_second_factor`]): one that somebody with the password alone
//!   confirmed does not, neither before there was a second factor nor with one of their own.
//! - A user has `quotas.devices_per_user` of them at most. One more takes the place of the one that was signed in
//!   from longest ago, of those that are not remembered first; its sessions end as if it were forgotten.
//! - Whoever forgets a device ends its sessions' refresh tokens with it. Changing the password, signing
//!   out everywhere and disabling the user leave devices as they are: none of them signs in by itself.
//!
//! # Limits
//! The login domain has no devices: no token reaches its pages, so that there is nothing to confirm one
//! with. `AdminInitiateAuth` tracks none, as in the service.

mod verifier;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use verifier::DeviceVerifier;

use crate::app::{AppState, Caller};
use crate::error::ApiError;
use crate::pools::Pool;
use crate::seal::Place;
use crate::second_factor::Generation;
use crate::store::{DeviceRow, StoreError};
use crate::tokens::Access;
use crate::users::User;

/// Devices in a page, at most and by default.
pub const LARGEST_PAGE: usize = 60;

/// A device that was confirmed.
#[derive(Debug, Clone)]
pub struct Device {
    /// Its user's pool.
    pub pool_id: String,
    /// Its user's real name.
    pub username: String,
    /// Its key, `<region>_<UUID>`.
    pub key: String,
    /// What it proves itself by.
    pub verifier: DeviceVerifier,
    /// What the client calls it; may be empty.
    pub name: String,
    /// The address it was last seen at.
    pub last_ip: String,
    /// Whether it is remembered.
    pub is_remembered: bool,
    /// Seconds since 1970.
    pub created_at: i64,
    /// Seconds since 1970.
    pub updated_at: i64,
    /// When somebody last signed in from it, seconds since 1970.
    pub authenticated_at: i64,
    second_factor: Option<Vec<u8>>,
}

/// What a client needs to know of a device that is not confirmed yet (`NewDeviceMetadata`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDevice {
    /// Its key.
    pub key: String,
    /// The name that takes the pool's place when it proves itself.
    pub group_key: String,
}

impl NewDevice {
    /// A device that nobody has seen, of this user.
    #[must_use]
    pub fn draw(state: &AppState, user: &User) -> Self {
        let region = user.pool_id.split('_').next().unwrap_or_default();
        // The contract bounds keys to 55 characters, of which the UUID takes 37.
        let region: String = region.chars().take(18).collect();
        Self {
            key: format!("{region}_{}", Uuid::new_v4()),
            group_key: group_key(state, &user.pool_id, &user.username),
        }
    }
}

impl Device {
    /// The name that takes the pool's place when it proves itself.
    #[must_use]
    pub fn group_key(&self, state: &AppState) -> String {
        group_key(state, &self.pool_id, &self.username)
    }

    /// Whether proving the device is enough where a second factor would be asked for, and the user's are of the
    /// generation `current`.
    #[must_use]
    pub fn stands_in_for_second_factor(&self, pool: &Pool, current: Option<&Generation>) -> bool {
        let tracking = pool.settings.device_configuration();
        let may = tracking.is_some_and(|tracking| tracking.challenge_required_on_new_device);
        may && self.is_remembered
            && current.is_some_and(|current| current.is(self.second_factor.as_deref()))
    }

    /// Somebody signed in from it, and proved a second factor of this generation or none.
    ///
    /// # Errors
    /// `ResourceNotFoundException` if it was forgotten meanwhile.
    pub async fn authenticated(
        mut self,
        state: &AppState,
        caller: &Caller,
        second_factor: Option<&Generation>,
    ) -> Result<(), ApiError> {
        self.last_ip = caller.peer.to_string();
        self.authenticated_at = state.clock.now();
        self.second_factor = second_factor.map(Generation::to_bytes);
        let is_there = state.store.touch_device(&self.row(state)?).await?;
        is_there.then_some(()).ok_or_else(unknown)
    }

    fn row(&self, state: &AppState) -> Result<DeviceRow, ApiError> {
        let row = row_name(&self.username, &self.key);
        let description = Description {
            name: self.name.clone(),
            last_ip: self.last_ip.clone(),
        };
        let description =
            serde_json::to_vec(&description).map_err(|error| ApiError::internal(&error))?;
        let seal = |column, plain: &[u8]| {
            let place = place(&self.pool_id, &row, column);
            state.sealer.seal(place, plain)
        };
        Ok(DeviceRow {
            verifier: seal("verifier", self.verifier.element().as_bytes())?,
            salt: self.verifier.salt().to_vec(),
            description: seal("description", &description)?,
            pool_id: self.pool_id.clone(),
            username: self.username.clone(),
            device_key: self.key.clone(),
            remembered: self.is_remembered,
            second_factor: self.second_factor.clone(),
            created_at: self.created_at,
            updated_at: self.updated_at,
            authenticated_at: self.authenticated_at,
        })
    }

    fn read(state: &AppState, row: DeviceRow) -> Result<Self, ApiError> {
        let name = row_name(&row.username, &row.device_key);
        let open = |column, sealed| {
            state
                .sealer
                .open(place(&row.pool_id, &name, column), sealed)
        };
        let verifier = open("verifier", &row.verifier)?;
        let description: Description =
            serde_json::from_slice(&open("description", &row.description)?)
                .map_err(|error| ApiError::internal(&error))?;
        Ok(Self {
            verifier: DeviceVerifier::read(&verifier, row.salt)
                .ok_or_else(|| ApiError::internal_error("A stored device is damaged."))?,
            name: description.name,
            last_ip: description.last_ip,
            pool_id: row.pool_id,
            username: row.username,
            key: row.device_key,
            is_remembered: row.remembered,
            created_at: row.created_at,
            updated_at: row.updated_at,
            authenticated_at: row.authenticated_at,
            second_factor: row.second_factor,
        })
    }
}

/// A user's device. `username` is the real one; the answer takes as long for a name that nobody has.
///
/// # Errors
/// `ResourceNotFoundException`.
pub async fn find(
    state: &AppState,
    pool_id: &str,
    username: &str,
    key: &str,
) -> Result<Device, ApiError> {
    let row = state.store.device(pool_id, username, key).await?;
    Device::read(state, row.ok_or_else(unknown)?)
}

/// Whether a user's device was confirmed, and not forgotten since.
///
/// # Errors
/// For no fault of the caller's.
pub async fn is_confirmed(
    state: &AppState,
    pool_id: &str,
    username: &str,
    key: &str,
) -> Result<bool, ApiError> {
    Ok(state.store.device(pool_id, username, key).await?.is_some())
}

/// Confirms the device that came with the session of this token. Answers whether the person must still
/// say that it is to be remembered.
///
/// # Errors
/// `ResourceNotFoundException` for any other device, `DeviceKeyExistsException` if it was confirmed
/// before, `InvalidUserPoolConfigurationException` if the pool tracks no devices.
pub async fn confirm(
    state: &AppState,
    caller: &Caller,
    access: &Access,
    key: &str,
    verifier: DeviceVerifier,
    name: &str,
) -> Result<bool, ApiError> {
    let tracking = access.pool.settings.device_configuration();
    let tracking = tracking.ok_or_else(not_configured)?;
    if access.device_key.as_deref() != Some(key) {
        return Err(unknown());
    }
    let now = state.clock.now();
    let device = Device {
        pool_id: access.pool.id.clone(),
        username: access.user.username.clone(),
        key: key.to_owned(),
        verifier,
        name: name.to_owned(),
        last_ip: caller.peer.to_string(),
        is_remembered: !tracking.device_only_remembered_on_user_prompt,
        created_at: now,
        updated_at: now,
        authenticated_at: now,
        second_factor: access.second_factor.clone(),
    };
    let most = state.config.quotas.devices_per_user;
    match state.store.insert_device(&device.row(state)?, most).await {
        Ok(()) => Ok(!device.is_remembered),
        Err(StoreError::Exists(_)) => Err(ApiError::device_key_exists(
            "The device was confirmed before.",
        )),
        Err(error) => Err(error.into()),
    }
}

/// A page of a user's devices.
#[derive(Debug)]
pub struct Page {
    /// In the order of their keys.
    pub devices: Vec<Device>,
    /// The key after which the next page begins, unless this is the last.
    pub next: Option<String>,
}

/// Up to `limit` devices with keys after `after`.
///
/// # Errors
/// For no fault of the caller's.
pub async fn list(
    state: &AppState,
    user: &User,
    after: &str,
    limit: usize,
) -> Result<Page, ApiError> {
    let one_more = i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX);
    let mut rows = state
        .store
        .devices_after(&user.pool_id, &user.username, after, one_more)
        .await?;
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let last = rows.last().map(|row| row.device_key.clone());
    let devices = rows.into_iter().map(|row| Device::read(state, row));
    Ok(Page {
        devices: devices.collect::<Result<_, _>>()?,
        next: last.filter(|_| has_more),
    })
}

/// Says whether a user's device is remembered. `second_factor` is the generation that the sign-in from it
/// has proved, if it did: the person has met the factor there, and need not once more.
///
/// # Errors
/// `ResourceNotFoundException`, `InvalidUserPoolConfigurationException` if the pool tracks no devices.
pub async fn set_remembered(
    state: &AppState,
    pool: &Pool,
    user: &User,
    key: &str,
    remembered: bool,
    second_factor: Option<&[u8]>,
) -> Result<(), ApiError> {
    pool.settings
        .device_configuration()
        .ok_or_else(not_configured)?;
    let now = state.clock.now();
    let is_there = state
        .store
        .set_device_remembered(
            &pool.id,
            &user.username,
            key,
            remembered,
            second_factor,
            now,
        )
        .await?;
    is_there.then_some(()).ok_or_else(unknown)
}

/// Forgets a user's device: what signed in from it cannot refresh any more.
///
/// # Errors
/// `ResourceNotFoundException`.
pub async fn forget(state: &AppState, user: &User, key: &str) -> Result<(), ApiError> {
    let was_there = state
        .store
        .delete_device(&user.pool_id, &user.username, key)
        .await?;
    was_there.then_some(()).ok_or_else(unknown)
}

/// `ResourceNotFoundException`, in the words by which clients know to forget what they stored.
#[must_use]
pub fn unknown() -> ApiError {
    ApiError::resource_not_found("Device does not exist.")
}

fn not_configured() -> ApiError {
    ApiError::invalid_user_pool_configuration("The user pool has no DeviceConfiguration.")
}

/// The same for all devices of a user, without being stored.
fn group_key(state: &AppState, pool_id: &str, username: &str) -> String {
    const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let parts = [pool_id, username].map(str::as_bytes);
    let derived = state.sealer.derive("device group", &parts);
    let letters = derived.iter().take(8).filter_map(|byte| {
        let letter = LETTERS.get(usize::from(*byte) % LETTERS.len())?;
        Some(char::from(*letter))
    });
    std::iter::once('-').chain(letters).collect()
}

#[derive(Serialize, Deserialize)]
struct Description {
    name: String,
    last_ip: String,
}

/// A key has no space in it, so no two rows share a name.
fn row_name(username: &str, key: &str) -> String {
    [key, " ", username].concat()
}

fn place<'a>(pool: &'a str, row: &'a str, column: &'a str) -> Place<'a> {
    Place {
        table: "devices",
        column,
        row,
        pool,
    }
}
