//! Which persons a row is about, as the store has it at that moment.

use crate::error::Result;
use entity::{
    application_event, application_subject, appraisal, benefit, benefit_line, consent, decision, household_member,
    ledger_entry, notice, once_claim, opinion, person_claim, request, request_material, reverification, transfer,
    verification, verification_investigator, verification_report, verification_step,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Keys one statement asks for at most.
const KEYS_A_STATEMENT: usize = 500;

type Keys = BTreeSet<Uuid>;

/// The persons that rows, by type and key, are about; of a type that concerns nobody, none.
pub(super) async fn of<C: ConnectionTrait>(conn: &C, rows: BTreeSet<(String, Uuid)>) -> Result<Keys> {
    let mut by_type: BTreeMap<String, Keys> = BTreeMap::new();
    for (name, key) in rows {
        by_type.entry(name).or_default().insert(key);
    }
    let mut persons = Keys::new();
    for (name, keys) in by_type {
        persons.extend(of_type(conn, &name, keys).await?.unwrap_or_default());
    }
    Ok(persons)
}

/// Follows the one link that leads from a type's rows to their household, their case, or the persons themselves;
/// `None` where no link is known.
async fn of_type<C: ConnectionTrait>(conn: &C, name: &str, keys: Keys) -> Result<Option<Keys>> {
    macro_rules! column {
        ($entity:ident . $wanted:ident) => {
            follow::<$entity::Entity, C>(conn, $entity::Column::$wanted, $entity::Column::Id, &keys).await?
        };
    }
    Ok(Some(match name {
        "Person" => keys,
        "PersonClaim" => column!(person_claim.PersonId),
        "HouseholdMember" => column!(household_member.PersonId),
        "Consent" => column!(consent.PersonId),
        "ApplicationSubject" => column!(application_subject.PersonId),
        "OnceClaim" => column!(once_claim.PersonId),
        "Household" => members(conn, &keys).await?,
        "Request" => members(conn, &column!(request.HouseholdId)).await?,
        "RequestMaterial" => {
            let requests = column!(request_material.RequestId);
            let households =
                follow::<request::Entity, C>(conn, request::Column::HouseholdId, request::Column::Id, &requests);
            members(conn, &households.await?).await?
        }
        "Benefit" => members(conn, &column!(benefit.HouseholdId)).await?,
        "BenefitLine" => {
            let benefits = column!(benefit_line.BenefitId);
            let households =
                follow::<benefit::Entity, C>(conn, benefit::Column::HouseholdId, benefit::Column::Id, &benefits);
            members(conn, &households.await?).await?
        }
        "Verification" => members(conn, &column!(verification.HouseholdId)).await?,
        "VerificationReport" => members(conn, &column!(verification_report.HouseholdId)).await?,
        "VerificationStep" => verified(conn, &column!(verification_step.VerificationId)).await?,
        "Reverification" => subjects(conn, &column!(reverification.ApplicationId)).await?,
        "VerificationInvestigator" => subjects(conn, &column!(verification_investigator.ApplicationId)).await?,
        "Application" => subjects(conn, &keys).await?,
        "ApplicationEvent" => subjects(conn, &column!(application_event.ApplicationId)).await?,
        "Appraisal" => subjects(conn, &column!(appraisal.ApplicationId)).await?,
        "Opinion" => subjects(conn, &column!(opinion.ApplicationId)).await?,
        "Notice" => subjects(conn, &column!(notice.ApplicationId)).await?,
        "Decision" => subjects(conn, &column!(decision.ApplicationId)).await?,
        "LedgerEntry" => subjects(conn, &column!(ledger_entry.ApplicationId)).await?,
        "Transfer" => subjects(conn, &column!(transfer.ApplicationId)).await?,
        _ => return Ok(None),
    }))
}

async fn members<C: ConnectionTrait>(conn: &C, households: &Keys) -> Result<Keys> {
    use household_member::Column as M;
    follow::<household_member::Entity, C>(conn, M::PersonId, M::HouseholdId, households).await
}

async fn verified<C: ConnectionTrait>(conn: &C, verifications: &Keys) -> Result<Keys> {
    use verification::Column as V;
    let households = follow::<verification::Entity, C>(conn, V::HouseholdId, V::Id, verifications).await?;
    members(conn, &households).await
}

async fn subjects<C: ConnectionTrait>(conn: &C, cases: &Keys) -> Result<Keys> {
    use application_subject::Column as S;
    follow::<application_subject::Entity, C>(conn, S::PersonId, S::ApplicationId, cases).await
}

/// The values of `wanted` in the rows whose `by` is one of these.
async fn follow<E: EntityTrait, C: ConnectionTrait>(
    conn: &C,
    wanted: E::Column,
    by: E::Column,
    keys: &Keys,
) -> Result<Keys> {
    let keys: Vec<_> = keys.iter().copied().collect();
    let mut found = Keys::new();
    for keys in keys.chunks(KEYS_A_STATEMENT) {
        let query = E::find().select_only().column(wanted).filter(by.is_in(keys.iter().copied()));
        found.extend(query.into_tuple::<Option<Uuid>>().all(conn).await?.into_iter().flatten());
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::{Keys, of_type};
    use crate::{db::Db, part::DataClass, parts};
    use uuid::Uuid;

    #[test]
    fn whoever_is_told_of_by_a_stored_type_is_found_by_reading_it() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            // Without a table whatever is asked fails; what is not asked is what has no link.
            let db = Db::connect("sqlite::memory:").await.expect("a database");
            let parts = parts();
            let types = parts.iter().flat_map(|part| &part.types);
            let personal = types.filter(|stored| {
                let told = |class: DataClass| class >= DataClass::Personal;
                told(stored.class) || stored.fields.iter().any(|field| told(field.class))
            });
            let names: Vec<_> = personal.map(|stored| stored.name).chain(["Application", "Decision"]).collect();
            assert!(names.contains(&"Person") && names.contains(&"Transfer"), "{names:?}");
            for name in names {
                let found = of_type(&db.reader, name, Keys::from([Uuid::nil()])).await;
                assert!(!matches!(found, Ok(None)), "no link leads from {name} to its persons");
            }
            assert!(matches!(of_type(&db.reader, "Jurisdiction", Keys::new()).await, Ok(None)));
        });
    }
}
