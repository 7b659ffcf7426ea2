//! Text to types ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259)).

use alloc::string::String;
use alloc::vec::Vec;

use serde::de::{DeserializeOwned, DeserializeSeed, EnumAccess, IntoDeserializer, MapAccess};
use serde::de::{SeqAccess, VariantAccess, Visitor};
use serde::{Deserializer, forward_to_deserialize_any};

use super::NotJson;

/// Reads one JSON value and nothing after it.
///
/// # Errors
/// [`NotJson`].
pub fn from_str<T: DeserializeOwned>(text: &str) -> Result<T, NotJson> {
    let mut reader = Reader {
        rest: text.as_bytes(),
        depth: 0,
    };
    let value = T::deserialize(&mut reader)?;
    match reader.peek() {
        None => Ok(value),
        Some(_) => Err(NotJson),
    }
}

struct Reader<'a> {
    /// UTF-8 throughout: it is only ever cut at ASCII characters.
    rest: &'a [u8],
    depth: u8,
}

impl Reader<'_> {
    /// The next byte that is not white space.
    fn peek(&mut self) -> Option<u8> {
        while let Some((b' ' | b'\t' | b'\n' | b'\r', rest)) = self.rest.split_first() {
            self.rest = rest;
        }
        self.rest.first().copied()
    }

    fn next(&mut self) -> Result<u8, NotJson> {
        let (first, rest) = self.rest.split_first().ok_or(NotJson)?;
        self.rest = rest;
        Ok(*first)
    }

    fn expect(&mut self, wanted: u8) -> Result<(), NotJson> {
        match self.peek() {
            Some(found) if found == wanted => self.next().map(drop),
            _ => Err(NotJson),
        }
    }

    fn word(&mut self, word: &str) -> Result<(), NotJson> {
        self.rest = self.rest.strip_prefix(word.as_bytes()).ok_or(NotJson)?;
        Ok(())
    }

    fn string(&mut self) -> Result<String, NotJson> {
        self.expect(b'"')?;
        let mut text = Vec::new();
        loop {
            match self.next()? {
                b'"' => break,
                b'\\' => {
                    let character = self.escaped()?;
                    text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                }
                0..0x20 => return Err(NotJson),
                byte => text.push(byte),
            }
        }
        String::from_utf8(text).map_err(|_| NotJson)
    }

    fn escaped(&mut self) -> Result<char, NotJson> {
        Ok(match self.next()? {
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            byte @ (b'"' | b'\\' | b'/') => byte.into(),
            b'u' => {
                let first = self.unit()?;
                if (0xd800..0xdc00).contains(&first) {
                    self.word("\\u")?;
                    let second = self.unit()?;
                    let low = second
                        .checked_sub(0xdc00)
                        .filter(|low| *low < 0x400)
                        .ok_or(NotJson)?;
                    char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + low).ok_or(NotJson)?
                } else {
                    // A lone low surrogate is not a character, and refused here.
                    char::from_u32(first).ok_or(NotJson)?
                }
            }
            _ => return Err(NotJson),
        })
    }

    fn unit(&mut self) -> Result<u32, NotJson> {
        (0..4).try_fold(0, |unit, _| {
            let digit = char::from(self.next()?).to_digit(16).ok_or(NotJson)?;
            Ok(unit << 4 | digit)
        })
    }

    /// The digits at the front.
    fn digits(&mut self) -> &[u8] {
        let end = self.rest.iter().position(|byte| !byte.is_ascii_digit());
        let (digits, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        digits
    }

    fn number(&mut self) -> Result<Number, NotJson> {
        self.peek();
        let negative = self.rest.first() == Some(&b'-');
        if negative {
            self.next()?;
        }
        let whole = self.digits();
        if whole.is_empty() || (whole.len() > 1 && whole.starts_with(b"0")) {
            return Err(NotJson);
        }
        let exact = whole.iter().try_fold(0_u64, |sum, digit| {
            sum.checked_mul(10)?.checked_add(u64::from(digit - b'0'))
        });
        let mut value = approximate(0.0, whole);
        let mut exponent = 0_i32;
        let mut is_whole = true;
        if self.rest.first() == Some(&b'.') {
            is_whole = false;
            self.next()?;
            let fraction = self.digits();
            if fraction.is_empty() {
                return Err(NotJson);
            }
            value = approximate(value, fraction);
            exponent = i32::try_from(fraction.len())
                .map_err(|_| NotJson)?
                .wrapping_neg();
        }
        if let Some(b'e' | b'E') = self.rest.first() {
            is_whole = false;
            self.next()?;
            let minus = self.rest.first() == Some(&b'-');
            if let Some(b'+' | b'-') = self.rest.first() {
                self.next()?;
            }
            let digits = self.digits();
            if digits.is_empty() || digits.len() > 4 {
                return Err(NotJson);
            }
            let power = digits
                .iter()
                .fold(0, |sum, digit| sum * 10 + i32::from(digit - b'0'));
            exponent += if minus { -power } else { power };
        }
        let by = |value: f64, _| {
            if exponent < 0 {
                value / 10.0
            } else {
                value * 10.0
            }
        };
        let value = (0..exponent.unsigned_abs()).fold(value, by);
        Ok(match exact {
            Some(whole) if is_whole && !negative => Number::Natural(whole),
            Some(whole) if is_whole => {
                Number::Integer(0_i64.checked_sub_unsigned(whole).ok_or(NotJson)?)
            }
            // Timestamps come as `1.7E9` too: what is whole may be read as an integer.
            _ if !negative && value < 9e15 && whole_number(value) => Number::Natural(as_u64(value)),
            _ => Number::Fraction(if negative { -value } else { value }),
        })
    }

    fn open(&mut self, bracket: u8) -> Result<(), NotJson> {
        self.expect(bracket)?;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            Err(NotJson)
        } else {
            Ok(())
        }
    }

    fn close(&mut self, bracket: u8) -> Result<(), NotJson> {
        self.depth -= 1;
        self.expect(bracket)
    }

    /// Goes past one value.
    fn skip(&mut self) -> Result<(), NotJson> {
        match self.peek().ok_or(NotJson)? {
            b'"' => self.string().map(drop),
            b't' => self.word("true"),
            b'f' => self.word("false"),
            b'n' => self.word("null"),
            bracket @ (b'{' | b'[') => {
                self.open(bracket)?;
                let mut items = Items {
                    reader: self,
                    first: true,
                };
                while items.advance()? {
                    if bracket == b'{' {
                        items.reader.string()?;
                        items.reader.expect(b':')?;
                    }
                    items.reader.skip()?;
                }
                // In ASCII the closing brackets come two after the opening ones.
                self.close(bracket + 2)
            }
            _ => self.number().map(drop),
        }
    }
}

