//! Values that occur: what the store holds, and what a role's answers have shown of it.

use super::{dice::Dice, document::Literal};
use crate::access::{synthetic::stored_types, world::World};
use api::schema::{kind_of, scalars};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use platform::{
    id,
    part::{Cell, CellKind, ListColumn, Scalar, StoredType},
};
use sea_orm::{
    ConnectionTrait, QueryResult,
    sea_query::{Alias, Expr, ExprTrait, Order, Query},
};
use serde_json::Value;
use std::{collections::BTreeMap, sync::Arc};

/// Rows of a type and values of a column that are remembered.
const KEPT: u64 = 200;
/// Cursors of a list and identifiers of a type that are remembered of answers.
const SEEN: usize = 40;

/// What the store holds.
#[derive(Debug, Default)]
pub struct Store {
    /// Global identifiers by type.
    pub ids: BTreeMap<String, Vec<String>>,
    /// Values by the name of the field they are of.
    named: BTreeMap<String, Vec<Literal>>,
    /// Values by scalar.
    scalars: BTreeMap<String, Vec<Literal>>,
}

/// What a role knows of it.
pub struct Pool {
    store: Arc<Store>,
    /// Identifiers in answers, by type.
    seen: BTreeMap<String, Vec<String>>,
    /// Cursors in answers, by list.
    cursors: BTreeMap<String, Vec<String>>,
    /// Other text in answers, by its key.
    shown: BTreeMap<String, Vec<String>>,
    harvested: usize,
}

impl Store {
    /// Reads what every list can be asked for.
    pub async fn read(world: &World) -> Self {
        let mut store = Self::default();
        for stored in stored_types() {
            let keys = column(world, stored.table, stored.key, kind_of(stored, stored.key)).await;
            let keys = keys.iter().filter_map(|key| match key {
                Cell::Uuid(key) => Some(id::encode(stored.name, &key.to_string())),
                Cell::Text(key) => Some(id::encode(stored.name, key)),
                _ => None,
            });
            store.ids.insert(stored.name.to_owned(), keys.collect());
            for filter in stored.list.iter().flat_map(|list| &list.filters) {
                store.learn(world, stored, filter).await;
            }
        }
        store
    }

    async fn learn(&mut self, world: &World, stored: &StoredType, filter: &ListColumn) {
        let (table, name) =
            filter.through.map_or((stored.table, filter.column), |through| (through.table, through.compared));
        let kind = stored_types().iter().find(|known| known.table == table).and_then(|known| kind_of(known, name));
        let cells = column(world, table, name, kind.or(kind_of(stored, filter.column))).await;
        for value in cells.iter().filter_map(|cell| scalars::leaf(&filter.scalar, cell.borrowed()).map(Value::from)) {
            let text = value.as_str().map(str::to_owned);
            let literal = match (&filter.scalar, text, value.as_i64()) {
                (Scalar::Enum { .. }, Some(text), _) => Literal::Name(text),
                (_, Some(text), _) => Literal::Text(text),
                (_, None, Some(number)) => Literal::Int(number),
                _ => continue,
            };
            let of_scalar = self.scalars.entry(scalars::name(&filter.scalar).to_owned()).or_default();
            of_scalar.push(literal.clone());
            self.named.entry(filter.field.clone()).or_default().push(literal);
        }
    }
}

async fn column(world: &World, table: &str, name: &str, kind: Option<CellKind>) -> Vec<Cell> {
    let Some(kind) = kind.filter(|kind| *kind != CellKind::Bytes) else { return Vec::new() };
    let mut query = Query::select();
    query
        .distinct()
        .column(Alias::new(name))
        .from(Alias::new(table))
        .and_where(Expr::col(Alias::new(name)).is_not_null());
    query.order_by(Alias::new(name), Order::Asc).limit(KEPT);
    let rows = world.platform.db.reader.query_all(&query).await.expect("values");
    rows.iter().map(|row| cell(row, kind)).collect()
}

fn cell(row: &QueryResult, kind: CellKind) -> Cell {
    match kind {
        CellKind::Text => Cell::Text(row.try_get_by_index(0).expect("text")),
        CellKind::Int => Cell::Int(row.try_get_by_index::<i32>(0).expect("a number").into()),
        CellKind::BigInt => Cell::Int(row.try_get_by_index(0).expect("a number")),
        CellKind::Bool => Cell::Bool(row.try_get_by_index(0).expect("a truth value")),
        CellKind::Uuid => Cell::Uuid(row.try_get_by_index(0).expect("a key")),
        CellKind::Bytes => Cell::Null,
    }
}

impl Pool {
    /// What a role knows before its first answer.
    pub fn new(store: Arc<Store>) -> Self {
        Self { store, seen: BTreeMap::new(), cursors: BTreeMap::new(), shown: BTreeMap::new(), harvested: 0 }
    }

    /// Remembers the identifiers and cursors of an answer.
    pub fn harvest(&mut self, answer: &Value) {
        match answer {
            Value::Array(items) => items.iter().for_each(|item| self.harvest(item)),
            Value::Object(fields) => {
                for (name, field) in fields {
                    if let Some(text) = field.as_str().filter(|text| text.len() <= 20) {
                        self.harvested += 1;
                        keep(self.shown.entry(name.clone()).or_default(), text, self.harvested);
                    }
                    self.harvest(field);
                }
            }
            Value::String(text) if text.len() > 20 => {
                if let Some((list, _)) = signature(text) {
                    self.harvested += 1;
                    keep(self.cursors.entry(list).or_default(), text, self.harvested);
                } else if let Some((name, _)) = id::decode(text).filter(|(name, _)| self.store.ids.contains_key(name)) {
                    self.harvested += 1;
                    keep(self.seen.entry(name).or_default(), text, self.harvested);
                }
            }
            _ => {}
        }
    }

