//! names.csv: every code the other tables may use.

use crate::{
    Level, Problem, RowRef,
    sheet::{Cells, Sheet},
};

pub(crate) const COLUMNS: &[&str] = &["kind", "code", "level", "name_zh", "name_en"];

/// What a code names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Role,
    Unit,
    Programme,
    Step,
    Channel,
    Purpose,
}

impl Kind {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "role" => Self::Role,
            "unit" => Self::Unit,
            "programme" => Self::Programme,
            "step" => Self::Step,
            "channel" => Self::Channel,
            "purpose" => Self::Purpose,
            _ => return None,
        })
    }

    /// Whether a code is spelt the way its kind is.
    fn spells(self, code: &str) -> bool {
        let plain = |c: char| match self {
            Self::Step => c.is_ascii_lowercase() || c == '_',
            Self::Channel => c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '_' | '-'),
            _ => c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_',
        };
        code.len() <= 40 && code.starts_with(|c: char| c.is_ascii_alphabetic()) && code.chars().all(plain)
    }
}

/// One code.
#[derive(Debug)]
pub(crate) struct Name {
    pub(crate) kind: Kind,
    pub(crate) code: String,
    /// Level of a unit.
    pub(crate) level: Option<Level>,
    pub(crate) name_zh: String,
    pub(crate) at: RowRef,
}

/// All codes of all sets.
#[derive(Debug, Default)]
pub(crate) struct Names(Vec<Name>);

impl Names {
    pub(crate) fn read(&mut self, sheet: &Sheet, problems: &mut Vec<Problem>) {
        for row in &sheet.rows {
            let mut cells = Cells::of(sheet, row, problems);
            let Some(kind) = cells.word("kind", Kind::parse) else { continue };
            let code = cells.known("code", |code| kind.spells(code));
            let level = match (kind, cells.text("level")) {
                (Kind::Unit, _) => cells.word("level", Level::parse),
                (_, "-") => None,
                _ => {
                    cells.wrong("level", "only a unit has a level");
                    None
                }
            };
            if sheet.proposed && kind == Kind::Step {
                cells.wrong("kind", "a proposed set names no step: the steps are the platform's");
            }
            if let Some(earlier) = self.find(kind, &code) {
                cells.wrong("code", format!("is named already in {}:{}", earlier.at.file, earlier.at.line));
            }
            if cells.good() {
                let name_zh = cells.text("name_zh").to_owned();
                self.0.push(Name { kind, code, level, name_zh, at: row.at.clone() });
            }
        }
    }

    pub(crate) fn find(&self, kind: Kind, code: &str) -> Option<&Name> {
        self.0.iter().find(|name| name.kind == kind && name.code == code)
    }

    /// Where a code is named, if another set than the row's own names it.
    pub(crate) fn foreign(&self, kind: Kind, code: &str, row: &RowRef) -> Option<&RowRef> {
        self.find(kind, code).map(|name| &name.at).filter(|at| at.set() != row.set())
    }

    pub(crate) fn has(&self, kind: Kind, code: &str) -> bool {
        self.find(kind, code).is_some()
    }

    /// The codes of a kind, in file order.
    pub(crate) fn of(&self, kind: Kind) -> impl Iterator<Item = &Name> {
        self.0.iter().filter(move |name| name.kind == kind)
    }
}
