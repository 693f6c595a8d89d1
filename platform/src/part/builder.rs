//! Building parts from entities: names, types and descriptions are read off the entity, never typed twice.

use super::{
    Action, CellKind, Compute, DataClass, Details, Direction, Edge, Field, FieldKind, List, ListColumn, Output, Part,
    Permission, Saved, Scalar, StoredType, Through, handler, handler::Act,
};
use entity::scope::ScopeBy;
use schemars::JsonSchema;
use sea_orm::{ColumnTrait, ColumnType, EntityTrait, IdenStatic, Iterable, PrimaryKeyToColumn};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// An edge to one row of `remote`'s table.
pub fn belongs_to<L: ColumnTrait, R: ColumnTrait>(local: L, remote: R) -> Edge {
    Edge { target: "", local: column_name(local), remote: column_name(remote), many: false, order: Vec::new() }
}

/// An edge to the rows of `remote`'s table whose column equals `local`.
pub fn has_many<L: ColumnTrait, R: ColumnTrait>(local: L, remote: R) -> Edge {
    Edge { many: true, ..belongs_to(local, remote) }
}

impl Edge {
    /// Orders a to-many edge by a column of its target.
    #[must_use]
    pub fn ordered_by<C: ColumnTrait>(mut self, column: C, direction: Direction) -> Self {
        self.order.push((column_name(column), direction));
        self
    }
}

fn column_name<C: ColumnTrait>(column: C) -> &'static str {
    column.as_str()
}

impl Part {
    /// Declares a permission of a field that the gateway itself adds.
    #[must_use]
    pub fn declaring(mut self, permission: Permission) -> Self {
        self.require(permission);
        self
    }

    /// Adds a stored type. `name` is its GraphQL name.
    #[must_use]
    pub fn entity<E>(
        mut self,
        name: &'static str,
        permission: Permission,
        class: DataClass,
        scope: ScopeBy,
        declare: impl FnOnce(EntityBuilder<E>) -> EntityBuilder<E>,
    ) -> Self
    where
        E: EntityTrait,
        E::Model: JsonSchema,
    {
        self.require(permission);
        let built = declare(EntityBuilder::new(name, permission, class, scope)).stored;
        for field in &built.fields {
            self.require(field.permission);
        }
        self.types.push(built);
        self
    }

    /// Declares the programme's own facts: `Application.<part name>`.
    #[must_use]
    pub fn details<T>(
        mut self,
        programme: &'static str,
        permission: Permission,
        class: DataClass,
        declare: impl FnOnce(DetailsBuilder) -> DetailsBuilder,
    ) -> Self
    where
        T: JsonSchema + DeserializeOwned + Serialize,
    {
        self.require(permission);
        let details =
            Details { field: self.name, programme, schema: schema_of::<T>(), permission, class, indexed: Vec::new() };
        self.details = Some(declare(DetailsBuilder { details }).details);
        self
    }

    /// Adds a query that computes: `async fn(&Op, Input) -> Result<Output>`.
    #[must_use]
    pub fn query<I, O, F>(
        mut self,
        name: &'static str,
        description: &'static str,
        permission: Permission,
        class: DataClass,
        act: F,
    ) -> Self
    where
        I: DeserializeOwned + JsonSchema + garde::Validate<Context = ()> + Send + 'static,
        O: Serialize + JsonSchema + Send + 'static,
        F: for<'a> Act<'a, I, O> + 'static,
    {
        self.require(permission);
        self.queries.push(Action {
            name,
            description,
            permission,
            input: schema_of::<I>(),
            output: Output::Plain(schema_of::<O>()),
            handler: handler::plain(act),
            cost: 10,
            keyed: false,
            class,
            on_case: None,
        });
        self
    }

