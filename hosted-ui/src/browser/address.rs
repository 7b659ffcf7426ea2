//! The address of a page, and the ways on from it.

use leptos::prelude::window;
use web_sys::UrlSearchParams;

use super::leave;

/// The origin that the page is of.
pub(super) fn origin() -> String {
    window().location().origin().unwrap_or_default()
}

/// The query that the page was opened with.
pub(super) struct Query(Option<UrlSearchParams>);

impl Query {
    pub(super) fn read() -> Self {
        let search = window().location().search().unwrap_or_default();
        Self(UrlSearchParams::new_with_str(&search).ok())
    }

    /// A parameter that is there and not empty.
    pub(super) fn member(&self, name: &str) -> Option<String> {
        let query = self.0.as_ref()?;
        query.get(name).filter(|value| !value.is_empty())
    }
}

/// Goes to an identity provider, or to a page of ours that says why not; that one takes this page's place.
pub(super) fn visit(origin: &str, location: &str) {
    let ours = location.strip_prefix(origin);
    if ours.is_some_and(|rest| rest.starts_with('/')) {
        return leave(location);
    }
    // Whoever answers for this origin is believed, but not so far as to be let run a script in it.
    if location.starts_with("https://") || location.starts_with("http://") {
        let _ = window().location().assign(location);
    }
}
