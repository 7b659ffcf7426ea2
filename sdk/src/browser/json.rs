//! JSON by the engine: `JSON.parse`, and what it gives.

use alloc::string::String;
use alloc::vec::Vec;

use cognate_core::json::{NotJson, Value};
use js_sys::{Array, JSON};
use wasm_bindgen::prelude::*;

pub(super) fn parsed(text: &str) -> Result<JsJson, NotJson> {
    JSON::parse(text).map(JsJson).map_err(|_| NotJson)
}

/// A JavaScript value that is JSON: parsed, or plain data that the page's script passed.
/// `undefined` is absent, as `null` is.
#[derive(Debug)]
pub struct JsJson(pub JsValue);

#[wasm_bindgen(module = "/src/browser/json.js")]
extern "C" {
    #[wasm_bindgen(js_name = isObject)]
    fn is_object(value: &JsValue) -> bool;

    fn member(value: &JsValue, name: &str) -> JsValue;

    fn elements(value: &JsValue) -> Option<Array>;

    fn members(value: &JsValue) -> Option<Array>;
}

impl Value for JsJson {
    fn is_object(&self) -> bool {
        is_object(&self.0)
    }

    fn member(&self, name: &str) -> Option<Self> {
        let member = member(&self.0, name);
        (!member.is_undefined()).then_some(Self(member))
    }

    fn text(&self) -> Option<String> {
        self.0.as_string()
    }

    fn number(&self) -> Option<f64> {
        self.0.as_f64()
    }

    fn boolean(&self) -> Option<bool> {
        self.0.as_bool()
    }

    fn elements(&self) -> Option<Vec<Self>> {
        let array = elements(&self.0)?;
        let mut elements = Vec::new();
        for i in 0..array.length() {
            elements.push(Self(array.get(i)));
        }
        Some(elements)
    }

    fn members(&self) -> Option<Vec<(String, Self)>> {
        let array = members(&self.0)?;
        let mut members = Vec::new();
        for i in 0..array.length() / 2 {
            members.push((array.get(2 * i).as_string()?, Self(array.get(2 * i + 1))));
        }
        Some(members)
    }
}
