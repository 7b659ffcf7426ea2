//! What a pool says about devices: `DeviceConfiguration`.

use serde::{Deserialize, Serialize};

/// How a pool tracks the devices that people sign in from. That it is there at all turns tracking on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeviceConfiguration {
    /// Whether a remembered device may prove itself instead of a second factor. Default false.
    pub challenge_required_on_new_device: bool,
    /// Whether a device is remembered only when the person says so. Default false: at once.
    pub device_only_remembered_on_user_prompt: bool,
}
