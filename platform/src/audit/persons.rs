//! Which persons a row is about, as the store has it at that moment.

use crate::{
    error::Result,
    part::{CellKind, CellRef},
    store::{Ask, Keys as StoreKeys, Param, Query, Rows},
};
use entity::{
    application_event, application_subject, appraisal, benefit, benefit_line, consent, decision, household_member,
    ledger_entry, notice, once_claim, opinion, person_claim, request, request_material, reverification, transfer,
    verification, verification_investigator, verification_report, verification_step,
};
use sea_orm::{
    ConnectionTrait, EntityName, IdenStatic,
    sea_query::{
        Alias, Expr, ExprTrait, IntoIden, PostgresQueryBuilder, Query as Sql, SelectStatement, SqliteQueryBuilder,
    },
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, LazyLock},
};
use uuid::Uuid;

/// Keys one statement asks for at most.
const KEYS_A_STATEMENT: usize = 500;

type Keys = BTreeSet<Uuid>;

/// One link on the way from a row to persons: of the rows of a table that hold a key in a column, another column.
#[derive(Debug, Clone, Copy)]
struct Link {
    table: &'static str,
    by: &'static str,
    wanted: &'static str,
}

/// The way from the rows of a type to the persons they are about; of a person itself it has no link.
struct Way {
    links: Vec<Link>,
    sqlite: Arc<Query>,
    postgres: Arc<Query>,
}

macro_rules! links {
    ($($table:ident: $by:ident -> $wanted:ident),*) => {
        vec![$(Link {
            table: $table::Entity.table_name(),
            by: $table::Column::$by.as_str(),
            wanted: $table::Column::$wanted.as_str(),
        }),*]
    };
}

/// From a household to its members.
macro_rules! members {
    ($($table:ident: $by:ident -> $wanted:ident),*) => {
        links![$($table: $by -> $wanted,)* household_member: HouseholdId -> PersonId]
    };
}

/// From a case to its subjects.
macro_rules! subjects {
    ($($table:ident: $by:ident -> $wanted:ident),*) => {
        links![$($table: $by -> $wanted,)* application_subject: ApplicationId -> PersonId]
    };
}

/// Every type whose rows are about persons.
static WAYS: LazyLock<HashMap<&'static str, Way>> = LazyLock::new(|| {
    let ways = [
        ("Person", Vec::new()),
        ("PersonClaim", links![person_claim: Id -> PersonId]),
        ("HouseholdMember", links![household_member: Id -> PersonId]),
        ("Consent", links![consent: Id -> PersonId]),
        ("ApplicationSubject", links![application_subject: Id -> PersonId]),
        ("OnceClaim", links![once_claim: Id -> PersonId]),
        ("Household", members![]),
        ("Request", members![request: Id -> HouseholdId]),
        ("RequestMaterial", members![request_material: Id -> RequestId, request: Id -> HouseholdId]),
        ("Benefit", members![benefit: Id -> HouseholdId]),
        ("BenefitLine", members![benefit_line: Id -> BenefitId, benefit: Id -> HouseholdId]),
        ("Verification", members![verification: Id -> HouseholdId]),
        ("VerificationReport", members![verification_report: Id -> HouseholdId]),
        ("VerificationStep", members![verification_step: Id -> VerificationId, verification: Id -> HouseholdId]),
        ("VerificationInvestigator", subjects![verification_investigator: Id -> ApplicationId]),
        ("Reverification", subjects![reverification: Id -> ApplicationId]),
        ("Application", subjects![]),
        ("ApplicationEvent", subjects![application_event: Id -> ApplicationId]),
        ("Appraisal", subjects![appraisal: Id -> ApplicationId]),
        ("Opinion", subjects![opinion: Id -> ApplicationId]),
        ("Notice", subjects![notice: Id -> ApplicationId]),
        ("Decision", subjects![decision: Id -> ApplicationId]),
        ("LedgerEntry", subjects![ledger_entry: Id -> ApplicationId]),
        ("Transfer", subjects![transfer: Id -> ApplicationId]),
    ];
    ways.into_iter().map(|(name, links)| (name, Way::new(links))).collect()
});

impl Way {
    fn new(links: Vec<Link>) -> Self {
        let kinds = || vec![CellKind::Uuid];
        let text = |sqlite: bool| {
            let Some((query, key)) = follow(&links) else { return String::new() };
            let mut query = query;
            query.and_where(key.eq(Expr::cust(if sqlite { "?" } else { Query::KEY })));
            if sqlite { query.to_string(SqliteQueryBuilder) } else { query.to_string(PostgresQueryBuilder) }
        };
        let (sqlite, postgres) = (text(true), text(false));
        Self {
            links,
            sqlite: Arc::new(Query::for_keys(sqlite, kinds(), 0, true)),
            postgres: Arc::new(Query::for_keys(postgres, kinds(), 0, false)),
        }
    }
}

