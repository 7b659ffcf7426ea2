//! The published way to write a comma in a value, `\,`, for a reader that knows quotes only.

use std::io::{self, Read};

/// What stands for such a comma until the values are apart: a control character that no value may have.
pub(super) const COMMA: char = '\u{1f}';

/// The most bytes of one record: a quote that never ends would otherwise take the rest of the file.
const LONGEST_RECORD: usize = 64 * 1024;

/// Gives on what it reads, with `\,` outside of quotes as [`COMMA`].
pub(super) struct Escapes<R> {
    source: R,
    at: At,
    /// A backslash whose next byte was not read yet.
    held: bool,
    record: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Start,
    Plain,
    Quoted,
}

impl<R: Read> Escapes<R> {
    pub(super) fn new(source: R) -> Self {
        Self {
            source,
            at: At::Start,
            held: false,
            record: 0,
        }
    }

    fn push(&mut self, byte: u8, out: &mut Vec<u8>) {
        self.record += 1;
        match (self.at, byte) {
            (At::Start, b'"') => self.at = At::Quoted,
            // Two of them leave the quotes and enter them again.
            (At::Quoted, b'"') => self.at = At::Start,
            (At::Quoted, _) => {}
            (_, b'\n' | b'\r') => {
                self.at = At::Start;
                self.record = 0;
            }
            (_, b',') => self.at = At::Start,
            _ => self.at = At::Plain,
        }
        out.push(byte);
    }
}

impl<R: Read> Read for Escapes<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        // Each byte gives at most one more than itself: a held backslash.
        let mut raw = vec![0; into.len().saturating_sub(1).max(1)];
        let count = self.source.read(&mut raw)?;
        let mut out = Vec::with_capacity(count + 1);
        for byte in raw.into_iter().take(count) {
            if std::mem::take(&mut self.held) {
                if byte == b',' {
                    self.push(0x1f, &mut out);
                    continue;
                }
                self.push(b'\\', &mut out);
            }
            if byte == b'\\' && self.at != At::Quoted {
                self.held = true;
            } else {
                self.push(byte, &mut out);
            }
            if self.record > LONGEST_RECORD {
                return Err(io::Error::from(io::ErrorKind::InvalidData));
            }
        }
        if count == 0 && std::mem::take(&mut self.held) {
            self.push(b'\\', &mut out);
        }
        match into.get_mut(..out.len()) {
            Some(space) => space.copy_from_slice(&out),
            None => return Err(io::Error::from(io::ErrorKind::InvalidInput)),
        }
        // Nothing yet, for a backslash alone: nothing would mean the end.
        if out.is_empty() && count > 0 {
            return self.read(into);
        }
        Ok(out.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads with a buffer of this many bytes.
    fn read(text: &str, buffer: usize) -> io::Result<String> {
        let mut reader = Escapes::new(text.as_bytes());
        let mut all = Vec::new();
        let mut space = vec![0; buffer];
        loop {
            let count = reader.read(&mut space)?;
            if count == 0 {
                return Ok(String::from_utf8(all).unwrap());
            }
            all.extend_from_slice(&space[..count]);
        }
    }

    #[test]
    fn a_comma_behind_a_backslash_is_part_of_its_value_except_in_quotes() {
        for buffer in [2, 3, 64] {
            for (text, expected) in [
                ("a\\,b,c", "a\u{1f}b,c"),
                ("a\\b,\\", "a\\b,\\"),
                ("\"a\\\",b\\,c", "\"a\\\",b\u{1f}c"),
                ("\"a\"\"\\,\",\\,", "\"a\"\"\\,\",\u{1f}"),
                ("5\" \\,x", "5\" \u{1f}x"),
            ] {
                assert_eq!(read(text, buffer).unwrap(), expected, "{text} {buffer}");
            }
        }
    }

    #[test]
    fn a_quote_that_never_ends_is_not_read_to_the_end_of_the_file() {
        let line = "abc,def\n";
        assert!(read(&line.repeat(20_000), 4096).is_ok());
        assert!(read(&format!("\"{}", line.repeat(20_000)), 4096).is_err());
    }
}
