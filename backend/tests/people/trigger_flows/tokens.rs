//! `PreTokenGeneration`, versions 1 to 3.

use serde_json::{Value, json};

use super::{REFUSALS, with};
use crate::browser::{App, Browser, post_form, user_info};
use crate::person::{CLIENT, POOL, Person, claims, get_user, new_client};
use crate::support::Answer;
use crate::triggers::{Handlers, THROWS_ITS_EVENT, thrown_event};

const TELLS: &str = "export const handler = async (event) => {
    event.response.claimsOverrideDetails = {
        claimsToAddOrOverride: {
            source: event.triggerSource, metadata: JSON.stringify(event.request.clientMetadata ?? null),
            sub: 'somebody else', aud: 'another', 'cognito:groups': 'admin', exp: '9999999999', name: 'Changed',
        },
        claimsToSuppress: ['email', 'iss', 'token_use', 'origin_jti'],
        groupOverrideDetails: {
            groupsToOverride: ['readers'], iamRolesToOverride: ['arn:aws:iam::0:role/r'], preferredRole: 'arn:aws:iam::0:role/r',
        },
    };
    return event;
};";

#[tokio::test]
async fn version_1_changes_the_id_token_and_not_who_it_is_about() {
    let backend = with("pre_token_generation", TELLS).await;
    let person = Person::confirmed(&backend).await;
    let tokens = person.tokens(&backend).await;
    let (id, access) = (claims(&tokens["IdToken"]), claims(&tokens["AccessToken"]));
    assert_eq!(id["source"], "TokenGeneration_Authentication");
    assert_eq!(id["name"], "Changed");
    assert_eq!(id["sub"], access["sub"]);
    assert_eq!(id["sub"].as_str().unwrap().len(), 36);
    assert_eq!(id["aud"], json!(CLIENT));
    assert_eq!(id["token_use"], "id");
    assert_eq!(id["exp"], access["exp"]);
    assert_eq!(id["origin_jti"], access["origin_jti"]);
    assert!(id["iss"].is_string());
    assert!(id.get("email").is_none(), "suppressed");
    for token in [&id, &access] {
        assert_eq!(token["cognito:groups"], json!(["readers"]));
    }
    assert_eq!(id["cognito:roles"], json!(["arn:aws:iam::0:role/r"]));
    assert_eq!(id["cognito:preferred_role"], "arn:aws:iam::0:role/r");
    assert!(access.get("cognito:roles").is_none());
    assert!(
        access.get("source").is_none(),
        "version 1 is about the ID token"
    );
    get_user(&backend, &tokens).await.ok();
}

#[tokio::test]
async fn each_occasion_has_its_source_and_its_metadata() {
    let backend = with("pre_token_generation", TELLS).await;
    let person = Person::confirmed(&backend).await;
    let client = new_client(&backend, POOL, json!({})).await;
    let person = Person { client, ..person };
    let tokens = person.tokens(&backend).await;
    let body = json!({
        "ClientId": person.client, "RefreshToken": tokens["RefreshToken"], "ClientMetadata": { "k": "v" },
    });
    let answer = backend.call("GetTokensFromRefreshToken", body).await.ok();
    let id = claims(&answer["AuthenticationResult"]["IdToken"]);
    assert_eq!(id["source"], "TokenGeneration_RefreshTokens");
    assert_eq!(id["metadata"], "{\"k\":\"v\"}");

    let (app, mut browser) = (App::demo(), Browser::default());
    let back = browser.sign_in(&backend, &app, &person).await;
    let tokens = app.redeem(&backend, &back).await.ok();
    let id = claims(&tokens["id_token"]);
    assert_eq!(id["source"], "TokenGeneration_HostedAuth");
    let refreshed = app.refresh(&backend, &tokens["refresh_token"]).await.ok();
    let id = claims(&refreshed["id_token"]);
    assert_eq!(id["source"], "TokenGeneration_RefreshTokens");

    let invited = Person::stranger();
    let body = json!({
        "UserPoolId": POOL, "Username": invited.email, "TemporaryPassword": "Temporary-1",
        "UserAttributes": [{ "Name": "email", "Value": invited.email }], "MessageAction": "SUPPRESS",
    });
    backend.admin("AdminCreateUser", body).await.ok();
    let asked = invited.password_sign_in(&backend, "Temporary-1").await.ok();
    let answer = json!({
        "ClientId": CLIENT, "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": asked["Session"],
        "ChallengeResponses": { "USERNAME": invited.email, "NEW_PASSWORD": invited.password },
    });
    let answer = backend.call("RespondToAuthChallenge", answer).await.ok();
    let id = claims(&answer["AuthenticationResult"]["IdToken"]);
    assert_eq!(id["source"], "TokenGeneration_NewPasswordChallenge");
}

