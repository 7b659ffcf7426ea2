//! The account page: signing in for it without a code, what it tells, links to other providers, and every rule that says no.

use axum::body::Body;
use axum::http::Request;
use cognate_backend::audit;
use cognate_backend::messages::recent;
use serde_json::{Value, json};
use url::Url;

use super::Federation;
use crate::browser::{App, Browser, ORIGIN, location, parameter};
use crate::person::{CLIENT, POOL, Person};
use crate::support::{Answer, Backend, HOST};

/// The headers that a request of the page has.
const HEADERS: [(&str, &str); 4] = [
    ("content-type", "application/json"),
    ("origin", ORIGIN),
    ("sec-fetch-site", "same-origin"),
    ("x-cognate-client", CLIENT),
];

/// A request with these headers and the browser's cookies.
async fn post(
    browser: &mut Browser,
    backend: &Backend,
    operation: &str,
    headers: &[(&str, &str)],
    body: String,
) -> Answer {
    let mut request = Request::builder()
        .method("POST")
        .uri(format!("/_cognate/account/{operation}"))
        .header("host", HOST);
    let cookies: Vec<_> = browser
        .cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    request = request.header("cookie", cookies.join("; "));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    browser
        .send(backend, request.body(Body::from(body)).unwrap())
        .await
}

impl Federation {
    /// What the page asks, in this browser.
    pub(super) async fn page(&mut self, operation: &str, body: Value) -> Answer {
        let mut headers = HEADERS;
        headers[3].1 = &self.app.client;
        post(
            &mut self.browser,
            &self.backend,
            operation,
            &headers,
            body.to_string(),
        )
        .await
    }

    /// Signs in for the page, with a password.
    pub(super) async fn enter(&mut self, person: &Person) -> Url {
        let begin = format!("/_cognate/account/sign-in?client_id={}", self.app.client);
        let page = location(&self.open(&begin).await);
        assert_eq!(page.path(), "/login");
        let transaction = parameter(&page, "txn").unwrap();
        let answer = self
            .browser
            .prove(&self.backend, &transaction, person)
            .await
            .ok();
        assert_eq!(answer.as_object().unwrap().len(), 1, "an address only");
        Url::parse(answer["Location"].as_str().unwrap()).unwrap()
    }

    /// Somebody, and their `sub`, in a pool that asks for events.
    pub(super) async fn audited(&self) -> (Person, Value) {
        let settings = json!({
            "UserPoolId": POOL, "UserPoolAddOns": { "AdvancedSecurityMode": "AUDIT" },
            "AutoVerifiedAttributes": ["email"],
        });
        self.backend.admin("UpdateUserPool", settings).await.ok();
        let person = Person::confirmed(&self.backend).await;
        let user = self.user(&person.email).await;
        let attributes = user["UserAttributes"].as_array().unwrap();
        let sub = attributes.iter().find(|one| one["Name"] == "sub").unwrap();
        (person, sub["Value"].clone())
    }

    /// The person links Acme: where the page is then.
    async fn link(&mut self) -> Url {
        let asked = self
            .page("LinkProvider", json!({ "Provider": "Acme" }))
            .await
            .ok();
        let there = Url::parse(asked["Location"].as_str().unwrap()).unwrap();
        let back = self.provider.answer(&there);
        location(&self.open(&back).await)
    }
}

