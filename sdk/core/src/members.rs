//! The members of a JSON object whose values are text, in the order in which they were written.
//!
//! There are never more than a handful: looking through a list is as fast as a tree, and a tree is
//! 20 KB of the wasm.

use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Names and values. A name occurs once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Members<K, V>(Vec<(K, V)>);

impl<K: AsRef<str>, V> Members<K, V> {
    /// The value with this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&V> {
        self.iter()
            .find(|(known, _)| known.as_ref() == name)
            .map(|(_, value)| value)
    }

    /// Adds a member, in the place of one with the same name.
    pub fn insert(&mut self, name: K, value: V) {
        self.0.retain(|(known, _)| known.as_ref() != name.as_ref());
        self.0.push((name, value));
    }

    /// All members.
    pub fn iter(&self) -> impl Iterator<Item = &(K, V)> {
        self.0.iter()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<K, V> Default for Members<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: AsRef<str>, V> FromIterator<(K, V)> for Members<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(members: I) -> Self {
        let mut these = Self::default();
        members
            .into_iter()
            .for_each(|(name, value)| these.insert(name, value));
        these
    }
}

impl<K: AsRef<str>, V, const COUNT: usize> From<[(K, V); COUNT]> for Members<K, V> {
    fn from(members: [(K, V); COUNT]) -> Self {
        members.into_iter().collect()
    }
}

impl<K, V> IntoIterator for Members<K, V> {
    type Item = (K, V);
    type IntoIter = alloc::vec::IntoIter<(K, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<K: Serialize, V: Serialize> Serialize for Members<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl<'de, K, V> Deserialize<'de> for Members<K, V>
where
    K: AsRef<str> + Deserialize<'de>,
    V: Deserialize<'de>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Collect(PhantomData))
    }
}

struct Collect<K, V>(PhantomData<(K, V)>);

impl<'de, K, V> Visitor<'de> for Collect<K, V>
where
    K: AsRef<str> + Deserialize<'de>,
    V: Deserialize<'de>,
{
    type Value = Members<K, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of strings")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut members = Members::default();
        while let Some((name, value)) = access.next_entry()? {
            members.insert(name, value);
        }
        Ok(members)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::{String, ToString};

    use super::Members;

    type Text = Members<String, String>;

    #[test]
    fn an_object_keeps_its_order_and_the_last_of_equal_names() {
        let read: Text = serde_json::from_str(r#"{"b":"1","a":"2","b":"3"}"#).unwrap();
        assert_eq!(read.get("b").map(String::as_str), Some("3"));
        assert_eq!(read.get("c"), None);
        assert_eq!(
            serde_json::to_string(&read).unwrap(),
            r#"{"a":"2","b":"3"}"#
        );
    }

    #[test]
    fn what_is_not_an_object_of_text_is_refused() {
        for text in ["[]", "null", r#"{"a":1}"#, r#"{"a":null}"#, r#""a""#] {
            assert!(serde_json::from_str::<Text>(text).is_err(), "{text}");
        }
        assert_eq!(serde_json::from_str::<Text>("{}").unwrap(), Text::default());
        assert!(Text::from([("a".to_string(), "b".to_string())]) != Text::default());
    }
}
