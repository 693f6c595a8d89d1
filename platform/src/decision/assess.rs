//! Assessing a case through its module, and computing a stored assessment again.

use super::{level, once};
use crate::{
    application::module_of,
    crypto::sha256,
    error::{Error, Result},
    id::Ref,
    module::{Assessment, Facts, Level, Module, Parameters},
    op::Op,
    reference, verification,
};
use entity::application;
use policies::Permission;
use sea_orm::{ColumnTrait, QueryFilter};

/// The assessment of a case for a level, or for the lowest that may decide it; the facts then say which.
pub(crate) fn compute(
    op: &Op,
    case: &application::Model,
    facts: &mut Facts,
    parameters: &Parameters,
    level: Option<Level>,
) -> Result<Assessment> {
    let Some(level) = level else { return for_lowest_level(op, case, facts, parameters) };
    facts.deciding_level = Some(level.as_str().to_owned());
    run(module_of(op, &case.programme)?.as_ref(), facts, parameters)
}

/// Items and amount may differ by who decides, so each level is assessed for itself, lowest first.
fn for_lowest_level(
    op: &Op,
    case: &application::Model,
    facts: &mut Facts,
    parameters: &Parameters,
) -> Result<Assessment> {
    let module = module_of(op, &case.programme)?;
    let rows = level::deciding_rows(op, &case.programme)?;
    let mut assessment = None;
    for level in level::levels(&rows) {
        facts.deciding_level = Some(level.as_str().to_owned());
        let found = run(module.as_ref(), facts, parameters)?;
        let admits = level::admits(op, parameters, &rows, level, &found)?;
        assessment = Some(found);
        if admits {
            break;
        }
    }
    assessment.ok_or_else(|| Error::internal("a programme that nobody decides"))
}

/// What a case of the permission's programme would be assessed by today; decides nothing.
///
/// Errors: `NotFound`, `PARAMETER_MISSING`, `WRONG_STATE` before a report exists.
pub async fn preview_facts(
    op: &Op,
    permission: Permission,
    application_id: Ref<application::Entity>,
) -> Result<(Facts, Parameters)> {
    let (_, facts, parameters) = previewed(op, permission, application_id).await?;
    Ok((facts, parameters))
}

/// An assessment that decides nothing.
pub struct Preview {
    /// The assessment for the lowest level that may decide the case.
    pub assessment: Assessment,
    /// The facts it stands on, that level among them.
    pub facts: Facts,
    /// Period in which a counted member was granted the same already; a grant would be refused.
    pub granted_in: Option<String>,
}

/// What a case of the permission's programme would be decided by today, and by which level; decides nothing.
///
/// Errors: as `preview_facts`.
pub async fn preview(op: &Op, permission: Permission, application_id: Ref<application::Entity>) -> Result<Preview> {
    let (case, mut facts, parameters) = previewed(op, permission, application_id).await?;
    let assessment = for_lowest_level(op, &case, &mut facts, &parameters)?;
    let reading = op.read(permission)?;
    let claims = once::claims_of(reading.conn, assessment.once.iter().map(|only| only.person_id)).await?;
    let granted = once::granted(&claims, &case.programme, &assessment.once).map(|claim| claim.period.clone());
    Ok(Preview { assessment, facts, granted_in: granted })
}

async fn previewed(
    op: &Op,
    permission: Permission,
    application_id: Ref<application::Entity>,
) -> Result<(application::Model, Facts, Parameters)> {
    let reading = op.read(permission)?;
    let case = entity::find_scoped::<application::Entity>(&reading.scope)
        .filter(application::Column::Id.eq(application_id.id))
        .one(reading.conn)
        .await?
        .filter(|case| permission.programme.is_none_or(|programme| case.programme == programme))
        .ok_or(Error::NotFound { field: "input.applicationId" })?;
    op.note_read("Application", case.id);
    let facts = verification::facts_of(reading.conn, &case, op.today()).await?;
    let parameters = reference::parameters(reading.conn).await?;
    Ok((case, facts, parameters))
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
