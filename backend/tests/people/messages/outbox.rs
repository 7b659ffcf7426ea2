//! The outbox: what is delivered, when it is tried again, and what is not delivered any more.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_lc_rs::hmac;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use cognate_backend::config::Config;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::{all, stranger_of};
use crate::person::{POOL, Person};
use crate::support::Backend;
use crate::trigger_flows::serve;

/// A server that takes mail, or refuses it.
#[derive(Clone, Default)]
struct Mail {
    taken: Arc<Mutex<Vec<String>>>,
    answers: Arc<Mutex<Option<&'static str>>>,
    /// Whether there is no answer to mail for somebody slow.
    holds: Arc<Mutex<bool>>,
}

impl Mail {
    async fn listen(&self, address: &str) -> SocketAddr {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let mail = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(mail.clone().talk(stream));
            }
        });
        address
    }

    async fn talk(self, stream: TcpStream) {
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        write.write_all(b"220 test\r\n").await.unwrap();
        let mut message: Option<String> = None;
        while let Ok(Some(line)) = lines.next_line().await {
            while line.starts_with("RCPT TO:<slow") && *self.holds.lock().unwrap() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            let refusal = *self.answers.lock().unwrap();
            let answer = match (&mut message, line.as_str()) {
                (Some(text), ".") => {
                    self.taken.lock().unwrap().push(std::mem::take(text));
                    message = None;
                    "250 taken"
                }
                (Some(text), line) => {
                    text.push_str(line);
                    text.push('\n');
                    continue;
                }
                (None, "DATA") => {
                    message = Some(String::new());
                    "354 go on"
                }
                (None, "QUIT") => return,
                (None, line) if line.starts_with("RCPT") => refusal.unwrap_or("250 ok"),
                (None, _) => "250 ok",
            };
            if write
                .write_all(format!("{answer}\r\n").as_bytes())
                .await
                .is_err()
            {
                return;
            }
        }
    }

    fn config(port: u16) -> Config {
        let text = format!(
            "[messages.smtp]\nhost = \"127.0.0.1\"\nport = {port}\nencryption = \"none\"\nfrom = \"Us <us@example.com>\"\n"
        );
        let mut config = Config::demo();
        config.messages = Config::parse(&text).unwrap().messages;
        config
    }

    /// The newest code that arrived.
    fn code(&self) -> String {
        let taken = self.taken.lock().unwrap();
        let message = taken.last().unwrap().clone();
        let digits = message.rsplit("code is ").next().unwrap();
        digits.chars().take_while(char::is_ascii_digit).collect()
    }

    fn count(&self) -> usize {
        self.taken.lock().unwrap().len()
    }
}

#[tokio::test]
async fn mail_arrives_with_its_headers_and_the_inbox_has_none() {
    let mail = Mail::default();
    let port = mail.listen("127.0.0.1:0").await.port();
    let backend = Backend::start_with(Mail::config(port)).await;
    let person = Person::signed_up(&backend).await;
    backend.state.messages.flush().await;
    let taken = mail.taken.lock().unwrap()[0].clone();
    for header in [
        "From: Us <us@example.com>".to_owned(),
        format!("To: {}", person.email),
        "Subject: Your confirmation code".to_owned(),
        "Content-Type: text/plain; charset=utf-8".to_owned(),
    ] {
        assert!(taken.contains(&header), "{header} in {taken}");
    }
    assert!(taken.contains("Message-ID: <"));
    person.confirm(&backend, &mail.code()).await.ok();
    assert!(all(&backend, &person.email).await.is_empty());
}

#[tokio::test]
async fn what_waits_survives_a_restart_and_arrives_when_the_server_is_back() {
    let mail = Mail::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let backend = Backend::start_with(Mail::config(address.port())).await;
    let person = Person::signed_up(&backend).await;
    backend.state.messages.flush().await;
    let database = std::fs::read(backend.folder.path().join("cognate.db")).unwrap();
    let holds = |needle: &str| {
        database
            .windows(needle.len())
            .any(|w| w == needle.as_bytes())
    };
    assert!(
        !holds(&person.email) && !holds("confirmation code"),
        "sealed"
    );

    let backend = backend.restart_with(Mail::config(address.port())).await;
    mail.listen(&address.to_string()).await;
    backend.state.messages.flush().await;
    assert_eq!(mail.count(), 0, "not before its time");
    backend.clock.advance(5);
    backend.state.messages.flush().await;
    assert_eq!(mail.count(), 1);
    backend.clock.advance(3600);
    backend.state.messages.flush().await;
    assert_eq!(mail.count(), 1, "once");
    person.confirm(&backend, &mail.code()).await.ok();
}

