//! Typed handlers: queries that compute, and mutations with their payloads.

use super::{
    fault::{Paths, Segment},
    root::Run,
    rows::Needs,
};
use crate::schema::{
    coerce::{Below, Call, What},
    types::{ActionOf, Resolve, Stored},
};
use futures_util::FutureExt;
use platform::{
    Code, Error, Refusal, Result, code, dispatch,
    part::{Cell, Output},
};
use serde_json::{Map, Value, json};
use std::{panic::AssertUnwindSafe, sync::Arc};

/// How a mutation ended, as far as its payload tells.
struct Ended {
    /// Key of the row, for mutations that answer one.
    key: Option<Cell>,
    /// What a plain mutation answers.
    plain: Value,
    /// `userErrors`.
    errors: Value,
}

fn input(call: &Call) -> Value {
    call.args.get("input").cloned().unwrap_or_else(|| json!({}))
}

/// A handler that panics fails its own field, nothing else.
pub(crate) async fn contained<T>(handler: impl Future<Output = Result<T>>) -> Result<T> {
    AssertUnwindSafe(handler).catch_unwind().await.unwrap_or_else(|_| Err(Error::internal("a handler panicked")))
}

impl Run<'_> {
    /// A query that computes; what is not there is null.
    pub(super) async fn query(&self, action: ActionOf, call: &Call, paths: &Arc<Paths>) -> Result<Value> {
        let Below::Object(calls) = &call.below else { return Ok(Value::Null) };
        match contained((action.0.handler)(self.asking.op, input(call))).await {
            Ok(value) => Ok(self.object(calls, &value, &mut paths.field(0, &call.key)).unwrap_or_default()),
            Err(Error::NotFound { .. }) => Ok(Value::Null),
            Err(error) => Err(error),
        }
    }

    /// A mutation: refusals go into the payload, faults beside the data.
    pub(super) async fn mutation(&self, action: ActionOf, call: &Call, paths: &Arc<Paths>) -> Result<Value> {
        let Below::Object(calls) = &call.below else { return Ok(Value::Null) };
        let outcome = contained(dispatch::mutation(self.asking.op, action.0, input(call))).await;
        let ended = match outcome {
            Ok(value) => Ended {
                key: matches!(action.0.output, Output::Row(_)).then(|| key(&value)).flatten(),
                plain: value,
                errors: json!([]),
            },
            Err(Error::Refused(refusal)) if refusal.code != Code::Unavailable => self.refused(&refusal),
            Err(Error::NotFound { field }) => self.refused(&Refusal::new(Code::NotFound).field(field)),
            Err(error) => return Err(error),
        };
        self.payload(&ended, calls, call, paths).await
    }

    fn refused(&self, refusal: &Refusal) -> Ended {
        self.refusal(refusal.code);
        let message = code::message(refusal.code, &refusal.args, self.asking.op.language);
        let error = json!({ "code": refusal.code.as_str(), "field": refusal.field, "message": message });
        Ended { key: None, plain: Value::Null, errors: json!([error]) }
    }

    async fn payload(&self, ended: &Ended, calls: &[Call], outer: &Call, paths: &Arc<Paths>) -> Result<Value> {
        let mut payload = Map::with_capacity(calls.len());
        for call in calls {
            let mut path = paths.field(0, &outer.key);
            let value = match &call.what {
                What::Typename(name) => Value::from(name.as_ref()),
                What::Introspection(_) => Value::Null,
                What::Withheld(field) => {
                    path.push(Segment::Key(Arc::clone(&call.key)));
                    self.withhold(field, path, call.pos);
                    Value::Null
                }
                What::Field(field) => match &field.resolve {
                    Resolve::PayloadRow(stored) => self.payload_row(ended, *stored, outer, call, paths).await,
                    Resolve::UserErrors => {
                        path.push(Segment::Key(Arc::clone(&call.key)));
                        self.user_errors(&ended.errors, call, &path)
                    }
                    _ => {
                        let one = self.object(std::slice::from_ref(call), &ended.plain, &mut path);
                        one.and_then(|mut object| object.get_mut(call.key.as_ref()).map(Value::take))
                            .unwrap_or_default()
                    }
                },
            };
            payload.insert(call.key.to_string(), value);
        }
        Ok(Value::Object(payload))
    }

    fn user_errors(&self, errors: &Value, call: &Call, path: &[Segment]) -> Value {
        let Below::Object(calls) = &call.below else { return json!([]) };
        let errors = errors.as_array().into_iter().flatten().enumerate();
        errors
            .filter_map(|(at, error)| {
                let mut path = path.to_vec();
                path.push(Segment::Index(at));
                self.object(calls, error, &mut path)
            })
            .collect()
    }

    /// The row as it now is, read anew: after the commit, in the actor's own scope.
    async fn payload_row(&self, ended: &Ended, stored: Stored, outer: &Call, call: &Call, paths: &Arc<Paths>) -> Value {
        let (Some(key), Below::Object(calls)) = (&ended.key, &call.below) else { return Value::Null };
        let needs = Needs::of(self.asking.op, stored, calls);
        match self.by_key(stored, stored.0.key, std::slice::from_ref(key), needs).await {
            Ok(found) => {
                let keys = vec![Arc::clone(&outer.key), Arc::clone(&call.key)];
                let below = paths.below(keys, vec![(0, None)], Vec::new());
                self.rows(&found.set, calls, below).await.pop().flatten().unwrap_or_default()
            }
            Err(error) => {
                let mut path = paths.field(0, &outer.key);
                path.push(Segment::Key(Arc::clone(&call.key)));
                self.fault(&error, path, call.pos);
                Value::Null
            }
        }
    }
}

fn key(value: &Value) -> Option<Cell> {
    value["id"].as_str()?.parse().ok().map(Cell::Uuid)
}
