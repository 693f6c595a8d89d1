//! Households (共同生活的家庭) and their members.

use super::{
    link::link,
    person::{by_hash, read_number},
};
use crate::{
    code::Code,
    error::{Error, Refusal, Result, ensure},
    id::Ref,
    op::Op,
    part::Saved,
    permissions as may, reference,
    tables::{self, RELATION},
    tx::{Done, Tx},
};
use entity::{
    enums::{AreaType, JurisdictionKind},
    find_scoped, household, household_member, jurisdiction, person,
};
use schemars::JsonSchema;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Deserialize;
use std::collections::BTreeSet;
use uuid::Uuid;

/// A household as the form has it.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct HouseholdRegister {
    /// Key under which a repeated call answers the first one's result.
    #[garde(length(chars, min = 1, max = 100))]
    pub idempotency_key: String,
    /// The head; the member with relation 01 or 02 when left out (户主).
    #[garde(skip)]
    pub head_id: Option<Ref<person::Entity>>,
    /// Village or community of the window's area (村居).
    #[garde(length(chars, min = 1, max = 12))]
    #[schemars(extend("x-scalar" = "JurisdictionCode"))]
    pub village_code: String,
    /// Urban or rural line (城乡类别).
    #[garde(skip)]
    pub area_type: AreaType,
    /// Address (住址).
    #[garde(inner(length(chars, max = 200)))]
    pub address: Option<String>,
    /// Villagers' group (组).
    #[garde(inner(length(chars, max = 60)))]
    pub group_name: Option<String>,
    /// Phone (联系电话).
    #[garde(inner(length(chars, max = 40)))]
    pub phone: Option<String>,
    /// Members as declared; the number of those listed when left out (家庭人口).
    #[garde(inner(range(min = 1, max = 50)))]
    pub declared_size: Option<i32>,
    /// The members (家庭成员).
    #[garde(length(min = 1, max = 50), dive)]
    pub members: Vec<HouseholdMemberEntry>,
}

/// One member; named by `personId`, or by `idNumber` where the record is not the caller's to read yet.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct HouseholdMemberEntry {
    /// The person.
    #[garde(skip)]
    pub person_id: Option<Ref<person::Entity>>,
    /// The person's identity number (公民身份号码).
    #[garde(inner(length(chars, max = 40)))]
    #[schemars(extend("x-scalar" = "IdNumber"))]
    pub id_number: Option<String>,
    /// Relation to the head, GB/T 4761 (与户主关系).
    #[garde(length(chars, min = 1, max = 2))]
    pub relation: String,
    /// Whether the member is counted; yes when left out (是否共同生活).
    #[garde(skip)]
    pub counted: Option<bool>,
    /// Why the member is not counted (不计入原因).
    #[garde(inner(length(chars, max = 200)))]
    pub not_counted_reason: Option<String>,
}

pub(super) async fn register(op: &Op, input: HouseholdRegister) -> Result<Saved<household::Entity>> {
    let tx = op.begin(may::HOUSEHOLD_REGISTER).await?;

    ensure_own_village(&tx, &input.village_code).await?;
    let members = resolve(&tx, &input.members).await?;
    let head = ensure_listed(&input, &members)?;
    let persons: BTreeSet<Uuid> = members.iter().map(|member| member.person_id).collect();
    ensure_free(&tx, &persons).await?;

    let id = tx.new_id();
    let row = household::Model {
        id,
        head_person_id: head,
        jurisdiction: input.village_code,
        area_type: input.area_type,
        address: input.address,
        group_name: input.group_name,
        phone: input.phone,
        declared_size: match input.declared_size {
            Some(size) => size,
            None => i32::try_from(input.members.len()).map_err(Error::internal)?,
        },
        created_at: op.instant(),
        version: 1,
    };
    let row = tx.record(id, row).await?;
    link(&tx, "Household", id, &row.jurisdiction, "").await?;
    for (member, entry) in members.iter().zip(input.members) {
        add(&tx, &row, member, entry).await?;
    }

    tx.finish(id, 1, Done::at(&row.jurisdiction)).await
}

/// Refuses, as not there, a place that is no village or community of the actor's area.
pub(super) async fn ensure_own_village(tx: &Tx<'_>, code: &str) -> Result<()> {
    let absent = || Error::NotFound { field: "input.villageCode" };
    if !code.starts_with(&tx.op().signed_in()?.jurisdiction) {
        return Err(absent());
    }
    let place = jurisdiction::Entity::find_by_id(code.to_owned()).one(tx.conn()).await?.ok_or_else(absent)?;
    match place.kind {
        JurisdictionKind::Village | JurisdictionKind::Community => Ok(()),
        JurisdictionKind::Town | JurisdictionKind::District => Err(absent()),
    }
}

/// A member that was found.
struct Found {
    person_id: Uuid,
    /// Whether the record is the caller's to read already.
    reached: bool,
}

async fn resolve(tx: &Tx<'_>, entries: &[HouseholdMemberEntry]) -> Result<Vec<Found>> {
    let parameters = reference::parameters(tx.conn()).await?;
    let mut found = Vec::new();
    for entry in entries {
        let absent = || Error::NotFound { field: "input.members" };
        let person_id = match (entry.person_id, &entry.id_number) {
            (Some(reference), None) => reference.id,
            (None, Some(typed)) => {
                let number = read_number(&parameters, typed, tx.op().today(), "input.members.idNumber")?;
                let hash = tx.op().platform().cipher.lookup_hash(number.as_str())?;
                by_hash(tx, &hash).await?.ok_or_else(absent)?.id
            }
            _ => {
                let reason = "name each member by personId or by idNumber";
                return Err(Refusal::new(Code::InvalidInput).field("input.members").arg("reason", reason).into());
            }
        };
        let reached = find_scoped::<person::Entity>(&tx.op().scope(tx.permission()))
            .filter(person::Column::Id.eq(person_id))
            .count(tx.conn())
            .await?
            > 0;
        if entry.person_id.is_some() && !reached {
            return Err(absent());
        }
        found.push(Found { person_id, reached });
    }
    Ok(found)
}

