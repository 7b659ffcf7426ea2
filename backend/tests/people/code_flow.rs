//! Signing in by redirect, from the app's link to its tokens and back out.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::browser::{
    App, Browser, CALLBACK, ISSUER, challenge, location, oauth_error, parameter, post_form,
    transaction, user_info,
};
use crate::person::{CLIENT, POOL, Person, claims, get_user, new_client, now};
use crate::support::{Backend, START};

#[tokio::test]
async fn a_person_goes_from_the_apps_link_to_the_apps_tokens() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let (app, mut browser) = (App::demo(), Browser::default());

    let answer = browser.open(&backend, &app.authorize()).await;
    let page = location(&answer);
    assert_eq!(page.path(), "/login");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let transaction = transaction(&answer);
    let cookie = answer.header("set-cookie").unwrap();
    let (name, rest) = cookie.split_once('=').unwrap();
    assert_eq!(name, format!("cognate-txn-{transaction}"));
    let (secret, attributes) = rest.split_once("; ").unwrap();
    assert_eq!(secret.len(), 43, "256 bits");
    assert_eq!(attributes, "Path=/; HttpOnly; SameSite=Lax; Max-Age=900");

    let answer = browser.prove(&backend, &transaction, &person).await;
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let body = answer.ok();
    assert_eq!(
        body.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["Location"],
        "no token reaches the page"
    );
    assert!(
        !browser.cookies.contains_key(name),
        "the transaction's cookie goes"
    );
    let back = url::Url::parse(body["Location"].as_str().unwrap()).unwrap();
    assert!(back.as_str().starts_with("http://localhost:4200/?code="));
    assert_eq!(
        parameter(&back, "state").as_ref(),
        app.parameters.get("state")
    );
    assert_eq!(parameter(&back, "iss").as_deref(), Some(ISSUER));

    backend.clock.advance(60);
    let answer = app.redeem(&backend, &back).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let tokens = answer.ok();
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 3600);
    assert_eq!(tokens["scope"], "openid email");
    let (id, access) = (claims(&tokens["id_token"]), claims(&tokens["access_token"]));
    assert_eq!(
        (&id["aud"], &id["iss"], &id["nonce"]),
        (&json!(CLIENT), &json!(ISSUER), &json!("n-0S6"))
    );
    assert_eq!(
        (&id["email"], &id["email_verified"]),
        (&json!(person.email), &json!(true))
    );
    assert_eq!(id["auth_time"], START, "when the password was proved");
    assert_eq!(id["at_hash"].as_str().unwrap(), {
        let whole = challenge(tokens["access_token"].as_str().unwrap());
        use base64ct::{Base64UrlUnpadded as Base64, Encoding};
        Base64::encode_string(&Base64::decode_vec(&whole).unwrap()[..16])
    });
    assert_eq!(
        (&access["scope"], &access["client_id"]),
        (&json!("openid email"), &json!(CLIENT))
    );
    assert_eq!(access["auth_time"], START);
    assert_eq!(access["version"], 2);
    assert_eq!(
        (&access["username"], &access["sub"]),
        (&id["cognito:username"], &id["sub"])
    );

    let told = user_info(&backend, &tokens["access_token"]).await.ok();
    assert_eq!(
        told,
        json!({
            "sub": id["sub"], "username": access["username"], "email": person.email,
            "email_verified": "true",
        })
    );
}

#[tokio::test]
async fn a_refresh_keeps_scopes_and_time_and_a_revocation_ends_them() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let app = App::demo();
    let back = Browser::default().sign_in(&backend, &app, &person).await;
    let first = app.redeem(&backend, &back).await.ok();
    backend.clock.advance(1000);
    let second = app.refresh(&backend, &first["refresh_token"]).await.ok();
    assert_eq!(second.get("refresh_token"), None);
    let (id, access) = (claims(&second["id_token"]), claims(&second["access_token"]));
    assert_eq!(access["scope"], "openid email");
    assert_eq!(
        (&id["auth_time"], &id["iat"]),
        (&json!(START), &json!(START + 1000))
    );
    assert_eq!(id.get("nonce"), None);
    assert_eq!(
        access["origin_jti"],
        claims(&first["access_token"])["origin_jti"]
    );
    // The JSON API's refresh gives no more than the sign-in did.
    let body = json!({ "ClientId": CLIENT, "RefreshToken": first["refresh_token"] });
    let third = backend.call("GetTokensFromRefreshToken", body).await.ok();
    let third = claims(&third["AuthenticationResult"]["AccessToken"]);
    assert_eq!(third["scope"], "openid email");

    let revoke = [
        ("client_id", CLIENT.to_owned()),
        ("token", first["refresh_token"].as_str().unwrap().to_owned()),
    ];
    for _ in 0..2 {
        let answer = post_form(&backend, "/oauth2/revoke", &revoke).await;
        assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, ""));
    }
    let answer = app.refresh(&backend, &first["refresh_token"]).await;
    assert_eq!(oauth_error(&answer), "invalid_grant");
    let answer = user_info(&backend, &second["access_token"]).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_can_be_revoked_is_a_refresh_token_of_the_client() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let app = App::demo();
    let back = Browser::default().sign_in(&backend, &app, &person).await;
    let tokens = app.redeem(&backend, &back).await.ok();
    let other = new_client(&backend, POOL, json!({})).await;
    let off = new_client(&backend, POOL, json!({ "EnableTokenRevocation": false })).await;
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let access = tokens["access_token"].as_str().unwrap();
    for (client, token, status, error) in [
        (CLIENT, access, 400, "unsupported_token_type"),
        (CLIENT, "", 400, "invalid_request"),
        (&other, refresh, 400, "invalid_grant"),
        (&off, refresh, 400, "invalid_request"),
        ("nobody", refresh, 401, "invalid_client"),
    ] {
        let form = [
            ("client_id", client.to_owned()),
            ("token", token.to_owned()),
        ];
        let answer = post_form(&backend, "/oauth2/revoke", &form).await;
        assert_eq!(
            (answer.status.as_u16(), oauth_error(&answer).as_str()),
            (status, error)
        );
    }
    app.refresh(&backend, &tokens["refresh_token"]).await.ok();
}

