//! The powers that the protocol needs from outside: network, JSON, clock, randomness, RS256, storage, a lock.
//!
//! Each is a small trait. A platform is one type that implements all of them and so is [`Ports`], or [`Network`] where nobody signs in:
//! web APIs in the browser crate, a scripted network with a frozen clock in the tests. None of the
//! futures is `Send`: in the browser there is one thread.
//!
//! Everything that can be decided without the platform is decided in this crate: a port moves text
//! and bytes, it does not judge them. Bodies cross the seam as text and are read through [`Json`], so
//! that a platform brings the parser that it has: a browser's costs nothing.
//!
//! Requests and answers hold passwords and tokens: their `Debug` shows neither body nor headers.
#![expect(
    async_fn_in_trait,
    reason = "the futures are deliberately not Send: the browser has one thread"
)]

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroizing;

pub use crate::json::{NotJson, Value};
use crate::session::Keeping;

/// All powers together. Implemented for whatever implements each.
pub trait Ports: Network + Rs256 + SessionStore + DeviceStore + Lock {}

impl<T: Network + Rs256 + SessionStore + DeviceStore + Lock> Ports for T {}

/// What a call of the service takes. Implemented for whatever implements each.
pub trait Network: Http + Json + Clock + Random {}

impl<T: Http + Json + Clock + Random> Network for T {}

/// The network.
pub trait Http {
    /// What a caller holds to give a call up: an `AbortSignal` in the browser.
    /// The default value never fires.
    type Cancel: Clone + Default;

    /// Sends one request and reads the whole answer as text.
    ///
    /// Required of the implementation: no credentials (cookies) except where [`Content::Login`]
    /// says so, no cache, no redirect followed, no referrer. The answer's status is not judged: 400 and 500 are answers.
    ///
    /// # Errors
    /// [`SendFailure`] when there is no complete answer.
    async fn send(
        &self,
        request: &HttpRequest,
        limits: Limits<'_, Self::Cancel>,
    ) -> Result<HttpResponse, SendFailure>;

    /// Waits before the next attempt; returns at once when `cancel` has fired.
    async fn pause(&self, ms: u32, cancel: &Self::Cancel);
}

/// When to give one request up.
#[derive(Debug)]
pub struct Limits<'a, C> {
    /// Milliseconds from now until [`SendFailure::TimedOut`].
    pub timeout_ms: u32,
    /// The caller's own wish: [`SendFailure::Aborted`].
    pub cancel: &'a C,
}

impl<C> Clone for Limits<'_, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C> Copy for Limits<'_, C> {}

/// One request.
pub struct HttpRequest {
    /// Absolute URL.
    pub url: String,
    /// What it carries.
    pub content: Content,
    /// The body, wiped when dropped: it may hold a password. Empty, and not sent, with [`Content::None`].
    pub body: Zeroizing<String>,
}

/// What a request carries. It decides the method, the headers, and whether cookies go along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Nothing: a `GET`.
    None,
    /// A call of the JSON API: `application/x-amz-json-1.1`, and this as `X-Amz-Target`.
    Operation(String),
    /// A form of an OAuth endpoint: `application/x-www-form-urlencoded`.
    Form,
    /// A call of the login domain: `application/json`, and cookies where the URL is of the page's
    /// own origin.
    Login {
        /// The id of the login transaction, as `X-Cognate-Transaction`.
        transaction: String,
    },
}

/// One complete answer. Absent or unreadable headers are `None`: a browser shows only those that
/// the server exposes through CORS.
#[derive(Default)]
pub struct HttpResponse {
    /// The HTTP status.
    pub status: u16,
    /// `x-amzn-ErrorType`.
    pub error_type: Option<String>,
    /// `x-amzn-RequestId`.
    pub request_id: Option<String>,
    /// `Retry-After`, as received.
    pub retry_after: Option<String>,
    /// `Date`, as milliseconds since 1970 (the browser has a parser for it).
    pub date_ms: Option<u64>,
    /// The body as text; invalid UTF-8 is replaced.
    pub body: String,
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRequest")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpResponse")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// Why there is no complete answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendFailure {
    /// The caller gave up.
    Aborted,
    /// [`Limits::timeout_ms`] went by.
    TimedOut,
    /// The platform knows that there is no network; nothing was sent.
    Offline,
    /// Refused before anything was sent, such as by the page's content security policy.
    Blocked,
    /// No answer: name, connection, TLS or CORS. The request may have arrived.
    Unreachable,
    /// The answer began and its body could not be read to the end.
    BodyLost,
}

/// JSON text to values.
pub trait Json {
    /// What the platform's parser gives.
    type Value: Value;

    /// Text to a value.
    ///
    /// # Errors
    /// [`NotJson`] when the text is not JSON.
    fn parse(&self, text: &str) -> Result<Self::Value, NotJson>;
}

/// The time of day, which may be wrong: sessions measure by how much.
pub trait Clock {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    fn now_ms(&self) -> u64;
}

/// Randomness fit for keys.
pub trait Random {
    /// Fills all of `into`.
    ///
    /// # Errors
    /// [`Unavailable`] when the platform has no secure source.
    fn fill(&self, into: &mut [u8]) -> Result<(), Unavailable>;
}

