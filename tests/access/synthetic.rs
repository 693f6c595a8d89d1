//! Rows of every stored type where they are wanted, free of the constraints that real rows obey.
//!
//! Scope must hold for whatever is stored; so the rows differ in nothing but what scope goes by.

use super::world::{World, parts};
use entity::scope::UnitBy;
use platform::part::{CellKind, FieldKind, Scalar, ScopeBy, StoredType};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement, Value};
use std::collections::HashMap;
use tests::support::Backend;
use uuid::Uuid;

/// The day the clock shows; a notice of this day only is up.
const TODAY: &str = "2018-10-19";
/// What every sealed column holds.
pub const ID_NUMBER: &str = "51022919660620005X";

/// Where a row lies, which programme it is of, and the unit its case lies with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    pub place: &'static str,
    pub programme: &'static str,
    pub unit: &'static str,
}

/// The unit of rows that lie with no unit anybody holds.
pub const NO_UNIT: &str = "NOBODY";
/// Where the cases lie that are put in only to tell which unit another row lies with.
pub const NOWHERE: &str = "999999";

/// One row that was put in.
#[derive(Debug, Clone)]
pub struct Placed {
    pub key: String,
    pub spot: Spot,
    /// Units its cases lie with.
    pub units: Vec<&'static str>,
    /// The key its links go by, for rows that are reached by links.
    pub linked: Option<String>,
}

impl Placed {
    /// Its global identifier.
    pub fn id(&self, stored: &StoredType) -> String {
        platform::id::encode(stored.name, &self.key)
    }
}

/// Stored types by name, each with what is known of its columns.
pub fn stored_types() -> &'static [StoredType] {
    let types: Vec<StoredType> = parts().into_iter().flat_map(|part| part.types).collect();
    types.leak()
}

/// Takes away every constraint and trigger, so that rows can be put anywhere.
pub async fn free(world: &World) {
    let db = &world.platform.db.writer;
    match world.backend {
        Backend::Sqlite => {
            run(db, "PRAGMA foreign_keys = OFF").await;
            run(db, "PRAGMA ignore_check_constraints = ON").await;
            for kind in ["trigger", "index"] {
                for name in
                    names(db, &format!("SELECT name FROM sqlite_master WHERE type = '{kind}' AND sql IS NOT NULL"))
                        .await
                {
                    run(db, &format!("DROP {kind} \"{name}\"")).await;
                }
            }
        }
        Backend::Postgres => {
            let tables = "SELECT quote_ident(relname)::text AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace";
            for table in names(db, tables).await {
                run(db, &format!("ALTER TABLE {table} DISABLE TRIGGER ALL")).await;
            }
            let constraints = "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I CASCADE', conrelid::regclass, conname) AS name FROM pg_constraint \
                 WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f', 'u') AND conrelid <> 0";
            for statement in names(db, constraints).await {
                run(db, &statement).await;
            }
            let indexes = "SELECT indexrelid::regclass::text AS name FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid \
                 WHERE relnamespace = 'public'::regnamespace AND indisunique AND NOT indisprimary";
            for index in names(db, indexes).await {
                run(db, &format!("DROP INDEX {index}")).await;
            }
        }
    }
}

