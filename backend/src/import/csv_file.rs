//! A file as published: comma-separated UTF-8 with a header.
//!
//! A comma in a value is `\,`, as published. Values may also be in quotes, as spreadsheets write them, and lines
//! end in `\n` or `\r\n`; a byte order mark is passed over. Blanks around a value are not part of it.

use std::io::Read;

use csv::{ByteRecord, ReaderBuilder, Trim};

use super::escapes::{COMMA, Escapes};
use super::job::Failure;
use crate::export::header;
use crate::pools::Pool;

/// The most characters of a row, as published.
const LONGEST_ROW: usize = 16_000;

/// A file that is being read.
pub struct CsvFile<R> {
    reader: csv::Reader<Escapes<R>>,
    header: Vec<String>,
    record: ByteRecord,
}

/// A row: the names of the columns with their values, without those that are empty.
pub struct Row {
    /// The line where it begins; the header is line 1.
    pub line: i64,
    /// The values, or why there are none.
    pub values: Result<Vec<(String, String)>, &'static str>,
}

impl<R: Read> CsvFile<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// If it is not the pool's.
    pub fn open(pool: &Pool, source: R) -> Result<Self, Failure> {
        let mut reader = ReaderBuilder::new()
            .flexible(true)
            .trim(Trim::All)
            .from_reader(Escapes::new(source));
        let header = reader.headers().map_err(|error| failure(&error))?;
        let header: Vec<String> = header.iter().map(str::to_owned).collect();
        if !header::is_of(pool, &header) {
            return Err(Failure::WrongHeader);
        }
        Ok(Self {
            reader,
            header,
            record: ByteRecord::new(),
        })
    }

    /// The next row, `None` at the end.
    ///
    /// # Errors
    /// If the file cannot be read on.
    pub fn next_row(&mut self) -> Result<Option<Row>, Failure> {
        let more = self.reader.read_byte_record(&mut self.record);
        if !more.map_err(|error| failure(&error))? {
            return Ok(None);
        }
        let line = self.record.position().map_or(0, csv::Position::line);
        Ok(Some(Row {
            line: i64::try_from(line).unwrap_or(i64::MAX),
            values: self.values(),
        }))
    }

    fn values(&self) -> Result<Vec<(String, String)>, &'static str> {
        if self.record.len() != self.header.len() {
            return Err("The row does not have as many values as the header.");
        }
        let mut length = self.record.len();
        let mut values = Vec::new();
        for (name, value) in self.header.iter().zip(&self.record) {
            let value = std::str::from_utf8(value).map_err(|_| "The row is not UTF-8.")?;
            length += value.chars().count();
            if value.chars().any(|c| c.is_control() && !is_allowed(c)) {
                return Err("The row has control characters.");
            }
            if !value.is_empty() {
                values.push((name.clone(), value.replace(COMMA, ",")));
            }
        }
        if length > LONGEST_ROW {
            return Err("The row has more than 16000 characters.");
        }
        Ok(values)
    }
}

/// In quotes, a value may have several lines.
fn is_allowed(control: char) -> bool {
    matches!(control, '\n' | '\r' | '\t' | COMMA)
}

fn failure(error: &csv::Error) -> Failure {
    match error.kind() {
        csv::ErrorKind::Io(error) if error.kind() == std::io::ErrorKind::InvalidData => {
            Failure::UnreadableFile
        }
        csv::ErrorKind::Io(_) => Failure::Internal,
        _ => Failure::UnreadableFile,
    }
}

impl<R> std::fmt::Debug for CsvFile<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CsvFile").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Row")
            .field("line", &self.line)
            .finish_non_exhaustive()
    }
}
