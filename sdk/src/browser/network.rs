//! The browser without a session: the network, and nothing that keeps or verifies anything.

use cognate_core::json::NotJson;
use cognate_core::ports::{
    Clock, Http, HttpRequest, HttpResponse, Json, Limits, Random, SendFailure, Unavailable,
};

use super::{Cancel, JsJson, clock, fetch, json, random};

/// The platform of a [`Service`](cognate_core::Service) that nobody signs in at.
#[derive(Debug, Clone, Copy)]
pub struct Network;

impl Http for Network {
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

impl Json for Network {
    type Value = JsJson;

    fn parse(&self, text: &str) -> Result<JsJson, NotJson> {
        json::parsed(text)
    }
}

impl Clock for Network {
    fn now_ms(&self) -> u64 {
        clock::now_ms()
    }
}

impl Random for Network {
    fn fill(&self, into: &mut [u8]) -> Result<(), Unavailable> {
        random::filled(into)
    }
}