const SECOND: &str = "export const handler = async (event) => {
    event.response.claimsAndScopeOverrideDetails = {
        idTokenGeneration: { claimsToAddOrOverride: { plan: { name: 'gold', seats: 3 }, groups: event.request.groupConfiguration } },
        accessTokenGeneration: {
            claimsToAddOrOverride: { tenant: [1, 2], client_id: 'x', username: 'x', scope: 'x', sub: 'x' },
            claimsToSuppress: ['event_id', 'username'],
            scopesToAdd: ['orders/read', 'has space'], scopesToSuppress: ['email'],
        },
    };
    return event;
};";

#[tokio::test]
async fn version_2_changes_the_access_token_too_with_any_json() {
    let backend = Handlers::versioned("pre_token_generation", "V2_0", SECOND)
        .start()
        .await;
    let person = Person::confirmed(&backend).await;
    let tokens = person.tokens(&backend).await;
    let (id, access) = (claims(&tokens["IdToken"]), claims(&tokens["AccessToken"]));
    assert_eq!(id["plan"], json!({ "name": "gold", "seats": 3 }));
    assert_eq!(
        id["groups"],
        json!({ "groupsToOverride": [], "iamRolesToOverride": [], "preferredRole": null })
    );
    assert_eq!(access["tenant"], json!([1, 2]));
    assert_eq!(access["scope"], "aws.cognito.signin.user.admin orders/read");
    assert_eq!(access["client_id"], json!(CLIENT));
    assert_eq!(access["sub"], id["sub"]);
    assert_eq!(access["username"], id["cognito:username"]);
    assert!(access["event_id"].is_string());
    get_user(&backend, &tokens).await.ok();

    let (app, mut browser) = (App::demo(), Browser::default());
    let back = browser.sign_in(&backend, &app, &person).await;
    let answer = app.redeem(&backend, &back).await.ok();
    assert_eq!(answer["scope"], "openid orders/read");
    let told = user_info(&backend, &answer["access_token"]).await;
    assert!(told.json().get("sub").is_some(), "{}", told.text);
}

#[tokio::test]
async fn the_events_of_the_versions_differ_as_published() {
    for (version, number, has_scopes, empty) in [
        ("V1_0", "1", false, "claimsOverrideDetails"),
        ("V2_0", "2", true, "claimsAndScopeOverrideDetails"),
        ("V3_0", "3", true, "claimsAndScopeOverrideDetails"),
    ] {
        let handlers = Handlers::versioned("pre_token_generation", version, THROWS_ITS_EVENT);
        let backend = handlers.start().await;
        let person = Person::confirmed(&backend).await;
        let answer = person.password_sign_in(&backend, &person.password).await;
        let event = thrown_event("PreTokenGeneration", &answer);
        assert_eq!(event["version"], number);
        assert_eq!(event["response"], json!({ empty: null }));
        let scopes = event["request"].get("scopes");
        let expected = json!(["aws.cognito.signin.user.admin"]);
        assert_eq!(scopes, has_scopes.then_some(&expected), "{version}");
    }
}

