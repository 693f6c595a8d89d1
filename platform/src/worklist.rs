//! The work list (待办): cases that wait for what the caller may do, by due date.
//!
//! Which states wait for whom is what the mutations themselves declare; there is no second list of it.

use crate::{
    act::{Act, Wait},
    error::Result,
    op::Op,
    part::{DataClass, Direction, Finder, Part},
    permissions as may,
};
use entity::{
    Day, Scope, application,
    enums::{ApplicationState, ClockEffect},
    opinion,
};
use schemars::JsonSchema;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Alias, Expr, ExprTrait, Func, Query},
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Stands for a due date where there is none yet, after every real one.
pub const NO_DUE_DATE: &str = "9999-12-31";

/// Cases counted at most.
const COUNTED_MAX: u64 = 10_000;

/// States of cases that wait for somebody; the work list's index holds no others.
///
/// Migration m20261123_070500 writes the same list; a test compares what acts wait for with it.
pub const IN_FLIGHT: &str = "'VILLAGE_RECEIVED', 'TOWN_PENDING', 'SUPPLEMENT_REQUIRED', 'ACCEPTED', 'VERIFYING', \
    'VERIFIED', 'APPRAISED', 'PRELIM_ROUTED', 'PRELIM_OPINION', 'FIRST_NOTICE', 'OBJECTED', 'REINVESTIGATING', \
    'RE_NOTICE', 'TOWN_REVIEWED', 'TOWN_DECIDED', 'DISTRICT_REVIEW', 'RETURNED', 'APPROVED', 'PUBLISHED', \
    'DISBURSING', 'UNDER_REVIEW', 'RECONSIDERATION', 'TRANSFERRED'";

/// The list and its counts.
pub fn part() -> Part {
    let list = Finder::new(
        "worklist",
        "Cases that wait for what the caller may do, by due date, those without one last (待办事项).",
        "Application",
        may::WORKLIST_READ,
        waiting,
    )
    .ordered_by_or(application::Column::DueOn, Direction::Asc, NO_DUE_DATE)
    .comparing([application::Column::State, application::Column::Programme, application::Column::Jurisdiction])
    .comparing([application::Column::DueOn]);
    Part::new("worklist").finder(list).query(
        "worklistCounts",
        "How many cases wait for the caller, by programme and by state, and how many are overdue (待办统计).",
        may::WORKLIST_READ,
        DataClass::Internal,
        counts,
    )
}

/// Which of the waiting cases; all conditions must hold.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct WorklistFilter {
    /// Of one of these programmes (救助项目).
    #[garde(inner(length(max = 13)))]
    pub programme: Option<Vec<String>>,
    /// In one of these states (办理状态).
    #[garde(inner(length(max = 40)))]
    pub state: Option<Vec<ApplicationState>>,
    /// Whether the statutory limit has passed (是否超期).
    #[garde(skip)]
    pub overdue: Option<bool>,
    /// In this place (村居或乡镇).
    #[garde(inner(length(chars, min = 1, max = 12)))]
    #[schemars(extend("x-scalar" = "JurisdictionCode"))]
    pub village: Option<String>,
    /// Due before this day; cases without a due date are not (早于该日到期).
    #[garde(skip)]
    pub due_before: Option<Day>,
}

/// Cases of some programmes that wait in one way for an actor, in the rows that the act reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// How they wait.
    pub wait: Wait,
    /// The programmes.
    pub programmes: BTreeSet<String>,
    /// The rows.
    pub scope: Scope,
}

/// What waits for an actor today, by what the policies let the actor do.
pub fn waits_for(op: &Op) -> Vec<Waiting> {
    let mut waiting: Vec<Waiting> = Vec::new();
    for module in &op.platform().modules {
        let manifest = module.manifest();
        for act in op.platform().acts().iter().filter(|act| is_for(op, act, manifest.programme)) {
            let scope = op.scope(&act.permission);
            for wait in act.on_case.waits(op, &manifest) {
                let known = waiting.iter_mut().find(|known| known.wait == wait && known.scope == scope);
                match known {
                    Some(known) => {
                        known.programmes.insert(manifest.programme.to_owned());
                    }
                    None => waiting.push(Waiting {
                        wait,
                        programmes: BTreeSet::from([manifest.programme.to_owned()]),
                        scope: scope.clone(),
                    }),
                }
            }
        }
    }
    waiting
}

fn is_for(op: &Op, act: &Act, programme: &str) -> bool {
    act.offered(op, programme) && act.authorised(op, programme)
}

/// The condition of a work list, without the reader's own row scope.
async fn waiting(op: &Op, filter: WorklistFilter) -> Result<Condition> {
    use application::Column as C;
    let mut any = Condition::any().add(Expr::val(1).eq(0));
    for waiting in waits_for(op) {
        any = any.add(waiting.condition());
    }
    // As text, since only then can the database prove that the rows are in its partial index.
    let in_flight = Expr::cust(format!("\"application\".\"state\" IN ({IN_FLIGHT})"));
    let mut all = Condition::all().add(in_flight).add(any);
    // A village's cases are found among its town's, in the order that an index carries for a town.
    if let Some(town) = op.actor().and_then(|actor| actor.jurisdiction.get(..9)) {
        all = all.add(Expr::cust("substr(\"application\".\"jurisdiction\", 1, 9)").eq(town));
    }
    if let Some(programmes) = filter.programme {
        all = all.add(C::Programme.is_in(programmes));
    }
    if let Some(states) = filter.state {
        all = all.add(C::State.is_in(states));
    }
    if let Some(root) = filter.village {
        all = all.add(C::Jurisdiction.gte(&root)).add(C::Jurisdiction.lt(entity::scope::successor(&root)));
    }
    if let Some(day) = filter.due_before {
        all = all.add(C::DueOn.lt(day));
    }
    Ok(match filter.overdue {
        Some(true) => all.add(overdue(op)),
        Some(false) => all.add(Condition::any().add(C::DueOn.is_null()).add(overdue(op).not())),
        None => all,
    })
}

