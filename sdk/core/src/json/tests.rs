use alloc::string::{String, ToString};
use alloc::vec::Vec;

use proptest::prelude::*;
use serde_json::json;

use super::{Array, Object, StringMap, Value};

/// What the tests' platform has for values.
#[derive(Debug, Clone, PartialEq)]
struct Parsed(serde_json::Value);

impl Value for Parsed {
    fn is_object(&self) -> bool {
        self.0.is_object()
    }

    fn member(&self, name: &str) -> Option<Self> {
        let member = self.0.as_object()?.get(name)?;
        (!member.is_null()).then(|| Self(member.clone()))
    }

    fn text(&self) -> Option<String> {
        self.0.as_str().map(ToString::to_string)
    }

    fn number(&self) -> Option<f64> {
        self.0.as_f64()
    }

    fn boolean(&self) -> Option<bool> {
        self.0.as_bool()
    }

    fn elements(&self) -> Option<Vec<Self>> {
        Some(self.0.as_array()?.iter().cloned().map(Self).collect())
    }

    fn members(&self) -> Option<Vec<(String, Self)>> {
        let members = self.0.as_object()?.iter();
        Some(members.map(|(k, v)| (k.clone(), Self(v.clone()))).collect())
    }
}

fn read(object: Object) -> serde_json::Value {
    serde_json::from_str(&object.finish()).unwrap()
}

proptest! {
    #[test]
    fn any_text_is_read_back_by_another_parser(name in any::<String>(), value in any::<String>()) {
        let mut object = Object::new();
        object.text(&name, &value);
        prop_assert_eq!(read(object), json!({ name: value }));
    }

    #[test]
    fn any_number_is_read_back_by_another_parser(integer in any::<i64>(), whole in any::<u64>()) {
        let mut object = Object::new();
        object.integer("integer", integer).whole("whole", whole);
        prop_assert_eq!(read(object), json!({"integer": integer, "whole": whole}));
    }

    #[test]
    fn control_characters_are_escaped(value in "[\u{0}-\u{1f}\"\\\\a]*") {
        let mut array = Array::new();
        array.text(&value);
        let text = array.finish();
        prop_assert!(text.bytes().all(|byte| byte >= 0x20));
        prop_assert_eq!(serde_json::from_str::<Vec<String>>(&text).unwrap(), [value]);
    }

    #[test]
    fn whole_numbers_are_exact_and_others_are_none(number in any::<f64>(), integer in -(1i64 << 53)..(1 << 53)) {
        let expected = (number % 1.0 == 0.0 && number.abs() < 9.2e18).then_some(number as i64);
        prop_assert_eq!(Parsed(json!(number)).integer(), expected);
        prop_assert_eq!(Parsed(json!(integer)).integer(), Some(integer));
        prop_assert_eq!(Parsed(json!(integer)).whole(), u64::try_from(integer).ok());
    }
}

#[test]
fn objects_and_arrays_nest() {
    let mut attribute = Object::new();
    attribute.text("Name", "email").text_if("Value", None);
    let mut attributes = Array::new();
    attributes
        .object(&attribute)
        .object(&Object::new())
        .text("{");
    let mut object = Object::new();
    let strings = StringMap::from([("a".into(), "1".into()), ("b".into(), "[".into())]);
    object
        .array("list", &attributes)
        .array("none", &Array::new())
        .strings("strings", &strings)
        .boolean("yes", true)
        .boolean("no", false);
    assert_eq!(
        read(object),
        json!({"list": [{"Name": "email"}, {}, "{"], "none": [],
            "strings": {"a": "1", "b": "["}, "yes": true, "no": false})
    );
}

#[test]
fn a_member_of_another_kind_is_an_error_and_null_is_absent() {
    let value = Parsed(
        json!({"text": 1, "whole": -1, "boolean": "true", "strings": {"a": 1},
        "null": null, "list": ["x"]}),
    );
    assert!(value.text_at("text").is_err());
    assert!(value.whole_at("whole").is_err());
    assert!(value.boolean_at("boolean").is_err());
    assert!(value.strings_at("strings").is_err());
    assert!(value.strings_at("list").is_err());
    for absent in ["null", "nothing"] {
        assert_eq!(value.text_at(absent), Ok(None));
        assert_eq!(value.strings_at(absent), Ok(None));
    }
}

#[test]
fn a_map_keeps_its_order_and_the_last_of_equal_names() {
    let mut map = StringMap::new();
    for (name, value) in [("b", "1"), ("a", "2"), ("b", "3")] {
        map.insert(name.into(), value.into());
    }
    assert_eq!(map.iter().collect::<Vec<_>>(), [("a", "2"), ("b", "3")]);
    assert_eq!((map.get("b"), map.get("c")), (Some("3"), None));
}
