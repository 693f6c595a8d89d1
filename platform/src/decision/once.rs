//! What may be granted once only, and who may sign a case: rules between a case and what was done before.

use crate::{
    act::Look,
    application::module_of,
    code::Code,
    error::{Refusal, Result, ensure},
    intake::insert_unless_taken,
    module::{Assessment, OnceOnly},
    tx::Tx,
};
use entity::{application, decision, once_claim};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Refuses a grant of what a person was granted before: `SAME_CAUSE_GRANTED`.
///
/// Nothing tells which office granted it: it may lie outside the caller's area.
pub(super) async fn ensure_not_granted(
    look: &Look<'_>,
    case: &application::Model,
    assessment: &Assessment,
) -> Result<()> {
    if assessment.once.is_empty() {
        return Ok(());
    }
    match granted(look.once_claims().await?, &case.programme, &assessment.once) {
        Some(claim) => Err(refusal(&claim.period).into()),
        None => Ok(()),
    }
}

/// The first of these that was granted before, among what these persons were granted.
pub(super) fn granted<'c>(
    claims: &'c [once_claim::Model],
    programme: &str,
    once: &[OnceOnly],
) -> Option<&'c once_claim::Model> {
    once.iter().find_map(|only| {
        claims.iter().find(|claim| {
            claim.programme == programme
                && claim.person_id == only.person_id
                && claim.matter == only.matter
                && claim.period == only.period
        })
    })
}

/// What these persons were granted once only.
pub(crate) async fn claims_of<C: ConnectionTrait>(
    conn: &C,
    persons: impl IntoIterator<Item = Uuid>,
) -> Result<Vec<once_claim::Model>> {
    Ok(once_claim::Entity::find().filter(once_claim::Column::PersonId.is_in(persons)).all(conn).await?)
}

/// Takes what a decision grants once only; of two decisions at once the database lets one through.
pub(super) async fn take(tx: &Tx<'_>, made: &decision::Model, assessment: &Assessment) -> Result<()> {
    // In one order, so that two decisions about the same persons never wait for each other.
    let mut once = assessment.once.clone();
    once.sort();
    once.dedup();
    for only in once {
        let row = once_claim::Model {
            id: tx.new_id(),
            decision_id: made.id,
            application_id: made.application_id,
            person_id: only.person_id,
            matter: only.matter,
            period: only.period.clone(),
            granted_on: made.decided_on,
            jurisdiction: made.jurisdiction.clone(),
            programme: made.programme.clone(),
        };
        insert_unless_taken(tx, row.id, row, || refusal(&only.period)).await?;
    }
    Ok(())
}

fn refusal(period: &str) -> Refusal {
    Refusal::new(Code::SameCauseGranted).field("input.applicationId").arg("period", period)
}

/// Refuses who signed an earlier step of the case, as soon as the steps left can no longer bring together as many
/// different signers as the programme wants.
pub(super) async fn ensure_signers(
    look: &Look<'_>,
    case: &application::Model,
    act: &str,
    steps_left: usize,
) -> Result<()> {
    let op = look.op();
    let Some(key) = module_of(op, &case.programme)?.manifest().signers else { return Ok(()) };
    let needed = look.parameters().await?.integer(key, &op.today().to_string())?;
    let mut signers: BTreeSet<Uuid> = look.opinions(case).await?.map(|opinion| opinion.given_by).collect();
    signers.insert(op.signed_in()?.user_id);
    ensure(i64::try_from(signers.len() + steps_left).is_ok_and(|reachable| reachable >= needed), || {
        Refusal::new(Code::SignedAlready).arg("act", act).arg("needed", needed)
    })
}
