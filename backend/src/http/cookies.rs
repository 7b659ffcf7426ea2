//! The login domain's two kinds of cookies: one per login transaction, one per pool with a session.
//!
//! # Security model
//! `HttpOnly`, `SameSite=Lax`, `Path=/`; over https also `Secure` and the prefix `__Host-`, so that no
//! sibling host can set them. On `http://localhost`, where browsers know no `__Host-`, the names are
//! plain, and other ports of the machine see them: their values open nothing without the rest. A
//! name that comes twice counts as absent, because one of the two was planted.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, HeaderValue, header};

use crate::app::AppState;
use crate::oauth::sso::SsoCookie;
use crate::oauth::{Browser, NewTransaction, TRANSACTION_SECONDS};
use crate::opaque_secret::OpaqueSecret;

/// Transactions a browser may have under way; beyond it, the oldest cookie goes.
const MOST_TRANSACTIONS: usize = 20;

/// The cookies of a request.
#[derive(Debug)]
pub(super) struct Cookies {
    transactions: BTreeMap<String, OpaqueSecret>,
    sessions: BTreeMap<String, OpaqueSecret>,
}

impl Cookies {
    /// Reads those that are ours.
    pub(super) fn read(state: &AppState, headers: &HeaderMap) -> Self {
        let mut transactions = Vec::new();
        let mut sessions = Vec::new();
        for line in headers.get_all(header::COOKIE) {
            // Byte by byte: other cookies of this host may hold what is no text, and must not hide ours.
            for pair in line.as_bytes().split(|byte| *byte == b';') {
                let pair = std::str::from_utf8(pair).unwrap_or_default();
                let Some((name, value)) = pair.trim().split_once('=') else {
                    continue;
                };
                let value = || OpaqueSecret::new(value.to_owned());
                if let Some(id) = name.strip_prefix(prefix(state, Kind::Transaction)) {
                    transactions.push((id.to_owned(), value()));
                } else if let Some(pool) = name.strip_prefix(prefix(state, Kind::Session)) {
                    sessions.push((pool.to_owned(), value()));
                }
            }
        }
        Self {
            transactions: once(transactions),
            sessions: once(sessions),
        }
    }

    /// The secret of a transaction.
    pub(super) fn transaction(&self, id: &str) -> Option<&OpaqueSecret> {
        self.transactions.get(id)
    }

    /// The value of a pool's session.
    pub(super) fn session(&self, pool_id: &str) -> Option<&OpaqueSecret> {
        self.sessions.get(pool_id)
    }

    /// What the domain needs to know of the browser.
    pub(super) fn browser(self, headers: &HeaderMap) -> Browser {
        // A browser too old to send them cannot be told what it does: it counts as navigating.
        let is = |name: &str, expected: &str| {
            headers
                .get(name)
                .is_none_or(|value| value.as_bytes() == expected.as_bytes())
        };
        Browser {
            sso: self.sessions,
            is_top_level: is("sec-fetch-dest", "document") && is("sec-fetch-mode", "navigate"),
        }
    }

    /// Lines that make the browser forget the oldest transactions, if it has too many.
    pub(super) fn forget_oldest(&self, state: &AppState) -> Vec<HeaderValue> {
        let surplus = (self.transactions.len() + 1).saturating_sub(MOST_TRANSACTIONS);
        // Ids begin with their time.
        let oldest = self.transactions.keys().take(surplus);
        oldest
            .filter_map(|id| forget_transaction(state, id))
            .collect()
    }
}

/// The line that gives the browser a transaction.
pub(super) fn set_transaction(state: &AppState, begun: &NewTransaction) -> Option<HeaderValue> {
    line(
        state,
        Kind::Transaction,
        &begun.id,
        begun.secret.secret(),
        TRANSACTION_SECONDS,
    )
}

/// The line that takes a transaction from the browser.
pub(super) fn forget_transaction(state: &AppState, id: &str) -> Option<HeaderValue> {
    line(state, Kind::Transaction, id, "", 0)
}

/// The line that gives the browser a session, or its new value.
pub(super) fn set_session(state: &AppState, session: &SsoCookie) -> Option<HeaderValue> {
    let value = session.value.secret();
    line(
        state,
        Kind::Session,
        &session.pool_id,
        value,
        session.seconds,
    )
}

/// The line that takes a pool's session from the browser.
pub(super) fn forget_session(state: &AppState, pool_id: &str) -> Option<HeaderValue> {
    line(state, Kind::Session, pool_id, "", 0)
}

#[derive(Clone, Copy)]
enum Kind {
    Transaction,
    Session,
}

fn prefix(state: &AppState, kind: Kind) -> &'static str {
    match (is_secure(state), kind) {
        (true, Kind::Transaction) => "__Host-txn-",
        (true, Kind::Session) => "__Host-sso-",
        (false, Kind::Transaction) => "cognate-txn-",
        (false, Kind::Session) => "cognate-sso-",
    }
}

/// By the configured address: a request's own headers decide nothing.
fn is_secure(state: &AppState) -> bool {
    state.public_url.starts_with("https://")
}

/// `None` never happens with our ids and values; a cookie that cannot be written is not set.
fn line(
    state: &AppState,
    kind: Kind,
    name: &str,
    value: &str,
    seconds: i64,
) -> Option<HeaderValue> {
    let prefix = prefix(state, kind);
    let secure = if is_secure(state) { "; Secure" } else { "" };
    let is_token = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    if !is_token(name) || !is_token(value) {
        return None;
    }
    let line = format!(
        "{prefix}{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}"
    );
    let mut line = HeaderValue::from_str(&line).ok()?;
    line.set_sensitive(true);
    Some(line)
}

fn once(pairs: Vec<(String, OpaqueSecret)>) -> BTreeMap<String, OpaqueSecret> {
    let mut found: BTreeMap<String, Option<OpaqueSecret>> = BTreeMap::new();
    for (name, value) in pairs {
        found
            .entry(name)
            .and_modify(|kept| *kept = None)
            .or_insert(Some(value));
    }
    found
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}
