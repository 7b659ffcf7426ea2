//! A whole backend in this process: the real router over a real database in a folder of its own,
//! with a clock that stands still until a test moves it.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test binary uses its part of it"
)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::string_slice,
    reason = "all of this is test code, also outside of test functions"
)]
#![allow(
    missing_debug_implementations,
    reason = "nobody prints a running backend"
)]

pub mod signature;

use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use cognate_backend::app::AppState;
use cognate_backend::clock::Clock;
use cognate_backend::config::Config;
use cognate_backend::contract::{self, Service};
use cognate_backend::http::router;
use cognate_backend::messages;
use cognate_backend::serve::{Peer, prepare};
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt;

/// When tests begin: 2026-01-02T03:04:05Z.
pub const START: i64 = 1_767_323_045;
pub const HOST: &str = "localhost:4100";
pub const TARGET_PREFIX: &str = "AWSCognitoIdentityProviderService.";

/// A running backend.
pub struct Backend {
    pub state: AppState,
    pub router: Router,
    pub clock: Clock,
    pub folder: TempDir,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Backend {
    /// With the demo pool.
    pub async fn start() -> Self {
        Self::start_with(Config::demo()).await
    }

    pub async fn start_with(config: Config) -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), config, loopback()).await
    }

    pub async fn start_in(folder: TempDir, mut config: Config, address: SocketAddr) -> Self {
        config.data = Some(folder.path().to_owned());
        let clock = Clock::frozen_at(START);
        let state = prepare(config, clock.clone(), address).await.unwrap();
        Self {
            router: router(state.clone()),
            state,
            clock,
            folder,
        }
    }

    /// Ends this one and starts another on the same folder.
    pub async fn restart_with(self, config: Config) -> Self {
        self.state.messages.flush().await;
        self.state.store.close().await;
        Self::start_in(self.folder, config, loopback()).await
    }

    /// Sends a request as a program on this machine does.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        self.send_from(SocketAddr::from((Ipv4Addr::LOCALHOST, 50_000)), request)
            .await
    }

    pub async fn send_from(&self, peer: SocketAddr, mut request: Request<Body>) -> Answer {
        request.extensions_mut().insert(Peer(peer));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: head.status,
            headers: head.headers,
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(request("GET", path).body(Body::empty()).unwrap())
            .await
    }

    /// Calls an operation without a signature.
    pub async fn call(&self, operation: &str, body: Value) -> Answer {
        self.call_from(Ipv4Addr::LOCALHOST.into(), operation, body)
            .await
    }

    /// The same from another address.
    pub async fn call_from(&self, peer: std::net::IpAddr, operation: &str, body: Value) -> Answer {
        let request = unsigned(Service::UserPools, operation, &body);
        let answer = self.send_from(SocketAddr::new(peer, 50_000), request).await;
        fits(Service::UserPools, operation, answer)
    }

    /// Calls an operation on identity pools without a signature.
    pub async fn call_identity(&self, operation: &str, body: Value) -> Answer {
        self.call_identity_from(Ipv4Addr::LOCALHOST.into(), operation, body)
            .await
    }

    /// The same from another address.
    pub async fn call_identity_from(
        &self,
        peer: std::net::IpAddr,
        operation: &str,
        body: Value,
    ) -> Answer {
        let request = unsigned(Service::IdentityPools, operation, &body);
        let answer = self.send_from(SocketAddr::new(peer, 50_000), request).await;
        fits(Service::IdentityPools, operation, answer)
    }

    /// Calls an administrators' operation on identity pools, signed with the demo key.
    pub async fn admin_identity(&self, operation: &str, body: Value) -> Answer {
        let body = body.to_string();
        let service = Service::IdentityPools;
        let mut signer = signature::Signer::demo(self.clock.now());
        signer.service = service.signing_name().to_owned();
        signer.target_prefix = format!("{}.", service.target());
        let signed = signer.sign(operation, &body);
        let answer = self.send(signed.body(Body::from(body)).unwrap()).await;
        fits(service, operation, answer)
    }

    /// Calls an administrators' operation, signed with the demo key.
    pub async fn admin(&self, operation: &str, body: Value) -> Answer {
        let body = body.to_string();
        let signed = signature::Signer::demo(self.clock.now()).sign(operation, &body);
        let answer = self.send(signed.body(Body::from(body)).unwrap()).await;
        fits(Service::UserPools, operation, answer)
    }

    /// The code of the newest message to an address that carries one.
    pub async fn code(&self, to: &str) -> String {
        self.state.messages.flush().await;
        let messages = messages::recent(&self.state.store, &self.state.sealer, Some(to), 10).await;
        let messages = messages.unwrap();
        messages
            .into_iter()
            .find_map(|message| message.code)
            .expect("a message with a code")
    }
}

fn unsigned(service: Service, operation: &str, body: &Value) -> Request<Body> {
    request("POST", "/")
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", format!("{}.{operation}", service.target()))
        .body(Body::from(body.to_string()))
        .unwrap()
}

/// An answer that must be as the contract has it, if it is one of the operation.
fn fits(service: Service, operation: &str, answer: Answer) -> Answer {
    if answer.status == StatusCode::OK && !answer.text.is_empty() {
        contract::check_answer(service, operation, &answer.json())
            .unwrap_or_else(|error| panic!("{operation}: {error}: {}", answer.text));
    }
    answer
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|_| panic!("not JSON: {} {}", self.status, self.text))
    }

    /// The body of an answer that must be a success.
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        self.json()
    }

    /// The name and message of an answer that must be a refusal.
    pub fn error(&self) -> (String, String) {
        assert_ne!(self.status, StatusCode::OK, "{}", self.text);
        let body = self.json();
        let text = |member: &str| body[member].as_str().expect(member).to_owned();
        (text("__type"), text("message"))
    }

    /// The name of an answer that must be a refusal.
    pub fn error_type(&self) -> String {
        self.error().0
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// A request to this backend's own name.
pub fn request(method: &str, path: &str) -> axum::http::request::Builder {
    Request::builder()
        .method(method)
        .uri(path)
        .header("host", HOST)
}

pub fn loopback() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 4100))
}
