//! Randomness from `crypto.getRandomValues`.

use cognate_core::ports::{Random, Unavailable};
use wasm_bindgen::prelude::*;

use super::Browser;

#[wasm_bindgen(module = "/src/browser/crypto.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn fill(into: &mut [u8]) -> Result<(), JsValue>;
}

impl Random for Browser {
    fn fill(&self, into: &mut [u8]) -> Result<(), Unavailable> {
        filled(into)
    }
}

pub(super) fn filled(into: &mut [u8]) -> Result<(), Unavailable> {
    fill(into).map_err(|_| Unavailable)
}