/// Cases in a scope, in the order of the list.
fn within(scope: &Scope) -> Condition {
    let by = <application::Entity as entity::Scoped>::scope_by();
    entity::scope::condition_in_order(&by, "application", scope)
}

/// As `Application.overdue` computes it: the clock runs, and its last day has passed.
fn overdue(op: &Op) -> Condition {
    use application::Column as C;
    Condition::all().add(C::DueOn.lt(op.today())).add(C::DecidedOn.is_null()).add(C::Clock.eq(ClockEffect::Run))
}

impl Waiting {
    fn condition(&self) -> Condition {
        use application::Column as C;
        let mut all = Condition::all()
            .add(C::State.eq(self.wait.state))
            .add(C::Programme.is_in(&self.programmes))
            .add(within(&self.scope));
        if let Some(outcome) = self.wait.opinion {
            all = all.add(C::Opinion.eq(outcome));
        }
        if let Some(stage) = self.wait.before {
            let given = opinion::Entity::find()
                .select_only()
                .expr(Expr::val(1))
                .filter(opinion::Column::Stage.eq(stage))
                .filter(
                    Expr::col((opinion::Entity, opinion::Column::ApplicationId))
                        .equals((application::Entity, application::Column::Id)),
                )
                .into_query();
            all = all.add(Expr::exists(given).not());
        }
        all
    }
}

/// Numbers of waiting cases.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorklistCounts {
    /// All that wait (待办总数).
    pub total: i32,
    /// Of those, past their due date (超期数).
    pub overdue: i32,
    /// Whether counting stopped at 10000 (是否达到统计上限).
    pub capped: bool,
    /// By programme (按救助项目).
    pub by_programme: Vec<WorklistCount>,
    /// By state (按办理状态).
    pub by_state: Vec<WorklistCount>,
}

/// Waiting cases that have one thing in common.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorklistCount {
    /// The programme or the state (分类).
    pub key: String,
    /// How many wait (待办数).
    pub count: i32,
    /// Of those, past their due date (超期数).
    pub overdue: i32,
}

async fn counts(op: &Op, filter: WorklistFilter) -> Result<WorklistCounts> {
    let reading = op.read(may::WORKLIST_READ)?;
    let late = Expr::case(overdue(op), Expr::val(1_i64)).finally(Expr::val(0_i64));
    let waiting = application::Entity::find()
        .filter(within(&reading.scope))
        .filter(within(&op.scope(&may::APPLICATION_READ)))
        .filter(waiting(op, filter).await?)
        .select_only()
        .column(application::Column::Programme)
        .column(application::Column::State)
        .expr_as(late, "late")
        .limit(COUNTED_MAX)
        .into_query();
    let column = |name: &str| Expr::col(Alias::new(name));
    let mut query = Query::select();
    query
        .expr(column("programme"))
        .expr(column("state"))
        .expr(column("late"))
        .expr(Func::count(Expr::val(1_i64)))
        .from_subquery(waiting, Alias::new("waiting"))
        .group_by_columns([Alias::new("programme"), Alias::new("state"), Alias::new("late")]);
    let mut tally = Tally::default();
    for row in reading.conn.query_all(&query).await? {
        let (programme, state): (String, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        tally.add(&programme, &state, row.try_get_by_index::<i64>(2)? == 1, row.try_get_by_index(3)?);
    }
    Ok(tally.counts())
}

/// Numbers by programme and by state: all, and overdue.
#[derive(Default)]
struct Tally {
    total: (i64, i64),
    programmes: BTreeMap<String, (i64, i64)>,
    states: BTreeMap<String, (i64, i64)>,
}

impl Tally {
    fn add(&mut self, programme: &str, state: &str, overdue: bool, count: i64) {
        let late = if overdue { count } else { 0 };
        let of_programme = self.programmes.entry(programme.to_owned()).or_default();
        let of_state = self.states.entry(state.to_owned()).or_default();
        for counted in [&mut self.total, of_programme, of_state] {
            counted.0 += count;
            counted.1 += late;
        }
    }

    fn counts(self) -> WorklistCounts {
        let small = |count: i64| i32::try_from(count).unwrap_or(i32::MAX);
        let list = |counted: BTreeMap<String, (i64, i64)>| {
            let rows = counted.into_iter();
            rows.map(|(key, (count, late))| WorklistCount { key, count: small(count), overdue: small(late) }).collect()
        };
        WorklistCounts {
            total: small(self.total.0),
            overdue: small(self.total.1),
            capped: self.total.0.unsigned_abs() >= COUNTED_MAX,
            by_programme: list(self.programmes),
            by_state: list(self.states),
        }
    }
}
