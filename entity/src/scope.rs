//! Row scope as plain data, and the one place that writes it into a statement.

use crate::{
    account, application, application_event, application_facet, application_subject, appraisal, benefit, benefit_line,
    consent, decision, disbursement_batch, household, household_member, ledger_entry, ledger_total, notice, opinion,
    person, person_claim, request, request_material, reverification, scope_link, transfer, verification,
    verification_investigator, verification_report, verification_step,
};
use sea_orm::{
    Condition, EntityTrait, Iden, QueryFilter, Select,
    sea_query::{Alias, Expr, ExprTrait, IntoIden, Query},
};
use uuid::Uuid;

/// The rows an operation may touch; the platform fills it, nobody widens it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// No row.
    None,
    /// Rows that fit every bound that is given.
    Rows {
        /// Root of a jurisdiction subtree.
        jurisdiction: Option<String>,
        /// Programmes.
        programmes: Option<Vec<String>>,
        /// Handling unit.
        unit: Option<String>,
        /// The user the row belongs to.
        user: Option<Uuid>,
    },
}

impl Scope {
    /// Every row.
    pub fn all() -> Self {
        Self::Rows { jurisdiction: None, programmes: None, unit: None, user: None }
    }

    /// Whether a row of this place, programme and unit can lie in it; one that belongs to a user is not told here.
    pub fn admits(&self, place: &str, programme: Option<&str>, handling: Option<&str>) -> bool {
        let Self::Rows { jurisdiction, programmes, unit, user } = self else { return false };
        let programmes = programmes.as_ref();
        jurisdiction.as_ref().is_none_or(|root| place.starts_with(root.as_str()))
            && programmes.is_none_or(|list| programme.is_some_and(|code| list.iter().any(|known| known == code)))
            && unit.as_ref().is_none_or(|code| handling == Some(code.as_str()))
            && user.is_none()
    }
}

/// Where the rows of a table carry what a scope asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScopeBy {
    /// Everyone who may read the type may read every row.
    Public,
    /// In columns of the table itself; a bound without its column admits no row.
    Columns {
        /// Column of the jurisdiction code.
        jurisdiction: &'static str,
        /// Column of the programme.
        programme: Option<&'static str>,
        /// The unit the row lies with.
        unit: Option<UnitBy>,
        /// Column of the owning user.
        user: Option<&'static str>,
    },
    /// In `scope_link`, by the type and key of the row.
    Link {
        /// Type, as `scope_link.entity_type` names it.
        entity_type: &'static str,
        /// Column that holds the linked key.
        id: &'static str,
        /// The unit the row lies with: a link names places and programmes only.
        unit: Option<UnitBy>,
    },
}

/// Where a row says which unit it lies with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnitBy {
    /// In a column of its own.
    Column(&'static str),
    /// Where the case it hangs on lies; the edges that lead there, the last of them to `application`.
    ///
    /// Nothing is copied: moving the case moves all that hangs on it.
    Case(&'static [Hop]),
}

/// One edge of the way to a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hop {
    /// Column of the table left.
    pub column: &'static str,
    /// Table entered.
    pub table: &'static str,
    /// Column of that table.
    pub key: &'static str,
}

/// The way of a table that carries its case's key.
pub const BY_APPLICATION: UnitBy = UnitBy::Case(&[Hop { column: "application_id", table: "application", key: "id" }]);
/// The way of a benefit's lines.
const BY_BENEFIT: UnitBy = UnitBy::Case(&[
    Hop { column: "benefit_id", table: "benefit", key: "id" },
    Hop { column: "application_id", table: "application", key: "id" },
]);
/// The way of a person: the cases it is a subject of.
const BY_SUBJECT: UnitBy = UnitBy::Case(&[
    Hop { column: "id", table: "application_subject", key: "person_id" },
    Hop { column: "application_id", table: "application", key: "id" },
]);

/// A table whose rows can be scoped.
pub trait Scoped: EntityTrait {
    /// Where its rows carry jurisdiction and programme.
    fn scope_by() -> ScopeBy;
}

/// First text after every code that starts with `root`: a subtree is the range `root <= code < successor`.
///
/// Codes hold digits only, and `:` is the character after `9`.
pub fn successor(root: &str) -> String {
    format!("{root}:")
}

