//! The type table: GraphQL types as plain structs, with what stands behind every field.

use platform::part::{Action, Batch, Compute, DataClass, Details, Edge, Finder, Scalar, StoredType, Subscription};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

/// A type as GraphQL writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypeRef {
    /// A named type.
    Named(Arc<str>),
    /// A list of another type.
    List(Box<TypeRef>),
    /// Another type, never null.
    NonNull(Box<TypeRef>),
}

impl TypeRef {
    /// A nullable named type.
    pub fn named(name: &str) -> Self {
        Self::Named(name.into())
    }

    /// The same type, never null.
    #[must_use]
    pub fn required(self) -> Self {
        match self {
            Self::NonNull(_) => self,
            other => Self::NonNull(Box::new(other)),
        }
    }

    /// The same type, nullable.
    #[must_use]
    pub fn optional(self) -> Self {
        match self {
            Self::NonNull(inner) => *inner,
            other => other,
        }
    }

    /// A nullable list of this type.
    #[must_use]
    pub fn list(self) -> Self {
        Self::List(Box::new(self))
    }

    /// The named type inside.
    pub fn name(&self) -> &str {
        match self {
            Self::Named(name) => name,
            Self::List(inner) | Self::NonNull(inner) => inner.name(),
        }
    }

    /// Whether null is no value of it.
    pub fn is_required(&self) -> bool {
        matches!(self, Self::NonNull(_))
    }
}

impl fmt::Display for TypeRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name) => f.write_str(name),
            Self::List(inner) => write!(f, "[{inner}]"),
            Self::NonNull(inner) => write!(f, "{inner}!"),
        }
    }
}

/// Every type of a schema, by name.
#[derive(Debug, Clone, Default)]
pub struct TypeTable {
    /// The types.
    pub types: BTreeMap<Arc<str>, Arc<TypeDef>>,
}

/// Name of the query root.
pub const QUERY: &str = "Query";
/// Name of the mutation root.
pub const MUTATION: &str = "Mutation";
/// Name of the subscription root.
pub const SUBSCRIPTION: &str = "Subscription";
/// Name of the interface of everything that has a global identifier.
pub const NODE: &str = "Node";
/// Name of the union of the types other subgraphs may refer to.
pub const ENTITY: &str = "_Entity";
/// Name of the scalar that names one of them by its key.
pub const ANY: &str = "_Any";
/// Name of what describes this subgraph.
pub const SERVICE: &str = "_Service";

impl TypeTable {
    /// The type of this name.
    pub fn get(&self, name: &str) -> Option<&TypeDef> {
        self.types.get(name).map(Arc::as_ref)
    }

    /// The object of this name.
    pub fn object(&self, name: &str) -> Option<&ObjectDef> {
        match self.get(name) {
            Some(TypeDef::Object(object)) => Some(object),
            _ => None,
        }
    }

    /// A field of an object, or of the interface.
    pub fn field(&self, parent: &str, name: &str) -> Option<&Arc<FieldDef>> {
        match self.get(parent)? {
            TypeDef::Object(object) => object.fields.get(name),
            TypeDef::Interface(interface) => interface.fields.get(name),
            _ => None,
        }
    }

    /// The objects that a field of this type may answer, if it is an interface or a union.
    pub fn possible(&self, name: &str) -> Option<Vec<&ObjectDef>> {
        match self.get(name)? {
            TypeDef::Interface(_) => Some(self.nodes().collect()),
            TypeDef::Union(union) => Some(union.members.iter().filter_map(|name| self.object(name)).collect()),
            _ => None,
        }
    }

    /// Objects with a global identifier.
    pub fn nodes(&self) -> impl Iterator<Item = &ObjectDef> {
        self.types.values().filter_map(|def| match def.as_ref() {
            TypeDef::Object(object) if object.node => Some(object),
            _ => None,
        })
    }
}

