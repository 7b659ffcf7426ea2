//! The complete settings of a new pool or client: what was given, and the service's defaults.

use serde_json::{Map, Value, json};

use super::schema;

/// The document of a pool made with these settings (members of `CreateUserPoolRequest`).
pub(super) fn of_pool(mut given: Map<String, Value>) -> Map<String, Value> {
    let schema = schema::complete(given.remove("Schema"));
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
