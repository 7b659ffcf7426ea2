//! Where the account page is, and how times are written there.

use js_sys::{Array, Date, Object, Reflect};
use leptos::prelude::window;
use wasm_bindgen::JsValue;
use web_sys::UrlSearchParams;

use crate::account::Arrival;
use crate::browser::address::{Query, origin};
use crate::browser::lang::lang_of;
use crate::i18n::Lang;

/// What the URL said when the page was opened.
#[derive(Debug, Clone)]
pub(super) struct Place {
    origin: String,
    client_id: Option<String>,
    is_back: bool,
    linked: Option<String>,
    problem: Option<String>,
    lang: Option<String>,
}

impl Place {
    pub(super) fn read() -> Self {
        let query = Query::read();
        let member = |name: &str| query.member(name);
        Self {
            origin: origin(),
            client_id: member("client_id"),
            is_back: member("back").is_some(),
            linked: member("linked"),
            problem: member("problem"),
            lang: member("lang"),
        }
    }

    pub(super) fn arrival(&self) -> Arrival {
        Arrival {
            has_client: self.client_id.is_some(),
            is_back: self.is_back,
            linked: self.linked.clone(),
            problem: self.problem.clone(),
        }
    }

    pub(super) fn client_id(&self) -> &str {
        self.client_id.as_deref().unwrap_or_default()
    }

    /// The language that the person chose, or the app asked for, or the browser prefers.
    pub(super) fn lang(&self) -> Lang {
        lang_of(&[self.lang.as_deref()])
    }

    /// Where one signs in for this page.
    pub(super) fn sign_in(&self, lang: Lang) -> String {
        let query = self.query();
        query.set("lang", lang.tag());
        [SIGN_IN, &String::from(query.to_string())].concat()
    }

    /// The address without what it told of a link, and without the way it came by: a reload is like opening it.
    pub(super) fn forget_news(&self) {
        if self.linked.is_none() && self.problem.is_none() && !self.is_back {
            return;
        }
        let query = self.query();
        if let Some(lang) = &self.lang {
            query.set("lang", lang);
        }
        let url = [PAGE, &String::from(query.to_string())].concat();
        if let Ok(history) = window().history() {
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&url));
        }
    }

    pub(super) fn origin(&self) -> &str {
        &self.origin
    }

    #[expect(
        clippy::unwrap_used,
        reason = "the constructor without an argument does not throw"
    )]
    fn query(&self) -> UrlSearchParams {
        let query = UrlSearchParams::new().unwrap();
        query.set("client_id", self.client_id());
        query
    }
}

/// A time as the browser writes it in this language, and in the region that it prefers.
pub(super) fn date(lang: Lang, seconds: u64) -> String {
    let options = Object::new();
    for (name, value) in [("dateStyle", "medium"), ("timeStyle", "short")] {
        let _ = Reflect::set(&options, &name.into(), &value.into());
    }
    let languages: Array = window().navigator().languages();
    let tags = languages.iter().filter_map(|tag| tag.as_string());
    let own = tags.into_iter().find(|tag| Lang::parse(tag) == Some(lang));
    // English without a region would be that of the United States.
    let tag = own.unwrap_or_else(|| match lang {
        Lang::En => "en-GB".to_owned(),
        lang => lang.tag().to_owned(),
    });
    let date = Date::new(&JsValue::from_f64(seconds as f64 * 1000.0));
    date.to_locale_string(&tag, &options).into()
}

const PAGE: &str = "/account?";
const SIGN_IN: &str = "/_cognate/account/sign-in?";