#[tokio::test]
async fn a_handler_that_fails_gives_no_tokens_and_ends_no_session() {
    let good = with(
        "pre_token_generation",
        "export const handler = async (e) => e;",
    )
    .await;
    let person = Person::confirmed(&good).await;
    let (app, mut browser) = (App::demo(), Browser::default());
    let back = browser.sign_in(&good, &app, &person).await;
    let tokens = app.redeem(&good, &back).await.ok();
    let mut backend = good;
    for (source, expected) in REFUSALS.into_iter().chain([
        (
            "export const handler = async (event) => {
                event.response.claimsOverrideDetails = { claimsToAddOrOverride: { plan: 7 } };
                return event;
            };",
            "InvalidLambdaResponseException",
        ),
        (
            "export const handler = async (event) => {
                event.response.claimsOverrideDetails = { claimsToSuppress: 'email' };
                return event;
            };",
            "InvalidLambdaResponseException",
        ),
    ]) {
        let handlers = Handlers::new(&[("pre_token_generation", "handler.mjs", source)]);
        backend = backend.restart_with(handlers.config()).await;
        let answer = person.password_sign_in(&backend, &person.password).await;
        assert_eq!(answer.error_type(), expected, "{source}");
        let refused = app.refresh(&backend, &tokens["refresh_token"]).await;
        let code = refused.json()["error"].clone();
        let expected = if expected == "UserLambdaValidationException" {
            "invalid_request"
        } else {
            "server_error"
        };
        assert_eq!(
            code, expected,
            "invalid_grant would end the session: {source}"
        );
    }
    let handlers = Handlers::new(&[("pre_token_generation", "handler.mjs", TELLS)]);
    backend = backend.restart_with(handlers.config()).await;
    app.refresh(&backend, &tokens["refresh_token"]).await.ok();
}

#[tokio::test]
async fn a_lambda_config_of_the_api_says_the_version_and_must_agree_with_itself() {
    let backend = with("pre_token_generation", SECOND).await;
    let arn = "arn:aws:lambda:local:000000000000:function:handler.mjs";
    let create = |config: Value| {
        let body = json!({ "PoolName": "versions", "LambdaConfig": config });
        backend.admin("CreateUserPool", body)
    };
    let versioned = |version: &str| json!({ "LambdaArn": arn, "LambdaVersion": version });
    let config =
        json!({ "PreTokenGeneration": arn, "PreTokenGenerationConfig": versioned("V2_0") });
    let made = create(config.clone()).await.ok();
    let pool = made["UserPool"]["Id"].clone();
    let described = backend
        .admin("DescribeUserPool", json!({ "UserPoolId": pool }))
        .await
        .ok();
    assert_eq!(described["UserPool"]["LambdaConfig"], config);

    let other = "arn:aws:lambda:local:000000000000:function:gone.mjs";
    for refused in [
        json!({ "PreTokenGenerationConfig": { "LambdaArn": other, "LambdaVersion": "V1_0" } }),
        json!({ "PreTokenGeneration": other, "PreTokenGenerationConfig": versioned("V2_0") }),
        json!({ "PreTokenGenerationConfig": versioned("V4_0") }),
        json!({ "PreTokenGenerationConfig": { "LambdaArn": arn } }),
    ] {
        let answer: Answer = create(refused.clone()).await;
        assert_eq!(
            answer.error_type(),
            "InvalidParameterException",
            "{refused}"
        );
    }
}

/// Tells in both tokens why they were made.
pub(crate) const TELLS_WHY: &str = "export const handler = async (event) => {
    const claims = { claimsToAddOrOverride: { source: event.triggerSource } };
    event.response.claimsAndScopeOverrideDetails = { idTokenGeneration: claims, accessTokenGeneration: claims };
    return event;
};";

#[tokio::test]
async fn a_programs_token_has_a_source_of_its_own() {
    let handlers = Handlers::versioned("pre_token_generation", "V3_0", TELLS_WHY);
    let backend = handlers.start().await;
    let server = json!({
        "UserPoolId": POOL, "Identifier": "notes", "Name": "Notes",
        "Scopes": [{ "ScopeName": "read", "ScopeDescription": "reads" }],
    });
    backend.admin("CreateResourceServer", server).await.ok();
    let program = json!({
        "UserPoolId": POOL, "ClientName": "program", "GenerateSecret": true,
        "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["client_credentials"],
        "AllowedOAuthScopes": ["notes/read"],
    });
    let made = backend.admin("CreateUserPoolClient", program).await.ok();
    let text = |member: &str| made["UserPoolClient"][member].as_str().unwrap().to_owned();
    let form = [
        ("grant_type", "client_credentials".to_owned()),
        ("client_id", text("ClientId")),
        ("client_secret", text("ClientSecret")),
    ];
    let tokens = post_form(&backend, "/oauth2/token", &form).await.ok();
    assert_eq!(
        claims(&tokens["access_token"])["source"],
        "TokenGeneration_ClientCredentials"
    );
}
