//! The device that somebody signs in from: confirmed when a pool offers that, proved in later sign-ins.
//!
//! # Steps
//!
//! 1. A sign-in from no known device ends with `NewDeviceMetadata`. That is an [`Offer`]: the device draws a password of its own,
//!    keeps it, and sends its verifier ([`confirm`]).
//! 2. Later sign-ins send the key (`DEVICE_KEY`); `DEVICE_SRP_AUTH` and `DEVICE_PASSWORD_VERIFIER` are answered without
//!    asking anybody. The record is found by the name that was typed, or by the real one once that is known.
//! 3. A device that the service does not know any more is forgotten here, and the same call is sent once more
//!    without it.
//!
//! Nothing waits but [`confirm`]: `sign_in` does, in one place for all that it calls.
//!
//! # Security model
//!
//! The device's password is 40 random bytes, and never leaves it; the platform's store seals it. What is kept is
//! kept beyond signing out: that is what remembering means. It signs nobody in by itself.
//!
//! # Limits
//!
//! Nothing about a device fails a sign-in: where a device cannot be
//! kept it is not confirmed, and where confirming fails the person signs in from a new device next time.

#[cfg(feature = "account")]
pub(crate) mod confirm;

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::base64;
use crate::json::{NotJson, Object, Value};
use crate::ports::{Json, StoreBlocked};
use crate::secret::DevicePassword;

/// What a device keeps of itself.
pub struct Device {
    /// Its key.
    pub key: String,
    /// The key of its group, which takes the pool's place in the proof.
    pub group: String,
    /// Its password, which it drew itself.
    pub password: DevicePassword,
}

/// `NewDeviceMetadata`.
pub(crate) struct NewDevice {
    pub(crate) key: String,
    pub(crate) group: String,
}

/// What a sign-in knows of the device that it comes from, and what is to be read or written of it.
#[derive(Default)]
pub(crate) struct Presence {
    /// The one that the service is told of.
    pub(crate) device: Option<Device>,
    /// The person wants it to be remembered, where the pool leaves that to them.
    pub(crate) remember: bool,
    /// Every name that it was looked for by, and kept under.
    names: Vec<String>,
    /// The service does not know it: the sign-in goes on without.
    is_refused: bool,
    /// Another client of the same app has kept it: it becomes ours with the session.
    is_left: bool,
    work: Vec<Work>,
}

/// One access to the platform's store.
pub(crate) struct Work {
    /// Where the record is.
    pub(crate) place: String,
    /// The new record; empty removes it, `None` only reads.
    pub(crate) record: Option<Zeroizing<String>>,
}

impl Presence {
    /// The key that requests name.
    pub(crate) fn key(&self) -> Option<&str> {
        self.device.as_ref().map(|device| &*device.key)
    }

    /// Looks for it under this name, unless it is known or that was done.
    pub(crate) fn look_for(&mut self, name: &str) {
        if self.device.is_none() && !self.is_refused && self.note(name) {
            self.work.push(Work {
                place: place(name),
                record: None,
            });
        }
    }

    /// What is to be done next with the store.
    pub(crate) fn next(&mut self) -> Option<Work> {
        self.work.pop()
    }

    /// What came of it.
    pub(crate) fn done(
        &mut self,
        json: &impl Json,
        work: &Work,
        result: Result<Option<Zeroizing<String>>, StoreBlocked>,
    ) {
        match (result, &work.record) {
            // What was left is not proved: it takes no record's place.
            (Ok(found), None) if self.is_left => {
                let left = self.device.as_ref().filter(|_| found.is_none());
                if let Some(record) = left.map(Device::to_json) {
                    self.write(&record);
                }
            }
            (Ok(Some(record)), None) => self.device = Device::read(json, &record).ok(),
            _ => {}
        }
    }

    /// It is what another client has left.
    pub(crate) fn take_over(&mut self, device: Option<Device>) {
        self.is_left = device.is_some();
        self.device = device;
    }

    /// The service does not know it: what is kept of it goes.
    pub(crate) fn refuse(&mut self) {
        self.is_refused = true;
        self.device = None;
        self.write("");
    }

    /// The real name of who signed in: what the service does not know goes from there, too, and what was left is
    /// kept there and nowhere else, if nothing is.
    pub(crate) fn known_as(&mut self, name: &str) {
        // It may have been looked for by a name that it was not kept under.
        let is_spread = self.names.len() > 1;
        let is_new = self.note(name);
        if self.is_left {
            self.work.push(Work {
                place: place(name),
                record: None,
            });
        } else if let Some(device) = self.device.as_ref().filter(|_| is_spread) {
            let record = device.to_json();
            self.write(&record);
        } else if self.is_refused && is_new {
            self.write("");
        }
    }

    /// What is left to do for it once somebody is signed in, as JSON text: the members of an [`Offer`], and `remember`.
    pub(crate) fn offer(&self, offered: Option<&NewDevice>, typed: &str, username: &str) -> String {
        let mut offer = Object::new();
        let key = offered.map(|device| &*device.key).or_else(|| self.key());
        offer
            .text_if("key", key)
            .text_if("group", offered.map(|device| &*device.group))
            .text("typed", typed)
            .text("username", username)
            .boolean("remember", self.remember);
        offer.finish().as_str().to_string()
    }

    /// Remembers a name. Says whether it is new.
    fn note(&mut self, name: &str) -> bool {
        let is_new = self.names.iter().all(|known| known != name);
        if is_new {
            self.names.push(name.to_string());
        }
        is_new
    }

    fn write(&mut self, record: &str) {
        for name in &self.names {
            self.work.push(Work {
                place: place(name),
                record: Some(Zeroizing::new(record.to_string())),
            });
        }
    }
}

impl Device {
    pub(crate) fn to_json(&self) -> Zeroizing<String> {
        let mut record = Object::new();
        record
            .text("key", &self.key)
            .text("group", &self.group)
            .text("password", self.password.secret());
        record.finish()
    }

    pub(crate) fn read(json: &impl Json, record: &str) -> Result<Self, NotJson> {
        let record = json.parse(record)?;
        let text = |name| record.text_at(name)?.ok_or(NotJson);
        Ok(Self {
            key: text("key")?,
            group: text("group")?,
            password: DevicePassword::new(text("password")?),
        })
    }
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Device(..)")
    }
}

/// Where the record of a name is: nobody reads names off a list of records.
pub(crate) fn place(name: &str) -> String {
    base64::encode_url(&Sha256::digest(name.as_bytes()))
}
