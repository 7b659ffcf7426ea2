//! What a provider publishes about itself: its name, its addresses, and the certificates it signs with.
//!
//! # Security model
//! The document is trusted because of where it comes from: an administrator gave it, or the HTTPS address of it. A
//! signature in it is not looked at.

use saml_rs::constants::{Binding, CertUse};
use saml_rs::crypto::keys::load_certificate;
use saml_rs::xml::dom::{Node, parse_with_limits};
use saml_rs::{IdpDescriptor, MetadataTrustPolicy};
use url::Url;

use super::SamlError;
use super::document::{LIMITS, check_markup};
use crate::this_machine;

/// Bytes of a provider's metadata.
pub const LONGEST_METADATA: usize = 100_000;

/// A provider, as its metadata (`EntityDescriptor`) describes it.
#[derive(Debug)]
pub struct ProviderMetadata {
    pub(super) descriptor: IdpDescriptor,
    /// Where sign-ins begin (`HTTP-Redirect`).
    pub sign_in: String,
    /// Where sessions end, if it has that (`HTTP-Redirect`).
    pub logout: Option<String>,
}

impl ProviderMetadata {
    /// Reads metadata.
    ///
    /// # Errors
    /// [`SamlError::TooLarge`]; [`SamlError::Metadata`] for what is not metadata of one identity provider with an
    /// entity id, a certificate for signatures and an `HTTP-Redirect` address, which must be https, or http on
    /// this machine.
    pub fn parse(xml: &str) -> Result<Self, SamlError> {
        if xml.len() > LONGEST_METADATA {
            return Err(SamlError::TooLarge);
        }
        check_markup(xml).map_err(|_| SamlError::Metadata("it has a document type or comments"))?;
        let trust = MetadataTrustPolicy::UnsignedForCompatibility;
        let descriptor = IdpDescriptor::from_metadata_xml(xml, trust)
            .map_err(|_| SamlError::Metadata("it does not describe an identity provider"))?;
        let metadata = descriptor.metadata();
        let certificates = metadata.x509_certificates(CertUse::Signing);
        // The library cuts base64 by bytes, and panics within a letter of two.
        if !certificates.iter().all(|text| text.is_ascii()) {
            return Err(SamlError::Metadata("a certificate is not base64"));
        }
        let is_one = |text: &String| load_certificate(text).is_ok();
        // The library takes an only certificate for any use.
        if !certificates.iter().any(is_one) || is_for_encryption_only(xml)? {
            return Err(SamlError::Metadata("it has no certificate for signatures"));
        }
        let address = |text: Option<String>| text.filter(|text| is_safe_address(text));
        let sign_in = address(metadata.get_single_sign_on_service(Binding::Redirect)).ok_or(
            SamlError::Metadata("it has no SingleSignOnService by HTTP-Redirect with https"),
        )?;
        let logout = address(metadata.get_single_logout_service(Binding::Redirect));
        Ok(Self {
            descriptor,
            sign_in,
            logout,
        })
    }

    /// Its name for itself.
    #[must_use]
    pub fn entity_id(&self) -> &str {
        self.descriptor.entity_id().as_str()
    }

    /// Whether it refuses requests that are not signed.
    #[must_use]
    pub fn wants_signed_requests(&self) -> bool {
        self.descriptor.metadata().is_want_authn_requests_signed()
    }
}

fn is_for_encryption_only(xml: &str) -> Result<bool, SamlError> {
    fn has(node: &Node) -> bool {
        let is_key = node.local_name == "KeyDescriptor";
        (is_key && node.attr("use") != Some("encryption")) || node.children.iter().any(has)
    }
    let document = parse_with_limits(xml, LIMITS);
    let document = document.map_err(|_| SamlError::Metadata("it is not XML, or too deep"))?;
    Ok(!has(&document.root))
}

pub(super) fn is_safe_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| this_machine::is_private(&url))
}
