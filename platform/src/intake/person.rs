//! Persons: one record for everyone, by identity number; what differs is kept as a claim.

use super::{
    claim::{Said, claim, claim_once},
    household::ensure_own_village,
    link::link,
};
use crate::{
    code::Code,
    error::{Error, Refusal, Result, ensure},
    id_number::{AGE_MAX, IdNumber},
    module::Parameters,
    op::Op,
    part::Saved,
    permissions as may, reference,
    tx::{Done, Tx},
};
use entity::{
    Day,
    enums::{ClaimKind, Sex},
    person,
};
use schemars::JsonSchema;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, TryInsertResult, sea_query::OnConflict,
};
use serde::Deserialize;
use uuid::Uuid;

/// A person as the form has it.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct PersonRegister {
    /// Key under which a repeated call answers the first one's result.
    #[garde(length(chars, min = 1, max = 100))]
    pub idempotency_key: String,
    /// Name (姓名).
    #[garde(length(chars, min = 1, max = 100))]
    pub name: String,
    /// Resident identity number (公民身份号码).
    #[garde(inner(length(chars, max = 40)))]
    #[schemars(extend("x-scalar" = "IdNumber"))]
    pub id_number: Option<String>,
    /// Sex; taken from the number when left out (性别).
    #[garde(skip)]
    pub sex: Option<Sex>,
    /// Date of birth; taken from the number when left out (出生日期).
    #[garde(skip)]
    pub birth_on: Option<Day>,
    /// Phone (联系电话).
    #[garde(inner(length(chars, max = 40)))]
    pub phone: Option<String>,
    /// Why there is no identity number (无身份证号的原因).
    #[garde(inner(length(chars, max = 200)))]
    pub no_number_reason: Option<String>,
    /// Village or community of the window's area (村居).
    #[garde(length(chars, min = 1, max = 12))]
    #[schemars(extend("x-scalar" = "JurisdictionCode"))]
    pub village_code: String,
}

pub(super) async fn register(op: &Op, input: PersonRegister) -> Result<Saved<person::Entity>> {
    let tx = op.begin(may::PERSON_REGISTER).await?;

    ensure_own_village(&tx, &input.village_code).await?;
    let parameters = reference::parameters(tx.conn()).await?;

    let done = Done::at(&input.village_code);
    let new = NewPerson {
        name: input.name,
        id_number: input.id_number,
        sex: input.sex,
        birth_on: input.birth_on,
        phone: input.phone,
        no_number_reason: input.no_number_reason,
        jurisdiction: input.village_code,
        source: "WINDOW".to_owned(),
    };
    let registered = register_person(&tx, &parameters, new).await?;

    tx.finish(registered.row.id, registered.row.version, done).await
}

/// A person to register.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// Name.
    pub name: String,
    /// Identity number as typed.
    pub id_number: Option<String>,
    /// Sex as typed.
    pub sex: Option<Sex>,
    /// Date of birth as typed.
    pub birth_on: Option<Day>,
    /// Phone.
    pub phone: Option<String>,
    /// Why there is no number.
    pub no_number_reason: Option<String>,
    /// Village or community the record is made for.
    pub jurisdiction: String,
    /// Who says so, e.g. `WINDOW`.
    pub source: String,
}

/// A registered person.
#[derive(Debug, Clone)]
pub struct Registered {
    /// The record.
    pub row: person::Model,
    /// Whether it was made by this call.
    pub created: bool,
}

/// Makes the person's record, or finds the one of that number; only a record it makes is linked to the place.
///
/// A name that differs from the record's is kept as a claim. Errors: those of an identity number,
/// `BIRTH_DATE_MISMATCH`, `SEX_MISMATCH`, `ID_NUMBER_OR_REASON`.
pub async fn register_person(tx: &Tx<'_>, parameters: &Parameters, new: NewPerson) -> Result<Registered> {
    let today = tx.op().today();
    let name = new.name.trim().to_owned();
    ensure(!name.is_empty(), || {
        Refusal::new(Code::InvalidInput).field("input.name").arg("reason", "the name is empty")
    })?;
    let typed = new.id_number.as_deref().map(str::trim).filter(|text| !text.is_empty());
    match typed {
        Some(typed) => {
            let number = read_number(parameters, typed, today, "input.idNumber")?;
            agrees(&number, &new)?;
            with_number(tx, name, &number, new).await
        }
        None => without_number(tx, name, new).await,
    }
}

/// Reads an identity number on a day; refusals name the field.
pub(super) fn read_number(parameters: &Parameters, typed: &str, today: Day, field: &str) -> Result<IdNumber> {
    let age_max = parameters.integer(AGE_MAX, &today.to_string())?;
    IdNumber::parse(typed, today.0, age_max).map_err(|code| Refusal::new(code).field(field).into())
}

