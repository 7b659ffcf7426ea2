//! Against `serde_json`, which nobody here wrote: the same text in, the same values out.

use std::prelude::v1::*;
use std::{collections::BTreeMap, vec};

use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::*;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Kind {
    Plain,
    Wrapped(String),
    Full {
        missing: Vec<String>,
        more: BTreeMap<String, String>,
    },
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Loose {
    kind: Option<Kind>,
    user_name: Option<String>,
    expires_in: u32,
    offset: i64,
    confirmed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    nested: Option<Box<Self>>,
}

fn read_value(text: &str) -> Result<Value, NotJson> {
    from_str(text)
}

#[test]
fn every_shape_of_enum_survives_the_way_out_and_back() {
    for kind in [
        Kind::Plain,
        Kind::Wrapped("a\"b".into()),
        Kind::Full {
            missing: vec!["name".into(), "email".into()],
            more: BTreeMap::new(),
        },
    ] {
        let loose = Loose {
            kind: Some(kind),
            offset: -42,
            ..Loose::default()
        };
        let text = to_string(&loose).unwrap();
        assert_eq!(text, serde_json::to_string(&loose).unwrap());
        assert_eq!(from_str::<Loose>(&text).unwrap(), loose);
    }
}

#[test]
fn unknown_members_are_ignored_and_null_is_absent() {
    let text = r#" { "unknown" : [1, {"deep": [true, null, -1.5e-3]}], "kind": null, "expiresIn": 3600 } "#;
    let loose: Loose = from_str(text).unwrap();
    assert_eq!(
        loose,
        Loose {
            expires_in: 3600,
            ..Loose::default()
        }
    );
}

#[test]
fn whole_numbers_may_be_written_with_a_fraction_or_an_exponent() {
    for (text, seconds) in [
        ("1.70057487582E9", 1_700_574_875.82),
        ("1.7E9", 1.7e9),
        ("12.50", 12.5),
    ] {
        let read = from_str::<f64>(text).unwrap();
        assert!((read - seconds).abs() < 1e-3, "{text}: {read}");
    }
    assert_eq!(from_str::<u64>("1.7E9"), Ok(1_700_000_000));
    assert_eq!(from_str::<u64>("36e2"), Ok(3_600));
}

#[test]
fn what_is_not_json_is_refused() {
    for text in [
        "",
        " ",
        "{",
        "}",
        "[1,]",
        "{\"a\":1,}",
        "[1 2]",
        "{\"a\" 1}",
        "{a:1}",
        "'a'",
        "\"a",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\\ud800\\u0041\"",
        "\"\n\"",
        "01",
        "-",
        "1.",
        ".5",
        "1e",
        "+1",
        "tru",
        "nul",
        "1 1",
        "[1}",
        "{\"a\":1]",
        "<html>",
        "{\"a\":1}x",
        "1e99999",
        "NaN",
    ] {
        assert!(
            serde_json::from_str::<Value>(text).is_err(),
            "the oracle takes {text:?}"
        );
        assert_eq!(read_value(text), Err(NotJson), "{text:?}");
    }
}

#[test]
fn nesting_is_bounded() {
    let deep = |levels| ["[".repeat(levels), "]".repeat(levels)].concat();
    assert!(read_value(&deep(32)).is_ok());
    assert_eq!(read_value(&deep(33)), Err(NotJson));
    assert_eq!(read_value(&deep(1_000_000)), Err(NotJson));
}

#[test]
fn what_has_no_json_form_here_is_refused() {
    assert_eq!(to_string(&1.5_f64), Err(NotJson));
    assert_eq!(to_string(&BTreeMap::from([(1, "a")])), Err(NotJson));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn reads_what_serde_json_writes(value in any_json()) {
        prop_assert_eq!(read_value(&value.to_string()).unwrap(), value.clone());
        prop_assert_eq!(read_value(&serde_json::to_string_pretty(&value).unwrap()).unwrap(), value);
    }

    #[test]
    fn serde_json_reads_what_is_written(value in any_json()) {
        let text = to_string(&value).unwrap();
        prop_assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }

    #[test]
    fn arbitrary_text_is_read_like_serde_json_or_refused(text in "[\\[\\]{}:,\"\\\\a-c0-2.eE+\\- ntu]{0,24}") {
        if let (Ok(ours), Ok(theirs)) = (read_value(&text), serde_json::from_str::<Value>(&text)) {
            // Fractions are approximate here, and whole ones become integers.
            if !text.contains(['.', 'e', 'E']) {
                prop_assert_eq!(ours, theirs);
            }
        } else {
            let (ours, theirs) = (read_value(&text).is_ok(), serde_json::from_str::<Value>(&text).is_ok());
            prop_assert!(!ours || theirs, "{:?} is not JSON", text);
        }
    }
}
