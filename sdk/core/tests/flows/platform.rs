//! The powers of a test: a network that goes where the script says, a clock that stands still.

use std::cell::{Cell, RefCell, RefMut};
use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64ct::{Base64UrlUnpadded, Encoding};
use cognate_core::json::{self, NotJson};
use cognate_core::login::PATH;
use cognate_core::ports::{
    Clock, Content, DeviceStore, FlowStore, Http, HttpRequest, HttpResponse, Json, Limits, Lock,
    Random, Rs256, RsaPublicKey, SendFailure, SessionStore, StoreBlocked, Stored, Unavailable,
};
use cognate_core::session::Sessions;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::login::TRANSACTION;
use crate::server::Server;
use crate::{ENDPOINT, contract};

/// Tue Sep 1 02:03:04 UTC 2026.
pub(crate) const START_MS: u64 = 1_788_228_184_000;

#[derive(Clone)]
pub(crate) struct Platform(Rc<Inner>);

struct Inner {
    server: Rc<RefCell<Server>>,
    script: RefCell<VecDeque<Scripted>>,
    calls: RefCell<Vec<Sent>>,
    pauses: RefCell<Vec<u32>>,
    record: RefCell<Option<String>>,
    writings: Cell<u32>,
    down: RefCell<Vec<(String, SendFailure)>>,
    is_locked: Rc<Cell<bool>>,
    flows: RefCell<BTreeMap<String, String>>,
    devices: RefCell<BTreeMap<String, String>>,
    store_is_blocked: Cell<bool>,
    hides_date: Cell<bool>,
    now_ms: Cell<u64>,
    random: Cell<u64>,
}

/// What happens to the next request, instead of reaching the server.
pub(crate) enum Scripted {
    Fail(SendFailure),
    Answer(HttpResponse),
    /// The server does its work and the answer is lost.
    LoseAnswer,
    Reach,
}

/// A request as it was sent.
#[derive(Clone)]
pub(crate) struct Sent {
    pub url: String,
    pub operation: String,
    pub body: Value,
}

/// Fires when it is true.
#[derive(Clone, Default)]
pub(crate) struct Cancel(pub Rc<Cell<bool>>);

impl Platform {
    pub(crate) fn new() -> Self {
        Self::at(Rc::new(RefCell::new(Server::new())), START_MS)
    }

    /// Another device: the same server, a store of its own.
    pub(crate) fn other_device(&self) -> Self {
        Self::at(Rc::clone(&self.0.server), self.0.now_ms.get())
    }

    fn at(server: Rc<RefCell<Server>>, now_ms: u64) -> Self {
        Self(Rc::new(Inner {
            server,
            script: RefCell::default(),
            calls: RefCell::default(),
            pauses: RefCell::default(),
            record: RefCell::default(),
            writings: Cell::new(0),
            down: RefCell::default(),
            is_locked: Rc::default(),
            flows: RefCell::default(),
            devices: RefCell::default(),
            store_is_blocked: Cell::new(false),
            hides_date: Cell::new(false),
            now_ms: Cell::new(now_ms),
            random: Cell::new(1),
        }))
    }

