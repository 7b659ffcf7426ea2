//! The sockets, and the loop that answers on them.
//!
//! `localhost` may mean 127.0.0.1 or `::1`, so a backend on 127.0.0.1 also takes `::1` where the
//! machine has it.
//!
//! # Limits
//! A connection has 30 seconds for the head of its next request, a request 30 seconds for its
//! answer (a file of users is given 15 minutes), and there are at most 1,024 connections. A head has
//! about 64 KiB and 100 headers at most. HTTP/1.1 without TLS: beyond loopback a proxy ends TLS.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::ServiceExt;

use super::StartError;
use crate::http::Peer;

const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(5);
const CONNECTIONS: usize = 1024;
const MOST_HEADERS: usize = 100;
/// Of a head, and of what is read of a body at a time.
const LARGEST_HEAD: usize = 64 * 1024;

/// Sockets that wait for connections.
#[derive(Debug)]
pub struct Listeners {
    first: TcpListener,
    second: Option<TcpListener>,
    address: SocketAddr,
}

impl Listeners {
    /// Listens on this address (port 0: any free one) and, for 127.0.0.1, on `::1` too.
    ///
    /// # Errors
    /// [`StartError::PortInUse`] or [`StartError::Address`].
    pub async fn bind(address: SocketAddr) -> Result<Self, StartError> {
        let first = bind(address).await?;
        let address = first
            .local_addr()
            .map_err(|source| StartError::Address { address, source })?;
        let second = if address.ip() == Ipv4Addr::LOCALHOST {
            match bind(SocketAddr::new(Ipv6Addr::LOCALHOST.into(), address.port())).await {
                Ok(listener) => Some(listener),
                // Somebody else's `::1` would answer half of the requests to `localhost`.
                Err(error @ StartError::PortInUse(_)) => return Err(error),
                // No IPv6 here.
                Err(_) => None,
            }
        } else {
            None
        };
        Ok(Self {
            first,
            second,
            address,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `stop` is ready, then takes no more connections and gives those that are
    /// answering five seconds.
    pub async fn serve(self, router: Router, stop: impl Future<Output = ()>) {
        let graceful = GracefulShutdown::new();
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        tokio::pin!(stop);
        loop {
            let place = tokio::select! {
                place = Arc::clone(&places).acquire_owned() => place,
                () = &mut stop => break,
            };
            let accepted = tokio::select! {
                accepted = self.first.accept() => accepted,
                accepted = accept_if_any(self.second.as_ref()) => accepted,
                () = &mut stop => break,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file descriptors, for example: trying again at once would spin.
                    tracing::warn!(error = &error as &dyn std::error::Error, "cannot accept");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            };
            let connection = graceful.watch(connection(stream, peer, router.clone()));
            tokio::spawn(async move {
                // Clients leave when they like: not worth a line in the log.
                drop(connection.await);
                drop(place);
            });
        }
        drop((self.first, self.second));
        if tokio::time::timeout(SHUTDOWN_TIMEOUT, graceful.shutdown())
            .await
            .is_err()
        {
            tracing::warn!("some connections did not end in time");
        }
    }
}

fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> {
    // Answers are small and whole: waiting to fill a packet only delays them.
    drop(stream.set_nodelay(true));
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer));
        let router = router.clone();
        async move { Ok::<_, Infallible>(answer(router, request.map(Body::new)).await) }
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_headers(MOST_HEADERS)
        .max_buf_size(LARGEST_HEAD)
        .serve_connection(TokioIo::new(stream), service)
}

async fn answer(router: Router, request: Request<Body>) -> Response<Body> {
    let patience = crate::http::patience(&request).unwrap_or(ANSWER_TIMEOUT);
    match tokio::time::timeout(patience, router.oneshot(request)).await {
        Ok(Ok(response)) => response,
        Ok(Err(never)) => match never {},
        Err(_) => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            response
        }
    }
}

async fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address)
        .await
        .map_err(|source| match source.kind() {
            io::ErrorKind::AddrInUse => StartError::PortInUse(address),
            _ => StartError::Address { address, source },
        })
}

async fn accept_if_any(listener: Option<&TcpListener>) -> io::Result<(TcpStream, SocketAddr)> {
    match listener {
        Some(listener) => listener.accept().await,
        None => std::future::pending().await,
    }
}
