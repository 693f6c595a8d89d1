//! The table in the library's hands: it validates documents, answers introspection and prints the SDL.
//!
//! Nothing of ours is resolved by it: it leaves failed fields out and nests futures per field, where the reads
//! answer a level of rows at once.

use super::types::{
    FieldDef, InputValueDef, MUTATION, NODE, ObjectDef, QUERY, SUBSCRIPTION, TypeDef, TypeRef, TypeTable,
};
use async_graphql::{
    CacheControl, Response, ServerError, ValidationResult,
    dynamic::{
        Enum, EnumItem, Field, FieldFuture, InputObject, InputValue, Interface, InterfaceField, Object,
        ResolverContext, Scalar, Schema, SchemaError, Subscription, SubscriptionField, SubscriptionFieldFuture,
        TypeRef as LibraryType, Union,
    },
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute, NextValidation},
};
use async_graphql_value::{ConstValue, Name};
use futures_util::stream;
use serde_json::Value;
use std::sync::Arc;

/// What the library is asked to do with a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Task {
    /// Validate, run nothing.
    Validate,
    /// Answer introspection of a document that was validated before it was cut down.
    Introspect,
}

/// Registers every type of the table.
pub(super) fn schema(table: &TypeTable) -> Result<Schema, SchemaError> {
    let mutation = table.get(MUTATION).map(|_| MUTATION);
    let subscription = table.get(SUBSCRIPTION).map(|_| SUBSCRIPTION);
    let mut builder = Schema::build(QUERY, mutation, subscription).disable_suggestions().extension(Tasks);
    for def in table.types.values() {
        builder = match def.as_ref() {
            TypeDef::Object(def) if def.name.as_ref() == SUBSCRIPTION => builder.register(watched(table, def)),
            TypeDef::Object(def) => {
                let object = Object::new(def.name.as_ref()).description(&def.description);
                let object = if def.node { object.implement(NODE) } else { object };
                builder.register(def.fields.values().fold(object, |object, field| object.field(output(table, field))))
            }
            TypeDef::Interface(def) => {
                let interface = Interface::new(def.name.as_ref()).description(&def.description);
                builder.register(def.fields.values().fold(interface, |interface, field| {
                    let ty = library_type(&field.ty);
                    interface.field(InterfaceField::new(field.name.as_ref(), ty).description(&field.description))
                }))
            }
            TypeDef::Input(def) => {
                let input = InputObject::new(def.name.as_ref()).description(&def.description);
                builder
                    .register(def.fields.values().fold(input, |object, field| object.field(input_value(table, field))))
            }
            TypeDef::Enum(def) => {
                let list = Enum::new(def.name.as_ref()).description(&def.description);
                builder.register(
                    def.values.iter().fold(list, |list, value| {
                        list.item(EnumItem::new(&value.name).description(&value.description))
                    }),
                )
            }
            TypeDef::Scalar(def) => builder.register(Scalar::new(def.name.as_ref()).description(&def.description)),
            TypeDef::Union(def) => {
                let union = Union::new(def.name.as_ref()).description(&def.description);
                builder.register(def.members.iter().fold(union, |union, name| union.possible_type(name.as_ref())))
            }
        };
    }
    builder.finish()
}

fn output(table: &TypeTable, field: &FieldDef) -> Field {
    let registered = Field::new(field.name.as_ref(), library_type(&field.ty), |_| FieldFuture::Value(None));
    let registered = registered.description(&field.description);
    field.args.iter().fold(registered, |registered, arg| registered.argument(input_value(table, arg)))
}

fn no_event(_: ResolverContext<'_>) -> SubscriptionFieldFuture<'_> {
    SubscriptionFieldFuture::new(async { Ok(stream::empty::<Result<ConstValue, async_graphql::Error>>()) })
}

fn watched(table: &TypeTable, def: &ObjectDef) -> Subscription {
    let root = Subscription::new(def.name.as_ref()).description(&def.description);
    def.fields.values().fold(root, |root, field| {
        let registered = SubscriptionField::new(field.name.as_ref(), library_type(&field.ty), no_event);
        let registered = registered.description(&field.description);
        root.field(field.args.iter().fold(registered, |registered, arg| registered.argument(input_value(table, arg))))
    })
}

fn input_value(table: &TypeTable, def: &InputValueDef) -> InputValue {
    let value = InputValue::new(def.name.as_ref(), library_type(&def.ty)).description(&def.description);
    match &def.default {
        Some(default) => value.default_value(literal(table, &def.ty, default)),
        None => value,
    }
}

/// A default as a document writes it: enum values are bare names.
fn literal(table: &TypeTable, ty: &TypeRef, value: &Value) -> ConstValue {
    match (ty, value) {
        (TypeRef::NonNull(inner), value) => literal(table, inner, value),
        (TypeRef::List(item), Value::Array(items)) => {
            ConstValue::List(items.iter().map(|each| literal(table, item, each)).collect())
        }
        (TypeRef::Named(name), value) => match (table.get(name), value) {
            (Some(TypeDef::Enum(_)), Value::String(text)) => ConstValue::Enum(Name::new(text)),
            (Some(TypeDef::Input(def)), Value::Object(fields)) => ConstValue::Object(
                fields
                    .iter()
                    .filter_map(|(name, value)| {
                        let field = def.fields.get(name.as_str())?;
                        Some((Name::new(name), literal(table, &field.ty, value)))
                    })
                    .collect(),
            ),
            _ => ConstValue::from_json(value.clone()).unwrap_or_default(),
        },
        (TypeRef::List(_), value) => ConstValue::from_json(value.clone()).unwrap_or_default(),
    }
}

fn library_type(ty: &TypeRef) -> LibraryType {
    match ty {
        TypeRef::Named(name) => LibraryType::named(name.to_string()),
        TypeRef::List(inner) => LibraryType::List(Box::new(library_type(inner))),
        TypeRef::NonNull(inner) => LibraryType::NonNull(Box::new(library_type(inner))),
    }
}

/// Stops the library after validation, or before it.
struct Tasks;

impl ExtensionFactory for Tasks {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_graphql::async_trait::async_trait]
impl Extension for Tasks {
    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        match ctx.data_opt::<Task>() {
            Some(Task::Introspect) => {
                Ok(ValidationResult { cache_control: CacheControl::default(), complexity: 0, depth: 0 })
            }
            _ => next.run(ctx).await,
        }
    }

    async fn execute(&self, ctx: &ExtensionContext<'_>, name: Option<&str>, next: NextExecute<'_>) -> Response {
        match ctx.data_opt::<Task>() {
            Some(Task::Introspect) => next.run(ctx, name).await,
            _ => Response::new(ConstValue::Null),
        }
    }
}
