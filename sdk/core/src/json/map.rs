//! Strings by name.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

/// A JSON object of strings, in the order of its members. There are a handful at most: a search from
/// the front is faster than a tree, and much smaller.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StringMap(Vec<(String, String)>);

impl StringMap {
    /// No members.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a member, in the place of one with the same name.
    pub fn insert(&mut self, name: String, value: String) {
        self.remove(&name);
        self.0.push((name, value));
    }

    /// Takes a member away.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(known, _)| *known != name);
    }

    /// The member of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter()
            .find(|(other, _)| *other == name)
            .map(|(_, value)| value)
    }

    /// Whether there is no member.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The members, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }
}

impl IntoIterator for StringMap {
    type Item = (String, String);
    type IntoIter = vec::IntoIter<(String, String)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<const N: usize> From<[(String, String); N]> for StringMap {
    fn from(members: [(String, String); N]) -> Self {
        Self(members.into())
    }
}
