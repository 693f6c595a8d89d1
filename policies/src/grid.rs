//! The permission grid: role by permission, a letter for the scope.

use crate::{Permission, Policies, ScopeKind};
use std::fmt::Write;

const HEAD: &str = "\
Role x permission, generated from roles.csv; review every change of it.
A all rows, D the district's rows of the unit's programmes, T the town's, H the town's rows of the unit's programmes,
V the village's, U the unit's own cases, S one's own, N none; . is not granted.
(step) also needs its row in authority.csv for the holder's unit, level and day; [PROGRAMME] is for that programme only.
";

pub(crate) fn grid(policies: &Policies) -> String {
    let roles = policies.roles();
    let labels: Vec<_> = policies.declared.iter().map(label).collect();
    let width = labels.iter().map(String::len).max().unwrap_or_default();
    let mut text = format!("{HEAD}\n{:width$}", "");
    for role in &roles {
        let _ = write!(text, " {role:>3}");
    }
    for (permission, label) in policies.declared.iter().zip(&labels) {
        let _ = write!(text, "\n{label:width$}");
        for role in &roles {
            let grant = policies.tables.roles.get(*role).and_then(|rules| rules.grants.get(permission.name));
            let _ = write!(text, " {:>3}", grant.map_or('.', |grant| letter(grant.scope)));
        }
    }
    text.push('\n');
    text
}

fn label(permission: &Permission) -> String {
    let step = permission.step.map(|step| format!(" ({step})")).unwrap_or_default();
    let programme = permission.programme.map(|programme| format!(" [{programme}]")).unwrap_or_default();
    format!("{}{step}{programme}", permission.name)
}

fn letter(scope: ScopeKind) -> char {
    match scope {
        ScopeKind::All => 'A',
        ScopeKind::DistrictProgramme => 'D',
        ScopeKind::Town => 'T',
        ScopeKind::TownHandled => 'H',
        ScopeKind::Village => 'V',
        ScopeKind::Unit => 'U',
        ScopeKind::Own => 'S',
        ScopeKind::None => 'N',
    }
}
