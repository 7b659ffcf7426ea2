//! What outlives a reload: the flow's state, for one transaction, in this tab.
//!
//! # Security model
//! `sessionStorage` is readable by script of the login domain only, and ends with the tab. The state
//! holds no password, code or key (see `flow`). A browser that denies storage loses nothing but the
//! comfort.

use cognate::browser::LoginPage;
use cognate_core::login::TransactionId;
use cognate_core::ports::Json;
use leptos::prelude::window;
use web_sys::Storage;

use crate::flow::{Finished, State};

pub(super) fn load(transaction: &TransactionId) -> Option<State> {
    let text = tab()?.get_item(&key(transaction)).ok()??;
    State::from_json(&LoginPage.parse(&text).ok()?)
}

pub(super) fn save(transaction: &TransactionId, state: &State) {
    if state.page.is_final() {
        return forget(transaction);
    }
    if let Some(tab) = tab() {
        let _ = tab.set_item(&key(transaction), &state.to_json());
    }
}

pub(super) fn forget(transaction: &TransactionId) {
    if let Some(tab) = tab() {
        let _ = tab.remove_item(&key(transaction));
    }
}

/// Remembers that a login led back to its app: its name and its origin, nothing else of the location.
pub(super) fn finish(transaction: &TransactionId, app: &str, location: &str) {
    let origin = Finished::origin_of(location);
    if let (Some(tab), Some(origin)) = (tab(), origin) {
        let _ = tab.set_item(&finished_key(transaction), &[origin, " ", app].concat());
    }
}

/// The app that a login has led back to, in this tab.
pub(super) fn finished(transaction: &TransactionId) -> Option<Finished> {
    let text = tab()?.get_item(&finished_key(transaction)).ok()??;
    let (origin, app) = text.split_once(' ')?;
    Some(Finished {
        app: app.to_owned(),
        origin: Finished::origin_of(origin)?.to_owned(),
    })
}

fn key(transaction: &TransactionId) -> String {
    ["cognate.login.", transaction.as_str()].concat()
}

fn finished_key(transaction: &TransactionId) -> String {
    [&key(transaction), ".finished"].concat()
}

fn tab() -> Option<Storage> {
    window().session_storage().ok()?
}