    /// Adds a mutation that answers a row: `async fn(&Op, Input) -> Result<Saved<Entity>>`.
    #[must_use]
    pub fn mutation<I, E, F>(
        mut self,
        name: &'static str,
        description: &'static str,
        permission: Permission,
        act: F,
    ) -> Self
    where
        I: DeserializeOwned + JsonSchema + garde::Validate<Context = ()> + Send + 'static,
        E: EntityTrait,
        E::Model: JsonSchema,
        F: for<'a> Act<'a, I, Saved<E>> + 'static,
    {
        self.require(permission);
        self.mutations.push(Action {
            name,
            description,
            permission,
            input: schema_of::<I>(),
            output: Output::Row(<E::Model as JsonSchema>::schema_name().into_owned()),
            handler: handler::row(act),
            cost: 10,
            keyed: true,
            class: DataClass::Internal,
            on_case: None,
        });
        self
    }

    /// Adds a mutation that answers a plain struct and keeps no key.
    #[must_use]
    pub fn plain_mutation<I, O, F>(
        mut self,
        name: &'static str,
        description: &'static str,
        permission: Permission,
        act: F,
    ) -> Self
    where
        I: DeserializeOwned + JsonSchema + garde::Validate<Context = ()> + Send + 'static,
        O: Serialize + JsonSchema + Send + 'static,
        F: for<'a> Act<'a, I, O> + 'static,
    {
        self.require(permission);
        self.mutations.push(Action {
            name,
            description,
            permission,
            input: schema_of::<I>(),
            output: Output::Plain(schema_of::<O>()),
            handler: handler::plain(act),
            cost: 10,
            keyed: false,
            class: DataClass::Internal,
            on_case: None,
        });
        self
    }

    pub(super) fn require(&mut self, permission: Permission) {
        if !self.permissions.iter().any(|known| known.name == permission.name) {
            self.permissions.push(permission);
        }
    }
}

/// The JSON Schema of a plain struct.
pub fn schema_of<T: JsonSchema>() -> Value {
    schemars::schema_for!(T).to_value()
}

/// Declares what of a programme's facts is indexed.
pub struct DetailsBuilder {
    details: Details,
}

impl DetailsBuilder {
    /// Also writes this field (JSON name) to the facet table, so that lists can filter by it.
    #[must_use]
    pub fn indexed(mut self, field: &'static str) -> Self {
        self.details.indexed.push(field);
        self
    }
}

/// Declares a stored type field by field.
pub struct EntityBuilder<E: EntityTrait> {
    pub(super) stored: StoredType,
    schema: Value,
    entity: std::marker::PhantomData<E>,
}

