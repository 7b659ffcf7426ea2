//! Refresh tokens: staying signed in, rotating, revoking.

use serde_json::{Value, json};

use crate::person::{CLIENT, POOL, Person, claims, get_user, new_client};
use crate::support::{Answer, Backend};

async fn refresh(backend: &Backend, client: &str, token: &Value) -> Answer {
    backend
        .call(
            "GetTokensFromRefreshToken",
            json!({ "ClientId": client, "RefreshToken": token }),
        )
        .await
}

async fn rotating(backend: &Backend, grace: i64) -> Person {
    let client = new_client(
        backend,
        POOL,
        json!({
            "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
            "RefreshTokenRotation": { "Feature": "ENABLED", "RetryGracePeriodSeconds": grace },
        }),
    )
    .await;
    Person {
        client,
        ..Person::confirmed(backend).await
    }
}

#[tokio::test]
async fn both_operations_give_new_tokens_of_the_same_sign_in_and_no_refresh_token() {
    let backend = Backend::start().await;
    let first = Person::confirmed(&backend).await.tokens(&backend).await;
    backend.clock.advance(100);
    let by_operation = refresh(&backend, CLIENT, &first["RefreshToken"]).await.ok();
    for flow in ["REFRESH_TOKEN_AUTH", "REFRESH_TOKEN"] {
        let body = json!({ "AuthFlow": flow, "ClientId": CLIENT, "AuthParameters": { "REFRESH_TOKEN": first["RefreshToken"] } });
        let by_flow = backend.call("InitiateAuth", body).await.ok();
        for answer in [&by_operation, &by_flow] {
            let tokens = &answer["AuthenticationResult"];
            assert_eq!(tokens.get("RefreshToken"), None);
            let (old, new) = (
                claims(&first["AccessToken"]),
                claims(&tokens["AccessToken"]),
            );
            assert_eq!(
                (&old["origin_jti"], &old["auth_time"]),
                (&new["origin_jti"], &new["auth_time"])
            );
            assert_ne!(old["jti"], new["jti"]);
            assert_ne!(old["iat"], new["iat"]);
            get_user(&backend, tokens).await.ok();
        }
    }
}

#[tokio::test]
async fn a_refresh_token_ends_with_its_time_its_user_and_its_session() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let tokens = person.tokens(&backend).await;
    let other = new_client(&backend, POOL, json!({})).await;
    let message =
        async |client: &str, token: &Value| refresh(&backend, client, token).await.error().1;
    assert_eq!(
        message(&other, &tokens["RefreshToken"]).await,
        "Invalid Refresh Token."
    );
    assert_eq!(
        message(CLIENT, &json!("unknown")).await,
        "Invalid Refresh Token."
    );
    backend.clock.advance(30 * 86400 - 1);
    refresh(&backend, CLIENT, &tokens["RefreshToken"])
        .await
        .ok();
    backend.clock.advance(1);
    assert_eq!(
        message(CLIENT, &tokens["RefreshToken"]).await,
        "Refresh Token has expired"
    );

    let tokens = person.tokens(&backend).await;
    backend
        .call(
            "GlobalSignOut",
            json!({ "AccessToken": tokens["AccessToken"] }),
        )
        .await
        .ok();
    assert_eq!(
        message(CLIENT, &tokens["RefreshToken"]).await,
        "Refresh Token has been revoked"
    );

    let tokens = person.tokens(&backend).await;
    let user = json!({ "UserPoolId": POOL, "Username": person.email });
    backend.admin("AdminDeleteUser", user).await.ok();
    assert_eq!(
        message(CLIENT, &tokens["RefreshToken"]).await,
        "Invalid Refresh Token."
    );
}

#[tokio::test]
async fn a_client_that_rotates_gets_a_new_token_each_time_and_grace_for_the_old() {
    let backend = Backend::start().await;
    let person = rotating(&backend, 10).await;
    let first = person.tokens(&backend).await["RefreshToken"].clone();
    let second = refresh(&backend, &person.client, &first).await.ok()["AuthenticationResult"]["RefreshToken"].clone();
    assert!(second.is_string() && second != first);
    backend.clock.advance(9);
    refresh(&backend, &person.client, &first).await.ok();
    refresh(&backend, &person.client, &second).await.ok();
    let flow = json!({ "AuthFlow": "REFRESH_TOKEN_AUTH", "ClientId": person.client, "AuthParameters": { "REFRESH_TOKEN": second } });
    assert_eq!(
        backend.call("InitiateAuth", flow).await.error_type(),
        "InvalidParameterException"
    );
}

#[tokio::test]
async fn a_token_that_was_rotated_away_ends_the_whole_family() {
    let backend = Backend::start().await;
    let person = rotating(&backend, 10).await;
    let stolen = person.tokens(&backend).await["RefreshToken"].clone();
    let tokens =
        refresh(&backend, &person.client, &stolen).await.ok()["AuthenticationResult"].clone();
    backend.clock.advance(10);
    assert_eq!(
        refresh(&backend, &person.client, &stolen)
            .await
            .error_type(),
        "RefreshTokenReuseException"
    );
    assert_eq!(
        refresh(&backend, &person.client, &tokens["RefreshToken"])
            .await
            .error_type(),
        "NotAuthorizedException"
    );
    assert_eq!(
        get_user(&backend, &tokens).await.error().1,
        "Access Token has been revoked"
    );
}

