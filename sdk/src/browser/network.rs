//! The browser without a session: the network, with and without what is kept of devices.

#[cfg(feature = "account")]
use alloc::string::String;

#[cfg(feature = "account")]
use cognate_core::config::Config;

#[cfg(feature = "account")]
use super::device_store;

/// The platform of an [`IdentityPool`](cognate_core::identity::IdentityPool), which keeps nothing.
#[cfg(feature = "identity")]
#[derive(Debug, Clone)]
pub struct BareNetwork;

#[cfg(feature = "identity")]
web_ports!(BareNetwork);

/// The platform of a [`Service`](cognate_core::Service) that nobody signs in at.
#[cfg(feature = "account")]
#[derive(Debug, Clone)]
pub struct Network {
    /// What the places of the devices of one pool and client begin with.
    pub(super) devices: String,
}

#[cfg(feature = "account")]
impl Network {
    /// The network of one pool and client.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self {
            devices: device_store::namespace_of(config),
        }
    }
}

#[cfg(feature = "account")]
web_ports!(Network);
