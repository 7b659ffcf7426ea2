//! A browser on the login domain, and an app that sends people there.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};

use axum::body::Body;
use axum::http::Request;
use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};
use url::Url;

use crate::person::{CLIENT, Person};
use crate::support::{Answer, Backend, HOST, request};

pub(crate) const ORIGIN: &str = "http://localhost:4100";
pub(crate) const CALLBACK: &str = "http://localhost:4200/";
pub(crate) const ISSUER: &str = "http://localhost:4100/local_demo";

/// Keeps cookies, and says in its requests what browsers say.
#[derive(Debug, Clone, Default)]
pub(crate) struct Browser {
    pub(crate) cookies: BTreeMap<String, String>,
}

impl Browser {
    /// Follows a link in a tab.
    pub(crate) async fn open(&mut self, backend: &Backend, path: &str) -> Answer {
        let request = self
            .navigation(path)
            .header("sec-fetch-dest", "document")
            .header("sec-fetch-mode", "navigate");
        self.send(backend, request.body(Body::empty()).unwrap())
            .await
    }

    pub(crate) fn navigation(&self, path: &str) -> axum::http::request::Builder {
        request("GET", path).header("cookie", self.cookie_line())
    }

    /// What a hosted page asks.
    pub(crate) async fn ask(
        &mut self,
        backend: &Backend,
        transaction: &str,
        operation: &str,
        body: Value,
    ) -> Answer {
        let request = self.page_request(transaction, operation);
        self.send(backend, request.body(Body::from(body.to_string())).unwrap())
            .await
    }

    pub(crate) fn page_request(
        &self,
        transaction: &str,
        operation: &str,
    ) -> axum::http::request::Builder {
        Request::builder()
            .method("POST")
            .uri(format!("/_cognate/login/{operation}"))
            .header("host", HOST)
            .header("cookie", self.cookie_line())
            .header("content-type", "application/json")
            .header("origin", ORIGIN)
            .header("sec-fetch-site", "same-origin")
            .header("x-cognate-transaction", transaction)
    }

    pub(crate) async fn send(&mut self, backend: &Backend, request: Request<Body>) -> Answer {
        let peer = SocketAddr::from((Ipv4Addr::LOCALHOST, 50_000));
        let answer = backend.send_from(peer, request).await;
        for line in answer.headers.get_all("set-cookie") {
            let line = line.to_str().unwrap();
            let (name, rest) = line.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if line.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    /// Signs a person in by password and answers where the page sends the browser.
    pub(crate) async fn sign_in(&mut self, backend: &Backend, app: &App, person: &Person) -> Url {
        let transaction = self.begin(backend, app).await;
        let answer = self.prove(backend, &transaction, person).await.ok();
        Url::parse(answer["Location"].as_str().unwrap()).unwrap()
    }

    /// Begins a sign-in that leads to the login page, and answers its transaction.
    pub(crate) async fn begin(&mut self, backend: &Backend, app: &App) -> String {
        let answer = self.open(backend, &app.authorize()).await;
        transaction(&answer)
    }

    pub(crate) async fn prove(
        &mut self,
        backend: &Backend,
        transaction: &str,
        person: &Person,
    ) -> Answer {
        let body = json!({
            "AuthFlow": "USER_PASSWORD_AUTH",
            "AuthParameters": { "USERNAME": person.email, "PASSWORD": person.password },
        });
        self.ask(backend, transaction, "InitiateAuth", body).await
    }

    fn cookie_line(&self) -> String {
        let pairs = self.cookies.iter();
        pairs
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join("; ")
    }
}

/// An app that signs people in by redirect. Fields are what its requests say.
#[derive(Debug, Clone)]
pub(crate) struct App {
    pub(crate) client: String,
    pub(crate) secret: Option<String>,
    pub(crate) parameters: BTreeMap<&'static str, String>,
    pub(crate) verifier: Option<String>,
}

impl App {
    /// The demo app, with all it should send.
    pub(crate) fn demo() -> Self {
        Self::of(CLIENT)
    }

    pub(crate) fn of(client: &str) -> Self {
        let verifier = "the-verifier-of-an-app-has-at-least-43-characters".to_owned();
        let parameters = [
            ("response_type", "code"),
            ("client_id", client),
            ("redirect_uri", CALLBACK),
            ("scope", "openid email"),
            ("state", "st+a te/{\"x\":1}"),
            ("nonce", "n-0S6"),
            ("code_challenge", &challenge(&verifier)),
            ("code_challenge_method", "S256"),
        ]
        .map(|(name, value)| (name, value.to_owned()))
        .into();
        Self {
            client: client.to_owned(),
            secret: None,
            parameters,
            verifier: Some(verifier),
        }
    }

    /// The same app with another value of a parameter.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.parameters.insert(name, value.to_owned());
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.parameters.remove(name);
        self
    }

    pub(crate) fn query(&self) -> String {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.parameters)
            .finish()
    }

