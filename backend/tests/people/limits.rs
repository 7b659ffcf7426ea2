//! Limits on attempts, per user and address together.

use std::net::IpAddr;

use futures_util::future::{join, join_all};
use serde_json::{Value, json};

use crate::person::{CLIENT, PASSWORD, POOL, Person, get_user, new_client, new_pool};
use crate::support::Backend;

const EXCEEDED: &str = "Password attempts exceeded";

fn far_away() -> IpAddr {
    "203.0.113.9".parse().unwrap()
}

async fn message_of_wrong_password(backend: &Backend, person: &Person) -> String {
    person
        .password_sign_in(backend, "Wrong-Horse9!")
        .await
        .error()
        .1
}

#[tokio::test]
async fn after_five_wrong_passwords_there_is_a_wait_that_doubles_and_ends() {
    let backend = Backend::start().await;
    for person in [Person::confirmed(&backend).await, Person::stranger()] {
        for _ in 0..5 {
            assert_ne!(message_of_wrong_password(&backend, &person).await, EXCEEDED);
        }
        assert_eq!(message_of_wrong_password(&backend, &person).await, EXCEEDED);
        backend.clock.advance(1);
        assert_ne!(
            message_of_wrong_password(&backend, &person).await,
            EXCEEDED,
            "the sixth"
        );
        backend.clock.advance(1);
        assert_eq!(
            message_of_wrong_password(&backend, &person).await,
            EXCEEDED,
            "2 s now"
        );
        backend.clock.advance(1);
        assert_ne!(
            message_of_wrong_password(&backend, &person).await,
            EXCEEDED,
            "the seventh"
        );
        backend.clock.advance(2 * 900);
        for _ in 0..5 {
            assert_ne!(
                message_of_wrong_password(&backend, &person).await,
                EXCEEDED,
                "begun anew"
            );
        }
    }
}

#[tokio::test]
async fn during_the_wait_the_right_password_is_refused_here_but_not_elsewhere() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    for _ in 0..5 {
        message_of_wrong_password(&backend, &person).await;
    }
    assert_eq!(
        person.password_sign_in(&backend, PASSWORD).await.error().1,
        EXCEEDED
    );
    assert_eq!(
        person.srp_sign_in(&backend, PASSWORD).await.error().1,
        EXCEEDED,
        "by SRP neither"
    );
    backend
        .call_from(
            far_away(),
            "InitiateAuth",
            person.password_request(PASSWORD),
        )
        .await
        .ok();
    backend.clock.advance(1);
    person.password_sign_in(&backend, PASSWORD).await.ok();
    for _ in 0..4 {
        assert_ne!(
            message_of_wrong_password(&backend, &person).await,
            EXCEEDED,
            "a success begins anew"
        );
    }
}

#[tokio::test]
async fn a_burst_of_guesses_gets_no_more_tries_than_a_row_of_them() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let mut guesses = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (router, body) = (
            backend.router.clone(),
            person.password_request("Wrong-Horse9!"),
        );
        let request = crate::support::request("POST", "/")
            .header(
                "x-amz-target",
                "AWSCognitoIdentityProviderService.InitiateAuth",
            )
            .body(axum::body::Body::from(body.to_string()))
            .unwrap();
        guesses.spawn(tower::ServiceExt::oneshot(router, request));
    }
    let mut tried = 0;
    for answer in guesses.join_all().await {
        let body = axum::body::to_bytes(answer.unwrap().into_body(), usize::MAX)
            .await
            .unwrap();
        let body: Value = serde_json::from_slice(&body).unwrap();
        if body["__type"] == "NotAuthorizedException" && body["message"] != EXCEEDED {
            tried += 1;
        }
    }
    assert_eq!(tried, 5);
}

