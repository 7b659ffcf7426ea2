//! What the account operations give, as JSON text. No token, no password.

use alloc::borrow::ToOwned;
use alloc::string::String;

use cognate_core::account::Account;
use cognate_core::json::{Array, Object, StringMap};
use cognate_core::secret::ChallengeSession;
use cognate_core::sign_up::SignUp;
use cognate_core::wire::CodeDelivery;

use crate::js::text;

pub(super) fn sign_up(result: &SignUp) -> String {
    let mut record = Object::new();
    record
        .boolean("confirmed", result.confirmed)
        .text("sub", &result.user_id);
    if let Some(delivery) = &result.delivery {
        record.object("delivery", &delivery_object(delivery));
    }
    // For the worker: it does not reach the page.
    let session = result.session.as_ref().map(ChallengeSession::secret);
    record.text_if("session", session);
    text(record)
}

pub(super) fn delivery(delivery: &CodeDelivery) -> String {
    text(delivery_object(delivery))
}

pub(super) fn deliveries(deliveries: &[CodeDelivery]) -> String {
    let mut list = Array::new();
    for delivery in deliveries {
        list.object(&delivery_object(delivery));
    }
    list.finish().as_str().to_owned()
}

pub(super) fn account(account: Account) -> String {
    let mut attributes = StringMap::new();
    for attribute in account.attributes {
        attributes.insert(attribute.name, attribute.value.unwrap_or_default());
    }
    let mut record = Object::new();
    record
        .text("username", &account.username)
        .strings("attributes", &attributes);
    text(record)
}

/// Where a code went.
fn delivery_object(delivery: &CodeDelivery) -> Object {
    let mut record = Object::new();
    record
        .text_if("destination", delivery.destination.as_deref())
        .text_if("medium", delivery.delivery_medium.as_deref())
        .text_if("attribute", delivery.attribute_name.as_deref());
    record
}
