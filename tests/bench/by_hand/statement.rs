//! Statements by hand: literal text for each database and each set of programmes, made once.

use super::{REFUSED, Refused};
use entity::Scope;
use platform::{
    Op,
    part::{CellKind, Permission},
    store::{Ask, Keys, Param, Query},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use uuid::Uuid;

/// Digits of a town's code.
pub const TOWN_DIGITS: usize = 9;

/// The rows a caller may see, where all permissions of a read say the same.
pub struct Bounds {
    place: Arc<str>,
    place_end: Arc<str>,
    programmes: Option<Vec<String>>,
}

/// Writes statements for one database and one set of programmes. In all of them `$1` and `$2` are the range of places.
pub struct Dialect<'a> {
    sqlite: bool,
    programmes: &'a Option<Vec<String>>,
}

/// The statements of a read, by what they were written for.
pub struct Kept(Mutex<Known>);

type Known = Option<HashMap<(bool, Option<Vec<String>>), Arc<[Arc<Query>]>>>;

impl Bounds {
    /// What an operation may read by all of these permissions.
    pub fn of(op: &Op, permissions: &[Permission]) -> Result<Self, Refused> {
        let mut scopes = permissions.iter().map(|permission| op.scope(permission));
        let first = scopes.next().ok_or(REFUSED)?;
        if scopes.any(|scope| scope != first) {
            return Err(REFUSED);
        }
        let Scope::Rows { jurisdiction, programmes, unit: None, user: None } = first else { return Err(REFUSED) };
        let place = jurisdiction.unwrap_or_default();
        Ok(Self { place_end: entity::scope::successor(&place).into(), place: place.into(), programmes })
    }

    /// Whether they are one town, whose digits `$1` then holds.
    pub fn are_a_town(&self) -> bool {
        self.place.len() == TOWN_DIGITS
    }

    fn params(&self, third: Option<Param>) -> Vec<Param> {
        let range = [&self.place, &self.place_end].map(|text| Param::Text(Arc::clone(text)));
        range.into_iter().chain(third).collect()
    }

    /// A statement that runs once; its third value is a key, if it has one.
    pub fn once(&self, query: &Arc<Query>, third: Option<Param>) -> Ask {
        Ask { query: Arc::clone(query), params: self.params(third), keys: None }
    }

    /// A statement that runs once and names the caller's town alone; what else it names comes behind.
    pub fn in_town(&self, query: &Arc<Query>, more: Vec<Param>) -> Ask {
        let params = std::iter::once(Param::Text(Arc::clone(&self.place))).chain(more).collect();
        Ask { query: Arc::clone(query), params, keys: None }
    }

    /// A statement that runs for keys.
    pub fn for_keys(&self, query: &Arc<Query>, keys: Vec<Uuid>) -> Ask {
        Ask { query: Arc::clone(query), params: self.params(Some(Param::Key)), keys: Some(Keys::Uuid(keys)) }
    }
}

impl Kept {
    /// None yet.
    pub const fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// The statements, written when they are first asked for.
    pub fn of(&self, sqlite: bool, bounds: &Bounds, write: fn(&Dialect<'_>) -> Vec<Query>) -> Arc<[Arc<Query>]> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let made = || write(&Dialect { sqlite, programmes: &bounds.programmes }).into_iter().map(Arc::new).collect();
        let known = known.get_or_insert_default();
        Arc::clone(known.entry((sqlite, bounds.programmes.clone())).or_insert_with(made))
    }
}

impl Dialect<'_> {
    fn bounded(&self, table: &str) -> String {
        self.of_programmes(table, format!("{table}.jurisdiction >= $1 AND {table}.jurisdiction < $2"))
    }

    fn of_programmes(&self, table: &str, place: String) -> String {
        match self.programmes {
            Some(codes) => {
                let codes: Vec<_> = codes.iter().map(|code| format!("'{code}'")).collect();
                format!("{place} AND {table}.programme IN ({})", codes.join(", "))
            }
            None => place,
        }
    }

    /// Rows that carry place and programme.
    pub fn within(&self, table: &str) -> String {
        self.bounded(table)
    }

    /// Rows of the caller's town, in the order that the index of a town's rows carries.
    pub fn of_town(&self, table: &str) -> String {
        self.of_programmes(table, format!("substr({table}.jurisdiction, 1, {TOWN_DIGITS}) = $1"))
    }

    /// Rows that are linked to a place and programme.
    pub fn linked(&self, name: &str, id: &str) -> String {
        format!(
            "EXISTS (SELECT 1 FROM scope_link l WHERE l.entity_type = '{name}' AND l.entity_id = {id} AND {})",
            self.bounded("l")
        )
    }

    /// How the key is named.
    pub fn key(&self) -> &'static str {
        if self.sqlite { "$3" } else { Query::KEY }
    }

    /// A statement that runs once.
    pub fn once(&self, sql: &str, kinds: &[CellKind]) -> Query {
        Query::once(self.counted(sql), kinds.to_vec())
    }

    /// PostgreSQL counts by `$`, SQLite by `?`.
    fn counted(&self, sql: &str) -> String {
        if self.sqlite { sql.replace('$', "?") } else { sql.to_owned() }
    }

    /// A statement that runs for keys.
    pub fn for_keys(&self, sql: &str, kinds: &[CellKind]) -> Query {
        Query::for_each_key(self.counted(sql), kinds.to_vec(), 2, self.sqlite)
    }

    /// A statement over a table whose rows have the keys.
    pub fn of_keys(&self, columns: &str, (table, key): (&str, &str), condition: &str, kinds: &[CellKind]) -> Query {
        if !self.sqlite {
            let sql = format!("SELECT {columns} FROM {table} WHERE {key} = {} AND {condition}", self.key());
            return self.for_keys(&sql, kinds);
        }
        let sql = format!(
            "SELECT p.rowid, {columns} FROM rarray($3) AS p CROSS JOIN {table} ON {key} = {} WHERE {condition}",
            Query::KEY_OF_ALL
        );
        Query::for_all_keys(self.counted(&sql), kinds.to_vec())
    }
}
