//! Believing an ID token's signature, issuer and times (OpenID Connect Core, 3.1.3.7; RFC 7515).

use aws_lc_rs::digest;
use base64ct::{Base64UrlUnpadded, Encoding};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Map, Value};
use url::Url;

use super::{Document, OpenIdError, Published, TokenFault};

/// The claims of a token.
pub type Claims = Map<String, Value>;

/// The algorithms that a token may be signed with.
const ALGORITHMS: [&str; 9] = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA",
];

/// The longest token that is looked at, in bytes.
const LONGEST: usize = 64 * 1024;

/// Who a token has to be of.
#[derive(Debug, Clone, Copy)]
pub struct Issuer<'a> {
    /// `iss`
    pub name: &'a str,
    /// Another form of it, which Google writes.
    pub also: Option<&'a str>,
}

/// A token that says to be of the right issuer. Nothing of it is believed yet.
pub struct IdToken<'a> {
    token: &'a str,
    algorithm: Algorithm,
    algorithm_name: String,
    key_id: Option<String>,
}

impl std::fmt::Debug for IdToken<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "IdToken({}, ..)", self.algorithm_name)
    }
}

impl<'a> IdToken<'a> {
    /// Reads a token, before anybody is asked about it.
    ///
    /// # Errors
    /// [`TokenFault::Malformed`], [`TokenFault::Algorithm`], [`TokenFault::Issuer`].
    pub fn read(token: &'a str, issuer: Issuer<'_>) -> Result<Self, TokenFault> {
        if token.len() > LONGEST {
            return Err(TokenFault::Malformed);
        }
        let mut parts = token.split('.');
        let header = object(parts.next().unwrap_or_default())?;
        let claims = object(parts.next().unwrap_or_default())?;
        let text = |json: &Claims, name: &str| {
            let text = json.get(name).and_then(Value::as_str);
            text.map(str::to_owned)
        };
        let name = text(&header, "alg").ok_or(TokenFault::Malformed)?;
        if !ALGORITHMS.contains(&name.as_str()) || header.contains_key("crit") {
            return Err(TokenFault::Algorithm);
        }
        let claimed = text(&claims, "iss").unwrap_or_default();
        if claimed != issuer.name && Some(claimed.as_str()) != issuer.also {
            return Err(TokenFault::Issuer);
        }
        Ok(Self {
            token,
            algorithm: name.parse().map_err(|_| TokenFault::Algorithm)?,
            key_id: text(&header, "kid"),
            algorithm_name: name,
        })
    }

    /// The algorithm that it is signed with.
    #[must_use]
    pub fn algorithm(&self) -> &str {
        &self.algorithm_name
    }

    /// The claims, if a key at `keys` signed them and they count at `now`; `algorithms` are the issuer's own, if it says
    /// which. The issuer's clock may be `skew` seconds from ours.
    ///
    /// # Errors
    /// [`OpenIdError`]
    pub async fn verified(
        &self,
        published: &Published,
        keys: &Url,
        algorithms: Option<&[String]>,
        (now, skew): (i64, i64),
    ) -> Result<Claims, OpenIdError> {
        let is_theirs = algorithms.is_none_or(|theirs| theirs.contains(&self.algorithm_name));
        if !is_theirs {
            return Err(TokenFault::Algorithm.into());
        }
        // Another key under the same id is looked for like one that is missing.
        let signed = |json: &Value| self.signed_by(&self.key(json)?);
        let signed = published.find(Document::Keys, keys, signed).await?;
        let Some(claims) = signed else {
            let key = |json: &Value| self.key(json).map(drop);
            let is_known = published.find(Document::Keys, keys, key).await?.is_some();
            let fault = match is_known {
                true => TokenFault::Signature,
                false => TokenFault::Key,
            };
            return Err(fault.into());
        };
        check(&claims, now, skew)?;
        Ok(claims)
    }

    /// The key of the token's id, or the only one for its algorithm.
    fn key(&self, published: &Value) -> Option<DecodingKey> {
        let keys = published.get("keys")?.as_array()?;
        let kind = match self.algorithm_name.get(..2)? {
            "RS" | "PS" => "RSA",
            "ES" => "EC",
            _ => "OKP",
        };
        let mut fitting = keys.iter().filter(|key| {
            let text = |name: &str| key.get(name).and_then(Value::as_str);
            text("kty") == Some(kind)
                && text("use").is_none_or(|usage| usage == "sig")
                && text("alg").is_none_or(|alg| alg == self.algorithm_name)
                && self
                    .key_id
                    .as_deref()
                    .is_none_or(|id| text("kid") == Some(id))
        });
        let key = fitting.next()?;
        if self.key_id.is_none() && fitting.next().is_some() {
            return None;
        }
        let jwk: Jwk = serde_json::from_value(key.clone()).ok()?;
        DecodingKey::from_jwk(&jwk).ok()
    }

    fn signed_by(&self, key: &DecodingKey) -> Option<Claims> {
        let mut rules = Validation::new(self.algorithm);
        // Checked here, by our clock and with the caller's leeway.
        rules.validate_exp = false;
        rules.validate_aud = false;
        rules.required_spec_claims.clear();
        let read = jsonwebtoken::decode::<Claims>(self.token, key, &rules);
        Some(read.ok()?.claims)
    }
}

/// `at_hash`: the left half of the hash that the algorithm uses.
#[must_use]
pub fn half_hash(token: &str, algorithm: &str) -> String {
    let hash = match algorithm.get(2..) {
        Some("256") => &digest::SHA256,
        Some("384") => &digest::SHA384,
        _ => &digest::SHA512,
    };
    let hash = digest::digest(hash, token.as_bytes());
    let hash = hash.as_ref();
    Base64UrlUnpadded::encode_string(hash.get(..hash.len() / 2).unwrap_or_default())
}

