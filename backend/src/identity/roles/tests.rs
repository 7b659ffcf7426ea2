use serde_json::json;

use super::*;
use crate::error::ErrorType;

fn role(name: &str) -> String {
    format!("arn:aws:iam::000000000000:role/{name}")
}

fn pool() -> PoolRoles {
    let roles = [("authenticated", "in"), ("unauthenticated", "guest")];
    PoolRoles {
        roles: roles
            .map(|(kind, name)| (kind.to_owned(), role(name)))
            .into(),
        role_mappings: BTreeMap::new(),
    }
}

fn mapping(kind: &str, ambiguous: &str, rules: &[(&str, &str, &str, &str)]) -> RoleMapping {
    let rules: Vec<_> = rules
        .iter()
        .map(|(claim, how, value, name)| {
            json!({ "Claim": claim, "MatchType": how, "Value": value, "RoleARN": role(name) })
        })
        .collect();
    let mut mapping = json!({ "Type": kind, "AmbiguousRoleResolution": ambiguous });
    if kind == "Rules" {
        mapping["RulesConfiguration"] = json!({ "Rules": rules });
    }
    serde_json::from_value(mapping).unwrap()
}

/// The role's name, or the name of the refusal.
fn chosen(pool: &PoolRoles, who: Who<'_>, custom: Option<&str>) -> String {
    let custom = custom.map(role);
    match pool.choose(who, custom.as_deref()) {
        Ok(arn) => arn.rsplit('/').next().unwrap().to_owned(),
        Err(error) => error.code.name().to_owned(),
    }
}

const DENIED: &str = "NotAuthorizedException";
const UNCONFIGURED: &str = "InvalidIdentityPoolConfigurationException";

#[test]
fn without_a_mapping_there_are_two_roles_and_none_by_name() {
    assert_eq!(chosen(&pool(), Who::Guest, None), "guest");
    assert_eq!(chosen(&pool(), Who::SignedIn(None), None), "in");
    assert_eq!(chosen(&pool(), Who::Guest, Some("guest")), DENIED);
    assert_eq!(chosen(&pool(), Who::SignedIn(None), Some("in")), DENIED);
    let none = PoolRoles::default();
    assert_eq!(chosen(&none, Who::Guest, None), UNCONFIGURED);
    assert_eq!(chosen(&none, Who::SignedIn(None), None), UNCONFIGURED);
}

#[test]
fn by_token_the_preferred_role_wins_and_a_named_one_must_be_in_the_token() {
    let (a, b) = (role("a"), role("b"));
    let both = json!({ "cognito:roles": [a, b] });
    let preferred = json!({ "cognito:roles": [a, b], "cognito:preferred_role": b });
    let one = json!({ "cognito:roles": [a] });
    let none = json!({ "sub": "x" });
    for (claims, ambiguous, custom, expected) in [
        (&preferred, "Deny", None, "b"),
        (&preferred, "Deny", Some("a"), "a"),
        (&preferred, "Deny", Some("c"), DENIED),
        (&one, "Deny", None, "a"),
        (&both, "Deny", None, DENIED),
        (&both, "AuthenticatedRole", None, "in"),
        (&both, "AuthenticatedRole", Some("b"), "b"),
        (&none, "Deny", None, DENIED),
        (&none, "AuthenticatedRole", None, "in"),
        (&none, "AuthenticatedRole", Some("in"), DENIED),
    ] {
        let mapping = mapping("Token", ambiguous, &[]);
        let who = Who::SignedIn(Some((&mapping, claims.as_object().unwrap())));
        assert_eq!(
            chosen(&pool(), who, custom),
            expected,
            "{claims} {ambiguous} {custom:?}"
        );
    }
}

#[test]
fn by_rules_the_first_that_matches_wins() {
    let rules = [
        ("email", "StartsWith", "root@", "root"),
        ("cognito:groups", "Equals", "admins", "admin"),
        ("custom:dept", "Contains", "sale", "sales"),
        ("level", "NotEqual", "1", "high"),
        ("email_verified", "Equals", "true", "verified"),
    ];
    for (claims, ambiguous, custom, expected) in [
        (
            json!({ "email": "root@a", "custom:dept": "sales" }),
            "Deny",
            None,
            "root",
        ),
        (
            json!({ "email": "root@a", "custom:dept": "sales" }),
            "Deny",
            Some("sales"),
            "sales",
        ),
        (json!({ "email": "root@a" }), "Deny", Some("admin"), DENIED),
        (
            json!({ "cognito:groups": ["x", "admins"] }),
            "Deny",
            None,
            "admin",
        ),
        (json!({ "cognito:groups": "admins2" }), "Deny", None, DENIED),
        (json!({ "custom:dept": "presales" }), "Deny", None, "sales"),
        (json!({ "level": 2 }), "Deny", None, "high"),
        (json!({ "level": 1 }), "Deny", None, DENIED),
        (json!({ "email_verified": true }), "Deny", None, "verified"),
        (json!({ "email": {} }), "Deny", None, DENIED),
        (json!({}), "AuthenticatedRole", None, "in"),
        (json!({}), "AuthenticatedRole", Some("in"), DENIED),
    ] {
        let mapping = mapping("Rules", ambiguous, &rules);
        let who = Who::SignedIn(Some((&mapping, claims.as_object().unwrap())));
        assert_eq!(
            chosen(&pool(), who, custom),
            expected,
            "{claims} {ambiguous} {custom:?}"
        );
    }
}

#[test]
fn settings_that_cannot_be_used_are_refused() {
    let with = |mapping: RoleMapping| PoolRoles {
        role_mappings: [("graph.facebook.com".to_owned(), mapping)].into(),
        ..pool()
    };
    let rule = ("email", "Equals", "a", "a");
    assert!(with(mapping("Token", "Deny", &[])).check(25).is_ok());
    assert!(
        with(mapping("Rules", "Deny", &[rule; 25]))
            .check(25)
            .is_ok()
    );
    let mut without_resolution = mapping("Token", "Deny", &[]);
    without_resolution.ambiguous_role_resolution = None;
    let mut without_rules = mapping("Rules", "Deny", &[rule]);
    without_rules.rules_configuration = None;
    let mut token_with_rules = mapping("Rules", "Deny", &[rule]);
    token_with_rules.kind = MappingType::Token;
    let mut no_role = mapping("Rules", "Deny", &[rule]);
    no_role.rules_configuration.as_mut().unwrap().rules[0].role_arn =
        "arn:aws:s3:::bucket".to_owned();
    for (mapping, code) in [
        (
            mapping("Rules", "Deny", &[rule; 26]),
            ErrorType::LimitExceeded,
        ),
        (without_resolution, ErrorType::InvalidParameter),
        (without_rules, ErrorType::InvalidParameter),
        (token_with_rules, ErrorType::InvalidParameter),
        (no_role, ErrorType::InvalidParameter),
    ] {
        assert_eq!(with(mapping).check(25).unwrap_err().code, code);
    }
}