#[tokio::test]
async fn scopes_decide_what_there_is_and_what_it_opens() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let tokens = async |scope: Option<&str>| -> Value {
        let app = match scope {
            Some(scope) => App::demo().with("scope", scope),
            None => App::demo().without("scope"),
        };
        let back = Browser::default().sign_in(&backend, &app, &person).await;
        app.redeem(&backend, &back).await.ok()
    };
    let account = tokens(Some("aws.cognito.signin.user.admin")).await;
    assert_eq!(account.get("id_token"), None, "openid gives the ID token");
    let access = json!({ "AccessToken": account["access_token"] });
    get_user(&backend, &access).await.ok();
    let refused = user_info(&backend, &account["access_token"]).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert!(
        refused
            .header("www-authenticate")
            .unwrap()
            .starts_with("Bearer error=\"invalid_token\"")
    );

    let openid = tokens(Some("openid")).await;
    assert_eq!(
        claims(&openid["id_token"])["email"],
        person.email,
        "openid alone tells all"
    );
    let access = json!({ "AccessToken": openid["access_token"] });
    assert_eq!(
        get_user(&backend, &access).await.error().1,
        "Access Token does not have required scopes"
    );

    let profile = tokens(Some("openid profile")).await;
    assert_eq!(claims(&profile["id_token"]).get("email"), None);
    assert_eq!(
        user_info(&backend, &profile["access_token"])
            .await
            .ok()
            .get("email"),
        None
    );

    let all = tokens(None).await;
    assert_eq!(
        all["scope"],
        "openid email profile aws.cognito.signin.user.admin"
    );
}

#[tokio::test]
async fn srp_works_on_the_login_page_and_the_sdk_sees_the_same_challenge() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let (app, mut browser) = (App::demo(), Browser::default());
    let transaction = browser.begin(&backend, &app).await;
    let started =
        crate::login_domain::begin_srp(&mut browser, &backend, &transaction, &person.email).await;
    let body = json!({
        "ChallengeName": "PASSWORD_VERIFIER",
        "ChallengeResponses": started.responses(&person.password, &now(&backend)),
    });
    let answer = browser
        .ask(&backend, &transaction, "RespondToAuthChallenge", body)
        .await
        .ok();
    let back = url::Url::parse(answer["Location"].as_str().unwrap()).unwrap();
    app.redeem(&backend, &back).await.ok();
}

#[tokio::test]
async fn somebody_signs_up_forgets_and_recovers_on_the_pages() {
    let backend = Backend::start().await;
    let person = Person::stranger();
    let mut browser = Browser::default();
    let answer = browser
        .open(&backend, &format!("/signup?{}", App::demo().query()))
        .await;
    assert_eq!(
        location(&answer).path(),
        "/signup",
        "back to the page that was asked for"
    );
    let transaction = transaction(&answer);
    let described = browser
        .ask(&backend, &transaction, "DescribeLogin", json!({}))
        .await
        .ok();
    assert_eq!(
        described,
        json!({
            "ClientName": "Demo web client", "UserPoolId": POOL, "ExpiresAt": START + 900,
            "UsernameAttributes": ["email"], "AliasAttributes": [],
            "SignUp": { "Allowed": true, "Attributes": [] },
            "PasswordPolicy": {
                "MinimumLength": 8, "RequireUppercase": true, "RequireLowercase": true,
                "RequireNumbers": true, "RequireSymbols": true,
            },
            "CodeDelivery": ["EMAIL"], "Inbox": "/_cognate/inbox",
        })
    );
    let body = json!({
        "Username": person.email, "Password": person.password, "ClientId": "another",
        "UserAttributes": [{ "Name": "email", "Value": person.email }],
    });
    browser
        .ask(&backend, &transaction, "SignUp", body)
        .await
        .ok();
    let name = json!({ "Username": person.email });
    browser
        .ask(
            &backend,
            &transaction,
            "ResendConfirmationCode",
            name.clone(),
        )
        .await
        .ok();
    let code = backend.code(&person.email).await;
    let body = json!({ "Username": person.email, "ConfirmationCode": code });
    browser
        .ask(&backend, &transaction, "ConfirmSignUp", body)
        .await
        .ok();

    browser
        .ask(&backend, &transaction, "ForgotPassword", name)
        .await
        .ok();
    let code = backend.code(&person.email).await;
    let person = Person {
        password: "Another-Horse7!".to_owned(),
        ..person
    };
    let body = json!({
        "Username": person.email, "ConfirmationCode": code, "Password": person.password,
    });
    browser
        .ask(&backend, &transaction, "ConfirmForgotPassword", body)
        .await
        .ok();
    let answer = browser.prove(&backend, &transaction, &person).await.ok();
    assert!(answer["Location"].as_str().unwrap().starts_with(CALLBACK));
}

