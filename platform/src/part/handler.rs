//! Typed handlers, erased to one shape.

use crate::error::{Error, Refusal, Result};
use crate::{
    code::Code,
    op::Op,
    outbox::Event,
    part::{Matcher, Prepare},
};
use futures_util::future::BoxFuture;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::{future::Future, marker::PhantomData, sync::Arc};
use uuid::Uuid;

/// A handler with its types erased: coerced JSON in, JSON out.
///
/// A row's output is `{"id": uuid, "version": n}`.
pub type Handler = Arc<dyn for<'a> Fn(&'a Op, Value) -> BoxFuture<'a, Result<Value>> + Send + Sync>;

/// The row a mutation made or changed.
pub struct Saved<E> {
    /// Key of the row.
    pub id: Uuid,
    /// Its version now; 1 for rows that never change.
    pub version: i64,
    row: PhantomData<fn() -> E>,
}

impl<E> Saved<E> {
    /// A row by key and version.
    pub fn new(id: Uuid, version: i64) -> Self {
        Self { id, version, row: PhantomData }
    }
}

/// An `async fn(&Op, Input) -> Result<Output>`.
pub trait Act<'a, I, O>: Send + Sync {
    /// Its future.
    type Fut: Future<Output = Result<O>> + Send + 'a;
    /// Calls it.
    fn call(&self, op: &'a Op, input: I) -> Self::Fut;
}

impl<'a, F, Fut, I, O> Act<'a, I, O> for F
where
    F: Fn(&'a Op, I) -> Fut + Send + Sync,
    Fut: Future<Output = Result<O>> + Send + 'a,
{
    type Fut = Fut;

    fn call(&self, op: &'a Op, input: I) -> Fut {
        self(op, input)
    }
}

pub(super) fn row<E, I, F>(act: F) -> Handler
where
    E: 'static,
    I: DeserializeOwned + garde::Validate<Context = ()> + Send + 'static,
    F: for<'a> Act<'a, I, Saved<E>> + 'static,
{
    let act = Arc::new(act);
    Arc::new(move |op, value| {
        let act = Arc::clone(&act);
        Box::pin(async move {
            let saved = act.call(op, read(value)?).await?;
            Ok(serde_json::json!({ "id": saved.id, "version": saved.version }))
        })
    })
}

pub(super) fn plain<I, O, F>(act: F) -> Handler
where
    I: DeserializeOwned + garde::Validate<Context = ()> + Send + 'static,
    O: Serialize + Send + 'static,
    F: for<'a> Act<'a, I, O> + 'static,
{
    let act = Arc::new(act);
    Arc::new(move |op, value| {
        let act = Arc::clone(&act);
        Box::pin(async move { Ok(serde_json::to_value(act.call(op, read(value)?).await?)?) })
    })
}

pub(super) fn watch<I, M>(prepare: fn(&Op, I) -> Result<M>) -> Prepare
where
    I: DeserializeOwned + garde::Validate<Context = ()> + 'static,
    M: Fn(&Event) -> Option<Uuid> + Send + Sync + 'static,
{
    Arc::new(move |op, value| Ok(Arc::new(prepare(op, read(value)?)?) as Matcher))
}

/// Reads a coerced input into its struct and runs the struct's own checks.
pub(super) fn read<I: DeserializeOwned + garde::Validate<Context = ()>>(value: Value) -> Result<I> {
    let input: I = serde_json::from_value(value)
        .map_err(|error| Error::from(Refusal::new(Code::InvalidInput).field("input").arg("reason", error)))?;
    input.validate().map_err(|report| match report.iter().next() {
        Some((path, problem)) => Error::from(
            Refusal::new(Code::InvalidInput)
                .field(&format!("input.{}", camel_path(&path.to_string())))
                .arg("reason", problem),
        ),
        None => Error::internal("validation failed without a report"),
    })?;
    Ok(input)
}

fn camel_path(path: &str) -> String {
    let mut camel = String::with_capacity(path.len());
    let mut raise = false;
    for character in path.chars() {
        match character {
            '_' => raise = true,
            '[' => camel.push('.'),
            ']' => {}
            other if raise => {
                camel.push(other.to_ascii_uppercase());
                raise = false;
            }
            other => camel.push(other),
        }
    }
    camel
}