impl<E> EntityBuilder<E>
where
    E: EntityTrait,
    E::Model: JsonSchema,
{
    fn new(name: &'static str, permission: Permission, class: DataClass, scope: ScopeBy) -> Self {
        let schema = schema_of::<E::Model>();
        let key = E::PrimaryKey::iter().next().map(PrimaryKeyToColumn::into_column);
        let stored = StoredType {
            name,
            table: E::default().table_name().to_owned().leak(),
            description: text(&schema, "description"),
            permission,
            class,
            scope,
            key: key.map_or("id", |column| column.as_str()),
            key_is_uuid: key.is_none_or(|column| matches!(column.def().get_column_type(), ColumnType::Uuid)),
            columns: E::Column::iter()
                .map(|column| (column.as_str(), cell_kind(column.def().get_column_type())))
                .collect(),
            fields: Vec::new(),
            list: None,
            live_between: None,
            node: true,
            federated: false,
        };
        Self { stored, schema, entity: std::marker::PhantomData }
    }

    /// A column under its own lower-camel name, with the type's permission and class.
    #[must_use]
    pub fn column(self, column: E::Column) -> Self {
        let (permission, class) = (self.stored.permission, self.stored.class);
        self.column_as(column, permission, class)
    }

    /// Several columns, as `column` takes them.
    #[must_use]
    pub fn columns(self, columns: impl IntoIterator<Item = E::Column>) -> Self {
        columns.into_iter().fold(self, Self::column)
    }

    /// A column of another permission or class than its type's.
    #[must_use]
    pub fn column_as(mut self, column: E::Column, permission: Permission, class: DataClass) -> Self {
        let property = self.property(column);
        self.stored.fields.push(Field {
            name: camel(column.as_str()),
            description: text(&property, "description"),
            permission,
            class,
            cost: 0,
            kind: FieldKind::Column {
                column: column.as_str(),
                scalar: scalar(&property, &self.schema),
                nullable: column.def().is_null(),
            },
        });
        self
    }

    /// An edge to the stored type `target`, readable by whoever may read the target.
    #[must_use]
    pub fn edge(
        mut self,
        name: &str,
        target: &'static str,
        description: &str,
        permission: Permission,
        edge: Edge,
    ) -> Self {
        self.stored.fields.push(Field {
            name: name.to_owned(),
            description: description.to_owned(),
            permission,
            class: DataClass::Internal,
            cost: 1,
            kind: FieldKind::Edge(Edge { target, ..edge }),
        });
        self
    }

    /// A pure value over columns of the row.
    #[must_use]
    #[expect(clippy::too_many_arguments, reason = "a declaration reads best as one line of facts")]
    pub fn computed(
        mut self,
        name: &str,
        description: &str,
        columns: impl IntoIterator<Item = E::Column>,
        scalar: Scalar,
        permission: Permission,
        class: DataClass,
        compute: Compute,
    ) -> Self {
        self.stored.fields.push(Field {
            name: name.to_owned(),
            description: description.to_owned(),
            permission,
            class,
            cost: 1,
            kind: FieldKind::Computed {
                columns: columns.into_iter().map(|column| column.as_str()).collect(),
                scalar,
                compute,
            },
        });
        self
    }

    /// A list at the root with its filters and orders, each backed by an index.
    #[must_use]
    pub fn list(
        mut self,
        name: &'static str,
        description: &'static str,
        filters: impl IntoIterator<Item = E::Column>,
        orders: impl IntoIterator<Item = E::Column>,
    ) -> Self {
        let filters = filters.into_iter().map(|column| self.list_column(column)).collect();
        let orders = orders.into_iter().map(|column| self.list_column(column)).collect();
        self.stored.list = Some(List { name, description, filters, orders, in_order: false });
        self
    }

    /// Says that indexes carry each order of the list, its default too, behind `substr(place, 1, 9)` and
    /// `substr(place, 1, 6)`; for lists that grow without end.
    #[must_use]
    pub fn listed_in_order(mut self) -> Self {
        if let Some(list) = &mut self.stored.list {
            list.in_order = true;
        }
        self
    }

    /// Also filters the list by the row of `target` that a key column names.
    #[must_use]
    pub fn filtered_by(mut self, field: &str, target: &'static str, column: E::Column) -> Self {
        let nullable = column.def().is_null();
        let scalar = Scalar::Id(target);
        self.filter(ListColumn { column: column.as_str(), field: field.to_owned(), scalar, nullable, through: None });
        self
    }

    /// Also filters the list by the row of `target` that a table of pairs, kept in volumes, ties to a listed row:
    /// `row` and `compared` are its pair, `volume` is the volume, and `number` lists all volumes.
    #[must_use]
    pub fn filtered_through<P: ColumnTrait, V: ColumnTrait>(
        mut self,
        field: &str,
        target: &'static str,
        [row, compared, volume]: [P; 3],
        number: V,
    ) -> Self {
        let table = row.entity_name().to_string().leak();
        let volumes = [volume.as_str(), number.entity_name().to_string().leak(), number.as_str()];
        let through = Some(Through { table, row: row.as_str(), compared: compared.as_str(), volumes });
        let (column, scalar) = (self.stored.key, Scalar::Id(target));
        self.filter(ListColumn { column, field: field.to_owned(), scalar, nullable: false, through });
        self
    }

    fn filter(&mut self, column: ListColumn) {
        if let Some(list) = &mut self.stored.list {
            list.filters.push(column);
        }
    }

    /// Rows exist only on days from `from` to `to`, both inclusive.
    #[must_use]
    pub fn live_between(mut self, from: E::Column, to: E::Column) -> Self {
        self.stored.live_between = Some((from.as_str(), to.as_str()));
        self
    }

    /// Other subgraphs may refer to its rows by their global identifier.
    #[must_use]
    pub fn federated(mut self) -> Self {
        self.stored.federated = true;
        self
    }

    fn list_column(&self, column: E::Column) -> ListColumn {
        let property = self.property(column);
        ListColumn {
            column: column.as_str(),
            field: camel(column.as_str()),
            scalar: scalar(&property, &self.schema),
            nullable: column.def().is_null(),
            through: None,
        }
    }

    fn property(&self, column: E::Column) -> Value {
        self.schema["properties"][column.json_key()].clone()
    }
}

