//! What is around every page: the app's name, banners, the language.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlSelectElement;

use super::parts::{paragraph, replaced, when};
use crate::browser::App;
use crate::i18n::Lang;

/// The frame. It is the same in the HTML that comes before this code.
pub(crate) fn shell(app: App, page: Box<dyn Fn() -> AnyView + Send>) -> AnyView {
    let name = app.says(|_, state| state.client_name().to_owned());
    let banner = Signal::derive(move || {
        let texts = app.texts();
        let text = match (app.is_online.get(), app.is_slow.get()) {
            (false, _) => texts.banner_offline,
            (true, true) => texts.banner_slow,
            (true, false) => "",
        };
        text.to_owned()
    });
    let has_banner = Signal::derive(move || banner.with(|text| !text.is_empty()));
    view! {
        <div class=PAGE>
            <div class=BANNER role="status">{when(has_banner, move || paragraph("", banner))}</div>
            <header>
                <span class=MARK aria-hidden="true"></span>
                <span class=NAME dir="auto">{name}</span>
            </header>
            <main>{replaced(page)}</main>
            <footer>{language(app)}</footer>
        </div>
    }
    .into_any()
}

fn language(app: App) -> AnyView {
    let change = move |event: leptos::ev::Event| {
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
        if let Some(lang) = target.and_then(|select| Lang::parse(&select.value())) {
            app.choose_lang(lang);
        }
    };
    let options = Lang::ALL
        .map(|lang| option(app, lang))
        .into_iter()
        .collect::<Vec<_>>();
    let label = app.said(|texts| texts.foot_language);
    view! {
        <label for=LANGUAGE>{label}</label>
        <select id=LANGUAGE on:change=change>{options}</select>
    }
    .into_any()
}

fn option(app: App, lang: Lang) -> AnyView {
    let tag = lang.tag();
    let is_chosen = Signal::derive(move || app.lang.get() == lang);
    let name = lang.texts().language_name;
    view! { <option value=tag lang=tag selected=is_chosen>{name}</option> }.into_any()
}

const PAGE: &str = "page";
const BANNER: &str = "banner";
const MARK: &str = "mark";
const NAME: &str = "name";
const LANGUAGE: &str = "language";
