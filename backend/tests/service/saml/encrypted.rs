//! Assertions that are encrypted for the pool.

use cognate_backend::saml::SamlError;
use saml_rs::constants::{data_encryption_algorithm as data, key_encryption_algorithm as key};
use saml_rs::crypto::encrypt_assertion;

use super::provider::{Provider, RSA_SHA256, Response, service_certificate};
use super::{genuine, verify};

fn encrypted(xml: &str) -> String {
    let certificate = service_certificate();
    encrypt_assertion(
        xml,
        certificate,
        data::AES_128_GCM,
        key::RSA_OAEP_MGF1P,
        "saml",
    )
    .unwrap()
}

#[test]
fn an_encrypted_assertion_is_read_if_it_was_signed() {
    let provider = Provider::new();
    let xml = encrypted(&genuine(&provider));
    assert!(!xml.contains("alice"));
    let assertion = verify(&provider, &xml).unwrap();
    assert_eq!(assertion.subject, "alice");
    assert_eq!(assertion.attributes["email"], ["alice@example.com"]);
}

/// Anybody can encrypt for us: the certificate is public.
#[test]
fn what_is_only_encrypted_is_refused() {
    let provider = Provider::new();
    assert!(verify(&provider, &encrypted(&genuine(&provider))).is_ok());
    let unsigned = encrypted(&Response::default().xml());
    assert!(verify(&provider, &unsigned).is_err());
    let stranger = Provider::stranger().signed(&Response::default());
    assert!(verify(&provider, &encrypted(&stranger)).is_err());
}

#[test]
fn wrapping_inside_of_the_encryption_is_refused() {
    let provider = Provider::new();
    let genuine = genuine(&provider);
    let signed_name = "<saml:NameID ";
    let cases = [
        genuine.replace(signed_name, "<saml:NameID>admin</saml:NameID><saml:NameID "),
        genuine.replace(">alice<", ">admin<"),
        genuine.replace(">alice<", ">al<!-- -->ice<"),
    ];
    for xml in cases {
        assert_ne!(xml, genuine);
        assert!(verify(&provider, &encrypted(&xml)).is_err());
    }
    // A plain assertion beside the encrypted one.
    let forged = Response {
        name_id: "admin",
        ..Response::default()
    };
    let forged = forged.assertion().replace("_assertion1", "_forged");
    let end = "</samlp:Response>";
    let xml = encrypted(&genuine).replace(end, &format!("{forged}{end}"));
    assert_eq!(verify(&provider, &xml), Err(SamlError::Wrapped));
}

#[test]
fn damaged_ciphertext_is_refused() {
    let provider = Provider::new();
    let xml = encrypted(&genuine(&provider));
    let at = xml.rfind("CipherValue>").unwrap();
    let before = &xml[..at - 40];
    let letter = if xml[at - 40..].starts_with('A') {
        'B'
    } else {
        'A'
    };
    let damaged = format!("{before}{letter}{}", &xml[at - 39..]);
    assert_ne!(damaged, xml);
    assert!(verify(&provider, &damaged).is_err());
}

#[test]
fn a_response_signed_around_what_is_encrypted_is_read() {
    let provider = Provider::new();
    let inner = encrypted(&genuine(&provider));
    let xml = provider.sign(&inner, true, RSA_SHA256);
    assert_eq!(verify(&provider, &xml).unwrap().subject, "alice");
}
