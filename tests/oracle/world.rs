//! A town with cases at every step, and rows with holes beside them: empty columns, references to nothing, places and
//! units that few may see.

use super::dice::Dice;
use crate::access::{
    holders::{self, actor},
    synthetic::{NO_UNIT, Spot, free, put_led, stored_types, together},
    world::World,
};
use api::gateway::Options;
use platform::{
    Actor,
    clock::{Clock, local_day},
    part::{CellKind, FieldKind, Scalar, StoredType},
};
use policies::{Holder, Level, PermissionSet};
use sea_orm::{ConnectionTrait, Statement, Value as Bound};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};
use tests::support::{Backend, Server};
use uuid::Uuid;

/// Rows put in of each type.
const ROWS: usize = 10;
/// Own village, another village of the town, another town, another district.
const PLACES: [&str; 4] = ["500118107200", "500118107201", "500118104200", "500119107200"];
/// What anybody may read for.
const PURPOSES: [&str; 9] =
    ["INTAKE", "VERIFICATION", "REVIEW", "DECISION", "PAYMENT", "AUDIT", "SUPERVISION", "SELF", "PUBLIC"];
const UNITS: [&str; 4] = [NO_UNIT, "TU_SOCIAL", "DU_CIVIL", "SCH_SCHOOL"];

/// The store, and who serves it.
pub struct Town {
    /// A gateway over it.
    pub world: World,
    /// Gone with its store.
    _server: Server,
}

/// Who asks.
#[derive(Clone)]
pub struct Asker {
    /// How failures call them.
    pub name: String,
    /// The user; `None` is the public.
    pub actor: Option<Actor>,
    /// The gateway that asks on their behalf.
    pub client: Option<Holder>,
}

impl Town {
    /// Fills a new store.
    pub async fn new(backend: Backend) -> Self {
        let server = Server::start_lived(backend).await;
        let options = Options { development: true, snapshots: 64, ..Options::default() };
        let world = World::over_with(&server.running.platform, backend, options);
        free(&world).await;
        let nullable = nullable(&world).await;
        let known = keys(&world).await;
        together(&world, true).await;
        let (mut dice, mut filled) = (Dice::of("rows", 0, 0), BTreeSet::new());
        // Two types may show one table.
        for stored in stored_types().iter().filter(|stored| filled.insert(stored.table)) {
            for row in 0..ROWS {
                put(&world, stored, row, &known, &nullable, &mut dice).await;
            }
        }
        together(&world, false).await;
        for asker in askers(&world) {
            if let Some(actor) = asker.actor.filter(|_| asker.client.is_none()) {
                world.know(&actor).await;
            }
        }
        forget_readings(&world).await;
        Self { world, _server: server }
    }

    /// Everybody: each role in each of its units, the public, and a user behind a gateway.
    pub fn askers(&self) -> Vec<Asker> {
        askers(&self.world)
    }
}

impl Asker {
    /// What they may read for.
    pub fn purposes(&self, world: &World) -> Vec<&'static str> {
        let role = self.actor.as_ref().map_or("PUB", |actor| actor.role.as_str());
        let policies = world.policies();
        PURPOSES.into_iter().filter(|purpose| policies.may_read_for(role, purpose)).collect()
    }

    /// The permissions whose schema they ask by.
    pub fn permissions(&self, world: &World) -> Arc<PermissionSet> {
        let (policies, day) = (world.policies(), local_day(world.platform.clock.domain(Clock::wall())).0);
        match (&self.client, &self.actor) {
            (Some(client), _) => policies.permission_set(client, day),
            (None, Some(actor)) => policies.permission_set(&actor.holder(), day),
            (None, None) => policies.public_set(day),
        }
    }
}

fn askers(world: &World) -> Vec<Asker> {
    let mut askers = Vec::new();
    for (at, holder) in (1_u128..).zip(holders::all(&world.policies())) {
        let name = holders::name(holder.as_ref());
        let actor = holder.map(|actor| Actor {
            user_id: Uuid::from_u128(at << 32),
            assignment_id: Uuid::from_u128((at << 32) + 1),
            login: format!("tester{at}"),
            ..actor
        });
        askers.push(Asker { name, actor, client: None });
    }
    let auditor = actor("AUD", "DU_AUDIT", Level::District).holder();
    let clerk = askers.iter().find(|asker| asker.name.starts_with("TW ")).and_then(|asker| asker.actor.clone());
    askers.push(Asker { name: "TW through a gateway of AUD".to_owned(), actor: clerk, client: Some(auditor) });
    askers
}

/// Keys of every type: those the store has, and those of the rows to come.
async fn keys(world: &World) -> BTreeMap<&'static str, Vec<Bound>> {
    let mut known = BTreeMap::new();
    for stored in stored_types().iter().filter(|stored| stored.key_is_uuid) {
        let db = &world.platform.db.reader;
        let sql = format!("SELECT \"{}\" FROM \"{}\" ORDER BY 1 LIMIT 20", stored.key, stored.table);
        let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.expect("keys");
        let rows = rows.iter().map(|row| row.try_get_by_index::<Uuid>(0).expect("a key").into());
        let all: Vec<Bound> = rows.chain((0..ROWS).map(|row| key(stored, row).into())).collect();
        known.insert(stored.name, all);
    }
    known
}

