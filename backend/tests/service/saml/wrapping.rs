//! Signature wrapping, the eight published arrangements (Somorovsky et al., USENIX Security 2012), and relatives.

use cognate_backend::saml::SamlError;

use super::provider::{Provider, Response};
use super::{genuine, verify};

/// The document's parts, cut out.
struct Parts {
    response: String,
    assertion: String,
    signature: String,
}

fn element(xml: &str, name: &str) -> String {
    let start = xml.find(&format!("<{name} ")).unwrap();
    let end_tag = format!("</{name}>");
    let end = xml.rfind(&end_tag).unwrap() + end_tag.len();
    xml[start..end].to_owned()
}

fn parts(xml: &str) -> Parts {
    Parts {
        response: xml.to_owned(),
        assertion: element(xml, "saml:Assertion"),
        signature: element(xml, "ds:Signature"),
    }
}

/// An assertion about somebody else, with another id, unsigned.
fn forged() -> String {
    let response = Response {
        name_id: "admin",
        ..Response::default()
    };
    response.assertion().replace("_assertion1", "_forged")
}

fn with_content(before: &str, object: &str, after: &str) -> String {
    format!(
        "{before}<ds:Object xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">{object}</ds:Object>{after}"
    )
}

/// Puts a thing before an end tag.
fn within(xml: &str, end_tag: &str, thing: &str) -> String {
    let at = xml.rfind(end_tag).unwrap();
    format!("{}{thing}{}", &xml[..at], &xml[at..])
}

fn refused(name: &str, provider: &Provider, xml: &str) {
    let outcome = verify(provider, xml);
    assert_eq!(outcome, Err(SamlError::Wrapped), "{name}");
}

#[test]
fn wrapped_responses_are_refused() {
    let provider = Provider::new();
    let genuine = provider.signed_whole(&Response::default());
    assert_eq!(verify(&provider, &genuine).unwrap().subject, "alice");
    let Parts {
        response,
        signature,
        ..
    } = parts(&genuine);
    let bare = response.replace(&signature, "");
    let evil = bare
        .replace("_response1", "_evil")
        .replace(">alice<", ">admin<")
        .replace("_assertion1", "_forged");
    // XSW1: the original response inside the signature of the forged one.
    let moved = with_content("", &bare, "");
    let carrying = within(&signature, "</ds:Signature>", &moved);
    let xsw1 = within(&evil, "</samlp:Response>", &carrying);
    refused("XSW1", &provider, &xsw1);
    // XSW2: the original response beside the detached signature.
    let both = format!("{signature}{bare}");
    refused(
        "XSW2",
        &provider,
        &within(&evil, "</samlp:Response>", &both),
    );
    // And where the standard allows extensions.
    let extended = format!("<samlp:Extensions>{response}</samlp:Extensions>");
    let xml = evil.replacen("<samlp:Status>", &format!("{extended}<samlp:Status>"), 1);
    refused("extensions of the response", &provider, &xml);
}

#[test]
fn wrapped_assertions_are_refused() {
    let provider = Provider::new();
    let genuine = genuine(&provider);
    let Parts {
        response,
        assertion,
        signature,
    } = parts(&genuine);
    let bare = assertion.replace(&signature, "");
    let forged = forged();
    let holding = |content: &str| response.replace(&assertion, content);
    let carrying =
        |object: &str| within(&signature, "</ds:Signature>", &with_content("", object, ""));
    let cases = [
        // XSW3 and the other order: a forged assertion beside the original.
        ("XSW3", holding(&format!("{forged}{assertion}"))),
        ("XSW3 after", holding(&format!("{assertion}{forged}"))),
        // XSW4: the original inside the forged.
        (
            "XSW4",
            holding(&within(&forged, "</saml:Assertion>", &assertion)),
        ),
        // XSW5: the forged one has the signature, the original follows without.
        (
            "XSW5",
            holding(&format!(
                "{}{bare}",
                within(&forged, "</saml:Assertion>", &signature)
            )),
        ),
        // XSW6: the original in the signature of the forged one.
        (
            "XSW6",
            holding(&within(&forged, "</saml:Assertion>", &carrying(&bare))),
        ),
        // XSW7: the forged one in extensions.
        (
            "XSW7",
            holding(&format!(
                "<samlp:Extensions>{forged}</samlp:Extensions>{assertion}"
            )),
        ),
        // XSW8: the original in an object of the forged one's signature, with its own.
        (
            "XSW8",
            holding(&within(&forged, "</saml:Assertion>", &carrying(&assertion))),
        ),
        (
            "advice",
            holding(&forged.replace(
                "<saml:AuthnStatement",
                &format!("<saml:Advice>{assertion}</saml:Advice><saml:AuthnStatement"),
            )),
        ),
        (
            "the same id twice",
            holding(&format!(
                "{assertion}{}",
                forged.replace("_forged", "_assertion1")
            )),
        ),
        (
            "the id of the assertion at another element",
            holding(&format!(
                "<saml:Attribute ID=\"_assertion1\" Name=\"x\"/>{assertion}"
            )),
        ),
        (
            "two subjects",
            response.replace(
                "<saml:Subject>",
                "<saml:Subject><saml:NameID>admin</saml:NameID></saml:Subject><saml:Subject>",
            ),
        ),
        (
            "two names",
            response.replace(
                "<saml:NameID ",
                "<saml:NameID>admin</saml:NameID><saml:NameID ",
            ),
        ),
    ];
    for (name, xml) in cases {
        refused(name, &provider, &xml);
    }
}

#[test]
fn two_assertions_are_refused_even_if_the_provider_signs_both() {
    let provider = Provider::new();
    genuine(&provider);
    let response = Response::default();
    let both = format!("{}{}", response.assertion(), forged());
    let xml = provider.sign(&response.around(&both), true, super::provider::RSA_SHA256);
    refused("two", &provider, &xml);
}