#[tokio::test]
async fn codes_are_tried_15_times_and_recovery_codes_20_times_an_hour() {
    let backend = Backend::start().await;
    for (operation, tries, person) in [
        ("ConfirmSignUp", 15, Person::signed_up(&backend).await),
        ("ConfirmSignUp", 15, Person::stranger()),
        (
            "ConfirmForgotPassword",
            20,
            Person::confirmed(&backend).await,
        ),
        ("ConfirmForgotPassword", 20, Person::stranger()),
    ] {
        let body = person.naming(json!({ "ConfirmationCode": "wrong", "Password": PASSWORD }));
        for _ in 0..tries {
            assert_ne!(
                backend.call(operation, body.clone()).await.error_type(),
                "LimitExceededException"
            );
        }
        let (name, message) = backend.call(operation, body.clone()).await.error();
        assert_eq!(
            (name.as_str(), message.as_str()),
            (
                "LimitExceededException",
                "Attempt limit exceeded, please try after some time."
            )
        );
        assert_ne!(
            backend
                .call_from(far_away(), operation, body.clone())
                .await
                .error_type(),
            "LimitExceededException"
        );
        backend.clock.advance(3600);
        assert_ne!(
            backend.call(operation, body).await.error_type(),
            "LimitExceededException"
        );
    }
}

#[tokio::test]
async fn codes_are_sent_five_times_an_hour() {
    let backend = Backend::start().await;
    for (operation, person) in [
        ("ResendConfirmationCode", Person::signed_up(&backend).await),
        ("ResendConfirmationCode", Person::stranger()),
        ("ForgotPassword", Person::confirmed(&backend).await),
        ("ForgotPassword", Person::stranger()),
    ] {
        for _ in 0..5 {
            backend.call(operation, person.naming(json!({}))).await.ok();
        }
        assert_eq!(
            backend
                .call(operation, person.naming(json!({})))
                .await
                .error_type(),
            "LimitExceededException"
        );
    }
}

#[tokio::test]
async fn a_code_dies_of_a_hundred_wrong_tries_wherever_they_come_from() {
    let backend = Backend::start().await;
    let person = Person::signed_up(&backend).await;
    let code = backend.code(&person.email).await;
    let wrong = person.naming(json!({ "ConfirmationCode": "wrong" }));
    for address in 0..10 {
        let peer = IpAddr::from([198, 51, 100, address]);
        for _ in 0..10 {
            let answer = backend
                .call_from(peer, "ConfirmSignUp", wrong.clone())
                .await;
            assert_eq!(answer.error_type(), "CodeMismatchException");
        }
    }
    let right = person.naming(json!({ "ConfirmationCode": code }));
    let late = backend.call_from(far_away(), "ConfirmSignUp", right).await;
    assert_eq!(late.error_type(), "CodeMismatchException");
    backend.clock.advance(1);
    let resend = person.naming(json!({}));
    backend.call("ResendConfirmationCode", resend).await.ok();
    let fresh = backend.code(&person.email).await;
    person.confirm(&backend, &fresh).await.ok();
}

#[tokio::test]
async fn a_sweep_forgets_only_what_has_expired() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let tokens = person.tokens(&backend).await;
    let started = person.begin_srp(&backend).await;
    let proof = started.responses(PASSWORD, &crate::person::now(&backend));
    person.answer(&backend, proof.clone()).await.ok();
    for _ in 0..5 {
        message_of_wrong_password(&backend, &person).await;
    }
    backend
        .state
        .store
        .sweep(backend.clock.now())
        .await
        .unwrap();
    assert_eq!(message_of_wrong_password(&backend, &person).await, EXCEEDED);
    backend.clock.advance(1);
    let again = person.answer(&backend, proof).await.error();
    assert_eq!(
        again.1, "Incorrect username or password.",
        "the block stays spent"
    );
    backend.clock.advance(86400);
    backend
        .state
        .store
        .sweep(backend.clock.now())
        .await
        .unwrap();
    let refresh = json!({
        "ClientId": person.client, "RefreshToken": tokens["RefreshToken"],
    });
    backend
        .call("GetTokensFromRefreshToken", refresh.clone())
        .await
        .ok();
    backend.clock.advance(31 * 86400);
    backend
        .state
        .store
        .sweep(backend.clock.now())
        .await
        .unwrap();
    let message = backend
        .call("GetTokensFromRefreshToken", refresh)
        .await
        .error()
        .1;
    assert_eq!(
        message, "Invalid Refresh Token.",
        "the family was deleted with its token"
    );
}

