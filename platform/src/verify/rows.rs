//! Protected rows against the hashes their events hold.

use super::{
    Kind, Report,
    chains::Recorded,
    pages::{each, table},
};
use crate::{crypto::sha256, error::Result};
use entity::{
    api_client, application, application_event, application_subject, appraisal, assignment, benefit, benefit_line,
    channel_rule, consent, decision, disbursement_batch, household, household_member, import_batch, jurisdiction,
    ledger_entry, notice, once_claim, opinion, org_unit, parameter, person, person_claim, policy_document, request,
    request_material, reverification, scope_link, service_window, transfer, user_account, verification,
    verification_investigator, verification_report, verification_step, work_calendar,
};
use sea_orm::{ConnectionTrait, EntityTrait};
use serde::Serialize;

pub(super) async fn walk<C: ConnectionTrait>(conn: &C, mut recorded: Recorded, report: &mut Report) -> Result<()> {
    macro_rules! protected {
        ($($entity:ident),* $(,)?) => {
            $( compare::<$entity::Entity, C>(conn, &mut recorded, report).await?; )*
        };
    }
    protected!(
        api_client,
        application,
        application_event,
        application_subject,
        appraisal,
        assignment,
        benefit,
        benefit_line,
        channel_rule,
        consent,
        decision,
        disbursement_batch,
        household,
        household_member,
        import_batch,
        ledger_entry,
        notice,
        once_claim,
        opinion,
        org_unit,
        parameter,
        person,
        person_claim,
        policy_document,
        request,
        request_material,
        reverification,
        scope_link,
        service_window,
        transfer,
        user_account,
        verification,
        verification_investigator,
        verification_report,
        verification_step,
    );
    compare_named(conn, &mut recorded, report).await?;
    for (name, id) in recorded.into_keys() {
        report.find(Kind::Missing, &name, id, "the record says that it was written");
    }
    Ok(())
}

/// Takes every row of a table out of what is recorded; what is left over is missing.
async fn compare<E, C>(conn: &C, recorded: &mut Recorded, report: &mut Report) -> Result<()>
where
    E: EntityTrait,
    E::Model: Serialize,
    C: ConnectionTrait,
{
    let name = table::<E>();
    each::<E, C>(conn, report, |report, id, model| judge(recorded, report, &name, id.to_string(), &model)).await?;
    // A row that cannot be read is named already; it is not missing, too.
    for finding in report.findings.iter().filter(|finding| finding.kind == Kind::Unreadable && finding.table == name) {
        recorded.remove(&(name.clone(), finding.row.clone()));
    }
    Ok(())
}

/// Compares one row with what the record says of it.
fn judge<M: Serialize>(recorded: &mut Recorded, report: &mut Report, name: &str, key: String, model: &M) {
    let written = recorded.remove(&(name.to_owned(), key.clone()));
    let hash = serde_json::to_vec(model).map(|bytes| sha256(&bytes)).unwrap_or_default();
    match written {
        None => report.find(Kind::Unrecorded, name, key, "no event wrote it"),
        Some(written) if !written.allows(&hash) => {
            report.find(Kind::Changed, name, key, "it is not as its last event wrote it");
        }
        Some(_) => {}
    }
}

/// The two small tables whose keys are words: places and special days.
async fn compare_named<C: ConnectionTrait>(conn: &C, recorded: &mut Recorded, report: &mut Report) -> Result<()> {
    let places = jurisdiction::Entity::find().all(conn).await?;
    report.walked.insert("jurisdiction".to_owned(), places.len() as u64);
    for place in places {
        judge(recorded, report, "jurisdiction", place.code.clone(), &place);
    }
    let days = work_calendar::Entity::find().all(conn).await?;
    report.walked.insert("work_calendar".to_owned(), days.len() as u64);
    for day in days {
        judge(recorded, report, "work_calendar", day.day.to_string(), &day);
    }
    Ok(())
}
