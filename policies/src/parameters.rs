//! parameters.csv of a further set: the dated values its own programmes compute with.

use crate::{
    Problem, RowRef,
    names::{Kind, Names},
    sheet::{Cells, Row, Sheet, Tag, in_force, overlap},
};
use chrono::NaiveDate;

pub(crate) const COLUMNS: &[&str] = &["key", "value", "unit", "from", "to", "document", "tag"];

/// Units a value may have, as the platform's own values have them.
const UNITS: &[&str] = &[
    "CENTI_M2",
    "CODE",
    "COUNT",
    "DAYS",
    "DAY_OF_MONTH",
    "FEN",
    "FEN_PER_YEAR",
    "FLAG",
    "GRADE",
    "HOURS",
    "MONTHS",
    "RATIO",
    "WORKDAYS",
    "YEARS",
];

/// A value of a key between two dates.
#[derive(Debug, Clone)]
pub struct ParameterRow {
    /// Key; its first word is the programme's.
    pub key: String,
    /// Value as stored.
    pub value: String,
    /// Unit of the value.
    pub unit: String,
    /// First day.
    pub from: NaiveDate,
    /// Last day; `None` while it is in force.
    pub to: Option<NaiveDate>,
    /// Document behind it.
    pub document: String,
    /// How sure it is.
    pub tag: Tag,
    /// Where it stands.
    pub at: RowRef,
}

impl ParameterRow {
    /// The set it came with.
    pub fn set(&self) -> &str {
        self.at.set()
    }

    /// Whether it is in force on a day.
    pub fn in_force(&self, on: NaiveDate) -> bool {
        in_force(self.from, self.to, on)
    }
}

pub(crate) fn read(rows: &mut Vec<ParameterRow>, sheet: &Sheet, names: &Names, problems: &mut Vec<Problem>) {
    for row in &sheet.rows {
        let mut cells = Cells::of(sheet, row, problems);
        rows.extend(parse(&mut cells, row, names));
    }
}

fn parse(cells: &mut Cells<'_>, row: &Row, names: &Names) -> Option<ParameterRow> {
    let key = cells.known("key", is_parameter);
    let own = |name: &crate::names::Name| name.at.set() == row.at.set() && owns(&name.code, &key);
    if !names.of(Kind::Programme).any(own) {
        cells.wrong("key", format!("{key} begins with no programme of this set: it brings values of its own only"));
    }
    let unit = cells.known("unit", |unit| UNITS.contains(&unit));
    let value = cells.text("value").to_owned();
    if !fits(&unit, &value) {
        cells.wrong("value", format!("{value:?} is no value in {unit}"));
    }
    let (dates, tag) = (cells.dates(), cells.tag());
    if !cells.good() {
        return None;
    }
    let (from, to) = dates?;
    let document = cells.text("document").to_owned();
    Some(ParameterRow { key, value, unit, from, to, document, tag: tag?, at: row.at.clone() })
}

/// A key is spelt `word.word…`.
pub(crate) fn is_parameter(key: &str) -> bool {
    key.contains('.') && key.split('.').all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric()))
}

/// Whether a key's first word is a programme's: `ruralHouse.area` is of `RURAL_HOUSE`.
fn owns(programme: &str, key: &str) -> bool {
    let word = key.split('.').next().unwrap_or_default();
    programme.replace('_', "").eq_ignore_ascii_case(word)
}

/// A value must read as what its unit says, so that no case fails on it later.
fn fits(unit: &str, value: &str) -> bool {
    let whole = |text: &str| text.parse::<i64>().is_ok_and(|number| number.to_string() == text);
    match unit {
        "CODE" => true,
        "FLAG" => matches!(value, "true" | "false"),
        "RATIO" => {
            let parts: Vec<_> = value.split('/').collect();
            parts.len() <= 2 && parts.iter().all(|part| whole(part)) && parts.get(1) != Some(&"0")
        }
        _ => whole(value),
    }
}

/// What rows must not say to one another.
pub(crate) fn check(rows: &[ParameterRow], problems: &mut Vec<Problem>) {
    for (index, row) in rows.iter().enumerate() {
        let meets = |other: &&ParameterRow| row.key == other.key && overlap((row.from, row.to), (other.from, other.to));
        if let Some(other) = rows[..index].iter().find(meets) {
            let reason = format!("a second value at one time, see {}:{}", other.at.file, other.at.line);
            problems.push(Problem::row(&row.at, "from", reason));
        }
    }
}
