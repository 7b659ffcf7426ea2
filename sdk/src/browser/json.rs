//! JSON by this crate's own small format.

use alloc::string::String;

use cognate_core::ports::{Json, NotJson};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Browser;
use crate::json;

impl Json for Browser {
    fn write<T: Serialize>(&self, value: &T) -> Result<String, NotJson> {
        json::to_string(value).map_err(|_| NotJson)
    }

    fn read<T: DeserializeOwned>(&self, text: &str) -> Result<T, NotJson> {
        json::from_str(text).map_err(|_| NotJson)
    }
}
