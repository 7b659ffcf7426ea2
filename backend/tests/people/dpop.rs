//! Tokens that are good with the app's key only: what a proof must be, and what is refused without one.

use std::num::NonZeroU32;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use axum::body::Body;
use axum::http::StatusCode;
use base64ct::{Base64UrlUnpadded, Encoding};
use cognate_backend::config::Config;
use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::browser::{App, Browser, oauth_error, post_form};
use crate::person::{CLIENT, Person, claims, get_user};
use crate::support::{Answer, Backend, request};

const TOKEN: &str = "http://localhost:4100/oauth2/token";
const USER_INFO: &str = "http://localhost:4100/oauth2/userInfo";

/// An app's key.
struct Key {
    private: EncodingKey,
    public: Jwk,
}

impl Key {
    fn new() -> Self {
        let random = SystemRandom::new();
        let pair = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random);
        let private = EncodingKey::from_ec_der(pair.unwrap().as_ref());
        let public = Jwk::from_encoding_key(&private, Algorithm::ES256).unwrap();
        Self { private, public }
    }

    fn thumbprint(&self) -> String {
        self.public.thumbprint(ThumbprintHash::SHA256).unwrap()
    }

    fn jwk(&self) -> Value {
        serde_json::to_value(&self.public).unwrap()
    }

    /// A proof for a request, made now.
    fn proof(&self, backend: &Backend, method: &str, address: &str) -> Draft {
        Draft {
            header: json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk() }),
            claims: json!({
                "jti": Uuid::new_v4().to_string(), "htm": method, "htu": address,
                "iat": backend.clock.now(),
            }),
        }
    }

    fn sign(&self, draft: &Draft) -> String {
        let encode = |part: &Value| Base64UrlUnpadded::encode_string(part.to_string().as_bytes());
        let signed = format!("{}.{}", encode(&draft.header), encode(&draft.claims));
        let signature =
            jsonwebtoken::crypto::sign(signed.as_bytes(), &self.private, Algorithm::ES256);
        format!("{signed}.{}", signature.unwrap())
    }

    fn for_token(&self, backend: &Backend) -> String {
        self.sign(&self.proof(backend, "POST", TOKEN))
    }

    fn for_user_info(&self, backend: &Backend, token: &Value) -> String {
        let draft = self.proof(backend, "GET", USER_INFO);
        let hash = digest(&SHA256, token.as_str().unwrap().as_bytes());
        self.sign(&draft.claim(
            "ath",
            json!(Base64UrlUnpadded::encode_string(hash.as_ref())),
        ))
    }
}

/// A proof that is not signed yet.
struct Draft {
    header: Value,
    claims: Value,
}

impl Draft {
    fn header(mut self, name: &str, value: Value) -> Self {
        self.header[name] = value;
        self
    }

    fn claim(mut self, name: &str, value: Value) -> Self {
        self.claims[name] = value;
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.claims.as_object_mut().unwrap().remove(name);
        self
    }
}

