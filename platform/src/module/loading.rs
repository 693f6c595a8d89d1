//! What a module must be before it loads: of this contract, with a name of its own, and asking for nothing that the
//! policies do not give to its programme.
//!
//! **Invariant:** a module grants itself nothing; every authority and every channel it names is a row of a policy set
//! that the operator named.

use super::{CONTRACT_VERSION, Manifest, Module};
use crate::part::{Action, Part, Permission};
use policies::{Level, Policies};
use std::{collections::BTreeMap, sync::Arc};

/// What is wrong with the modules, each side and the missing row named; empty when all may load.
///
/// `platform` are the parts of the shared flows.
pub fn problems(modules: &[Arc<dyn Module>], platform: &[Part], policies: &Policies) -> Vec<String> {
    let mut problems = Vec::new();
    let mut taken = Names::of(platform);
    for module in modules {
        let manifest = module.manifest();
        let part = module.part();
        let mut check = Check { manifest: &manifest, policies, problems: &mut problems };
        check.contract();
        check.names(&part, &mut taken);
        check.part(&part);
        check.authority();
        check.channels();
    }
    problems
}

/// Dated values that modules or their ceilings read and nobody brings; `has` says whether a key has any value.
pub fn missing_values(modules: &[Arc<dyn Module>], policies: &Policies, has: &dyn Fn(&str) -> bool) -> Vec<String> {
    let mut problems = Vec::new();
    for module in modules {
        let manifest = module.manifest();
        let own = manifest
            .parameters
            .iter()
            .copied()
            .chain([manifest.limit.key()])
            .chain(manifest.notice_days)
            .chain(manifest.signers);
        for key in own.filter(|key| !has(key)) {
            problems.push(format!(
                "module {} reads parameter {key}, which has no value: parameters.csv of the set that names {} has no row {key},…",
                manifest.code, manifest.programme
            ));
        }
        let rows = policies.authority_rows().iter().filter(|row| row.programme == manifest.programme);
        for row in rows {
            if let Some(key) = row.ceiling.as_deref().filter(|key| !has(key)) {
                problems.push(format!("{}:{} names ceiling {key}, which has no value", row.at.file, row.at.line));
            }
        }
    }
    problems
}

