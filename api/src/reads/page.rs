//! Connections: rows, cursors, and where the page stands.

use super::{
    cursor::Side,
    fault::Paths,
    listing::{Listing, Page, Window, distinct},
    root::Run,
    rows::{Needs, RowSet},
};
use crate::schema::{
    coerce::{Below, Call, What},
    types::{EdgeTo, PageField, Resolve},
};
use platform::Result;
use serde_json::{Map, Value};
use std::sync::Arc;

/// One connection being answered, or those of all parents of an edge.
struct Pages<'p> {
    listing: &'p Listing,
    window: &'p Window,
    set: &'p RowSet,
    pages: &'p [Page],
    /// Per parent object: its list; `None` where the parent has none.
    places: &'p [Option<usize>],
    paths: &'p Arc<Paths>,
    key: Arc<str>,
}

fn page_field(call: &Call) -> Option<PageField> {
    match &call.what {
        What::Field(field) => match field.resolve {
            Resolve::Page(page) => Some(page),
            _ => None,
        },
        _ => None,
    }
}

fn below(call: &Call) -> &[Call] {
    match &call.below {
        Below::Object(calls) => calls,
        _ => &[],
    }
}

/// Every selection of the rows themselves below a connection.
fn row_calls(calls: &[Call]) -> Vec<&Call> {
    let mut found = Vec::new();
    for call in calls {
        match page_field(call) {
            Some(PageField::Nodes | PageField::Node) => found.extend(below(call)),
            Some(PageField::Edges) => found.extend(row_calls(below(call))),
            _ => {}
        }
    }
    found
}

