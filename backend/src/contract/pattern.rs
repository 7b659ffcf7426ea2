//! A shape's regular expression, compiled when it is first needed and shared by equal ones.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use regex::Regex;
use serde::Deserialize;

static COMPILED: LazyLock<RwLock<HashMap<String, Arc<Regex>>>> = LazyLock::new(RwLock::default);

/// A pattern as the contract writes it: for Java, to match the whole value.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub struct Pattern(Cow<'static, str>);

impl Pattern {
    /// Another pattern than the contract's.
    #[must_use]
    pub fn new(java: &'static str) -> Self {
        Self(Cow::Borrowed(java))
    }

    /// The contract's text of it.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.0
    }

    /// Whether the whole text matches. A pattern that this engine has no word for (look-behind, in
    /// one shape of no operation here) matches nothing.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.compiled().is_some_and(|regex| regex.is_match(text))
    }

    fn compiled(&self) -> Option<Arc<Regex>> {
        let known = COMPILED
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(self.source())
            .cloned();
        if known.is_some() {
            return known;
        }
        let regex = Regex::new(&translated(self.source())).ok().map(Arc::new)?;
        let mut compiled = COMPILED.write().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(
            compiled.entry(self.source().to_owned()).or_insert(regex),
        ))
    }
}

/// The pattern for this engine: `\w`, `\s` and `[\S]` mean ASCII, the whole value must match.
fn translated(java: &str) -> String {
    const SPACE: &str = r"\t\n\x0B\x0C\r\x20";
    let ascii = java
        .replace(r"[\S]", &format!("[^{SPACE}]"))
        .replace(r"\w", "0-9A-Za-z_")
        .replace(r"\s", SPACE);
    format!(r"\A(?:{ascii})\z")
}

#[cfg(test)]
impl Pattern {
    pub(super) fn is_known(&self) -> bool {
        self.compiled().is_some()
    }
}
