//! The login domain answers to its own page, in the browser that began, and to nobody else.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode};
use cognate_core::srp::Handshake;
use serde_json::{Value, json};

use crate::browser::{App, Browser, CALLBACK, ORIGIN, location, parameter};
use crate::person::{POOL, Person, Started, new_client, now};
use crate::support::{Answer, Backend};

const GONE: &str = "LoginTransactionNotFoundException";

/// `USER_SRP_AUTH` on a hosted page.
pub(crate) async fn begin_srp(
    browser: &mut Browser,
    backend: &Backend,
    transaction: &str,
    name: &str,
) -> Started {
    let secret = vec![7; 32];
    let handshake = Handshake::dangerous_with_secret(&secret).unwrap();
    let body = json!({
        "AuthFlow": "USER_SRP_AUTH",
        "AuthParameters": { "USERNAME": name, "SRP_A": handshake.public_hex() },
    });
    let answer = browser
        .ask(backend, transaction, "InitiateAuth", body)
        .await
        .ok();
    assert_eq!(answer["ChallengeName"], "PASSWORD_VERIFIER");
    Started {
        parameters: answer["ChallengeParameters"].clone(),
        secret,
    }
}

fn describe(answer: &Answer) -> (StatusCode, String) {
    (answer.status, answer.error_type())
}

#[tokio::test]
async fn a_cookie_of_somebody_elses_that_is_no_text_does_not_hide_ours() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let mut browser = Browser::default();
    let transaction = browser.begin(&backend, &App::demo()).await;
    let name = format!("cognate-txn-{transaction}");
    let ours = format!("{name}={}", browser.cookies[&name]);
    let line = [b"theme=caf\xe9; ", ours.as_bytes(), b"; last=\xff"].concat();
    let body = json!({
        "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": { "USERNAME": person.email, "PASSWORD": person.password },
    });
    let mut request = browser
        .page_request(&transaction, "InitiateAuth")
        .body(Body::from(body.to_string()))
        .unwrap();
    let line = HeaderValue::from_bytes(&line).unwrap();
    request.headers_mut().insert("cookie", line);
    let answer = browser.send(&backend, request).await.ok();
    assert!(answer["Location"].as_str().unwrap().starts_with(CALLBACK));
}

#[tokio::test]
async fn without_the_cookie_of_the_transaction_there_is_no_sign_in() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let mut mine = Browser::default();
    let transaction = mine.begin(&backend, &App::demo()).await;

    // Somebody follows my link, with no cookie, or with those of a sign-in of their own.
    let mut empty = Browser::default();
    let mut other = Browser::default();
    let others = other.begin(&backend, &App::demo()).await;
    let secret = other.cookies[&format!("cognate-txn-{others}")].clone();
    let mut forged = Browser::default();
    forged
        .cookies
        .insert(format!("cognate-txn-{transaction}"), secret);
    for browser in [&mut empty, &mut other, &mut forged] {
        let answer = browser.prove(&backend, &transaction, &person).await;
        assert_eq!(
            describe(&answer),
            (StatusCode::BAD_REQUEST, GONE.to_owned())
        );
        assert_eq!(answer.header("set-cookie"), None);
    }
    mine.prove(&backend, &transaction, &person).await.ok();
}

#[tokio::test]
async fn a_planted_second_cookie_of_the_same_name_is_not_believed() {
    let backend = Backend::start().await;
    let mut browser = Browser::default();
    let transaction = browser.begin(&backend, &App::demo()).await;
    let request = browser
        .page_request(&transaction, "DescribeLogin")
        .header("cookie", format!("cognate-txn-{transaction}=planted"));
    let answer = browser
        .send(&backend, request.body(Body::from("{}")).unwrap())
        .await;
    assert_eq!(answer.error_type(), GONE);
}

