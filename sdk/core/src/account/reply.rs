//! What only the answers of account operations hold.

use alloc::string::String;
use alloc::vec::Vec;

use crate::error::{Error, incomplete};
use crate::json::Value;
use crate::wire::{Attribute, CodeDelivery, Reply, delivery};

impl<V: Value> Reply<V> {
    /// `UserAttributes`.
    pub(super) fn attributes(&self) -> Result<Option<Vec<Attribute>>, Error> {
        self.read("UserAttributes", |list| list.list(attribute))
    }

    /// `CodeDeliveryDetailsList`.
    pub(super) fn deliveries(&self) -> Result<Vec<CodeDelivery>, Error> {
        self.list("CodeDeliveryDetailsList", delivery)
    }

    /// A list, empty where there is none.
    pub(super) fn list<T>(&self, name: &str, read: fn(&V) -> Option<T>) -> Result<Vec<T>, Error> {
        match self.0.member(name) {
            Some(list) => list.list(read).ok_or_else(incomplete),
            None => Ok(Vec::new()),
        }
    }
}

/// `Name` and `Value`.
pub(super) fn attribute<V: Value>(value: &V) -> Option<Attribute> {
    Some(Attribute {
        name: value.text_at("Name").ok()??,
        value: value.text_at("Value").ok()?,
    })
}

/// A text, where there is one.
pub(super) fn text(value: &impl Value, name: &str) -> Option<String> {
    value.text_at(name).ok()?
}
