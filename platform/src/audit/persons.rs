//! Which persons a row is about, as the store has it at that moment.

use crate::error::Result;
use entity::{
    application_event, application_subject, appraisal, benefit, benefit_line, consent, decision, household_member,
    ledger_entry, notice, once_claim, opinion, person_claim, request, request_material, reverification, transfer,
    verification, verification_investigator, verification_report, verification_step,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// Keys one statement asks for at most.
const KEYS_A_STATEMENT: usize = 500;

type Keys = BTreeSet<Uuid>;
/// What keys lead to: for each the keys found from it.
type Led = HashMap<Uuid, Keys>;

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
    let mut led: HashMap<&str, Led> = HashMap::new();
    for (name, keys) in by_type {
        led.insert(name, of_type(conn, name, &keys).await?.unwrap_or_default());
    }
    let of = |(name, key): &(String, Uuid)| led.get(name.as_str())?.get(key);
    Ok(sets.iter().map(|rows| rows.iter().filter_map(of).flatten().copied().collect()).collect())
}

/// Follows the one link that leads from a type's rows to their household, their case, or the persons themselves;
/// `None` where no link is known.
async fn of_type<C: ConnectionTrait>(conn: &C, name: &str, keys: &Keys) -> Result<Option<Led>> {
    macro_rules! column {
        ($entity:ident . $wanted:ident) => {
            follow::<$entity::Entity, C>(conn, $entity::Column::$wanted, $entity::Column::Id, keys).await?
        };
    }
    macro_rules! members {
        ($led:expr) => {{
            let led = $led;
            let further = members(conn, &ends(&led)).await?;
            through(led, &further)
        }};
    }
    macro_rules! subjects {
        ($led:expr) => {{
            let led = $led;
            let further = subjects(conn, &ends(&led)).await?;
            through(led, &further)
        }};
    }
    Ok(Some(match name {
        "Person" => keys.iter().map(|key| (*key, Keys::from([*key]))).collect(),
        "PersonClaim" => column!(person_claim.PersonId),
        "HouseholdMember" => column!(household_member.PersonId),
        "Consent" => column!(consent.PersonId),
        "ApplicationSubject" => column!(application_subject.PersonId),
        "OnceClaim" => column!(once_claim.PersonId),
        "Household" => members(conn, keys).await?,
        "Request" => members!(column!(request.HouseholdId)),
        "RequestMaterial" => {
            use request::Column as R;
            let led = column!(request_material.RequestId);
            let households = follow::<request::Entity, C>(conn, R::HouseholdId, R::Id, &ends(&led)).await?;
            members!(through(led, &households))
        }
        "Benefit" => members!(column!(benefit.HouseholdId)),
        "BenefitLine" => {
            use benefit::Column as B;
            let led = column!(benefit_line.BenefitId);
            let households = follow::<benefit::Entity, C>(conn, B::HouseholdId, B::Id, &ends(&led)).await?;
            members!(through(led, &households))
        }
        "Verification" => members!(column!(verification.HouseholdId)),
        "VerificationReport" => members!(column!(verification_report.HouseholdId)),
        "VerificationStep" => {
            use verification::Column as V;
            let led = column!(verification_step.VerificationId);
            let households = follow::<verification::Entity, C>(conn, V::HouseholdId, V::Id, &ends(&led)).await?;
            members!(through(led, &households))
        }
        "VerificationInvestigator" => subjects!(column!(verification_investigator.ApplicationId)),
        "Reverification" => subjects!(column!(reverification.ApplicationId)),
        "Application" => subjects(conn, keys).await?,
        "ApplicationEvent" => subjects!(column!(application_event.ApplicationId)),
        "Appraisal" => subjects!(column!(appraisal.ApplicationId)),
        "Opinion" => subjects!(column!(opinion.ApplicationId)),
        "Notice" => subjects!(column!(notice.ApplicationId)),
        "Decision" => subjects!(column!(decision.ApplicationId)),
        "LedgerEntry" => subjects!(column!(ledger_entry.ApplicationId)),
        "Transfer" => subjects!(column!(transfer.ApplicationId)),
        _ => return Ok(None),
    }))
}

async fn members<C: ConnectionTrait>(conn: &C, households: &Keys) -> Result<Led> {
    use household_member::Column as M;
    follow::<household_member::Entity, C>(conn, M::PersonId, M::HouseholdId, households).await
}

async fn subjects<C: ConnectionTrait>(conn: &C, cases: &Keys) -> Result<Led> {
    use application_subject::Column as S;
    follow::<application_subject::Entity, C>(conn, S::PersonId, S::ApplicationId, cases).await
}

/// Everything that is led to.
fn ends(led: &Led) -> Keys {
    led.values().flatten().copied().collect()
}

/// Goes on from where keys lead.
fn through(led: Led, further: &Led) -> Led {
    let on = |ends: Keys| ends.iter().filter_map(|end| further.get(end)).flatten().copied().collect();
    led.into_iter().map(|(key, ends)| (key, on(ends))).collect()
}

/// By the values of `by` among these keys, the values of `wanted`.
async fn follow<E: EntityTrait, C: ConnectionTrait>(
    conn: &C,
    wanted: E::Column,
    by: E::Column,
    keys: &Keys,
) -> Result<Led> {
    let keys: Vec<_> = keys.iter().copied().collect();
    let mut led = Led::new();
    for keys in keys.chunks(KEYS_A_STATEMENT) {
        let query = E::find().select_only().columns([by, wanted]).filter(by.is_in(keys.iter().copied()));
        for (key, found) in query.into_tuple::<(Uuid, Option<Uuid>)>().all(conn).await? {
            led.entry(key).or_default().extend(found);
        }
    }
    Ok(led)
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
                let found = of_type(&db.reader, name, &Keys::from([Uuid::nil()])).await;
                assert!(!matches!(found, Ok(None)), "no link leads from {name} to its persons");
            }
            assert!(matches!(of_type(&db.reader, "Jurisdiction", &Keys::new()).await, Ok(None)));
        });
    }
}
