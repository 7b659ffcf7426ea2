//! What the configuration file may say, and what keeps a backend from starting.

use axum::body::Body;
use cognate_backend::clock::Clock;
use cognate_backend::config::Config;
use cognate_backend::mfa::{Factor, Requirement};
use cognate_backend::pools::{find_client, find_pool};
use cognate_backend::serve::{StartError, prepare};

use serde_json::json;

use crate::support::{Backend, START, loopback, request};

const EXAMPLE: &str = include_str!("../../cognate.example.toml");

#[tokio::test]
async fn the_example_file_starts_a_backend_that_has_what_it_says() {
    let text = EXAMPLE.replace("change-me", "a-long-secret-of-one's-own");
    let mut config = Config::parse(&text).unwrap();
    assert_eq!(
        config.public_url.as_deref(),
        Some("https://auth.example.com")
    );
    // The file it names is not on this machine.
    assert!(config.keys.master_key_file.take().is_some());
    let backend = Backend::start_with(config).await;
    let (pool, client) = find_client(&backend.state, "exampleserver").await.unwrap();
    assert_eq!(pool.settings.password_policy().minimum_length, 12);
    assert!(pool.mfa.offers(Factor::SoftwareToken) && !pool.mfa.offers(Factor::Sms));
    assert_eq!(client.settings.access_token_seconds(), 15 * 60);
    assert_eq!(client.settings.refresh_token_rotation(), Some(10));
    assert!(!client.secrets.is_empty());
    let document = backend
        .get("/local_example/.well-known/openid-configuration")
        .await
        .ok();
    assert_eq!(document["issuer"], "https://auth.example.com/local_example");
}

#[test]
fn a_mistake_says_where_it_is_and_what_was_expected() {
    let error = Config::parse("listen = \"127.0.0.1:1\"\nlistne = 1\n").unwrap_err();
    let text = error.to_string();
    assert!(text.contains("line 2") && text.contains("listne"), "{text}");
    assert!(Config::parse("[[pools]]\nid = \"local_a\"\ncolour = 1\n").is_err());
}

