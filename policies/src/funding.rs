//! funding.csv: which channel pays which item, and when.

use crate::{
    Problem, RowRef,
    names::{Kind, Names},
    sheet::{Cells, Row, Sheet, Tag, in_force, overlap},
    source::BASELINE,
};
use chrono::NaiveDate;

pub(crate) const COLUMNS: &[&str] = &["programme", "item", "channel", "from", "to", "document", "tag"];

/// A channel pays an item between two dates.
#[derive(Debug, Clone)]
pub struct FundingRow {
    /// Programme code.
    pub programme: String,
    /// Item of the programme.
    pub item: String,
    /// Channel.
    pub channel: String,
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

impl FundingRow {
    /// Whether it is in force on a day.
    pub fn in_force(&self, on: NaiveDate) -> bool {
        in_force(self.from, self.to, on)
    }
}

pub(crate) fn read(rows: &mut Vec<FundingRow>, sheet: &Sheet, names: &Names, problems: &mut Vec<Problem>) {
    for row in &sheet.rows {
        let mut cells = Cells::of(sheet, row, problems);
        rows.extend(parse(&mut cells, row, names));
    }
}

fn parse(cells: &mut Cells<'_>, row: &Row, names: &Names) -> Option<FundingRow> {
    let programme = cells.known("programme", |code| names.has(Kind::Programme, code));
    let item = cells.known("item", is_item);
    let channel = cells.known("channel", |code| names.has(Kind::Channel, code));
    for (column, kind, code) in [("programme", Kind::Programme, &programme), ("channel", Kind::Channel, &channel)] {
        if row.at.set() != BASELINE
            && let Some(at) = names.foreign(kind, code, &row.at)
        {
            let (file, line) = (&at.file, at.line);
            let reason = format!("{code} is not this set's own, but of {file}:{line}: its money does not move here");
            cells.wrong(column, reason);
        }
    }
    let (dates, tag) = (cells.dates(), cells.tag());
    if !cells.good() {
        return None;
    }
    let (from, to) = dates?;
    let document = cells.text("document").to_owned();
    Some(FundingRow { programme, item, channel, from, to, document, tag: tag?, at: row.at.clone() })
}

fn is_item(code: &str) -> bool {
    code.starts_with(|c: char| c.is_ascii_uppercase())
        && code.len() <= 40
        && code.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// What rows must not say to one another.
pub(crate) fn check(rows: &[FundingRow], names: &Names, problems: &mut Vec<Problem>) {
    for (index, row) in rows.iter().enumerate() {
        for other in &rows[..index] {
            let same_item = row.programme == other.programme && row.item == other.item;
            if same_item && overlap((row.from, row.to), (other.from, other.to)) {
                let reason =
                    format!("a second channel of the item at one time, see {}:{}", other.at.file, other.at.line);
                problems.push(Problem::row(&row.at, "channel", reason));
            }
            if row.channel == other.channel && row.programme != other.programme {
                let reason = format!(
                    "{} is the channel of {}, see {}:{}",
                    row.channel, other.programme, other.at.file, other.at.line
                );
                problems.push(Problem::row(&row.at, "channel", reason));
            }
        }
    }
    for programme in names.of(Kind::Programme) {
        if !rows.iter().any(|row| row.programme == programme.code) {
            problems.push(Problem::row(
                &programme.at,
                "code",
                format!("funding.csv has no item of {}", programme.code),
            ));
        }
    }
}