impl Run<'_> {
    /// The lists an edge leads to, one statement for all parents.
    pub(super) async fn to_many(&self, set: &RowSet, call: &Call, to: EdgeTo, paths: &Arc<Paths>) -> Vec<Value> {
        let local = |row| set.passes(row, to.guard).then(|| set.cell(row, to.edge.local));
        let (keys, places) = distinct((0..set.len()).map(local));
        let name = format!("{}.{}", set.stored.name, call_name(call));
        let listing = Listing {
            stored: to.target,
            base: self.asking.visible(to.target),
            order: self.asking.edge_order(name, to.target, to.edge),
            parents: Some((to.edge.remote, keys)),
        };
        match self.connections(&listing, &places, call, paths).await {
            Ok(values) => values,
            Err(error) => {
                self.fault_all(&error, places.iter().map(Option::is_some), call, paths);
                vec![Value::Null; set.len()]
            }
        }
    }

    /// Answers a connection for every parent.
    pub(super) async fn connections(
        &self,
        listing: &Listing,
        places: &[Option<usize>],
        call: &Call,
        paths: &Arc<Paths>,
    ) -> Result<Vec<Value>> {
        let window = Window::read(&call.args, &listing.order)?;
        let calls = below(call);
        let rows = row_calls(calls);
        let needs = Needs::of(self.asking.op, listing.stored, rows);
        // Without rows or a place in the list asked for, there is nothing to fetch.
        let counted_only = calls.iter().all(|call| matches!(page_field(call), Some(PageField::Total) | None));
        let (set, pages) = if counted_only {
            (RowSet::empty(listing.stored, needs), vec![Page::default(); places.len()])
        } else {
            listing.fetch(self.asking.op, &window, needs).await?
        };
        let asked =
            Pages { listing, window: &window, set: &set, pages: &pages, places, paths, key: Arc::clone(&call.key) };
        let mut objects: Vec<Option<Map<String, Value>>> =
            places.iter().map(|place| place.map(|_| Map::with_capacity(calls.len()))).collect();
        for call in calls {
            let values = self.page_field(&asked, call).await?;
            for (slot, value) in objects.iter_mut().zip(values) {
                match (slot.as_mut(), value) {
                    (Some(object), Some(value)) => {
                        object.insert(call.key.to_string(), value);
                    }
                    _ => *slot = None,
                }
            }
        }
        Ok(objects.into_iter().map(|object| object.map_or(Value::Null, Value::Object)).collect())
    }

    /// One field of every connection; `None` nulls the connection.
    async fn page_field(&self, asked: &Pages<'_>, call: &Call) -> Result<Vec<Option<Value>>> {
        let all = |value: Value| vec![Some(value); asked.places.len()];
        let Some(field) = page_field(call) else {
            return Ok(match &call.what {
                What::Typename(name) => all(Value::from(name.as_ref())),
                _ => all(Value::Null),
            });
        };
        Ok(match field {
            PageField::Nodes => self.nodes(asked, call).await,
            PageField::Edges => self.edges(asked, call).await,
            PageField::Info => self.info(asked, below(call)).await?,
            PageField::Total => {
                let totals = asked.listing.totals(self.asking.op).await?;
                asked.each(|list| Some(totals.get(list).copied().unwrap_or(0).into()))
            }
            _ => all(Value::Null),
        })
    }

    async fn nodes(&self, asked: &Pages<'_>, call: &Call) -> Vec<Option<Value>> {
        let paths = asked.row_paths(&[&call.key], &[]);
        let rows = self.rows(asked.set, below(call), paths).await;
        asked.each(|list| asked.pages[list].rows.iter().map(|row| rows.get(*row).cloned().flatten()).collect())
    }

    async fn edges(&self, asked: &Pages<'_>, call: &Call) -> Vec<Option<Value>> {
        let mut edges = vec![Some(Map::new()); asked.set.len()];
        for field in below(call) {
            let values: Vec<Option<Value>> = match (page_field(field), &field.what) {
                (Some(PageField::Node), _) => {
                    let paths = asked.row_paths(&[&call.key], &[&field.key]);
                    self.rows(asked.set, below(field), paths).await
                }
                (Some(PageField::Cursor), _) => {
                    (0..asked.set.len()).map(|row| Some(asked.cursor(row).into())).collect()
                }
                (_, What::Typename(name)) => vec![Some(Value::from(name.as_ref())); asked.set.len()],
                _ => vec![Some(Value::Null); asked.set.len()],
            };
            for (slot, value) in edges.iter_mut().zip(values) {
                match (slot.as_mut(), value) {
                    (Some(edge), Some(value)) => {
                        edge.insert(field.key.to_string(), value);
                    }
                    _ => *slot = None,
                }
            }
        }
        asked.each(|list| {
            let rows = asked.pages[list].rows.iter();
            rows.map(|row| edges.get(*row).cloned().flatten().map(Value::Object)).collect()
        })
    }

    async fn info(&self, asked: &Pages<'_>, calls: &[Call]) -> Result<Vec<Option<Value>>> {
        let mut infos = vec![Some(Map::with_capacity(calls.len())); asked.places.len()];
        for call in calls {
            let values = match (page_field(call), &call.what) {
                (Some(PageField::HasNext), _) => self.goes_on(asked, false).await?,
                (Some(PageField::HasPrevious), _) => self.goes_on(asked, true).await?,
                (Some(PageField::Start), _) => {
                    asked.each(|list| Some(asked.pages[list].rows.first().map(|row| asked.cursor(*row)).into()))
                }
                (Some(PageField::End), _) => {
                    asked.each(|list| Some(asked.pages[list].rows.last().map(|row| asked.cursor(*row)).into()))
                }
                (_, What::Typename(name)) => asked.each(|_| Some(Value::from(name.as_ref()))),
                _ => asked.each(|_| Some(Value::Null)),
            };
            for (slot, value) in infos.iter_mut().zip(values) {
                if let Some(info) = slot {
                    info.insert(call.key.to_string(), value.unwrap_or_default());
                }
            }
        }
        Ok(infos.into_iter().map(|info| info.map(Value::Object)).collect())
    }

    /// Whether rows precede or follow each page, exactly: what was fetched beyond it, or what its cursor cut off.
    async fn goes_on(&self, asked: &Pages<'_>, backward: bool) -> Result<Vec<Option<Value>>> {
        let cut =
            if backward { (&asked.window.after, Side::AtOrBefore) } else { (&asked.window.before, Side::AtOrAfter) };
        let beyond = self.beyond(asked, cut).await?;
        let reading = asked.window.backward == backward;
        Ok(asked.each(|list| Some(((reading && asked.pages[list].more) || beyond[list]).into())))
    }

    async fn beyond(&self, asked: &Pages<'_>, cut: (&Option<Vec<sea_orm::Value>>, Side)) -> Result<Vec<bool>> {
        match cut {
            (Some(values), side) if !asked.pages.is_empty() => asked.listing.beyond(self.asking.op, values, side).await,
            _ => Ok(vec![false; asked.pages.len()]),
        }
    }
}

impl Pages<'_> {
    /// A value for every parent that has a list.
    fn each(&self, value: impl Fn(usize) -> Option<Value>) -> Vec<Option<Value>> {
        self.places.iter().map(|place| place.and_then(&value)).collect()
    }

    fn cursor(&self, row: usize) -> String {
        let order = &self.listing.order;
        order.cursor(order.columns.iter().map(|column| self.set.cell(row, column.name).borrowed()))
    }

    /// Paths of the rows of all pages.
    fn row_paths(&self, before: &[&Arc<str>], after: &[&Arc<str>]) -> Arc<Paths> {
        let mut at = vec![(0, None); self.set.len()];
        for (parent, place) in self.places.iter().enumerate().rev() {
            let Some(page) = place.and_then(|list| self.pages.get(list)) else { continue };
            for (index, row) in page.rows.iter().enumerate() {
                at[*row] = (parent, Some(index));
            }
        }
        let mut keys = vec![Arc::clone(&self.key)];
        keys.extend(before.iter().map(|key| Arc::clone(key)));
        self.paths.below(keys, at, after.iter().map(|key| Arc::clone(key)).collect())
    }
}

fn call_name(call: &Call) -> &str {
    match &call.what {
        What::Field(field) => &field.name,
        _ => "",
    }
}