/// One type.
#[derive(Debug, Clone)]
pub enum TypeDef {
    /// An object.
    Object(ObjectDef),
    /// An input object.
    Input(InputDef),
    /// A closed list.
    Enum(EnumDef),
    /// A scalar.
    Scalar(ScalarDef),
    /// The interface `Node`.
    Interface(InterfaceDef),
    /// The union `_Entity`.
    Union(UnionDef),
}

impl TypeDef {
    /// Its description.
    pub fn description(&self) -> &str {
        match self {
            Self::Object(def) => &def.description,
            Self::Input(def) => &def.description,
            Self::Enum(def) => &def.description,
            Self::Scalar(def) => &def.description,
            Self::Interface(def) => &def.description,
            Self::Union(def) => &def.description,
        }
    }
}

/// An object.
#[derive(Debug, Clone)]
pub struct ObjectDef {
    /// Name.
    pub name: Arc<str>,
    /// Description.
    pub description: String,
    /// Fields by name.
    pub fields: BTreeMap<Arc<str>, Arc<FieldDef>>,
    /// Whether it has a global identifier.
    pub node: bool,
    /// The stored type behind it.
    pub stored: Option<Stored>,
}

/// The interface.
#[derive(Debug, Clone)]
pub struct InterfaceDef {
    /// Name.
    pub name: Arc<str>,
    /// Description.
    pub description: String,
    /// Fields by name.
    pub fields: BTreeMap<Arc<str>, Arc<FieldDef>>,
}

/// The union.
#[derive(Debug, Clone)]
pub struct UnionDef {
    /// Name.
    pub name: Arc<str>,
    /// Description.
    pub description: String,
    /// Names of the objects it may be.
    pub members: BTreeSet<Arc<str>>,
}

/// An input object.
#[derive(Debug, Clone)]
pub struct InputDef {
    /// Name.
    pub name: Arc<str>,
    /// Description.
    pub description: String,
    /// Fields by name.
    pub fields: BTreeMap<Arc<str>, InputValueDef>,
}

/// A closed list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnumDef {
    /// Name.
    pub name: Arc<str>,
    /// Description.
    pub description: String,
    /// Values with descriptions and the permissions each needs.
    pub values: Vec<EnumValueDef>,
}

/// A value of a closed list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnumValueDef {
    /// Value.
    pub name: String,
    /// Description.
    pub description: String,
    /// Permissions needed for it to exist.
    pub permissions: Vec<&'static str>,
}

/// A scalar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScalarDef {
    /// Name.
    pub name: Arc<str>,
    /// Description.
    pub description: String,
    /// Where it is specified.
    pub specified_by: Option<&'static str>,
}

/// A field of an object.
#[derive(Debug, Clone)]
pub struct FieldDef {
    /// Name.
    pub name: Arc<str>,
    /// Description.
    pub description: String,
    /// Arguments in order.
    pub args: Vec<InputValueDef>,
    /// Type.
    pub ty: TypeRef,
    /// All permissions needed for it to exist.
    pub permissions: Vec<&'static str>,
    /// Class that disclosure goes by.
    pub class: DataClass,
    /// Cost of resolving it once.
    pub cost: u32,
    /// What stands behind it.
    pub resolve: Resolve,
}

/// An argument, or a field of an input object.
#[derive(Debug, Clone, PartialEq)]
pub struct InputValueDef {
    /// Name.
    pub name: Arc<str>,
    /// Description.
    pub description: String,
    /// Type.
    pub ty: TypeRef,
    /// Value when none is given, as GraphQL JSON (enums as text).
    pub default: Option<Value>,
    /// All permissions needed for it to exist.
    pub permissions: Vec<&'static str>,
}

/// A stored type, by reference; parts live as long as the program.
#[derive(Clone, Copy)]
pub struct Stored(pub &'static StoredType);

impl fmt::Debug for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name)
    }
}

impl std::ops::Deref for Stored {
    type Target = StoredType;

