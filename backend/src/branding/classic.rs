//! `SetUICustomization` and `GetUICustomization`: CSS of a few classes, and a logo, for the whole pool or a client.
//!
//! # Limits
//! CSS of 131,072 characters and a PNG or JPEG of 100 KB, as published. Rules are for the published classes only,
//! and have declarations only: no at-rule, no address, no script.

use base64ct::{Base64, Encoding};
use serde::{Deserialize, Serialize};

use super::image::Kind;
use super::record::{Document, Record};
use crate::app::AppState;
use crate::error::ApiError;
use crate::pools::Pool;

/// Published: 100 KB.
const LARGEST_IMAGE: usize = 100 * 1024;

/// The classes that a customisation may have rules for, as published.
const CLASSES: [&str; 13] = [
    "background-customizable",
    "banner-customizable",
    "errorMessage-customizable",
    "idpButton-customizable",
    "idpDescription-customizable",
    "inputField-customizable",
    "label-customizable",
    "legalText-customizable",
    "logo-customizable",
    "passwordCheck-notValid-customizable",
    "passwordCheck-valid-customizable",
    "submitButton-customizable",
    "textDescription-customizable",
];

/// What is stored; earlier versions stored it under the aliases.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customization {
    /// The CSS, as it was given.
    #[serde(rename = "CSS", alias = "css", skip_serializing_if = "Option::is_none")]
    pub css: Option<String>,
    /// The logo, base64.
    #[serde(
        rename = "ImageFile",
        alias = "image",
        skip_serializing_if = "Option::is_none"
    )]
    pub image: Option<String>,
}

impl Document for Customization {
    const KIND: &'static str = "ui";

    /// CSS has rules for the published classes only, and the logo is a small PNG or JPEG.
    fn check(&self) -> Result<(), ApiError> {
        if let Some(css) = &self.css {
            rules(css)?;
        }
        if let Some(image) = &self.image {
            check_image(image)?;
        }
        Ok(())
    }

    fn not_found() -> ApiError {
        ApiError::resource_not_found("The customization does not exist.")
    }

    /// Nobody is told: a second one takes the place of the first.
    fn exists() -> ApiError {
        ApiError::invalid_parameter("There is a customization already.")
    }
}

/// Stores a customisation; what is not given stays as it was.
///
/// # Errors
/// `InvalidParameterException` for CSS or a picture that cannot be.
pub async fn set(
    state: &AppState,
    pool: &Pool,
    client_id: Option<&str>,
    given: Customization,
) -> Result<Record<Customization>, ApiError> {
    let before = own(state, pool, client_id).await?;
    let kept = before.as_ref().map(|record| record.content.clone());
    let kept = kept.unwrap_or_default();
    let content = Customization {
        css: given.css.or(kept.css),
        image: given.image.or(kept.image),
    };
    let mut record = Record::new(state, client_id.map(str::to_owned), content)?;
    id(client_id).clone_into(&mut record.id);
    if let Some(before) = before {
        record.created_at = before.created_at;
    }
    record.put(state, pool).await
}

/// The client's customisation, or the whole pool's.
///
/// # Errors
/// For no fault of the caller's.
pub async fn find(
    state: &AppState,
    pool: &Pool,
    client_id: Option<&str>,
) -> Result<Option<Record<Customization>>, ApiError> {
    match own(state, pool, client_id).await? {
        None if client_id.is_some() => own(state, pool, None).await,
        found => Ok(found),
    }
}

/// The customisation that the client, or the whole pool, has itself.
///
/// # Errors
/// For no fault of the caller's.
pub async fn own(
    state: &AppState,
    pool: &Pool,
    client_id: Option<&str>,
) -> Result<Option<Record<Customization>>, ApiError> {
    let found = Record::of(state, pool, client_id).await?;
    Ok(found.into_iter().next())
}

/// The id of a client's customisation, or of the whole pool's: there is one.
#[must_use]
pub fn id(client_id: Option<&str>) -> &str {
    client_id.unwrap_or("ALL")
}

/// The declarations of a stylesheet: class (perhaps with `:hover` or the like), name, value.
///
/// # Errors
/// `InvalidParameterException` for anything but rules of the published classes.
pub fn rules(css: &str) -> Result<Vec<(String, String, String)>, ApiError> {
    let refused = |why: &'static str| ApiError::invalid_parameter(why);
    let css = without_comments(css).ok_or_else(|| refused("CSS: a comment does not end."))?;
    if css.contains(['@', '<', '\\']) {
        return Err(refused("CSS: there must be no at-rules, tags and escapes."));
    }
    let mut rules = Vec::new();
    let mut rest = css.trim();
    while !rest.is_empty() {
        let (selector, after) = rest
            .split_once('{')
            .ok_or_else(|| refused("CSS: a rule has no braces."))?;
        let (body, after) = after
            .split_once('}')
            .filter(|(body, _)| !body.contains('{'))
            .ok_or_else(|| refused("CSS: a rule does not end."))?;
        rest = after.trim();
        let class = selector.trim().strip_prefix('.').unwrap_or_default();
        let name = class.split(':').next().unwrap_or_default();
        if !CLASSES.contains(&name) {
            return Err(refused(
                "CSS: only the published classes can be customized.",
            ));
        }
        for declaration in body.split(';').filter(|part| !part.trim().is_empty()) {
            let (name, value) = declaration
                .split_once(':')
                .ok_or_else(|| refused("CSS: a declaration has no value."))?;
            let value = value.trim().to_ascii_lowercase();
            if value.contains("url(") || value.contains("expression(") {
                return Err(refused("CSS: addresses and expressions are not allowed."));
            }
            rules.push((class.to_owned(), name.trim().to_ascii_lowercase(), value));
        }
    }
    Ok(rules)
}

fn without_comments(css: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = css;
    while let Some((before, comment)) = rest.split_once("/*") {
        out.push_str(before);
        (_, rest) = comment.split_once("*/")?;
    }
    out.push_str(rest);
    Some(out)
}

fn check_image(image: &str) -> Result<(), ApiError> {
    let bytes = Base64::decode_vec(image)
        .map_err(|_| ApiError::invalid_parameter("ImageFile: this is not base64."))?;
    if bytes.len() > LARGEST_IMAGE {
        return Err(ApiError::invalid_parameter(
            "ImageFile: a logo has 100 KB at most.",
        ));
    }
    match Kind::of(&bytes) {
        Some(Kind::Png | Kind::Jpeg) => Ok(()),
        _ => Err(ApiError::invalid_parameter(
            "ImageFile: a logo is a PNG or a JPEG.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_of_the_published_classes_are_read_and_nothing_else() {
        let css = "/* ours */ .submitButton-customizable { background-color: #7A1FA2; color:#fff }\n\
                   .submitButton-customizable:hover{background-color:#000}";
        let read = rules(css).unwrap();
        assert_eq!(read.len(), 3);
        assert_eq!(read[0].2, "#7a1fa2");
        assert_eq!(read[2].0, "submitButton-customizable:hover");
        for wrong in [
            "body { color: red }",
            ".other { color: red }",
            "@import 'x';",
            ".logo-customizable { background: url(https://evil.example/x) }",
            ".logo-customizable { color: red",
            ".logo-customizable { { } }",
            ".logo-customizable { color }",
            "</style><script>alert(1)</script>",
            "/* x",
            "color: red",
        ] {
            assert!(rules(wrong).is_err(), "{wrong}");
        }
    }
}