#[tokio::test]
async fn requests_of_other_pages_are_refused_before_they_are_read() {
    let backend = Backend::start().await;
    let mut browser = Browser::default();
    let transaction = browser.begin(&backend, &App::demo()).await;
    for (name, value) in [
        ("origin", Some("http://localhost:4200")),
        ("origin", Some("http://localhost:4100.evil.example")),
        ("origin", Some("https://localhost:4100")),
        ("origin", Some("http://127.0.0.1:4100")),
        ("origin", Some("null")),
        ("origin", None),
        ("sec-fetch-site", Some("cross-site")),
        ("sec-fetch-site", Some("same-site")),
        ("sec-fetch-site", Some("none")),
        ("sec-fetch-site", None),
        ("x-cognate-transaction", None),
        ("content-type", Some("text/plain")),
        ("content-type", Some("application/x-www-form-urlencoded")),
        ("content-type", None),
    ] {
        let mut request = browser
            .page_request(&transaction, "DescribeLogin")
            .body(Body::from("{}"))
            .unwrap();
        request.headers_mut().remove(name);
        if let Some(value) = value {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        let answer = browser.send(&backend, request).await;
        let expected = (StatusCode::FORBIDDEN, "ForbiddenException".to_owned());
        assert_eq!(describe(&answer), expected, "{name}: {value:?}");
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
    // Our own origin is the configured one, whatever Host says.
    let mut request = browser
        .page_request(&transaction, "DescribeLogin")
        .body(Body::from("{}"))
        .unwrap();
    request
        .headers_mut()
        .insert("host", "evil.example".parse().unwrap());
    request
        .headers_mut()
        .insert("origin", "http://evil.example".parse().unwrap());
    assert_eq!(
        browser.send(&backend, request).await.error_type(),
        "ForbiddenException"
    );
    browser
        .ask(&backend, &transaction, "DescribeLogin", json!({}))
        .await
        .ok();
}

#[tokio::test]
async fn a_browser_may_not_ask_from_another_origin_in_advance() {
    let backend = Backend::start().await;
    for path in [
        "/_cognate/login/InitiateAuth",
        "/oauth2/authorize",
        "/logout",
        "/login",
    ] {
        let request = crate::support::request("OPTIONS", path)
            .header("origin", "http://localhost:4200")
            .header("access-control-request-method", "POST");
        let answer = backend.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), None, "{path}");
    }
}

#[tokio::test]
async fn a_transaction_is_completed_once() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let mut browser = Browser::default();
    let transaction = browser.begin(&backend, &App::demo()).await;
    let mut copy = browser.clone();
    browser.prove(&backend, &transaction, &person).await.ok();
    let again = copy.prove(&backend, &transaction, &person).await;
    assert_eq!(again.error_type(), GONE);

    // Together: one wins.
    let transaction = browser
        .begin(&backend, &App::demo().with("prompt", "login"))
        .await;
    let (mut second, mut third) = (browser.clone(), browser.clone());
    let answers = tokio::join!(
        browser.prove(&backend, &transaction, &person),
        second.prove(&backend, &transaction, &person),
        third.prove(&backend, &transaction, &person),
    );
    let statuses = [answers.0.status, answers.1.status, answers.2.status];
    let won = statuses
        .iter()
        .filter(|status| **status == StatusCode::OK)
        .count();
    assert_eq!(won, 1, "{statuses:?}");
}

#[tokio::test]
async fn a_transaction_ends_after_a_quarter_of_an_hour() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let mut browser = Browser::default();
    let transaction = browser.begin(&backend, &App::demo()).await;
    backend.clock.advance(899);
    browser
        .ask(&backend, &transaction, "DescribeLogin", json!({}))
        .await
        .ok();
    backend.clock.advance(1);
    let answer = browser.prove(&backend, &transaction, &person).await;
    assert_eq!(answer.error_type(), GONE);
}

