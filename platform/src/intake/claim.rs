//! Claims: what a source says of a person, kept beside what others say.

use crate::{
    code::Code,
    error::{Error, Refusal, Result, ensure},
    id::Ref,
    op::Op,
    part::Saved,
    permissions as may,
    tables::{CodeTable, DISABILITY_CATEGORY, DISABILITY_GRADE, EDUCATION_STAGE, EMPLOYMENT},
    tx::{Done, Tx},
};
use entity::{
    Day,
    enums::{ClaimKind, Sex},
    find_scoped, person, person_claim,
};
use schemars::JsonSchema;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde::Deserialize;
use uuid::Uuid;

/// What a source says of a person.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct PersonClaimRecord {
    /// Key under which a repeated call answers the first one's result.
    #[garde(length(chars, min = 1, max = 100))]
    pub idempotency_key: String,
    /// Whom it is about.
    #[garde(skip)]
    pub person_id: Ref<person::Entity>,
    /// What it says (类别).
    #[garde(skip)]
    pub kind: ClaimKind,
    /// The value, as its kind defines; `NONE` takes back an earlier one (内容).
    #[garde(length(chars, min = 1, max = 200))]
    pub value: String,
    /// Who says so, e.g. `APPLICANT` (来源).
    #[garde(length(chars, min = 1, max = 60))]
    pub source: String,
    /// Document or number behind it (来源编号).
    #[garde(inner(length(chars, max = 200)))]
    pub source_ref: Option<String>,
    /// First day it holds; today when left out (起始日期).
    #[garde(skip)]
    pub from_on: Option<Day>,
}

pub(super) async fn record(op: &Op, input: PersonClaimRecord) -> Result<Saved<person::Entity>> {
    let tx = op.begin(may::PERSON_CLAIM).await?;

    let known = find_scoped::<person::Entity>(&op.scope(tx.permission()))
        .filter(person::Column::Id.eq(input.person_id.id))
        .one(tx.conn())
        .await?
        .ok_or(Error::NotFound { field: "input.personId" })?;
    ensure_value(input.kind, &input.value)?;

    let place = op.signed_in()?.jurisdiction.clone();
    let said = Said {
        kind: input.kind,
        value: input.value,
        source: input.source,
        source_ref: input.source_ref,
        from_on: input.from_on,
    };
    claim(&tx, known.id, said, &place).await?;

    tx.finish(known.id, known.version, Done::at(&place)).await
}

/// Takes back an earlier claim of the kind.
pub(crate) const NONE: &str = "NONE";

/// A claim's value must be one of its kind.
fn ensure_value(kind: ClaimKind, value: &str) -> Result<()> {
    let unknown =
        |table: &str| Refusal::new(Code::UnknownCode).field("input.value").arg("value", value).arg("table", table);
    let listed = |table: &CodeTable| ensure(value == NONE || table.has(value), || unknown(table.name));
    match kind {
        ClaimKind::DisabilityCategory => listed(&DISABILITY_CATEGORY),
        ClaimKind::DisabilityGrade => listed(&DISABILITY_GRADE),
        ClaimKind::EducationStage => listed(&EDUCATION_STAGE),
        ClaimKind::Employment => listed(&EMPLOYMENT),
        ClaimKind::Hukou => {
            let digits = value.bytes().all(|byte| byte.is_ascii_digit());
            ensure(digits && matches!(value.len(), 6 | 9 | 12), || unknown("GB/T 2260"))
        }
        ClaimKind::Sex => ensure(value.parse::<Sex>().is_ok(), || unknown("GB/T 2261.1")),
        ClaimKind::Birth => ensure(value.parse::<Day>().is_ok(), || {
            Refusal::new(Code::InvalidInput).field("input.value").arg("reason", "a date is written 2004-09-06")
        }),
        ClaimKind::MajorIllness | ClaimKind::Name => Ok(()),
    }
}

/// A claim before it is kept.
pub(super) struct Said {
    pub(super) kind: ClaimKind,
    pub(super) value: String,
    pub(super) source: String,
    pub(super) source_ref: Option<String>,
    pub(super) from_on: Option<Day>,
}

/// Keeps a claim.
pub(super) async fn claim(tx: &Tx<'_>, person_id: Uuid, said: Said, jurisdiction: &str) -> Result<()> {
    let op = tx.op();
    let id = tx.new_id();
    let row = person_claim::Model {
        id,
        person_id,
        kind: said.kind,
        value: said.value,
        source: said.source,
        source_ref: said.source_ref,
        from_on: said.from_on.unwrap_or(op.today()),
        to_on: None,
        recorded_at: op.instant(),
        recorded_by: op.actor().map(|actor| actor.user_id),
        jurisdiction: jurisdiction.to_owned(),
    };
    tx.record(id, row).await?;
    Ok(())
}

/// Keeps a claim unless the same source has made it in the same place before.
pub(super) async fn claim_once(tx: &Tx<'_>, person_id: Uuid, said: Said, jurisdiction: &str) -> Result<()> {
    use person_claim::Column as C;
    let known = person_claim::Entity::find()
        .filter(C::PersonId.eq(person_id))
        .filter(C::Kind.eq(said.kind))
        .filter(C::Value.eq(&said.value))
        .filter(C::Source.eq(&said.source))
        .filter(C::Jurisdiction.eq(jurisdiction))
        .count(tx.conn())
        .await?;
    if known > 0 {
        return Ok(());
    }
    claim(tx, person_id, said, jurisdiction).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_has_a_value_of_its_kind() {
        let outcome = |kind, value| ensure_value(kind, value).err().map(|error| error.code());
        for (kind, value) in [
            (ClaimKind::DisabilityGrade, "2"),
            (ClaimKind::DisabilityGrade, NONE),
            (ClaimKind::EducationStage, "JUNIOR"),
            (ClaimKind::Hukou, "500118107200"),
            (ClaimKind::Birth, "1971-03-12"),
            (ClaimKind::MajorIllness, "尿毒症"),
        ] {
            assert_eq!(outcome(kind, value), None, "{kind} {value}");
        }
        for (kind, value) in [
            (ClaimKind::DisabilityGrade, "5"),
            (ClaimKind::EducationStage, "junior"),
            (ClaimKind::Employment, "STUDENT"),
            (ClaimKind::Hukou, "5001181072"),
            (ClaimKind::Hukou, NONE),
            (ClaimKind::Sex, "M"),
        ] {
            assert_eq!(outcome(kind, value), Some(Code::UnknownCode), "{kind} {value}");
        }
        assert_eq!(outcome(ClaimKind::Birth, "1971-3-12"), Some(Code::InvalidInput));
    }
}
