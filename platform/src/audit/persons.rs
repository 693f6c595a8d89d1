//! Which persons a row is about, as the store has it at that moment.

use super::body::RowsRead;
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Link {
    table: &'static str,
    by: &'static str,
    wanted: &'static str,
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

/// Every type whose rows are about persons, and the way to them; of a person itself it has no link.
static WAYS: LazyLock<HashMap<&'static str, Vec<Link>>> = LazyLock::new(|| {
    HashMap::from([
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
    ])
});

/// The statements that go one link, on SQLite and on PostgreSQL.
static STEPS: LazyLock<HashMap<Link, [Arc<Query>; 2]>> = LazyLock::new(|| {
    let links = WAYS.values().flatten();
    links.map(|link| (*link, [true, false].map(|sqlite| Arc::new(link.step(sqlite))))).collect()
});

impl Link {
    fn step(self, sqlite: bool) -> Query {
        let kinds = vec![CellKind::Uuid];
        let wanted = (Alias::new(self.table), Alias::new(self.wanted));
        if sqlite {
            let mut query = Query::begin_at_keys(Expr::cust("?"), self.table, self.by);
            return Query::for_all_keys(query.column(wanted).to_string(SqliteQueryBuilder), kinds);
        }
        let mut query = Sql::select();
        let by = Expr::col((Alias::new(self.table), Alias::new(self.by)));
        query.column(wanted).from(Alias::new(self.table)).and_where(by.eq(Expr::cust(Query::KEY)));
        // Kept apart from the keys: as one join it would be planned for many of them, by reading the whole table.
        let text = format!("{} OFFSET 0", query.to_string(PostgresQueryBuilder));
        Query::for_each_key(text, kinds, 0, false)
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
    WAYS.get(name).is_some_and(|links| !links.is_empty())
}

/// Goes from rows to the persons they are about, link by link. Ways that meet go on as one: a case, its request and its
/// verification ask for the members of their household once.
#[derive(Debug, Default)]
pub(super) struct Search {
    /// Every key that came so far, by the links before it.
    came: HashMap<&'static [Link], Keys>,
    /// Those of them that nothing was asked for yet.
    waiting: BTreeMap<&'static [Link], Vec<Uuid>>,
    /// The links whose first one is being gone.
    going: Vec<&'static [Link]>,
    persons: Keys,
}

impl Search {
    /// Begins at a row.
    pub(super) fn begin(&mut self, name: &str, key: Uuid) {
        if let Some(links) = WAYS.get(name) {
            self.arrive(links, key);
        }
    }

    fn arrive(&mut self, left: &'static [Link], key: Uuid) {
        if left.is_empty() {
            self.persons.insert(key);
        } else if self.came.entry(left).or_default().insert(key) {
            self.waiting.entry(left).or_default().push(key);
        }
    }

    /// The next statements; none when all are found.
    pub(super) fn next(&mut self, sqlite: bool) -> Vec<Ask> {
        let now = std::mem::take(&mut self.waiting);
        self.going = now.keys().copied().collect();
        let asks = now.into_iter().filter_map(|(left, keys)| {
            let [on_sqlite, on_postgres] = STEPS.get(left.first()?)?;
            let query = Arc::clone(if sqlite { on_sqlite } else { on_postgres });
            let params = if sqlite { vec![Param::Key] } else { Vec::new() };
            Some(Ask { query, params, keys: Some(StoreKeys::Uuid(keys)) })
        });
        asks.collect()
    }

    /// Whether nothing is to be asked behind what is being asked.
    pub(super) fn ends(&self) -> bool {
        self.waiting.is_empty() && self.going.iter().all(|left| left.len() == 1)
    }

    /// Takes what they found.
    pub(super) fn take(&mut self, rows: &[Rows]) {
        for (left, rows) in std::mem::take(&mut self.going).into_iter().zip(rows) {
            for row in 0..rows.len() {
                if let CellRef::Uuid(key) = rows.cell(row, 0) {
                    self.arrive(&left[1..], key);
                }
            }
        }
    }

    /// The persons, when all are found.
    pub(super) fn into_persons(self) -> Option<Keys> {
        (self.waiting.is_empty() && self.going.is_empty()).then_some(self.persons)
    }
}

/// The persons that rows are about; of a type that concerns nobody, none.
pub(super) async fn of<C: ConnectionTrait>(conn: &C, rows: &RowsRead) -> Result<Keys> {
    Ok(of_each(conn, &[rows]).await?.pop().unwrap_or_default())
}

/// The same for several sets of rows, in as many statements as for one.
pub(super) async fn of_each<C: ConnectionTrait>(conn: &C, sets: &[&RowsRead]) -> Result<Vec<Keys>> {
    let mut by_type: BTreeMap<&str, Keys> = BTreeMap::new();
    for (name, key) in sets.iter().flat_map(|rows| rows.rows()) {
        by_type.entry(name).or_default().insert(key);
    }
    let mut led: HashMap<&str, HashMap<Uuid, Keys>> = HashMap::new();
    for (name, keys) in by_type {
        led.insert(name, of_type(conn, name, &keys).await?);
    }
    let of = |(name, key): (&str, Uuid)| led.get(name)?.get(&key);
    Ok(sets.iter().map(|rows| rows.rows().filter_map(of).flatten().copied().collect()).collect())
}

/// By the keys of a type's rows, the persons.
async fn of_type<C: ConnectionTrait>(conn: &C, name: &str, keys: &Keys) -> Result<HashMap<Uuid, Keys>> {
    let Some(links) = WAYS.get(name) else { return Ok(HashMap::new()) };
    let Some((query, key)) = follow(links) else {
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
