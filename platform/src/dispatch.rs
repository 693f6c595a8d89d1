//! Carrying out one mutation field: key, handler, rollback, audit of a refusal.

use crate::{
    audit,
    code::Code,
    crypto::sha256,
    error::{Error, Result},
    id,
    op::{Call, Op},
    part::Action,
};
use serde_json::{Value, json};
use std::sync::{Arc, PoisonError};
use uuid::Uuid;

/// Runs a mutation with coerced input; a row's answer is `{"id", "version"}`, also on a replay.
///
/// Whatever it refuses has been rolled back and audited when this returns.
pub async fn mutation(op: &Op, action: &'static Action, input: Value) -> Result<Value> {
    let key = action.keyed.then(|| input["idempotencyKey"].as_str().map(str::to_owned)).flatten();
    let call = Call { mutation: action.name, key, input_hash: sha256(canonical(&input).as_bytes()) };
    *op.call.lock().unwrap_or_else(PoisonError::into_inner) = Some(call);
    let subject = named(&input);
    let outcome = (action.handler)(op, input).await;
    let rolled_back = roll_back(op).await;
    let result = match outcome {
        Ok(value) => Ok(value),
        Err(Error::Replay(replay)) => Ok(json!({ "id": replay.id, "version": replay.version })),
        Err(error) => {
            // A refusal stands whether or not its audit event could be written; a failed event is a fault.
            rolled_back?;
            if !matches!(error, Error::Internal(_)) && op.actor().is_some() {
                audit::refused(op, action.name, error.code(), subject).await?;
            }
            Err(unavailable(error))
        }
    };
    *op.call.lock().unwrap_or_else(PoisonError::into_inner) = None;
    result
}

async fn roll_back(op: &Op) -> Result<()> {
    if let Some(transaction) = op.take_open()
        && let Ok(transaction) = Arc::try_unwrap(transaction)
    {
        transaction.rollback().await?;
    }
    Ok(())
}

/// A full disk or a pool that gives no connection is not the client's fault and may pass.
fn unavailable(error: Error) -> Error {
    match &error {
        Error::Internal(text) if text.contains("database or disk is full") || text.contains("pool timed out") => {
            tracing::error!(%error, "the store takes no changes");
            Code::Unavailable.into()
        }
        _ => error,
    }
}

/// Type and key of the row that an input is about: its case, or else the first row it names.
fn named(input: &Value) -> Option<(String, String)> {
    let fields = input.as_object()?;
    let row = |value: &Value| {
        let (name, key) = id::decode(value.as_str()?)?;
        // What is no key of ours may hold anything.
        key.parse::<Uuid>().ok().map(|key| (name, key.to_string()))
    };
    fields.get("applicationId").and_then(row).or_else(|| fields.values().find_map(row))
}

/// The input with object keys sorted, so that equal inputs have equal bytes.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let mut sorted: Vec<_> = fields.iter().filter(|(name, _)| *name != "idempotencyKey").collect();
            sorted.sort_by_key(|(name, _)| name.as_str());
            let fields: Vec<_> =
                sorted.iter().map(|(name, value)| format!("{}:{}", json!(name), canonical(value))).collect();
            format!("{{{}}}", fields.join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}
