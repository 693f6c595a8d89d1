//! Reading and checking all tables of all sets, before casbin sees a single row.

use crate::{
    APPROVALS, AuthorityRow, FundingRow, Permission, PolicySource, Problem, SetVersion, authority,
    disclosure::{self, Disclosures},
    funding,
    names::{self, Kind, Names},
    parameters::{self, ParameterRow},
    roles::{self, Roles},
    sheet::Sheet,
    source::{BASELINE, FurtherSet, MODEL, Standing},
};
use std::collections::BTreeSet;

/// All rows of all sets.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    pub(crate) names: Names,
    pub(crate) authority: Vec<AuthorityRow>,
    pub(crate) funding: Vec<FundingRow>,
    pub(crate) roles: Roles,
    pub(crate) disclosures: Disclosures,
    pub(crate) parameters: Vec<ParameterRow>,
}

/// What was read and is sound.
pub(crate) struct Loaded {
    pub(crate) tables: Tables,
    pub(crate) versions: Vec<SetVersion>,
    pub(crate) declared: Vec<Permission>,
}

/// Reads every set; all problems are reported together.
pub(crate) fn read(source: &PolicySource, declared: &[Permission]) -> Result<Loaded, Vec<Problem>> {
    let mut tables = Tables::default();
    let mut problems = Vec::new();
    let mut versions = Vec::new();
    if source.model().trim() != MODEL.trim() {
        problems.push(Problem::file("model.conf", "is not the model this program was built with"));
    }
    for set in source.sets() {
        if !is_name(&set.name) || versions.iter().any(|known: &SetVersion| known.name == set.name) {
            problems.push(Problem::file(&set.name, "a set has a name of its own: small letters, digits and `-`"));
        }
        match set.stated() {
            Ok(version) => versions.push(version),
            Err(problem) => problems.push(problem),
        }
    }
    // Names first, whatever set they stand in: the other tables are read against all of them.
    each(source, "names.csv", names::COLUMNS, &mut problems, |sheet, problems| tables.names.read(sheet, problems));
    let declared = declarations(declared, &tables.names, &mut problems);
    let known = &tables.names;
    each(source, "authority.csv", authority::COLUMNS, &mut problems, |sheet, problems| {
        authority::read(&mut tables.authority, sheet, known, problems);
    });
    each(source, "funding.csv", funding::COLUMNS, &mut problems, |sheet, problems| {
        funding::read(&mut tables.funding, sheet, known, problems);
    });
    each(source, "roles.csv", roles::COLUMNS, &mut problems, |sheet, problems| {
        roles::read(&mut tables.roles, sheet, known, &declared, problems);
    });
    each(source, "disclosure.csv", disclosure::COLUMNS, &mut problems, |sheet, problems| {
        disclosure::read(&mut tables.disclosures, sheet, known, problems);
    });
    each(source, "parameters.csv", parameters::COLUMNS, &mut problems, |sheet, problems| {
        parameters::read(&mut tables.parameters, sheet, known, problems);
    });
    let items: BTreeSet<_> = tables.funding.iter().map(|row| (row.programme.as_str(), row.item.as_str())).collect();
    authority::check(&tables.authority, known, &items, &mut problems);
    funding::check(&tables.funding, known, &mut problems);
    roles::check(&tables.roles, known, &mut problems);
    parameters::check(&tables.parameters, &mut problems);
    if problems.is_empty() { Ok(Loaded { tables, versions, declared }) } else { Err(problems) }
}

/// The names alone, of sets that may not be sound.
pub(crate) fn names(source: &PolicySource) -> Names {
    let mut names = Names::default();
    each(source, "names.csv", names::COLUMNS, &mut Vec::new(), |sheet, problems| names.read(sheet, problems));
    names
}

/// Hands over the sheet of one file of each set; only a further set may do without it.
fn each(
    source: &PolicySource,
    file: &str,
    columns: &'static [&'static str],
    problems: &mut Vec<Problem>,
    mut take: impl FnMut(&Sheet, &mut Vec<Problem>),
) {
    for set in source.sets() {
        let text = text(set, file);
        if (set.name == BASELINE && file != "parameters.csv") || !text.is_empty() {
            let mut sheet = Sheet::read(&format!("{}/{file}", set.name), text, columns, problems);
            sheet.proposed = set.name != BASELINE && set.standing == Standing::Proposed;
            take(&sheet, problems);
        }
    }
}

fn text<'a>(set: &'a FurtherSet, file: &str) -> &'a str {
    set.files().into_iter().find(|(name, _)| *name == file).map_or("", |(_, text)| text)
}

fn is_name(name: &str) -> bool {
    (1..=40).contains(&name.len()) && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// The permissions of the parts, and the approvals of programmes without one; sorted by name.
fn declarations(parts: &[Permission], names: &Names, problems: &mut Vec<Problem>) -> Vec<Permission> {
    let mut declared: Vec<Permission> = parts.to_vec();
    let of_plan = APPROVALS.iter().filter(|approval| parts.iter().all(|part| part.name != approval.name));
    declared.extend(of_plan.filter(|approval| approval.programme.is_some_and(|code| names.has(Kind::Programme, code))));
    declared.sort_by_key(|permission| permission.name);
    let mut wrong = |permission: &Permission, reason: &str| {
        problems.push(Problem::file("declared", format!("permission {:?} {reason}", permission.name)));
    };
    for pair in declared.windows(2) {
        if pair[0].name == pair[1].name && pair[0] != pair[1] {
            wrong(&pair[0], "is declared twice and differently");
        }
    }
    for permission in &declared {
        if !is_permission(permission.name) {
            wrong(permission, "is not spelt noun.verb");
        }
        if permission.step.is_some_and(|step| !names.has(Kind::Step, step)) {
            wrong(permission, "stands for an unknown step");
        }
        if permission.programme.is_some_and(|programme| !names.has(Kind::Programme, programme)) {
            wrong(permission, "is bound to an unknown programme");
        }
    }
    declared.dedup();
    declared
}

fn is_permission(name: &str) -> bool {
    let parts: Vec<_> = name.split('.').collect();
    let word = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    name.len() <= 60 && parts.len() == 2 && parts.iter().all(word)
}
