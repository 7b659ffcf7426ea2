//! Messages of single logout that are kept as files, requests and answers, by form and by redirect: made by a provider that is not ours,
//! genuine and forged, each as it is and with changes by chance.

use cognate_backend::saml::{LogoutMessage, ProviderMetadata, SamlError};

use super::provider::{NOW, REQUEST, encode, service};
use crate::corpus::{self, Kept, kept};
use crate::mutation::Mutation;

#[test]
fn what_another_implementation_signs_is_believed() {
    let files = kept("saml_logout/believed");
    assert_eq!(files.len(), 4);
    for file in files {
        let said = verify(&file.name, &file.text);
        let said = said.unwrap_or_else(|error| panic!("{}: {error}", file.name));
        let expected = match file.word.as_str() {
            "request" => "alice of _s1",
            _ => "answered",
        };
        assert_eq!(said, expected, "{}", file.name);
    }
}

#[test]
fn each_forgery_is_refused_for_its_reason() {
    let files = kept("saml_logout/refused");
    assert!(files.len() >= 36);
    let mut otherwise = Vec::new();
    for Kept { word, name, text } in files {
        match verify(&name, &text).map_err(|error| format!("{error:?}")) {
            Err(error) if error.to_lowercase() == word => {}
            said => otherwise.push((name, said)),
        }
    }
    assert!(otherwise.is_empty(), "{otherwise:#?}");
}

#[test]
fn no_change_by_chance_is_believed_as_something_else_or_ends_the_process() {
    let all = kept("saml_logout/believed").into_iter();
    let all: Vec<_> = all.chain(kept("saml_logout/refused")).collect();
    let texts: Vec<_> = all.iter().map(|file| file.text.clone()).collect();
    let mut mutation = Mutation::new();
    for round in 0..mutation.rounds() {
        let Kept { name, text, .. } = &all[round % all.len()];
        let changed = mutation.change(text.as_bytes(), &texts);
        let changed = String::from_utf8_lossy(&changed);
        if let Ok(said) = verify(name, &changed) {
            let is_genuine = ["alice of _s1", "answered"].contains(&said.as_str());
            assert!(is_genuine, "round {round}: {said}: {changed}");
        }
    }
}

/// What is believed of a message, of the kind and the way that its file's name says.
fn verify(name: &str, text: &str) -> Result<String, SamlError> {
    let metadata = ProviderMetadata::parse(&corpus::text("saml_logout/metadata.xml"))?;
    let form = encode(text);
    let message = match name.ends_with(".query") {
        true => LogoutMessage::Redirect(text),
        false => LogoutMessage::Form {
            message: &form,
            relay_state: Some("").filter(|_| !name.contains("request")),
        },
    };
    if name.contains("request") {
        let request = service().verify_logout(&metadata, message, NOW)?;
        let sessions = request.session_indexes.join(" ");
        return Ok(format!("{} of {sessions}", request.subject));
    }
    service().verify_logout_answer(&metadata, message, REQUEST, NOW)?;
    Ok("answered".to_owned())
}
