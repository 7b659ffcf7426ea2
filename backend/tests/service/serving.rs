//! The sockets: where it listens, and how it stops.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use cognate_backend::serve::{Listeners, StartError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use crate::support::Backend;

fn any_port() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 0))
}

async fn health(address: SocketAddr) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn it_answers_on_both_loopback_addresses_until_told_to_stop() {
    let backend = Backend::start().await;
    let listeners = Listeners::bind(any_port()).await.unwrap();
    let address = listeners.address();
    let (stop, stopped) = oneshot::channel::<()>();
    let router = backend.router.clone();
    let server = tokio::spawn(async move {
        listeners.serve(router, async { drop(stopped.await) }).await;
    });
    assert!(health(address).await.ends_with(r#"{"status":"ok"}"#));
    let v6 = SocketAddr::from((Ipv6Addr::LOCALHOST, address.port()));
    // A machine without IPv6 has only the one address.
    if TcpStream::connect(v6).await.is_ok() {
        assert!(health(v6).await.starts_with("HTTP/1.1 200"));
    }
    // A connection that waits for its next request does not hold up the end.
    let _idle = TcpStream::connect(address).await.unwrap();
    stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(4), server)
        .await
        .unwrap()
        .unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_port_in_use_is_said_in_one_sentence_with_the_option() {
    let first = Listeners::bind(any_port()).await.unwrap();
    let error = Listeners::bind(first.address()).await.unwrap_err();
    assert!(matches!(error, StartError::PortInUse(_)));
    let text = error.to_string();
    assert!(text.contains(&first.address().port().to_string()) && text.contains("--listen"));
}

#[tokio::test]
async fn a_backend_without_its_database_is_not_ready_and_says_so() {
    let backend = Backend::start().await;
    assert_eq!(backend.get("/health").await.status, 200);
    backend.state.store.close().await;
    let answer = backend.get("/health").await;
    assert_eq!(answer.status, 503, "{}", answer.text);
}
