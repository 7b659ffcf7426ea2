//! How many requests an address may send in a second, whatever they ask: one process's own count.
//!
//! # Limits
//! In memory, so each process counts for itself. Attempts that must hold across processes are counted in
//! the database (the module above).

use std::fmt;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::network;

/// The addresses that asked a moment ago. Cloning gives another handle.
#[derive(Clone, Default)]
pub struct AddressRate(Option<Arc<DefaultKeyedRateLimiter<[u8; 16]>>>);

impl AddressRate {
    /// Lets every address send so many requests a second, and as many at once; `None`: any number.
    #[must_use]
    pub fn new(per_second: Option<NonZeroU32>) -> Self {
        let limiter = |rate| Arc::new(RateLimiter::keyed(Quota::per_second(rate)));
        Self(per_second.map(limiter))
    }

    /// Whether this address may send one now; counts it.
    #[must_use]
    pub fn allows(&self, address: IpAddr) -> bool {
        let Some(limiter) = &self.0 else { return true };
        limiter.check_key(&network(address)).is_ok()
    }

    /// Forgets the addresses that are as if they had never asked.
    pub fn forget_quiet(&self) {
        if let Some(limiter) = &self.0 {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

impl fmt::Debug for AddressRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AddressRate(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_its_own_count_and_an_ipv6_network_one_together() {
        let rate = AddressRate::new(NonZeroU32::new(2));
        let allows = |address: &str| rate.allows(address.parse().unwrap());
        assert!(allows("192.0.2.1") && allows("192.0.2.1"));
        assert!(!allows("192.0.2.1") && !allows("::ffff:192.0.2.1"));
        assert!(allows("192.0.2.2"));
        assert!(allows("2001:db8:1::1") && allows("2001:db8:1:2::1"));
        assert!(!allows("2001:db8:1:3::1") && allows("2001:db8:2::1"));
        rate.forget_quiet();
        assert!(!allows("192.0.2.1"), "not quiet yet");
    }

    #[test]
    fn without_a_limit_any_number_passes() {
        let rate = AddressRate::new(None);
        let address = IpAddr::from([192, 0, 2, 1]);
        assert!((0..10_000).all(|_| rate.allows(address)));
    }
}
