//! What a message has to look like before anything of it is believed: one document, one assertion, signatures where
//! the standard has them.
//!
//! The signature's verification comes after this, and does not depend on it. Whoever wraps a signed assertion needs a second
//! one, or a second place for the signature: neither gets past here.

use std::collections::HashSet;

use base64ct::{Base64, Encoding};
use saml_rs::xml::XmlLimits;
use saml_rs::xml::dom::{Node, parse_with_limits};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::SamlError;

/// Bytes of a message in base64. The service's own bound is 100,000 characters.
pub const LONGEST_MESSAGE: usize = 100_000;

/// Elements within elements. A response with encrypted and signed parts needs 12.
pub const DEEPEST: usize = 32;

/// Attributes that are points in time. The library's reader of them panics on what is none, so they are read here first.
const TIMES: [&str; 5] = [
    "IssueInstant",
    "AuthnInstant",
    "NotBefore",
    "NotOnOrAfter",
    "SessionNotOnOrAfter",
];

/// What the library's parser is bound to.
pub(super) const LIMITS: XmlLimits = XmlLimits {
    max_bytes: LONGEST_MESSAGE,
    max_depth: DEEPEST,
    max_nodes: 2_000,
    max_attributes_per_element: 32,
    max_attribute_value_bytes: 4_096,
    max_text_bytes: LONGEST_MESSAGE,
};

/// The text of a message as a form brings it: base64, which may be broken into lines.
pub(super) fn decode(message: &str) -> Result<String, SamlError> {
    if message.len() > LONGEST_MESSAGE {
        return Err(SamlError::TooLarge);
    }
    let base64: String = message
        .chars()
        .filter(|c| !matches!(c, '\r' | '\n' | ' ' | '\t'))
        .collect();
    let bytes = Base64::decode_vec(&base64).map_err(|_| SamlError::Malformed)?;
    String::from_utf8(bytes).map_err(|_| SamlError::Malformed)
}

/// Nothing that is markup and no element: no document type and thus no entities, no comments, which split text for careless
/// readers, no instructions, no CDATA.
pub(super) fn check_markup(xml: &str) -> Result<(), SamlError> {
    let body = xml.trim_start_matches('\u{feff}').trim_start();
    let body = match body.strip_prefix("<?xml ") {
        Some(declaration) => declaration.split_once("?>").ok_or(SamlError::Malformed)?.1,
        None => body,
    };
    if body.contains("<!") || body.contains("<?") {
        return Err(SamlError::Malformed);
    }
    Ok(())
}

/// The shape of a response, as it came or with its assertion decrypted. Whether its assertion is encrypted.
pub(super) fn check_response(xml: &str) -> Result<bool, SamlError> {
    check_markup(xml)?;
    let document = parse_with_limits(xml, LIMITS).map_err(|_| SamlError::Malformed)?;
    let root = &document.root;
    if root.local_name != "Response" {
        return Err(SamlError::Malformed);
    }
    let mut seen = Seen::default();
    seen.walk(root, None)?;
    // A failure has no assertion; what it says is read by the library.
    match seen.assertions {
        0 | 1 => Ok(seen.is_encrypted),
        _ => Err(SamlError::Wrapped),
    }
}

/// The shape of a provider's request for logout, or of its answer to one.
pub(super) fn check_logout(xml: &str, name: &str) -> Result<(), SamlError> {
    check_markup(xml)?;
    let document = parse_with_limits(xml, LIMITS).map_err(|_| SamlError::Malformed)?;
    let root = &document.root;
    if root.local_name != name {
        return Err(SamlError::Malformed);
    }
    for child in &root.children {
        let is_one = match child.local_name.as_str() {
            "Issuer" => child.children.is_empty(),
            "Signature" => true,
            // What is read is text: an element within it could be read otherwise by somebody else.
            "NameID" | "SessionIndex" => name == "LogoutRequest" && child.children.is_empty(),
            "Status" => name == "LogoutResponse",
            _ => false,
        };
        if !is_one {
            return Err(SamlError::Wrapped);
        }
    }
    Seen::default().walk(root, None)
}

#[derive(Default)]
struct Seen<'a> {
    ids: HashSet<&'a str>,
    assertions: u32,
    is_encrypted: bool,
}

impl<'a> Seen<'a> {
    fn walk(&mut self, node: &'a Node, parent: Option<&Node>) -> Result<(), SamlError> {
        let parent = parent.map(|parent| parent.local_name.as_str());
        let is_in_place = match node.local_name.as_str() {
            "Response" | "LogoutRequest" | "LogoutResponse" => parent.is_none(),
            "EncryptedAssertion" => {
                self.assertions += 1;
                self.is_encrypted = true;
                parent == Some("Response")
            }
            "Assertion" => {
                // The decrypted one stands where the encrypted one was.
                self.assertions += u32::from(parent != Some("EncryptedAssertion"));
                matches!(parent, Some("Response" | "EncryptedAssertion"))
            }
            "Signature" => {
                let signed = ["Response", "Assertion", "LogoutRequest", "LogoutResponse"];
                parent.is_some_and(|parent| signed.contains(&parent))
            }
            "Subject" | "Conditions" | "AttributeStatement" | "AuthnStatement" => {
                parent == Some("Assertion")
            }
            // Each of these is a place to hide a second document in.
            "Object" | "Manifest" | "Extensions" | "Advice" => false,
            _ => true,
        };
        if !is_in_place {
            return Err(SamlError::Wrapped);
        }
        for single in [
            "Signature",
            "Subject",
            "Conditions",
            "NameID",
            "Issuer",
            "Status",
        ] {
            let same = node.children.iter();
            if same.filter(|child| child.local_name == single).count() > 1 {
                return Err(SamlError::Wrapped);
            }
        }
        let mut times = TIMES.iter().filter_map(|name| node.attr(name));
        if !times.all(|time| OffsetDateTime::parse(time, &Rfc3339).is_ok()) {
            return Err(SamlError::Malformed);
        }
        for name in ["ID", "Id", "id"] {
            if let Some(id) = node.attr(name)
                && !self.ids.insert(id)
            {
                return Err(SamlError::Wrapped);
            }
        }
        node.children
            .iter()
            .try_for_each(|child| self.walk(child, Some(node)))
    }
}