async fn post(backend: &Backend, form: &[(&'static str, String)], proofs: &[&str]) -> Answer {
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let mut request = request("POST", "/oauth2/token")
        .header("content-type", "application/x-www-form-urlencoded");
    for proof in proofs {
        request = request.header("dpop", *proof);
    }
    backend.send(request.body(Body::from(body)).unwrap()).await
}

async fn redeem(backend: &Backend, app: &App, person: &Person, proofs: &[&str]) -> Answer {
    let back = Browser::default().sign_in(backend, app, person).await;
    post(backend, &app.redemption(&back), proofs).await
}

fn refreshing(token: &Value) -> [(&'static str, String); 3] {
    [
        ("grant_type", "refresh_token".to_owned()),
        ("client_id", CLIENT.to_owned()),
        ("refresh_token", token.as_str().unwrap().to_owned()),
    ]
}

async fn user_info(backend: &Backend, scheme: &str, token: &Value, proof: Option<&str>) -> Answer {
    let authorization = format!("{scheme} {}", token.as_str().unwrap());
    let mut request = request("GET", "/oauth2/userInfo").header("authorization", authorization);
    if let Some(proof) = proof {
        request = request.header("dpop", proof);
    }
    backend.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn tokens_are_bound_to_the_key_that_the_app_proves() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let (app, key) = (App::demo(), Key::new());
    let answer = redeem(&backend, &app, &person, &[&key.for_token(&backend)]).await;
    let tokens = answer.ok();
    assert_eq!(tokens["token_type"], "DPoP");
    let access = &tokens["access_token"];
    assert_eq!(claims(access)["cnf"], json!({ "jkt": key.thumbprint() }));
    assert_eq!(claims(&tokens["id_token"]).get("cnf"), None);
    let proof = key.for_user_info(&backend, access);
    let told = user_info(&backend, "DPoP", access, Some(&proof)).await.ok();
    assert_eq!(told["email"], person.email);

    let form = refreshing(&tokens["refresh_token"]);
    let refreshed = post(&backend, &form, &[&key.for_token(&backend)])
        .await
        .ok();
    assert_eq!(refreshed["token_type"], "DPoP");
    let access = claims(&refreshed["access_token"]);
    assert_eq!(access["cnf"]["jkt"], key.thumbprint());
}

#[tokio::test]
async fn a_bound_refresh_token_is_refused_everywhere_without_its_proof() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let (app, key, thief) = (App::demo(), Key::new(), Key::new());
    let answer = redeem(&backend, &app, &person, &[&key.for_token(&backend)]).await;
    let token = answer.ok()["refresh_token"].clone();
    let form = refreshing(&token);
    assert_eq!(
        oauth_error(&post(&backend, &form, &[]).await),
        "invalid_grant"
    );
    let other = thief.for_token(&backend);
    assert_eq!(
        oauth_error(&post(&backend, &form, &[&other]).await),
        "invalid_grant"
    );
    let body = json!({ "ClientId": CLIENT, "RefreshToken": token });
    let answer = backend.call("GetTokensFromRefreshToken", body).await;
    assert_eq!(answer.error_type(), "NotAuthorizedException");
    let body = json!({
        "ClientId": CLIENT, "AuthFlow": "REFRESH_TOKEN_AUTH",
        "AuthParameters": { "REFRESH_TOKEN": token },
    });
    let answer = backend.call("InitiateAuth", body).await;
    assert_eq!(answer.error_type(), "NotAuthorizedException");
    post(&backend, &form, &[&key.for_token(&backend)])
        .await
        .ok();
}

#[tokio::test]
async fn a_bound_access_token_is_no_bearer_token() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let app = App::demo().with("scope", "openid aws.cognito.signin.user.admin");
    let (key, thief) = (Key::new(), Key::new());
    let answer = redeem(&backend, &app, &person, &[&key.for_token(&backend)]).await;
    let access = answer.ok()["access_token"].clone();
    let mine = key.for_user_info(&backend, &access);
    for (scheme, proof) in [
        ("Bearer", None),
        ("Bearer", Some(mine)),
        ("DPoP", None),
        ("DPoP", Some(thief.for_user_info(&backend, &access))),
    ] {
        let answer = user_info(&backend, scheme, &access, proof.as_deref()).await;
        assert_eq!(answer.status, 401, "{scheme}");
        let ways: Vec<_> = answer.headers.get_all("www-authenticate").iter().collect();
        assert!(ways[1].to_str().unwrap().starts_with("DPoP error="));
    }
    let answer = get_user(&backend, &json!({ "AccessToken": access })).await;
    assert_eq!(answer.error_type(), "NotAuthorizedException");
}

#[tokio::test]
async fn a_token_without_a_key_does_not_pass_for_a_bound_one() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let key = Key::new();
    let tokens = redeem(&backend, &App::demo(), &person, &[]).await.ok();
    assert_eq!(tokens["token_type"], "Bearer");
    let access = &tokens["access_token"];
    assert_eq!(claims(access).get("cnf"), None);
    let proof = key.for_user_info(&backend, access);
    let answer = user_info(&backend, "DPoP", access, Some(&proof)).await;
    assert_eq!(answer.status, 401);
    user_info(&backend, "bearer", access, None).await.ok();
}

