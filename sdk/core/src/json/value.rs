//! Reading: what the platform's parser gave, one member at a time.

use alloc::string::String;
use alloc::vec::Vec;

use super::StringMap;

/// The text is not JSON, or a value not of the expected kind. Says no more, since it may be secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotJson;

/// A JSON value. What is asked of a value of another kind is `None`.
///
/// The methods that end in `_at` tell apart what is absent (`Ok(None)`, and so is `null`) from what is
/// there and of another kind (an error).
pub trait Value: Sized {
    /// Whether this is an object: not an array, not `null`.
    fn is_object(&self) -> bool;

    /// A member of an object that is not `null`. Required of the implementation: only the object's
    /// own members, of two with the same name the last.
    fn member(&self, name: &str) -> Option<Self>;

    /// A string.
    fn text(&self) -> Option<String>;

    /// A number.
    fn number(&self) -> Option<f64>;

    /// `true` or `false`.
    fn boolean(&self) -> Option<bool>;

    /// The elements of an array.
    fn elements(&self) -> Option<Vec<Self>>;

    /// The members of an object, those that are `null` among them.
    fn members(&self) -> Option<Vec<(String, Self)>>;

    /// A whole number, exact up to 2^53.
    fn integer(&self) -> Option<i64> {
        let number = self.number()?;
        // Cut off and compared: what is not whole, not finite or too large is not equal.
        let integer = number as i64;
        (integer as f64 == number).then_some(integer)
    }

    /// A whole number that is not negative.
    fn whole(&self) -> Option<u64> {
        self.integer().and_then(|integer| integer.try_into().ok())
    }

    /// An object whose members are all strings.
    fn strings(&self) -> Option<StringMap> {
        let mut strings = StringMap::new();
        for (name, value) in self.members()? {
            strings.insert(name, value.text()?);
        }
        Some(strings)
    }

    /// An array whose elements are all of the kind that `read` reads.
    fn list<T>(&self, read: fn(&Self) -> Option<T>) -> Option<Vec<T>> {
        let mut list = Vec::new();
        for element in self.elements()? {
            list.push(read(&element)?);
        }
        Some(list)
    }

    /// A member of the kind that `read` reads.
    ///
    /// # Errors
    /// [`NotJson`] for another kind.
    fn at<T>(&self, name: &str, read: fn(&Self) -> Option<T>) -> Result<Option<T>, NotJson> {
        match self.member(name) {
            Some(member) => read(&member).map(Some).ok_or(NotJson),
            None => Ok(None),
        }
    }

    /// A member that is a string.
    ///
    /// # Errors
    /// [`NotJson`] for another kind.
    fn text_at(&self, name: &str) -> Result<Option<String>, NotJson> {
        self.at(name, Self::text)
    }

    /// A member that is a whole number and not negative.
    ///
    /// # Errors
    /// [`NotJson`] for another kind.
    fn whole_at(&self, name: &str) -> Result<Option<u64>, NotJson> {
        self.at(name, Self::whole)
    }

    /// A member that is `true` or `false`.
    ///
    /// # Errors
    /// [`NotJson`] for another kind.
    fn boolean_at(&self, name: &str) -> Result<Option<bool>, NotJson> {
        self.at(name, Self::boolean)
    }

    /// A member that is an object of strings.
    ///
    /// # Errors
    /// [`NotJson`] for another kind.
    fn strings_at(&self, name: &str) -> Result<Option<StringMap>, NotJson> {
        self.at(name, Self::strings)
    }
}
