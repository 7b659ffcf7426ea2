//! The device that somebody signs in from: confirmed when a pool offers that, proved in later sign-ins.
//!
//! # Steps
//!
//! 1. A sign-in from no known device ends with `NewDeviceMetadata`. The device draws a password of its own, keeps
//!    it, and sends its verifier (`ConfirmDevice`).
//! 2. Later sign-ins send the key (`DEVICE_KEY`); `DEVICE_SRP_AUTH` and `DEVICE_PASSWORD_VERIFIER` are answered without
//!    asking anybody. The record is found by the name that was typed, or by the real one once that is known.
//! 3. A device that the service does not know any more is forgotten here, and the same call is sent once more
//!    without it.
//!
//! # Security model
//!
//! The device's password is 40 random bytes, and never leaves it; the platform's store seals it. What is kept is
//! kept beyond signing out: that is what remembering means. It signs nobody in by itself.
//!
//! # Limits
//!
//! Nothing about a device fails a sign-in or keeps it waiting for more than [`MOST_MS`]: where a device cannot be kept it
//! is not confirmed, and where confirming fails the person signs in from a new device next time.

use alloc::string::String;
use core::fmt;

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::base64;
use crate::client::Client;
use crate::error::Outcome;
use crate::json::{NotJson, Object, Value};
use crate::ports::{Json, Ports, Random, StoreBlocked, Unavailable};
use crate::secret::DevicePassword;
use crate::session::Session;
use crate::srp::{identity_hash, pad, private_exponent, verifier};
use crate::transport::{Deadline, Repeat};

/// The longest that a sign-in waits for what is said about its device, in milliseconds.
const MOST_MS: u32 = 5_000;

/// What a device keeps of itself.
pub struct Device {
    pub(crate) key: String,
    /// Takes the pool's place in the proof.
    pub(crate) group: String,
    pub(crate) password: DevicePassword,
    /// The real name of its person.
    username: String,
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Device(..)")
    }
}

/// What another client of the same app has kept of this device.
#[derive(Debug)]
pub struct LeftDevice {
    /// Its key.
    pub key: String,
    /// The key of its group.
    pub group: String,
    /// Its password, which that client drew.
    pub password: DevicePassword,
}

/// `NewDeviceMetadata`.
pub(crate) struct NewDevice {
    pub(crate) key: String,
    pub(crate) group: String,
}

/// Who signed in, and from what.
pub(crate) struct Arrival<'a> {
    /// The name that was typed.
    pub(crate) typed: &'a str,
    /// The device that the service was told of, and did not refuse.
    pub(crate) device: Option<Device>,
    /// The device as another client has left it: it becomes ours with the session.
    pub(crate) left: Option<LeftDevice>,
    /// The person wants it to be remembered, where the pool leaves that to them.
    pub(crate) remember: bool,
}

impl<P: Ports> Client<P> {
    /// The device that is kept for this name.
    pub(crate) async fn find_device(&self, name: &str) -> Option<Device> {
        let ports = &self.service.ports;
        let record = ports.device(&place(name)).await?;
        Device::read(ports, &record).ok()
    }

    /// Forgets what is kept for a device that was found under this name.
    pub(crate) async fn drop_device(&self, device: &Device, name: &str) {
        for name in [name, &device.username] {
            let _ = self.keep_device(name, None).await;
        }
    }

