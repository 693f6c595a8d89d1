//! Lists at the root that code bounds: the caller's rows of a type, those that a function names, in its order.

use super::{action::contained, cursor::Order, fault::Paths, listing::Listing, root::Run};
use crate::schema::{
    coerce::Call,
    types::{FinderOf, Stored},
};
use platform::{Error, Result};
use sea_orm::Condition;
use serde_json::{Value, json};
use std::sync::Arc;

impl Run<'_> {
    /// One such list: in the rows of the type's permission and of the list's own.
    pub(super) async fn find(
        &self,
        finder: FinderOf,
        stored: Stored,
        call: &Call,
        paths: &Arc<Paths>,
    ) -> Result<Value> {
        let op = self.asking.op;
        self.asking.comparable(stored, &finder.0.compares)?;
        let input = call.args.get("input").filter(|input| !input.is_null());
        let narrowed = contained((finder.0.narrow)(op, input.cloned().unwrap_or_else(|| json!({})))).await;
        let narrowed = match narrowed {
            Ok(condition) => condition,
            Err(Error::NotFound { .. }) => return Ok(Value::Null),
            Err(error) => return Err(error),
        };
        let listing = Listing {
            stored,
            base: Condition::all()
                .add(self.asking.visible_in_order(stored, &stored.permission))
                .add(self.asking.visible_in_order(stored, &finder.0.permission))
                .add(narrowed),
            order: Order::of_finder(finder.0, stored),
            parents: None,
        };
        let mut values = self.connections(&listing, &[Some(0)], call, paths).await?;
        Ok(values.pop().unwrap_or_default())
    }
}