/// The condition that keeps a statement over `table` inside a scope.
pub fn condition(by: &ScopeBy, table: &str, scope: &Scope) -> Condition {
    let Scope::Rows { jurisdiction, programmes, unit, user } = scope else { return nothing() };
    match by {
        ScopeBy::Public => Condition::all(),
        ScopeBy::Columns { jurisdiction: place, programme, unit: unit_by, user: user_column } => {
            let mut all = Condition::all();
            if let Some(root) = jurisdiction {
                all = all.add(within(table, place, root));
            }
            if let Some(list) = programmes {
                let Some(column) = programme else { return nothing() };
                all = all.add(one_of(&column_of(table, column), list));
            }
            if let Some(code) = unit {
                let Some(by) = unit_by else { return nothing() };
                all = all.add(lies_with(table, by, code));
            }
            if let Some(id) = user {
                let Some(column) = user_column else { return nothing() };
                all = all.add(column_of(table, column).eq(*id));
            }
            all
        }
        ScopeBy::Link { entity_type, id, unit: unit_by } => {
            if user.is_some() {
                return nothing();
            }
            let mut all = Condition::all();
            if let Some(code) = unit {
                let Some(by) = unit_by else { return nothing() };
                all = all.add(lies_with(table, by, code));
            }
            if jurisdiction.is_some() || programmes.is_some() {
                all = all.add(linked(table, entity_type, id, jurisdiction.as_deref(), programmes.as_deref()));
            }
            all
        }
    }
}

/// Whether a row lies in every scope that a row above it lies in: both are found by one and the same link, the one above by
/// its `key`, which this one holds in `column`.
pub fn share_a_link((above, key): (&ScopeBy, &str), (by, column): (&ScopeBy, &str)) -> bool {
    let (ScopeBy::Link { entity_type, id, unit: None }, ScopeBy::Link { entity_type: same, id: held, unit: None }) =
        (above, by)
    else {
        return false;
    };
    (entity_type, *id, *held) == (same, key, column)
}

/// No row.
fn nothing() -> Condition {
    Condition::all().add(Expr::val(1).eq(0))
}

/// The same rows as `condition`, where a list is to come in an order: a range of places cannot carry an order behind it,
/// equal towns or districts can. An index must begin with `substr(place, 1, 9)`, and one with `substr(place, 1, 6)`.
pub fn condition_in_order(by: &ScopeBy, table: &str, scope: &Scope) -> Condition {
    match (by, scope) {
        (
            ScopeBy::Columns { jurisdiction: column, .. },
            Scope::Rows { jurisdiction: Some(root), programmes, unit, user },
        ) if matches!(root.len(), DISTRICT_DIGITS | TOWN_DIGITS | VILLAGE_DIGITS) => {
            let rest =
                Scope::Rows { jurisdiction: None, programmes: programmes.clone(), unit: unit.clone(), user: *user };
            let place = if root.len() == VILLAGE_DIGITS {
                // No place lies below a village.
                column_of(table, column)
            } else {
                Expr::cust(format!("substr(\"{table}\".\"{column}\", 1, {})", root.len()))
            };
            condition(by, table, &rest).add(place.eq(root.as_str()))
        }
        _ => condition(by, table, scope),
    }
}

/// Digits of the codes of a district, of a town, and of a village.
const DISTRICT_DIGITS: usize = 6;
const TOWN_DIGITS: usize = 9;
const VILLAGE_DIGITS: usize = 12;

/// Rows that lie with a unit.
fn lies_with(table: &str, by: &UnitBy, code: &str) -> Expr {
    match by {
        UnitBy::Column(column) => column_of(table, column).eq(code.to_owned()),
        UnitBy::Case(hops) => match hops.split_first() {
            None => column_of(table, "unit").eq(code.to_owned()),
            Some((hop, rest)) => {
                let joined = Expr::col((Alias::new(hop.table), Alias::new(hop.key)))
                    .equals((Alias::new(table), Alias::new(hop.column)));
                let mut query = Query::select();
                query.expr(Expr::val(1)).from(Alias::new(hop.table)).and_where(joined).and_where(lies_with(
                    hop.table,
                    &UnitBy::Case(rest),
                    code,
                ));
                Expr::exists(query)
            }
        },
    }
}

