//! The browser as a page of the login domain needs it: no session, no storage, no token to verify.

use alloc::string::String;

use cognate_core::json::NotJson;
use cognate_core::ports::{
    Clock, DeviceStore, Http, HttpRequest, HttpResponse, Json, Limits, Lock, Random, Rs256,
    RsaPublicKey, SendFailure, SessionStore, StoreBlocked, Stored, Unavailable,
};
use cognate_core::session::NoSessions;
use zeroize::Zeroizing;

use super::{Cancel, JsJson, clock, fetch, json, random};

/// The platform of [`Client::of_login`](cognate_core::Client::of_login).
#[derive(Debug, Clone, Copy)]
pub struct LoginPage;

impl Http for LoginPage {
    type Cancel = Cancel;

    async fn send(
        &self,
        request: &HttpRequest,
        limits: Limits<'_, Cancel>,
    ) -> Result<HttpResponse, SendFailure> {
        fetch::fetched(request, limits).await
    }

    async fn pause(&self, ms: u32, cancel: &Cancel) {
        fetch::paused(ms, cancel).await;
    }
}

impl Json for LoginPage {
    type Value = JsJson;

    fn parse(&self, text: &str) -> Result<JsJson, NotJson> {
        json::parsed(text)
    }
}

impl Clock for LoginPage {
    fn now_ms(&self) -> u64 {
        clock::now_ms()
    }
}

impl Random for LoginPage {
    fn fill(&self, into: &mut [u8]) -> Result<(), Unavailable> {
        random::filled(into)
    }
}

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
