//! Assessing a case through its module, and computing a stored assessment again.

use crate::{
    application::module_of,
    crypto::sha256,
    error::{Error, Result},
    id::Ref,
    module::{Assessment, Facts, Module, Parameters},
    op::Op,
    reference, verification,
};
use entity::application;
use policies::Permission;
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter};

/// The assessment of a case today, with the facts it stands on.
///
/// Errors: `PROGRAMME_NOT_OFFERED`, `PARAMETER_MISSING`, `WRONG_STATE` before a report exists.
pub async fn assess<C: ConnectionTrait>(op: &Op, conn: &C, case: &application::Model) -> Result<(Assessment, Facts)> {
    let facts = verification::facts_of(conn, case, op.today()).await?;
    let parameters = reference::parameters(conn).await?;
    let assessment = run(module_of(op, &case.programme)?.as_ref(), &facts, &parameters)?;
    Ok((assessment, facts))
}

/// What a case of the permission's programme would be assessed by today; decides nothing.
///
/// Errors: `NotFound`, `PARAMETER_MISSING`, `WRONG_STATE` before a report exists.
pub async fn preview_facts(
    op: &Op,
    permission: Permission,
    application_id: Ref<application::Entity>,
) -> Result<(Facts, Parameters)> {
    let reading = op.read(permission)?;
    let case = entity::find_scoped::<application::Entity>(&reading.scope)
        .filter(application::Column::Id.eq(application_id.id))
        .one(reading.conn)
        .await?
        .filter(|case| permission.programme.is_none_or(|programme| case.programme == programme))
        .ok_or(Error::NotFound { field: "input.applicationId" })?;
    let facts = verification::facts_of(reading.conn, &case, op.today()).await?;
    Ok((facts, reference::parameters(reading.conn).await?))
}

/// Computes an assessment from facts and parameters alone; equal inputs give equal bytes.
pub fn replay(module: &dyn Module, facts: &Facts, parameters: &Parameters) -> Result<Assessment> {
    run(module, facts, parameters)
}

fn run(module: &dyn Module, facts: &Facts, parameters: &Parameters) -> Result<Assessment> {
    parameters.take_used();
    let mut assessment = module.assess(facts, parameters)?;
    assessment.parameters = parameters.take_used();
    Ok(assessment)
}

/// Hash of the facts an assessment stands on.
pub(super) fn facts_hash(facts: &Facts) -> Result<String> {
    Ok(sha256(&serde_json::to_vec(facts)?))
}
