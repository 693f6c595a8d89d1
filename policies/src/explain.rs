//! Which row allows something, or that none does.

use crate::{Holder, Policies, table::Origin};
use chrono::NaiveDate;

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowRef {
    /// Set and file.
    pub file: String,
    /// Line.
    pub line: u64,
    /// The row as written.
    pub text: String,
}

impl From<&Origin> for RowRef {
    fn from(origin: &Origin) -> Self {
        Self { file: origin.file.clone(), line: origin.line, text: origin.text.clone() }
    }
}

/// Why something is allowed, or why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The verdict the gateway would reach.
    pub allowed: bool,
    /// Grant of the permission to the role.
    pub roles_row: Option<RowRef>,
    /// Authority for the step, where the permission is one.
    pub authority_row: Option<RowRef>,
    /// Rows that give the step to others on that day.
    pub held_by: Vec<RowRef>,
    /// In words.
    pub reason_en: String,
    /// In words, Chinese.
    pub reason_zh: String,
}

pub(crate) fn explain(
    policies: &Policies,
    holder: &Holder,
    permission: &str,
    programme: Option<&str>,
    on: NaiveDate,
) -> Explanation {
    let allowed = policies.allows(holder, permission, programme, on);
    let grant = policies.tables.grants.iter().find(|grant| grant.role == holder.role && grant.permission == permission);
    let declared = policies.declared.iter().find(|known| known.name == permission);
    let step = declared.and_then(|known| known.step);
    let programme = programme.or(declared.and_then(|known| known.programme));
    let in_force: Vec<_> = policies
        .tables
        .authority
        .iter()
        .filter(|row| Some(row.step.as_str()) == step && row.in_force(on) && programme.is_none_or(|code| code == row.programme))
        .collect();
    let own = in_force
        .iter()
        .find(|row| row.level == holder.level && (row.unit == holder.unit || row.unit == "*"))
        .map(|row| RowRef::from(&row.origin));
    let (reason_en, reason_zh) = words(declared.is_some(), grant.is_some(), step, own.is_some(), allowed);
    Explanation {
        allowed,
        roles_row: grant.map(|grant| RowRef::from(&grant.origin)),
        authority_row: own,
        held_by: in_force.iter().map(|row| RowRef::from(&row.origin)).collect(),
        reason_en,
        reason_zh,
    }
}

fn words(declared: bool, granted: bool, step: Option<&str>, authority: bool, allowed: bool) -> (String, String) {
    let (en, zh) = match (declared, granted, step, authority) {
        (false, ..) => ("no part declares this permission", "没有任何模块声明此权限"),
        (_, false, ..) => ("roles.csv does not grant it to this role", "roles.csv 未将此权限授予该角色"),
        (_, _, Some(_), false) => {
            ("authority.csv gives this step to no such unit on that day", "authority.csv 当日未将此环节赋予该单位")
        }
        _ if allowed => ("the rows named allow it", "所列行允许"),
        _ => ("no row allows it for that programme", "没有行允许该项目"),
    };
    (en.to_owned(), zh.to_owned())
}