#[tokio::test]
async fn the_messages_of_a_pool_overtake_those_of_another_that_nobody_takes() {
    let mail = Mail::default();
    *mail.holds.lock().unwrap() = true;
    let port = mail.listen("127.0.0.1:0").await.port();
    let backend = Backend::start_with(Mail::config(port)).await;
    let (_, slow) = stranger_of(&backend, json!({})).await;
    for n in 0..9 {
        let person = Person {
            email: format!("slow{n}@example.com"),
            client: slow.client.clone(),
            ..Person::stranger()
        };
        person.sign_up(&backend).await.ok();
    }
    let (_, quick) = stranger_of(&backend, json!({})).await;
    quick.sign_up(&backend).await.ok();
    for _ in 0..1000 {
        if mail.count() > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(mail.taken.lock().unwrap()[0].contains(&quick.email));
    assert_eq!(mail.count(), 1, "nobody took the others");
    *mail.holds.lock().unwrap() = false;
    backend.state.messages.flush().await;
    assert_eq!(mail.count(), 10);
}

#[tokio::test]
async fn a_code_is_not_delivered_after_it_has_expired() {
    let mail = Mail::default();
    *mail.answers.lock().unwrap() = Some("451 later");
    let port = mail.listen("127.0.0.1:0").await.port();
    let backend = Backend::start_with(Mail::config(port)).await;
    Person::signed_up(&backend).await;
    backend.state.messages.flush().await;
    backend.clock.advance(24 * 3600 - 1);
    backend.state.messages.flush().await;
    *mail.answers.lock().unwrap() = None;
    backend.clock.advance(1);
    backend.state.messages.flush().await;
    backend.clock.advance(3600);
    backend.state.messages.flush().await;
    assert_eq!(mail.count(), 0);
}

#[tokio::test]
async fn a_message_that_is_refused_for_good_is_not_tried_again() {
    let mail = Mail::default();
    *mail.answers.lock().unwrap() = Some("550 no such user");
    let port = mail.listen("127.0.0.1:0").await.port();
    let backend = Backend::start_with(Mail::config(port)).await;
    let person = Person::signed_up(&backend).await;
    backend.state.messages.flush().await;
    *mail.answers.lock().unwrap() = None;
    backend.clock.advance(3600);
    backend.state.messages.flush().await;
    assert_eq!(mail.count(), 0);
    // The next one is another matter.
    backend
        .call("ResendConfirmationCode", person.naming(json!({})))
        .await
        .ok();
    backend.state.messages.flush().await;
    assert_eq!(mail.count(), 1);
}

#[tokio::test]
async fn mail_in_the_clear_goes_to_this_machine_only() {
    let refuse = async |host: &str, allow: &str| {
        let text = format!(
            "outgoing.allow = [{allow}]\n[messages.smtp]\nhost = \"{host}\"\nencryption = \"none\"\nfrom = \"us@example.com\"\n"
        );
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::parse(&text).unwrap();
        config.data = Some(folder.path().to_owned());
        let clock = cognate_backend::clock::Clock::frozen_at(crate::support::START);
        let prepared =
            cognate_backend::serve::prepare(config, clock, crate::support::loopback()).await;
        prepared.err().map(|error| error.to_string())
    };
    let why = refuse("mail.example.com", "").await.unwrap();
    assert!(why.contains("in the clear"), "{why}");
    assert_eq!(
        refuse("mail.example.com", "\"mail.example.com\"").await,
        None
    );
    assert_eq!(refuse("localhost", "").await, None);
}

const SECRET: &str = "a long secret of both sides";

/// Whoever takes text messages.
#[derive(Clone, Default)]
struct Texts {
    taken: Arc<Mutex<Vec<Value>>>,
    status: Arc<Mutex<u16>>,
}

impl Texts {
    async fn listen(&self) -> SocketAddr {
        let router = Router::new()
            .route("/sms", post(Self::take))
            .with_state(self.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(serve(listener, router));
        address
    }

    async fn take(State(texts): State<Self>, headers: HeaderMap, body: Bytes) -> StatusCode {
        let signature = headers["x-cognate-signature"].to_str().unwrap();
        let timestamp = headers["x-cognate-timestamp"].to_str().unwrap();
        let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
        let signed = [timestamp.as_bytes(), b".", &body].concat();
        let expected = hmac::sign(&key, &signed);
        let expected: String = expected
            .as_ref()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(signature, format!("sha256={expected}"));
        texts
            .taken
            .lock()
            .unwrap()
            .push(serde_json::from_slice(&body).unwrap());
        StatusCode::from_u16(*texts.status.lock().unwrap()).unwrap()
    }
}

#[tokio::test]
async fn text_messages_are_posted_signed_and_again_with_the_same_id() {
    let texts = Texts::default();
    *texts.status.lock().unwrap() = 503;
    let address = texts.listen().await;
    let text = format!("[messages.sms]\nurl = \"http://{address}/sms\"\nsecret = \"{SECRET}\"\n");
    let mut config = Config::demo();
    config.messages = Config::parse(&text).unwrap().messages;
    let backend = Backend::start_with(config).await;
    let settings = json!({ "AutoVerifiedAttributes": ["phone_number"] });
    let (pool, person) = stranger_of(&backend, settings).await;
    let body = person.naming(json!({
        "Password": person.password,
        "UserAttributes": [
            { "Name": "email", "Value": person.email }, { "Name": "phone_number", "Value": "+14325550123" },
        ],
    }));
    let details = backend.call("SignUp", body).await.ok();
    assert_eq!(details["CodeDeliveryDetails"]["DeliveryMedium"], "SMS");
    backend.state.messages.flush().await;
    *texts.status.lock().unwrap() = 200;
    backend.clock.advance(5);
    backend.state.messages.flush().await;
    backend.clock.advance(60);
    backend.state.messages.flush().await;
    let taken = texts.taken.lock().unwrap().clone();
    assert_eq!(taken.len(), 2, "until it was taken, and no more");
    assert_eq!(taken[0], taken[1]);
    let message = taken[0]["message"].as_str().unwrap();
    let code: String = message.chars().filter(char::is_ascii_digit).collect();
    assert_eq!(
        taken[0],
        json!({
            "id": taken[0]["id"], "to": "+14325550123", "userPoolId": pool, "purpose": "SignUp",
            "message": format!("Your confirmation code is {code}."),
        })
    );
    person.confirm(&backend, &code).await.ok();

    // E-mail still goes to the inbox.
    let other = Person::signed_up(&backend).await;
    assert_eq!(backend.code(&other.email).await.len(), 6);
    assert_ne!(pool, POOL);
}
