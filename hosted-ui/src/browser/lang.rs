//! The language that the pages speak here.

use leptos::prelude::window;

use crate::i18n::Lang;

/// The language that the person chose, or the first of these that there is, or what the browser prefers.
pub(super) fn lang_of(wanted: &[Option<&str>]) -> Lang {
    let chosen = chosen_lang();
    let wanted = wanted.iter().copied().flatten();
    let mut known = chosen
        .as_deref()
        .into_iter()
        .chain(wanted)
        .filter_map(Lang::parse);
    known.next().unwrap_or_else(browser_lang)
}

pub(super) fn remember_lang(lang: Lang) {
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.set_item(LANG, lang.tag());
    }
}

fn chosen_lang() -> Option<String> {
    window().local_storage().ok()??.get_item(LANG).ok()?
}

fn browser_lang() -> Lang {
    let languages = window().navigator().languages();
    let tags = languages.iter().filter_map(|tag| tag.as_string());
    tags.filter_map(|tag| Lang::parse(&tag))
        .next()
        .unwrap_or_default()
}

/// Also read by the first script.
const LANG: &str = "cognate.lang";
