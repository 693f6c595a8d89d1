//! Stored assessments, computed again from the facts and parameters stored beside them.

use super::{Kind, Report, pages::each};
use crate::{
    crypto::sha256,
    decision::{amount_fits, replay, used_values},
    error::Result,
    module::{Assessment, Facts, assessment::UsedParameter},
    op::Platform,
};
use entity::{decision, parameter};
use sea_orm::{ConnectionTrait, EntityTrait};

pub(super) async fn walk<C: ConnectionTrait>(platform: &Platform, conn: &C, report: &mut Report) -> Result<()> {
    let parameters = parameter::Entity::find().all(conn).await?;
    each::<decision::Entity, C>(conn, report, |report, id, row| match recompute(platform, &row) {
        Ok(Some(used)) => {
            report.assessments_recomputed += 1;
            for parameter in used.iter().filter(|used| !stands(used, &parameters)) {
                let key = format!("{} from {}", parameter.key, parameter.from_on);
                report.find(Kind::Assessment, "parameter", key, "it is not as a decision used it");
            }
        }
        Ok(None) => report.assessments_skipped += 1,
        Err(what) => report.find(Kind::Assessment, "decision", format!("{} ({id})", row.number), what),
    })
    .await
}

/// Computes one assessment again; `None` when its module is not loaded here in the version that computed it.
fn recompute(platform: &Platform, row: &decision::Model) -> Result<Option<Vec<UsedParameter>>, String> {
    let facts: Facts = serde_json::from_str(&row.facts).map_err(|_| "its facts cannot be read")?;
    let canonical = serde_json::to_vec(&facts).map_err(|_| "its facts cannot be written")?;
    if sha256(&canonical) != row.facts_hash {
        return Err("its facts are not those its hash was made of".to_owned());
    }
    let stored: Assessment = serde_json::from_str(&row.assessment).map_err(|_| "its assessment cannot be read")?;
    let used: Vec<UsedParameter> =
        serde_json::from_str(&row.parameters).map_err(|_| "its parameters cannot be read")?;
    if used != stored.parameters {
        return Err("its parameters are not those of its assessment".to_owned());
    }
    if !amount_fits(row, &stored) {
        return Err("its amount is not that of its assessment".to_owned());
    }
    let Some(module) = platform.module(&row.programme) else { return Ok(None) };
    if module.manifest().version != row.module_version {
        return Ok(None);
    }
    let again = replay(module.as_ref(), &facts, &used_values(&used))
        .map_err(|error| format!("it cannot be computed again: {}", error.code().as_str()))?;
    if again == stored { Ok(Some(used)) } else { Err("computing it again gives another assessment".to_owned()) }
}

fn stands(used: &UsedParameter, parameters: &[parameter::Model]) -> bool {
    parameters.iter().any(|row| {
        row.key == used.key
            && row.from_on.to_string() == used.from_on
            && row.value == used.value
            && row.source_doc == used.source_doc
    })
}