#[tokio::test]
async fn a_proof_that_is_not_for_this_request_now_is_refused() {
    let backend = Backend::start().await;
    let key = Key::new();
    let now = backend.clock.now();
    let good = || key.proof(&backend, "POST", TOKEN);
    let mut with_private = key.jwk();
    with_private["d"] = json!("AAAA");
    let drafts = [
        ("typ", good().header("typ", json!("JWT"))),
        ("alg none", good().header("alg", json!("none"))),
        ("alg HS256", good().header("alg", json!("HS256"))),
        ("alg of another key", good().header("alg", json!("RS256"))),
        ("crit", good().header("crit", json!(["x"]))),
        ("no key", good().header("jwk", Value::Null)),
        ("another key", good().header("jwk", Key::new().jwk())),
        ("a private key", good().header("jwk", with_private)),
        (
            "a key both know",
            good().header("jwk", json!({ "kty": "oct", "k": "AAAA" })),
        ),
        ("htm", good().claim("htm", json!("GET"))),
        ("htu", good().claim("htu", json!(USER_INFO))),
        (
            "htu elsewhere",
            good().claim("htu", json!("https://evil.example/oauth2/token")),
        ),
        ("too old", good().claim("iat", json!(now - 301))),
        ("too new", good().claim("iat", json!(now + 301))),
        ("no jti", good().without("jti")),
        ("an empty jti", good().claim("jti", json!(""))),
        ("a long jti", good().claim("jti", json!("j".repeat(257)))),
        ("no htm", good().without("htm")),
        ("no htu", good().without("htu")),
        ("no iat", good().without("iat")),
    ];
    let form = [
        ("grant_type", "refresh_token".to_owned()),
        ("client_id", CLIENT.to_owned()),
        ("refresh_token", "no-such-token".to_owned()),
    ];
    for (what, draft) in drafts {
        let answer = post(&backend, &form, &[&key.sign(&draft)]).await;
        assert_eq!(oauth_error(&answer), "invalid_dpop_proof", "{what}");
    }
    let good = key.for_token(&backend);
    let broken = format!("{}A", &good[..good.len() - 2]);
    for bad in ["", "a.b.c", &broken, &"x".repeat(9000)] {
        let answer = post(&backend, &form, &[bad]).await;
        assert_eq!(oauth_error(&answer), "invalid_dpop_proof");
    }
    let two = [good.as_str(), &key.for_token(&backend)];
    let answer = post(&backend, &form, &two).await;
    assert_eq!(oauth_error(&answer), "invalid_dpop_proof");
    let answer = post(&backend, &form, &[&good]).await;
    assert_eq!(oauth_error(&answer), "invalid_grant", "the proof is good");
}

#[tokio::test]
async fn a_proof_is_good_once() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let (app, key) = (App::demo(), Key::new());
    let proof = key.for_token(&backend);
    let tokens = redeem(&backend, &app, &person, &[&proof]).await.ok();
    let form = refreshing(&tokens["refresh_token"]);
    let answer = post(&backend, &form, &[&proof]).await;
    assert_eq!(oauth_error(&answer), "invalid_dpop_proof");
    let access = &tokens["access_token"];
    let proof = key.for_user_info(&backend, access);
    user_info(&backend, "DPoP", access, Some(&proof)).await.ok();
    let again = user_info(&backend, "DPoP", access, Some(&proof)).await;
    assert_eq!(again.status, 401);
    assert_eq!(again.json()["error"], "invalid_dpop_proof");
}

#[tokio::test]
async fn a_proof_for_one_token_is_none_for_another() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let (app, key) = (App::demo(), Key::new());
    let mut access = Vec::new();
    for _ in 0..2 {
        let answer = redeem(&backend, &app, &person, &[&key.for_token(&backend)]).await;
        access.push(answer.ok()["access_token"].clone());
    }
    let other = key.for_user_info(&backend, &access[1]);
    let without = key.sign(&key.proof(&backend, "GET", USER_INFO));
    for proof in [other, without] {
        let answer = user_info(&backend, "DPoP", &access[0], Some(&proof)).await;
        assert_eq!(answer.status, 401);
        assert_eq!(answer.json()["error"], "invalid_dpop_proof");
    }
}

#[tokio::test]
async fn a_code_that_was_asked_for_with_a_key_is_redeemed_with_that_key() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let (key, thief) = (Key::new(), Key::new());
    let app = App::demo().with("dpop_jkt", &key.thumbprint());
    for proofs in [vec![], vec![thief.for_token(&backend)]] {
        let proofs: Vec<&str> = proofs.iter().map(String::as_str).collect();
        let answer = redeem(&backend, &app, &person, &proofs).await;
        assert_eq!(oauth_error(&answer), "invalid_grant");
    }
    let answer = redeem(&backend, &app, &person, &[&key.for_token(&backend)]).await;
    assert_eq!(answer.ok()["token_type"], "DPoP");
}

#[tokio::test]
async fn whoever_has_a_bound_refresh_token_may_end_it_without_the_key() {
    let backend = Backend::start().await;
    let person = Person::confirmed(&backend).await;
    let (app, key) = (App::demo(), Key::new());
    let answer = redeem(&backend, &app, &person, &[&key.for_token(&backend)]).await;
    let token = answer.ok()["refresh_token"].clone();
    let form = [
        ("token", token.as_str().unwrap().to_owned()),
        ("client_id", CLIENT.to_owned()),
    ];
    let answer = post_form(&backend, "/oauth2/revoke", &form).await;
    assert_eq!(answer.status, 200);
    let proof = key.for_token(&backend);
    let answer = post(&backend, &refreshing(&token), &[&proof]).await;
    assert_eq!(oauth_error(&answer), "invalid_grant");
}

