//! Queries of addresses, read.

use alloc::string::String;
use alloc::vec::Vec;

/// The parameters of a query, in its order; `None` when something is not validly encoded.
pub(super) fn parse(query: &str) -> Option<Vec<(String, String)>> {
    let mut parameters = Vec::new();
    for part in query.as_bytes().split(|&b| b == b'&') {
        if part.is_empty() {
            continue;
        }
        let end = part.iter().position(|&b| b == b'=').unwrap_or(part.len());
        let (name, value) = (part.get(..end)?, part.get(end + 1..).unwrap_or_default());
        parameters.push((decoded(name)?, decoded(value)?));
    }
    Some(parameters)
}

fn decoded(text: &[u8]) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(&byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => hex_value(*rest.next()?)? << 4 | hex_value(*rest.next()?)?,
            _ => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

fn hex_value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::Form;
    use alloc::vec;
    use proptest::prelude::*;

    #[test]
    fn a_query_is_read_as_browsers_and_services_write_it() {
        let pair = |name: &str, value: &str| (name.into(), value.into());
        let read = vec![
            pair("a", "b c d"),
            pair("b", "x=y"),
            pair("c", ""),
            pair("", "z"),
        ];
        assert_eq!(parse("a=b+c%20d&&b=x=y&c&=z"), Some(read));
        assert_eq!(parse(""), Some(vec![]));
        for broken in ["a=%", "a=%4", "a=%g1", "a=%+1", "a=%ff"] {
            assert_eq!(parse(broken), None, "{broken}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(pairs in proptest::collection::vec(("[a-z_]{1,8}", ".{0,40}"), 0..6)) {
            let mut form = Form::new();
            for (name, value) in &pairs {
                form.add(name, value);
            }
            prop_assert_eq!(parse(&form.finish()), Some(pairs));
        }
    }
}
