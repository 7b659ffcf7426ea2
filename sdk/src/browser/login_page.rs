//! The browser as a page of the login domain needs it: no session, no storage, no token to verify.

use alloc::string::String;

use cognate_core::ports::{
    DeviceStore, Limits, Lock, Rs256, RsaPublicKey, SessionStore, StoreBlocked, Stored, Unavailable,
};
use cognate_core::session::NoSessions;
use zeroize::Zeroizing;

use super::Cancel;

/// The platform of [`Client::of_login`](cognate_core::Client::of_login).
#[derive(Debug, Clone, Copy)]
pub struct LoginPage;

web_ports!(LoginPage);

impl Rs256 for LoginPage {
    async fn verify(&self, _: RsaPublicKey<'_>, _: &[u8], _: &[u8]) -> Result<bool, Unavailable> {
        Err(Unavailable)
    }
}

impl SessionStore for LoginPage {
    type Keeping = NoSessions;

    async fn load(&self) -> Result<Option<Stored>, StoreBlocked> {
        Ok(None)
    }

    async fn save(&self, _: &str, _: Option<&str>) -> Result<Option<String>, StoreBlocked> {
        Err(StoreBlocked)
    }

    async fn take(&self, _: Option<&str>) -> Result<Option<Zeroizing<String>>, StoreBlocked> {
        Ok(None)
    }
}

impl DeviceStore for LoginPage {}

impl Lock for LoginPage {
    type Held = ();

    async fn lock(&self, _: Limits<'_, Cancel>) -> Option<()> {
        Some(())
    }
}
