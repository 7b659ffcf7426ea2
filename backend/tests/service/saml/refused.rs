//! What the provider really signed and is not for us, not now, or not about somebody; and what is no message at all.

use cognate_backend::saml::SamlError::{
    Audience, InResponseTo, Issuer, Malformed, Protocol, Refused, Subject, Time, TooLarge,
};
use cognate_backend::saml::document::{DEEPEST, LONGEST_MESSAGE};
use cognate_backend::saml::{Expected, SamlError};

use super::provider::{self, Provider, Response, service, service_of};
use super::{NOW, REQUEST, genuine, verify, verify_at};

#[test]
fn what_is_signed_for_others_is_refused() {
    let provider = Provider::new();
    genuine(&provider);
    let good = Response::default;
    let elsewhere = "https://auth.example.com/saml2/other";
    let cases: [(&str, &[SamlError], Response<'_>); 14] = [
        (
            "audience",
            &[Audience],
            Response {
                audience: "urn:amazon:cognito:sp:us-east-1_other".into(),
                ..good()
            },
        ),
        (
            "recipient",
            &[Audience],
            Response {
                recipient: elsewhere,
                ..good()
            },
        ),
        (
            "destination",
            &[Audience],
            Response {
                destination: elsewhere,
                ..good()
            },
        ),
        (
            "issuer",
            &[Issuer],
            Response {
                issuer: "https://other.example.com",
                ..good()
            },
        ),
        (
            "another request",
            &[InResponseTo],
            Response {
                in_response_to: Some("_request2"),
                ..good()
            },
        ),
        (
            "confirmed for another request",
            &[InResponseTo],
            Response {
                confirmed_for: Some("_request2"),
                ..good()
            },
        ),
        (
            "over",
            &[Time],
            Response {
                not_on_or_after: "2026-11-22T23:56:59Z",
                not_before: "2026-11-22T23:50:00Z",
                ..good()
            },
        ),
        (
            "not yet",
            &[Time],
            Response {
                not_before: "2026-11-23T00:03:01Z",
                ..good()
            },
        ),
        (
            "no time",
            &[Time, Protocol, Malformed],
            Response {
                not_on_or_after: "soon",
                ..good()
            },
        ),
        (
            "status",
            &[Refused],
            Response {
                status: "urn:oasis:names:tc:SAML:2.0:status:Responder",
                ..good()
            },
        ),
        (
            "not bearer",
            &[Subject],
            Response {
                method: "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches",
                ..good()
            },
        ),
        (
            "transient",
            &[Subject],
            Response {
                format: "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
                ..good()
            },
        ),
        (
            "nobody",
            &[Subject, Protocol],
            Response {
                name_id: "",
                ..good()
            },
        ),
        (
            "blank",
            &[Subject, Protocol],
            Response {
                name_id: "  ",
                ..good()
            },
        ),
    ];
    for (name, expected, response) in cases {
        for xml in [provider.signed(&response), provider.signed_whole(&response)] {
            let error = verify(&provider, &xml).expect_err(name);
            assert!(expected.contains(&error), "{name}: {error:?}");
        }
    }
}

#[test]
fn an_assertion_without_audience_recipient_or_end_is_refused() {
    let provider = Provider::new();
    genuine(&provider);
    let xml = Response::default().xml();
    let audience = "<saml:AudienceRestriction><saml:Audience>urn:amazon:cognito:sp:us-east-1_saml</saml:Audience></saml:AudienceRestriction>";
    let end = " NotOnOrAfter=\"2026-11-23T00:05:00Z\"";
    let recipient = format!(" Recipient=\"{}\"", provider::ANSWER_ADDRESS);
    for part in [audience, end, &recipient] {
        assert!(xml.contains(part), "{part}");
        let xml = provider.sign(&xml.replace(part, ""), false, provider::RSA_SHA256);
        assert!(verify(&provider, &xml).is_err(), "{part}");
    }
}

#[test]
fn times_are_good_within_the_skew_and_no_longer() {
    let provider = Provider::new();
    let xml = genuine(&provider);
    let (begins, ends) = (NOW - 60, NOW + 300);
    for (now, is_good) in [
        (begins - 181, false),
        (begins - 179, true),
        (ends + 179, true),
        (ends + 181, false),
    ] {
        let outcome = verify_at(&provider, &xml, now);
        assert_eq!(outcome.is_ok(), is_good, "{now}: {outcome:?}");
    }
}

#[test]
fn another_pool_does_not_take_it() {
    let provider = Provider::new();
    let response = provider::encode(&genuine(&provider));
    let expected = Expected::Request(REQUEST);
    let other = service_of("us-east-1_other");
    let outcome = other.verify(&provider.metadata(), &response, expected, NOW);
    assert_eq!(outcome, Err(Audience));
}

#[test]
fn markup_that_no_provider_sends_is_refused_before_it_is_parsed() {
    let provider = Provider::new();
    let xml = genuine(&provider);
    let entity = r#"<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>"#;
    let bomb = r#"<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>"#;
    for (name, hostile) in [
        (
            "external entity",
            format!("{entity}{}", xml.replace(">alice<", ">&x;<")),
        ),
        (
            "entity bomb",
            format!("{bomb}{}", xml.replace(">alice<", ">&c;<")),
        ),
        ("document type alone", format!("<!DOCTYPE r>{xml}")),
        (
            "comment in the name",
            xml.replace(">alice<", ">al<!-- -->ice<"),
        ),
        (
            "comment in an attribute",
            xml.replace("alice@example.com", "alice@example.com<!---->.evil.org"),
        ),
        ("CDATA", xml.replace(">alice<", "><![CDATA[alice]]><")),
        ("instruction", xml.replace(">alice<", ">al<?x?>ice<")),
    ] {
        assert_eq!(verify(&provider, &hostile), Err(Malformed), "{name}");
    }
}

/// Truncation at a comment turns `admin<!---->.evil.org` into `admin`, under a signature that holds.
#[test]
fn a_comment_that_was_signed_is_refused_as_well() {
    let provider = Provider::new();
    let response = Response {
        name_id: "admin<!---->.evil.org",
        ..Response::default()
    };
    let xml = provider.signed(&Response {
        name_id: "admin.evil.org",
        ..Response::default()
    });
    assert_eq!(verify(&provider, &xml).unwrap().subject, "admin.evil.org");
    assert_eq!(
        verify(&provider, &provider.signed(&response)),
        Err(Malformed)
    );
}

#[test]
fn bounds_hold() {
    let provider = Provider::new();
    let nested = |depth: usize| {
        let value = format!("{}x{}", "<v>".repeat(depth), "</v>".repeat(depth));
        let attribute = format!(
            "<saml:Attribute Name=\"n\"><saml:AttributeValue>{value}</saml:AttributeValue></saml:Attribute>"
        );
        provider.signed(&Response {
            attributes: &attribute,
            ..Response::default()
        })
    };
    assert!(verify(&provider, &nested(3)).is_ok());
    assert_eq!(verify(&provider, &nested(DEEPEST)), Err(Malformed));
    let long = |bytes: usize| {
        let value = "x".repeat(bytes);
        let attribute = format!(
            "<saml:Attribute Name=\"n\"><saml:AttributeValue>{value}</saml:AttributeValue></saml:Attribute>"
        );
        provider.signed(&Response {
            attributes: &attribute,
            ..Response::default()
        })
    };
    assert!(verify(&provider, &long(LONGEST_MESSAGE / 2)).is_ok());
    assert_eq!(verify(&provider, &long(LONGEST_MESSAGE)), Err(TooLarge));
    // Too deep for any parser, short enough for the first bound.
    let deep = "<a>".repeat(20_000);
    assert_eq!(verify(&provider, &deep), Err(Malformed));
}

#[test]
fn what_is_no_message_is_refused() {
    let provider = Provider::new();
    let xml = genuine(&provider);
    let take = |response: &str| {
        let expected = Expected::Request(REQUEST);
        service().verify(&provider.metadata(), response, expected, NOW)
    };
    let encoded = provider::encode(&xml);
    let lines: Vec<&str> = encoded
        .as_bytes()
        .chunks(76)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    assert!(take(&lines.join("\r\n")).is_ok(), "base64 in lines");
    for (name, response) in [
        ("nothing", String::new()),
        ("no base64", "*".repeat(40)),
        (
            "base64 with something in it",
            encoded.replacen('A', "\0", 1),
        ),
        ("cut short", encoded[..encoded.len() - 8].to_owned()),
        ("not UTF-8", "/////w==".to_owned()),
        ("not XML", provider::encode("{}")),
        (
            "another document",
            provider::encode(
                "<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\"/>",
            ),
        ),
        (
            "only the assertion",
            provider::encode(&Response::default().assertion()),
        ),
        ("two documents", provider::encode(&format!("{xml}{xml}"))),
    ] {
        assert_eq!(take(&response), Err(Malformed), "{name}");
    }
}
