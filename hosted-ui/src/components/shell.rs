//! What is around every page: the app's name, banners, the language.

use super::parts::{group, paragraph};
use crate::element::{Element, element};
use crate::i18n::Lang;
use crate::screen::Screen;

/// What a frame is of.
#[derive(Debug)]
pub(crate) struct Frame<'a> {
    /// What makes a page another one.
    pub(crate) key: String,
    /// The app's name.
    pub(crate) name: &'a str,
    /// The app's picture.
    pub(crate) logo: Option<&'a str>,
    /// What is said above everything, or nothing.
    pub(crate) banner: &'a str,
    /// The language of the page, and what the choice of another one is called in it.
    pub(crate) lang: (Lang, &'a str),
}

/// A page of a login, in its frame.
pub(crate) fn shell(screen: &Screen, page: Vec<Element>) -> Element {
    let login = screen.state.login.as_ref();
    let frame = Frame {
        key: screen.key(),
        name: screen.state.client_name(),
        logo: login.and_then(|login| login.logo.as_deref()),
        banner: banner(screen),
        lang: (screen.lang, screen.texts().foot_language),
    };
    framed(frame, page)
}

/// The frame. It is the same in the HTML that comes before this code.
pub(crate) fn framed(frame: Frame<'_>, page: Vec<Element>) -> Element {
    let mark = match frame.logo {
        // The app's name stands beside it.
        Some(logo) => element("img", "logo").with("src", logo).with("alt", ""),
        None => element("span", "mark").with("aria-hidden", "true"),
    };
    let name = element("span", "name").with("dir", "auto");
    let name = name.text(frame.name);
    let mut page = group("content", page).id("content");
    page.key = frame.key;
    let banners = match frame.banner {
        "" => Vec::new(),
        banner => vec![paragraph("", banner)],
    };
    let parts = vec![
        group("banner", banners).with("role", "status"),
        element("header", "").children(vec![mark, name]),
        element("main", "").children(vec![page]),
        element("footer", "").children(language(frame.lang)),
    ];
    group("page", parts)
}

fn banner(screen: &Screen) -> &'static str {
    let texts = screen.texts();
    match (screen.is_online, screen.is_ending, screen.is_slow) {
        (false, _, _) => texts.banner_offline,
        (true, true, _) => texts.banner_ending,
        (true, false, true) => texts.banner_slow,
        (true, false, false) => "",
    }
}

fn language((chosen, label_text): (Lang, &str)) -> Vec<Element> {
    let label = element("label", "").with("for", LANGUAGE);
    let options = Lang::ALL.into_iter().map(|lang| {
        let option = element("option", "").id(&["language-", lang.tag()].concat());
        let option = option.with("value", lang.tag()).with("lang", lang.tag());
        let option = option.with_if(lang == chosen, "selected");
        option.text(lang.name())
    });
    let select = element("select", "").id(LANGUAGE);
    vec![label.text(label_text), select.children(options.collect())]
}

const LANGUAGE: &str = "language";