/// RSASSA-PKCS1-v1_5 with SHA-256 ([RFC 7518](https://www.rfc-editor.org/rfc/rfc7518), section 3.3).
pub trait Rs256 {
    /// Whether `signature` is `key`'s over `message`. A malformed key or signature is `Ok(false)`.
    ///
    /// # Errors
    /// [`Unavailable`] when the platform cannot verify signatures at all.
    async fn verify(
        &self,
        key: RsaPublicKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, Unavailable>;
}

/// An RSA public key as its JWK has it: base64url without padding, big-endian.
#[derive(Debug, Clone, Copy)]
pub struct RsaPublicKey<'a> {
    /// The modulus.
    pub n: &'a str,
    /// The exponent.
    pub e: &'a str,
}

/// The platform lacks this power.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unavailable;

/// Where one session outlives a reload. A store belongs to one pool, client and tab, or to all tabs:
/// other clients may read and change what this one has written.
pub trait SessionStore {
    /// Whether there are sessions at all: [`Sessions`](crate::session::Sessions), or
    /// [`NoSessions`](crate::session::NoSessions).
    type Keeping: Keeping;

    /// The record that is there, if any. A record that cannot be opened (tampered with, written by
    /// another version) is `None`, not an error.
    ///
    /// # Errors
    /// [`StoreBlocked`] when the platform denies storage.
    async fn load(&self) -> Result<Option<Stored>, StoreBlocked>;

    /// Replaces what is there; with `replaces` only the record of that version, and with an empty one only
    /// nothing, in one step that no other client can come between. Gives the version of the new record; `None` when there was another record, or
    /// none. The text holds tokens: it is sealed before it reaches a disk.
    ///
    /// # Errors
    /// [`StoreBlocked`] when the platform denies storage, has no room, or keeps nothing by choice: the session
    /// then lives in memory only.
    async fn save(
        &self,
        record: &str,
        replaces: Option<&str>,
    ) -> Result<Option<String>, StoreBlocked>;

    /// Removes the record, with `version` only the one of that version, and gives what it was.
    /// Removing nothing is fine.
    ///
    /// # Errors
    /// [`StoreBlocked`] when the platform denies storage.
    async fn take(&self, version: Option<&str>) -> Result<Option<Zeroizing<String>>, StoreBlocked>;
}

/// A record as it is in a store.
pub struct Stored {
    /// Its text, which holds tokens.
    pub record: Zeroizing<String>,
    /// Names this writing of it. No two writings have the same, whatever they say.
    pub version: String,
}

impl fmt::Debug for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stored")
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// A lock that all clients of one stored session share, whatever page or tab they live in.
pub trait Lock: Http {
    /// The lock while it is held. Dropping it lets the next one in; so does the end of whoever holds it.
    type Held;

    /// Waits for the lock. `None` when the time is up or the caller gave up: whoever holds it may be frozen, and
    /// must not hold up everybody. A platform without locks grants it at once.
    async fn lock(&self, limits: Limits<'_, Self::Cancel>) -> Option<Self::Held>;
}

/// Where a device keeps what it proves itself by, beyond every session: per pool and client, for all tabs. A platform
/// that keeps nothing has nothing to implement.
pub trait DeviceStore {
    /// Reads the record at a place of this crate's choice; with a text replaces it, sealed; with an empty one removes
    /// it. A record that cannot be opened is `None`.
    ///
    /// # Errors
    /// [`StoreBlocked`] when nothing can be kept.
    async fn device(
        &self,
        _place: &str,
        _record: Option<&str>,
    ) -> Result<Option<Zeroizing<String>>, StoreBlocked> {
        Err(StoreBlocked)
    }

    /// The places of all records.
    ///
    /// # Errors
    /// [`StoreBlocked`].
    async fn devices(&self) -> Result<Vec<String>, StoreBlocked> {
        Err(StoreBlocked)
    }

    /// Whether records can be kept at all.
    fn keeps_devices(&self) -> bool {
        false
    }

    /// What the device calls itself, for a person who reads the list of devices.
    fn device_name(&self) -> Option<String> {
        None
    }
}

/// Where sign-ins by redirect are remembered while the person is away: in this tab only, and across the
/// pages that it shows meanwhile. Several may be under way at once.
#[cfg(feature = "oauth")]
pub trait FlowStore {
    /// Keeps a record under the id of its sign-in. The text holds a verifier: it is sealed before it
    /// reaches a disk.
    ///
    /// # Errors
    /// [`StoreBlocked`] when the platform denies storage.
    async fn save_flow(&self, id: &str, record: &str) -> Result<(), StoreBlocked>;

    /// Takes the record out: of any number that ask for it at once, in any number of pages, one gets it.
    /// A record that cannot be opened is `None`.
    ///
    /// # Errors
    /// [`StoreBlocked`] when the platform denies storage.
    async fn take_flow(&self, id: &str) -> Result<Option<Zeroizing<String>>, StoreBlocked>;
}

/// The platform denies storage: a private window, a full disk, blocked site data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreBlocked;
