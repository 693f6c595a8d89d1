//! Reading and checking the tables, before casbin sees a single row.

mod check;

use crate::{DataClass, Disclosure, Level, Permission, PolicySource, ScopeKind, SetVersion};
use chrono::NaiveDate;
use std::fmt;

/// What is wrong with a policy, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Set and file, e.g. `baseline/roles.csv`.
    pub file: String,
    /// Line, from 1; 0 when it is about the whole file.
    pub line: u64,
    /// What is wrong.
    pub reason: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.reason)
    }
}

/// Where a row stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) file: String,
    pub(crate) line: u64,
    pub(crate) text: String,
}

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
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: Option<NaiveDate>,
    /// Key of the dated parameter above which this level does not decide.
    pub ceiling: Option<String>,
    /// Document behind it.
    pub document: String,
    pub(crate) origin: Origin,
}

impl AuthorityRow {
    /// Whether it is in force on a day.
    pub fn in_force(&self, on: NaiveDate) -> bool {
        self.from <= on && self.to.is_none_or(|to| on <= to)
    }
}

/// A channel pays an item between two dates.
#[derive(Debug, Clone)]
pub struct FundingRow {
    /// Programme code.
    pub programme: String,
    /// Item.
    pub item: String,
    /// Channel.
    pub channel: String,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: Option<NaiveDate>,
    /// Document behind it.
    pub document: String,
    pub(crate) origin: Origin,
}

impl FundingRow {
    /// Whether it is in force on a day.
    pub fn in_force(&self, on: NaiveDate) -> bool {
        self.from <= on && self.to.is_none_or(|to| on <= to)
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Grant {
    pub(crate) role: String,
    pub(crate) permission: String,
    pub(crate) scope: ScopeKind,
    pub(crate) origin: Origin,
}

#[derive(Debug, Clone)]
pub(crate) struct DisclosureRow {
    pub(crate) class: DataClass,
    pub(crate) purpose: String,
    pub(crate) disclosure: Disclosure,
}

/// All rows of all sets.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    pub(crate) authority: Vec<AuthorityRow>,
    pub(crate) funding: Vec<FundingRow>,
    pub(crate) channels: Vec<(String, String)>,
    pub(crate) purposes: Vec<(String, String)>,
    pub(crate) grants: Vec<Grant>,
    pub(crate) disclosures: Vec<DisclosureRow>,
}

/// Reads every set; all problems are reported together.
pub(crate) fn read(source: &PolicySource, declared: &[Permission]) -> Result<(Tables, Vec<SetVersion>), Vec<Problem>> {
    let mut tables = Tables::default();
    let mut problems = Vec::new();
    let mut versions = Vec::new();
    for set in source.sets() {
        match set.version() {
            Ok(version) => versions.push(SetVersion { name: set.name.clone(), version, digest: set.digest() }),
            Err(reason) => problems.push(Problem { file: set.name.clone(), line: 0, reason }),
        }
        for (name, text) in set.files() {
            if !text.is_empty() {
                let file = format!("{}/{name}", set.name);
                Reader { file, tables: &mut tables, problems: &mut problems }.file(name, text);
            }
        }
    }
    check::check(&tables, declared, &mut problems);
    if problems.is_empty() { Ok((tables, versions)) } else { Err(problems) }
}

struct Reader<'a> {
    file: String,
    tables: &'a mut Tables,
    problems: &'a mut Vec<Problem>,
}

