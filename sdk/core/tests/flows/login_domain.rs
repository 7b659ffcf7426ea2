//! The login domain as an app's browser meets it: an address in, an address out, and a token endpoint.
//! Queries are read by `form_urlencoded`, which the code under test does not have.

use std::collections::BTreeMap;

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};

use crate::ISSUER;
use crate::server::{Server, sha256};

pub(crate) const DOMAIN: &str = "https://login.example";
pub(crate) const REDIRECT_URI: &str = "https://app.example/back?from=login";
pub(crate) const SIGN_OUT_URI: &str = "https://app.example/";

pub(crate) type Parameters = BTreeMap<String, String>;

/// What is before the question mark, and the parameters after it, none of them twice.
pub(crate) fn taken_apart(url: &str) -> (String, Parameters) {
    let (path, query) = url.split_once('?').unwrap();
    let mut parameters = Parameters::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let twice = parameters.insert(name.into(), value.into());
        assert_eq!(twice, None, "a parameter is there twice: {url}");
    }
    (path.to_owned(), parameters)
}

impl Server {
    /// The person signs in: the query that the browser comes back with.
    pub(crate) fn authorize(&mut self, url: &str, name: &str) -> String {
        let (path, asked) = taken_apart(url);
        assert_eq!(path, format!("{DOMAIN}/oauth2/authorize"));
        assert_eq!(asked["response_type"], "code");
        assert_eq!(asked["client_id"], "demowebclient");
        assert_eq!(asked["redirect_uri"], REDIRECT_URI);
        assert_eq!(asked["code_challenge_method"], "S256");
        let code = format!("code+{}/=", self.codes.len());
        let state = asked["state"].clone();
        self.codes.insert(code.clone(), (asked, name.to_owned()));
        query(&[("code", &code), ("state", &state), ("iss", ISSUER)])
    }

    pub(crate) fn token_endpoint(&mut self, form: &Value, now: u64) -> (u16, Value) {
        let (status, mut answer) = self.token_answer(form, now);
        if let Some(forge) = self.forge_answer {
            forge(&mut answer);
        }
        (status, answer)
    }

    fn token_answer(&mut self, form: &Value, now: u64) -> (u16, Value) {
        let field = |name: &str| form[name].as_str().unwrap_or_default();
        if field("client_id") != "demowebclient" {
            return refused("invalid_client");
        }
        let (status, answer) = match field("grant_type") {
            "authorization_code" => {
                // Whether the rest is right or not: a code is spent by being shown.
                let Some((asked, name)) = self.codes.remove(field("code")) else {
                    return refused("invalid_grant");
                };
                let challenge =
                    Base64UrlUnpadded::encode_string(&sha256(&[field("code_verifier").as_bytes()]));
                if asked["code_challenge"] != challenge
                    || asked["redirect_uri"] != field("redirect_uri")
                {
                    return refused("invalid_grant");
                }
                self.tokens_for(&name, true, Some(&asked["nonce"]), now)
            }
            "refresh_token" => self.refresh(field("refresh_token"), now),
            _ => return refused("unsupported_grant_type"),
        };
        if status != 200 {
            return refused("invalid_grant");
        }
        let tokens = &answer["AuthenticationResult"];
        let mut answer = json!({"access_token": tokens["AccessToken"], "id_token": tokens["IdToken"],
            "token_type": "Bearer", "expires_in": tokens["ExpiresIn"]});
        if tokens["RefreshToken"].is_string() {
            answer["refresh_token"] = tokens["RefreshToken"].clone();
        }
        (200, answer)
    }
}

/// A query of these parameters.
pub(crate) fn query(parameters: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parameters).finish()
}

fn refused(error: &str) -> (u16, Value) {
    (400, json!({"error": error}))
}