#[tokio::test]
async fn challenges_of_the_json_api_and_of_other_transactions_are_not_answered_here_nor_there() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let mut browser = Browser::default();
    let transaction = browser.begin(&backend, &App::demo()).await;
    let another = browser.begin(&backend, &App::demo()).await;
    let responses = |started: &Started| {
        json!({
            "ChallengeName": "PASSWORD_VERIFIER", "ClientId": person.client,
            "ChallengeResponses": started.responses(&person.password, &now(&backend)),
        })
    };
    let refused = (
        "NotAuthorizedException".to_owned(),
        "Incorrect username or password.".to_owned(),
    );
    let respond = "RespondToAuthChallenge";
    let from_api = person.begin_srp(&backend).await;
    let answer = browser
        .ask(&backend, &transaction, respond, responses(&from_api))
        .await;
    assert_eq!(answer.error(), refused, "the API's, here");
    let from_page = begin_srp(&mut browser, &backend, &transaction, &person.email).await;
    let answer = backend.call(respond, responses(&from_page)).await;
    assert_eq!(answer.error(), refused, "the page's, at the API");
    let from_page = begin_srp(&mut browser, &backend, &transaction, &person.email).await;
    let answer = browser
        .ask(&backend, &another, respond, responses(&from_page))
        .await;
    assert_eq!(answer.error(), refused, "one page's, on another");
    let answer = browser
        .ask(&backend, &transaction, respond, responses(&from_page))
        .await;
    answer.ok();
}

#[tokio::test]
async fn sessions_of_the_json_api_and_of_other_transactions_are_not_continued_here_nor_there() {
    let backend = Backend::start().await;
    let person = Person {
        password: "Temporary-9!".to_owned(),
        ..Person::stranger()
    };
    let body = json!({
        "UserPoolId": POOL, "Username": person.email, "TemporaryPassword": person.password,
        "UserAttributes": [{ "Name": "email", "Value": person.email }],
    });
    backend.admin("AdminCreateUser", body).await.ok();
    let mut browser = Browser::default();
    let transaction = browser.begin(&backend, &App::demo()).await;
    let another = browser.begin(&backend, &App::demo()).await;
    let continuing = |asked: &Value| {
        assert_eq!(asked["ChallengeName"], "NEW_PASSWORD_REQUIRED");
        json!({
            "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": asked["Session"],
            "ClientId": person.client,
            "ChallengeResponses": { "USERNAME": person.email, "NEW_PASSWORD": "Correct-Horse9!" },
        })
    };
    let respond = "RespondToAuthChallenge";
    let refused = (
        "NotAuthorizedException".to_owned(),
        "Invalid session for the user.".to_owned(),
    );
    let from_api = person
        .password_sign_in(&backend, &person.password)
        .await
        .ok();
    let answer = browser
        .ask(&backend, &transaction, respond, continuing(&from_api))
        .await;
    assert_eq!(answer.error(), refused);
    let from_page = browser.prove(&backend, &transaction, &person).await.ok();
    assert_eq!(
        backend.call(respond, continuing(&from_page)).await.error(),
        refused
    );
    let answer = browser
        .ask(&backend, &another, respond, continuing(&from_page))
        .await;
    assert_eq!(answer.error(), refused);
    browser
        .ask(&backend, &transaction, respond, continuing(&from_page))
        .await
        .ok();
}

