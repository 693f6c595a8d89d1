//! Parts: what a flow or a module adds to the graph, as plain data.
//!
//! A part names stored types as columns and edges, its queries and its mutations, and for every field
//! its permission, data class, description and cost. The gateway turns parts into GraphQL; this crate
//! knows nothing of GraphQL's library.

mod batch;
mod builder;
mod finder;
mod handler;
mod subscription;

pub use builder::{DetailsBuilder, EntityBuilder, belongs_to, has_many};
pub use finder::{Finder, FinderOrder, Narrow};
pub use handler::{Act, Handler, Saved};
pub use subscription::{Matcher, Prepare, Subscription};

use crate::{
    act::CaseAct,
    crypto::Cipher,
    error::Result,
    op::{Op, Platform},
};
use chrono::NaiveDate;
pub use entity::scope::ScopeBy;
use futures_util::future::BoxFuture;
pub use policies::{DataClass, Permission};
use serde_json::Value;
use uuid::Uuid;

/// What one flow or one module adds.
#[derive(Default)]
pub struct Part {
    /// The part's word: folder, permission prefix, field prefix.
    pub name: &'static str,
    /// Every permission its fields name.
    pub permissions: Vec<Permission>,
    /// Types kept in tables.
    pub types: Vec<StoredType>,
    /// A programme's own facts on `Application`.
    pub details: Option<Details>,
    /// Lists at the root that code bounds.
    pub finders: Vec<Finder>,
    /// Queries that compute.
    pub queries: Vec<Action>,
    /// Mutations.
    pub mutations: Vec<Action>,
    /// What can be subscribed to.
    pub subscriptions: Vec<Subscription>,
}

/// A GraphQL object kept in one table.
pub struct StoredType {
    /// GraphQL name.
    pub name: &'static str,
    /// Table.
    pub table: &'static str,
    /// Description, from the entity's doc comment.
    pub description: String,
    /// Permission to read it at all; fields may ask for another one beside it.
    pub permission: Permission,
    /// Class of its fields unless they say otherwise.
    pub class: DataClass,
    /// Where its rows carry jurisdiction, programme and unit.
    pub scope: ScopeBy,
    /// Key column: `id` unless the table has a natural key.
    pub key: &'static str,
    /// Whether `key` is a UUID; natural keys are text.
    pub key_is_uuid: bool,
    /// Every column of the table and how the database keeps it.
    pub columns: Vec<(&'static str, CellKind)>,
    /// Fields in order.
    pub fields: Vec<Field>,
    /// Its list at the root, if there is one.
    pub list: Option<List>,
    /// Rows exist only on days between these two columns (inclusive).
    pub live_between: Option<(&'static str, &'static str)>,
    /// Whether it is a Relay node.
    pub node: bool,
    /// Whether other subgraphs may refer to its rows by their global identifier.
    pub federated: bool,
}

/// One field of a stored type.
pub struct Field {
    /// GraphQL name.
    pub name: String,
    /// Description.
    pub description: String,
    /// Permission to have it in the schema.
    pub permission: Permission,
    /// Class that disclosure goes by.
    pub class: DataClass,
    /// Cost of resolving it once.
    pub cost: u32,
    /// What stands behind it.
    pub kind: FieldKind,
}

/// What stands behind a field.
pub enum FieldKind {
    /// A column as it is.
    Column {
        /// Column name in the database.
        column: &'static str,
        /// GraphQL type.
        scalar: Scalar,
        /// Whether the column may be empty.
        nullable: bool,
    },
    /// Another stored type, joined on a key pair.
    Edge(Edge),
    /// A pure value over named columns.
    Computed {
        /// Column names in the order the function takes them.
        columns: Vec<&'static str>,
        /// GraphQL type; the value is always nullable.
        scalar: Scalar,
        /// The function.
        compute: Compute,
    },
    /// Plain data about rows, computed for a whole level of them at once; nullable.
    Batch {
        /// JSON Schema of one row's value: a struct, or a list of one.
        output: Value,
        /// The function.
        compute: Batch,
    },
}

/// What to tell of rows: their keys in, one JSON value for each out, in the same order; null where there is none.
pub type Batch = for<'a> fn(&'a Op, Vec<Uuid>) -> BoxFuture<'a, Result<Vec<Value>>>;

/// A pure function of cells; `None` is null.
pub type Compute = fn(&[Cell], &ComputeContext<'_>) -> Option<Value>;

/// What a computed field may know beside its columns.
pub struct ComputeContext<'a> {
    /// The operation's local day.
    pub today: NaiveDate,
    /// Deciphers sealed columns.
    pub cipher: &'a Cipher,
    /// What is loaded and fixed while the program runs: modules, work calendar.
    pub platform: &'a Platform,
}

/// An edge from this type's column to the target's column.
pub struct Edge {
    /// GraphQL name of the target type.
    pub target: &'static str,
    /// Column of this table.
    pub local: &'static str,
    /// Column of the target's table.
    pub remote: &'static str,
    /// To many (a connection) or to one (nullable).
    pub many: bool,
    /// Order of a to-many edge; the key is always appended.
    pub order: Vec<(&'static str, Direction)>,
}

/// Ascending or descending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Smallest first.
    Asc,
    /// Greatest first.
    Desc,
}

/// A list of a stored type at the root.
pub struct List {
    /// Field name at the root.
    pub name: &'static str,
    /// Description.
    pub description: &'static str,
    /// Columns it can be filtered by: equality for text and enums, a range for dates, months and numbers.
    pub filters: Vec<ListColumn>,
    /// Columns it can be ordered by.
    pub orders: Vec<ListColumn>,
    /// Whether indexes carry each of its orders behind one town and one district.
    pub in_order: bool,
}

