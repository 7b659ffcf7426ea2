//! Responses that are kept as files: made by a provider that is not ours, genuine and forged, each as it is and with changes by chance.

use cognate_backend::saml::{Assertion, Expected, ProviderMetadata, SamlError};

use super::provider::{NOW, REQUEST, encode, service};
use crate::corpus::{kept, text};
use crate::mutation::Mutation;

#[test]
fn what_another_implementation_signs_is_believed() {
    let metadata = metadata();
    let files = kept("saml/believed");
    assert!(files.len() >= 5);
    for file in files {
        let believed = verify(&metadata, &file.text);
        let believed = believed.unwrap_or_else(|error| panic!("{}: {error}", file.name));
        assert_eq!(believed.subject, "alice", "{}", file.name);
        let mut values = believed.attributes.values().flatten();
        assert!(values.any(|value| value == "Alice A. & Söhne"));
    }
}

#[test]
fn each_forgery_is_refused_for_its_reason() {
    let metadata = metadata();
    let files = kept("saml/refused");
    assert!(files.len() >= 25);
    let mut otherwise = Vec::new();
    for file in files {
        let answer = verify(&metadata, &file.text).map_err(|error| format!("{error:?}"));
        match answer {
            Err(error) if error.to_lowercase() == file.word => {}
            answer => otherwise.push((file.name, answer)),
        }
    }
    assert!(otherwise.is_empty(), "{otherwise:#?}");
}

#[test]
fn no_change_by_chance_is_believed_as_something_else_or_ends_the_process() {
    let metadata = metadata();
    let genuine = kept("saml/believed");
    let signed: Vec<_> = genuine
        .iter()
        .map(|file| verify(&metadata, &file.text).unwrap())
        .collect();
    let all = genuine.into_iter().chain(kept("saml/refused"));
    let seeds: Vec<_> = all.map(|file| file.text).collect();
    let mut mutation = Mutation::new();
    for round in 0..mutation.rounds() {
        let seed = &seeds[round % seeds.len()];
        let changed = mutation.change(seed.as_bytes(), &seeds);
        let changed = String::from_utf8_lossy(&changed);
        if let Ok(believed) = verify(&metadata, &changed) {
            assert!(signed.contains(&believed), "round {round}: {changed}");
        }
    }
}

#[test]
fn metadata_changed_by_chance_ends_nothing() {
    let seed = text("saml/metadata.xml");
    let mut mutation = Mutation::new();
    let mut refused = 0;
    for _ in 0..mutation.rounds() {
        let changed = mutation.change(seed.as_bytes(), std::slice::from_ref(&seed));
        let changed = String::from_utf8_lossy(&changed);
        refused += usize::from(ProviderMetadata::parse(&changed).is_err());
    }
    assert!(refused > 0);
}

#[test]
fn a_certificate_in_metadata_that_is_no_base64_is_refused_and_ends_nothing() {
    let metadata = text("saml/metadata.xml");
    let at = metadata.find("<X509Certificate>").unwrap() + "<X509Certificate>".len() + 63;
    let changed = format!("{}é{}", &metadata[..at], &metadata[at + 1..]);
    let refused = ProviderMetadata::parse(&changed).unwrap_err();
    assert_eq!(refused, SamlError::Metadata("a certificate is not base64"));
}

fn verify(metadata: &ProviderMetadata, xml: &str) -> Result<Assertion, SamlError> {
    service().verify(metadata, &encode(xml), Expected::Request(REQUEST), NOW)
}

fn metadata() -> ProviderMetadata {
    ProviderMetadata::parse(&text("saml/metadata.xml")).unwrap()
}