/// The form may not say otherwise than the number.
fn agrees(number: &IdNumber, new: &NewPerson) -> Result<()> {
    if let Some(form) = new.birth_on {
        ensure(form.0 == number.birth_on, || {
            Refusal::new(Code::BirthDateMismatch)
                .field("input.birthOn")
                .arg("number", number.birth_on)
                .arg("form", form)
        })?;
    }
    match new.sex {
        Some(form @ (Sex::Male | Sex::Female)) => ensure(form == number.sex, || {
            Refusal::new(Code::SexMismatch).field("input.sex").arg("number", number.sex).arg("form", form)
        }),
        _ => Ok(()),
    }
}

async fn with_number(tx: &Tx<'_>, name: String, number: &IdNumber, new: NewPerson) -> Result<Registered> {
    let cipher = &tx.op().platform().cipher;
    let hash = cipher.lookup_hash(number.as_str())?;
    let row = person::Model {
        id: tx.new_id(),
        name_zh: name.clone(),
        sex: number.sex,
        birth_on: Some(Day(number.birth_on)),
        id_number_cipher: Some(cipher.seal(number.as_str())?),
        id_number_hash: Some(hash.clone()),
        temporary_key: None,
        phone: new.phone,
        deceased_on: None,
        created_at: tx.op().instant(),
        version: 1,
    };
    let active = row.clone().into_active_model().reset_all();
    // Bare `ON CONFLICT DO NOTHING`: the unique index on the hash is a partial one, which no column list names.
    let inserted = person::Entity::insert(active)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(tx.conn())
        .await?;
    if matches!(inserted, TryInsertResult::Inserted(1..)) {
        tx.keep(row.id, &row)?;
        link(tx, "Person", row.id, &new.jurisdiction, "").await?;
        return Ok(Registered { row, created: true });
    }
    let known = by_hash(tx, &hash).await?.ok_or_else(|| Error::internal("a known number has no person"))?;
    if known.name_zh != name {
        let said = Said { kind: ClaimKind::Name, value: name, source: new.source, source_ref: None, from_on: None };
        claim_once(tx, known.id, said, &new.jurisdiction).await?;
    }
    Ok(Registered { row: known, created: false })
}

async fn without_number(tx: &Tx<'_>, name: String, new: NewPerson) -> Result<Registered> {
    let today = tx.op().today();
    let reason = new.no_number_reason.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let reason = reason.ok_or_else(|| Refusal::new(Code::IdNumberOrReason).field("input.idNumber"))?;
    if let Some(birth) = new.birth_on {
        ensure(birth <= today, || Refusal::new(Code::InvalidBirthDate).field("input.birthOn"))?;
    }
    let id = tx.new_id();
    let row = person::Model {
        id,
        name_zh: name.clone(),
        sex: new.sex.unwrap_or(Sex::Unknown),
        birth_on: new.birth_on,
        id_number_cipher: None,
        id_number_hash: None,
        temporary_key: Some(format!("T{}-{}", today.0.format("%Y%m%d"), short(id))),
        phone: new.phone,
        deceased_on: None,
        created_at: tx.op().instant(),
        version: 1,
    };
    let row = tx.record(id, row).await?;
    link(tx, "Person", id, &new.jurisdiction, "").await?;
    let said = Said {
        kind: ClaimKind::Name,
        value: name,
        source: new.source,
        source_ref: Some(format!("无身份证号：{reason}")),
        from_on: None,
    };
    claim(tx, id, said, &new.jurisdiction).await?;
    Ok(Registered { row, created: true })
}

/// The person of a look-up hash, wherever known.
pub(super) async fn by_hash(tx: &Tx<'_>, hash: &str) -> Result<Option<person::Model>> {
    Ok(person::Entity::find().filter(person::Column::IdNumberHash.eq(hash)).one(tx.conn()).await?)
}

/// The random end of a time-ordered key, short enough to read out.
pub(crate) fn short(id: Uuid) -> String {
    id.simple().to_string().split_off(20).to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(sex: Option<Sex>, birth_on: Option<&str>) -> NewPerson {
        NewPerson {
            name: "张守田".to_owned(),
            id_number: None,
            sex,
            birth_on: birth_on.map(|text| text.parse().unwrap()),
            phone: None,
            no_number_reason: None,
            jurisdiction: "500118107200".to_owned(),
            source: "WINDOW".to_owned(),
        }
    }

    #[test]
    fn the_form_may_not_differ_from_the_number() {
        let number = IdNumber::parse("510229197103120116", "2018-10-19".parse().unwrap(), 130).unwrap();
        let outcome = |sex, birth| agrees(&number, &form(sex, birth)).err().map(|error| error.code());
        assert_eq!(outcome(None, None), None);
        assert_eq!(outcome(Some(Sex::Male), Some("1971-03-12")), None);
        assert_eq!(outcome(Some(Sex::Unknown), None), None);
        assert_eq!(outcome(Some(Sex::Female), None), Some(Code::SexMismatch));
        assert_eq!(outcome(None, Some("1971-12-03")), Some(Code::BirthDateMismatch));
    }
}