/// A column a list filters or orders by.
pub struct ListColumn {
    /// Column name.
    pub column: &'static str,
    /// GraphQL field name.
    pub field: String,
    /// Its type.
    pub scalar: Scalar,
    /// Whether the column may be empty (then it is no order).
    pub nullable: bool,
    /// Compares with a column of a table that refers to this one, not with this one itself.
    pub through: Option<Through>,
}

/// A table of pairs through which a list is filtered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Through {
    /// The table.
    pub table: &'static str,
    /// Its column that holds the listed row's key.
    pub row: &'static str,
    /// Its column that is compared with.
    pub compared: &'static str,
    /// Its column that its key begins with, and the table and column that list all values of it.
    pub volumes: [&'static str; 3],
}

/// The scalar types of columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scalar {
    /// Text.
    String,
    /// A 32-bit integer (counts, versions).
    Int,
    /// True or false.
    Boolean,
    /// An opaque global identifier of the named type.
    Id(&'static str),
    /// Money in yuan with two decimals; fen inside.
    Money,
    /// A local date.
    Date,
    /// A month, `2018-11`.
    Month,
    /// An instant, shown with offset +08:00.
    DateTime,
    /// A resident identity number.
    IdNumber,
    /// A jurisdiction code.
    JurisdictionCode,
    /// One of a closed list; name and (value, description) pairs.
    Enum {
        /// GraphQL name.
        name: String,
        /// Description.
        description: String,
        /// Values with their descriptions.
        values: Vec<(String, String)>,
    },
}

/// How a column is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellKind {
    /// Text, also dates, months and enums.
    Text,
    /// A 32-bit integer.
    Int,
    /// A 64-bit integer: fen, microseconds, versions.
    BigInt,
    /// True or false.
    Bool,
    /// A key.
    Uuid,
    /// Bytes.
    Bytes,
}

/// One value of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Empty.
    Null,
    /// Text, also dates, months and enums.
    Text(String),
    /// Integers, also fen and microseconds.
    Int(i64),
    /// True or false.
    Bool(bool),
    /// A key.
    Uuid(Uuid),
    /// Sealed bytes.
    Bytes(Vec<u8>),
}

/// A cell where it lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CellRef<'a> {
    /// Empty.
    Null,
    /// Text, also dates, months and enums.
    Text(&'a str),
    /// Integers, also fen and microseconds.
    Int(i64),
    /// True or false.
    Bool(bool),
    /// A key.
    Uuid(Uuid),
    /// Sealed bytes.
    Bytes(&'a [u8]),
}

impl Cell {
    /// The same, where it lies.
    pub fn borrowed(&self) -> CellRef<'_> {
        match self {
            Self::Null => CellRef::Null,
            Self::Text(text) => CellRef::Text(text),
            Self::Int(number) => CellRef::Int(*number),
            Self::Bool(truth) => CellRef::Bool(*truth),
            Self::Uuid(id) => CellRef::Uuid(*id),
            Self::Bytes(bytes) => CellRef::Bytes(bytes),
        }
    }
}

impl From<CellRef<'_>> for Cell {
    fn from(cell: CellRef<'_>) -> Self {
        match cell {
            CellRef::Null => Self::Null,
            CellRef::Text(text) => Self::Text(text.to_owned()),
            CellRef::Int(number) => Self::Int(number),
            CellRef::Bool(truth) => Self::Bool(truth),
            CellRef::Uuid(id) => Self::Uuid(id),
            CellRef::Bytes(bytes) => Self::Bytes(bytes.to_vec()),
        }
    }
}

/// A programme's own facts, stored as JSON text in `application.details`.
pub struct Details {
    /// Field on `Application`: the module's word.
    pub field: &'static str,
    /// Programme code of the applications it belongs to.
    pub programme: &'static str,
    /// JSON Schema of the struct.
    pub schema: Value,
    /// Permission to read it.
    pub permission: Permission,
    /// Class of fields without `x-class` of their own.
    pub class: DataClass,
    /// Fields (JSON names) also written to the facet table.
    pub indexed: Vec<&'static str>,
}

/// A query or mutation that is code behind a typed handler.
pub struct Action {
    /// Field name at the root.
    pub name: &'static str,
    /// Description.
    pub description: &'static str,
    /// Permission to have it in the schema; checked again by the use-case.
    pub permission: Permission,
    /// JSON Schema of its input struct (GraphQL: one argument `input`; none when the struct has no field).
    pub input: Value,
    /// What it answers.
    pub output: Output,
    /// The function.
    pub handler: Handler,
    /// Cost of calling it once.
    pub cost: u32,
    /// Whether it takes part in idempotency (mutations that answer a row).
    pub keyed: bool,
    /// Data class of a plain output's fields unless they say otherwise.
    pub class: DataClass,
    /// When it may be done on the case that its input names, if it is done on one.
    pub on_case: Option<CaseAct>,
}

/// What an action answers.
pub enum Output {
    /// A row of the stored type with this GraphQL name; the payload's field is its lower-camel name.
    Row(String),
    /// A plain struct with this JSON Schema.
    Plain(Value),
}

impl Part {
    /// An empty part.
    pub fn new(name: &'static str) -> Self {
        Self { name, ..Self::default() }
    }
}

/// Lower-camel form of a Pascal name: `VerificationReport` to `verificationReport`.
pub fn lower_camel(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map(|first| first.to_ascii_lowercase().to_string() + chars.as_str()).unwrap_or_default()
}

impl Cell {
    /// The text, if it is text.
    pub fn text(&self) -> Option<&str> {
        match self {
            Cell::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The integer, if it is one.
    pub fn int(&self) -> Option<i64> {
        match self {
            Cell::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// The bytes, if it holds bytes.
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Cell::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }
}
