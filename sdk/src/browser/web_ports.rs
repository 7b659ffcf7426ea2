//! What every platform in a browser has alike: the network, JSON, the clock, randomness.

/// Gives a type those ports.
macro_rules! web_ports {
    ($platform:ty) => {
        const _: () = {
            use cognate_core::json::NotJson;
            use cognate_core::ports::{
                Clock, Http, HttpRequest, HttpResponse, Json, Limits, Random, SendFailure,
                Unavailable,
            };

            use crate::browser::{Cancel, JsJson, clock, fetch, json, random};

            impl Http for $platform {
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

            impl Json for $platform {
                type Value = JsJson;

                fn parse(&self, text: &str) -> Result<JsJson, NotJson> {
                    json::parsed(text)
                }
            }

            impl Clock for $platform {
                fn now_ms(&self) -> u64 {
                    clock::now_ms()
                }
            }

            impl Random for $platform {
                fn fill(&self, into: &mut [u8]) -> Result<(), Unavailable> {
                    random::filled(into)
                }
            }
        };
    };
}