#[tokio::test]
async fn a_sign_in_for_the_page_ends_there_with_a_session_and_no_code() {
    let mut all = Federation::start().await;
    let person = Person::confirmed(&all.backend).await;
    let refused = all.page("DescribeAccount", json!({})).await;
    assert_eq!(refused.error_type(), "NotAuthorizedException");
    let there = all.enter(&person).await;
    assert_eq!(
        (there.path(), parameter(&there, "code")),
        ("/account", None)
    );
    let told = all.page("DescribeAccount", json!({})).await.ok();
    assert_eq!(told["Account"], json!(person.email));
    assert_eq!(
        (&told["IsRecent"], &told["HasPassword"]),
        (&json!(true), &json!(true))
    );
    assert_eq!((&told["Links"], &told["Apps"]), (&json!([]), &json!([])));
    assert_eq!(told["Sessions"][0]["IsThis"], true);
    let text = told.to_string();
    assert!(!text.contains("eyJ") && !text.contains("Token"), "{text}");
    for (client, error) in [("nobody", "invalid_client"), (CLIENT, "")] {
        let path = format!("/_cognate/account/sign-in?client_id={client}");
        let page = location(&Browser::default().open(&all.backend, &path).await);
        assert_eq!(
            parameter(&page, "error").unwrap_or_default(),
            error,
            "{page}"
        );
    }
}

