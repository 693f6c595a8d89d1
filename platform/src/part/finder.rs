//! Parts: lists at the root of which code says what is in them, and in which order.

use super::{Direction, Part, Permission, builder::schema_of, handler::read};
use crate::{error::Result, op::Op};
use futures_util::future::BoxFuture;
use schemars::JsonSchema;
use sea_orm::{ColumnTrait, Condition};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::Arc;

/// A list at the root over a stored type: rows that the type's permission and this one reach and that a function names.
pub struct Finder {
    /// Field name at the root.
    pub name: &'static str,
    /// Description.
    pub description: &'static str,
    /// GraphQL name of the stored type.
    pub target: &'static str,
    /// Permission to have it in the schema; its row scope holds beside the type's own.
    pub permission: Permission,
    /// JSON Schema of its input struct.
    pub input: Value,
    /// Whether it must be given one.
    pub input_required: bool,
    /// Cost of calling it once.
    pub cost: u32,
    /// Order of the list; the key is always appended.
    pub order: Vec<FinderOrder>,
    /// Columns that the function compares with: a purpose they are not shown plainly for finds nothing by them.
    pub compares: Vec<&'static str>,
    /// The function.
    pub narrow: Narrow,
}

/// One column of a finder's order.
#[derive(Debug, Clone, Copy)]
pub struct FinderOrder {
    /// Column name.
    pub column: &'static str,
    /// Direction.
    pub direction: Direction,
    /// What an empty cell counts as; a column that may be empty needs it.
    pub empty_as: Option<&'static str>,
}

/// What a coerced input asks for, as a condition on the type's table.
pub type Narrow = Arc<dyn for<'a> Fn(&'a Op, Value) -> BoxFuture<'a, Result<Condition>> + Send + Sync>;

impl Finder {
    /// A list of `target` that `narrow` bounds: `async fn(&Op, Input) -> Result<Condition>`.
    pub fn new<I, F>(
        name: &'static str,
        description: &'static str,
        target: &'static str,
        permission: Permission,
        narrow: F,
    ) -> Self
    where
        I: DeserializeOwned + JsonSchema + garde::Validate<Context = ()> + Send + 'static,
        F: for<'a> super::handler::Act<'a, I, Condition> + 'static,
    {
        let narrow = Arc::new(narrow);
        Self {
            name,
            description,
            target,
            permission,
            input: schema_of::<I>(),
            input_required: false,
            cost: 10,
            order: Vec::new(),
            compares: Vec::new(),
            narrow: Arc::new(move |op, value| {
                let narrow = Arc::clone(&narrow);
                Box::pin(async move { narrow.call(op, read(value)?).await })
            }),
        }
    }

    /// An input must be given.
    #[must_use]
    pub fn with_required_input(self) -> Self {
        Self { input_required: true, ..self }
    }

    /// Orders by a column, then by what is added after it.
    #[must_use]
    pub fn ordered_by<C: ColumnTrait>(mut self, column: C, direction: Direction) -> Self {
        self.order.push(FinderOrder { column: column.as_str(), direction, empty_as: None });
        self
    }

    /// Orders by a column whose empty cells count as this text.
    #[must_use]
    pub fn ordered_by_or<C: ColumnTrait>(mut self, column: C, direction: Direction, empty_as: &'static str) -> Self {
        self.order.push(FinderOrder { column: column.as_str(), direction, empty_as: Some(empty_as) });
        self
    }

    /// Names the columns its function compares with.
    #[must_use]
    pub fn comparing<C: ColumnTrait>(mut self, columns: impl IntoIterator<Item = C>) -> Self {
        self.compares.extend(columns.into_iter().map(|column| column.as_str()));
        self
    }
}

impl Part {
    /// Adds a list at the root that code bounds.
    #[must_use]
    pub fn finder(mut self, finder: Finder) -> Self {
        self.require(finder.permission);
        self.finders.push(finder);
        self
    }
}
