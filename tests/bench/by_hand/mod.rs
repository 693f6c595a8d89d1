//! The reads answered by hand: what a handler costs that a good developer writes for one read alone.
//!
//! It does what the gateway does for the same answer: the token, the assignments, row scopes, masks by data class and
//! purpose, one snapshot, and the record of what was read before the answer leaves. It runs on the same drivers under
//! the same server. Only the schema, validation and planning are missing.

mod case;
mod json;
mod ledger;
mod open_cases;
mod person;
mod statement;

use api::identity::{AuthError, Identity};
use axum::{
    Router,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use json::Json;
use platform::{
    Error, Language, Op, Platform,
    audit::{PersonalRows, Read, ReadLog, Reads, Recorded, Seen},
    part::CellRef,
    store::{Ask, Rows, Store, Waves},
};
use std::{collections::HashMap, ops::Range, sync::Arc};
use uuid::Uuid;

/// The personal rows that statements found: of which types, and which.
type Personal = (&'static [&'static str], fn(&[Rows]) -> PersonalRows);

/// An answer without any.
const NOBODY: Personal = (&[], |_| PersonalRows::new());

/// What handlers share.
struct Door {
    platform: Arc<Platform>,
    identity: Arc<Identity>,
    reads: ReadLog,
    store: Store,
}

/// Why there is no answer.
struct Refused(StatusCode);

/// The routes, one for each read.
pub fn routes(platform: Arc<Platform>, identity: Arc<Identity>) -> Router {
    // A database in memory has no readers beside it, and nothing here to measure.
    let Some(store) = platform.db.store.clone() else { return Router::new() };
    let reads = ReadLog::start(Arc::clone(&platform));
    let door = Arc::new(Door { platform, identity, reads, store });
    Router::new()
        .route("/bench/r1", post(case::handle))
        .route("/bench/r2", post(open_cases::handle))
        .route("/bench/r3", post(person::handle))
        .route("/bench/r4", post(ledger::totals))
        .route("/bench/r5", post(ledger::postings))
        .route("/bench/r6", post(person::several))
        .with_state(door)
}

impl Door {
    /// Who asks, for what.
    async fn enter(&self, headers: &HeaderMap) -> Result<Op, Refused> {
        let text = |name: &str| headers.get(name).map(|value| value.to_str().map_err(|_| REFUSED)).transpose();
        let (authorization, chosen) = (text(header::AUTHORIZATION.as_str())?, text("onedoor-assignment")?);
        let purpose = text("onedoor-purpose")?.map(str::to_owned);
        let signed_in = self.identity.authenticate(authorization, chosen).await?.ok_or(REFUSED)?;
        let op = Op::new(Arc::clone(&self.platform), Some(signed_in.actor), purpose, Language::En, Uuid::now_v7());
        let role = op.actor().map_or("", |actor| actor.role.as_str());
        if op.policies().may_read_for(role, &op.purpose) { Ok(op) } else { Err(REFUSED) }
    }

    /// Runs waves, and asks with them whom they are about.
    async fn run<W: Reads>(&self, waves: W) -> Result<(W, Seen), Refused> {
        Ok(self.store.run(Recorded::new(waves, self.store.is_sqlite())).await?.into_parts())
    }

    /// Puts on record what was read, then answers.
    async fn tell(&self, op: &Op, name: &str, seen: Seen, json: Json) -> Result<Response, Refused> {
        if let Some(read) = Read::of(op, name, seen) {
            self.reads.record(read).await?;
        }
        let headers = [
            (header::CONTENT_TYPE, "application/json; charset=utf-8"),
            (header::CACHE_CONTROL, "no-store"),
            (header::VARY, "accept, accept-language, authorization, onedoor-assignment"),
        ];
        Ok((headers, json.into_body()).into_response())
    }
}

const REFUSED: Refused = Refused(StatusCode::UNAUTHORIZED);

impl From<AuthError> for Refused {
    fn from(_: AuthError) -> Self {
        REFUSED
    }
}

impl From<Error> for Refused {
    fn from(_: Error) -> Self {
        Self(StatusCode::SERVICE_UNAVAILABLE)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}

/// Statements that all go at once.
struct AtOnce {
    asks: Option<Vec<Ask>>,
    rows: Vec<Rows>,
    personal: Personal,
}

impl AtOnce {
    fn of(asks: Vec<Ask>, personal: Personal) -> Self {
        Self { asks: Some(asks), rows: Vec::new(), personal }
    }
}

impl Waves for AtOnce {
    fn next(&mut self) -> Option<(Vec<Ask>, bool)> {
        self.asks.take().map(|asks| (asks, true))
    }

    fn take(&mut self, rows: Vec<Rows>) {
        self.rows = rows;
    }
}

impl Reads for AtOnce {
    fn types(&self) -> Vec<&'static str> {
        self.personal.0.to_vec()
    }

    fn rows(&self) -> PersonalRows {
        (self.personal.1)(&self.rows)
    }
}

/// The distinct keys of some rows in a column, and the place of each row's key among them.
fn distinct(rows: &Rows, range: Range<usize>, column: usize) -> (Vec<Uuid>, Vec<Option<usize>>) {
    let (mut ids, mut places) = (Vec::new(), HashMap::new());
    let place = |row| match rows.cell(row, column) {
        CellRef::Uuid(id) => Some(*places.entry(id).or_insert_with(|| {
            ids.push(id);
            ids.len() - 1
        })),
        _ => None,
    };
    let of_rows = range.map(place).collect();
    (ids, of_rows)
}

/// The keys that a column of some rows holds, as rows of a type.
fn keys<'r>(
    name: &'static str,
    rows: &'r Rows,
    range: Range<usize>,
    column: usize,
) -> impl Iterator<Item = (&'static str, Uuid)> + 'r {
    range.filter_map(move |row| match rows.cell(row, column) {
        CellRef::Uuid(id) => Some((name, id)),
        _ => None,
    })
}
