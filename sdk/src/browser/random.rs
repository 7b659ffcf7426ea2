//! Randomness from `crypto.getRandomValues`.

use cognate_core::ports::Unavailable;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/browser/crypto.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn fill(into: &mut [u8]) -> Result<(), JsValue>;
}

pub(super) fn filled(into: &mut [u8]) -> Result<(), Unavailable> {
    fill(into).map_err(|_| Unavailable)
}