    /// What is to be done about the device of a session that begins.
    pub(crate) async fn settle_device(
        &self,
        session: &mut Session,
        offered: Option<NewDevice>,
        arrival: Arrival<'_>,
        deadline: &Deadline<'_, P::Cancel>,
    ) {
        let deadline = &self.service.sooner(deadline, MOST_MS);
        let mut known = arrival.device;
        if let Some(LeftDevice {
            key,
            group,
            password,
        }) = arrival.left
        {
            let username = session.user.username.clone();
            let device = Device {
                key,
                group,
                password,
                username,
            };
            let record = device.to_json();
            for name in [&device.username, arrival.typed] {
                let _ = self.keep_device(name, Some(&record)).await;
            }
            known = Some(device);
        }
        let (device, may_ask) = match (offered, known) {
            (Some(offered), _) => {
                let Ok(device) = Device::draw(&self.service.ports, offered, session) else {
                    return;
                };
                match self
                    .confirm(session, &device, arrival.typed, deadline)
                    .await
                {
                    Some(may_ask) => (device, may_ask),
                    None => return,
                }
            }
            (None, Some(device)) => (device, true),
            (None, None) => return,
        };
        if may_ask && arrival.remember {
            let mut call = request_with(session);
            call.text("DeviceKey", &device.key)
                .text("DeviceRememberedStatus", "remembered");
            let _ = self
                .call("UpdateDeviceStatus", Repeat::Safe, call, deadline)
                .await;
        }
        session.device_key = Some(device.key);
    }

    /// Keeps a device and confirms it. Says whether the person is to be asked; `None` if it is not confirmed.
    async fn confirm(
        &self,
        session: &Session,
        device: &Device,
        typed: &str,
        deadline: &Deadline<'_, P::Cancel>,
    ) -> Option<bool> {
        let record = device.to_json();
        // What cannot be kept could never be proved.
        for name in [&device.username, typed] {
            self.keep_device(name, Some(&record)).await.ok()?;
        }
        let secret = device.secret_verifier(&self.service.ports).ok()?;
        let mut call = request_with(session);
        call.text("DeviceKey", &device.key)
            .object("DeviceSecretVerifierConfig", &secret)
            .text_if("DeviceName", self.service.ports.device_name().as_deref());
        let confirming = self.call("ConfirmDevice", Repeat::Never, call, deadline);
        match confirming.await {
            Ok(reply) => Some(reply.boolean("UserConfirmationNecessary").ok()? == Some(true)),
            // If it did arrive, the session is refreshed with the key only; if not, the key does no harm.
            Err(error) if error.outcome == Outcome::Unknown => Some(true),
            Err(_) => {
                self.drop_device(device, typed).await;
                None
            }
        }
    }

    async fn keep_device(&self, name: &str, record: Option<&str>) -> Result<(), StoreBlocked> {
        self.service.ports.keep_device(&place(name), record).await
    }
}

impl Device {
    fn draw(
        random: &impl Random,
        offered: NewDevice,
        session: &Session,
    ) -> Result<Self, Unavailable> {
        let mut bytes = Zeroizing::new([0; 40]);
        random.fill(&mut bytes[..])?;
        Ok(Self {
            key: offered.key,
            group: offered.group,
            password: DevicePassword::new(base64::encode(&bytes[..])),
            username: session.user.username.clone(),
        })
    }

    /// `DeviceSecretVerifierConfig`, with a new salt.
    fn secret_verifier(&self, random: &impl Random) -> Result<Object, Unavailable> {
        let mut salt = [0; 16];
        random.fill(&mut salt)?;
        let inner = identity_hash(&self.group, &self.key, self.password.secret());
        let v = verifier(&private_exponent(&salt, &inner));
        let mut config = Object::new();
        config
            .text("PasswordVerifier", &base64::encode(&pad(&v)))
            .text("Salt", &base64::encode(&pad(&salt)));
        Ok(config)
    }

    fn to_json(&self) -> Zeroizing<String> {
        let mut record = Object::new();
        record
            .text("key", &self.key)
            .text("group", &self.group)
            .text("password", self.password.secret())
            .text("username", &self.username);
        record.finish()
    }

    fn read(json: &impl Json, record: &str) -> Result<Self, NotJson> {
        let record = json.parse(record)?;
        let text = |name| record.text_at(name)?.ok_or(NotJson);
        Ok(Self {
            key: text("key")?,
            group: text("group")?,
            password: DevicePassword::new(text("password")?),
            username: text("username")?,
        })
    }
}

fn request_with(session: &Session) -> Object {
    let mut call = Object::new();
    call.text("AccessToken", session.access_token.secret());
    call
}

/// Where the record of a name is: nobody reads names off a list of records.
fn place(name: &str) -> String {
    base64::encode_url(&Sha256::digest(name.as_bytes()))
}
