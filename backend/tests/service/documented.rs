//! The examples of `docs/configuration.md`, tried: what is written there starts a backend, and leads people where it says.

use std::collections::BTreeSet;

use cognate_backend::config::{Config, PoolConfig};
use serde_json::{Value, json};
use url::Url;

use crate::support::Backend;

const DOCUMENT: &str = include_str!("../../../docs/configuration.md");

/// A provider's metadata with a certificate, which the document leaves out.
const METADATA: &str = include_str!("corpus/saml/metadata.xml");

const POOL: &str = "local_example";

/// Where each example's people go. Those of the second half publish where they are, which a test cannot ask.
const PROVIDERS: [(&str, &str); 7] = [
    ("Facebook", "https://www.facebook.com/v17.0/dialog/oauth?"),
    ("LoginWithAmazon", "https://www.amazon.com/ap/oa?"),
    ("Branch", "https://idp.branch.example/sso?SAMLRequest="),
    ("Corp", "https://idp.branch.example/sso?SAMLRequest="),
    ("Works", "https://gateway.example/authorize?"),
    ("Google", "https://gateway.example/authorize?"),
    ("SignInWithApple", "https://gateway.example/authorize?"),
];

#[tokio::test]
async fn every_example_of_the_document_starts_a_backend() {
    let examples = blocks("toml");
    assert!(examples.len() > PROVIDERS.len(), "the examples are gone");
    for example in examples {
        let config = Config::parse(&whole(&example));
        let config = config.unwrap_or_else(|error| panic!("{error}\n{example}"));
        Backend::start_with(config).await;
    }
}

#[tokio::test]
async fn every_provider_of_the_document_is_one_that_people_are_sent_to() {
    let mut seen = BTreeSet::new();
    for example in providers() {
        let backend = Backend::start_with(with_client(&example)).await;
        let provider = described(&backend, &example).await;
        let name = provider["ProviderName"].as_str().unwrap();
        let (_, there) = PROVIDERS.iter().find(|(known, _)| *known == name).unwrap();
        make_reachable(&backend, &provider).await;
        let location = leave(&backend, &format!("identity_provider={name}")).await;
        assert!(location.as_str().starts_with(there), "{location}");
        if provider["ProviderType"] != "SAML" {
            let asked = |name: &str| location.query_pairs().find(|(key, _)| key == name).unwrap();
            let detail = |name: &str| provider["ProviderDetails"][name].as_str().unwrap();
            assert_eq!(asked("client_id").1, detail("client_id"));
            let scopes = detail("authorize_scopes").replace(',', "");
            assert_eq!(asked("scope").1, scopes);
            let redirect = "http://localhost:4100/oauth2/idpresponse";
            assert_eq!(asked("redirect_uri").1, redirect);
        }
        for identifier in provider["IdpIdentifiers"].as_array().into_iter().flatten() {
            let identifier = identifier.as_str().unwrap();
            let mut ways = vec![identifier.to_owned()];
            // Domains are found by addresses, too.
            ways.extend(
                identifier
                    .contains('.')
                    .then(|| format!("ada@{identifier}")),
            );
            for way in ways {
                let location = leave(&backend, &format!("idp_identifier={way}")).await;
                assert!(location.as_str().starts_with(there), "{way}: {location}");
            }
        }
        seen.insert(name.to_owned());
    }
    assert_eq!(seen, PROVIDERS.map(|(name, _)| name.to_owned()).into());
}

#[tokio::test]
async fn what_the_document_says_of_saml_is_what_providers_are_given() {
    let example = providers().into_iter();
    let corp = example.into_iter().find(|text| text.contains("IDPInit"));
    let corp = corp.unwrap();
    let backend = Backend::start_with(with_client(&corp)).await;
    let metadata = backend.get("/local_example/saml2/metadata").await.text;
    for value in ["urn:amazon:cognito:sp:local_example", "/saml2/idpresponse"] {
        assert!(
            DOCUMENT.contains(value) && metadata.contains(value),
            "{value}"
        );
    }
    make_reachable(&backend, &described(&backend, &corp).await).await;
    // What a provider that begins sends as RelayState is a request that leads to it.
    let (_, rest) = DOCUMENT.split_once("`identity_provider=Corp&").unwrap();
    let (relay_state, _) = rest.split_once('`').unwrap();
    let path = format!("/oauth2/authorize?identity_provider=Corp&{relay_state}&{CHALLENGE}");
    let answer = backend.get(&path).await;
    let location = answer.header("location").unwrap();
    assert!(
        location.starts_with("https://idp.branch.example/sso?"),
        "{location}"
    );
    assert!(location.contains("&Signature="), "{location}");
}

