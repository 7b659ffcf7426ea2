//! Messages: the pool's texts, links, the triggers that word and deliver them, and the outbox.

mod outbox;
mod senders;
mod texts;

use serde_json::{Value, json};

use crate::person::{Person, new_client, new_pool};
use crate::support::Backend;

/// A person of a new pool with these settings, not signed up yet.
async fn stranger_of(backend: &Backend, settings: Value) -> (String, Person) {
    let mut all = json!({ "UsernameAttributes": ["email"], "AutoVerifiedAttributes": ["email"] });
    all.as_object_mut()
        .unwrap()
        .extend(settings.as_object().unwrap().clone());
    let pool = new_pool(backend, all).await;
    let client = new_client(backend, &pool, json!({})).await;
    let person = Person {
        client,
        ..Person::stranger()
    };
    (pool, person)
}

/// Subject and text of the newest message to an address.
async fn newest(backend: &Backend, to: &str) -> (String, String) {
    let messages = all(backend, to).await;
    messages.into_iter().next().unwrap()
}

/// The same of all of them.
async fn all(backend: &Backend, to: &str) -> Vec<(String, String)> {
    backend.state.messages.flush().await;
    let (store, sealer) = (&backend.state.store, &backend.state.sealer);
    let messages = cognate_backend::messages::recent(store, sealer, Some(to), 10).await;
    messages
        .unwrap()
        .into_iter()
        .map(|message| (message.subject, message.body))
        .collect()
}
