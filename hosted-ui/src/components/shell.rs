//! What is around every page: the app's name, banners, the language.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlSelectElement;

use crate::browser::app;
use crate::i18n::Lang;

/// The frame. It is the same in the HTML that comes before this code.
#[component]
pub(crate) fn Shell(children: Children) -> impl IntoView {
    let app = app();
    let name = move || {
        app.state
            .with(|state| Some(state.login.as_ref()?.client_name.clone()))
    };
    let banner = move || match (app.is_online.get(), app.is_slow.get()) {
        (false, _) => Some(app.texts().banner_offline),
        (true, true) => Some(app.texts().banner_slow),
        (true, false) => None,
    };
    view! {
        <div class=PAGE>
            <div class=BANNER role="status">{move || banner().map(|text| view! { <p>{text}</p> })}</div>
            <header>
                <span class=MARK aria-hidden="true"></span>
                <span class=NAME dir="auto">{name}</span>
            </header>
            <main>{children()}</main>
            <footer><Language /></footer>
        </div>
    }
}

#[component]
fn Language() -> impl IntoView {
    let app = app();
    let change = move |event: leptos::ev::Event| {
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
        if let Some(lang) = target.and_then(|select| Lang::parse(&select.value())) {
            app.choose_lang(lang);
        }
    };
    let option = move |lang: Lang| {
        let tag = lang.tag();
        view! {
            <option value=tag lang=tag selected=move || app.lang.get() == lang>
                {lang.texts().language_name}
            </option>
        }
    };
    view! {
        <label for=LANGUAGE>{move || app.texts().foot_language}</label>
        <select id=LANGUAGE on:change=change>{Lang::ALL.map(option).collect_view()}</select>
    }
}

const PAGE: &str = "page";
const BANNER: &str = "banner";
const MARK: &str = "mark";
const NAME: &str = "name";
const LANGUAGE: &str = "language";
