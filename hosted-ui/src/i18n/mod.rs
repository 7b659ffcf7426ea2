//! Texts: two catalogues, which `build.rs` turns into structs: `i18n/*.json` into [`Texts`], and `i18n/account/*.json` with some of those
//! into [`AccountTexts`], so that neither wasm has the texts of the other. A text that a language lacks does not compile.

mod alerts;
mod labels;
mod problems;

pub(crate) use alerts::wait_text;
pub use alerts::{alert_text, error_text, reference};
pub use labels::{attribute_label, username_label};
pub use problems::{problem_text, rule_text};

include!(concat!(env!("OUT_DIR"), "/texts.rs"));

/// A language of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// German.
    De,
}

impl Lang {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::En, Self::De];

    /// The language of a BCP 47 tag such as `de-CH`, if the catalogue has it.
    #[must_use]
    pub fn parse(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|lang| lang.tag().eq_ignore_ascii_case(primary))
    }

    /// Its tag, for `lang`.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
        }
    }

    /// What its speakers call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::De => "Deutsch",
        }
    }

    /// Its direction, for `dir`.
    #[must_use]
    pub fn dir(self) -> &'static str {
        match self {
            Self::En | Self::De => "ltr",
        }
    }

    /// Its texts.
    #[must_use]
    pub fn texts(self) -> &'static Texts {
        match self {
            Self::En => &EN,
            Self::De => &DE,
        }
    }

    /// Its texts of the account page.
    #[must_use]
    pub fn account_texts(self) -> &'static AccountTexts {
        match self {
            Self::En => &ACCOUNT_EN,
            Self::De => &ACCOUNT_DE,
        }
    }
}

/// The text with its placeholders filled. What is filled in is not looked at for placeholders.
#[must_use]
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            break;
        };
        let value = values.iter().find(|(known, _)| *known == name);
        filled.push_str(value.map_or("", |(_, value)| value));
        rest = after;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_once() {
        assert_eq!(
            fill("a {x} b {y}.", &[("x", "{y}"), ("y", "1")]),
            "a {y} b 1."
        );
        assert_eq!(fill("nothing", &[]), "nothing");
    }

    #[test]
    fn a_tag_leads_to_its_language_whatever_the_region() {
        assert_eq!(Lang::parse("de-AT"), Some(Lang::De));
        assert_eq!(Lang::parse("EN_gb"), Some(Lang::En));
        assert_eq!(Lang::parse("den"), None);
        assert_eq!(Lang::parse(""), None);
    }
}
