//! What the account operations give, as JSON text. No token, no password.

use alloc::borrow::ToOwned;
use alloc::string::String;

use cognate_core::account::{Account, Devices, MfaPreference, Passkeys};
use cognate_core::json::{Array, Object, StringMap};
use cognate_core::secret::ChallengeSession;
use cognate_core::sign_in::Factor;
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

/// The names of factors.
pub(super) fn factors(factors: &[Factor]) -> String {
    factor_names(factors).finish().as_str().to_owned()
}

pub(super) fn mfa_preference(preference: &MfaPreference) -> String {
    let mut record = Object::new();
    record
        .array("enabled", &factor_names(&preference.enabled))
        .text_if("preferred", preference.preferred.map(Factor::name));
    text(record)
}

pub(super) fn devices(list: &Devices) -> String {
    let mut devices = Array::new();
    for device in &list.devices {
        let mut record = Object::new();
        record
            .text("key", &device.key)
            .text_if("name", device.attributes.get("device_name"))
            .strings("attributes", &device.attributes);
        time(&mut record, "createdAt", device.created_at_ms);
        time(&mut record, "changedAt", device.changed_at_ms);
        time(&mut record, "usedAt", device.used_at_ms);
        devices.object(&record);
    }
    part("devices", &devices, list.cursor.as_deref())
}

pub(super) fn passkeys(list: &Passkeys) -> String {
    let mut passkeys = Array::new();
    for passkey in &list.passkeys {
        let mut transports = Array::new();
        for transport in &passkey.transports {
            transports.text(transport);
        }
        let mut record = Object::new();
        record
            .text("id", &passkey.id)
            .text("name", &passkey.name)
            .text("relyingParty", &passkey.relying_party)
            .text_if("attachment", passkey.attachment.as_deref())
            .array("transports", &transports);
        time(&mut record, "createdAt", passkey.created_at_ms);
        passkeys.object(&record);
    }
    part("passkeys", &passkeys, list.cursor.as_deref())
}

/// An object of one text.
pub(super) fn named(name: &str, value: &str) -> String {
    let mut record = Object::new();
    record.text(name, value);
    text(record)
}

/// An object of one yes or no.
pub(super) fn flag(name: &str, value: bool) -> String {
    let mut record = Object::new();
    record.boolean(name, value);
    text(record)
}

/// Part of a list, and where it goes on.
fn part(name: &str, list: &Array, cursor: Option<&str>) -> String {
    let mut record = Object::new();
    record.array(name, list).text_if("cursor", cursor);
    text(record)
}

fn time(record: &mut Object, name: &str, ms: Option<u64>) {
    if let Some(ms) = ms {
        record.whole(name, ms);
    }
}

fn factor_names(factors: &[Factor]) -> Array {
    let mut names = Array::new();
    for factor in factors {
        names.text(factor.name());
    }
    names
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
