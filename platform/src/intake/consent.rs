//! Consents (核查授权书): without one, no query; they name the sources that may be asked.

use super::members::{Member, adult_age, current_members, ensure_member, is_adult};
use crate::{
    code::Code,
    error::{Error, Refusal, Result, ensure},
    id::Ref,
    module::Parameters,
    op::Op,
    part::Saved,
    permissions as may, reference,
    tx::{Done, Tx},
    verification::SOURCES,
};
use entity::{Day, consent, find_scoped, household, person};
use schemars::JsonSchema;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde::Deserialize;
use uuid::Uuid;

/// A signed consent form.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct ConsentRecord {
    /// Key under which a repeated call answers the first one's result.
    #[garde(length(chars, min = 1, max = 100))]
    pub idempotency_key: String,
    /// The household.
    #[garde(skip)]
    pub household_id: Ref<household::Entity>,
    /// The member whose data may be checked (被授权核查人).
    #[garde(skip)]
    pub person_id: Ref<person::Entity>,
    /// Who signed; when left out the member, or for a minor the head (签署人).
    #[garde(skip)]
    pub signer_id: Option<Ref<person::Entity>>,
    /// Data sources covered, e.g. `BANK` (授权范围).
    #[garde(length(min = 1, max = 40))]
    pub sources: Vec<String>,
    /// Purpose (用途).
    #[garde(length(chars, min = 1, max = 200))]
    pub purpose: String,
    /// Number of the form (授权书编号).
    #[garde(inner(length(chars, max = 60)))]
    pub form_no: Option<String>,
    /// Witness (见证人).
    #[garde(inner(length(chars, max = 100)))]
    pub witness: Option<String>,
    /// Day of signing (签署日期).
    #[garde(skip)]
    pub signed_on: Day,
    /// Last day of validity; none when left out (有效期至).
    #[garde(skip)]
    pub valid_to: Option<Day>,
}

pub(super) async fn record(op: &Op, input: ConsentRecord) -> Result<Saved<consent::Entity>> {
    let tx = op.begin(may::CONSENT_RECORD).await?;

    let household = find_scoped::<household::Entity>(&op.scope(tx.permission()))
        .filter(household::Column::Id.eq(input.household_id.id))
        .one(tx.conn())
        .await?
        .ok_or(Error::NotFound { field: "input.householdId" })?;
    let members = current_members(tx.conn(), household.id).await?;
    ensure_member(&members, input.person_id.id, "input.personId")?;
    let signer = signer(&tx, &input, &household, &members).await?;
    ensure_form(&input, op.today())?;

    let id = tx.new_id();
    let row = consent::Model {
        id,
        household_id: household.id,
        person_id: input.person_id.id,
        signer_id: signer,
        sources: serde_json::to_string(&input.sources)?,
        purpose: input.purpose,
        form_no: input.form_no,
        witness: input.witness,
        signed_on: input.signed_on,
        valid_to: input.valid_to,
        withdrawn_on: None,
        jurisdiction: household.jurisdiction.clone(),
        recorded_by: op.signed_in()?.user_id,
        version: 1,
    };
    tx.record(id, row).await?;

    tx.finish(id, 1, Done::at(&household.jurisdiction)).await
}

/// Who signs: the member, for a minor the head, or the adult that the form names.
async fn signer(tx: &Tx<'_>, input: &ConsentRecord, household: &household::Model, members: &[Member]) -> Result<Uuid> {
    let today = tx.op().today();
    let adult_age = adult_age(&reference::parameters(tx.conn()).await?, today)?;
    let own = members.iter().find(|member| member.row.person_id == input.person_id.id);
    let Some(named) = input.signer_id else {
        let minor = own.is_some_and(|member| !member.is_adult(today, adult_age));
        return Ok(if minor { household.head_person_id } else { input.person_id.id });
    };
    let signer = match members.iter().find(|member| member.row.person_id == named.id) {
        Some(member) => member.person.clone(),
        // A guardian may live elsewhere.
        None => find_scoped::<person::Entity>(&tx.op().scope(tx.permission()))
            .filter(person::Column::Id.eq(named.id))
            .one(tx.conn())
            .await?
            .ok_or(Error::NotFound { field: "input.signerId" })?,
    };
    ensure(is_adult(&signer, today, adult_age), || {
        Refusal::new(Code::InvalidInput).field("input.signerId").arg("reason", "a guardian signs for a minor")
    })?;
    Ok(signer.id)
}