    pub(crate) fn server(&self) -> RefMut<'_, Server> {
        self.0.server.borrow_mut()
    }

    /// Tokens of a signed-in person, as the answer to whatever is asked.
    pub(crate) fn tokens(&self, name: &str) -> Scripted {
        let now = self.server().now_ms(self.0.now_ms.get()) / 1000;
        let (status, body) = self.server().tokens_for(name, true, None, now);
        Scripted::Answer(HttpResponse {
            status,
            body: body.to_string(),
            ..HttpResponse::default()
        })
    }

    pub(crate) fn script(&self, steps: impl IntoIterator<Item = Scripted>) {
        self.0.script.borrow_mut().extend(steps);
    }

    pub(crate) fn clear_script(&self) {
        self.0.script.borrow_mut().clear();
    }

    pub(crate) fn calls(&self) -> Vec<Sent> {
        self.0.calls.borrow().clone()
    }

    /// The operations called since the last time this was asked.
    pub(crate) fn take_operations(&self) -> Vec<String> {
        self.0
            .calls
            .borrow_mut()
            .drain(..)
            .map(|sent| sent.operation)
            .collect()
    }

    pub(crate) fn pauses(&self) -> Vec<u32> {
        self.0.pauses.borrow().clone()
    }

    pub(crate) fn record(&self) -> Option<String> {
        self.0.record.borrow().clone()
    }

    pub(crate) fn set_record(&self, record: Option<&str>) {
        *self.0.record.borrow_mut() = record.map(str::to_owned);
        self.0.writings.set(self.0.writings.get() + 1);
    }

    /// What is remembered of sign-ins by redirect.
    pub(crate) fn devices(&self) -> RefMut<'_, BTreeMap<String, String>> {
        self.0.devices.borrow_mut()
    }

    pub(crate) fn flows(&self) -> RefMut<'_, BTreeMap<String, String>> {
        self.0.flows.borrow_mut()
    }

    pub(crate) fn block_store(&self) {
        self.0.store_is_blocked.set(true);
    }

    pub(crate) fn hide_date(&self) {
        self.0.hides_date.set(true);
    }

    pub(crate) fn now(&self) -> u64 {
        self.0.now_ms.get()
    }

    pub(crate) fn advance_ms(&self, ms: u64) {
        self.0.now_ms.set(self.0.now_ms.get() + ms);
    }

    /// From now on requests to these endpoints fail like this, and those to others do not. A silent one takes all the time.
    pub(crate) fn set_down(&self, down: &[(&str, SendFailure)]) {
        let owned = down
            .iter()
            .map(|(url, failure)| ((*url).to_owned(), *failure));
        *self.0.down.borrow_mut() = owned.collect();
    }

    /// Whether some client holds the lock.
    pub(crate) fn is_locked(&self) -> bool {
        self.0.is_locked.get()
    }

    /// Takes the lock away from whoever holds it.
    pub(crate) fn unlock(&self) {
        self.0.is_locked.set(false);
    }

    fn version(&self) -> String {
        self.0.writings.get().to_string()
    }

    fn store(&self) -> Result<RefMut<'_, Option<String>>, StoreBlocked> {
        match self.0.store_is_blocked.get() {
            true => Err(StoreBlocked),
            false => Ok(self.0.record.borrow_mut()),
        }
    }

    fn serve(&self, sent: &Sent) -> HttpResponse {
        let mut server = self.server();
        let now_ms = server.now_ms(self.0.now_ms.get());
        let (status, body) = server.answer(&sent.operation, &sent.body, now_ms / 1000);
        let error_type = body["__type"]
            .as_str()
            .map(|name| format!("{name}:http://internal/"));
        HttpResponse {
            status,
            error_type,
            request_id: Some("request-1".into()),
            date_ms: (!self.0.hides_date.get()).then_some(now_ms / 1000 * 1000),
            // Some operations have no output, not even an object.
            body: if body.is_null() {
                String::new()
            } else {
                body.to_string()
            },
            ..HttpResponse::default()
        }
    }
}

impl Http for Platform {
    type Cancel = Cancel;