#[tokio::test]
async fn tries_of_a_code_are_limited_over_all_addresses_and_all_codes() {
    let backend = Backend::start().await;
    for person in [Person::confirmed(&backend).await, Person::stranger()] {
        let wrong = person.naming(json!({ "ConfirmationCode": "wrong", "Password": PASSWORD }));
        for address in 0..20 {
            let peer = IpAddr::from([198, 51, 100, address]);
            let ask = person.naming(json!({}));
            backend.call_from(peer, "ForgotPassword", ask).await.ok();
            for _ in 0..10 {
                let answer = backend
                    .call_from(peer, "ConfirmForgotPassword", wrong.clone())
                    .await;
                assert_eq!(answer.error_type(), "CodeMismatchException");
            }
        }
        let answer = backend
            .call_from(far_away(), "ConfirmForgotPassword", wrong.clone())
            .await;
        assert_eq!(answer.error_type(), "LimitExceededException");
        backend.clock.advance(3600);
        let answer = backend.call("ConfirmForgotPassword", wrong).await;
        assert_ne!(answer.error_type(), "LimitExceededException");
    }
}

#[tokio::test]
async fn addresses_of_one_ipv6_network_count_as_one() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let wrong = person.naming(json!({ "ConfirmationCode": "wrong", "Password": PASSWORD }));
    for subnet in 0..20 {
        let peer: IpAddr = format!("2001:db8:1:{subnet:x}::1").parse().unwrap();
        let answer = backend.call_from(peer, "ConfirmForgotPassword", wrong.clone());
        assert_ne!(answer.await.error_type(), "LimitExceededException");
    }
    let peer: IpAddr = "2001:db8:1:ffff::1".parse().unwrap();
    let answer = backend.call_from(peer, "ConfirmForgotPassword", wrong.clone());
    assert_eq!(answer.await.error_type(), "LimitExceededException");
    let neighbour: IpAddr = "2001:db8:2::1".parse().unwrap();
    let answer = backend.call_from(neighbour, "ConfirmForgotPassword", wrong);
    assert_ne!(answer.await.error_type(), "LimitExceededException");
}

#[tokio::test]
async fn sign_ins_that_wait_for_a_choice_are_limited_per_address_whoever_they_are_for() {
    let backend = Backend::start().await;
    let here = IpAddr::from([192, 0, 2, 7]);
    let begin = |number: i32, preferred: &str| {
        json!({
            "AuthFlow": "USER_AUTH", "ClientId": CLIENT,
            "AuthParameters": {
                "USERNAME": format!("n{number}@example.com"), "PREFERRED_CHALLENGE": preferred,
            },
        })
    };
    // Counted before anything else is done, so that it is quick.
    for number in 0..999 {
        let answer = backend.call_from(here, "InitiateAuth", begin(number, "NONE"));
        assert_eq!(answer.await.error_type(), "InvalidParameterException");
    }
    let last = backend.call_from(here, "InitiateAuth", begin(999, "PASSWORD"));
    assert_eq!(last.await.ok()["ChallengeName"], "PASSWORD");
    let refused = backend.call_from(here, "InitiateAuth", begin(1000, "PASSWORD"));
    assert_eq!(refused.await.error_type(), "TooManyRequestsException");
    let elsewhere = backend.call_from(far_away(), "InitiateAuth", begin(1000, "PASSWORD"));
    assert_eq!(elsewhere.await.ok()["ChallengeName"], "PASSWORD");
    // A wait for nobody who signs in with a password.
    let person = Person::confirmed(&backend).await;
    let by_password = person.password_request(PASSWORD);
    backend
        .call_from(here, "InitiateAuth", by_password)
        .await
        .ok();
    // A server asks for many people.
    let server = json!({
        "UserPoolId": POOL, "ClientName": "server", "GenerateSecret": true,
        "ExplicitAuthFlows": ["ALLOW_USER_AUTH"],
    });
    let server = backend.admin("CreateUserPoolClient", server).await.ok();
    let mut request = begin(1000, "PASSWORD");
    request["ClientId"] = server["UserPoolClient"]["ClientId"].clone();
    let answer = backend.call_from(here, "InitiateAuth", request).await;
    assert_eq!(
        answer.error_type(),
        "NotAuthorizedException",
        "there is no SECRET_HASH"
    );
}

