//! The complete settings of a new pool or client: what was given, and the service's defaults.

use serde_json::{Map, Value, json};

/// Name, data type, shortest and longest value of the standard attributes.
const STANDARD_ATTRIBUTES: [(&str, &str, u32, u32); 21] = [
    ("profile", "String", 0, 2048),
    ("address", "String", 0, 2048),
    ("birthdate", "String", 10, 10),
    ("gender", "String", 0, 2048),
    ("preferred_username", "String", 0, 2048),
    ("updated_at", "Number", 0, 0),
    ("website", "String", 0, 2048),
    ("picture", "String", 0, 2048),
    ("identities", "String", 0, 2048),
    ("sub", "String", 1, 2048),
    ("phone_number", "String", 0, 2048),
    ("phone_number_verified", "Boolean", 0, 0),
    ("zoneinfo", "String", 0, 2048),
    ("locale", "String", 0, 2048),
    ("email", "String", 0, 2048),
    ("email_verified", "Boolean", 0, 0),
    ("given_name", "String", 0, 2048),
    ("family_name", "String", 0, 2048),
    ("middle_name", "String", 0, 2048),
    ("name", "String", 0, 2048),
    ("nickname", "String", 0, 2048),
];

/// The document of a pool made with these settings (members of `CreateUserPoolRequest`).
pub(super) fn of_pool(mut given: Map<String, Value>) -> Map<String, Value> {
    let schema = schema(given.remove("Schema"));
    given.insert("SchemaAttributes".to_owned(), schema);
    let policies = given.entry("Policies").or_insert_with(|| json!({}));
    fill(
        policies,
        "PasswordPolicy",
        &json!({
            "MinimumLength": 8,
            "RequireUppercase": true,
            "RequireLowercase": true,
            "RequireNumbers": true,
            "RequireSymbols": true,
            "TemporaryPasswordValidityDays": 7,
        }),
    );
    fill(
        policies,
        "SignInPolicy",
        &json!({ "AllowedFirstAuthFactors": ["PASSWORD"] }),
    );
    let given_value = &mut Value::Object(given);
    fill(
        given_value,
        "AdminCreateUserConfig",
        &json!({ "AllowAdminCreateUserOnly": false, "UnusedAccountValidityDays": 7 }),
    );
    fill(
        given_value,
        "VerificationMessageTemplate",
        &json!({ "DefaultEmailOption": "CONFIRM_WITH_CODE" }),
    );
    fill(
        given_value,
        "EmailConfiguration",
        &json!({ "EmailSendingAccount": "COGNITO_DEFAULT" }),
    );
    fill(
        given_value,
        "UsernameConfiguration",
        &json!({ "CaseSensitive": true }),
    );
    fill(given_value, "LambdaConfig", &json!({}));
    let Value::Object(document) = given_value.take() else {
        return Map::new();
    };
    let mut document = document;
    for (member, default) in [
        ("DeletionProtection", "INACTIVE"),
        ("MfaConfiguration", "OFF"),
        ("UserPoolTier", "ESSENTIALS"),
    ] {
        document.entry(member).or_insert_with(|| json!(default));
    }
    document
}

/// The document of a client made with these settings (members of `CreateUserPoolClientRequest`).
pub(super) fn of_client(mut given: Map<String, Value>) -> Map<String, Value> {
    for member in ["UserPoolId", "GenerateSecret"] {
        given.remove(member);
    }
    for (member, default) in [
        ("AllowedOAuthFlowsUserPoolClient", json!(false)),
        ("AuthSessionValidity", json!(3)),
        ("EnablePropagateAdditionalUserContextData", json!(false)),
        ("EnableTokenRevocation", json!(true)),
        ("PreventUserExistenceErrors", json!("LEGACY")),
        ("RefreshTokenValidity", json!(30)),
        ("TokenValidityUnits", json!({})),
        (
            "ExplicitAuthFlows",
            json!([
                "ALLOW_CUSTOM_AUTH",
                "ALLOW_REFRESH_TOKEN_AUTH",
                "ALLOW_USER_SRP_AUTH"
            ]),
        ),
    ] {
        given.entry(member).or_insert(default);
    }
    given
}

/// The data type of a standard attribute.
pub(super) fn standard_type(name: &str) -> Option<&'static str> {
    let listed = STANDARD_ATTRIBUTES
        .iter()
        .find(|attribute| attribute.0 == name);
    listed.map(|attribute| attribute.1)
}

/// Adds the members of `default` that the object called `member` does not have yet.
fn fill(parent: &mut Value, member: &str, default: &Value) {
    let Value::Object(parent) = parent else {
        return;
    };
    let object = parent.entry(member).or_insert_with(|| json!({}));
    if let (Value::Object(object), Value::Object(default)) = (object, default) {
        for (name, value) in default {
            object.entry(name.as_str()).or_insert_with(|| value.clone());
        }
    }
}

/// All attributes: the standard ones, changed as `given` says, and the custom ones.
fn schema(given: Option<Value>) -> Value {
    let mut attributes: Vec<Map<String, Value>> = STANDARD_ATTRIBUTES
        .into_iter()
        .map(|(name, kind, min, max)| standard(name, kind, min, max))
        .collect();
    let Some(Value::Array(given)) = given else {
        return json!(attributes);
    };
    for attribute in given {
        let Value::Object(attribute) = attribute else {
            continue;
        };
        let Some(name) = attribute.get("Name").and_then(Value::as_str) else {
            continue;
        };
        match attributes
            .iter_mut()
            .find(|known| known.get("Name") == Some(&json!(name)))
        {
            Some(known) => known.extend(attribute),
            None => {
                let custom = custom(name, &attribute);
                attributes.push(custom);
            }
        }
    }
    json!(attributes)
}

fn standard(name: &str, kind: &str, min: u32, max: u32) -> Map<String, Value> {
    let mut attribute = Map::new();
    attribute.insert("Name".to_owned(), json!(name));
    attribute.insert("AttributeDataType".to_owned(), json!(kind));
    attribute.insert("DeveloperOnlyAttribute".to_owned(), json!(false));
    attribute.insert("Mutable".to_owned(), json!(name != "sub"));
    attribute.insert("Required".to_owned(), json!(name == "sub"));
    match kind {
        "String" => {
            let bounds = json!({ "MinLength": min.to_string(), "MaxLength": max.to_string() });
            attribute.insert("StringAttributeConstraints".to_owned(), bounds);
        }
        "Number" => {
            attribute.insert(
                "NumberAttributeConstraints".to_owned(),
                json!({ "MinValue": "0" }),
            );
        }
        _ => {}
    }
    attribute
}

fn custom(name: &str, given: &Map<String, Value>) -> Map<String, Value> {
    let mut attribute = given.clone();
    let developer_only = given.get("DeveloperOnlyAttribute") == Some(&json!(true));
    let prefix = if developer_only {
        "dev:custom:"
    } else {
        "custom:"
    };
    attribute.insert("Name".to_owned(), json!(format!("{prefix}{name}")));
    for (member, default) in [
        ("AttributeDataType", json!("String")),
        ("DeveloperOnlyAttribute", json!(false)),
        ("Mutable", json!(true)),
        ("Required", json!(false)),
    ] {
        attribute.entry(member).or_insert(default);
    }
    attribute
}