#[tokio::test]
async fn the_link_of_the_document_is_made() {
    let works = &providers()[0];
    let backend = Backend::start_with(with_client(works)).await;
    let ada = json!({ "UserPoolId": POOL, "Username": "ada" });
    backend.admin("AdminCreateUser", ada.clone()).await.ok();
    let link = blocks("json").into_iter();
    let mut link = link.filter(|text| text.contains("DestinationUser"));
    let link = serde_json::from_str(&link.next().unwrap()).unwrap();
    backend.admin("AdminLinkProviderForUser", link).await.ok();
    let user = backend.admin("AdminGetUser", ada).await.ok().to_string();
    assert!(
        user.contains("248289761001") && user.contains("Works"),
        "{user}"
    );
}

const CHALLENGE: &str =
    "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";

/// The fenced examples in this language.
fn blocks(language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let parts = DOCUMENT.split(&fence).skip(1);
    let blocks = parts.map(|part| part.split("```").next().unwrap().to_owned());
    blocks.collect()
}

/// The examples of providers, each with the pool around it.
fn providers() -> Vec<String> {
    let all = blocks("toml").into_iter();
    let all = all.filter(|text| text.contains("[[pools.identity_providers]]"));
    all.map(|text| whole(&text)).collect()
}

/// An example with what it leaves out.
fn whole(example: &str) -> String {
    let (_, rest) = METADATA.split_once("X509Certificate>").unwrap();
    let (certificate, _) = rest.split_once('<').unwrap();
    let pool = match example.starts_with("[[pools.") {
        true => format!("[[pools]]\nid = \"{POOL}\"\n"),
        false => String::new(),
    };
    pool + &example.replace("MIIC...", certificate)
}

/// The configuration with the first example's client, for this example's provider.
fn with_client(example: &str) -> Config {
    let mut first = Config::parse(&providers()[0]).unwrap();
    let mut client = pool_of(&mut first).clients.remove(0);
    let mut config = Config::parse(example).unwrap();
    let pool = pool_of(&mut config);
    let name = pool.identity_providers[0].0["ProviderName"].clone();
    let supported = json!(["COGNITO", name]);
    client
        .settings
        .insert("SupportedIdentityProviders".to_owned(), supported);
    pool.clients = vec![client];
    config
}

fn pool_of(config: &mut Config) -> &mut PoolConfig {
    &mut config.pools[0]
}

/// The example's provider, as the backend has it.
async fn described(backend: &Backend, example: &str) -> Value {
    let mut config = Config::parse(example).unwrap();
    let written = pool_of(&mut config).identity_providers[0].0.clone();
    let asked = json!({ "UserPoolId": POOL, "ProviderName": written["ProviderName"] });
    let answer = backend.admin("DescribeIdentityProvider", asked).await.ok();
    let provider = answer["IdentityProvider"].clone();
    for (member, value) in written {
        assert_eq!(provider[&member], value, "{member}");
    }
    provider
}

/// What is on the network is said by the details instead.
async fn make_reachable(backend: &Backend, provider: &Value) {
    let mut details = provider["ProviderDetails"].clone();
    if details["MetadataURL"].is_string() {
        let branch = providers().pop().unwrap();
        let mut branch = Config::parse(&branch).unwrap();
        let file = &pool_of(&mut branch).identity_providers[0].0["ProviderDetails"];
        details["MetadataFile"] = file["MetadataFile"].clone();
        details.as_object_mut().unwrap().remove("MetadataURL");
    }
    let kind = provider["ProviderType"].as_str().unwrap();
    if ["OIDC", "Google", "SignInWithApple"].contains(&kind) {
        for (name, path) in [
            ("authorize_url", "authorize"),
            ("token_url", "token"),
            ("jwks_uri", "jwks"),
        ] {
            details[name] = json!(format!("https://gateway.example/{path}"));
        }
    }
    let changed = json!({
        "UserPoolId": POOL, "ProviderName": provider["ProviderName"], "ProviderDetails": details,
    });
    backend.admin("UpdateIdentityProvider", changed).await.ok();
}

/// Where an app's link with this in it leads.
async fn leave(backend: &Backend, which: &str) -> Url {
    let answer = backend
        .get(&format!(
            "/oauth2/authorize?client_id=exampleweb&response_type=code&scope=openid&{CHALLENGE}\
             &redirect_uri=https%3A%2F%2Fapp.example.com%2F&{which}"
        ))
        .await;
    Url::parse(answer.header("location").unwrap()).unwrap()
}