    pub(crate) fn authorize(&self) -> String {
        format!("/oauth2/authorize?{}", self.query())
    }

    /// What the app sends for a code.
    pub(crate) fn redemption(&self, location: &Url) -> Vec<(&'static str, String)> {
        let mut form = vec![
            ("grant_type", "authorization_code".to_owned()),
            ("client_id", self.client.clone()),
            ("redirect_uri", CALLBACK.to_owned()),
            ("code", parameter(location, "code").unwrap()),
        ];
        form.extend(self.verifier.clone().map(|value| ("code_verifier", value)));
        form.extend(self.secret.clone().map(|value| ("client_secret", value)));
        form
    }

    pub(crate) async fn redeem(&self, backend: &Backend, location: &Url) -> Answer {
        post_form(backend, "/oauth2/token", &self.redemption(location)).await
    }

    pub(crate) async fn refresh(&self, backend: &Backend, token: &Value) -> Answer {
        let mut form = vec![
            ("grant_type", "refresh_token".to_owned()),
            ("client_id", self.client.clone()),
            ("refresh_token", token.as_str().unwrap().to_owned()),
        ];
        form.extend(self.secret.clone().map(|value| ("client_secret", value)));
        post_form(backend, "/oauth2/token", &form).await
    }
}

/// `S256`
pub(crate) fn challenge(verifier: &str) -> String {
    use aws_lc_rs::digest::{SHA256, digest};
    Base64UrlUnpadded::encode_string(digest(&SHA256, verifier.as_bytes()).as_ref())
}

pub(crate) async fn post_form(
    backend: &Backend,
    path: &str,
    form: &[(&'static str, String)],
) -> Answer {
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let request = request("POST", path).header("content-type", "application/x-www-form-urlencoded");
    backend.send(request.body(Body::from(body)).unwrap()).await
}

pub(crate) async fn user_info(backend: &Backend, token: &Value) -> Answer {
    let request = request("GET", "/oauth2/userInfo").header(
        "authorization",
        format!("Bearer {}", token.as_str().unwrap()),
    );
    backend.send(request.body(Body::empty()).unwrap()).await
}

/// Where an answer sends the browser.
pub(crate) fn location(answer: &Answer) -> Url {
    assert_eq!(answer.status, 303, "{}", answer.text);
    let base = Url::parse(ORIGIN).unwrap();
    base.join(answer.header("location").unwrap()).unwrap()
}

/// The transaction of the page an answer sends the browser to.
pub(crate) fn transaction(answer: &Answer) -> String {
    parameter(&location(answer), "txn").unwrap()
}

pub(crate) fn parameter(location: &Url, name: &str) -> Option<String> {
    let mut values = location.query_pairs().filter(|(given, _)| given == name);
    let value = values.next()?.1.into_owned();
    assert_eq!(values.next(), None, "{name} twice");
    Some(value)
}

/// The `error` of an answer of the OAuth endpoints.
pub(crate) fn oauth_error(answer: &Answer) -> String {
    assert!(answer.status.is_client_error(), "{}", answer.text);
    answer.json()["error"].as_str().unwrap().to_owned()
}