/// Codes known, nobody twice, exactly one head; answers the head.
fn ensure_listed(input: &HouseholdRegister, members: &[Found]) -> Result<Uuid> {
    let mut seen = BTreeSet::new();
    let mut heads = Vec::new();
    for (entry, member) in input.members.iter().zip(members) {
        ensure(RELATION.has(&entry.relation), || {
            Refusal::new(Code::UnknownCode)
                .field("input.members.relation")
                .arg("value", &entry.relation)
                .arg("table", RELATION.name)
        })?;
        ensure(seen.insert(member.person_id), || Refusal::new(Code::MemberTwice).field("input.members"))?;
        let said = entry.not_counted_reason.as_deref().is_some_and(|reason| !reason.trim().is_empty());
        ensure(entry.counted != Some(false) || said, || {
            Refusal::new(Code::InvalidInput)
                .field("input.members.notCountedReason")
                .arg("reason", "say why the member is not counted")
        })?;
        if tables::is_head(&entry.relation) {
            heads.push(member.person_id);
        }
    }
    match heads.as_slice() {
        [head] if input.head_id.is_none_or(|named| named.id == *head) => Ok(*head),
        _ => Err(Refusal::new(Code::HeadNotMember).field("input.headId").into()),
    }
}

/// Locks the persons, so that no second household takes them meanwhile, and refuses who has one.
async fn ensure_free(tx: &Tx<'_>, persons: &BTreeSet<Uuid>) -> Result<()> {
    person::Entity::find()
        .filter(person::Column::Id.is_in(persons.iter().copied()))
        .order_by_asc(person::Column::Id)
        .lock_exclusive()
        .all(tx.conn())
        .await?;
    let elsewhere = household_member::Entity::find()
        .filter(household_member::Column::PersonId.is_in(persons.iter().copied()))
        .filter(household_member::Column::ToOn.is_null())
        .count(tx.conn())
        .await?;
    ensure(elsewhere == 0, || Refusal::new(Code::MemberOfOtherHousehold).field("input.members"))
}

async fn add(tx: &Tx<'_>, household: &household::Model, member: &Found, entry: HouseholdMemberEntry) -> Result<()> {
    let row = household_member::Model {
        id: tx.new_id(),
        household_id: household.id,
        person_id: member.person_id,
        relation: entry.relation,
        counted: entry.counted.unwrap_or(true),
        not_counted_reason: entry.not_counted_reason.filter(|_| entry.counted == Some(false)),
        from_on: tx.op().today(),
        to_on: None,
        jurisdiction: household.jurisdiction.clone(),
    };
    tx.record(row.id, row).await?;
    // A record known elsewhere stays hidden here until a request links it.
    if member.reached {
        link(tx, "Person", member.person_id, &household.jurisdiction, "").await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(relation: &str) -> HouseholdMemberEntry {
        HouseholdMemberEntry {
            person_id: None,
            id_number: None,
            relation: relation.to_owned(),
            counted: None,
            not_counted_reason: None,
        }
    }

    fn outcome(members: Vec<(u128, HouseholdMemberEntry)>, head: Option<u128>) -> Result<Uuid, Code> {
        let found: Vec<_> =
            members.iter().map(|(key, _)| Found { person_id: Uuid::from_u128(*key), reached: true }).collect();
        let input = HouseholdRegister {
            idempotency_key: "k".to_owned(),
            head_id: head.map(|key| Ref::new(Uuid::from_u128(key))),
            village_code: "500118107200".to_owned(),
            area_type: AreaType::Rural,
            address: None,
            group_name: None,
            phone: None,
            declared_size: None,
            members: members.into_iter().map(|(_, entry)| entry).collect(),
        };
        ensure_listed(&input, &found).map_err(|error| error.code())
    }

    #[test]
    fn a_household_has_one_head_among_its_members() {
        assert_eq!(outcome(vec![(1, entry("02")), (2, entry("12"))], Some(1)), Ok(Uuid::from_u128(1)));
        assert_eq!(outcome(vec![(1, entry("12")), (2, entry("01"))], None), Ok(Uuid::from_u128(2)));
        assert_eq!(outcome(vec![(1, entry("02")), (2, entry("12"))], Some(2)), Err(Code::HeadNotMember));
        assert_eq!(outcome(vec![(1, entry("02")), (2, entry("01"))], Some(1)), Err(Code::HeadNotMember));
        assert_eq!(outcome(vec![(1, entry("20"))], Some(1)), Err(Code::HeadNotMember));
    }

    #[test]
    fn a_member_is_listed_once_with_a_known_relation_and_a_reason_not_to_count() {
        assert_eq!(outcome(vec![(1, entry("02")), (1, entry("20"))], None), Err(Code::MemberTwice));
        assert_eq!(outcome(vec![(1, entry("02")), (2, entry("98"))], None), Err(Code::UnknownCode));
        let mut soldier = entry("20");
        soldier.counted = Some(false);
        assert_eq!(outcome(vec![(1, entry("02")), (2, soldier)], None), Err(Code::InvalidInput));
    }
}