#[tokio::test]
async fn an_unknown_user_and_a_wrong_password_are_the_same_whatever_the_client_wants() {
    let backend = Backend::start().await;
    let settings = json!({
        "PreventUserExistenceErrors": "LEGACY", "AllowedOAuthFlowsUserPoolClient": true,
        "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid"],
        "CallbackURLs": [CALLBACK],
    });
    let client = new_client(&backend, POOL, settings).await;
    let known = Person::confirmed(&backend).await;
    let app = App::of(&client).with("scope", "openid");
    let mut browser = Browser::default();
    let transaction = browser.begin(&backend, &app).await;
    let mut answers = Vec::new();
    for email in [known.email, Person::stranger().email] {
        let person = Person {
            email,
            password: "Wrong-Horse9!".to_owned(),
            client: client.clone(),
        };
        let by_password = browser.prove(&backend, &transaction, &person).await.error();
        let started = begin_srp(&mut browser, &backend, &transaction, &person.email).await;
        let body = json!({
            "ChallengeName": "PASSWORD_VERIFIER",
            "ChallengeResponses": started.responses(&person.password, &now(&backend)),
        });
        let by_srp = browser
            .ask(&backend, &transaction, "RespondToAuthChallenge", body)
            .await
            .error();
        let name = json!({ "Username": person.email });
        let forgot = browser
            .ask(&backend, &transaction, "ForgotPassword", name.clone())
            .await;
        let resend = browser
            .ask(&backend, &transaction, "ResendConfirmationCode", name)
            .await;
        let code = json!({ "Username": person.email, "ConfirmationCode": "000000" });
        let confirm = browser
            .ask(&backend, &transaction, "ConfirmSignUp", code)
            .await
            .error();
        let delivery = |answer: &Answer| {
            let details = answer.ok()["CodeDeliveryDetails"].clone();
            assert!(details["Destination"].is_string());
            details
        };
        answers.push((
            by_password,
            by_srp,
            delivery(&forgot),
            delivery(&resend),
            confirm,
        ));
    }
    assert_eq!(answers[0].0.1, "Incorrect username or password.");
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn only_the_operations_of_the_login_domain_exist_there() {
    let backend = Backend::start().await;
    let mut browser = Browser::default();
    let transaction = browser.begin(&backend, &App::demo()).await;
    for operation in ["GetUser", "AdminInitiateAuth", "ListUsers", "Nothing"] {
        let answer = browser
            .ask(&backend, &transaction, operation, json!({}))
            .await;
        assert_eq!(
            answer.error_type(),
            "UnknownOperationException",
            "{operation}"
        );
    }
    for flow in [
        "ADMIN_USER_PASSWORD_AUTH",
        "REFRESH_TOKEN_AUTH",
        "CUSTOM_AUTH",
        "USER_AUTH",
        "MAGIC",
    ] {
        let body =
            json!({ "AuthFlow": flow, "AuthParameters": { "USERNAME": "x", "PASSWORD": "y" } });
        let answer = browser
            .ask(&backend, &transaction, "InitiateAuth", body)
            .await;
        assert_eq!(answer.error_type(), "InvalidParameterException", "{flow}");
    }
}

#[tokio::test]
async fn the_row_decides_and_not_the_pages_address_or_body() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let mut browser = Browser::default();
    let transaction = browser.begin(&backend, &App::demo()).await;
    let body = json!({
        "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": "another",
        "RedirectUri": "https://evil.example/", "redirect_uri": "https://evil.example/",
        "AuthParameters": { "USERNAME": person.email, "PASSWORD": person.password },
    });
    let answer = browser
        .ask(&backend, &transaction, "InitiateAuth", body)
        .await
        .ok();
    assert!(answer["Location"].as_str().unwrap().starts_with(CALLBACK));
}

#[tokio::test]
async fn nothing_comes_from_the_host_header() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let mut browser = Browser::default();
    let request = |browser: &Browser, path: &str| {
        let mut request = browser.navigation(path).body(Body::empty()).unwrap();
        let headers = request.headers_mut();
        headers.insert("host", "evil.example".parse().unwrap());
        headers.insert("x-forwarded-host", "evil.example".parse().unwrap());
        headers.insert("x-forwarded-proto", "https".parse().unwrap());
        request
    };
    let begin = request(&browser, &App::demo().authorize());
    let answer = browser.send(&backend, begin).await;
    assert!(answer.header("location").unwrap().starts_with("/login?"));
    assert!(
        answer
            .header("set-cookie")
            .unwrap()
            .starts_with("cognate-txn-")
    );
    let transaction = parameter(&location(&answer), "txn").unwrap();
    let mut prove = browser
        .page_request(&transaction, "InitiateAuth")
        .body(Body::from(
            json!({
                "AuthFlow": "USER_PASSWORD_AUTH",
                "AuthParameters": { "USERNAME": person.email, "PASSWORD": person.password },
            })
            .to_string(),
        ))
        .unwrap();
    prove
        .headers_mut()
        .insert("host", "evil.example".parse().unwrap());
    let answer = browser.send(&backend, prove).await.ok();
    let back = url::Url::parse(answer["Location"].as_str().unwrap()).unwrap();
    assert_eq!(
        parameter(&back, "iss").unwrap(),
        format!("{ORIGIN}/local_demo")
    );
    let discovery = request(&browser, "/local_demo/.well-known/openid-configuration");
    let text = browser.send(&backend, discovery).await.text;
    assert!(!text.contains("evil"), "{text}");
}
