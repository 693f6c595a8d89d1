//! The one list of what is missing (一次性告知).

use crate::{
    act::{CaseAct, Look},
    case::{Step, finish_case},
    code::Code,
    error::{Refusal, Result},
    id::Ref,
    intake::ensure_not_known,
    op::Op,
    part::Saved,
    permissions as may,
    tx::Tx,
};
use entity::{
    application,
    enums::{ApplicationState, ClockEffect, MaterialState},
    request_material,
};
use schemars::JsonSchema;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Deserialize;

/// The one supplement list.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct SupplementRequest {
    /// Key under which a repeated call answers the first one's result.
    #[garde(length(chars, min = 1, max = 100))]
    pub idempotency_key: String,
    /// The case.
    #[garde(skip)]
    pub application_id: Ref<application::Entity>,
    /// Version of the case the caller saw.
    #[garde(range(min = 1))]
    pub expected_version: i32,
    /// Everything that is missing (补正清单).
    #[garde(length(min = 1, max = 50), dive)]
    pub items: Vec<SupplementItem>,
}

/// One missing material.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
pub struct SupplementItem {
    /// Kind, e.g. `INCOME_STATEMENT`.
    #[garde(length(chars, min = 1, max = 60))]
    pub kind: String,
    /// Name as the applicant reads it (材料名称).
    #[garde(length(chars, min = 1, max = 200))]
    pub name: String,
}

pub(super) const SUPPLEMENT: CaseAct = CaseAct::in_states(
    |_, _| &[ApplicationState::TownPending],
    |look, case, act| Box::pin(may_request_supplement(look, case, act)),
);

async fn may_request_supplement(look: &Look<'_>, case: &application::Model, act: &CaseAct) -> Result<()> {
    if let Some(on) = case.supplement_requested_on {
        return Err(Refusal::new(Code::SupplementAlreadyRequested).field("input.items").arg("on", on).into());
    }
    look.must_be(case, act)
}

pub(super) async fn request_supplement(op: &Op, input: SupplementRequest) -> Result<Saved<application::Entity>> {
    let tx = op.begin(may::APPLICATION_SUPPLEMENT).await?;

    let mut case = tx.case(input.application_id.id, input.expected_version.into()).await?;
    SUPPLEMENT.ensure(&case.look(), &case.row).await?;
    let asked = input.items.iter().map(|item| (item.kind.as_str(), item.name.as_str()));
    ensure_not_known(&tx, &case.row, asked, "input.items").await?;

    for item in input.items {
        ask_for(&tx, &case.row, item).await?;
    }
    case.row.supplement_requested_on = Some(op.today());
    case.advance(Step { to: ApplicationState::SupplementRequired, clock: ClockEffect::Stop, reason: None }).await?;

    let row = case.row;
    finish_case(tx, row).await
}

/// Marks a listed material as asked for, or lists it.
async fn ask_for(tx: &Tx<'_>, case: &application::Model, item: SupplementItem) -> Result<()> {
    let listed = request_material::Entity::find()
        .filter(request_material::Column::RequestId.eq(case.request_id))
        .filter(request_material::Column::Kind.eq(&item.kind))
        .one(tx.conn())
        .await?;
    match listed {
        Some(mut material) => {
            material.state = MaterialState::Requested;
            material.version += 1;
            tx.replace(material.id, material).await?;
        }
        None => {
            let material = request_material::Model {
                id: tx.new_id(),
                request_id: case.request_id,
                kind: item.kind,
                name_zh: item.name,
                state: MaterialState::Requested,
                provided_on: None,
                jurisdiction: case.jurisdiction.clone(),
                version: 1,
            };
            tx.record(material.id, material).await?;
        }
    }
    Ok(())
}
