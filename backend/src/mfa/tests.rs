//! The decision after a right password, as a table.

use serde_json::json;

use super::enrolment::Totp;
use super::{Decision, Enrolment, Factor, TotpSecret, decide};
use crate::pools::Pool;
use crate::store::PoolRow;
use crate::users::{Status, User};

use Decision::{Ask, Choose, Proved, SetUp, Unusable};
use Factor::{Email, Sms, SoftwareToken};

const PHONE: (&str, &str) = ("phone_number", "+14325551212");
const EMAIL: (&str, &str) = ("email", "ada@example.com");
const VERIFIED: (&str, &str) = ("email_verified", "true");

/// A pool with a requirement and factors, a user with attributes, the factors the user turned on (the
/// preferred one first if there is one), whether there is an authenticator app.
fn decision(
    requirement: &str,
    offered: &[Factor],
    attributes: &[(&str, &str)],
    on: &[Factor],
    preferred: Option<Factor>,
    has_totp: bool,
) -> Decision {
    let mut mfa = json!({ "MfaConfiguration": requirement });
    for factor in offered {
        match factor {
            Sms => mfa["SmsMfaConfiguration"] = json!({}),
            SoftwareToken => mfa["SoftwareTokenMfaConfiguration"] = json!({ "Enabled": true }),
            Email => mfa["EmailMfaConfiguration"] = json!({}),
        }
    }
    let pool = Pool::read(PoolRow {
        id: "local_test".to_owned(),
        name: "test".to_owned(),
        settings: "{}".to_owned(),
        mfa: mfa.to_string(),
        sessions: "{}".to_owned(),
        created_at: 0,
        updated_at: 0,
    })
    .unwrap();
    let mut user = User::new(
        &pool,
        "ada".to_owned(),
        "1".to_owned(),
        Status::Confirmed,
        0,
    );
    for (name, value) in attributes {
        user.set_attribute(name, value);
    }
    let mut enrolment = Enrolment::none(&user);
    if has_totp {
        let totp = Totp {
            secret: TotpSecret::generate().unwrap(),
            device_name: String::new(),
        };
        enrolment.set_totp(totp, 1);
    }
    for factor in on {
        enrolment.turn(*factor, true);
    }
    if let Some(preferred) = preferred {
        enrolment.prefer(preferred, true);
    }
    decide(&pool.mfa, &user, &enrolment)
}

const ALL: &[Factor] = &Factor::ALL;

#[test]
fn optional_asks_those_who_turned_something_on() {
    let ask = |attributes: &[_], on: &[_], preferred, has_totp| {
        decision("OPTIONAL", ALL, attributes, on, preferred, has_totp)
    };
    assert_eq!(ask(&[PHONE, EMAIL, VERIFIED], &[], None, true), Proved);
    assert_eq!(ask(&[PHONE], &[Sms], None, false), Ask(Sms));
    assert_eq!(ask(&[], &[SoftwareToken], None, true), Ask(SoftwareToken));
    assert_eq!(ask(&[EMAIL, VERIFIED], &[Email], None, false), Ask(Email));
    let both = &[Sms, SoftwareToken];
    assert_eq!(
        ask(&[PHONE], both, None, true),
        Choose(vec![Sms, SoftwareToken])
    );
    assert_eq!(ask(&[PHONE], both, Some(Sms), true), Ask(Sms));
}

#[test]
fn what_cannot_be_used_is_never_a_way_around() {
    let ask = |attributes: &[_], on: &[_], preferred| {
        decision("OPTIONAL", ALL, attributes, on, preferred, false)
    };
    assert_eq!(ask(&[], &[Sms], None), Unusable);
    assert_eq!(ask(&[], &[SoftwareToken], Some(SoftwareToken)), Unusable);
    assert_eq!(ask(&[EMAIL], &[Email], None), Unusable, "not verified");
    assert_eq!(ask(&[PHONE], &[Sms, Email], Some(Email)), Ask(Sms));
    assert_eq!(
        decision("ON", ALL, &[EMAIL], &[Email], None, false),
        Unusable,
        "nor a way to set up another factor"
    );
}

#[test]
fn on_takes_addresses_there_are_and_else_has_something_set_up() {
    let ask = |offered: &[_], attributes: &[_], has_totp| {
        decision("ON", offered, attributes, &[], None, has_totp)
    };
    assert_eq!(ask(ALL, &[], false), SetUp(vec![SoftwareToken, Email]));
    assert_eq!(ask(ALL, &[EMAIL], false), SetUp(vec![SoftwareToken, Email]));
    assert_eq!(ask(ALL, &[PHONE], false), Ask(Sms));
    assert_eq!(ask(ALL, &[EMAIL, VERIFIED], false), Ask(Email));
    assert_eq!(ask(ALL, &[], true), Ask(SoftwareToken));
    assert_eq!(
        ask(ALL, &[PHONE, EMAIL, VERIFIED], false),
        Choose(vec![Sms, Email])
    );
    assert_eq!(
        ask(&[SoftwareToken], &[PHONE], false),
        SetUp(vec![SoftwareToken])
    );
    assert_eq!(ask(&[Sms], &[], false), SetUp(vec![Sms]));
}

#[test]
fn what_the_pool_does_not_offer_is_not_asked_for() {
    let all_on = |requirement, offered: &[_]| {
        decision(
            requirement,
            offered,
            &[PHONE, EMAIL, VERIFIED],
            ALL,
            None,
            true,
        )
    };
    assert_eq!(all_on("OFF", ALL), Proved);
    assert_eq!(all_on("OPTIONAL", &[Sms]), Ask(Sms));
    assert_eq!(all_on("ON", &[Email]), Ask(Email));
}
