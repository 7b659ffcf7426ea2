//! JSON by the engine: `JSON.parse`, and what it gives.

use alloc::string::String;
use alloc::vec::Vec;

use cognate_core::json::{NotJson, Value};
use js_sys::{Array, JSON, Object, Reflect};
use wasm_bindgen::prelude::*;

pub(super) fn parsed(text: &str) -> Result<JsJson, NotJson> {
    JSON::parse(text).map(JsJson).map_err(|_| NotJson)
}

/// A JavaScript value that is JSON: parsed, or plain data that the page's script passed.
/// `undefined` is absent, as `null` is.
#[derive(Debug)]
pub struct JsJson(pub JsValue);

impl Value for JsJson {
    fn is_object(&self) -> bool {
        self.0.is_object() && !Array::is_array(&self.0)
    }

    fn member(&self, name: &str) -> Option<Self> {
        let name = JsValue::from_str(name);
        // Not what a prototype has: `constructor` is no member of `{}`.
        if !self.is_object() || !Object::has_own(self.0.unchecked_ref::<Object>(), &name) {
            return None;
        }
        let member = Reflect::get(&self.0, &name).ok()?;
        (!member.is_null() && !member.is_undefined()).then_some(Self(member))
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
        let array: &Array = self.0.dyn_ref()?;
        let mut elements = Vec::new();
        for i in 0..array.length() {
            elements.push(Self(array.get(i)));
        }
        Some(elements)
    }

    fn members(&self) -> Option<Vec<(String, Self)>> {
        if !self.is_object() {
            return None;
        }
        let entries = Object::entries(self.0.unchecked_ref::<Object>());
        let mut members = Vec::new();
        for i in 0..entries.length() {
            let entry: Array = entries.get(i).unchecked_into();
            members.push((entry.get(0).as_string()?, Self(entry.get(1))));
        }
        Some(members)
    }
}