    /// A cursor: of this list for the most part, or of another one, or of none.
    pub fn cursor(&self, list: &str, dice: &mut Dice) -> String {
        let own = self.cursors.get(list).map_or(&[][..], Vec::as_slice);
        let all: Vec<_> = self.cursors.values().flatten().collect();
        let found = match dice.below(20) {
            0 => None,
            1 => dice.one(&all).copied(),
            _ => dice.one(own),
        };
        found.cloned().unwrap_or_else(|| ["", "bm8gY3Vyc29y", "WyJ4Il0", "不"][dice.below(4)].to_owned())
    }

    /// Whether answers showed a cursor of this list.
    pub fn knows(&self, list: &str) -> bool {
        self.cursors.contains_key(list)
    }

    /// An identifier of this type: of a row that was seen, of any row, of another type, of no row, or of nothing.
    pub fn id(&self, type_name: &str, dice: &mut Dice) -> String {
        let seen = self.seen.get(type_name).map_or(&[][..], Vec::as_slice);
        let all = self.store.ids.get(type_name).map_or(&[][..], Vec::as_slice);
        let types: Vec<_> = self.store.ids.values().collect();
        let found = match dice.below(20) {
            0 => dice.one(&types).and_then(|ids| dice.one(ids)),
            1 => None,
            2..6 => dice.one(all),
            _ => dice.one(seen).or_else(|| dice.one(all)),
        };
        found.cloned().unwrap_or_else(|| match dice.below(4) {
            0 => "garbage".to_owned(),
            1 => id::encode("Nothing", "7"),
            2 => id::encode(type_name, "x"),
            _ => id::encode(type_name, "00000000-0000-7000-8000-00000000dead"),
        })
    }

    /// A value of a scalar for a field of this name.
    pub fn value(&self, field: &str, scalar: &str, dice: &mut Dice) -> Literal {
        let named = ["From", "To"].iter().find_map(|end| field.strip_suffix(end)).unwrap_or(field);
        if let Some(shown) = self.shown(named, dice).filter(|_| !["Int", "Boolean"].contains(&scalar)) {
            return Literal::Text(shown);
        }
        let named = self.store.named.get(named).or_else(|| self.store.named.get(field));
        let fits = |literal: &Literal| {
            matches!((scalar, literal), ("Int", Literal::Int(_)) | ("Boolean", Literal::Bool(_)))
                || (!["Int", "Boolean"].contains(&scalar) && matches!(literal, Literal::Text(_)))
        };
        let named: Vec<_> = named.into_iter().flatten().filter(|literal| fits(literal)).collect();
        let any = self.store.scalars.get(scalar).map_or(&[][..], Vec::as_slice);
        let found = match dice.below(20) {
            0..13 => dice.one(&named).copied().or_else(|| dice.one(any)),
            13..16 => dice.one(any),
            _ => None,
        };
        found.cloned().unwrap_or_else(|| made_up(scalar, dice))
    }

    /// What an answer showed under this key, for the most part: what the caller may see is found by it.
    fn shown(&self, field: &str, dice: &mut Dice) -> Option<String> {
        let shown = self.shown.get(field)?;
        dice.one(shown).filter(|_| dice.percent(60)).cloned()
    }

    /// A value of a closed list for a field of this name, if the store holds one.
    pub fn name(&self, field: &str, dice: &mut Dice) -> Option<Literal> {
        if let Some(shown) = self.shown(field, dice) {
            return Some(Literal::Name(shown));
        }
        let named: Vec<_> =
            self.store.named.get(field)?.iter().filter(|value| matches!(value, Literal::Name(_))).collect();
        dice.one(&named).map(|value| (*value).clone())
    }
}

/// A few are kept, and the later ones take the places of earlier ones.
fn keep(kept: &mut Vec<String>, text: &str, at: usize) {
    if kept.iter().any(|known| known == text) {
        return;
    }
    if kept.len() < SEEN {
        kept.push(text.to_owned());
    } else {
        kept[at % SEEN] = text.to_owned();
    }
}

/// List and order that a cursor says it is of.
pub fn signature(cursor: &str) -> Option<(String, String)> {
    if !cursor.starts_with("WyI") {
        return None;
    }
    let parts: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    let (list, order) = parts[0].as_str()?.split_once(' ')?;
    Some((list.to_owned(), order.to_owned()))
}

/// A value that may occur nowhere, or be none.
fn made_up(scalar: &str, dice: &mut Dice) -> Literal {
    let text = |texts: &[&str], dice: &mut Dice| Literal::Text((*dice.one(texts).expect("a text")).to_owned());
    match scalar {
        "Boolean" => Literal::Bool(dice.percent(50)),
        "Int" => Literal::Int([-1, 0, 1, 2, 3, 100, i64::from(i32::MAX)][dice.below(7)]),
        "Float" => Literal::Int(1),
        "Date" => text(&["2018-10-19", "2018-11-01", "1900-01-01", "2100-12-31", "2018-10-20", "2016-02-29"], dice),
        "Month" => text(&["2018-10", "2018-11", "1990-01", "2030-12"], dice),
        "Money" => text(&["0.00", "1.00", "1200.50", "-3.00", "99999999.99"], dice),
        "DateTime" => text(&["2018-10-19T09:00:00+08:00", "2018-10-19T01:00:00Z", "2030-01-01T00:00:00+08:00"], dice),
        "JurisdictionCode" => text(&["500118", "500118107", "500118107200", "999999", "5"], dice),
        "IdNumber" => text(&["51022919660620005X", "510229196606200051"], dice),
        _ => text(&["", "DIBAO", "无", "x' OR '1'='1", "a\"b\\c", "500118"], dice),
    }
}