impl Reader<'_> {
    fn file(&mut self, name: &str, text: &str) {
        let expected: &[&str] = match name {
            "roles.csv" => &["kind", "role", "name", "scope"],
            "authority.csv" => &["programme", "step", "level", "unit", "from", "to", "ceiling", "document", "tag"],
            "funding.csv" => &["kind", "programme", "item", "channel", "from", "to", "document", "note"],
            _ => &["class", "purpose", "disclosure"],
        };
        let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
        match reader.headers() {
            Ok(headers) if headers.iter().eq(expected.iter().copied()) => {}
            _ => return self.wrong(0, format!("the header must be {}", expected.join(","))),
        }
        for record in reader.records() {
            match record {
                Ok(record) => {
                    let line = record.position().map_or(0, csv::Position::line);
                    let cells: Vec<&str> = record.iter().collect();
                    if let Err(reason) = self.row(name, line, &cells) {
                        self.wrong(line, reason);
                    }
                }
                Err(error) => {
                    let line = error.position().map_or(0, csv::Position::line);
                    self.wrong(line, error.to_string());
                }
            }
        }
    }

    fn wrong(&mut self, line: u64, reason: String) {
        self.problems.push(Problem { file: self.file.clone(), line, reason });
    }

    fn row(&mut self, name: &str, line: u64, cells: &[&str]) -> Result<(), String> {
        if let Some(cell) = cells.iter().find(|cell| cell.trim() != **cell) {
            return Err(format!("{cell:?} has blanks around it"));
        }
        let origin = Origin { file: self.file.clone(), line, text: cells.join(",") };
        match name {
            "roles.csv" => self.role(cells, origin),
            "authority.csv" => self.authority(cells, origin),
            "funding.csv" => self.funding(cells, origin),
            _ => self.disclosure(cells),
        }
    }

    fn role(&mut self, cells: &[&str], origin: Origin) -> Result<(), String> {
        let (role, name) = (filled(cells[1], "role")?, filled(cells[2], "name")?);
        match cells[0] {
            "role" => self.tables.purposes.push((role, name)),
            "grant" => {
                let scope = ScopeKind::parse(cells[3]).ok_or_else(|| format!("unknown scope {:?}", cells[3]))?;
                self.tables.grants.push(Grant { role, permission: name, scope, origin });
            }
            other => return Err(format!("unknown kind {other:?}")),
        }
        Ok(())
    }

    fn authority(&mut self, cells: &[&str], origin: Origin) -> Result<(), String> {
        let (from, to) = dates(cells[4], cells[5])?;
        self.tables.authority.push(AuthorityRow {
            programme: filled(cells[0], "programme")?,
            step: filled(cells[1], "step")?,
            level: Level::parse(cells[2]).ok_or_else(|| format!("unknown level {:?}", cells[2]))?,
            unit: filled(cells[3], "unit")?,
            from,
            to,
            ceiling: Some(cells[6].to_owned()).filter(|key| !key.is_empty()),
            document: filled(cells[7], "document")?,
            origin,
        });
        if matches!(cells[8], "certain" | "D" | "M") { Ok(()) } else { Err(format!("unknown tag {:?}", cells[8])) }
    }

    fn funding(&mut self, cells: &[&str], origin: Origin) -> Result<(), String> {
        let channel = filled(cells[3], "channel")?;
        match cells[0] {
            "channel" => self.tables.channels.push((channel, filled(cells[7], "note")?)),
            "fund" => {
                let (from, to) = dates(cells[4], cells[5])?;
                self.tables.funding.push(FundingRow {
                    programme: filled(cells[1], "programme")?,
                    item: filled(cells[2], "item")?,
                    channel,
                    from,
                    to,
                    document: filled(cells[6], "document")?,
                    origin,
                });
            }
            other => return Err(format!("unknown kind {other:?}")),
        }
        Ok(())
    }

    fn disclosure(&mut self, cells: &[&str]) -> Result<(), String> {
        let class = DataClass::parse(cells[0]).ok_or_else(|| format!("unknown class {:?}", cells[0]))?;
        if class == DataClass::Sealed {
            return Err("SEALED is never disclosed".to_owned());
        }
        let disclosure = match cells[2] {
            "plain" => Disclosure::Plain,
            "masked" => Disclosure::Masked,
            other => return Err(format!("unknown disclosure {other:?}")),
        };
        self.tables.disclosures.push(DisclosureRow { class, purpose: filled(cells[1], "purpose")?, disclosure });
        Ok(())
    }
}

fn filled(cell: &str, column: &str) -> Result<String, String> {
    if cell.is_empty() { Err(format!("{column} is empty; `*` stands for any")) } else { Ok(cell.to_owned()) }
}

fn dates(from: &str, to: &str) -> Result<(NaiveDate, Option<NaiveDate>), String> {
    let day = |text: &str| text.parse::<NaiveDate>().map_err(|_| format!("{text:?} is no date"));
    let from = day(from)?;
    let to = if to.is_empty() { None } else { Some(day(to)?) };
    if to.is_some_and(|to| to < from) { Err(format!("ends before it begins on {from}")) } else { Ok((from, to)) }
}
