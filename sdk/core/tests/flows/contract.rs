//! Requests as the service's own description wants them: the shapes that the backend is held to, too.

use std::sync::OnceLock;

use serde_json::Value;

/// Panics where the request of an operation, by its `X-Amz-Target`, is not of its shape: a member that is unknown, missing, of
/// another kind, too short, too long, or none of the names that there are.
pub(crate) fn check(target: &str, request: &Value) {
    static USER_POOLS: OnceLock<Value> = OnceLock::new();
    static IDENTITY_POOLS: OnceLock<Value> = OnceLock::new();
    let (service, operation) = target.split_once('.').unwrap();
    let (shapes, text) = match service {
        "AWSCognitoIdentityProviderService" => (
            &USER_POOLS,
            include_str!("../../../../backend/contract/api-shapes-idp.json"),
        ),
        "AWSCognitoIdentityService" => (
            &IDENTITY_POOLS,
            include_str!("../../../../backend/contract/api-shapes-identity.json"),
        ),
        _ => panic!("no such service: {service}"),
    };
    let shapes = shapes.get_or_init(|| serde_json::from_str(text).unwrap());
    let operation = &shapes["operations"][operation];
    assert_eq!(operation["auth"], "none", "not for apps: {operation}");
    conforms(&shapes["shapes"], &operation["input"], request);
}

fn conforms(shapes: &Value, shape: &Value, value: &Value) {
    let shape = &shapes[shape.as_str().unwrap()];
    match shape["type"].as_str().unwrap() {
        // Any JSON.
        "structure" if shape["document"] == true => {}
        "structure" => {
            let given = value.as_object().unwrap();
            for name in shape["required"].as_array().into_iter().flatten() {
                assert!(
                    given.contains_key(name.as_str().unwrap()),
                    "{name} is missing"
                );
            }
            for (name, value) in given {
                let member = &shape["members"][name]["shape"];
                assert!(member.is_string(), "{name} is unknown");
                conforms(shapes, member, value);
            }
        }
        "map" => {
            for value in value.as_object().unwrap().values() {
                conforms(shapes, &shape["value"]["shape"], value);
            }
        }
        "list" => {
            for value in value.as_array().unwrap() {
                conforms(shapes, &shape["member"]["shape"], value);
            }
        }
        "string" => {
            let text = value.as_str().unwrap();
            let length = text.chars().count() as u64;
            assert!(
                length >= shape["min"].as_u64().unwrap_or(0),
                "too short: {shape}"
            );
            assert!(
                length <= shape["max"].as_u64().unwrap_or(u64::MAX),
                "too long: {shape}"
            );
            let names = shape["enum"].as_array();
            assert!(
                names.is_none_or(|names| names.contains(value)),
                "{text}: {shape}"
            );
        }
        "boolean" => assert!(value.is_boolean()),
        "integer" => assert!(value.is_i64()),
        kind => panic!("no request has a {kind}"),
    }
}