    async fn send(
        &self,
        request: &HttpRequest,
        limits: Limits<'_, Cancel>,
    ) -> Result<HttpResponse, SendFailure> {
        assert!(limits.timeout_ms > 0, "a request without time");
        let operation = match &request.content {
            Content::Operation(target) => target.rsplit('.').next().unwrap().to_owned(),
            Content::None => "GET".to_owned(),
            Content::Form => {
                let path = request.url.split_once("//").unwrap().1;
                format!("POST /{}", path.split_once('/').unwrap().1)
            }
            Content::Login { transaction } => {
                let operation = request.url.rsplit('/').next().unwrap();
                assert_eq!(request.url, format!("{ENDPOINT}{PATH}{operation}"));
                assert_eq!(transaction, TRANSACTION);
                operation.to_owned()
            }
        };
        let body = match &request.content {
            Content::None => Value::Null,
            Content::Form => form_urlencoded::parse(request.body.as_bytes())
                .map(|(name, value)| (name.into_owned(), Value::from(value.into_owned())))
                .collect(),
            _ => serde_json::from_str(&request.body).unwrap(),
        };
        if let Content::Operation(target) = &request.content {
            contract::check(target, &body);
        }
        let sent = Sent {
            url: request.url.clone(),
            operation,
            body,
        };
        self.0.calls.borrow_mut().push(sent.clone());
        yield_once().await;
        if limits.cancel.0.get() {
            return Err(SendFailure::Aborted);
        }
        let down = self.0.down.borrow().clone();
        if let Some((_, failure)) = down.iter().find(|(url, _)| sent.url.starts_with(url)) {
            if *failure == SendFailure::TimedOut {
                self.advance_ms(u64::from(limits.timeout_ms));
            }
            return Err(*failure);
        }
        let scripted = self.0.script.borrow_mut().pop_front();
        match scripted.unwrap_or(Scripted::Reach) {
            Scripted::Fail(failure) => Err(failure),
            Scripted::Answer(response) => Ok(response),
            Scripted::LoseAnswer => {
                self.serve(&sent);
                Err(SendFailure::Unreachable)
            }
            Scripted::Reach => Ok(self.serve(&sent)),
        }
    }

    async fn pause(&self, ms: u32, _: &Cancel) {
        self.0.pauses.borrow_mut().push(ms);
        self.advance_ms(u64::from(ms));
    }
}

impl Json for Platform {
    type Value = Parsed;

    fn parse(&self, text: &str) -> Result<Parsed, NotJson> {
        serde_json::from_str(text).map(Parsed).map_err(|_| NotJson)
    }
}

/// The same without keys and stores: all that a platform needs where nobody signs in.
pub(crate) struct Network(pub Platform);

/// The parts say what they hold.
impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Network")
    }
}

impl Http for Network {
    type Cancel = Cancel;

    async fn send(
        &self,
        request: &HttpRequest,
        limits: Limits<'_, Cancel>,
    ) -> Result<HttpResponse, SendFailure> {
        self.0.send(request, limits).await
    }

    async fn pause(&self, ms: u32, cancel: &Cancel) {
        self.0.pause(ms, cancel).await;
    }
}

impl Json for Network {
    type Value = Parsed;

    fn parse(&self, text: &str) -> Result<Parsed, NotJson> {
        self.0.parse(text)
    }
}

impl Clock for Network {
    fn now_ms(&self) -> u64 {
        self.0.now_ms()
    }
}

impl Random for Network {
    fn fill(&self, into: &mut [u8]) -> Result<(), Unavailable> {
        self.0.fill(into)
    }
}

impl DeviceStore for Network {}

/// JSON as `serde_json` reads it.
pub(crate) struct Parsed(pub Value);

impl json::Value for Parsed {
    fn is_object(&self) -> bool {
        self.0.is_object()
    }

    fn member(&self, name: &str) -> Option<Self> {
        let member = self.0.as_object()?.get(name)?;
        (!member.is_null()).then(|| Self(member.clone()))
    }

    fn text(&self) -> Option<String> {
        self.0.as_str().map(str::to_owned)
    }

    fn number(&self) -> Option<f64> {
        self.0.as_f64()
    }

    fn boolean(&self) -> Option<bool> {
        self.0.as_bool()
    }

    fn elements(&self) -> Option<Vec<Self>> {
        Some(self.0.as_array()?.iter().cloned().map(Self).collect())
    }

    fn members(&self) -> Option<Vec<(String, Self)>> {
        let members = self.0.as_object()?.iter();
        Some(members.map(|(k, v)| (k.clone(), Self(v.clone()))).collect())
    }
}

impl Clock for Platform {
    fn now_ms(&self) -> u64 {
        self.0.now_ms.get()
    }
}

