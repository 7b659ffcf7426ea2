//! Text, put together and taken apart.
//!
//! The standard library does this too, with searches that are made for long texts and any pattern:
//! 5 KB of the wasm.

use alloc::string::String;

/// The parts one after the other.
#[must_use]
pub fn joined(parts: &[&str]) -> String {
    let mut text = String::new();
    for part in parts {
        text.push_str(part);
    }
    text
}

/// A number as people write it. The package's wasm has no formatting: `to_string` of a number would give zero bytes there.
#[cfg(feature = "identity")]
pub(crate) fn decimal(number: u32) -> String {
    let mut text = match number {
        0..=9 => String::new(),
        _ => decimal(number / 10),
    };
    text.push(char::from(b'0' + (number % 10) as u8));
    text
}

/// What is before and after the first of this ASCII character, which is in neither.
pub(crate) fn split(text: &str, at: u8) -> Option<(&str, &str)> {
    let before = text.bytes().position(|byte| byte == at)?;
    Some((text.get(..before)?, text.get(before + 1..)?))
}

/// What is before the first of this ASCII character: everything when there is none.
pub(crate) fn before(text: &str, end: u8) -> &str {
    split(text, end).map_or(text, |(before, _)| before)
}

/// One line of a text, counted from 0: empty where there is none.
pub(crate) fn line(text: &'static str, index: usize) -> &'static str {
    let mut rest = text;
    for _ in 0..index {
        rest = split(rest, b'\n').map_or("", |(_, after)| after);
    }
    before(rest, b'\n')
}

/// Whether `part` is somewhere in the text.
pub(crate) fn contains(text: &str, part: &str) -> bool {
    let mut places = text.as_bytes().windows(part.len());
    places.any(|place| place == part.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_split_at_the_first_of_a_character() {
        assert_eq!(split("a.é.c", b'.'), Some(("a", "é.c")));
        assert_eq!(split(".", b'.'), Some(("", "")));
        assert_eq!(split("ab", b'.'), None);
        assert_eq!((before("é:1", b':'), before("é", b':')), ("é", "é"));
    }

    #[test]
    fn lines_are_counted_from_0_and_there_is_none_after_the_last() {
        let lines: [_; 4] = core::array::from_fn(|index| line("a\nbé\n\nc", index));
        assert_eq!(lines, ["a", "bé", "", "c"]);
        assert_eq!((line("a", 1), line("", 0)), ("", ""));
    }

    #[test]
    fn a_part_is_found_anywhere() {
        assert!(contains("abc", "bc") && contains("abc", "a") && contains("abc", "abc"));
        assert!(!contains("abc", "ac") && !contains("", "a") && !contains("ab", "abc"));
    }

    #[test]
    #[cfg(feature = "identity")]
    fn numbers_are_written_in_digits() {
        for number in [0, 9, 10, 900, 43_200, u32::MAX] {
            assert_eq!(decimal(number), std::string::ToString::to_string(&number));
        }
    }

    #[test]
    fn parts_are_joined_in_order() {
        assert_eq!(joined(&["a", "", "é"]), "aé");
    }
}