enum Number {
    Natural(u64),
    Integer(i64),
    Fraction(f64),
}

/// Every kind of value has its own method that knows no other: what a type cannot be is not compiled
/// for it. Only `deserialize_any` has all branches.
impl<'de> Deserializer<'de> for &mut Reader<'_> {
    type Error = NotJson;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotJson> {
        match self.peek().ok_or(NotJson)? {
            b'"' => self.deserialize_string(visitor),
            b'{' => self.deserialize_map(visitor),
            b'[' => self.deserialize_seq(visitor),
            b't' | b'f' => self.deserialize_bool(visitor),
            b'n' => self.deserialize_unit(visitor),
            _ => self.deserialize_f64(visitor),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotJson> {
        visitor.visit_string(self.string()?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotJson> {
        self.deserialize_string(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotJson> {
        self.deserialize_string(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotJson> {
        self.open(b'{')?;
        let value = visitor.visit_map(Items {
            reader: self,
            first: true,
        })?;
        self.close(b'}')?;
        Ok(value)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, NotJson> {
        self.deserialize_map(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotJson> {
        self.open(b'[')?;
        let value = visitor.visit_seq(Items {
            reader: self,
            first: true,
        })?;
        self.close(b']')?;
        Ok(value)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotJson> {
        let value = self.peek() == Some(b't');
        self.word(if value { "true" } else { "false" })?;
        visitor.visit_bool(value)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotJson> {
        self.peek();
        self.word("null")?;
        visitor.visit_unit()
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotJson> {
        match self.number()? {
            Number::Natural(value) => visitor.visit_u64(value),
            _ => Err(NotJson),
        }
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotJson> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotJson> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotJson> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotJson> {
        match self.number()? {
            Number::Natural(value) => visitor.visit_u64(value),
            Number::Integer(value) => visitor.visit_i64(value),
            Number::Fraction(_) => Err(NotJson),
        }
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotJson> {
        match self.number()? {
            Number::Natural(value) => visitor.visit_u64(value),
            Number::Integer(value) => visitor.visit_i64(value),
            Number::Fraction(value) => visitor.visit_f64(value),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotJson> {
        self.skip()?;
        visitor.visit_unit()
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotJson> {
        if self.peek() == Some(b'n') {
            self.word("null")?;
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, NotJson> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, NotJson> {
        match self.peek() {
            Some(b'{') => {
                self.open(b'{')?;
                let value = visitor.visit_enum(Variant { reader: self })?;
                self.close(b'}')?;
                Ok(value)
            }
            _ => visitor.visit_enum(self.string()?.into_deserializer()),
        }
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u128 f32 char bytes byte_buf unit_struct tuple tuple_struct
    }
}

/// The items of an array or the members of an object.
struct Items<'r, 'a> {
    reader: &'r mut Reader<'a>,
    first: bool,
}

impl Items<'_, '_> {
    /// Goes to the next item, if there is one.
    fn advance(&mut self) -> Result<bool, NotJson> {
        let first = core::mem::replace(&mut self.first, false);
        match self.reader.peek() {
            Some(b'}' | b']') => Ok(false),
            Some(b',') if !first => {
                self.reader.next()?;
                // A comma promises another item.
                match self.reader.peek() {
                    Some(b'}' | b']') => Err(NotJson),
                    _ => Ok(true),
                }
            }
            _ if first => Ok(true),
            _ => Err(NotJson),
        }
    }
}

impl<'de> SeqAccess<'de> for Items<'_, '_> {
    type Error = NotJson;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, NotJson> {
        if !self.advance()? {
            return Ok(None);
        }
        seed.deserialize(&mut *self.reader).map(Some)
    }
}

impl<'de> MapAccess<'de> for Items<'_, '_> {
    type Error = NotJson;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, NotJson> {
        if !self.advance()? {
            return Ok(None);
        }
        let key = self.reader.string()?;
        self.reader.expect(b':')?;
        seed.deserialize(key.into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, NotJson> {
        seed.deserialize(&mut *self.reader)
    }
}

/// An enum variant with content: `{"name": content}`.
struct Variant<'r, 'a> {
    reader: &'r mut Reader<'a>,
}

impl<'de> EnumAccess<'de> for Variant<'_, '_> {
    type Error = NotJson;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), NotJson> {
        let name: String = self.reader.string()?;
        self.reader.expect(b':')?;
        Ok((seed.deserialize(name.into_deserializer())?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, '_> {
    type Error = NotJson;

    fn unit_variant(self) -> Result<(), NotJson> {
        Err(NotJson)
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, NotJson> {
        seed.deserialize(self.reader)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, NotJson> {
        self.reader.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, NotJson> {
        self.reader.deserialize_map(visitor)
    }
}

fn approximate(start: f64, digits: &[u8]) -> f64 {
    digits
        .iter()
        .fold(start, |value, digit| value * 10.0 + f64::from(digit - b'0'))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "only called for values from 0 to 9e15"
)]
fn as_u64(value: f64) -> u64 {
    value as u64
}

#[expect(
    clippy::float_cmp,
    clippy::cast_precision_loss,
    reason = "asks whether nothing is lost"
)]
fn whole_number(value: f64) -> bool {
    as_u64(value) as f64 == value
}

const MAX_DEPTH: u8 = 32;