fn object(part: &str) -> Result<Claims, TokenFault> {
    let json = Base64UrlUnpadded::decode_vec(part).map_err(|_| TokenFault::Malformed)?;
    serde_json::from_slice(&json).map_err(|_| TokenFault::Malformed)
}

fn check(claims: &Claims, now: i64, skew: i64) -> Result<(), TokenFault> {
    let time = |name: &str| claims.get(name).and_then(Value::as_i64);
    match time("exp") {
        Some(exp) if exp.saturating_add(skew) > now => {}
        exp => return Err(TokenFault::Expired(exp.unwrap_or_default())),
    }
    let latest = now.saturating_add(skew);
    if time("iat").is_none_or(|iat| iat > latest) || time("nbf").is_some_and(|nbf| nbf > latest) {
        return Err(TokenFault::Early);
    }
    match claims.get("sub").and_then(Value::as_str) {
        Some(sub) if !sub.is_empty() => Ok(()),
        _ => Err(TokenFault::Nobody),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_767_323_045;

    fn token(header: &Value, claims: &Value) -> String {
        let part = |json: &Value| Base64UrlUnpadded::encode_string(json.to_string().as_bytes());
        format!("{}.{}.AAAA", part(header), part(claims))
    }

    fn read(header: &Value, issuer: &str) -> Result<(), TokenFault> {
        let issued = Issuer {
            name: "https://op.example",
            also: Some("op.example"),
        };
        let token = token(header, &json!({ "iss": issuer }));
        IdToken::read(&token, issued).map(drop)
    }

    #[test]
    fn a_token_of_another_issuer_or_algorithm_is_refused_before_anybody_is_asked() {
        let good = json!({ "alg": "RS256" });
        for issuer in ["https://op.example", "op.example"] {
            assert_eq!(read(&good, issuer), Ok(()));
        }
        for issuer in ["https://op.example/", "", "https://evil.example"] {
            assert_eq!(read(&good, issuer), Err(TokenFault::Issuer), "{issuer}");
        }
        for header in [
            json!({ "alg": "none" }),
            json!({ "alg": "HS256" }),
            json!({ "alg": "ES512" }),
            json!({ "alg": "rs256" }),
            json!({ "alg": "RS256", "crit": ["x"] }),
        ] {
            let refused = read(&header, "https://op.example");
            assert_eq!(refused, Err(TokenFault::Algorithm), "{header}");
        }
        let issuer = Issuer {
            name: "x",
            also: None,
        };
        let long = "a".repeat(LONGEST + 1);
        for text in ["", "junk", "e30", "e30.e30.", "W10.e30.AA", &long] {
            let refused = IdToken::read(text, issuer).map(drop);
            assert_eq!(refused, Err(TokenFault::Malformed), "{text:.9}");
        }
    }

    #[test]
    fn a_token_counts_between_its_times_and_names_somebody() {
        let good = json!({ "iat": NOW, "exp": NOW + 300, "sub": "ada" });
        for (change, expected) in [
            (json!({}), Ok(())),
            (json!({ "exp": NOW - 59, "iat": NOW - 400 }), Ok(())),
            (
                json!({ "exp": NOW - 60 }),
                Err(TokenFault::Expired(NOW - 60)),
            ),
            (json!({ "exp": null }), Err(TokenFault::Expired(0))),
            (json!({ "exp": "9999999999" }), Err(TokenFault::Expired(0))),
            (json!({ "iat": NOW + 60, "nbf": NOW + 60 }), Ok(())),
            (json!({ "iat": NOW + 61 }), Err(TokenFault::Early)),
            (json!({ "iat": null }), Err(TokenFault::Early)),
            (json!({ "nbf": NOW + 61 }), Err(TokenFault::Early)),
            (json!({ "sub": "" }), Err(TokenFault::Nobody)),
            (json!({ "sub": 7 }), Err(TokenFault::Nobody)),
        ] {
            let mut claims = good.as_object().unwrap().clone();
            claims.extend(change.as_object().unwrap().clone());
            assert_eq!(check(&claims, NOW, 60), expected, "{change}");
        }
    }

    #[test]
    fn a_key_is_one_for_the_algorithm_and_without_an_id_the_only_one() {
        let finds = |keys: &Value, id: Option<&str>, algorithm: &str| {
            let token = IdToken {
                token: "",
                algorithm: algorithm.parse().unwrap(),
                algorithm_name: algorithm.to_owned(),
                key_id: id.map(str::to_owned),
            };
            token.key(&json!({ "keys": keys })).is_some()
        };
        let rsa = |kid: &str, alg: &str| json!({ "kty": "RSA", "kid": kid, "alg": alg, "n": "AQAB", "e": "AQAB" });
        let published = json!([rsa("a", "RS256"), rsa("b", "PS256")]);
        assert!(finds(&published, Some("a"), "RS256"));
        assert!(finds(&published, None, "RS256"));
        assert!(!finds(&published, Some("b"), "RS256"));
        assert!(!finds(&published, Some("a"), "ES256"));
        let two = json!([rsa("a", "RS256"), rsa("b", "RS256")]);
        assert!(!finds(&two, None, "RS256"));
        let secret = json!([{ "kty": "oct", "kid": "a", "k": "AQAB" }]);
        assert!(!finds(&secret, Some("a"), "RS256"));
    }

    #[test]
    fn at_hash_is_half_of_the_algorithms_hash() {
        // OpenID Connect Core, A.3.
        let token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
        assert_eq!(half_hash(token, "RS256"), "77QmUPtjPfzWtF2AnpK9RQ");
    }
}