    fn deref(&self) -> &StoredType {
        self.0
    }
}

/// What a connection is over.
#[derive(Clone, Copy)]
pub struct EdgeTo {
    /// The edge.
    pub edge: &'static Edge,
    /// Its target.
    pub target: Stored,
    /// Permission whose row scope the parent must be in, if it is not the parent's own or the target's.
    pub guard: Option<platform::part::Permission>,
}

impl fmt::Debug for EdgeTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {}", self.target.0.name, self.edge.remote)
    }
}

impl fmt::Debug for DetailsOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.field)
    }
}

/// A programme's own facts, by reference.
#[derive(Clone, Copy)]
pub struct DetailsOf(pub &'static Details);

/// A typed handler, by reference.
#[derive(Clone, Copy)]
pub struct ActionOf(pub &'static Action);

/// A list that code bounds, by reference.
#[derive(Clone, Copy)]
pub struct FinderOf(pub &'static Finder);

impl fmt::Debug for FinderOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name)
    }
}

impl fmt::Debug for ActionOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name)
    }
}

/// Something that can be subscribed to, by reference.
#[derive(Clone, Copy)]
pub struct SubscriptionOf(pub &'static Subscription);

impl fmt::Debug for SubscriptionOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name)
    }
}

/// What stands behind a field.
#[derive(Debug, Clone)]
pub enum Resolve {
    /// The global identifier of a row.
    GlobalId,
    /// A column.
    Column {
        /// Column name.
        column: &'static str,
        /// How it is written.
        scalar: Scalar,
        /// Permission whose row scope the row must be in, if it is not the type's own.
        guard: Option<platform::part::Permission>,
    },
    /// A pure value over columns.
    Computed {
        /// Column names.
        columns: &'static [&'static str],
        /// How it is written.
        scalar: Scalar,
        /// The function.
        compute: Compute,
        /// Permission whose row scope the row must be in, if it is not the type's own.
        guard: Option<platform::part::Permission>,
    },
    /// Plain data about rows, for a whole level at once.
    Batch {
        /// The function.
        compute: Batch,
        /// Permission whose row scope the row must be in, if it is not the type's own.
        guard: Option<platform::part::Permission>,
    },
    /// A programme's facts.
    Details {
        /// What they are.
        details: DetailsOf,
        /// Permission whose row scope the row must be in, if it is not the type's own.
        guard: Option<platform::part::Permission>,
    },
    /// To one row.
    ToOne(EdgeTo),
    /// To many rows.
    ToMany(EdgeTo),
    /// A list at the root.
    List(Stored),
    /// A list at the root that code bounds.
    Find(FinderOf, Stored),
    /// `node`.
    Node,
    /// `nodes`.
    Nodes,
    /// `_entities`.
    Entities,
    /// `_service`.
    Service,
    /// A query that computes.
    Query(ActionOf),
    /// A mutation.
    Mutation(ActionOf),
    /// A subscription.
    Subscription(SubscriptionOf),
    /// The row a mutation made or changed, or an event is about.
    PayloadRow(Stored),
    /// What was refused.
    UserErrors,
    /// A property of a plain JSON object.
    Property {
        /// How a leaf is written; `None` for objects and lists of them.
        scalar: Option<Scalar>,
    },
    /// A field of a connection, its edges and its page.
    Page(PageField),
    /// What a caller without any permission has.
    Nothing,
}

/// Fields of connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageField {
    /// `edges`.
    Edges,
    /// `nodes`.
    Nodes,
    /// `pageInfo`.
    Info,
    /// `totalCount`.
    Total,
    /// `cursor` of an edge.
    Cursor,
    /// `node` of an edge.
    Node,
    /// `hasNextPage`.
    HasNext,
    /// `hasPreviousPage`.
    HasPrevious,
    /// `startCursor`.
    Start,
    /// `endCursor`.
    End,
}
