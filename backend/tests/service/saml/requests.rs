//! What we say: metadata and requests; and what providers say of themselves.

use std::collections::HashMap;

use cognate_backend::saml::{LONGEST_METADATA, ProviderMetadata, Request, SamlError};
use saml_rs::crypto::verify_message_signature;
use url::Url;

use super::provider::{
    ANSWER_ADDRESS, ISSUER, POOL, Provider, RSA_SHA256, service, service_certificate,
};

const REQUEST: Request<'_> = Request {
    relay_state: "state1",
    is_signed: false,
    is_fresh: false,
};

fn query(location: &str) -> HashMap<String, String> {
    let url = Url::parse(location).unwrap();
    assert_eq!(url.host_str(), Some("idp.example.com"));
    url.query_pairs().into_owned().collect()
}

#[test]
fn our_metadata_names_the_pool_and_its_addresses() {
    let metadata = service().metadata();
    let certificate: String = service_certificate()
        .lines()
        .filter(|line| !line.starts_with("--"))
        .collect();
    for part in [
        &format!("entityID=\"urn:amazon:cognito:sp:{POOL}\""),
        ANSWER_ADDRESS,
        "use=\"signing\"",
        "use=\"encryption\"",
        &certificate,
    ] {
        assert!(metadata.contains(part), "{part}: {metadata}");
    }
}

#[test]
fn a_request_is_signed_where_it_is_asked_for_or_wanted() {
    for (wants, asks) in [(false, false), (false, true), (true, false), (true, true)] {
        let provider = Provider {
            wants_signed_requests: wants,
            ..Provider::new()
        };
        let request = Request {
            is_signed: asks,
            ..REQUEST
        };
        let begun = service().begin(&provider.metadata(), request).unwrap();
        let query = query(&begun.location);
        assert_eq!(query["RelayState"], "state1");
        assert_eq!(
            query.contains_key("Signature"),
            wants || asks,
            "{wants} {asks}"
        );
        if let Some(signature) = query.get("Signature") {
            let start = begun.location.find("SAMLRequest=").unwrap();
            let end = begun.location.find("&Signature=").unwrap();
            let signed = &begun.location[start..end];
            assert_eq!(query["SigAlg"], RSA_SHA256);
            let certificate = service_certificate();
            assert!(verify_message_signature(signed, signature, certificate, RSA_SHA256).unwrap());
            let other = signed.replace("state1", "state2");
            assert!(
                !verify_message_signature(&other, signature, certificate, RSA_SHA256)
                    .unwrap_or(false)
            );
        }
    }
}

#[test]
fn each_request_has_an_id_of_its_own() {
    let provider = Provider::new().metadata();
    let begin = || service().begin(&provider, REQUEST).unwrap().request_id;
    assert_ne!(begin(), begin());
}

#[test]
fn metadata_that_cannot_be_used_is_refused() {
    let provider = Provider::new();
    let xml = provider.metadata_xml();
    let read = ProviderMetadata::parse(&xml).unwrap();
    assert_eq!(read.entity_id(), ISSUER);
    assert_eq!(read.sign_in, "https://idp.example.com/sso");
    assert_eq!(read.logout.as_deref(), Some("https://idp.example.com/slo"));
    let long = format!("{xml}{}", " ".repeat(LONGEST_METADATA));
    assert_eq!(
        ProviderMetadata::parse(&long).unwrap_err(),
        SamlError::TooLarge
    );
    for hostile in [
        String::new(),
        "{}".to_owned(),
        format!("<!DOCTYPE x [<!ENTITY y \"z\">]>{xml}"),
        xml.replace(&provider.certificate(), ""),
        xml.replace("use=\"signing\"", "use=\"encryption\""),
        xml.replace("https://idp.example.com/sso", "http://idp.example.com/sso"),
        xml.replace("https://idp.example.com/sso", "javascript:alert(1)"),
        xml.replace("SingleSignOnService", "SomethingElse"),
        xml.replace("IDPSSODescriptor", "SPSSODescriptor"),
        xml.replace(&format!(" entityID=\"{ISSUER}\""), ""),
    ] {
        let outcome = ProviderMetadata::parse(&hostile);
        assert!(matches!(outcome, Err(SamlError::Metadata(_))), "{hostile}");
    }
}