fn ensure_form(input: &ConsentRecord, today: Day) -> Result<()> {
    for source in &input.sources {
        ensure(SOURCES.has(source), || {
            Refusal::new(Code::UnknownCode).field("input.sources").arg("value", source).arg("table", SOURCES.name)
        })?;
    }
    let out_of_order = |field: &str, what: &str, on: Day, needed: String| {
        Refusal::new(Code::DateOutOfOrder).field(field).arg("what", what).arg("on", on).arg("needed", needed)
    };
    ensure(input.signed_on <= today, || {
        out_of_order("input.signedOn", "consent", input.signed_on, format!("..{today}"))
    })?;
    match input.valid_to {
        Some(to) => ensure(input.signed_on <= to, || {
            out_of_order("input.validTo", "end of validity", to, format!("{}..", input.signed_on))
        }),
        None => Ok(()),
    }
}

/// Refuses with `CONSENT_MISSING` unless every counted adult has a consent in force on a day.
///
/// With a source, the consent must cover it (社会救助暂行办法 art 58: the query is made on authorisation).
pub(crate) async fn ensure_consents<C: ConnectionTrait>(
    conn: &C,
    parameters: &Parameters,
    members: &[Member],
    on: Day,
    source: Option<&str>,
) -> Result<()> {
    let consents = consents_of(conn, members.iter().map(|member| member.row.household_id)).await?;
    ensure_consented(parameters, members, &consents, on, source)
}

/// The consents of these households.
pub(crate) async fn consents_of<C: ConnectionTrait>(
    conn: &C,
    households: impl IntoIterator<Item = Uuid>,
) -> Result<Vec<consent::Model>> {
    Ok(consent::Entity::find().filter(consent::Column::HouseholdId.is_in(households)).all(conn).await?)
}

/// As `ensure_consents`, by consents that were read; they may be of other households too.
pub(crate) fn ensure_consented(
    parameters: &Parameters,
    members: &[Member],
    consents: &[consent::Model],
    on: Day,
    source: Option<&str>,
) -> Result<()> {
    let adult_age = adult_age(parameters, on)?;
    let adults: Vec<_> = members.iter().filter(|member| member.counts() && member.is_adult(on, adult_age)).collect();
    let missing = adults
        .iter()
        .filter(|member| {
            !consents
                .iter()
                .filter(|row| row.household_id == member.row.household_id && row.person_id == member.row.person_id)
                .any(|row| in_force(row, on) && covers(row, source))
        })
        .count();
    ensure(missing == 0, || Refusal::new(Code::ConsentMissing).arg("count", missing))
}

fn in_force(consent: &consent::Model, on: Day) -> bool {
    consent.signed_on <= on
        && consent.valid_to.is_none_or(|to| on <= to)
        && consent.withdrawn_on.is_none_or(|withdrawn| on < withdrawn)
}

fn covers(consent: &consent::Model, source: Option<&str>) -> bool {
    let Some(source) = source else { return true };
    serde_json::from_str::<Vec<String>>(&consent.sources).is_ok_and(|listed| listed.iter().any(|known| known == source))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn consent() -> consent::Model {
        consent::Model {
            id: Uuid::nil(),
            household_id: Uuid::nil(),
            person_id: Uuid::nil(),
            signer_id: Uuid::nil(),
            sources: r#"["BANK","TAX"]"#.to_owned(),
            purpose: "DIBAO".to_owned(),
            form_no: None,
            witness: None,
            signed_on: day("2018-10-19"),
            valid_to: Some(day("2018-12-31")),
            withdrawn_on: None,
            jurisdiction: "500118107200".to_owned(),
            recorded_by: Uuid::nil(),
            version: 1,
        }
    }

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn a_consent_holds_from_signing_to_its_end_or_its_withdrawal() {
        for (on, holds) in [("2018-10-18", false), ("2018-10-19", true), ("2018-12-31", true), ("2019-01-01", false)] {
            assert_eq!(in_force(&consent(), day(on)), holds, "{on}");
        }
        let withdrawn = consent::Model { withdrawn_on: Some(day("2018-11-01")), ..consent() };
        assert!(in_force(&withdrawn, day("2018-10-31")) && !in_force(&withdrawn, day("2018-11-01")));
    }

    #[test]
    fn a_source_must_be_on_the_form() {
        assert!(covers(&consent(), None) && covers(&consent(), Some("BANK")));
        assert!(!covers(&consent(), Some("VEHICLE")));
    }
}
