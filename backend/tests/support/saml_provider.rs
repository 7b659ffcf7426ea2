//! An identity provider that signs what a test asks it to.

use std::sync::LazyLock;

use base64ct::{Base64, Encoding};
use cognate_backend::saml::{KeyAndCertificate, ProviderMetadata, ServiceProvider, entity_id};
use saml_rs::crypto::construct_saml_signature;
use saml_rs::crypto::keys::load_private_key;

/// 2026-11-23T00:00:00Z
pub(crate) const NOW: i64 = 1_795_392_000;

/// The request that responses answer if nothing else is said.
pub(crate) const REQUEST: &str = "_request1";

pub(crate) const ISSUER: &str = "https://idp.example.com/metadata";
pub(crate) const POOL: &str = "us-east-1_saml";
pub(crate) const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
pub(crate) const ANSWER_ADDRESS: &str = "https://auth.example.com/saml2/idpresponse";

/// Making RSA keys takes a while.
static KEYS: LazyLock<[KeyAndCertificate; 3]> = LazyLock::new(|| {
    ["pool", "provider", "stranger"].map(|name| KeyAndCertificate::generate(name, NOW).unwrap())
});

static SERVICE: LazyLock<ServiceProvider> = LazyLock::new(|| service_of(POOL));

/// The pool's side.
pub(crate) fn service() -> &'static ServiceProvider {
    &SERVICE
}

pub(crate) fn service_of(pool_id: &str) -> ServiceProvider {
    ServiceProvider::new(pool_id, "https://auth.example.com", KEYS[0].clone()).unwrap()
}

pub(crate) fn service_certificate() -> &'static str {
    &KEYS[0].certificate
}

pub(crate) fn encode(xml: &str) -> String {
    Base64::encode_string(xml.as_bytes())
}

pub(crate) struct Provider {
    pub(crate) keys: &'static KeyAndCertificate,
    pub(crate) wants_signed_requests: bool,
}

impl Provider {
    pub(crate) fn new() -> Self {
        Self {
            keys: &KEYS[1],
            wants_signed_requests: false,
        }
    }

    /// Says it is the provider, and has another key.
    pub(crate) fn stranger() -> Self {
        Self {
            keys: &KEYS[2],
            wants_signed_requests: false,
        }
    }

    pub(crate) fn metadata(&self) -> ProviderMetadata {
        ProviderMetadata::parse(&self.metadata_xml()).unwrap()
    }

    pub(crate) fn metadata_xml(&self) -> String {
        format!(
            r#"<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{ISSUER}"><IDPSSODescriptor WantAuthnRequestsSigned="{}" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>{}</X509Certificate></X509Data></KeyInfo></KeyDescriptor><SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example.com/slo"/><SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example.com/sso"/></IDPSSODescriptor></EntityDescriptor>"#,
            self.wants_signed_requests,
            self.certificate()
        )
    }

    /// Without its PEM lines.
    pub(crate) fn certificate(&self) -> String {
        let lines = self.keys.certificate.lines();
        lines.filter(|line| !line.starts_with("--")).collect()
    }

    /// The response with its assertion signed.
    pub(crate) fn signed(&self, response: &Response<'_>) -> String {
        self.sign(&response.xml(), false, RSA_SHA256)
    }

    /// The response signed as a whole.
    pub(crate) fn signed_whole(&self, response: &Response<'_>) -> String {
        self.sign(&response.xml(), true, RSA_SHA256)
    }

    /// Signs the response or the assertion in it.
    pub(crate) fn sign(&self, xml: &str, is_whole: bool, algorithm: &str) -> String {
        let key = load_private_key(&self.keys.key, None).unwrap();
        let certificate = &self.keys.certificate;
        construct_saml_signature(xml, is_whole, &key, certificate, algorithm, &[], None).unwrap()
    }
}

/// What goes into a response.
#[derive(Clone)]
pub(crate) struct Response<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) audience: String,
    pub(crate) recipient: &'a str,
    pub(crate) destination: &'a str,
    pub(crate) in_response_to: Option<&'a str>,
    pub(crate) confirmed_for: Option<&'a str>,
    pub(crate) not_before: &'a str,
    pub(crate) not_on_or_after: &'a str,
    pub(crate) status: &'a str,
    pub(crate) method: &'a str,
    pub(crate) id: &'a str,
    pub(crate) issued: &'a str,
    pub(crate) name_id: &'a str,
    pub(crate) format: &'a str,
    pub(crate) attributes: &'a str,
}

impl Default for Response<'_> {
    fn default() -> Self {
        Self {
            issuer: ISSUER,
            audience: entity_id(POOL),
            recipient: ANSWER_ADDRESS,
            destination: ANSWER_ADDRESS,
            in_response_to: Some(REQUEST),
            confirmed_for: None,
            not_before: "2026-11-22T23:59:00Z",
            not_on_or_after: "2026-11-23T00:05:00Z",
            status: "urn:oasis:names:tc:SAML:2.0:status:Success",
            method: "urn:oasis:names:tc:SAML:2.0:cm:bearer",
            id: "_assertion1",
            issued: "2026-11-23T00:00:00Z",
            name_id: "alice",
            format: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
            attributes: r#"<saml:Attribute Name="email"><saml:AttributeValue>alice@example.com</saml:AttributeValue></saml:Attribute><saml:Attribute Name="groups"><saml:AttributeValue>a</saml:AttributeValue><saml:AttributeValue>b</saml:AttributeValue></saml:Attribute>"#,
        }
    }
}

impl Response<'_> {
    /// Unsigned.
    pub(crate) fn xml(&self) -> String {
        self.around(&self.assertion())
    }

    /// The response around something else.
    pub(crate) fn around(&self, content: &str) -> String {
        format!(
            r#"<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_response1" Version="2.0" IssueInstant="{}" Destination="{}"{}><saml:Issuer>{}</saml:Issuer><samlp:Status><samlp:StatusCode Value="{}"/></samlp:Status>{content}</samlp:Response>"#,
            self.issued,
            self.destination,
            answers(self.in_response_to),
            self.issuer,
            self.status,
        )
    }

    pub(crate) fn assertion(&self) -> String {
        let Self {
            issuer,
            audience,
            recipient,
            not_before,
            not_on_or_after,
            method,
            id,
            issued,
            name_id,
            format,
            attributes,
            ..
        } = self;
        format!(
            r#"<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="{id}" Version="2.0" IssueInstant="{issued}"><saml:Issuer>{issuer}</saml:Issuer><saml:Subject><saml:NameID Format="{format}">{name_id}</saml:NameID><saml:SubjectConfirmation Method="{method}"><saml:SubjectConfirmationData NotOnOrAfter="{not_on_or_after}" Recipient="{recipient}"{}/></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="{not_before}" NotOnOrAfter="{not_on_or_after}"><saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="{issued}" SessionIndex="_session1"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>{attributes}</saml:AttributeStatement></saml:Assertion>"#,
            answers(self.confirmed_for.or(self.in_response_to)),
        )
    }
}

fn answers(request: Option<&str>) -> String {
    request.map_or_else(String::new, |id| format!(r#" InResponseTo="{id}""#))
}