fn cell_kind(kind: &ColumnType) -> CellKind {
    match kind {
        ColumnType::TinyInteger
        | ColumnType::SmallInteger
        | ColumnType::Integer
        | ColumnType::TinyUnsigned
        | ColumnType::SmallUnsigned => CellKind::Int,
        ColumnType::BigInteger | ColumnType::BigUnsigned | ColumnType::Unsigned => CellKind::BigInt,
        ColumnType::Boolean => CellKind::Bool,
        ColumnType::Uuid => CellKind::Uuid,
        ColumnType::Binary(_) | ColumnType::VarBinary(_) | ColumnType::Blob => CellKind::Bytes,
        _ => CellKind::Text,
    }
}

fn text(schema: &Value, key: &str) -> String {
    schema[key].as_str().unwrap_or_default().to_owned()
}

/// `received_on` to `receivedOn`; `amount_fen` to `amount`, since clients read money in yuan.
fn camel(name: &str) -> String {
    let mut words = name.split('_').filter(|word| *word != "fen");
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |done, word| {
        let mut chars = word.chars();
        let head = chars.next().map(|head| head.to_ascii_uppercase()).unwrap_or_default();
        format!("{done}{head}{}", chars.as_str())
    })
}

/// The scalar of a property of an entity's schema.
fn scalar(property: &Value, root: &Value) -> Scalar {
    let (property, reference) = resolve(property, root);
    if let Some(name) = property["x-scalar"].as_str() {
        return match name {
            "Money" => Scalar::Money,
            "Date" => Scalar::Date,
            "Month" => Scalar::Month,
            "DateTime" => Scalar::DateTime,
            "IdNumber" => Scalar::IdNumber,
            "JurisdictionCode" => Scalar::JurisdictionCode,
            _ => Scalar::String,
        };
    }
    if let Some(values) = enum_values(property) {
        return Scalar::Enum {
            name: reference.unwrap_or_else(|| text(property, "title")),
            description: text(property, "description"),
            values,
        };
    }
    let kind = property["type"].as_str().or_else(|| property["type"][0].as_str());
    match kind {
        Some("integer") => Scalar::Int,
        Some("boolean") => Scalar::Boolean,
        _ => Scalar::String,
    }
}

/// Follows a reference and takes the one real branch of an optional; with the name referred to.
fn resolve<'a>(schema: &'a Value, root: &'a Value) -> (&'a Value, Option<String>) {
    if let Some(path) = schema["$ref"].as_str().and_then(|path| path.strip_prefix('#')) {
        let name = path.rsplit('/').next().map(str::to_owned);
        return root.pointer(path).map_or((schema, None), |target| (target, name));
    }
    match schema["anyOf"].as_array() {
        Some(branches) => branches
            .iter()
            .find(|branch| branch["type"] != "null")
            .map_or((schema, None), |branch| resolve(branch, root)),
        None => (schema, None),
    }
}

/// Values of a closed list with their descriptions, if it is one.
fn enum_values(schema: &Value) -> Option<Vec<(String, String)>> {
    if let Some(values) = schema["enum"].as_array() {
        return Some(values.iter().filter_map(|value| Some((value.as_str()?.to_owned(), String::new()))).collect());
    }
    let branches = schema["oneOf"].as_array()?;
    let mut values = Vec::new();
    for branch in branches {
        if let Some(value) = branch["const"].as_str() {
            values.push((value.to_owned(), text(branch, "description")));
        }
        for value in branch["enum"].as_array().into_iter().flatten() {
            values.push((value.as_str()?.to_owned(), String::new()));
        }
    }
    Some(values)
}
