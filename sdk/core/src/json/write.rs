//! Writing: objects and arrays, member by member ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259)).
//!
//! # Security model
//! What is written may hold passwords and tokens: the text is wiped when it is dropped, and also
//! where it was before it grew.

use alloc::string::String;
use core::mem;

use zeroize::{Zeroize, Zeroizing};

use super::StringMap;
#[cfg(feature = "account")]
use super::{NotJson, Value};

/// A JSON object that is being written. `Debug` is absent on purpose: members may be secret.
#[derive(Clone)]
#[expect(
    missing_debug_implementations,
    reason = "passwords, codes and tokens are among the members"
)]
pub struct Object(Text);

/// A JSON array that is being written.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "the elements may be secret")]
pub struct Array(Text);

/// JSON text up to here, wiped when dropped.
#[derive(Clone)]
struct Text(Zeroizing<String>);

impl Object {
    /// No members.
    #[must_use]
    pub fn new() -> Self {
        Self(Text::opened("{"))
    }

    /// Adds a string.
    pub fn text(&mut self, name: &str, value: &str) -> &mut Self {
        self.name(name).string(value);
        self
    }

    /// Adds a string if there is one.
    pub fn text_if(&mut self, name: &str, value: Option<&str>) -> &mut Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    /// Adds a whole number. JavaScript reads it exactly up to 2^53.
    pub fn integer(&mut self, name: &str, value: i64) -> &mut Self {
        self.name(name).integer(value);
        self
    }

    /// Adds a whole number that is not negative.
    pub fn whole(&mut self, name: &str, value: u64) -> &mut Self {
        self.name(name).digits(value);
        self
    }

    /// Adds `true` or `false`.
    pub fn boolean(&mut self, name: &str, value: bool) -> &mut Self {
        self.name(name).push(if value { "true" } else { "false" });
        self
    }

    /// Adds an object.
    pub fn object(&mut self, name: &str, value: &Self) -> &mut Self {
        self.name(name).nested(&value.0, "}");
        self
    }

    /// Adds an array.
    pub fn array(&mut self, name: &str, value: &Array) -> &mut Self {
        self.name(name).nested(&value.0, "]");
        self
    }

    /// Adds an object of strings.
    pub fn strings(&mut self, name: &str, value: &StringMap) -> &mut Self {
        let mut object = Self::new();
        for (name, value) in value.iter() {
            object.text(name, value);
        }
        self.object(name, &object)
    }

    /// The same object as `value`: what was read and is to be written again.
    ///
    /// # Errors
    /// [`NotJson`] for what is no object, and for numbers that are not whole.
    #[cfg(feature = "account")]
    pub fn copy_of(value: &impl Value) -> Result<Self, NotJson> {
        let mut copy = Self::new();
        for (name, value) in value.members().ok_or(NotJson)? {
            copy.name(&name).copy(&value)?;
        }
        Ok(copy)
    }

    /// The text.
    #[must_use]
    pub fn finish(mut self) -> Zeroizing<String> {
        self.0.push("}");
        self.0.0
    }

    fn name(&mut self, name: &str) -> &mut Text {
        self.0.separate();
        self.0.string(name);
        self.0.push(":");
        &mut self.0
    }
}

impl Array {
    /// No elements.
    #[must_use]
    pub fn new() -> Self {
        Self(Text::opened("["))
    }

    /// Adds a string.
    pub fn text(&mut self, value: &str) -> &mut Self {
        self.0.separate();
        self.0.string(value);
        self
    }

    /// Adds an object.
    pub fn object(&mut self, value: &Object) -> &mut Self {
        self.0.separate();
        self.0.nested(&value.0, "}");
        self
    }

    /// The text.
    #[must_use]
    pub fn finish(mut self) -> Zeroizing<String> {
        self.0.push("]");
        self.0.0
    }
}

impl Default for Object {
    fn default() -> Self {
        Self::new()
    }
}

impl Default for Array {
    fn default() -> Self {
        Self::new()
    }
}

impl Text {
    fn opened(bracket: &str) -> Self {
        let mut text = Self(Zeroizing::default());
        text.push(bracket);
        text
    }

    /// A value of any kind. What is of none is `null`.
    #[cfg(feature = "account")]
    fn copy(&mut self, value: &impl Value) -> Result<(), NotJson> {
        if value.is_object() {
            self.nested(&Object::copy_of(value)?.0, "}");
        } else if let Some(elements) = value.elements() {
            let mut copy = Array::new();
            for element in elements {
                copy.0.separate();
                copy.0.copy(&element)?;
            }
            self.nested(&copy.0, "]");
        } else if let Some(text) = value.text() {
            self.string(&text);
        } else if let Some(is_true) = value.boolean() {
            self.push(if is_true { "true" } else { "false" });
        } else if value.number().is_some() {
            self.integer(value.integer().ok_or(NotJson)?);
        } else {
            self.push("null");
        }
        Ok(())
    }

    fn integer(&mut self, value: i64) {
        if value < 0 {
            self.push("-");
        }
        self.digits(value.unsigned_abs());
    }

    /// The comma before all but the first.
    fn separate(&mut self) {
        // No value ends with an opening bracket: a string ends with its quotation mark.
        if !matches!(self.0.as_bytes().last(), Some(b'{' | b'[')) {
            self.push(",");
        }
    }

    fn nested(&mut self, text: &Self, bracket: &str) {
        self.push(&text.0);
        self.push(bracket);
    }

    fn string(&mut self, value: &str) {
        self.push("\"");
        for c in value.chars() {
            match c {
                '"' | '\\' => {
                    self.push("\\");
                    self.character(c);
                }
                '\0'..='\x1f' => {
                    self.push(if c < '\x10' { "\\u000" } else { "\\u001" });
                    self.character(char::from(b"0123456789abcdef"[c as usize & 15]));
                }
                _ => self.character(c),
            }
        }
        self.push("\"");
    }

    fn character(&mut self, c: char) {
        self.push(c.encode_utf8(&mut [0; 4]));
    }

    fn digits(&mut self, number: u64) {
        if number > 9 {
            self.digits(number / 10);
        }
        self.character(char::from(b'0' + (number % 10) as u8));
    }

    /// Grows into fresh memory and wipes the old: a growing `String` would leave copies behind.
    fn push(&mut self, part: &str) {
        let length = self.0.len() + part.len();
        if length > self.0.capacity() {
            let mut grown = String::with_capacity(length.max(2 * self.0.capacity()).max(64));
            grown.push_str(&self.0);
            mem::replace(&mut *self.0, grown).zeroize();
        }
        self.0.push_str(part);
    }
}
