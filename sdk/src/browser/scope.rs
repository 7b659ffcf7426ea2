//! The global object: `self` in a worker, `window` in a page. Only what both have.

use js_sys::{Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{Crypto, IdbFactory, Request, SubtleCrypto};

#[wasm_bindgen]
extern "C" {
    /// The global object.
    #[wasm_bindgen(extends = Object)]
    pub(super) type Scope;

    #[wasm_bindgen(method, js_name = fetch)]
    pub(super) fn fetch(this: &Scope, request: &Request) -> Promise;

    #[wasm_bindgen(method, getter)]
    pub(super) fn crypto(this: &Scope) -> Option<Crypto>;

    /// Throws where the page's storage is blocked.
    #[wasm_bindgen(method, getter, catch, js_name = indexedDB)]
    pub(super) fn indexed_db(this: &Scope) -> Result<Option<IdbFactory>, JsValue>;

    #[wasm_bindgen(method, getter)]
    pub(super) fn navigator(this: &Scope) -> Navigator;

    pub(super) type Navigator;

    #[wasm_bindgen(method, getter, js_name = onLine)]
    pub(super) fn on_line(this: &Navigator) -> bool;
}

pub(super) fn scope() -> Scope {
    js_sys::global().unchecked_into()
}

/// Web Crypto, which only secure contexts (https, or this machine) have.
pub(super) fn subtle() -> Option<SubtleCrypto> {
    let subtle = scope().crypto()?.subtle();
    (!subtle.is_undefined()).then_some(subtle)
}

/// A plain object with these members: the dictionaries that web APIs take.
pub(super) fn dictionary(members: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (name, value) in members {
        // Setting a member of a fresh plain object cannot fail.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object
}
