//! roles.csv: which role holds which permission over which rows, and for which purposes it reads.

use crate::{
    Permission, Problem, RowRef, ScopeKind,
    names::{Kind, Names},
    sheet::{Cells, Sheet},
};
use std::collections::{BTreeMap, btree_map::Entry};

pub(crate) const COLUMNS: &[&str] = &["kind", "role", "name", "scope"];

/// The role of callers without a token.
pub(crate) const PUBLIC: &str = "PUB";

/// A permission of a role.
#[derive(Debug)]
pub(crate) struct Grant {
    pub(crate) scope: ScopeKind,
    pub(crate) at: RowRef,
}

/// A role.
#[derive(Debug, Default)]
pub(crate) struct Role {
    pub(crate) default_purpose: String,
    /// Every purpose it may read for.
    pub(crate) purposes: Vec<String>,
    pub(crate) grants: BTreeMap<String, Grant>,
}

/// Roles by code.
pub(crate) type Roles = BTreeMap<String, Role>;

pub(crate) fn read(
    roles: &mut Roles,
    sheet: &Sheet,
    names: &Names,
    declared: &[Permission],
    problems: &mut Vec<Problem>,
) {
    for row in &sheet.rows {
        let mut cells = Cells::of(sheet, row, problems);
        let role = cells.known("role", |code| names.has(Kind::Role, code));
        let entry = roles.entry(role.clone()).or_default();
        match cells.text("kind") {
            "grant" => {
                if sheet.proposed {
                    own_permission(&mut cells, &row.at, names, declared);
                }
                grant(&mut cells, &role, entry, &row.at, declared);
            }
            "purpose" => {
                if sheet.proposed
                    && let Some(at) = names.foreign(Kind::Role, &role, &row.at)
                {
                    let reason = format!("{role} is not this set's own, but of {}:{}", at.file, at.line);
                    cells.wrong("role", format!("{reason}: what it reads for does not change here"));
                }
                purpose(&mut cells, entry, names);
            }
            other => cells.wrong("kind", format!("unknown kind {other:?}")),
        }
    }
}

/// A proposed set grants the permissions of its own programmes' modules, and no others.
fn own_permission(cells: &mut Cells<'_>, at: &RowRef, names: &Names, declared: &[Permission]) {
    let name = cells.text("name");
    let Some(permission) = declared.iter().find(|known| known.name == name) else { return };
    let reason = match permission.programme {
        None => format!("{name} is the platform's: a proposed set grants what its own programmes' modules declare"),
        Some(programme) => match names.foreign(Kind::Programme, programme, at) {
            None => return,
            Some(named) => format!(
                "{name} is of {programme}, which is not this set's own, but of {}:{}: it is not granted here",
                named.file, named.line
            ),
        },
    };
    cells.wrong("name", reason);
}

fn grant(cells: &mut Cells<'_>, role: &str, entry: &mut Role, at: &RowRef, declared: &[Permission]) {
    let name = cells.text("name");
    let permission = declared.iter().find(|known| known.name == name);
    if permission.is_none() {
        cells.wrong("name", format!("no part declares permission {name:?}"));
    }
    let scope = cells.word("scope", ScopeKind::parse);
    if role == PUBLIC && (!name.starts_with("public.") || permission.is_some_and(|known| known.step.is_some())) {
        cells.wrong("name", "the public holds public.* only");
    }
    let (true, Some(scope)) = (cells.good(), scope) else { return };
    match entry.grants.entry(name.to_owned()) {
        Entry::Vacant(place) => _ = place.insert(Grant { scope, at: at.clone() }),
        Entry::Occupied(earlier) => {
            let earlier = &earlier.get().at;
            cells.wrong("name", format!("is granted to {role} already in {}:{}", earlier.file, earlier.line));
        }
    }
}

fn purpose(cells: &mut Cells<'_>, entry: &mut Role, names: &Names) {
    let purpose = cells.known("name", |code| names.has(Kind::Purpose, code));
    let default = cells.word("scope", |text| match text {
        "default" => Some(true),
        "also" => Some(false),
        _ => None,
    });
    if entry.purposes.contains(&purpose) {
        cells.wrong("name", "is a purpose of this role already");
    }
    if default == Some(true) && !entry.default_purpose.is_empty() {
        cells.wrong("scope", format!("the default purpose is {} already", entry.default_purpose));
    }
    if !cells.good() {
        return;
    }
    if default == Some(true) {
        entry.default_purpose.clone_from(&purpose);
    }
    entry.purposes.push(purpose);
}

/// Each named role has its one default purpose.
pub(crate) fn check(roles: &Roles, names: &Names, problems: &mut Vec<Problem>) {
    for role in names.of(Kind::Role) {
        if roles.get(&role.code).is_none_or(|rules| rules.default_purpose.is_empty()) {
            problems.push(Problem::row(&role.at, "code", format!("roles.csv has no default purpose of {}", role.code)));
        }
    }
}
