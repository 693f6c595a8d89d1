//! A strict reader of one table: nothing blank, nothing short, nothing cut off.

use crate::{Problem, RowRef};
use chrono::NaiveDate;
use serde::Serialize;

/// The last line of every table, so that a cut-off file is found out.
const END: &str = "# end";
const CELL_CHARS_MAX: usize = 200;
const ROWS_MAX: usize = 20_000;

/// How sure a legal fact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Tag {
    /// Read in its source.
    Certain,
    /// A default of this project, to be confirmed.
    Default,
    /// From memory, to be confirmed.
    Memory,
}

/// A table's rows, each with as many filled cells as it has columns.
pub(crate) struct Sheet {
    columns: &'static [&'static str],
    pub(crate) rows: Vec<Row>,
    /// Whether it is of a set that may speak only about what it names itself.
    pub(crate) proposed: bool,
}

/// A row that has its shape, not yet its meaning.
pub(crate) struct Row {
    pub(crate) at: RowRef,
    cells: Vec<String>,
}

impl Sheet {
    /// Reads a table; what is out of shape is reported and left out.
    pub(crate) fn read(file: &str, text: &str, columns: &'static [&'static str], problems: &mut Vec<Problem>) -> Self {
        let mut sheet = Self { columns, rows: Vec::new(), proposed: false };
        if text.trim_end().lines().next_back() != Some(END) {
            problems.push(Problem::file(file, format!("does not end with `{END}`: cut off?")));
        }
        let mut reader = csv::ReaderBuilder::new()
            .comment(Some(b'#'))
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let mut headed = false;
        for record in reader.records() {
            let record = match record {
                Ok(record) => record,
                Err(error) => {
                    problems.push(Problem::file(file, error.to_string()));
                    continue;
                }
            };
            let line = record.position().map_or(0, csv::Position::line);
            if !headed {
                headed = true;
                if !record.iter().eq(columns.iter().copied()) {
                    let at = RowRef { file: file.to_owned(), line, text: String::new() };
                    problems.push(Problem::row(&at, "", format!("the columns must be {}", columns.join(","))));
                    return sheet;
                }
                continue;
            }
            sheet.take(file, line, &record, problems);
        }
        if !headed || sheet.rows.is_empty() {
            problems.push(Problem::file(file, "holds no row"));
        }
        sheet
    }

    fn take(&mut self, file: &str, line: u64, record: &csv::StringRecord, problems: &mut Vec<Problem>) {
        let text = record.iter().collect::<Vec<_>>().join(",");
        let row =
            Row { at: RowRef { file: file.to_owned(), line, text }, cells: record.iter().map(str::to_owned).collect() };
        let faults = problems.len();
        if row.cells.len() != self.columns.len() {
            let reason = format!("has {} cells, needs {}", row.cells.len(), self.columns.len());
            problems.push(Problem::row(&row.at, "", reason));
        }
        for (cell, column) in row.cells.iter().zip(self.columns) {
            if let Some(reason) = fault(cell) {
                problems.push(Problem::row(&row.at, column, reason));
            }
        }
        if self.rows.len() >= ROWS_MAX {
            problems.push(Problem::row(&row.at, "", format!("more than {ROWS_MAX} rows")));
        }
        if problems.len() == faults {
            self.rows.push(row);
        }
    }
}

fn fault(cell: &str) -> Option<&'static str> {
    if cell.trim().is_empty() {
        return Some("is blank; `*` stands for any, `-` for none");
    }
    if cell.trim() != cell {
        return Some("has blanks around it");
    }
    if cell
        .chars()
        .any(|c| c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{feff}'))
    {
        return Some("holds an invisible character");
    }
    (cell.chars().count() > CELL_CHARS_MAX).then_some("is too long")
}

/// Reads the cells of one row; each fault is reported with its column and makes the row `None`.
pub(crate) struct Cells<'a> {
    row: &'a Row,
    columns: &'static [&'static str],
    problems: &'a mut Vec<Problem>,
    good: bool,
}

impl<'a> Cells<'a> {
    pub(crate) fn of(sheet: &Sheet, row: &'a Row, problems: &'a mut Vec<Problem>) -> Self {
        Self { row, columns: sheet.columns, problems, good: true }
    }

    /// The cell of a column.
    pub(crate) fn text(&self, column: &str) -> &'a str {
        let index = self.columns.iter().position(|known| *known == column);
        index.and_then(|index| self.row.cells.get(index)).map_or("", String::as_str)
    }

    /// The cell as a value of a vocabulary.
    pub(crate) fn word<T>(&mut self, column: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let value = parse(self.text(column));
        if value.is_none() {
            self.wrong(column, format!("unknown {column} {:?}", self.text(column)));
        }
        value
    }

    /// The cell as a code that must be known.
    pub(crate) fn known(&mut self, column: &str, known: impl Fn(&str) -> bool) -> String {
        let text = self.text(column);
        if !known(text) {
            self.wrong(column, format!("unknown {column} {text:?}"));
        }
        text.to_owned()
    }

    /// First and last day.
    pub(crate) fn dates(&mut self) -> Option<(NaiveDate, Option<NaiveDate>)> {
        let from = self.word("from", day)?;
        let to = if self.text("to") == "-" { None } else { Some(self.word("to", day)?) };
        if to.is_some_and(|to| to < from) {
            self.wrong("to", format!("ends before it begins on {from}"));
        }
        Some((from, to))
    }

    /// How sure the row is.
    pub(crate) fn tag(&mut self) -> Option<Tag> {
        self.word("tag", |text| match text {
            "certain" => Some(Tag::Certain),
            "D" => Some(Tag::Default),
            "M" => Some(Tag::Memory),
            _ => None,
        })
    }

    /// Reports a fault of a column.
    pub(crate) fn wrong(&mut self, column: &str, reason: impl Into<String>) {
        self.problems.push(Problem::row(&self.row.at, column, reason));
        self.good = false;
    }

    /// Whether no fault was reported.
    pub(crate) fn good(&self) -> bool {
        self.good
    }
}

/// A day in its one spelling, `2018-10-19`.
fn day(text: &str) -> Option<NaiveDate> {
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    (day.to_string() == text && text.len() == 10).then_some(day)
}

/// Whether two spans of days have a day in common.
pub(crate) fn overlap(a: (NaiveDate, Option<NaiveDate>), b: (NaiveDate, Option<NaiveDate>)) -> bool {
    a.1.is_none_or(|end| b.0 <= end) && b.1.is_none_or(|end| a.0 <= end)
}

/// Whether a day lies in a span.
pub(crate) fn in_force(from: NaiveDate, to: Option<NaiveDate>, on: NaiveDate) -> bool {
    from <= on && to.is_none_or(|to| on <= to)
}
