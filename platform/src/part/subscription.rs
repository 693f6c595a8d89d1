//! What can be subscribed to, as data.

use super::{Part, Permission, builder::schema_of, handler};
use crate::{error::Result, op::Op, outbox::Event};
use schemars::JsonSchema;
use sea_orm::EntityTrait;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::Arc;
use uuid::Uuid;

/// Something that can be subscribed to: events of the outbox, each answered with the row it is about.
pub struct Subscription {
    /// Field name at the root.
    pub name: &'static str,
    /// Description.
    pub description: &'static str,
    /// Permission to have it in the schema; asked again at each event.
    pub permission: Permission,
    /// JSON Schema of its input struct.
    pub input: Value,
    /// GraphQL name of the stored type it answers; place, programme and unit of an event are those of that row.
    pub output: String,
    /// Reads the input once.
    pub prepare: Prepare,
    /// Cost of one event.
    pub cost: u32,
}

/// Reads a coerced input; what comes of it is asked at each event.
pub type Prepare = Arc<dyn Fn(&Op, Value) -> Result<Matcher> + Send + Sync>;

/// The key of the row an event is about, if the subscriber asked for it.
pub type Matcher = Arc<dyn Fn(&Event) -> Option<Uuid> + Send + Sync>;

impl Part {
    /// Adds a subscription that answers rows of `E`: `prepare` reads the input once and answers what is asked at each
    /// event, the key of the row it is about.
    #[must_use]
    pub fn subscription<I, E, M>(
        mut self,
        name: &'static str,
        description: &'static str,
        permission: Permission,
        prepare: fn(&Op, I) -> Result<M>,
    ) -> Self
    where
        I: DeserializeOwned + JsonSchema + garde::Validate<Context = ()> + 'static,
        E: EntityTrait,
        E::Model: JsonSchema,
        M: Fn(&Event) -> Option<Uuid> + Send + Sync + 'static,
    {
        self.require(permission);
        self.subscriptions.push(Subscription {
            name,
            description,
            permission,
            input: schema_of::<I>(),
            output: <E::Model as JsonSchema>::schema_name().into_owned(),
            prepare: handler::watch(prepare),
            cost: 10,
        });
        self
    }
}
