//! Who belongs to a household, who of them is an adult, and what they hold.

use crate::{
    code::Code,
    error::{Error, Refusal, Result, ensure},
    id_number::age,
    module::{Identity, Parameters},
};
use entity::{
    Day, application_subject, benefit, benefit_line, enums::BenefitState, household_member, person, user_account,
};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// The parameter that holds the age from which one signs for oneself, in years.
const ADULT_AGE: &str = "person.adult.ageMin";

/// A present member with the person behind it.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    /// The membership.
    pub(crate) row: household_member::Model,
    /// The person.
    pub(crate) person: person::Model,
}

impl Member {
    /// Whether the member is counted and alive.
    pub(crate) fn counts(&self) -> bool {
        self.row.counted && self.person.deceased_on.is_none()
    }

    /// Whether the member signs for himself on a day; of unknown age, yes.
    pub(crate) fn is_adult(&self, on: Day, adult_age: i64) -> bool {
        is_adult(&self.person, on, adult_age)
    }
}

/// Whether a person signs for himself on a day; of unknown age, yes.
pub(crate) fn is_adult(person: &person::Model, on: Day, adult_age: i64) -> bool {
    person.birth_on.is_none_or(|birth| i64::from(age(birth.0, on.0)) >= adult_age)
}

/// The age from which one signs for oneself on a day. Error: `PARAMETER_MISSING`.
pub(crate) fn adult_age(parameters: &Parameters, on: Day) -> Result<i64> {
    parameters.integer(ADULT_AGE, &on.to_string())
}

/// The present members of a household, by person.
pub(crate) async fn current_members<C: ConnectionTrait>(conn: &C, household_id: Uuid) -> Result<Vec<Member>> {
    Ok(members_of(conn, [household_id]).await?.remove(&household_id).unwrap_or_default())
}

/// The present members of several households, by household and person.
pub(crate) async fn members_of<C: ConnectionTrait>(
    conn: &C,
    households: impl IntoIterator<Item = Uuid>,
) -> Result<BTreeMap<Uuid, Vec<Member>>> {
    let rows = household_member::Entity::find()
        .filter(household_member::Column::HouseholdId.is_in(households))
        .filter(household_member::Column::ToOn.is_null())
        .order_by_asc(household_member::Column::PersonId)
        .all(conn)
        .await?;
    let persons: BTreeMap<Uuid, person::Model> = person::Entity::find()
        .filter(person::Column::Id.is_in(rows.iter().map(|row| row.person_id)))
        .all(conn)
        .await?
        .into_iter()
        .map(|person| (person.id, person))
        .collect();
    let mut members: BTreeMap<Uuid, Vec<Member>> = BTreeMap::new();
    for row in rows {
        let person =
            persons.get(&row.person_id).cloned().ok_or_else(|| Error::internal("a member without a person"))?;
        members.entry(row.household_id).or_default().push(Member { row, person });
    }
    Ok(members)
}

/// Refuses, as not there, a person who is no present member.
pub(crate) fn ensure_member(members: &[Member], person_id: Uuid, field: &'static str) -> Result<()> {
    if members.iter().any(|member| member.row.person_id == person_id) {
        return Ok(());
    }
    Err(Error::NotFound { field })
}

/// Refuses when one of these users is a member of the household (回避).
pub(crate) async fn ensure_no_relative<C: ConnectionTrait>(
    conn: &C,
    users: impl IntoIterator<Item = Uuid>,
    members: &[Member],
    field: &str,
) -> Result<()> {
    let users = user_account::Entity::find().filter(user_account::Column::Id.is_in(users)).all(conn).await?;
    let related =
        users.iter().filter_map(|user| user.person_id).any(|own| members.iter().any(|m| m.row.person_id == own));
    ensure(!related, || Refusal::new(Code::RecusalRequired).field(field))
}

/// An active benefit that a person shares as a counted member.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Holding {
    /// Who holds it.
    pub(crate) person_id: Uuid,
    /// Its programme.
    pub(crate) programme: String,
    /// The household it was granted to.
    pub(crate) household_id: Uuid,
}