/// The refresh token that one is replaced by.
async fn next(backend: &Backend, person: &Person, token: &Value) -> Value {
    let answer = refresh(backend, &person.client, token).await.ok();
    answer["AuthenticationResult"]["RefreshToken"].clone()
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_and_what_it_brought_ends() {
    let backend = Backend::start().await;
    let person = rotating(&backend, 60).await;
    let first = person.tokens(&backend).await["RefreshToken"].clone();
    let mut lost = Vec::new();
    for _ in 0..5 {
        lost.push(next(&backend, &person, &first).await);
    }
    let arrived = lost.pop().unwrap();
    backend.clock.advance(59);
    let later = next(&backend, &person, &arrived).await;
    backend.clock.advance(3600);
    next(&backend, &person, &later).await;
    backend.clock.advance(3600);
    let reused = refresh(&backend, &person.client, &lost[0]).await;
    assert_eq!(reused.error_type(), "RefreshTokenReuseException");
}

#[tokio::test]
async fn a_copy_within_the_grace_makes_no_second_line_of_tokens() {
    let backend = Backend::start().await;
    let person = rotating(&backend, 60).await;
    let copied = person.tokens(&backend).await["RefreshToken"].clone();
    let own = next(&backend, &person, &copied).await;
    backend.clock.advance(59);
    let theirs = next(&backend, &person, &copied).await;
    backend.clock.advance(3600);
    let reused = refresh(&backend, &person.client, &own).await;
    assert_eq!(reused.error_type(), "RefreshTokenReuseException");
    let revoked = refresh(&backend, &person.client, &theirs).await;
    assert_eq!(revoked.error().1, "Refresh Token has been revoked");
}

#[tokio::test]
async fn a_copy_counts_no_more_once_the_successor_was_used() {
    let backend = Backend::start().await;
    let person = rotating(&backend, 60).await;
    let copied = person.tokens(&backend).await["RefreshToken"].clone();
    let own = next(&backend, &person, &copied).await;
    let newest = next(&backend, &person, &own).await;
    let reused = refresh(&backend, &person.client, &copied).await;
    assert_eq!(reused.error_type(), "RefreshTokenReuseException");
    let revoked = refresh(&backend, &person.client, &newest).await;
    assert_eq!(revoked.error().1, "Refresh Token has been revoked");
}

#[tokio::test]
async fn of_two_rotations_without_grace_that_arrive_together_one_wins() {
    let backend = Backend::start().await;
    let person = rotating(&backend, 0).await;
    let token = person.tokens(&backend).await["RefreshToken"].clone();
    let send = || refresh(&backend, &person.client, &token);
    let (one, two) = tokio::join!(send(), send());
    assert_eq!(
        [&one, &two]
            .iter()
            .filter(|answer| answer.status.is_success())
            .count(),
        1
    );
    let loser = if one.status.is_success() { two } else { one };
    assert_eq!(loser.error_type(), "RefreshTokenReuseException");
}

#[tokio::test]
async fn rotation_does_not_prolong_a_sign_in() {
    let backend = Backend::start().await;
    let person = rotating(&backend, 10).await;
    let first = person.tokens(&backend).await["RefreshToken"].clone();
    backend.clock.advance(30 * 86400 - 5);
    let second = refresh(&backend, &person.client, &first).await.ok()["AuthenticationResult"]["RefreshToken"].clone();
    backend.clock.advance(5);
    assert_eq!(
        refresh(&backend, &person.client, &second).await.error().1,
        "Refresh Token has expired"
    );
}

#[tokio::test]
async fn only_refresh_tokens_are_revoked_and_only_by_their_client() {
    let backend = Backend::start().await;
    let tokens = Person::confirmed(&backend).await.tokens(&backend).await;
    let revoke = async |client: &str, token: &Value| {
        backend
            .call("RevokeToken", json!({ "ClientId": client, "Token": token }))
            .await
    };
    assert_eq!(
        revoke(CLIENT, &tokens["AccessToken"]).await.error_type(),
        "UnsupportedTokenTypeException"
    );
    let other = new_client(&backend, POOL, json!({})).await;
    assert_eq!(
        revoke(&other, &tokens["RefreshToken"]).await.error_type(),
        "UnauthorizedException"
    );
    refresh(&backend, CLIENT, &tokens["RefreshToken"])
        .await
        .ok();
    revoke(CLIENT, &json!("unknown")).await.ok();
    let without = new_client(&backend, POOL, json!({ "EnableTokenRevocation": false })).await;
    assert_eq!(
        revoke(&without, &json!("unknown")).await.error_type(),
        "UnsupportedOperationException"
    );
    assert_eq!(
        revoke("nosuchclient", &json!("unknown")).await.error_type(),
        "UnauthorizedException"
    );
}
