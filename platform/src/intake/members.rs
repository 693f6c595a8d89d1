//! Who belongs to a household, who of them is an adult, and what they hold.

use crate::{
    code::Code,
    error::{Error, Refusal, Result, ensure},
    id_number::age,
    module::Parameters,
};
use entity::{Day, benefit, enums::BenefitState, household_member, person, user_account};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use std::collections::BTreeMap;
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
    let rows = household_member::Entity::find()
        .filter(household_member::Column::HouseholdId.eq(household_id))
        .filter(household_member::Column::ToOn.is_null())
        .order_by_asc(household_member::Column::PersonId)
        .all(conn)
        .await?;
    let mut persons: BTreeMap<Uuid, person::Model> = person::Entity::find()
        .filter(person::Column::Id.is_in(rows.iter().map(|row| row.person_id)))
        .all(conn)
        .await?
        .into_iter()
        .map(|person| (person.id, person))
        .collect();
    rows.into_iter()
        .map(|row| {
            let person = persons.remove(&row.person_id).ok_or_else(|| Error::internal("a member without a person"))?;
            Ok(Member { row, person })
        })
        .collect()
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

/// What these persons hold today, in whichever household.
pub(crate) async fn holdings<C: ConnectionTrait>(conn: &C, persons: &[Uuid]) -> Result<Vec<Holding>> {
    let memberships = household_member::Entity::find()
        .filter(household_member::Column::PersonId.is_in(persons.iter().copied()))
        .filter(household_member::Column::Counted.eq(true))
        .filter(household_member::Column::ToOn.is_null())
        .all(conn)
        .await?;
    let benefits = benefit::Entity::find()
        .filter(benefit::Column::HouseholdId.is_in(memberships.iter().map(|row| row.household_id)))
        .filter(benefit::Column::State.eq(BenefitState::Active))
        .all(conn)
        .await?;
    let mut held: Vec<_> = benefits
        .iter()
        .flat_map(|benefit| {
            memberships.iter().filter(|row| row.household_id == benefit.household_id).map(|row| Holding {
                person_id: row.person_id,
                programme: benefit.programme.clone(),
                household_id: benefit.household_id,
            })
        })
        .collect();
    held.sort();
    held.dedup();
    Ok(held)
}
