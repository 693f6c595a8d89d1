//! Opaque global identifiers: base64url of `Type:key`.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use sea_orm::EntityTrait;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{borrow::Cow, marker::PhantomData};
use uuid::Uuid;

/// The global identifier of a row.
pub fn encode(type_name: &str, key: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{type_name}:{key}"))
}

/// Type and key of a global identifier; `None` if it is none.
pub fn decode(id: &str) -> Option<(String, String)> {
    let bytes = URL_SAFE_NO_PAD.decode(id).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (name, key) = text.split_once(':')?;
    Some((name.to_owned(), key.to_owned()))
}

/// An input field that names a row of `E` by its global identifier.
///
/// One that cannot be read names no row: it is answered exactly as the identifier of a row that is not there.
pub struct Ref<E> {
    /// Key of the row.
    pub id: Uuid,
    row: PhantomData<fn() -> E>,
}

impl<E> Clone for Ref<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for Ref<E> {}

impl<E> std::fmt::Debug for Ref<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.id.fmt(f)
    }
}

impl<E> Ref<E> {
    /// A reference by key.
    pub fn new(id: Uuid) -> Self {
        Self { id, row: PhantomData }
    }
}

impl<'de, E> Deserialize<'de> for Ref<E>
where
    E: EntityTrait,
    E::Model: JsonSchema,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let id = decode(&text)
            .filter(|(name, _)| *name == E::Model::schema_name())
            .and_then(|(_, key)| key.parse().ok())
            .unwrap_or(Uuid::nil());
        Ok(Self::new(id))
    }
}

impl<E> Serialize for Ref<E>
where
    E: EntityTrait,
    E::Model: JsonSchema,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&encode(&E::Model::schema_name(), &self.id.to_string()))
    }
}

impl<E> JsonSchema for Ref<E> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "ID".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "x-scalar": "ID" })
    }
}
