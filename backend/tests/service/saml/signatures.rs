//! Signatures that are missing, somebody else's, elsewhere, or of algorithms that are not accepted.

use cognate_backend::saml::SamlError::{Malformed, Protocol, Signature, Wrapped};
use saml_rs::constants::signature_algorithm::{RSA_SHA1, RSA_SHA384, RSA_SHA512};

use super::provider::{Provider, RSA_SHA256, Response};
use super::{genuine, verify};

#[test]
fn the_accepted_algorithms_are_rsa_with_sha_2() {
    let provider = Provider::new();
    for algorithm in [RSA_SHA256, RSA_SHA384, RSA_SHA512] {
        let xml = provider.sign(&Response::default().xml(), false, algorithm);
        assert!(xml.contains(algorithm), "{algorithm}");
        assert!(verify(&provider, &xml).is_ok(), "{algorithm}");
    }
}

#[test]
fn unsigned_is_refused() {
    let provider = Provider::new();
    genuine(&provider);
    let xml = Response::default().xml();
    assert_eq!(verify(&provider, &xml), Err(Signature));
}

#[test]
fn another_key_is_refused_whatever_certificate_it_brings() {
    let provider = Provider::new();
    let certificate = provider.certificate();
    genuine(&provider);
    let stranger = Provider::stranger();
    for response in [
        stranger.signed(&Response::default()),
        stranger.signed_whole(&Response::default()),
    ] {
        // With the stranger's certificate in KeyInfo, with the provider's, and with none.
        assert!(response.contains(&stranger.certificate()));
        let theirs = response.replace(&stranger.certificate(), &certificate);
        let start = response.find("<ds:KeyInfo>").unwrap();
        let end = response.find("</ds:KeyInfo>").unwrap() + "</ds:KeyInfo>".len();
        let none = format!("{}{}", &response[..start], &response[end..]);
        for xml in [response, theirs, none] {
            assert_eq!(verify(&provider, &xml), Err(Signature));
        }
    }
}

#[test]
fn another_providers_response_is_refused_by_its_issuer_too() {
    let provider = Provider::new();
    genuine(&provider);
    let response = Response {
        issuer: "https://other.example.com",
        ..Response::default()
    };
    assert!(verify(&provider, &Provider::stranger().signed(&response)).is_err());
}

#[test]
fn algorithms_are_not_lowered() {
    let provider = Provider::new();
    let genuine = genuine(&provider);
    for weak in [
        RSA_SHA1,
        "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
        "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-md5",
        "none",
        "",
    ] {
        let xml = genuine.replace(RSA_SHA256, weak);
        assert_ne!(xml, genuine);
        assert!(verify(&provider, &xml).is_err(), "{weak}");
    }
    let sha1 = "http://www.w3.org/2000/09/xmldsig#sha1";
    let xml = genuine.replace("http://www.w3.org/2001/04/xmlenc#sha256", sha1);
    assert_ne!(xml, genuine);
    assert!(verify(&provider, &xml).is_err());
}

#[test]
fn a_signature_over_less_is_refused() {
    let provider = Provider::new();
    let genuine = genuine(&provider);
    let whole = provider.signed_whole(&Response::default());
    assert!(verify(&provider, &whole).is_ok());
    let cases = [
        // Content that changed under either signature.
        ("name", genuine.replace(">alice<", ">admin<")),
        ("name, whole", whole.replace(">alice<", ">admin<")),
        (
            "attribute",
            genuine.replace("alice@example.com", "admin@example.com"),
        ),
        (
            "attribute, whole",
            whole.replace("alice@example.com", "admin@example.com"),
        ),
        // The signature is about an id that is not here, about nothing, or about something outside.
        (
            "id",
            genuine.replace("URI=\"#_assertion1\"", "URI=\"#_response1\""),
        ),
        (
            "unknown id",
            genuine.replace("URI=\"#_assertion1\"", "URI=\"#_nothing\""),
        ),
        ("no id", genuine.replace("URI=\"#_assertion1\"", "URI=\"\"")),
        (
            "elsewhere",
            genuine.replace("URI=\"#_assertion1\"", "URI=\"https://example.com/a\""),
        ),
        (
            "a pointer",
            genuine.replace(
                "URI=\"#_assertion1\"",
                "URI=\"#xpointer(id('_assertion1'))\"",
            ),
        ),
    ];
    for (name, xml) in cases {
        assert!(xml != genuine && xml != whole, "{name}");
        let error = verify(&provider, &xml).expect_err(name);
        assert!(
            matches!(error, Signature | Wrapped | Protocol),
            "{name}: {error:?}"
        );
    }
}

#[test]
fn attributes_outside_the_signed_assertion_are_refused() {
    let provider = Provider::new();
    let genuine = genuine(&provider);
    let statement = "<saml:AttributeStatement><saml:Attribute Name=\"email\"><saml:AttributeValue>admin@example.com</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>";
    let end = "</samlp:Response>";
    let xml = genuine.replace(end, &format!("{statement}{end}"));
    assert_eq!(verify(&provider, &xml), Err(Wrapped));
}

#[test]
fn a_signature_of_the_assertion_does_not_speak_for_the_response() {
    let provider = Provider::new();
    let genuine = genuine(&provider);
    // The status is not covered: a failure made a success is still somebody's signed assertion, the other way is a refusal.
    let failed = genuine.replace("status:Success", "status:Responder");
    assert!(verify(&provider, &failed).is_err());
    // Removing the response's own signature and changing what only that covered.
    let whole = provider.signed_whole(&Response::default());
    let start = whole.find("<ds:Signature ").unwrap();
    let end = whole.find("</ds:Signature>").unwrap() + "</ds:Signature>".len();
    let stripped = format!("{}{}", &whole[..start], &whole[end..]);
    assert_eq!(verify(&provider, &stripped), Err(Signature));
}

#[test]
fn transforms_other_than_the_two_are_refused() {
    let provider = Provider::new();
    let genuine = genuine(&provider);
    let enveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
    for transform in [
        "http://www.w3.org/TR/1999/REC-xslt-19991116",
        "http://www.w3.org/TR/1999/REC-xpath-19991116",
        "http://www.w3.org/2002/06/xmldsig-filter2",
        "http://www.w3.org/2000/09/xmldsig#base64",
    ] {
        let xml = genuine.replace(enveloped, transform);
        assert_ne!(xml, genuine);
        let error = verify(&provider, &xml).expect_err(transform);
        assert!(
            matches!(error, Signature | Wrapped | Protocol | Malformed),
            "{error:?}"
        );
    }
}
