//! Where the page is: its path, its query, the browser's history.

use cognate_core::login::TransactionId;
use leptos::prelude::window;
use wasm_bindgen::JsValue;
use web_sys::UrlSearchParams;

use crate::browser::address::{Query, origin};
use crate::browser::lang::lang_of;
use crate::flow::Arrival;
use crate::i18n::Lang;
use crate::routes::Route;

/// What the URL said when the page was opened.
#[derive(Debug, Clone)]
pub(super) struct Place {
    origin: String,
    search: String,
    route: Route,
    transaction: Option<TransactionId>,
    client_id: Option<String>,
    error: Option<String>,
    problem: Option<String>,
    username: Option<String>,
    code: Option<String>,
    lang: Option<String>,
}

impl Place {
    pub(super) fn read() -> Self {
        let query = Query::read();
        let member = |name: &str| query.member(name);
        Self {
            origin: origin(),
            route: route(),
            transaction: member("txn").as_deref().and_then(TransactionId::parse),
            client_id: member("client_id"),
            error: member("error"),
            problem: member("problem"),
            username: member("user_name").or_else(|| member("username")),
            code: member("confirmation_code"),
            lang: member("lang"),
            search: without_problem(window().location().search().unwrap_or_default()),
        }
    }

    pub(super) fn arrival(&self) -> Arrival {
        Arrival {
            route: self.route,
            has_transaction: self.transaction.is_some(),
            error: self.error.clone(),
            problem: self.problem.clone(),
            username: self.username.clone(),
            finished: None,
        }
    }

    pub(super) fn transaction(&self) -> Option<&TransactionId> {
        self.transaction.as_ref()
    }

    pub(super) fn origin(&self) -> &str {
        &self.origin
    }

    pub(super) fn client_id(&self) -> Option<&str> {
        self.client_id.as_deref()
    }

    /// The language that the person chose, or the app asked for, or the browser prefers.
    pub(super) fn lang(&self) -> Lang {
        self.lang_beside(None)
    }

    /// The same, when the login names one too.
    pub(super) fn lang_beside(&self, login: Option<&str>) -> Lang {
        lang_of(&[self.lang.as_deref(), login])
    }

    pub(super) fn push(&self, route: Route) {
        let history = window().history();
        let url = self.url(route);
        // Refused only far beyond what a person can click.
        let _ = history.map(|history| history.push_state_with_url(&JsValue::NULL, "", Some(&url)));
    }

    pub(super) fn replace(&self, route: Route) {
        let history = window().history();
        let url = self.url(route);
        let _ =
            history.map(|history| history.replace_state_with_url(&JsValue::NULL, "", Some(&url)));
    }

    /// The address without the problem that it brought: a reload does not tell it again.
    pub(super) fn forget_problem(&self) {
        self.replace(self.route);
    }

    fn url(&self, route: Route) -> String {
        [route.path(), &self.search].concat()
    }

    /// A code that the link of a message brought, or nothing.
    pub(super) fn code(&self) -> String {
        self.code.clone().unwrap_or_default()
    }

    /// The query, with its question mark.
    pub(super) fn search(&self) -> &str {
        &self.search
    }
}

fn without_problem(search: String) -> String {
    let Ok(query) = UrlSearchParams::new_with_str(&search) else {
        return search;
    };
    if !query.has("problem") {
        return search;
    }
    query.delete("problem");
    ["?", &String::from(query.to_string())].concat()
}

/// The route of the path as it is now.
pub(super) fn route() -> Route {
    Route::parse(&window().location().pathname().unwrap_or_default())
}
