//! One casbin enforcer for each holder kind and interval between effective dates; every cell is decided once.

use crate::{Holder, Level, Permission, PermissionSet, Policies, Problem, table::Tables};
use casbin::{CoreApi, DefaultModel, Enforcer, MemoryAdapter, MgmtApi};
use chrono::{Days, NaiveDate};
use futures_util::FutureExt;
use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

/// Stands for a permission that no programme bounds.
const ANY: &str = "*";

type Kind = (String, String, Level, usize);

pub(crate) struct Compiled {
    /// First days of the intervals, sorted; interval 0 lies before them all.
    boundaries: Vec<NaiveDate>,
    model: String,
    cells: RwLock<HashMap<Kind, Arc<Cells>>>,
}

/// All that one kind of holder may do in one interval.
struct Cells {
    allowed: HashMap<&'static str, Vec<String>>,
    set: Arc<PermissionSet>,
}

impl Compiled {
    /// Cuts time at the effective dates and tries the model once.
    pub(crate) fn new(tables: &Tables, model: &str) -> Result<Self, Problem> {
        let mut boundaries: Vec<NaiveDate> = tables
            .authority
            .iter()
            .flat_map(|row| [Some(row.from), row.to.and_then(|to| to.checked_add_days(Days::new(1)))])
            .flatten()
            .collect();
        boundaries.sort_unstable();
        boundaries.dedup();
        let wrong = |reason: String| Problem { file: "model.conf".to_owned(), line: 0, reason };
        let probe = enforcer(model, &[vec!["a".to_owned(), "b".to_owned(), "c".to_owned()]]).map_err(wrong)?;
        for (request, expected) in [(("a", "b", "c"), true), (("a", "b", "x"), false), (("", "", ""), false)] {
            let allowed = probe.enforce(request).map_err(|error| wrong(error.to_string()))?;
            if allowed != expected {
                return Err(wrong(format!("the model answers {allowed} to {request:?}")));
            }
        }
        Ok(Self { boundaries, model: model.to_owned(), cells: RwLock::default() })
    }

    pub(crate) fn set(&self, policies: &Policies, holder: &Holder, on: NaiveDate) -> Arc<PermissionSet> {
        Arc::clone(&self.cells(policies, holder, on).set)
    }

    pub(crate) fn allows(
        &self,
        policies: &Policies,
        holder: &Holder,
        permission: &Permission,
        programme: Option<&str>,
        on: NaiveDate,
    ) -> bool {
        let cells = self.cells(policies, holder, on);
        let Some(programmes) = cells.allowed.get(permission.name) else { return false };
        match programme {
            None => !programmes.is_empty(),
            Some(programme) => programmes.iter().any(|known| known == programme || known == ANY),
        }
    }

    fn cells(&self, policies: &Policies, holder: &Holder, on: NaiveDate) -> Arc<Cells> {
        let interval = self.boundaries.partition_point(|boundary| *boundary <= on);
        let kind = (holder.role.clone(), holder.unit.clone(), holder.level, interval);
        if let Some(cells) = self.cells.read().unwrap_or_else(PoisonError::into_inner).get(&kind) {
            return Arc::clone(cells);
        }
        let cells = Arc::new(self.decide(policies, holder, on));
        self.cells.write().unwrap_or_else(PoisonError::into_inner).insert(kind, Arc::clone(&cells));
        cells
    }

    /// Asks casbin for every cell of one holder kind; a fault of the enforcer means nothing is allowed.
    fn decide(&self, policies: &Policies, holder: &Holder, on: NaiveDate) -> Cells {
        let name = format!("{}|{}|{}", holder.role, holder.unit, holder.level);
        let rows = rows(policies, holder, on, &name);
        let mut allowed: HashMap<&'static str, Vec<String>> = HashMap::new();
        if let Ok(enforcer) = enforcer(&self.model, &rows) {
            for permission in &policies.declared {
                let asked = match (permission.step, permission.programme) {
                    (None, _) => vec![ANY.to_owned()],
                    (Some(_), Some(programme)) => vec![programme.to_owned()],
                    (Some(_), None) => policies.programmes().into_iter().map(str::to_owned).collect(),
                };
                for programme in asked {
                    if enforcer.enforce((&name, permission.name, &programme)).unwrap_or(false) {
                        allowed.entry(permission.name).or_default().push(programme);
                    }
                }
            }
        }
        let set = PermissionSet::new(allowed.keys().copied().collect(), policies.version_key());
        Cells { allowed, set: Arc::new(set) }
    }
}

/// The rows in force for one holder: grants without a step as they are, steps once for each programme.
fn rows(policies: &Policies, holder: &Holder, on: NaiveDate, name: &str) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let grants = policies.tables.grants.iter().filter(|grant| grant.role == holder.role);
    for grant in grants {
        let Some(permission) = policies.declared.iter().find(|known| known.name == grant.permission) else { continue };
        let mut row = |programme: &str| rows.push(vec![name.to_owned(), permission.name.to_owned(), programme.to_owned()]);
        let Some(step) = permission.step else {
            row(ANY);
            continue;
        };
        for authority in &policies.tables.authority {
            if authority.step == step
                && authority.level == holder.level
                && (authority.unit == holder.unit || authority.unit == ANY)
                && authority.in_force(on)
                && permission.programme.is_none_or(|programme| programme == authority.programme)
            {
                row(&authority.programme);
            }
        }
    }
    rows.sort();
    rows.dedup();
    rows
}

/// An enforcer over rows in memory; nothing in it waits, so it is ready at the first poll.
fn enforcer(model: &str, rows: &[Vec<String>]) -> Result<Enforcer, String> {
    let built = async {
        let model = DefaultModel::from_str(model).await?;
        let mut enforcer = Enforcer::new(model, MemoryAdapter::default()).await?;
        if !rows.is_empty() {
            enforcer.add_policies(rows.to_vec()).await?;
        }
        Ok::<_, casbin::Error>(enforcer)
    };
    match built.now_or_never() {
        Some(result) => result.map_err(|error| error.to_string()),
        None => Err("the enforcer did not come ready at once".to_owned()),
    }
}