/// Names that only one part may have, with the part that has them.
struct Names(BTreeMap<(&'static str, String), String>);

impl Names {
    fn of(platform: &[Part]) -> Self {
        let mut names = Self(BTreeMap::new());
        for part in platform {
            let owner = format!("part {}", part.name);
            names.0.insert(("code", part.name.to_owned()), owner.clone());
            for permission in &part.permissions {
                names.0.insert(("permission", permission.name.to_owned()), owner.clone());
            }
        }
        names
    }

    /// The earlier owner of a name, if there is one.
    fn claim(&mut self, kind: &'static str, name: &str, owner: &str) -> Option<String> {
        self.0.insert((kind, name.to_owned()), owner.to_owned())
    }
}

/// Steps that decide a case.
const DECIDING: [&str; 2] = ["approve", "decide"];

struct Check<'a> {
    manifest: &'a Manifest,
    policies: &'a Policies,
    problems: &'a mut Vec<String>,
}

impl Check<'_> {
    fn refuse(&mut self, reason: impl std::fmt::Display) {
        self.problems.push(format!("module {}: {reason}", self.manifest.code));
    }

    fn contract(&mut self) {
        let version = self.manifest.contract_version;
        if version != CONTRACT_VERSION {
            self.refuse(format!(
                "it was written for contract {version}, this platform speaks contract {CONTRACT_VERSION}: bring it up to date"
            ));
        }
        let code = self.manifest.code;
        if code.is_empty() || !code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
            self.refuse(format!("its code {code:?} is no lowercase word"));
        }
    }

    /// Code, programme and permissions are nobody else's.
    fn names(&mut self, part: &Part, taken: &mut Names) {
        let (code, programme) = (self.manifest.code, self.manifest.programme);
        let owner = format!("module {code}");
        if let Some(other) = taken.claim("code", code, &owner) {
            self.refuse(format!("its code is taken: {other} and {owner} are both called {code}"));
        }
        if let Some(other) = taken.claim("programme", programme, &owner) {
            self.refuse(format!("both {other} and {owner} are for programme {programme}: load one of them"));
        }
        for permission in &part.permissions {
            if let Some(other) = taken.claim("permission", permission.name, &owner) {
                self.refuse(format!("both {other} and {owner} declare permission {}", permission.name));
            }
        }
    }

    /// The part speaks for the module alone.
    fn part(&mut self, part: &Part) {
        let Manifest { code, programme, .. } = *self.manifest;
        if part.name != code {
            self.refuse(format!("its part is called {}, its manifest says {code}", part.name));
        }
        for stored in &part.types {
            self.refuse(format!(
                "it stores type {} in table {}: tables are the platform's, its own facts are its details",
                stored.name, stored.table
            ));
        }
        if let Some(details) = &part.details
            && details.programme != programme
        {
            self.refuse(format!("its details are for programme {}, its manifest says {programme}", details.programme));
        }
        let prefix = code.replace('_', "");
        let actions =
            part.queries.iter().chain(&part.mutations).map(|Action { name, permission, .. }| (name, permission));
        let events = part.subscriptions.iter().map(|subscription| (&subscription.name, &subscription.permission));
        for (name, permission) in actions.chain(events) {
            if !name.to_ascii_lowercase().starts_with(&prefix) {
                self.refuse(format!("its field {name} does not begin with its code {code}"));
            }
            self.permission(part, permission, &format!("field {name}"));
        }
        if let Some(details) = &part.details {
            self.permission(part, &details.permission, "details");
        }
        for permission in &part.permissions {
            self.permission(part, permission, "part");
        }
    }

    fn permission(&mut self, part: &Part, permission: &Permission, place: &str) {
        let Manifest { code, programme, .. } = *self.manifest;
        let name = permission.name;
        if !name.strip_prefix(code).is_some_and(|rest| rest.starts_with('.')) {
            self.refuse(format!(
                "its {place} goes by permission {name}, which is not its own: its permissions begin with {code}."
            ));
        } else if permission.programme != Some(programme) {
            let bound = permission.programme.unwrap_or("no programme");
            self.refuse(format!("permission {name} is bound to {bound}, its manifest says {programme}"));
        } else if !part.permissions.contains(permission) {
            self.refuse(format!("its {place} goes by permission {name}, which the part does not declare"));
        }
    }

    /// Every step, level and unit it names stands in authority.csv for its own programme.
    fn authority(&mut self) {
        let Manifest { programme, unit, steps, decision_levels, .. } = *self.manifest;
        let policies = self.policies;
        if !policies.units().iter().any(|(known, _)| *known == unit) {
            self.refuse(format!("its unit {unit} does not exist: names.csv has no row unit,{unit},…"));
        }
        let rows = policies.authority_rows();
        let own =
            |step: &str| rows.iter().filter(|row| row.programme == programme && row.step == step).collect::<Vec<_>>();
        for step in steps {
            if own(step).is_empty() {
                self.refuse(format!(
                    "it takes step {step}, which nobody has for {programme}: authority.csv has no row {programme},{step},…"
                ));
            }
        }
        let deciding: Vec<Level> = DECIDING.iter().flat_map(|step| own(step)).map(|row| row.level).collect();
        for level in decision_levels.iter().filter(|level| !deciding.contains(level)) {
            self.refuse(format!(
                "it says that {level} decides, which {programme} gives to {deciding:?}: authority.csv has no row {programme},approve,{level},…"
            ));
        }
        if !rows.iter().any(|row| row.programme == programme && row.unit == unit) {
            self.refuse(format!(
                "its unit {unit} takes no step of {programme}: authority.csv has no row of {programme} for {unit}"
            ));
        }
    }

    /// Every item it pays comes from the channel that funding.csv says.
    fn channels(&mut self) {
        let Manifest { programme, items, .. } = *self.manifest;
        let rows = self.policies.funding_rows();
        for (item, channel) in items {
            let row = format!("funding.csv has no row {programme},{item},{channel},…");
            if rows.iter().any(|row| {
                (row.programme.as_str(), row.item.as_str(), row.channel.as_str()) == (programme, item, channel)
            }) {
                continue;
            }
            let side = match rows.iter().find(|row| row.channel == *channel) {
                Some(other) if other.programme != programme => {
                    format!(", the channel of {} ({}:{})", other.programme, other.at.file, other.at.line)
                }
                _ if !self.policies.channel_exists(channel) => ", a channel that does not exist".to_owned(),
                _ => String::new(),
            };
            self.refuse(format!("it pays {item} of {programme} from {channel}{side}: {row}"));
        }
    }
}
