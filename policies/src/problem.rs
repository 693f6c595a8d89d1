//! What is wrong with a policy, and where.

use serde::Serialize;
use std::fmt;

/// What is wrong with a policy, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Set and file, e.g. `baseline/roles.csv`.
    pub file: String,
    /// Line, from 1; 0 when it is about the whole file.
    pub line: u64,
    /// Column by its heading; empty when it is about the whole row.
    pub column: String,
    /// What is wrong.
    pub reason: String,
}

impl Problem {
    pub(crate) fn file(file: &str, reason: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line: 0, column: String::new(), reason: reason.into() }
    }

    pub(crate) fn row(row: &RowRef, column: &str, reason: impl Into<String>) -> Self {
        Self { file: row.file.clone(), line: row.line, column: column.to_owned(), reason: reason.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        if !self.column.is_empty() {
            write!(f, " [{}]", self.column)?;
        }
        write!(f, ": {}", self.reason)
    }
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowRef {
    /// Set and file, e.g. `baseline/roles.csv`.
    pub file: String,
    /// Line, from 1.
    pub line: u64,
    /// The row as written.
    pub text: String,
}

impl RowRef {
    /// The set it came from.
    pub(crate) fn set(&self) -> &str {
        self.file.split_once('/').map_or("", |(set, _)| set)
    }
}

impl fmt::Display for RowRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.text)
    }
}