async fn run(db: &DatabaseConnection, sql: &str) {
    db.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

async fn names(db: &DatabaseConnection, sql: &str) -> Vec<String> {
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let rows = db.query_all_raw(statement).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    rows.iter().map(|row| row.try_get_by_index(0).expect("a name")).collect()
}

/// Everything put in between these two is one transaction, where the store has one writer.
pub async fn together(world: &World, begin: bool) {
    if world.backend == Backend::Sqlite {
        run(&world.platform.db.writer, if begin { "BEGIN" } else { "COMMIT" }).await;
    }
}

/// Puts a row of a type at a spot; `set` overrides columns.
pub async fn put(world: &World, stored: &StoredType, spot: Spot, set: &HashMap<&'static str, Value>) -> Placed {
    put_led(world, stored, spot, set, false).await
}

/// Puts a row whose way to its case is another row that is put in beside it, if it is `led`.
pub async fn put_led(
    world: &World,
    stored: &StoredType,
    spot: Spot,
    set: &HashMap<&'static str, Value>,
    led: bool,
) -> Placed {
    let db = &world.platform.db.writer;
    let key = Uuid::now_v7();
    let (way, units) = lead(world, stored, spot, set, led).await;
    let set = &way;
    let mut columns = Vec::new();
    for (column, kind) in &stored.columns {
        let value = match set.get(column) {
            Some(value) => value.clone(),
            None if *column == stored.key && stored.key_is_uuid => key.into(),
            None if *column == stored.key => unique_text(stored, column),
            None if *kind == CellKind::Bytes => world.platform.cipher.seal(ID_NUMBER).expect("sealed").into(),
            None => filler(stored, column, *kind, spot),
        };
        columns.push((*column, value));
    }
    insert(db, stored.table, &columns).await;
    let linked = link(world, stored, spot, &columns).await;
    Placed { key: text(&columns, stored.key), spot, units, linked }
}

/// For a row that lies with a unit through its case: puts in the case and the rows on the way to it, unless another row
/// leads there; answers the columns with the one that leads there, and the units the row lies with.
async fn lead(
    world: &World,
    stored: &StoredType,
    spot: Spot,
    set: &HashMap<&'static str, Value>,
    led: bool,
) -> (HashMap<&'static str, Value>, Vec<&'static str>) {
    let mut set = set.clone();
    let (ScopeBy::Columns { unit, .. } | ScopeBy::Link { unit, .. }) = &stored.scope else { return (set, vec![]) };
    let hops = match unit {
        None => return (set, vec![]),
        Some(UnitBy::Column(_)) => return (set, vec![spot.unit]),
        Some(UnitBy::Case(hops)) => hops,
    };
    if spot.unit == NO_UNIT || led {
        return (set, vec![]);
    }
    let mut value = set.entry(hops[0].column).or_insert_with(|| Uuid::now_v7().into()).clone();
    for (at, hop) in hops.iter().enumerate() {
        let entered = stored_types().iter().find(|known| known.table == hop.table).expect("a stored type");
        let mut columns = HashMap::from([(hop.key, value.clone())]);
        if let Some(next) = hops.get(at + 1) {
            value = Uuid::now_v7().into();
            columns.insert(next.column, value.clone());
        }
        // The last row is the case, and lies with the unit; those on the way lie with none of their own.
        let unit = if at + 1 == hops.len() { spot.unit } else { NO_UNIT };
        Box::pin(put(world, entered, Spot { place: NOWHERE, programme: "NONE", unit }, &columns)).await;
    }
    (set, vec![spot.unit])
}

fn text(columns: &[(&str, Value)], name: &str) -> String {
    let (_, value) = columns.iter().find(|(column, _)| *column == name).expect("a column");
    match value {
        Value::Uuid(Some(id)) => id.to_string(),
        Value::String(Some(text)) => text.to_string(),
        other => panic!("{other:?} is no key"),
    }
}

/// Puts in one row of any table.
pub async fn insert(db: &DatabaseConnection, table: &str, columns: &[(&str, Value)]) {
    let backend = db.get_database_backend();
    let names: Vec<_> = columns.iter().map(|(name, _)| format!("\"{name}\"")).collect();
    let places: Vec<_> = (1..=columns.len())
        .map(|at| if backend == sea_orm::DbBackend::Postgres { format!("${at}") } else { "?".to_owned() })
        .collect();
    let sql = format!("INSERT INTO \"{table}\" ({}) VALUES ({})", names.join(", "), places.join(", "));
    let values: Vec<Value> = columns.iter().map(|(_, value)| value.clone()).collect();
    db.execute_raw(Statement::from_sql_and_values(backend, &sql, values))
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// Rows reached by links lie where their link says.
async fn link(world: &World, stored: &StoredType, spot: Spot, columns: &[(&str, Value)]) -> Option<String> {
    let ScopeBy::Link { entity_type, id, .. } = &stored.scope else { return None };
    let linked = columns.iter().find(|(name, _)| name == id).map(|(_, value)| value.clone()).expect("a linked key");
    let link = [
        ("id", Uuid::now_v7().into()),
        ("entity_type", Value::from(*entity_type)),
        ("entity_id", linked),
        ("jurisdiction", spot.place.into()),
        ("programme", spot.programme.into()),
    ];
    insert(&world.platform.db.writer, "scope_link", &link).await;
    Some(text(columns, id))
}

fn unique_text(stored: &StoredType, column: &str) -> Value {
    match scalar_of(stored, column) {
        // A day as good as any other, and never the same twice.
        Some(Scalar::Date) => {
            let days = u64::try_from(Uuid::now_v7().as_u128() & 0xF_FFFF).expect("a small number");
            let day = chrono::NaiveDate::from_ymd_opt(1970, 1, 1).expect("a day") + chrono::Days::new(days % 200_000);
            day.to_string().into()
        }
        _ => Uuid::now_v7().simple().to_string().into(),
    }
}

fn scalar_of<'s>(stored: &'s StoredType, column: &str) -> Option<&'s Scalar> {
    stored.fields.iter().find_map(|field| match &field.kind {
        FieldKind::Column { column: name, scalar, .. } if *name == column => Some(scalar),
        _ => None,
    })
}

/// A value that the column's scalar can be written from, and that scope finds where it should.
fn filler(stored: &StoredType, column: &str, kind: CellKind, spot: Spot) -> Value {
    if let ScopeBy::Columns { jurisdiction, programme, unit, .. } = &stored.scope {
        if matches!(unit, Some(UnitBy::Column(name)) if *name == column) {
            return spot.unit.into();
        }
        if column == *jurisdiction {
            return spot.place.into();
        }
        if Some(column) == *programme {
            return spot.programme.into();
        }
    }
    match stored.live_between {
        Some((from, _)) if from == column => return "2000-01-01".into(),
        Some((_, to)) if to == column => return "2099-12-31".into(),
        _ => {}
    }
    match (kind, scalar_of(stored, column)) {
        (CellKind::Uuid, _) => Uuid::now_v7().into(),
        (CellKind::Int, _) => 1_i32.into(),
        (CellKind::BigInt, _) => 1_i64.into(),
        (CellKind::Bool, _) => true.into(),
        (CellKind::Bytes, _) => panic!("{column}: bytes are sealed, not filled"),
        (CellKind::Text, Some(Scalar::Enum { values, .. })) => values[0].0.as_str().into(),
        (CellKind::Text, Some(Scalar::Month)) => "2018-11".into(),
        (CellKind::Text, Some(Scalar::Date)) => TODAY.into(),
        (CellKind::Text, _) if column == "programme" => spot.programme.into(),
        (CellKind::Text, _) if column == "details" => "{}".into(),
        (CellKind::Text, _) if column.ends_with("_on") || column == "day" => TODAY.into(),
        (CellKind::Text, _) => Uuid::now_v7().simple().to_string().into(),
    }
}