#[tokio::test]
async fn a_temporary_password_is_replaced_on_the_page() {
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
    let (app, mut browser) = (App::demo(), Browser::default());
    let transaction = browser.begin(&backend, &app).await;
    let asked = browser.prove(&backend, &transaction, &person).await.ok();
    assert_eq!(asked["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    let body = json!({
        "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": asked["Session"],
        "ChallengeResponses": { "USERNAME": person.email, "NEW_PASSWORD": "Correct-Horse9!" },
    });
    let answer = browser
        .ask(&backend, &transaction, "RespondToAuthChallenge", body)
        .await
        .ok();
    let back = url::Url::parse(answer["Location"].as_str().unwrap()).unwrap();
    app.redeem(&backend, &back).await.ok();
}

#[tokio::test]
async fn a_client_with_a_secret_proves_it_and_its_people_need_none() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let settings = json!({
        "GenerateSecret": true, "AllowedOAuthFlowsUserPoolClient": true,
        "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid"],
        "CallbackURLs": [CALLBACK], "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"],
    });
    let client = new_client(&backend, POOL, settings).await;
    let described = json!({ "UserPoolId": POOL, "ClientId": client });
    let described = backend
        .admin("DescribeUserPoolClient", described)
        .await
        .ok();
    let secret = described["UserPoolClient"]["ClientSecret"]
        .as_str()
        .unwrap()
        .to_owned();
    let public = App::of(&client).with("scope", "openid");
    let app = App {
        secret: Some(secret.clone()),
        ..public.clone()
    };

    let back = Browser::default().sign_in(&backend, &app, &person).await;
    assert_eq!(
        oauth_error(&public.redeem(&backend, &back).await),
        "invalid_client"
    );
    let wrong = App {
        secret: Some("wrong".to_owned()),
        ..public.clone()
    };
    assert_eq!(
        oauth_error(&wrong.redeem(&backend, &back).await),
        "invalid_client"
    );
    let tokens = app.redeem(&backend, &back).await.ok();
    assert_eq!(
        oauth_error(&public.refresh(&backend, &tokens["refresh_token"]).await),
        "invalid_client"
    );
    app.refresh(&backend, &tokens["refresh_token"]).await.ok();

    let basic = |secret: &str| {
        use base64ct::{Base64, Encoding};
        let pair = Base64::encode_string(format!("{client}:{secret}").as_bytes());
        format!("Basic {pair}")
    };
    let back = Browser::default().sign_in(&backend, &app, &person).await;
    for (header, expected) in [
        (basic("wrong"), StatusCode::UNAUTHORIZED),
        ("Bearer abc".to_owned(), StatusCode::UNAUTHORIZED),
        ("Basic !".to_owned(), StatusCode::UNAUTHORIZED),
        (basic(&secret), StatusCode::OK),
    ] {
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(public.redemption(&back))
            .finish();
        let request = crate::support::request("POST", "/oauth2/token")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("authorization", &header);
        let answer = backend.send(request.body(form.into()).unwrap()).await;
        assert_eq!(answer.status, expected, "{}", answer.text);
        if expected == StatusCode::UNAUTHORIZED {
            assert!(
                answer
                    .header("www-authenticate")
                    .unwrap()
                    .starts_with("Basic")
            );
        }
    }

    // Without PKCE only because it has a secret.
    let plain = App {
        verifier: None,
        ..app.clone()
    }
    .without("code_challenge")
    .without("code_challenge_method");
    let back = Browser::default().sign_in(&backend, &plain, &person).await;
    plain.redeem(&backend, &back).await.ok();
}

#[tokio::test]
async fn a_public_client_has_no_secret_to_prove() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let app = App {
        secret: Some("anything".to_owned()),
        ..App::demo()
    };
    let back = Browser::default().sign_in(&backend, &app, &person).await;
    assert_eq!(
        oauth_error(&app.redeem(&backend, &back).await),
        "invalid_client"
    );
    App::demo().redeem(&backend, &back).await.ok();
}
