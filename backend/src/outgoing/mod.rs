//! Requests to others: endpoints that the operator's configuration names.
//!
//! # Security model
//! HTTPS only, by the system's root certificates; HTTP to this machine while nobody else can reach the
//! backend. The name is resolved once, the addresses are checked, and the connection goes to one that was checked:
//! private, link-local and other special ranges are refused, so that an address that is configured, or what a name is made to
//! stand for later, does not lead into the operator's network. `outgoing.allow` in the configuration names exceptions. No
//! redirects are followed. A request has [`TIME`] from the first look-up to the last byte, and an answer
//! [`LONGEST_ANSWER`].

mod address;
mod signature;

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::header::{HOST, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::{Host, Url};
use zeroize::Zeroizing;

use crate::this_machine;

pub use signature::{Credentials, hex, sign};

/// How long a request may take.
pub const TIME: Duration = Duration::from_secs(5);

/// Bytes of an answer.
pub const LONGEST_ANSWER: usize = 1024 * 1024;

/// The client of all outgoing requests. Cloning it is cheap.
#[derive(Clone)]
pub struct Outgoing {
    tls: TlsConnector,
    allowed: Arc<[String]>,
    is_local: bool,
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing")
            .field("allowed", &self.allowed)
            .finish_non_exhaustive()
    }
}