/// The key of a row that is put in: the same in every run.
fn key(stored: &StoredType, row: usize) -> Uuid {
    let name = stored.table.bytes().fold(0_u128, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
    let type_bits = (name & 0xFFFF_FFFF) << 64;
    Uuid::from_u128(
        0x0166_0000_0000_7000_8000_0000_0000_0000_u128 ^ type_bits ^ u128::try_from(row).expect("a small number"),
    )
}

/// Columns that may be empty, by table.
async fn nullable(world: &World) -> BTreeSet<(String, String)> {
    let sql = match world.backend {
        Backend::Sqlite => {
            "SELECT m.name, p.name FROM sqlite_master m, pragma_table_info(m.name) p \
             WHERE m.type = 'table' AND p.\"notnull\" = 0 AND p.pk = 0"
        }
        Backend::Postgres => {
            "SELECT table_name::text, column_name::text FROM information_schema.columns \
             WHERE table_schema = 'public' AND is_nullable = 'YES'"
        }
    };
    let db = &world.platform.db.reader;
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.expect("columns");
    let text = |row: &sea_orm::QueryResult, at| row.try_get_by_index::<String>(at).expect("a name");
    rows.iter().map(|row| (text(row, 0), text(row, 1))).collect()
}

async fn put(
    world: &World,
    stored: &'static StoredType,
    row: usize,
    known: &BTreeMap<&'static str, Vec<Bound>>,
    nullable: &BTreeSet<(String, String)>,
    dice: &mut Dice,
) {
    let programmes: Vec<&'static str> = vec!["DIBAO", "TEMPORARY", "EDUCATION"];
    let spot = Spot {
        place: PLACES[dice.weighted(&[5, 2, 2, 1])],
        programme: programmes[dice.weighted(&[5, 3, 2])],
        unit: UNITS[dice.weighted(&[4, 2, 2, 2])],
    };
    let mut set = HashMap::new();
    for (column, kind) in &stored.columns {
        let may_be_empty = nullable.contains(&(stored.table.to_owned(), (*column).to_owned()));
        if *column == stored.key {
            if stored.key_is_uuid {
                set.insert(*column, key(stored, row).into());
            }
        } else if may_be_empty && dice.percent(30) {
            set.insert(*column, empty(*kind));
        } else if let Some(value) = reference(stored, column, known, dice).or_else(|| value(stored, column, dice)) {
            set.insert(*column, value);
        }
    }
    put_led(world, stored, spot, &set, true).await;
}

fn empty(kind: CellKind) -> Bound {
    match kind {
        CellKind::Text => Bound::String(None),
        CellKind::Int => Bound::Int(None),
        CellKind::BigInt => Bound::BigInt(None),
        CellKind::Bool => Bound::Bool(None),
        CellKind::Uuid => Bound::Uuid(None),
        CellKind::Bytes => Bound::Bytes(None),
    }
}

/// For a column by which edges lead: the key of some row there, now and then of none.
fn reference(
    stored: &StoredType,
    column: &str,
    known: &BTreeMap<&'static str, Vec<Bound>>,
    dice: &mut Dice,
) -> Option<Bound> {
    let types = stored_types();
    let mut targets = Vec::new();
    for from in types {
        for field in &from.fields {
            let FieldKind::Edge(edge) = &field.kind else { continue };
            let to = types.iter().find(|to| to.name == edge.target)?;
            if from.table == stored.table && edge.local == column && edge.remote == to.key {
                targets.push(to.name);
            }
            if to.table == stored.table && edge.remote == column && edge.local == from.key {
                targets.push(from.name);
            }
        }
    }
    let keys = known.get(*dice.one(&targets)?)?;
    if dice.percent(10) { Some(Uuid::from_u128(0xdead).into()) } else { dice.one(keys).cloned() }
}

/// A value of a column at random, where its type is known.
fn value(stored: &StoredType, column: &str, dice: &mut Dice) -> Option<Bound> {
    let scalar = stored.fields.iter().find_map(|field| match &field.kind {
        FieldKind::Column { column: name, scalar, .. } if *name == column => Some(scalar),
        _ => None,
    })?;
    let days = ["2018-09-30", "2018-10-19", "2018-10-20", "2018-11-01", "2018-11-05", "2019-01-31"];
    let live = stored.live_between.is_some_and(|(from, to)| [from, to].contains(&column));
    Some(match scalar {
        Scalar::Enum { values, .. } => dice.one(values)?.0.as_str().into(),
        Scalar::Date if column != stored.key && !live => days[dice.below(days.len())].into(),
        Scalar::Month => ["2018-10", "2018-11", "2018-12"][dice.below(3)].into(),
        Scalar::Boolean => dice.percent(50).into(),
        _ => return None,
    })
}

/// What is read is recorded as ever, but not kept: a list of the record would not be the same twice.
async fn forget_readings(world: &World) {
    let db = &world.platform.db.writer;
    let mut statements = Vec::new();
    if world.backend == Backend::Postgres {
        let function = "CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$";
        statements.push(function.to_owned());
    }
    for table in ["audit_event", "audit_person"] {
        statements.push(match world.backend {
            Backend::Sqlite => {
                format!("CREATE TRIGGER forget_{table} BEFORE INSERT ON {table} BEGIN SELECT RAISE(IGNORE); END")
            }
            Backend::Postgres => {
                format!("CREATE TRIGGER forget_{table} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION forget()")
            }
        });
    }
    for statement in statements {
        db.execute_unprepared(&statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
}
