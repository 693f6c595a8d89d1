//! Which row allows something, or that none does.

use crate::{AuthorityRow, Holder, Permission, Policies, RowRef};
use chrono::NaiveDate;
use serde::Serialize;

/// Why something is allowed, or why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The verdict the gateway reaches.
    pub allowed: bool,
    /// Grant of the permission to the role.
    pub roles_row: Option<RowRef>,
    /// Authority of the holder's unit, where the permission needs it.
    pub authority_row: Option<RowRef>,
    /// Every row that gives the step to anyone on that day.
    pub held_by: Vec<RowRef>,
    /// In words.
    pub reason_en: String,
    /// In words, Chinese.
    pub reason_zh: String,
}

pub(crate) fn explain(
    policies: &Policies,
    holder: &Holder,
    name: &str,
    programme: Option<&str>,
    on: NaiveDate,
) -> Explanation {
    let declared = policies.declared.iter().find(|known| known.name == name);
    let grant = policies.tables.roles.get(&holder.role).and_then(|rules| rules.grants.get(name));
    let asked = programme.or(declared.and_then(|known| known.programme));
    let handled = asked.is_some() && policies.scope(&holder.role, name).by_programme();
    let rows = match declared {
        Some(permission) if permission.step.is_some() || handled => policies.needed(permission, programme, on),
        _ => Vec::new(),
    };
    let own = rows.iter().copied().find(|row| row.names(&holder.unit, holder.level));
    let held: Vec<_> = rows.iter().copied().filter(|_| declared.is_some_and(|known| known.step.is_some())).collect();
    let allowed = policies.allows(holder, name, programme, on);
    let case =
        Case { policies, holder, name, programme, on, declared, granted: grant.is_some(), own, held: &held, allowed };
    let (reason_en, reason_zh) = case.reason();
    Explanation {
        allowed,
        roles_row: grant.map(|grant| grant.at.clone()),
        authority_row: own.map(|row| row.at.clone()),
        held_by: held.iter().map(|row| row.at.clone()).collect(),
        reason_en,
        reason_zh,
    }
}

struct Case<'a> {
    policies: &'a Policies,
    holder: &'a Holder,
    name: &'a str,
    programme: Option<&'a str>,
    on: NaiveDate,
    declared: Option<&'a Permission>,
    granted: bool,
    own: Option<&'a AuthorityRow>,
    held: &'a [&'a AuthorityRow],
    allowed: bool,
}

impl Case<'_> {
    fn reason(&self) -> (String, String) {
        let Self { policies, holder, name, on, .. } = self;
        let role = &holder.role;
        if !policies.tables.roles.contains_key(role) {
            return (format!("role {role} is unknown"), format!("角色 {role} 不存在"));
        }
        let Some(permission) = self.declared else {
            return (format!("no part declares {name}"), format!("没有任何模块声明权限 {name}"));
        };
        if let (Some(own), Some(asked)) = (permission.programme, self.programme)
            && own != asked
        {
            return (format!("{name} is for {own} only"), format!("{name} 仅用于 {own}"));
        }
        if let Some(code) = self.programme
            && !policies.programmes().contains(&code)
        {
            return (format!("programme {code} is unknown"), format!("救助项目 {code} 不存在"));
        }
        if !self.granted {
            return (
                format!("roles.csv does not grant {name} to {role}"),
                format!("roles.csv 未将 {name} 授予 {role}"),
            );
        }
        if self.allowed {
            return match self.own {
                Some(row) => (
                    format!(
                        "roles.csv grants it to {role}, and authority.csv gives it to {} ({})",
                        holder.unit, row.document
                    ),
                    format!("roles.csv 授予 {role}，authority.csv 赋予 {}（{}）", holder.unit, row.document),
                ),
                None => (format!("roles.csv grants it to {role}"), format!("roles.csv 授予 {role}")),
            };
        }
        let programme = self.programme.or(permission.programme).unwrap_or("any programme");
        let Some(step) = permission.step else {
            return (
                format!("on {on} {} takes no step of {programme}", holder.unit),
                format!("{on}，{} 不承办 {programme} 的任何环节", holder.unit),
            );
        };
        let others = self.others();
        if others.is_empty() {
            return (
                format!("on {on} authority.csv gives {step} of {programme} to no one"),
                format!("{on}，authority.csv 未将 {programme} 的 {step} 赋予任何单位"),
            );
        }
        (
            format!("on {on} {step} of {programme} is with {others}, not with {} ({})", holder.unit, holder.level),
            format!("{on}，{programme} 的 {step} 属于 {others}，不属于 {}（{}）", holder.unit, holder.level),
        )
    }

    fn others(&self) -> String {
        let mut units: Vec<_> = self.held.iter().map(|row| format!("{} ({})", row.unit, row.level)).collect();
        units.sort_unstable();
        units.dedup();
        units.join(", ")
    }
}
