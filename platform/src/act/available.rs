//! What can be done next on a case, as data.

use super::{ABSENT, Act, Look};
use crate::{
    code::{self, Code},
    error::{Error, Result},
    op::Op,
    permissions as may,
};
use entity::{Scope, application};
use futures_util::future::BoxFuture;
use schemars::JsonSchema;
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect};
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// A mutation the caller has, and what it would answer on this case now, whatever its input (可办理操作).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AvailableAction {
    /// Field name of the mutation (操作).
    pub name: String,
    /// Whether it would be done; what hangs on its input may still refuse it (是否可办理).
    pub allowed: bool,
    /// Code it would be refused with; null when it is allowed (拒绝代码).
    pub code: Option<String>,
    /// That code's message; null when it is allowed (拒绝说明).
    pub message: Option<String>,
}

/// The actions of each of these cases, in their order; null for a case the caller may not see.
pub fn available(op: &Op, ids: Vec<Uuid>) -> BoxFuture<'_, Result<Vec<Value>>> {
    Box::pin(async move {
        let reading = op.read(may::APPLICATION_READ)?;
        let rows = entity::find_scoped::<application::Entity>(&reading.scope)
            .filter(application::Column::Id.is_in(ids.iter().copied()))
            .all(reading.conn)
            .await?;
        let look = Look::reading(op, rows);
        let mut told: HashMap<Uuid, Vec<AvailableAction>> =
            look.cases().iter().map(|case| (case.id, Vec::new())).collect();
        for act in op.platform().acts().iter().filter(|act| op.may_begin(&act.permission)) {
            let reached = reached(op, act, &look, &reading.scope).await?;
            for case in look.cases().iter().filter(|case| act.offered(op, &case.programme)) {
                let outcome = if reached.contains(&case.id) { act.judge(&look, case).await } else { Err(ABSENT) };
                told.entry(case.id).or_default().push(tell(op, act, outcome));
            }
        }
        ids.iter().map(|id| Ok(told.get(id).map(serde_json::to_value).transpose()?.unwrap_or_default())).collect()
    })
}

/// The cases that the act's own row scope reaches; a statement only where it is not the reader's.
async fn reached(op: &Op, act: &Act, look: &Look<'_>, seen: &Scope) -> Result<BTreeSet<Uuid>> {
    let scope = op.scope(&act.permission);
    if scope == *seen {
        return Ok(look.cases().iter().map(|case| case.id).collect());
    }
    let ids = entity::find_scoped::<application::Entity>(&scope)
        .filter(application::Column::Id.is_in(look.cases().iter().map(|case| case.id)))
        .select_only()
        .column(application::Column::Id)
        .into_tuple::<Uuid>()
        .all(look.conn())
        .await?;
    Ok(ids.into_iter().collect())
}

fn tell(op: &Op, act: &Act, outcome: Result<()>) -> AvailableAction {
    let name = act.name.to_owned();
    let Err(error) = outcome else { return AvailableAction { name, allowed: true, code: None, message: None } };
    let (code, args): (Code, &[_]) = match &error {
        Error::Refused(refusal) => (refusal.code, &refusal.args),
        Error::Internal(text) => {
            tracing::error!(request = %op.request_id, action = act.name, error = %text, "an act could not be judged");
            (Code::Internal, &[])
        }
        other => (other.code(), &[]),
    };
    let message = code::message(code, args, op.language);
    AvailableAction { name, allowed: false, code: Some(code.as_str().to_owned()), message: Some(message) }
}
