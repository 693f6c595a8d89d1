//! The permission grid: role by permission, a letter for the scope.

use crate::{Permission, ScopeKind, table::Tables};
use std::fmt::Write;

pub(crate) fn grid(tables: &Tables, declared: &[Permission]) -> String {
    let mut permissions: Vec<_> = declared.iter().collect();
    permissions.sort_by_key(|permission| permission.name);
    let roles: Vec<_> = tables.purposes.iter().map(|(role, _)| role.as_str()).collect();
    let mut text = String::from(
        "Generated: role x permission. A all, D district of its programmes, T town, H town of its programmes,\n\
         V village, S self, N none, . not granted. (step) also needs its row in authority.csv.\n\n",
    );
    let width = permissions.iter().map(|permission| label(permission).len()).max().unwrap_or_default();
    let _ = write!(text, "{:width$}", "");
    for role in &roles {
        let _ = write!(text, " {role:>3}");
    }
    for permission in permissions {
        let _ = write!(text, "\n{:width$}", label(permission));
        for role in &roles {
            let grant = tables.grants.iter().find(|grant| grant.role == *role && grant.permission == permission.name);
            let _ = write!(text, " {:>3}", grant.map_or('.', |grant| letter(grant.scope)));
        }
    }
    text.push('\n');
    text
}

fn label(permission: &Permission) -> String {
    permission.step.map_or_else(|| permission.name.to_owned(), |step| format!("{} ({step})", permission.name))
}

fn letter(scope: ScopeKind) -> char {
    match scope {
        ScopeKind::All => 'A',
        ScopeKind::DistrictProgramme => 'D',
        ScopeKind::Town => 'T',
        ScopeKind::TownHandled => 'H',
        ScopeKind::Village => 'V',
        ScopeKind::Own => 'S',
        ScopeKind::None => 'N',
    }
}