#[tokio::test]
async fn a_setting_the_service_would_refuse_stops_the_start_and_names_the_pool() {
    for (text, named) in [
        ("[[pools]]\nid = \"nounderscore\"\n", "nounderscore"),
        (
            "[[pools]]\nid = \"local_a\"\nsettings = { MfaConfiguration = \"ON\" }\n",
            "local_a",
        ),
        (
            "[[pools]]\nid = \"local_a\"\nmfa = { MfaConfiguration = \"OPTIONAL\" }\n",
            "local_a",
        ),
        (
            "[[pools]]\nid = \"local_a\"\nmfa = { MfaConfig = \"OFF\" }\n",
            "MfaConfig",
        ),
        (
            "[[pools]]\nid = \"local_a\"\n[[pools.clients]]\nid = \"web\"\n\
             settings = { AuthSessionValidity = 99 }\n",
            "web",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::parse(text).unwrap();
        config.data = Some(folder.path().to_owned());
        let error = prepare(config, Clock::frozen_at(START), loopback())
            .await
            .unwrap_err();
        assert!(matches!(error, StartError::Seed(_)));
        assert!(error.to_string().contains(named), "{error}");
    }
}

#[tokio::test]
async fn a_changed_file_changes_the_pool_on_the_next_start_and_keeps_its_keys() {
    let first = "[[pools]]\nid = \"local_a\"\nname = \"before\"\n";
    let second = "[[pools]]\nid = \"local_a\"\nname = \"after\"\n";
    let backend = Backend::start_with(Config::parse(first).unwrap()).await;
    let keys = backend.get("/local_a/.well-known/jwks.json").await.text;
    let backend = backend.restart_with(Config::parse(second).unwrap()).await;
    assert_eq!(
        backend
            .state
            .store
            .pool("local_a")
            .await
            .unwrap()
            .unwrap()
            .name,
        "after"
    );
    assert_eq!(
        backend.get("/local_a/.well-known/jwks.json").await.text,
        keys
    );
}

#[tokio::test]
async fn second_factors_stay_as_the_api_set_them_unless_the_file_says_otherwise() {
    let silent = "[[pools]]\nid = \"local_a\"\n";
    let optional = format!(
        "{silent}[pools.mfa]\nMfaConfiguration = \"OPTIONAL\"\nEmailMfaConfiguration = {{}}\n"
    );
    let backend = Backend::start_with(Config::parse(silent).unwrap()).await;
    let set = serde_json::json!({
        "UserPoolId": "local_a", "MfaConfiguration": "ON",
        "SoftwareTokenMfaConfiguration": { "Enabled": true },
    });
    backend.admin("SetUserPoolMfaConfig", set).await.ok();
    let backend = backend.restart_with(Config::parse(silent).unwrap()).await;
    let pool = find_pool(&backend.state, "local_a").await.unwrap();
    assert_eq!(pool.mfa.requirement(), Requirement::On);
    let backend = backend
        .restart_with(Config::parse(&optional).unwrap())
        .await;
    let pool = find_pool(&backend.state, "local_a").await.unwrap();
    assert_eq!(pool.mfa.requirement(), Requirement::Optional);
    assert!(pool.mfa.offers(Factor::Email) && !pool.mfa.offers(Factor::SoftwareToken));
}

#[tokio::test]
async fn beyond_loopback_the_backend_starts_only_with_keys_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let everybody = "0.0.0.0:4100".parse().unwrap();
    let with_key =
        "[[keys.sigv4]]\naccess_key_id = \"A\"\nsecret_access_key = \"0123456789abcdef\"\n";
    for text in ["", with_key, "[keys]\nmaster_key_file = \"k\"\n"] {
        let mut config = Config::parse(text).unwrap();
        config.data = Some(folder.path().join("data"));
        let error = prepare(config, Clock::frozen_at(START), everybody)
            .await
            .unwrap_err();
        assert!(matches!(error, StartError::Exposed(_)), "{error}");
    }
    assert!(!folder.path().join("data").exists(), "nothing was made");

    let key_file = folder.path().join("master.key");
    std::fs::write(&key_file, "ab".repeat(32)).unwrap();
    let mut config = Config::parse(with_key).unwrap();
    config.keys.master_key_file = Some(key_file);
    config.data = Some(folder.path().join("data"));
    let error = prepare(config.clone(), Clock::frozen_at(START), everybody)
        .await
        .unwrap_err();
    assert!(matches!(error, StartError::NoProxy(_)), "{error}");

    config.proxies = vec!["10.0.0.1".parse().unwrap()];
    let backend = Backend::start_in(tempfile::tempdir().unwrap(), config, everybody).await;
    let status = |peer: &str, path: &str| {
        let peer = std::net::SocketAddr::new(peer.parse().unwrap(), 4711);
        let request = request("GET", path).body(Body::empty()).unwrap();
        let backend = &backend;
        async move { backend.send_from(peer, request).await.status }
    };
    let inbox = status("10.0.0.1", "/_cognate/inbox").await;
    assert_eq!(inbox, 404, "the inbox exists on loopback only");
    assert_eq!(status("10.0.0.1", "/health").await, 200, "the proxy");
    assert_eq!(status("10.0.0.9", "/health").await, 403, "past the proxy");
    assert_eq!(status("127.0.0.1", "/health").await, 200, "this machine");
    assert_eq!(status("127.0.0.1", "/").await, 403, "and nothing else");
}

#[tokio::test]
async fn without_tls_the_backend_is_known_by_a_name_of_this_machine_only() {
    for (url, is_fit) in [
        ("http://auth.intern", false),
        ("http://localhost.example.com", false),
        ("ftp://localhost", false),
        ("http://localhost:4100", true),
        ("http://127.0.0.1:4100/", true),
        ("http://[::1]:4100", true),
        ("https://auth.intern", true),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::demo();
        config.data = Some(folder.path().to_owned());
        config.public_url = Some(url.to_owned());
        let started = prepare(config, Clock::frozen_at(START), loopback()).await;
        match started {
            Ok(_) => assert!(is_fit, "{url}"),
            Err(StartError::PublicUrl(_)) => assert!(!is_fit, "{url}"),
            Err(error) => panic!("{url}: {error}"),
        }
    }
}

#[tokio::test]
async fn others_may_not_reach_a_backend_whose_secret_stands_in_our_example() {
    let mut config = Config::parse(EXAMPLE).unwrap();
    let folder = tempfile::tempdir().unwrap();
    config.data = Some(folder.path().to_owned());
    config.keys.master_key_file = None;
    let error = prepare(config, Clock::frozen_at(START), loopback())
        .await
        .unwrap_err();
    assert!(matches!(error, StartError::WeakSecret(_)), "{error}");
}