impl Random for Platform {
    fn fill(&self, into: &mut [u8]) -> Result<(), Unavailable> {
        // SplitMix64: the same in every run, and no two draws alike.
        for chunk in into.chunks_mut(8) {
            let state = self.0.random.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
            self.0.random.set(state);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            let bytes = (mixed ^ (mixed >> 31)).to_le_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
        Ok(())
    }
}

impl Rs256 for Platform {
    async fn verify(
        &self,
        key: RsaPublicKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, Unavailable> {
        let decode = |text| Base64UrlUnpadded::decode_vec(text).unwrap();
        let key = RsaPublicKeyComponents {
            n: decode(key.n),
            e: decode(key.e),
        };
        Ok(key
            .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            .is_ok())
    }
}

impl SessionStore for Platform {
    type Keeping = Sessions;

    async fn load(&self) -> Result<Option<Stored>, StoreBlocked> {
        yield_once().await;
        let stored = self.store()?.clone().map(|record| Stored {
            record: Zeroizing::new(record),
            version: self.version(),
        });
        // Opening what was read takes its time.
        yield_once().await;
        Ok(stored)
    }

    async fn save(
        &self,
        record: &str,
        replaces: Option<&str>,
    ) -> Result<Option<String>, StoreBlocked> {
        // As a real store does, which seals first.
        yield_once().await;
        let found = self.store()?.as_ref().map(|_| self.version());
        if replaces.is_some_and(|replaces| replaces != found.unwrap_or_default()) {
            return Ok(None);
        }
        self.set_record(Some(record));
        let version = self.version();
        yield_once().await;
        Ok(Some(version))
    }

    async fn take(&self, version: Option<&str>) -> Result<Option<Zeroizing<String>>, StoreBlocked> {
        let is_other = version.is_some_and(|version| version != self.version());
        let taken = self.store()?.take_if(|_| !is_other).map(Zeroizing::new);
        yield_once().await;
        Ok(taken)
    }
}

impl DeviceStore for Platform {
    async fn device(
        &self,
        place: &str,
        record: Option<&str>,
    ) -> Result<Option<Zeroizing<String>>, StoreBlocked> {
        yield_once().await;
        drop(self.store()?);
        let before = self.devices().get(place).cloned();
        match record {
            None => {}
            Some("") => _ = self.devices().remove(place),
            Some(record) => _ = self.devices().insert(place.to_owned(), record.to_owned()),
        }
        Ok(before.map(Zeroizing::new))
    }

    async fn devices(&self) -> Result<Vec<String>, StoreBlocked> {
        drop(self.store()?);
        Ok(Self::devices(self).keys().cloned().collect())
    }

    fn keeps_devices(&self) -> bool {
        true
    }

    fn device_name(&self) -> Option<String> {
        Some("Test/1.0".to_owned())
    }
}

impl Lock for Platform {
    type Held = Held;

    async fn lock(&self, limits: Limits<'_, Cancel>) -> Option<Held> {
        let until_ms = self.now_ms() + u64::from(limits.timeout_ms);
        poll_fn(|context| {
            let is_over = limits.cancel.0.get() || self.now_ms() >= until_ms;
            if !self.0.is_locked.replace(true) {
                return Poll::Ready(Some(Held(Rc::clone(&self.0.is_locked))));
            }
            context.waker().wake_by_ref();
            match is_over {
                true => Poll::Ready(None),
                false => Poll::Pending,
            }
        })
        .await
    }
}

/// Lets the next one in when it is dropped.
pub(crate) struct Held(Rc<Cell<bool>>);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

impl FlowStore for Platform {
    async fn save_flow(&self, id: &str, record: &str) -> Result<(), StoreBlocked> {
        yield_once().await;
        drop(self.store()?);
        self.flows().insert(id.to_owned(), record.to_owned());
        Ok(())
    }

    async fn take_flow(&self, id: &str) -> Result<Option<Zeroizing<String>>, StoreBlocked> {
        yield_once().await;
        drop(self.store()?);
        Ok(self.flows().remove(id).map(Zeroizing::new))
    }
}

/// Lets the other futures of the test run.
async fn yield_once() {
    let mut yielded = false;
    poll_fn(|context| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
