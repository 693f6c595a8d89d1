//! The one home of casbin: it decides every cell once, for each kind of holder and interval between effective dates.
//!
//! Dates are resolved here: casbin is given the rows in force, and never an empty string to compare. What it decided is
//! kept as a table; the enforcer itself is dropped.

use crate::{
    AuthorityRow, Holder, Level, Permission, PermissionSet, Problem, ScopeKind,
    authority::ANY,
    names::Kind,
    roles::{PUBLIC, Role},
    source::MODEL,
    tables::Tables,
};
use casbin::{CoreApi, DefaultModel, EnforceContext, Enforcer, MemoryAdapter, MgmtApi};
use chrono::{Days, NaiveDate};
use futures_util::FutureExt;
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, PoisonError, RwLock},
};

/// Role, unit and level of a holder, and the interval.
type Seat = (String, String, Level, usize);

/// Verdicts of one seat.
#[derive(Debug)]
pub(crate) struct Verdicts {
    cells: HashMap<&'static str, Cell>,
    pub(crate) set: Arc<PermissionSet>,
}

/// For which programmes and items a permission is held; a permission that is not held has no cell.
#[derive(Debug)]
enum Cell {
    /// For every programme there is, and all its items.
    Every,
    /// By programme, the items; the programme is there even if it has no item.
    Of(BTreeMap<String, BTreeSet<String>>),
}

impl Verdicts {
    fn new(cells: HashMap<&'static str, Cell>, policy_key: &str) -> Self {
        let set = Arc::new(PermissionSet::new(cells.keys().copied().collect(), policy_key));
        Self { cells, set }
    }

    /// Whether a permission is held; for a programme and an item of it where they are named.
    pub(crate) fn allow(&self, tables: &Tables, permission: &str, programme: Option<&str>, item: Option<&str>) -> bool {
        let Some(cell) = self.cells.get(permission) else { return false };
        let Some(programme) = programme else { return item.is_none() };
        match cell {
            Cell::Every => match item {
                None => tables.names.has(Kind::Programme, programme),
                Some(item) => tables.funding.iter().any(|row| row.programme == programme && row.item == item),
            },
            Cell::Of(programmes) => {
                programmes.get(programme).is_some_and(|items| item.is_none_or(|item| items.contains(item)))
            }
        }
    }
}

/// Intervals between effective dates, and the verdicts reached so far.
pub(crate) struct Judge {
    /// First days of the intervals, sorted; interval 0 lies before them all.
    boundaries: Vec<NaiveDate>,
    policy_key: String,
    verdicts: RwLock<HashMap<Seat, Arc<Verdicts>>>,
}

impl Judge {
    /// Cuts time at the effective dates, and asks an enforcer of each interval once.
    pub(crate) fn new(tables: &Tables, policy_key: &str) -> Result<Self, Problem> {
        let next = |to: NaiveDate| to.checked_add_days(Days::new(1));
        let ends = tables.authority.iter().filter_map(|row| row.to.and_then(next));
        let mut boundaries: Vec<_> = tables.authority.iter().map(|row| row.from).chain(ends).collect();
        boundaries.sort_unstable();
        boundaries.dedup();
        for on in &boundaries {
            try_out(tables, *on).map_err(|reason| Problem::file("model.conf", format!("on {on}: {reason}")))?;
        }
        Ok(Self { boundaries, policy_key: policy_key.to_owned(), verdicts: RwLock::default() })
    }

    /// What a holder may do on a day.
    pub(crate) fn verdicts(
        &self,
        tables: &Tables,
        declared: &[Permission],
        holder: &Holder,
        on: NaiveDate,
    ) -> Arc<Verdicts> {
        let Some(role) = tables.roles.get(&holder.role) else {
            return Arc::new(Verdicts::new(HashMap::new(), &self.policy_key));
        };
        // Units nobody named share one seat, so that the table cannot grow without bound.
        let unit = if tables.names.has(Kind::Unit, &holder.unit) { holder.unit.as_str() } else { "" };
        let interval = self.boundaries.partition_point(|boundary| *boundary <= on);
        let seat = (holder.role.clone(), unit.to_owned(), holder.level, interval);
        if let Some(known) = self.verdicts.read().unwrap_or_else(PoisonError::into_inner).get(&seat) {
            return Arc::clone(known);
        }
        // A fault of the enforcer means that nothing is allowed; load has tried every interval.
        let cells = Bench::new(tables, &holder.role, role, unit, holder.level, on)
            .and_then(|bench| bench.decide(declared))
            .unwrap_or_default();
        let verdicts = Arc::new(Verdicts::new(cells, &self.policy_key));
        self.verdicts.write().unwrap_or_else(PoisonError::into_inner).insert(seat, Arc::clone(&verdicts));
        verdicts
    }
}

/// A holder without a token.
pub(crate) fn public() -> Holder {
    Holder { role: PUBLIC.to_owned(), unit: String::new(), level: Level::Village, jurisdiction: String::new() }
}

/// One enforcer over the rows that can matter to one seat.
struct Bench<'a> {
    tables: &'a Tables,
    role: &'a str,
    rules: &'a Role,
    unit: &'a str,
    level: Level,
    enforcer: Enforcer,
    has_grants: bool,
    has_authority: bool,
    /// What was asked of authority.csv: step, item and programme.
    asked: RefCell<HashMap<(String, String, String), bool>>,
}