#[tokio::test]
async fn a_misspelt_setting_keeps_the_backend_from_starting_and_is_named() {
    for (settings, name) in [
        ("PasswordPolcy = 1", "PasswordPolcy"),
        (
            "Policies = { PasswordPolicy = { MinLength = 12 } }",
            "Policies.PasswordPolicy.MinLength",
        ),
    ] {
        let text = format!("[[pools]]\nid = \"local_a\"\n[pools.settings]\n{settings}\n");
        let mut config = Config::parse(&text).unwrap();
        let folder = tempfile::tempdir().unwrap();
        config.data = Some(folder.path().to_owned());
        let error = prepare(config, Clock::frozen_at(START), loopback())
            .await
            .unwrap_err()
            .to_string();
        assert!(error.contains("local_a") && error.contains(name), "{error}");
    }
}

#[test]
fn a_mistake_beside_a_secret_does_not_show_the_secret() {
    for line in ["secret_access_key = \"hush\" x", "secret_access_key = 4711"] {
        let text = format!("[[keys.sigv4]]\naccess_key_id = \"A\"\n{line}\n");
        let error = Config::parse(&text).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(shown.contains("line 3"), "{shown}");
        assert!(
            !shown.contains("hush") && !shown.contains("4711"),
            "{shown}"
        );
    }
}

#[tokio::test]
async fn another_master_key_stops_the_start_and_is_named_as_the_cause() {
    let backend = Backend::start().await;
    backend.state.store.close().await;
    std::fs::write(backend.folder.path().join("master.key"), "ab".repeat(32)).unwrap();
    let mut config = Config::demo();
    config.data = Some(backend.folder.path().to_owned());
    let error = prepare(config, Clock::frozen_at(START), loopback())
        .await
        .unwrap_err();
    let StartError::Keys(keys) = error else {
        panic!("{error}")
    };
    let cause = std::error::Error::source(&keys).unwrap().to_string();
    assert!(cause.contains("another master key"), "{cause}");
}

#[tokio::test]
async fn text_messages_are_not_posted_in_the_clear_beyond_this_machine() {
    let config = |url: &str, allow: &str| {
        let text = format!(
            "[messages.sms]\nurl = \"{url}\"\nsecret = \"sixteen-characters\"\n[outgoing]\nallow = [{allow}]\n"
        );
        Config::parse(&text).unwrap()
    };
    for (url, allow, starts) in [
        ("http://sms.example.com/", "", false),
        ("http://192.0.2.1/", "", false),
        ("http://localhost.example.com/", "", false),
        ("ftp://localhost/", "", false),
        ("http://sms.internal:8080/", "\"sms.internal\"", true),
        ("http://localhost:8080/", "", true),
        ("http://127.0.0.1:8080/", "", true),
        ("https://sms.example.com/", "", true),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut config = config(url, allow);
        config.data = Some(folder.path().to_owned());
        let outcome = prepare(config, Clock::frozen_at(START), loopback()).await;
        match outcome {
            Ok(_) => assert!(starts, "{url}"),
            Err(StartError::InsecureWebhook(named)) => {
                assert!(!starts, "{url}");
                assert_eq!(named.as_str(), url);
            }
            Err(other) => panic!("{url}: {other}"),
        }
    }
}

#[tokio::test]
async fn the_configurations_identity_providers_are_there_before_its_clients_and_show_no_secret() {
    let text = r#"
        [[pools]]
        id = "local_works"
        [[pools.identity_providers]]
        ProviderName = "Works"
        ProviderType = "OIDC"
        IdpIdentifiers = ["works.example"]
        [pools.identity_providers.ProviderDetails]
        client_id = "us"
        client_secret = "not for everybody"
        oidc_issuer = "https://works.example"
        authorize_scopes = "openid"
        attributes_request_method = "GET"
        [[pools.clients]]
        id = "web"
        [pools.clients.settings]
        SupportedIdentityProviders = ["Works"]
    "#;
    let config = Config::parse(text).unwrap();
    assert!(!format!("{config:?}").contains("not for everybody"));
    let backend = Backend::start_with(config).await;
    let name = json!({ "UserPoolId": "local_works", "ProviderName": "Works" });
    let described = async |backend: &Backend| {
        let answer = backend
            .admin("DescribeIdentityProvider", name.clone())
            .await;
        answer.ok()["IdentityProvider"].clone()
    };
    let provider = described(&backend).await;
    assert_eq!(provider["IdpIdentifiers"], json!(["works.example"]));
    let changed = text
        .replace("openid\"", "openid email\"")
        .replace("IdpIdentifiers = [\"works.example\"]", "");
    let backend = backend.restart_with(Config::parse(&changed).unwrap()).await;
    let provider = described(&backend).await;
    assert_eq!(
        provider["ProviderDetails"]["authorize_scopes"],
        "openid email"
    );
    assert_eq!(
        provider.get("IdpIdentifiers").and_then(|list| list.get(0)),
        None
    );
}
