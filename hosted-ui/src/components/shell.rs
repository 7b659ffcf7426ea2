//! What is around every page: the app's name, banners, the language.

use super::parts::{group, paragraph};
use crate::element::{Element, element};
use crate::i18n::Lang;
use crate::screen::Screen;

/// The frame. It is the same in the HTML that comes before this code.
pub(crate) fn shell(screen: &Screen, page: Vec<Element>) -> Element {
    let login = screen.state.login.as_ref();
    let mark = match login.and_then(|login| login.logo.as_ref()) {
        // The app's name stands beside it.
        Some(logo) => element("img", "logo").with("src", logo).with("alt", ""),
        None => element("span", "mark").with("aria-hidden", "true"),
    };
    let name = element("span", "name").with("dir", "auto");
    let name = name.text(screen.state.client_name());
    let mut page = group("content", page).id("content");
    page.key = screen.key();
    let parts = vec![
        group("banner", banners(screen)).with("role", "status"),
        element("header", "").children(vec![mark, name]),
        element("main", "").children(vec![page]),
        element("footer", "").children(language(screen)),
    ];
    group("page", parts)
}

fn banners(screen: &Screen) -> Vec<Element> {
    let texts = screen.texts();
    let text = match (screen.is_online, screen.is_ending, screen.is_slow) {
        (false, _, _) => texts.banner_offline,
        (true, true, _) => texts.banner_ending,
        (true, false, true) => texts.banner_slow,
        (true, false, false) => return Vec::new(),
    };
    vec![paragraph("", text)]
}

fn language(screen: &Screen) -> Vec<Element> {
    let label = element("label", "").with("for", LANGUAGE);
    let options = Lang::ALL.into_iter().map(|lang| {
        let option = element("option", "").id(&["language-", lang.tag()].concat());
        let option = option.with("value", lang.tag()).with("lang", lang.tag());
        let option = option.with_if(lang == screen.lang, "selected");
        option.text(lang.name())
    });
    let select = element("select", "").id(LANGUAGE);
    vec![
        label.text(screen.texts().foot_language),
        select.children(options.collect()),
    ]
}

const LANGUAGE: &str = "language";
