//! `CreateTerms` and its siblings: where a client's terms of use and privacy policy are, by language.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use url::Url;

use super::record::Document;
use crate::error::ApiError;
use crate::this_machine;

/// Terms, in the words of the service's own JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Terms {
    /// `terms-of-use` or `privacy-policy`.
    pub terms_name: String,
    /// `LINK`
    pub terms_source: String,
    /// `NONE`
    pub enforcement: String,
    /// Addresses by language, `cognito:default` among them.
    #[serde(default)]
    pub links: BTreeMap<String, String>,
}

/// The languages that pages have, by the names of links.
const LANGUAGES: [(&str, &str); 3] = [
    ("cognito:default", ""),
    ("cognito:english", "en"),
    ("cognito:german", "de"),
];

impl Terms {
    /// The links that the pages can show, by language; `""` is any other one.
    pub fn shown(&self) -> impl Iterator<Item = (&'static str, &str)> {
        LANGUAGES
            .into_iter()
            .filter_map(|(name, lang)| Some((lang, self.links.get(name)?.as_str())))
    }
}

impl Document for Terms {
    const KIND: &'static str = "terms";

    fn name(&self) -> &str {
        &self.terms_name
    }

    /// There must be a link for any language, and every address must be https.
    fn check(&self) -> Result<(), ApiError> {
        check(self)
    }

    fn not_found() -> ApiError {
        ApiError::resource_not_found("The terms do not exist.")
    }

    fn exists() -> ApiError {
        ApiError::terms_exists("The app client has terms of this name already.")
    }
}

fn check(terms: &Terms) -> Result<(), ApiError> {
    if !terms.links.contains_key("cognito:default") {
        return Err(ApiError::invalid_parameter(
            "Links: there must be one for cognito:default.",
        ));
    }
    if !terms.links.values().all(|link| is_safe(link)) {
        return Err(ApiError::invalid_parameter(
            "Links: an address must be https, or http on this machine.",
        ));
    }
    Ok(())
}

fn is_safe(link: &str) -> bool {
    let Ok(url) = Url::parse(link) else {
        return false;
    };
    // Who reads an address takes what stands before an @ for the host.
    let names_nobody = url.username().is_empty() && url.password().is_none();
    names_nobody && this_machine::is_private(&url)
}
