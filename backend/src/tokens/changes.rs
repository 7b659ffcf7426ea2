//! What the trigger `PreTokenGeneration` may change of tokens, and what not.
//!
//! # Security model
//! Who a token is about, for whom, since when and from which sign-in is not for a handler to say: a
//! change of such a claim is left out, and the log says so. Groups come from the trigger's own member for them, scopes
//! from theirs.

use serde_json::{Map, Value, json};

use crate::triggers::pre_token_generation::{Changes, ClaimChanges, Groups};

/// Claims of both tokens that stay as they are.
const FIXED: [&str; 17] = [
    "acr",
    "amr",
    "at_hash",
    "aud",
    "auth_time",
    "azp",
    "cnf",
    "event_id",
    "exp",
    "iat",
    "identities",
    "iss",
    "jti",
    "nbf",
    "nonce",
    "origin_jti",
    "sub",
];

/// The same of the access token.
const FIXED_IN_ACCESS: [&str; 5] = ["client_id", "device_key", "scope", "username", "version"];

/// Beginnings of names that are the service's own.
const RESERVED: [&str; 3] = ["cognito:", "aws:", "dev:"];

/// The longest scope, as resource servers have them (contract: identifier and name of 256 characters each).
const LONGEST_SCOPE: usize = 513;

/// Changes the claims of an ID token.
pub(super) fn of_id(claims: &mut Value, changes: &Changes) {
    change(claims, &changes.id, &[]);
}

/// Changes the claims of an access token; the scopes are its claim `scope`, separated by spaces.
pub(super) fn of_access(claims: &mut Value, changes: &Changes) {
    change(claims, &changes.access, &FIXED_IN_ACCESS);
}

/// The scopes after the change, each once.
pub(super) fn of_scopes(scopes: &str, changes: &Changes) -> String {
    let suppressed = |scope: &str| changes.scopes_to_suppress.iter().any(|name| name == scope);
    let mut kept: Vec<&str> = scopes
        .split(' ')
        .filter(|scope| !scope.is_empty() && !suppressed(scope))
        .collect();
    for scope in &changes.scopes_to_add {
        if !is_scope(scope) {
            tracing::warn!("PreTokenGeneration adds what is no scope: left out");
        } else if !suppressed(scope) && !kept.contains(&scope.as_str()) {
            kept.push(scope);
        }
    }
    kept.join(" ")
}

/// The claims about groups, of the ID token if `has_roles`.
pub(super) fn groups(groups: &Groups, has_roles: bool) -> Map<String, Value> {
    let mut claims = Map::new();
    if !groups.groups_to_override.is_empty() {
        let names = json!(groups.groups_to_override);
        claims.insert("cognito:groups".to_owned(), names);
    }
    if !has_roles {
        return claims;
    }
    if !groups.iam_roles_to_override.is_empty() {
        let roles = json!(groups.iam_roles_to_override);
        claims.insert("cognito:roles".to_owned(), roles);
    }
    if let Some(role) = groups
        .preferred_role
        .as_ref()
        .filter(|role| !role.is_empty())
    {
        claims.insert("cognito:preferred_role".to_owned(), json!(role));
    }
    claims
}

fn change(claims: &mut Value, changes: &ClaimChanges, fixed: &[&str]) {
    let Value::Object(claims) = claims else {
        return;
    };
    let may_change = |name: &str| {
        let is_fixed = FIXED.contains(&name)
            || fixed.contains(&name)
            || name == "token_use"
            || RESERVED.iter().any(|prefix| name.starts_with(prefix));
        if is_fixed {
            tracing::warn!(name, "PreTokenGeneration may not change this claim: left");
        }
        !is_fixed
    };
    for name in &changes.suppress {
        if may_change(name) {
            claims.remove(name);
        }
    }
    for (name, value) in &changes.add {
        if may_change(name) && !changes.suppress.contains(name) {
            claims.insert(name.clone(), value.clone());
        }
    }
}

/// A scope of RFC 6749, 3.3: printable ASCII without space, quotes and backslash.
fn is_scope(text: &str) -> bool {
    let is_allowed = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    (1..=LONGEST_SCOPE).contains(&text.len()) && text.bytes().all(is_allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(add: Value, suppress: &[&str]) -> Changes {
        let Value::Object(add) = add else { panic!() };
        let suppress = suppress.iter().map(|name| (*name).to_owned()).collect();
        let both = ClaimChanges { add, suppress };
        Changes {
            id: both.clone(),
            access: both,
            ..Changes::default()
        }
    }

    #[test]
    fn claims_that_say_who_and_for_whom_stay() {
        let before = json!({
            "sub": "s", "aud": "c", "cognito:username": "u", "email": "e", "name": "n", "token_use": "id",
        });
        let mut claims = before.clone();
        let names: Vec<&str> = FIXED.into_iter().chain(["token_use"]).collect();
        let all: Map<String, Value> = names
            .iter()
            .map(|name| ((*name).to_owned(), json!("x")))
            .collect();
        of_id(&mut claims, &changes(Value::Object(all), &[]));
        of_id(
            &mut claims,
            &changes(json!({ "cognito:groups": ["admin"] }), &names),
        );
        assert_eq!(claims, before);

        let mut access = json!({ "client_id": "c", "scope": "a", "username": "u" });
        let forged = changes(
            json!({ "client_id": "x", "scope": "x", "username": "x" }),
            &["device_key", "scope"],
        );
        of_access(&mut access, &forged);
        assert_eq!(
            access,
            json!({ "client_id": "c", "scope": "a", "username": "u" })
        );
    }

    #[test]
    fn other_claims_come_change_and_go_and_who_suppresses_wins() {
        let mut claims = json!({ "email": "e", "name": "n" });
        let wanted = changes(
            json!({ "name": "m", "plan": { "a": [1] }, "email": "f" }),
            &["email"],
        );
        of_id(&mut claims, &wanted);
        assert_eq!(claims, json!({ "name": "m", "plan": { "a": [1] } }));
    }

    #[test]
    fn scopes_are_added_once_and_only_if_they_are_scopes() {
        let changes = Changes {
            scopes_to_add: [
                "rs/read",
                "openid",
                "two words",
                "",
                "a\"b",
                "rs/read",
                "gone",
            ]
            .map(str::to_owned)
            .to_vec(),
            scopes_to_suppress: vec!["email".to_owned(), "gone".to_owned()],
            ..Changes::default()
        };
        assert_eq!(of_scopes("openid email", &changes), "openid rs/read");
        assert_eq!(of_scopes("", &Changes::default()), "");
    }
}
