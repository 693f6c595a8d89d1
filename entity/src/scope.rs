//! Row scope as plain data, and the one place that writes it into a statement.

use crate::{
    account, application, application_event, application_facet, application_subject, appraisal, benefit, benefit_line,
    consent, decision, disbursement_batch, household, household_member, ledger_entry, notice, opinion, person,
    person_claim, request, request_material, scope_link, verification, verification_investigator, verification_report,
    verification_step,
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
        /// Column of the handling unit.
        unit: Option<&'static str>,
        /// Column of the owning user.
        user: Option<&'static str>,
    },
    /// In `scope_link`, by the type and key of the row.
    Link {
        /// Type, as `scope_link.entity_type` names it.
        entity_type: &'static str,
        /// Column that holds the linked key.
        id: &'static str,
    },
}

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
    let nothing = || Condition::all().add(Expr::val(1).eq(0));
    let Scope::Rows { jurisdiction, programmes, unit, user } = scope else { return nothing() };
    match by {
        ScopeBy::Public => Condition::all(),
        ScopeBy::Columns { jurisdiction: place, programme, unit: unit_column, user: user_column } => {
            let mut all = Condition::all();
            if let Some(root) = jurisdiction {
                all = all.add(within(table, place, root));
            }
            if let Some(list) = programmes {
                let Some(column) = programme else { return nothing() };
                all = all.add(column_of(table, column).is_in(list.iter().cloned()));
            }
            if let Some(code) = unit {
                let Some(column) = unit_column else { return nothing() };
                all = all.add(column_of(table, column).eq(code.clone()));
            }
            if let Some(id) = user {
                let Some(column) = user_column else { return nothing() };
                all = all.add(column_of(table, column).eq(*id));
            }
            all
        }
        ScopeBy::Link { entity_type, id } => {
            if unit.is_some() || user.is_some() {
                return nothing();
            }
            if jurisdiction.is_none() && programmes.is_none() {
                return Condition::all();
            }
            linked(table, entity_type, id, jurisdiction.as_deref(), programmes.as_deref())
        }
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
        query.and_where(column_of(link, &L::Programme.to_string()).is_in(list.iter().cloned()));
    }
    Condition::all().add(Expr::exists(query))
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

const fn by_case() -> ScopeBy {
    ScopeBy::Columns { jurisdiction: "jurisdiction", programme: Some("programme"), unit: None, user: None }
}

const fn by_place() -> ScopeBy {
    ScopeBy::Columns { jurisdiction: "jurisdiction", programme: None, unit: None, user: None }
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
    application => by_case();
    application_subject => by_case();
    application_event => by_case();
    application_facet => by_case();
    verification => by_case();
    verification_step => by_case();
    verification_investigator => by_case();
    appraisal => by_case();
    opinion => by_case();
    notice => by_case();
    decision => by_case();
    benefit => by_case();
    benefit_line => by_case();
    account => by_case();
    ledger_entry => by_case();
    disbursement_batch => by_place();
    person => ScopeBy::Link { entity_type: "Person", id: "id" };
    person_claim => ScopeBy::Link { entity_type: "Person", id: "person_id" };
    household => ScopeBy::Link { entity_type: "Household", id: "id" };
    household_member => ScopeBy::Link { entity_type: "Household", id: "household_id" };
    consent => ScopeBy::Link { entity_type: "Household", id: "household_id" };
    request => ScopeBy::Link { entity_type: "Request", id: "id" };
    request_material => ScopeBy::Link { entity_type: "Request", id: "request_id" };
    verification_report => ScopeBy::Link { entity_type: "VerificationReport", id: "id" };
}
