//! Changes to a genuine response by chance: whatever is believed is what was signed.

use cognate_backend::saml::SamlError;
use proptest::prelude::*;

use super::provider::{Provider, Response};
use super::{genuine, verify};

/// A change at one place.
#[derive(Debug, Clone)]
enum Change {
    Replace(u8),
    Insert(String),
    Delete(usize),
    Repeat(usize),
}

fn change() -> impl Strategy<Value = Change> {
    let markup = prop::sample::select(vec![
        "<",
        ">",
        "/>",
        "\"",
        "&amp;",
        "&#0;",
        "&x;",
        "<!--x-->",
        "<saml:NameID>admin</saml:NameID>",
        "<saml:Assertion/>",
        " ID=\"_assertion1\"",
        "<?x?>",
        "<![CDATA[",
        "\u{202e}",
        "xmlns:saml=\"x\"",
    ]);
    prop_oneof![
        any::<u8>().prop_map(|byte| Change::Replace(byte & 0x7f)),
        markup.prop_map(|text| Change::Insert(text.to_owned())),
        (1..400_usize).prop_map(Change::Delete),
        (1..400_usize).prop_map(Change::Repeat),
    ]
}

fn changed(xml: &str, at: usize, change: &Change) -> String {
    let (before, after) = xml.split_at(at);
    let cut = |length: usize| length.min(after.len());
    match change {
        Change::Replace(byte) => format!("{before}{}{}", char::from(*byte), &after[cut(1)..]),
        Change::Insert(text) => format!("{before}{text}{after}"),
        Change::Delete(length) => format!("{before}{}", &after[cut(*length)..]),
        Change::Repeat(length) => format!("{before}{}{after}", &after[..cut(*length)]),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_changed_response_is_refused_or_says_what_was_signed(place in 0.0..1.0_f64, change in change()) {
        let provider = Provider::new();
        let xml = SIGNED.with(Clone::clone);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a short text")]
        let at = (place * xml.len() as f64) as usize;
        let changed = changed(&xml, at, &change);
        let signed = verify(&provider, &xml).unwrap();
        if let Ok(believed) = verify(&provider, &changed) {
            prop_assert_eq!(believed, signed);
        }
    }

    #[test]
    fn a_change_within_the_signed_text_is_refused(letter in 0..36_usize, to in "[a-z0-9]") {
        let provider = Provider::new();
        let xml = SIGNED.with(Clone::clone);
        let text = "alice</saml:NameID>";
        let at = xml.find(text).unwrap() + letter % 5;
        prop_assume!(xml[at..=at] != to);
        let changed = format!("{}{to}{}", &xml[..at], &xml[at + 1..]);
        prop_assert!(verify(&provider, &changed).is_err());
    }
}

thread_local! {
    static SIGNED: String = genuine(&Provider::new());
}

#[test]
fn a_response_signed_as_a_whole_takes_no_change_at_all() {
    let provider = Provider::new();
    let xml = provider.signed_whole(&Response::default());
    let signed = verify(&provider, &xml).unwrap();
    // Each attribute value and text, by one letter.
    let places = xml.match_indices(['_', ':', '.', '-']).map(|(at, _)| at);
    let mut refused = 0;
    for at in places.step_by(3) {
        let changed = format!("{}X{}", &xml[..at], &xml[at + 1..]);
        match verify(&provider, &changed) {
            Ok(believed) => assert_eq!(believed, signed, "{at}"),
            Err(_) => refused += 1,
        }
    }
    assert!(refused > 20, "{refused}");
}

#[test]
fn a_time_that_is_none_is_refused_and_ends_nothing() {
    let provider = Provider::new();
    let xml = genuine(&provider);
    let (before, after) = xml.split_once("IssueInstant=\"").unwrap();
    let (_, after) = after.split_once('"').unwrap();
    for wrong in [
        "J",
        "20260J-01-01T00:00:00Z",
        "2026-J1-01T00:00:00Z",
        "",
        "+99999-01-01T00:00:00Z",
        "now",
    ] {
        let changed = format!("{before}IssueInstant=\"{wrong}\"{after}");
        assert_eq!(
            verify(&provider, &changed),
            Err(SamlError::Malformed),
            "{wrong}"
        );
    }
}
