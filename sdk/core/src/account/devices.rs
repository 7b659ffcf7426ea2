//! The devices that the service knows of a person: `ListDevices`, `UpdateDeviceStatus`, `ForgetDevice`.
//!
//! How this device confirms itself, and how it signs in, is in [`crate::device`].

use alloc::string::String;
use alloc::vec::Vec;

use super::Page;
use super::reply::{attribute, text};
use crate::client::Options;
use crate::device::Device as Kept;
use crate::error::Error;
#[cfg(doc)]
use crate::error::ErrorCode;
use crate::json::{Object, StringMap, Value};
use crate::ports::{DeviceStore, Network};
use crate::secret::AccessToken;
use crate::service::Service;
use crate::transport::Repeat;
use crate::wire::milliseconds;

/// One device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// The service's id of it.
    pub key: String,
    /// What the service knows, such as `device_name`, `last_ip_used`, `device_status`.
    pub attributes: StringMap,
    /// When it was confirmed: milliseconds since 1970, as all of these.
    pub created_at_ms: Option<u64>,
    /// When something about it changed.
    pub changed_at_ms: Option<u64>,
    /// When somebody signed in with it.
    pub used_at_ms: Option<u64>,
}

/// Part of the list of devices.
#[derive(Debug, Clone)]
pub struct Devices {
    /// The devices.
    pub devices: Vec<Device>,
    /// Where the list goes on, if it does.
    pub cursor: Option<String>,
}

impl<P: Network> Service<P> {
    /// The devices of the person, up to 60 at a time.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidConfiguration`] where the pool has no devices, those of every operation on the account,
    /// and of every call.
    pub async fn list_devices(
        &self,
        token: &AccessToken,
        page: &Page,
        options: &Options<P>,
    ) -> Result<Devices, Error> {
        let mut call = Object::new();
        call.text_if("PaginationToken", page.cursor.as_deref());
        if let Some(limit) = page.limit {
            call.whole("Limit", limit.into());
        }
        let call = self.open("ListDevices", Repeat::Safe, token, call, options);
        let reply = call.await?;
        Ok(Devices {
            devices: reply.list("Devices", device)?,
            cursor: reply.text("PaginationToken")?,
        })
    }

    /// Says whether a device is remembered: whether it counts as a second factor.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidConfiguration`] for a device that the service does not know, those of every operation on
    /// the account, and of every call.
    pub async fn update_device(
        &self,
        token: &AccessToken,
        key: &str,
        is_remembered: bool,
        options: &Options<P>,
    ) -> Result<(), Error> {
        let status = if is_remembered {
            "remembered"
        } else {
            "not_remembered"
        };
        let mut call = Object::new();
        call.text("DeviceKey", key)
            .text("DeviceRememberedStatus", status);
        let call = self.open("UpdateDeviceStatus", Repeat::Safe, token, call, options);
        call.await.map(drop)
    }
}

impl<P: Network + DeviceStore> Service<P> {
    /// Makes the service forget a device. If it is this one, what is kept of it goes, too.
    ///
    /// # Errors
    /// As [`Service::update_device`].
    pub async fn forget_device(
        &self,
        token: &AccessToken,
        key: &str,
        options: &Options<P>,
    ) -> Result<(), Error> {
        let mut call = Object::new();
        call.text("DeviceKey", key);
        let call = self.open("ForgetDevice", Repeat::Never, token, call, options);
        call.await?;
        // Where nothing can be read nothing is kept.
        for place in self.ports.devices().await.unwrap_or_default() {
            let record = self.ports.device(&place, None).await.ok().flatten();
            let own = record.and_then(|record| Kept::read(&self.ports, &record).ok());
            if own.is_some_and(|own| own.key == key) {
                self.ports.device(&place, Some("")).await?;
            }
        }
        Ok(())
    }
}

fn device<V: Value>(value: &V) -> Option<Device> {
    let mut attributes = StringMap::new();
    let known = value.at("DeviceAttributes", |list| list.list(attribute));
    for attribute in known.ok()?.unwrap_or_default() {
        attributes.insert(attribute.name, attribute.value.unwrap_or_default());
    }
    Some(Device {
        key: text(value, "DeviceKey")?,
        attributes,
        created_at_ms: milliseconds(value, "DeviceCreateDate"),
        changed_at_ms: milliseconds(value, "DeviceLastModifiedDate"),
        used_at_ms: milliseconds(value, "DeviceLastAuthenticatedDate"),
    })
}