fn linked(table: &str, entity_type: &str, id: &str, root: Option<&str>, programmes: Option<&[String]>) -> Condition {
    use scope_link::Column as L;
    let link = "scope_link";
    let mut query = Query::select();
    query
        .expr(Expr::val(1))
        .from(scope_link::Entity)
        .and_where(column_of(link, &L::EntityType.to_string()).eq(entity_type))
        .and_where(
            Expr::col((Alias::new(link), Alias::new(L::EntityId.to_string())))
                .equals((Alias::new(table), Alias::new(id))),
        );
    if let Some(root) = root {
        query.cond_where(within(link, &L::Jurisdiction.to_string(), root));
    }
    if let Some(list) = programmes {
        query.cond_where(one_of(&column_of(link, &L::Programme.to_string()), list));
    }
    Condition::all().add(Expr::exists(query))
}

/// Equal to one of these. Not by `IN`: for a list of three or more SQLite builds a tree each time a statement runs, and a
/// statement of a nested list runs for every row above it.
fn one_of(column: &Expr, list: &[String]) -> Condition {
    if list.is_empty() {
        return nothing();
    }
    list.iter().fold(Condition::any(), |any, code| any.add(column.clone().eq(code.as_str())))
}

fn within(table: &str, column: &str, root: &str) -> Condition {
    Condition::all().add(column_of(table, column).gte(root)).add(column_of(table, column).lt(successor(root)))
}

fn column_of(table: &str, column: &str) -> Expr {
    Expr::col((Alias::new(table).into_iden(), Alias::new(column).into_iden()))
}

/// Finds rows inside a scope; the only way use-cases look for a row a caller named.
pub fn find_scoped<E: Scoped>(scope: &Scope) -> Select<E> {
    E::find().filter(condition(&E::scope_by(), E::default().table_name(), scope))
}

/// A table that carries its case's place and programme; `unit` is how it tells where the case lies, if one may ask.
const fn by_case(unit: Option<UnitBy>) -> ScopeBy {
    ScopeBy::Columns { jurisdiction: "jurisdiction", programme: Some("programme"), unit, user: None }
}

const fn by_place() -> ScopeBy {
    ScopeBy::Columns { jurisdiction: "jurisdiction", programme: None, unit: None, user: None }
}

const fn by_link(entity_type: &'static str, id: &'static str) -> ScopeBy {
    ScopeBy::Link { entity_type, id, unit: None }
}

macro_rules! scoped {
    ($( $module:ident => $by:expr; )*) => {
        $(
            impl Scoped for $module::Entity {
                fn scope_by() -> ScopeBy {
                    $by
                }
            }
        )*
    };
}

scoped! {
    application => by_case(Some(UnitBy::Column("unit")));
    application_subject => by_case(Some(BY_APPLICATION));
    application_event => by_case(Some(BY_APPLICATION));
    application_facet => by_case(Some(BY_APPLICATION));
    verification => by_case(None);
    verification_step => by_case(None);
    verification_investigator => by_case(None);
    reverification => by_case(None);
    appraisal => by_case(None);
    opinion => by_case(None);
    notice => by_case(None);
    transfer => by_case(Some(UnitBy::Column("to_unit")));
    decision => by_case(Some(BY_APPLICATION));
    benefit => by_case(Some(BY_APPLICATION));
    benefit_line => by_case(Some(BY_BENEFIT));
    account => by_case(None);
    ledger_entry => by_case(None);
    ledger_total => by_case(None);
    disbursement_batch => by_place();
    person => ScopeBy::Link { entity_type: "Person", id: "id", unit: Some(BY_SUBJECT) };
    // What sources say of a person is for who verifies and reviews, not for a unit that was sent one case.
    person_claim => by_link("Person", "person_id");
    household => by_link("Household", "id");
    household_member => by_link("Household", "household_id");
    consent => by_link("Household", "household_id");
    request => by_link("Request", "id");
    request_material => by_link("Request", "request_id");
    verification_report => by_link("VerificationReport", "id");
}
