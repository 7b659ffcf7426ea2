//! Many rows in one statement: each statement is a way to the connection's thread and back, which costs more than a row.

use std::fmt::Write;

/// Parameters of a statement at most. SQLite takes 32,766 and PostgreSQL 65,535, but SQLite looks for each `$1` in a list of
/// all: twice the parameters are four times the work.
const MOST_PARAMETERS: usize = 240;

/// As many rows of so many columns as one statement takes.
pub(super) fn most_rows(columns: usize) -> usize {
    (MOST_PARAMETERS / columns.max(1)).max(1)
}

/// `($1, $2), ($3, $4)`: the parameters of rows, behind the first `before` of the statement.
pub(super) fn placeholders(before: usize, rows: usize, columns: usize) -> String {
    let mut text = String::new();
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..columns {
            let separator = if column == 0 { "" } else { ", " };
            // Writing to a string does not fail.
            let _ = write!(text, "{separator}${}", before + row * columns + column + 1);
        }
        text.push(')');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parameters_of_rows_are_numbered_through() {
        assert_eq!(placeholders(0, 2, 2), "($1, $2), ($3, $4)");
        assert_eq!(placeholders(1, 1, 3), "($2, $3, $4)");
        assert_eq!(most_rows(12) * 12, MOST_PARAMETERS);
    }
}