/// A backend that asks for nonces, each new one after a minute.
async fn with_nonces() -> Backend {
    let mut config = Config::demo();
    config.oauth.dpop_nonce_seconds = NonZeroU32::new(60);
    Backend::start_with(config).await
}

fn offered(answer: &Answer) -> Value {
    json!(answer.header("dpop-nonce").unwrap())
}

#[tokio::test]
async fn where_a_nonce_is_asked_for_a_proof_carries_that_of_the_last_answer() {
    let backend = with_nonces().await;
    let person = Person::confirmed(&backend).await;
    let (app, key) = (App::demo(), Key::new());
    let back = Browser::default().sign_in(&backend, &app, &person).await;
    let form = app.redemption(&back);
    let bare = post(&backend, &form, &[&key.for_token(&backend)]).await;
    assert_eq!(
        (bare.status, oauth_error(&bare)),
        (StatusCode::BAD_REQUEST, "use_dpop_nonce".to_owned())
    );
    let exposed = bare.header("access-control-expose-headers").unwrap();
    assert!(exposed.contains("DPoP-Nonce"), "a page reads it: {exposed}");
    let nonce = offered(&bare);
    let proof = |nonce: &Value| {
        key.sign(
            &key.proof(&backend, "POST", TOKEN)
                .claim("nonce", nonce.clone()),
        )
    };
    let tokens = post(&backend, &form, &[&proof(&nonce)]).await;
    assert_eq!(offered(&tokens), nonce, "it lasts");
    let tokens = tokens.ok();
    assert_eq!(tokens["token_type"], "DPoP", "the code was not spent");

    let access = &tokens["access_token"];
    let refused = user_info(
        &backend,
        "DPoP",
        access,
        Some(&key.for_user_info(&backend, access)),
    )
    .await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    let ways: Vec<_> = refused.headers.get_all("www-authenticate").iter().collect();
    assert!(
        ways[1]
            .to_str()
            .unwrap()
            .starts_with("DPoP error=\"use_dpop_nonce\"")
    );

    let refresh = refreshing(&tokens["refresh_token"]);
    for wrong in [json!("AAAAAAAAAAAAAAAAAAAAAA"), json!(""), json!(7)] {
        let answer = post(&backend, &refresh, &[&proof(&wrong)]).await;
        assert_ne!(answer.status, StatusCode::OK, "{wrong}");
    }
    backend.clock.advance(60);
    let next = post(&backend, &refresh, &[&proof(&nonce)]).await;
    assert_ne!(offered(&next), nonce, "a minute later there is another");
    assert_eq!(next.status, StatusCode::OK, "and the one before is good");
    backend.clock.advance(60);
    let late = post(&backend, &refresh, &[&proof(&nonce)]).await;
    assert_eq!(oauth_error(&late), "use_dpop_nonce");
    post(&backend, &refresh, &[&proof(&offered(&late))])
        .await
        .ok();
    let without_a_key = redeem(&backend, &App::demo(), &person, &[]).await.ok();
    assert_eq!(
        without_a_key["token_type"], "Bearer",
        "only proofs need one"
    );
}

#[tokio::test]
async fn two_backends_on_one_master_key_know_each_others_nonces_and_others_do_not() {
    let backend = with_nonces().await;
    let form = refreshing(&json!("no-such-token"));
    let key = Key::new();
    let nonce = offered(&post(&backend, &form, &[]).await);
    let mut config = Config::demo();
    config.oauth.dpop_nonce_seconds = NonZeroU32::new(60);
    let beside = backend.restart_with(config).await;
    let draft = key
        .proof(&beside, "POST", TOKEN)
        .claim("nonce", nonce.clone());
    let answer = post(&beside, &form, &[&key.sign(&draft)]).await;
    assert_eq!(oauth_error(&answer), "invalid_grant", "the proof is good");
    let stranger = with_nonces().await;
    let draft = key.proof(&stranger, "POST", TOKEN).claim("nonce", nonce);
    let answer = post(&stranger, &form, &[&key.sign(&draft)]).await;
    assert_eq!(oauth_error(&answer), "use_dpop_nonce");
}