#[tokio::test]
async fn the_page_alone_may_ask_and_only_as_whose_session_it_is() {
    let mut all = Federation::start().await;
    let person = Person::confirmed(&all.backend).await;
    all.enter(&person).await;
    let client = all.app.client.clone();
    let mut right = HEADERS;
    right[3].1 = &client;
    for (name, wrong) in [
        ("content-type", "text/plain"),
        ("origin", "http://localhost:4200"),
        ("origin", "null"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-site", "cross-site"),
    ] {
        let headers =
            right.map(|(known, value)| (known, if known == name { wrong } else { value }));
        let body = "{}".to_owned();
        let answer = post(
            &mut all.browser,
            &all.backend,
            "DescribeAccount",
            &headers,
            body,
        )
        .await;
        assert_eq!(answer.error_type(), "ForbiddenException", "{name}: {wrong}");
    }
    for left_out in 0..right.len() {
        let mut headers = right.to_vec();
        headers.remove(left_out);
        let body = "{}".to_owned();
        let answer = post(
            &mut all.browser,
            &all.backend,
            "DescribeAccount",
            &headers,
            body,
        )
        .await;
        assert_eq!(answer.error_type(), "ForbiddenException", "{left_out}");
    }
    let stranger = &mut Browser::default();
    for client in [client.as_str(), "nobody"] {
        right[3].1 = client;
        let answer = post(
            stranger,
            &all.backend,
            "DescribeAccount",
            &right,
            "{}".into(),
        )
        .await;
        assert_eq!(answer.error_type(), "NotAuthorizedException", "{client}");
    }
    for (operation, body, error) in [
        ("Elsewhere", json!({}), "UnknownOperationException"),
        ("LinkProvider", json!({}), "SerializationException"),
        (
            "LinkProvider",
            json!({ "Provider": 1 }),
            "SerializationException",
        ),
        (
            "LinkProvider",
            json!({ "Provider": "Other" }),
            "ResourceNotFoundException",
        ),
        (
            "LinkProvider",
            json!({ "Provider": "COGNITO" }),
            "ResourceNotFoundException",
        ),
        (
            "UnlinkProvider",
            json!({ "Provider": "Acme", "UserId": "x" }),
            "ResourceNotFoundException",
        ),
        (
            "EndSession",
            json!({ "Id": "x" }),
            "ResourceNotFoundException",
        ),
        ("EndSession", json!([]), "SerializationException"),
    ] {
        let answer = all.page(operation, body).await;
        assert_eq!(answer.error_type(), error, "{operation}");
    }
    let large = json!({ "Provider": "x".repeat(2_000_000) });
    let answer = all.page("LinkProvider", large).await;
    assert!(answer.status.is_client_error(), "{}", answer.status);
    let preflight = Request::builder()
        .method("OPTIONS")
        .uri("/_cognate/account/DescribeAccount")
        .header("host", HOST)
        .header("origin", "http://localhost:4200")
        .header("access-control-request-method", "POST");
    let answer = all
        .backend
        .send(preflight.body(Body::empty()).unwrap())
        .await;
    assert_eq!(answer.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn a_linked_provider_signs_the_same_user_in_until_it_is_taken_away() {
    let mut all = Federation::start().await;
    let person = Person::confirmed(&all.backend).await;
    all.enter(&person).await;
    let page = all.link().await;
    assert_eq!(
        (page.path(), parameter(&page, "linked").as_deref()),
        ("/account", Some("Acme"))
    );
    let told = all.page("DescribeAccount", json!({})).await.ok();
    assert_eq!(told["Links"][0]["Provider"], "Acme");
    assert_eq!(told["Links"][0]["UserId"], "ada-7");
    assert_eq!(
        parameter(&all.link().await, "linked").as_deref(),
        Some("Acme"),
        "once more"
    );
    all.browser = Browser::default();
    all.provider
        .script(|script| script.claims = json!({ "email": null }));
    let back = all.sign_in().await;
    assert_eq!(all.id_claims(&back).await["email"], json!(person.email));

    all.browser = Browser::default();
    all.enter(&person).await;
    let link = json!({ "Provider": "Acme", "UserId": "ada-7" });
    all.page("UnlinkProvider", link.clone()).await.ok();
    all.enter(&person).await;
    let told = all.page("DescribeAccount", json!({})).await.ok();
    assert_eq!(told["Links"], json!([]));
    let again = all.page("UnlinkProvider", link).await;
    assert_eq!(again.error_type(), "ResourceNotFoundException");
}

#[tokio::test]
async fn the_person_is_told_of_a_link_that_is_made_and_of_one_that_is_taken_away() {
    let mut all = Federation::start().await;
    let person = Person::confirmed(&all.backend).await;
    all.provider
        .script(|script| script.claims = json!({ "email": null }));
    all.enter(&person).await;
    all.link().await;
    assert_eq!(newest(&all, &person).await, "A way to sign in was added");
    let link = json!({ "Provider": "Acme", "UserId": "ada-7" });
    all.page("UnlinkProvider", link).await.ok();
    assert_eq!(newest(&all, &person).await, "A way to sign in was removed");
}

/// The subject of the newest message to somebody.
async fn newest(all: &Federation, person: &Person) -> String {
    let state = &all.backend.state;
    state.messages.flush().await;
    let sent = recent(&state.store, &state.sealer, Some(&person.email), 10).await;
    sent.unwrap().swap_remove(0).subject
}

#[tokio::test]
async fn who_is_another_user_already_is_not_linked_and_not_told_of() {
    let mut all = Federation::start().await;
    all.sign_in().await;
    all.browser = Browser::default();
    let person = Person::confirmed(&all.backend).await;
    all.enter(&person).await;
    let page = all.link().await;
    assert_eq!(
        parameter(&page, "problem").as_deref(),
        Some("provider_user_taken")
    );
    assert!(!page.as_str().contains("ada"), "{page}");
    let told = all.page("DescribeAccount", json!({})).await.ok();
    assert_eq!(told["Links"], json!([]));
}

#[tokio::test]
async fn who_would_get_the_address_of_another_user_by_a_link_gets_no_link() {
    let mut all = Federation::start().await;
    let other = Person::confirmed(&all.backend).await;
    let person = Person::confirmed(&all.backend).await;
    for (email, problem) in [
        (&other.email, Some("provider_user_taken")),
        (&person.email, None),
    ] {
        all.provider
            .script(|script| script.claims = json!({ "email": email }));
        all.enter(&person).await;
        let page = all.link().await;
        assert_eq!(parameter(&page, "problem").as_deref(), problem, "{page}");
    }
}

#[tokio::test]
async fn an_answer_links_in_the_browser_that_asked_while_the_same_person_is_signed_in() {
    let mut all = Federation::start().await;
    let person = Person::confirmed(&all.backend).await;
    all.enter(&person).await;
    let ask = json!({ "Provider": "Acme" });
    let asked = all.page("LinkProvider", ask.clone()).await.ok();
    let there = Url::parse(asked["Location"].as_str().unwrap()).unwrap();
    let back = all.provider.answer(&there);
    let elsewhere = location(&Browser::default().open(&all.backend, &back).await);
    assert_eq!(
        parameter(&elsewhere, "error").as_deref(),
        Some("sign_in_ended")
    );

    // Somebody else has signed in meanwhile, or nobody is.
    let other = Person::confirmed(&all.backend).await;
    all.enter(&other).await;
    let page = location(&all.open(&back).await);
    assert_eq!(
        parameter(&page, "problem").as_deref(),
        Some("provider_user_refused")
    );
    let used = location(&all.open(&back).await);
    assert_eq!(
        parameter(&used, "error").as_deref(),
        Some("sign_in_ended"),
        "it counts once"
    );
    for who in [&person, &other] {
        all.enter(who).await;
        let told = all.page("DescribeAccount", json!({})).await.ok();
        assert_eq!(told["Links"], json!([]));
    }
    let asked = all.page("LinkProvider", ask).await.ok();
    let there = Url::parse(asked["Location"].as_str().unwrap()).unwrap();
    let denied = format!(
        "/oauth2/idpresponse?error=access_denied&state={}&iss={}",
        parameter(&there, "state").unwrap(),
        all.provider.issuer
    );
    let page = location(&all.open(&denied).await);
    assert_eq!(
        parameter(&page, "problem").as_deref(),
        Some("provider_denied")
    );
}

#[tokio::test]
async fn the_last_way_in_stays_and_a_proof_of_six_minutes_ago_changes_nothing() {
    let mut all = Federation::start().await;
    let now = all.backend.clock.now();
    all.provider
        .script(|script| script.claims = json!({ "auth_time": now }));
    all.sign_in().await;
    let told = all.page("DescribeAccount", json!({})).await.ok();
    assert_eq!(told["HasPassword"], false);
    let link = json!({ "Provider": "Acme", "UserId": "ada-7" });
    let refused = all.page("UnlinkProvider", link.clone()).await;
    assert_eq!(refused.error_type(), "InvalidParameterException");
    all.backend.clock.advance(299);
    let refused = all.page("UnlinkProvider", link.clone()).await;
    assert_eq!(refused.error_type(), "InvalidParameterException");
    all.backend.clock.advance(2);
    let told = all.page("DescribeAccount", json!({})).await.ok();
    assert_eq!(told["IsRecent"], false);
    for (operation, body) in [
        ("UnlinkProvider", link),
        ("LinkProvider", json!({ "Provider": "Acme" })),
        ("EndSession", json!({ "Id": "x" })),
        ("WithdrawConsent", json!({ "Id": CLIENT })),
    ] {
        let refused = all.page(operation, body).await;
        assert_eq!(
            refused.error_type(),
            "NotAuthorizedException",
            "{operation}"
        );
    }
    all.page("SignOut", json!({})).await.ok();
    assert!(all.browser.cookies.keys().all(|name| !name.contains("sso")));
    let refused = all.page("DescribeAccount", json!({})).await;
    assert_eq!(refused.error_type(), "NotAuthorizedException");
}

#[tokio::test]
async fn a_provider_that_does_not_say_when_somebody_proved_it_lets_nobody_change_anything() {
    let mut all = Federation::start().await;
    let now = all.backend.clock.now();
    let ask = json!({ "Provider": "Acme" });
    // Who is signed in there is sent back at once, whoever sits at the browser: that is no proof, nor is an old one.
    for (auth_time, prompt, is_proof) in [
        (json!(null), None, false),
        (json!(null), Some("login"), false),
        (json!(now - 301), Some("login"), false),
        (json!(now - 299), None, true),
    ] {
        all.browser = Browser::default();
        let app = all.app.clone();
        if let Some(prompt) = prompt {
            all.app = app.clone().with("prompt", prompt);
        }
        all.provider
            .script(|script| script.claims = json!({ "auth_time": auth_time }));
        let there = all.leave().await;
        let max_age = parameter(&there, "max_age");
        assert_eq!(
            max_age.as_deref(),
            prompt.map(|_| "0"),
            "it is to say when: {there}"
        );
        let back = all.provider.answer(&there);
        let back = location(&all.open(&back).await);
        assert!(parameter(&back, "code").is_some(), "{back}");
        all.app = app;
        let told = all.page("DescribeAccount", json!({})).await.ok();
        assert_eq!(told["IsRecent"], is_proof, "{auth_time} {prompt:?}");
        let asked = all.page("LinkProvider", ask.clone()).await;
        if is_proof {
            asked.ok();
        } else {
            assert_eq!(asked.error_type(), "NotAuthorizedException", "{auth_time}");
        }
    }
}

#[tokio::test]
async fn other_browsers_are_signed_out_and_apps_lose_what_they_were_allowed() {
    let mut all = Federation::start().await;
    let person = Person::confirmed(&all.backend).await;
    let mut other = Browser::default();
    let app = App::demo().with("prompt", "consent");
    let transaction = other.begin(&all.backend, &app).await;
    other.prove(&all.backend, &transaction, &person).await.ok();
    let allow = json!({ "Allow": true });
    let allowed = other.ask(&all.backend, &transaction, "DecideConsent", allow);
    let back = Url::parse(allowed.await.ok()["Location"].as_str().unwrap()).unwrap();
    let tokens = app.redeem(&all.backend, &back).await.ok();

    all.enter(&person).await;
    let told = all.page("DescribeAccount", json!({})).await.ok();
    assert_eq!(told["Apps"][0]["Id"], CLIENT);
    assert_eq!(told["Apps"][0]["Scopes"], json!(["openid", "email"]));
    let sessions = told["Sessions"].as_array().unwrap();
    assert_eq!(sessions.len(), 2);
    let id_of = |is_this: bool| {
        let session = sessions.iter().find(|session| session["IsThis"] == is_this);
        json!({ "Id": session.unwrap()["Id"] })
    };
    let own = all.page("EndSession", id_of(true)).await;
    assert_eq!(own.error_type(), "InvalidParameterException");
    all.page("EndSession", id_of(false)).await.ok();
    all.page("WithdrawConsent", json!({ "Id": CLIENT }))
        .await
        .ok();
    let told = all.page("DescribeAccount", json!({})).await.ok();
    assert_eq!(
        (told["Sessions"].as_array().unwrap().len(), &told["Apps"]),
        (1, &json!([]))
    );
    let silent = App::demo().with("prompt", "none").authorize();
    let answer = location(&other.open(&all.backend, &silent).await);
    assert_eq!(
        parameter(&answer, "error").as_deref(),
        Some("login_required")
    );
    let refreshed = app.refresh(&all.backend, &tokens["refresh_token"]).await;
    assert!(refreshed.status.is_client_error());

    // Somebody else's session is none of theirs.
    let stranger = Person::confirmed(&all.backend).await;
    let own = id_of(true);
    all.browser = Browser::default();
    all.enter(&stranger).await;
    let refused = all.page("EndSession", own).await;
    assert_eq!(refused.error_type(), "ResourceNotFoundException");
}

#[tokio::test]
async fn a_user_has_five_links_at_most() {
    let mut all = Federation::start().await;
    let person = Person::confirmed(&all.backend).await;
    for n in 0..5 {
        let link = json!({
            "UserPoolId": POOL,
            "DestinationUser": { "ProviderName": "Cognito", "ProviderAttributeValue": person.email },
            "SourceUser": { "ProviderName": "Acme", "ProviderAttributeValue": format!("other-{n}") },
        });
        all.backend
            .admin("AdminLinkProviderForUser", link)
            .await
            .ok();
    }
    all.enter(&person).await;
    let page = all.link().await;
    assert_eq!(
        parameter(&page, "problem").as_deref(),
        Some("provider_link_limit")
    );
}

/// Whom the pool wrote down on the account page: operation and outcome, the oldest first.
pub(super) async fn written(backend: &Backend, sub: &Value) -> Vec<String> {
    backend.state.audit.flush().await;
    let rows = backend.state.store.admin_events_after(POOL, "", 100).await;
    let rows = rows.unwrap().into_iter();
    let own = rows.filter(|row| row.access_key_id == audit::SELF);
    own.map(|row| {
        assert_eq!(json!(row.sub), *sub, "{}", row.operation);
        format!("{} {}", row.operation, row.outcome)
    })
    .collect()
}

#[tokio::test]
async fn every_change_leaves_a_line_that_says_how_it_ended_and_a_link_one_more_when_it_is_made() {
    let mut all = Federation::start().await;
    let (person, sub) = all.audited().await;
    all.enter(&person).await;
    all.page("DescribeAccount", json!({})).await.ok();
    assert_eq!(
        written(&all.backend, &sub).await,
        [""; 0],
        "nothing changed"
    );
    let ask = json!({ "Provider": "Acme" });
    let asked = all.page("LinkProvider", ask.clone()).await.ok();
    assert_eq!(
        written(&all.backend, &sub).await,
        ["BeginLinkProvider ok"],
        "nothing is linked yet"
    );
    let there = Url::parse(asked["Location"].as_str().unwrap()).unwrap();
    let back = all.provider.answer(&there);
    all.open(&back).await;
    let asked = all.page("LinkProvider", ask.clone()).await.ok();
    let there = Url::parse(asked["Location"].as_str().unwrap()).unwrap();
    let denied = format!(
        "/oauth2/idpresponse?error=access_denied&state={}&iss={}",
        parameter(&there, "state").unwrap(),
        all.provider.issuer
    );
    all.open(&denied).await;
    let link = json!({ "Provider": "Acme", "UserId": "ada-7" });
    all.page("UnlinkProvider", link.clone()).await.ok();
    all.enter(&person).await;
    all.page("EndSession", json!({ "Id": "x" })).await.error();
    let none = json!({ "Id": CLIENT });
    all.page("WithdrawConsent", none).await.ok();
    all.backend.clock.advance(301);
    all.page("UnlinkProvider", link).await.error();
    all.page("LinkProvider", ask).await.error();
    all.page("SignOut", json!({})).await.ok();
    assert_eq!(
        written(&all.backend, &sub).await,
        [
            "BeginLinkProvider ok",
            "LinkProvider ok",
            "BeginLinkProvider ok",
            "LinkProvider provider_denied",
            "UnlinkProvider ok",
            "EndSession ResourceNotFoundException",
            "WithdrawConsent ok",
            "UnlinkProvider NotAuthorizedException",
            "BeginLinkProvider NotAuthorizedException",
            "SignOut ok",
        ]
    );
}

#[tokio::test]
async fn a_provider_that_cannot_be_asked_is_a_way_that_did_not_begin() {
    let mut all = Federation::start().await;
    let (person, sub) = all.audited().await;
    let gone = json!({
        "UserPoolId": POOL, "ProviderName": "Acme",
        "ProviderDetails": {
            "client_id": "us", "client_secret": "secret", "authorize_scopes": "openid",
            "oidc_issuer": "http://127.0.0.1:9", "attributes_request_method": "GET",
        },
    });
    all.enter(&person).await;
    all.backend.admin("UpdateIdentityProvider", gone).await.ok();
    let asked = all.page("LinkProvider", json!({ "Provider": "Acme" }));
    let asked = asked.await.ok();
    let page = Url::parse(asked["Location"].as_str().unwrap()).unwrap();
    assert_eq!(
        (page.path(), parameter(&page, "problem").as_deref()),
        ("/account", Some("provider_unreachable"))
    );
    assert_eq!(
        written(&all.backend, &sub).await,
        ["BeginLinkProvider provider_unreachable"]
    );
}
