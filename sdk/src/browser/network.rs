//! The browser without a session: the network, and what is kept of devices.

use alloc::string::String;

use cognate_core::config::Config;

use super::device_store;

/// The platform of a [`Service`](cognate_core::Service) that nobody signs in at.
#[derive(Debug, Clone)]
pub struct Network {
    /// What the places of the devices of one pool and client begin with.
    pub(super) devices: String,
}

impl Network {
    /// The network of one pool and client.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self {
            devices: device_store::namespace_of(config),
        }
    }
}

web_ports!(Network);
