//! One schema per distinct permission set, built on first use, kept in a bounded cache.

use super::{
    coerce::{Compiled, RequestError},
    federation, hidden, library,
    load::{LoadError, load},
    prune::prune,
    scalars::BUILT_IN,
    types::TypeTable,
};
use async_graphql::{
    Request, SDLExportOptions, Variables,
    dynamic::Schema,
    parser::types::{
        DocumentOperations, ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet,
    },
};
use platform::{Code, Error, part::Part};
use policies::PermissionSet;
use quick_cache::sync::Cache;
use serde_json::Value;
use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicU64, Ordering},
};

/// Snapshots kept unless configured otherwise.
pub const SNAPSHOTS_DEFAULT: usize = 16;

/// The schema of one permission set.
pub struct Snapshot {
    /// Names this snapshot while the program runs; one that is built anew has another.
    pub id: u64,
    /// Its types; nothing else exists for its holders.
    pub table: TypeTable,
    library: Schema,
    sdl: OnceLock<String>,
    subgraph: OnceLock<String>,
}

impl Snapshot {
    fn new(full: &TypeTable, holds: &dyn Fn(&str) -> bool) -> Result<Self, Error> {
        let table = prune(full, holds);
        let library = library::schema(&table).map_err(Error::internal)?;
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Ok(Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            table,
            library,
            sdl: OnceLock::new(),
            subgraph: OnceLock::new(),
        })
    }

    /// Validates a document; an empty answer is a valid one.
    pub async fn validate(&self, document: &ExecutableDocument, operation: Option<&str>) -> Vec<RequestError> {
        let mut request = Request::new("").data(library::Task::Validate);
        request.operation_name = operation.map(str::to_owned);
        request.set_parsed_query(self.judged(document));
        let errors = self.library.execute(request).await.errors.into_iter();
        let mut errors: Vec<_> = errors
            .map(|error| RequestError {
                code: Code::GraphqlValidation,
                message: error.message,
                locations: error.locations,
            })
            .collect();
        // The library tells some errors twice, and some in an order of its own at every run.
        let place = |error: &RequestError| error.locations.first().map(|pos| (pos.line, pos.column));
        errors.sort_by(|one, other| (place(one), &one.message).cmp(&(place(other), &other.message)));
        errors.dedup();
        errors
    }

    /// The document as the library can judge it: it gives up on the default value of a list whose type it does not know,
    /// and tells of the type itself only without it.
    fn judged(&self, document: &ExecutableDocument) -> ExecutableDocument {
        let known = |name: &str| BUILT_IN.contains(&name) || self.table.get(name).is_some();
        let mut document = document.clone();
        let operations: Vec<_> = match &mut document.operations {
            DocumentOperations::Single(operation) => vec![operation],
            DocumentOperations::Multiple(operations) => operations.values_mut().collect(),
        };
        let variables = operations.into_iter().flat_map(|operation| &mut operation.node.variable_definitions);
        for variable in variables.filter(|variable| !known(hidden::innermost(&variable.node.var_type.node))) {
            variable.node.default_value = None;
        }
        document
    }

    /// Answers one field `__schema` or `__type` of a valid document.
    pub async fn introspect(
        &self,
        field: async_graphql::Positioned<Field>,
        document: &ExecutableDocument,
        compiled: &Compiled,
    ) -> Result<Value, Error> {
        let key = field.node.response_key().node.to_string();
        let pos = field.pos;
        let item = async_graphql::Positioned::new(Selection::Field(field), pos);
        let operation = OperationDefinition {
            ty: OperationType::Query,
            variable_definitions: compiled.definitions.clone(),
            directives: Vec::new(),
            selection_set: async_graphql::Positioned::new(SelectionSet { items: vec![item] }, pos),
        };
        let mut request = Request::new("").data(library::Task::Introspect);
        request.variables = Variables::from_json(Value::Object(compiled.variables.clone()));
        request.set_parsed_query(ExecutableDocument {
            operations: DocumentOperations::Single(async_graphql::Positioned::new(operation, pos)),
            fragments: document.fragments.clone(),
        });
        let response = self.library.execute(request).await;
        if let Some(error) = response.errors.first() {
            return Err(Error::internal(format!("introspection: {}", error.message)));
        }
        let mut data = response.data.into_json()?;
        Ok(data.get_mut(&key).map(Value::take).unwrap_or_default())
    }

    /// The schema as text, sorted, with descriptions.
    pub fn sdl(&self) -> &str {
        self.sdl.get_or_init(|| {
            let options = SDLExportOptions::new()
                .sorted_fields()
                .sorted_arguments()
                .sorted_enum_items()
                .include_specified_by()
                .use_space_ident();
            self.library.sdl_with_options(options)
        })
    }

    /// The same as other subgraphs are composed with it: what `_service` prints.
    pub fn subgraph(&self) -> &str {
        self.subgraph.get_or_init(|| federation::print(&self.table))
    }
}

/// All snapshots.
pub struct Snapshots {
    full: TypeTable,
    cache: Cache<String, Arc<Snapshot>>,
}

impl Snapshots {
    /// Loads the parts; they live as long as the program.
    pub fn new(parts: &'static [Part], declared: &dyn Fn(&str) -> bool, kept: usize) -> Result<Self, LoadError> {
        Ok(Self { full: load(parts, declared)?, cache: Cache::new(kept.max(1)) })
    }

    /// The schema of a permission set.
    pub fn of(&self, permissions: &PermissionSet) -> Result<Arc<Snapshot>, Error> {
        self.cache
            .get_or_insert_with(permissions.key(), || self.build(&|name| permissions.contains(name)).map(Arc::new))
    }

    /// A schema outside the cache.
    pub fn build(&self, holds: &dyn Fn(&str) -> bool) -> Result<Snapshot, Error> {
        Snapshot::new(&self.full, holds)
    }

    /// Everything the parts declare.
    pub fn full(&self) -> &TypeTable {
        &self.full
    }

    /// Names in a document that exist for others only.
    pub fn hidden(&self, snapshot: &Snapshot, document: &ExecutableDocument) -> Vec<String> {
        hidden::named(&self.full, &snapshot.table, document)
    }
}
