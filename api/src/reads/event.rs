//! Events: the row one is about, as it now is, with what the event says of itself.

use super::{
    fault::{Fault, Paths},
    root::{Found, Run},
    rows::Needs,
};
use crate::schema::{
    coerce::{Below, Call, What},
    types::{Resolve, Stored},
};
use platform::{Result, part::Cell};
use serde_json::{Map, Value};
use std::sync::{Arc, PoisonError};
use uuid::Uuid;

impl Run<'_> {
    /// Answers one event to `outer`; `None` where the row is not the caller's to see now, and nothing is told.
    ///
    /// The answer is `None` inside where a field that may not be null is; the faults stand beside it.
    pub async fn event(
        self,
        stored: Stored,
        key: Uuid,
        facts: &Value,
        outer: &Call,
        calls: &[Call],
    ) -> Result<Option<(Option<Value>, Vec<Fault>)>> {
        let paths = Paths::root();
        let is_row =
            |call: &&Call| matches!(&call.what, What::Field(field) if matches!(field.resolve, Resolve::PayloadRow(_)));
        let mut object = Map::with_capacity(calls.len());
        if !calls.iter().any(|call| is_row(&call)) && self.found(stored, key, &[]).await?.set.len() == 0 {
            return Ok(None);
        }
        for call in calls {
            let value = if is_row(&call) {
                let Below::Object(below) = &call.below else { continue };
                let found = self.found(stored, key, below).await?;
                if found.set.len() == 0 {
                    return Ok(None);
                }
                let keys = vec![Arc::clone(&outer.key), Arc::clone(&call.key)];
                let below_paths = paths.below(keys, vec![(0, None)], Vec::new());
                self.rows(&found.set, below, below_paths).await.pop().flatten().unwrap_or_default()
            } else {
                let mut path = paths.field(0, &outer.key);
                let one = self.object(std::slice::from_ref(call), facts, &mut path);
                let Some(value) = one.and_then(|mut one| one.get_mut(call.key.as_ref()).map(Value::take)) else {
                    return Ok(Some((None, self.into_faults())));
                };
                value
            };
            object.insert(call.key.to_string(), value);
        }
        Ok(Some((Some(Value::Object(object)), self.into_faults())))
    }

    async fn found(&self, stored: Stored, key: Uuid, calls: &[Call]) -> Result<Found> {
        let needs = Needs::of(self.asking.op, stored, calls);
        self.by_key(stored, stored.0.key, &[Cell::Uuid(key)], needs).await
    }

    fn into_faults(self) -> Vec<Fault> {
        self.faults.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}