/// What came back, with any status.
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum OutgoingError {
    /// The address may not be called.
    #[error("{0} may not be called: {1}")]
    Refused(String, &'static str),
    /// The name stands for nothing, or nobody is there.
    #[error("{0} cannot be reached: {1}")]
    Unreachable(String, String),
    /// It took too long.
    #[error("{0} took too long")]
    TimedOut(String),
    /// What came back is no answer, or too long.
    #[error("{0} gave no answer that can be read: {1}")]
    Unreadable(String, String),
}

impl Outgoing {
    /// With the names (`HOST` or `HOST:PORT`) that may be called whatever they stand for, also by HTTP.
    /// `is_local` says that nobody else reaches this backend.
    ///
    /// # Errors
    /// If the system's certificates cannot be read.
    pub fn new(allowed: &[String], is_local: bool) -> Result<Self, rustls::Error> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_platform_verifier()?
            .with_no_client_auth();
        Ok(Self {
            tls: TlsConnector::from(Arc::new(config)),
            allowed: allowed.into(),
            is_local,
        })
    }

    /// Posts a body.
    ///
    /// # Errors
    /// [`OutgoingError`]; an answer with any status is none.
    pub async fn post(
        &self,
        url: &Url,
        headers: &[(HeaderName, HeaderValue)],
        body: Zeroizing<Vec<u8>>,
    ) -> Result<Answer, OutgoingError> {
        self.within_time(Method::POST, url, headers, body).await
    }

    /// Asks for what is there.
    ///
    /// # Errors
    /// [`OutgoingError`]; an answer with any status is none.
    pub async fn get(
        &self,
        url: &Url,
        headers: &[(HeaderName, HeaderValue)],
    ) -> Result<Answer, OutgoingError> {
        let nothing = Zeroizing::default();
        self.within_time(Method::GET, url, headers, nothing).await
    }

    async fn within_time(
        &self,
        method: Method,
        url: &Url,
        headers: &[(HeaderName, HeaderValue)],
        body: Zeroizing<Vec<u8>>,
    ) -> Result<Answer, OutgoingError> {
        let name = name_of(url);
        timeout(TIME, self.exchange(method, url, headers, body))
            .await
            .unwrap_or(Err(OutgoingError::TimedOut(name)))
    }

    async fn exchange(
        &self,
        method: Method,
        url: &Url,
        headers: &[(HeaderName, HeaderValue)],
        body: Zeroizing<Vec<u8>>,
    ) -> Result<Answer, OutgoingError> {
        let name = name_of(url);
        let unreachable =
            |error: &dyn fmt::Display| OutgoingError::Unreachable(name.clone(), error.to_string());
        let address = self.resolve(url).await?;
        let stream = TcpStream::connect(address)
            .await
            .map_err(|error| unreachable(&error))?;
        let mut request = Request::builder()
            .method(method)
            .uri(target(url))
            .body(Full::new(Bytes::copy_from_slice(&body)))
            .map_err(|error| unreachable(&error))?;
        for (header, value) in headers {
            request.headers_mut().insert(header, value.clone());
        }
        let host = HeaderValue::from_str(&name).map_err(|error| unreachable(&error))?;
        request.headers_mut().insert(HOST, host);
        if url.scheme() == "http" {
            return talk(&name, stream, request).await;
        }
        let host = url.host_str().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let server = ServerName::try_from(host.to_owned()).map_err(|error| unreachable(&error))?;
        let stream = self.tls.connect(server, stream).await;
        talk(&name, stream.map_err(|error| unreachable(&error))?, request).await
    }

    /// Whether no look-up is needed to see that an address will never be called: without TLS, beyond this machine, and
    /// not allowed by name.
    #[must_use]
    pub fn may_ever_call(&self, url: &Url) -> bool {
        if url.host().is_none() {
            return false;
        }
        let is_named = url
            .host()
            .is_some_and(|host| self.names(&host, &name_of(url)));
        match url.scheme() {
            "https" => true,
            "http" => is_named || (self.is_local && this_machine::is_host(url)),
            _ => false,
        }
    }

    /// Whether `outgoing.allow` names a host, or a host with its port.
    fn names(&self, host: &Host<&str>, name: &str) -> bool {
        let host = text_of(host);
        self.allowed
            .iter()
            .any(|allowed| *allowed == host || *allowed == name)
    }

    /// The address to connect to, which may be connected to.
    async fn resolve(&self, url: &Url) -> Result<SocketAddr, OutgoingError> {
        let name = name_of(url);
        let refused = |why| OutgoingError::Refused(name.clone(), why);
        let is_http = match url.scheme() {
            "https" => false,
            "http" => true,
            _ => return Err(refused("it is neither https nor http")),
        };
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(refused("it has no host"));
        };
        let is_allowed = self.names(&host, &name);
        let host = text_of(&host);
        let addresses = tokio::net::lookup_host((host.as_str(), port)).await;
        let addresses = addresses
            .map_err(|error| OutgoingError::Unreachable(name.clone(), error.to_string()))?;
        let mut why = "its name stands for no address";
        for address in addresses {
            let ip = address.ip().to_canonical();
            if is_allowed || (self.is_local && ip.is_loopback()) {
                return Ok(address);
            }
            if is_http {
                why = "only https may be used beyond this machine";
            } else if address::is_special(ip) {
                why = "it is an address of a private or special range (outgoing.allow)";
            } else {
                return Ok(address);
            }
        }
        Err(refused(why))
    }
}

async fn talk<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    name: &str,
    stream: S,
    request: Request<Full<Bytes>>,
) -> Result<Answer, OutgoingError> {
    let unreadable =
        |error: &dyn fmt::Display| OutgoingError::Unreadable(name.to_owned(), error.to_string());
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| unreadable(&error))?;
    // Ends with the sender.
    tokio::spawn(connection);
    let response = sender
        .send_request(request)
        .await
        .map_err(|error| unreadable(&error))?;
    let (head, body) = response.into_parts();
    let body = Limited::new(body, LONGEST_ANSWER).collect().await;
    let body = body.map_err(|error| unreadable(&error))?.to_bytes();
    Ok(Answer {
        status: head.status,
        headers: head.headers,
        body: Zeroizing::new(body.to_vec()),
    })
}

fn text_of(host: &Host<&str>) -> String {
    match host {
        Host::Domain(domain) => (*domain).to_owned(),
        Host::Ipv4(ip) => ip.to_string(),
        Host::Ipv6(ip) => ip.to_string(),
    }
}

/// Host and port, as in the header `Host`.
fn name_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

fn target(url: &Url) -> String {
    match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    }
}
