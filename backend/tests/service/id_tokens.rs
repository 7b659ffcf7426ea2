//! ID tokens that are kept as files: made by an implementation that is not ours, genuine and forged, each as it is and with changes by chance.

use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
use axum::routing::get;
use base64ct::{Base64UrlUnpadded, Encoding};
use cognate_backend::clock::Clock;
use cognate_backend::openid::{Claims, IdToken, Issuer, OpenIdError, Published};
use cognate_backend::outgoing::Outgoing;
use cognate_backend::serve::Listeners;
use url::Url;

use crate::corpus::{kept, text};
use crate::mutation::Mutation;

/// 2026-11-23T00:00:00Z
const NOW: i64 = 1_795_392_000;

/// An issuer that publishes the kept keys, and who asks it.
struct Reader {
    published: Published,
    keys: Url,
}

impl Reader {
    async fn start() -> Self {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let listeners = Listeners::bind(any).await.unwrap();
        let keys = Url::parse(&format!("http://{}/", listeners.address())).unwrap();
        let router = Router::new().route("/", get(|| async { text("id_token/keys.json") }));
        tokio::spawn(listeners.serve(router, std::future::pending()));
        let outgoing = Outgoing::new(&[], true).unwrap();
        let published = Published::new(outgoing, Clock::frozen_at(NOW));
        Self { published, keys }
    }

    async fn believe(&self, token: &str) -> Result<Claims, OpenIdError> {
        let issuer = Issuer {
            name: "https://issuer.example.com",
            also: None,
        };
        let token = IdToken::read(token, issuer)?;
        let (published, keys) = (&self.published, &self.keys);
        token.verified(published, keys, None, (NOW, 60)).await
    }
}

#[tokio::test]
async fn what_another_implementation_signs_is_believed() {
    let reader = Reader::start().await;
    let files = kept("id_token/believed");
    assert!(files.len() >= 4);
    for file in files {
        let claims = reader.believe(&file.text).await.unwrap();
        assert_eq!(claims["sub"], "alice", "{}", file.name);
    }
}

#[tokio::test]
async fn each_forgery_is_refused_for_its_reason() {
    let reader = Reader::start().await;
    let files = kept("id_token/refused");
    assert!(files.len() >= 20);
    let mut otherwise = Vec::new();
    for file in files {
        let answer = reader.believe(&file.text).await;
        let fault = match &answer {
            Err(OpenIdError::Token(fault)) => format!("{fault:?}").to_lowercase(),
            _ => String::new(),
        };
        // `Expired` says when, too.
        if fault.split('(').next() != Some(&file.word) {
            otherwise.push((file.name, answer));
        }
    }
    assert!(otherwise.is_empty(), "{otherwise:#?}");
}

#[tokio::test]
async fn no_change_by_chance_is_believed_as_something_else_or_ends_the_process() {
    let reader = Reader::start().await;
    let genuine = kept("id_token/believed");
    let signed = reader.believe(&genuine[0].text).await.unwrap();
    let all = genuine.into_iter().chain(kept("id_token/refused"));
    let seeds: Vec<_> = all.map(|file| file.text).collect();
    let mut mutation = Mutation::new();
    for round in 0..mutation.rounds() {
        let seed = &seeds[round % seeds.len()];
        let changed = match round % 3 {
            0 => String::from_utf8_lossy(&mutation.change(seed.as_bytes(), &seeds)).into_owned(),
            // Within the header or the claims, which are base64 again afterwards.
            part => changed_within(seed, part - 1, &mut mutation, &seeds),
        };
        if let Ok(believed) = reader.believe(&changed).await {
            assert_eq!(believed, signed, "round {round}: {changed}");
        }
    }
}

fn changed_within(token: &str, part: usize, mutation: &mut Mutation, seeds: &[String]) -> String {
    let mut parts: Vec<_> = token.split('.').map(str::to_owned).collect();
    if let Some(text) = parts.get_mut(part) {
        let bytes = Base64UrlUnpadded::decode_vec(text).unwrap_or_default();
        *text = Base64UrlUnpadded::encode_string(&mutation.change(&bytes, seeds));
    }
    parts.join(".")
}