/// The statement that goes a way, and the column of the keys it begins at.
fn follow(links: &[Link]) -> Option<(SelectStatement, Expr)> {
    let alias = |at: usize| Alias::new(format!("l{at}"));
    let (first, last) = (links.first()?, links.len() - 1);
    let mut query = Sql::select();
    query.column((alias(last), Alias::new(links[last].wanted))).from_as(Alias::new(first.table), alias(0));
    for (at, (above, link)) in links.iter().zip(&links[1..]).enumerate() {
        let joined = Expr::col((alias(at + 1), Alias::new(link.by))).equals((alias(at), Alias::new(above.wanted)));
        query.join_as(sea_orm::JoinType::InnerJoin, Alias::new(link.table), alias(at + 1), joined);
    }
    Some((query, Expr::col((alias(0).into_iden(), Alias::new(first.by).into_iden()))))
}

/// Whether the persons of this type's rows have to be asked for.
pub(super) fn have_to_be_asked(name: &str) -> bool {
    WAYS.get(name).is_some_and(|way| !way.links.is_empty())
}

/// The statements that ask whom rows, by type and key, are about; and the persons among the rows themselves.
pub(super) fn asks<'r>(rows: impl Iterator<Item = &'r (&'static str, Uuid)>, sqlite: bool) -> (Vec<Ask>, Keys) {
    let (mut by_type, mut persons) = (BTreeMap::<&str, Vec<Uuid>>::new(), Keys::new());
    for (name, key) in rows {
        match WAYS.get(name) {
            Some(way) if way.links.is_empty() => drop(persons.insert(*key)),
            Some(_) => by_type.entry(name).or_default().push(*key),
            None => {}
        }
    }
    let ask = |(name, keys): (&str, Vec<Uuid>)| {
        let way = WAYS.get(name)?;
        let query = Arc::clone(if sqlite { &way.sqlite } else { &way.postgres });
        let params = if sqlite { vec![Param::Key] } else { Vec::new() };
        Some(Ask { query, params, keys: Some(StoreKeys::Uuid(keys)) })
    };
    (by_type.into_iter().filter_map(ask).collect(), persons)
}

/// The persons that such a statement found.
pub(super) fn found(rows: &Rows) -> impl Iterator<Item = Uuid> + '_ {
    (0..rows.len()).filter_map(|row| match rows.cell(row, 0) {
        CellRef::Uuid(id) => Some(id),
        _ => None,
    })
}

/// The persons that rows, by type and key, are about; of a type that concerns nobody, none.
pub(super) async fn of<C: ConnectionTrait>(conn: &C, rows: BTreeSet<(String, Uuid)>) -> Result<Keys> {
    let rows: Vec<_> = rows.into_iter().collect();
    Ok(of_each(conn, &[&rows]).await?.pop().unwrap_or_default())
}

/// The same for several sets of rows, in as many statements as for one.
pub(super) async fn of_each<C: ConnectionTrait>(conn: &C, sets: &[&[(String, Uuid)]]) -> Result<Vec<Keys>> {
    let mut by_type: BTreeMap<&str, Keys> = BTreeMap::new();
    for (name, key) in sets.iter().copied().flatten() {
        by_type.entry(name).or_default().insert(*key);
    }
    let mut led: HashMap<&str, HashMap<Uuid, Keys>> = HashMap::new();
    for (name, keys) in by_type {
        led.insert(name, of_type(conn, name, &keys).await?);
    }
    let of = |(name, key): &(String, Uuid)| led.get(name.as_str())?.get(key);
    Ok(sets.iter().map(|rows| rows.iter().filter_map(of).flatten().copied().collect()).collect())
}

/// By the keys of a type's rows, the persons.
async fn of_type<C: ConnectionTrait>(conn: &C, name: &str, keys: &Keys) -> Result<HashMap<Uuid, Keys>> {
    let Some(way) = WAYS.get(name) else { return Ok(HashMap::new()) };
    let Some((query, key)) = follow(&way.links) else {
        return Ok(keys.iter().map(|key| (*key, Keys::from([*key]))).collect());
    };
    let keys: Vec<_> = keys.iter().copied().collect();
    let mut led: HashMap<Uuid, Keys> = HashMap::new();
    for keys in keys.chunks(KEYS_A_STATEMENT) {
        let mut query = query.clone();
        query.expr(key.clone()).and_where(key.clone().is_in(keys.iter().copied()));
        for row in conn.query_all(&query).await? {
            let person: Option<Uuid> = row.try_get_by_index(0)?;
            led.entry(row.try_get_by_index(1)?).or_default().extend(person);
        }
    }
    Ok(led)
}

#[cfg(test)]
mod tests {
    use super::WAYS;
    use crate::{part::DataClass, parts};

    #[test]
    fn whoever_is_told_of_by_a_stored_type_is_found_by_reading_it() {
        let parts = parts();
        let types = parts.iter().flat_map(|part| &part.types);
        let personal = types.filter(|stored| {
            let told = |class: DataClass| class >= DataClass::Personal;
            told(stored.class) || stored.fields.iter().any(|field| told(field.class))
        });
        let names: Vec<_> = personal.map(|stored| stored.name).chain(["Application", "Decision"]).collect();
        assert!(names.contains(&"Person") && names.contains(&"Transfer"), "{names:?}");
        for name in names {
            assert!(WAYS.contains_key(name), "no link leads from {name} to its persons");
        }
        assert!(!WAYS.contains_key("Jurisdiction"));
    }
}