#[tokio::test]
async fn registrations_of_passkeys_that_are_begun_are_limited_per_person() {
    let backend = Backend::start().await;
    let begin = async |tokens: &Value| {
        let body = json!({ "AccessToken": tokens["AccessToken"] });
        backend.call("StartWebAuthnRegistration", body).await
    };
    let ada = Person::confirmed(&backend).await.tokens(&backend).await;
    for _ in 0..50 {
        begin(&ada).await.ok();
    }
    let refused = begin(&ada).await;
    assert_eq!(refused.error_type(), "LimitExceededException");
    let bob = Person::confirmed(&backend).await.tokens(&backend).await;
    begin(&bob).await.ok();
}

#[tokio::test]
async fn guesses_that_wait_for_their_turn_are_few_and_the_rest_is_refused_at_once() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let other = Person::confirmed(&backend).await;
    let signing_in = (0..100).map(|_| person.password_sign_in(&backend, PASSWORD));
    let (answers, of_other) = join(join_all(signing_in), other.tokens(&backend)).await;
    let (passed, refused): (Vec<_>, Vec<_>) =
        answers.iter().partition(|answer| answer.status == 200);
    assert!(passed.len() >= 9, "{} passed", passed.len());
    for answer in &refused {
        assert_eq!(answer.error_type(), "TooManyRequestsException");
    }
    assert!(!refused.is_empty());
    assert!(of_other["AccessToken"].is_string());
}

#[tokio::test]
async fn a_sign_in_with_a_password_that_is_changed_meanwhile_outlives_no_sign_out() {
    let backend = Backend::start().await;
    for _ in 0..5 {
        let person = Person::confirmed(&backend).await;
        let old = (0..8).map(|_| person.password_sign_in(&backend, PASSWORD));
        let user = json!({ "UserPoolId": POOL, "Username": person.email });
        let mut new = user.clone();
        new["Password"] = json!("Another-Horse9!");
        new["Permanent"] = json!(true);
        let change = async {
            backend.admin("AdminSetUserPassword", new).await.ok();
            backend.admin("AdminUserGlobalSignOut", user).await.ok();
        };
        let (answers, ()) = join(join_all(old), change).await;
        for answer in answers.iter().filter(|answer| answer.status == 200) {
            let tokens = &answer.ok()["AuthenticationResult"];
            let refused = get_user(&backend, tokens).await.error_type();
            assert_eq!(refused, "NotAuthorizedException");
        }
    }
}

#[tokio::test]
async fn one_address_is_not_flooded_by_new_accounts() {
    let backend = Backend::start().await;
    let pool = new_pool(
        &backend,
        json!({ "AliasAttributes": ["email"], "AutoVerifiedAttributes": ["email"] }),
    )
    .await;
    let client = new_client(&backend, &pool, json!({})).await;
    let sign_up = |name: String, email: &str| {
        let body = json!({
            "ClientId": client, "Username": name, "Password": PASSWORD,
            "UserAttributes": [{ "Name": "email", "Value": email }],
        });
        let backend = &backend;
        async move { backend.call("SignUp", body).await }
    };
    for i in 0..20 {
        sign_up(format!("new{i}"), "target@example.com").await.ok();
    }
    let refused = sign_up("new20".into(), "Target@example.com").await;
    assert_eq!(refused.error_type(), "LimitExceededException");
    sign_up("new20".into(), "other@example.com").await.ok();
}