impl<'a> Bench<'a> {
    fn new(
        tables: &'a Tables,
        role: &'a str,
        rules: &'a Role,
        unit: &'a str,
        level: Level,
        on: NaiveDate,
    ) -> Result<Self, String> {
        let grants: Vec<_> = rules.grants.keys().map(|permission| grant_row(role, permission)).collect();
        let in_force = tables.authority.iter().filter(|row| row.in_force(on) && row.names(unit, level));
        let authority: Vec<_> = in_force.map(authority_row).collect();
        let (has_grants, has_authority) = (!grants.is_empty(), !authority.is_empty());
        let enforcer = enforcer(grants, authority)?;
        Ok(Self { tables, role, rules, unit, level, enforcer, has_grants, has_authority, asked: RefCell::default() })
    }

    fn decide(&self, declared: &[Permission]) -> Result<HashMap<&'static str, Cell>, String> {
        let mut cells = HashMap::new();
        for permission in declared {
            if self.granted(permission.name)?
                && let Some(cell) = self.cell(permission)?
            {
                cells.insert(permission.name, cell);
            }
        }
        Ok(cells)
    }

    /// The programmes and items of a granted permission; `None` when it is for nobody's programme.
    fn cell(&self, permission: &Permission) -> Result<Option<Cell>, String> {
        let scope = self.rules.grants.get(permission.name).map_or(ScopeKind::None, |grant| grant.scope);
        // A step needs its own row; rows of "the unit's programmes" need any row of the programme.
        let step = permission.step.or(scope.by_programme().then_some(ANY));
        if step.is_none() && permission.programme.is_none() {
            return Ok(Some(Cell::Every));
        }
        let mut programmes = BTreeMap::new();
        for programme in self.tables.names.of(Kind::Programme).map(|name| name.code.as_str()) {
            if permission.programme.is_some_and(|own| own != programme) {
                continue;
            }
            if let Some(step) = step
                && !self.authorised(programme, step, ANY)?
            {
                continue;
            }
            let mut items = BTreeSet::new();
            for item in self.tables.funding.iter().filter(|row| row.programme == programme).map(|row| &row.item) {
                if step.map_or(Ok(true), |step| self.authorised(programme, step, item))? {
                    items.insert(item.clone());
                }
            }
            programmes.insert(programme.to_owned(), items);
        }
        let bound = permission.step.is_some() || permission.programme.is_some();
        Ok((!bound || !programmes.is_empty()).then_some(Cell::Of(programmes)))
    }

    fn granted(&self, permission: &str) -> Result<bool, String> {
        if !self.has_grants {
            return Ok(false);
        }
        self.enforcer.enforce((self.role, permission)).map_err(|error| error.to_string())
    }

    fn authorised(&self, programme: &str, step: &str, item: &str) -> Result<bool, String> {
        if !self.has_authority {
            return Ok(false);
        }
        let key = (step.to_owned(), item.to_owned(), programme.to_owned());
        if let Some(known) = self.asked.borrow().get(&key) {
            return Ok(*known);
        }
        let request = (programme, step, self.level.as_str(), self.unit, item);
        let verdict = self.enforcer.enforce_with_context(EnforceContext::new("2"), request);
        let verdict = verdict.map_err(|error| error.to_string())?;
        self.asked.borrow_mut().insert(key, verdict);
        Ok(verdict)
    }
}

fn grant_row(role: &str, permission: &str) -> Vec<String> {
    vec![role.to_owned(), permission.to_owned()]
}

fn authority_row(row: &AuthorityRow) -> Vec<String> {
    let cells = [row.programme.as_str(), &row.step, row.level.as_str(), &row.unit, &row.item];
    cells.into_iter().map(str::to_owned).collect()
}

/// An enforcer over rows in memory; nothing in it waits, so it is ready at the first poll.
fn enforcer(grants: Vec<Vec<String>>, authority: Vec<Vec<String>>) -> Result<Enforcer, String> {
    let built = async {
        let model = DefaultModel::from_str(MODEL).await?;
        let mut enforcer = Enforcer::new(model, MemoryAdapter::default()).await?;
        if !grants.is_empty() {
            enforcer.add_named_policies("p", grants).await?;
        }
        let unique: BTreeSet<_> = authority.into_iter().collect();
        if !unique.is_empty() {
            enforcer.add_named_policies("p2", unique.into_iter().collect()).await?;
        }
        Ok::<_, casbin::Error>(enforcer)
    };
    match built.now_or_never() {
        Some(result) => result.map_err(|error| error.to_string()),
        None => Err("the enforcer did not come ready at once".to_owned()),
    }
}

/// Asks an enforcer of one day's rows what must be so: the rows it holds yes, all else no.
fn try_out(tables: &Tables, on: NaiveDate) -> Result<(), String> {
    let grants = || tables.roles.iter().flat_map(|(role, rules)| rules.grants.keys().map(|name| grant_row(role, name)));
    let authority = || tables.authority.iter().filter(|row| row.in_force(on)).map(authority_row);
    let enforcer = enforcer(grants().collect(), authority().collect())?;
    let ask = |request: Vec<String>, expected: bool| {
        let asked = format!("{request:?}");
        let answer = match request.len() {
            2 => enforcer.enforce(request),
            _ => enforcer.enforce_with_context(EnforceContext::new("2"), request),
        };
        match answer {
            Ok(answer) if answer == expected => Ok(()),
            Ok(answer) => Err(format!("casbin answers {answer} to {asked}")),
            Err(error) => Err(error.to_string()),
        }
    };
    for row in grants().take(1).chain(authority().take(1)) {
        ask(row, true)?;
    }
    for nothing in ["", "nobody", ANY] {
        ask(vec![nothing.to_owned(); 2], false)?;
        ask(vec![nothing.to_owned(); 5], false)?;
    }
    Ok(())
}