/// What these persons hold on a day, in whichever household.
pub(crate) async fn holdings<C: ConnectionTrait>(conn: &C, persons: &[Uuid], on: Day) -> Result<Vec<Holding>> {
    let shared = Shared::of(conn, persons, on).await?;
    let mut held: Vec<_> = shared
        .each()
        .map(|(benefit, membership)| Holding {
            person_id: membership.person_id,
            programme: benefit.programme.clone(),
            household_id: benefit.household_id,
        })
        .collect();
    held.sort();
    held.dedup();
    Ok(held)
}

/// What these persons are on record for on a day: running benefits that cover them, decided here or imported.
///
/// A decision covers the counted members it was made for; a roll names the household only, and covers all its counted
/// members.
pub(crate) async fn identities<C: ConnectionTrait>(
    conn: &C,
    persons: &[Uuid],
    on: Day,
) -> Result<BTreeMap<Uuid, Vec<Identity>>> {
    let shared = Shared::of(conn, persons, on).await?;
    let subjects = subjects(conn, &shared.benefits).await?;
    let lines = benefit_line::Entity::find()
        .filter(benefit_line::Column::BenefitId.is_in(shared.benefits.iter().map(|benefit| benefit.id)))
        .all(conn)
        .await?;
    let mut found: BTreeMap<Uuid, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    for (benefit, membership) in shared.each() {
        let person = membership.person_id;
        if benefit.application_id.is_some_and(|case| !subjects.contains(&(case, person))) {
            continue;
        }
        let items = found.entry(person).or_default().entry(benefit.programme.clone()).or_default();
        let own = lines.iter().filter(|line| line.benefit_id == benefit.id);
        let own = own.filter(|line| line.person_id.is_none_or(|of| of == person));
        items.extend(own.map(|line| line.item.clone()));
    }
    let identity =
        |(programme, items): (String, BTreeSet<String>)| Identity { programme, items: items.into_iter().collect() };
    Ok(found.into_iter().map(|(person, held)| (person, held.into_iter().map(identity).collect())).collect())
}

/// Case and person of everyone these benefits' cases were decided for.
async fn subjects<C: ConnectionTrait>(conn: &C, benefits: &[benefit::Model]) -> Result<BTreeSet<(Uuid, Uuid)>> {
    let rows = application_subject::Entity::find()
        .filter(
            application_subject::Column::ApplicationId
                .is_in(benefits.iter().filter_map(|benefit| benefit.application_id)),
        )
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.application_id, row.person_id)).collect())
}

/// Running benefits, and the present counted memberships by which persons share them.
struct Shared {
    memberships: Vec<household_member::Model>,
    benefits: Vec<benefit::Model>,
}

impl Shared {
    async fn of<C: ConnectionTrait>(conn: &C, persons: &[Uuid], on: Day) -> Result<Self> {
        let memberships = household_member::Entity::find()
            .filter(household_member::Column::PersonId.is_in(persons.iter().copied()))
            .filter(household_member::Column::Counted.eq(true))
            .filter(household_member::Column::ToOn.is_null())
            .all(conn)
            .await?;
        let ends =
            Condition::any().add(benefit::Column::EndMonth.is_null()).add(benefit::Column::EndMonth.gte(on.month()));
        let benefits = benefit::Entity::find()
            .filter(benefit::Column::HouseholdId.is_in(memberships.iter().map(|row| row.household_id)))
            .filter(benefit::Column::State.eq(BenefitState::Active))
            .filter(ends)
            .all(conn)
            .await?;
        Ok(Self { memberships, benefits })
    }

    /// Each benefit with each person that shares it.
    fn each(&self) -> impl Iterator<Item = (&benefit::Model, &household_member::Model)> {
        self.benefits.iter().flat_map(|benefit| {
            let sharing = self.memberships.iter().filter(|row| row.household_id == benefit.household_id);
            sharing.map(move |row| (benefit, row))
        })
    }
}
