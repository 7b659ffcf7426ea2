//! The browser without a session: the network, and nothing that keeps or verifies anything.

/// The platform of a [`Service`](cognate_core::Service) that nobody signs in at.
#[derive(Debug, Clone, Copy)]
pub struct Network;

web_ports!(Network);
