//! authority.csv: which unit of which level may take which step for which programme, and when.

use crate::{
    DECIDING, Level, Problem, RowRef,
    names::{Kind, Names},
    parameters::is_parameter,
    sheet::{Cells, Row, Sheet, Tag, in_force, overlap},
    source::BASELINE,
};
use chrono::NaiveDate;
use std::collections::BTreeSet;

pub(crate) const COLUMNS: &[&str] =
    &["programme", "step", "level", "unit", "item", "ceiling", "from", "to", "document", "basis", "tag"];

/// Stands for any unit of a level, or any item of a programme.
pub(crate) const ANY: &str = "*";

/// A unit of a level may take a step for a programme between two dates.
#[derive(Debug, Clone)]
pub struct AuthorityRow {
    /// Programme code.
    pub programme: String,
    /// Step.
    pub step: String,
    /// Level.
    pub level: Level,
    /// Unit code, or `*` for any unit of the level.
    pub unit: String,
    /// Item of the programme, or `*` for all of them.
    pub item: String,
    /// Key of the dated parameter above which this level does not decide.
    pub ceiling: Option<String>,
    /// First day.
    pub from: NaiveDate,
    /// Last day; `None` while it is in force.
    pub to: Option<NaiveDate>,
    /// Document behind it.
    pub document: String,
    /// Article, or reason.
    pub basis: String,
    /// How sure it is.
    pub tag: Tag,
    /// Where it stands.
    pub at: RowRef,
}

impl AuthorityRow {
    /// Whether it is in force on a day.
    pub fn in_force(&self, on: NaiveDate) -> bool {
        in_force(self.from, self.to, on)
    }

    /// Whether it is about a unit of a level.
    pub fn names(&self, unit: &str, level: Level) -> bool {
        self.level == level && (self.unit == unit || self.unit == ANY)
    }

    fn meets(&self, other: &Self) -> bool {
        self.programme == other.programme
            && self.step == other.step
            && (self.item == other.item || self.item == ANY || other.item == ANY)
            && overlap((self.from, self.to), (other.from, other.to))
    }
}

pub(crate) fn read(rows: &mut Vec<AuthorityRow>, sheet: &Sheet, names: &Names, problems: &mut Vec<Problem>) {
    for row in &sheet.rows {
        let mut cells = Cells::of(sheet, row, problems);
        rows.extend(parse(&mut cells, row, names));
    }
}

fn parse(cells: &mut Cells<'_>, row: &Row, names: &Names) -> Option<AuthorityRow> {
    let programme = cells.known("programme", |code| names.has(Kind::Programme, code));
    let step = cells.known("step", |code| names.has(Kind::Step, code));
    let unit = cells.known("unit", |code| code == ANY || names.has(Kind::Unit, code));
    let level = cells.word("level", Level::parse);
    if let (Some(level), Some(known)) = (level, names.find(Kind::Unit, &unit).and_then(|name| name.level))
        && level != known
    {
        cells.wrong("level", format!("{unit} is of level {known}"));
    }
    let ceiling = cells.known("ceiling", |key| key == "-" || is_parameter(key));
    if ceiling != "-" && !DECIDING.contains(&step.as_str()) {
        cells.wrong("ceiling", "only a decision has a ceiling");
    }
    if row.at.set() != BASELINE
        && let Some(at) = names.foreign(Kind::Programme, &programme, &row.at)
    {
        let (file, line) = (&at.file, at.line);
        let reason =
            format!("{programme} is not this set's own, but of {file}:{line}: authority over it does not change here");
        cells.wrong("programme", reason);
    }
    let (dates, tag) = (cells.dates(), cells.tag());
    if !cells.good() {
        return None;
    }
    let (from, to) = dates?;
    Some(AuthorityRow {
        programme,
        step,
        level: level?,
        unit,
        item: cells.text("item").to_owned(),
        ceiling: Some(ceiling).filter(|key| key != "-"),
        from,
        to,
        document: cells.text("document").to_owned(),
        basis: cells.text("basis").to_owned(),
        tag: tag?,
        at: row.at.clone(),
    })
}

/// What rows must not say to one another.
pub(crate) fn check(rows: &[AuthorityRow], names: &Names, items: &BTreeSet<(&str, &str)>, problems: &mut Vec<Problem>) {
    for (index, row) in rows.iter().enumerate() {
        if row.item != ANY && !items.contains(&(row.programme.as_str(), row.item.as_str())) {
            problems.push(Problem::row(
                &row.at,
                "item",
                format!("funding.csv has no item {:?} of {}", row.item, row.programme),
            ));
        }
        for other in rows[..index].iter().filter(|other| row.meets(other)) {
            if let Some((column, reason)) = conflict(row, other) {
                problems.push(Problem::row(&row.at, column, format!("{reason} {}:{}", other.at.file, other.at.line)));
            }
        }
    }
    for programme in names.of(Kind::Programme) {
        let takes = |step: &str| rows.iter().any(|row| row.programme == programme.code && row.step == step);
        let mut wrong = |reason: String| problems.push(Problem::row(&programme.at, "code", reason));
        if !takes("accept") {
            wrong(format!("authority.csv has no accept row of {}", programme.code));
        }
        match DECIDING.iter().filter(|step| takes(step)).count() {
            0 => wrong(format!("authority.csv has no {} row of {}", DECIDING.join(" or "), programme.code)),
            1 => {}
            _ => wrong(format!("authority.csv has both {} rows of {}", DECIDING.join(" and "), programme.code)),
        }
    }
}

/// Two rows about the same step and item with a day in common.
fn conflict(row: &AuthorityRow, other: &AuthorityRow) -> Option<(&'static str, &'static str)> {
    let same_unit = row.unit == other.unit || row.unit == ANY || other.unit == ANY;
    if row.level == other.level && same_unit {
        return Some(("from", "overlaps"));
    }
    if !DECIDING.contains(&row.step.as_str()) {
        return None;
    }
    if row.level == other.level {
        let shared = matches!(row.level, Level::Village | Level::Town);
        return (!shared).then_some(("unit", "a second unit approves the same at one time, see"));
    }
    let lower = if row.level < other.level { row } else { other };
    let beside_district = row.level.max(other.level) == Level::District;
    (!beside_district || lower.ceiling.is_none())
        .then_some(("ceiling", "two levels approve the same without a ceiling, see"))
}
