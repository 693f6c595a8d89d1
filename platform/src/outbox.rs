//! Events on their way out: written in each transaction, read in the order of commits by every gateway for itself.
//!
//! **Invariant:** a transaction takes its position last and commits next, so that who has read up to a position has
//! missed nothing before it. Nobody marks an event as read: each reader keeps its own place, and rows stay for
//! `KEPT` whoever read them.

use crate::{
    clock::Clock,
    error::{Error, Result},
    op::Platform,
    tx::{Done, Tx},
};
use entity::{At, application, enums::ApplicationState, outbox, outbox_head};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, Query},
    sqlx::postgres::PgListener,
};
use std::{sync::Arc, time::Duration};
use uuid::Uuid;

/// Name of the head's one row.
const HEAD: &str = "outbox";
/// Channel that PostgreSQL tells commits on.
const CHANNEL: &str = "onedoor_outbox";
/// Events read at a time.
const BATCH: u64 = 256;
/// How long a reader waits at most before it looks again: another process may write to the same file, and a
/// listening connection may be lost.
const POLL: Duration = Duration::from_secs(2);
/// How long an event is kept: who was away longer reads the rows themselves.
const KEPT: Duration = Duration::from_secs(7 * 24 * 3600);

/// A case that a transaction made or changed.
#[derive(Debug, Clone)]
pub(crate) struct Moved {
    pub(crate) application_id: Uuid,
    pub(crate) state: ApplicationState,
    from: Option<ApplicationState>,
    jurisdiction: String,
    programme: String,
    unit: String,
}

impl Moved {
    pub(crate) fn of(row: &application::Model, from: Option<ApplicationState>) -> Self {
        Self {
            application_id: row.id,
            state: row.state,
            from,
            jurisdiction: row.jurisdiction.clone(),
            programme: row.programme.clone(),
            unit: row.unit.clone(),
        }
    }
}

/// What happened, as the outbox keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Place in the order of commits, from 1.
    pub position: i64,
    /// Type of what changed.
    pub topic: String,
    /// What happened: the mutation.
    pub kind: String,
    /// The case.
    pub application_id: Option<Uuid>,
    /// Its place, or that of what changed.
    pub jurisdiction: String,
    /// Its programme.
    pub programme: Option<String>,
    /// Town unit that handles it.
    pub unit: Option<String>,
    /// Its state before; `None` when it is new.
    pub from_state: Option<ApplicationState>,
    /// Its state now.
    pub state: Option<ApplicationState>,
    /// Domain instant.
    pub at: At,
}

impl From<outbox::Model> for Event {
    fn from(row: outbox::Model) -> Self {
        let state = |text: Option<String>| text.and_then(|text| text.parse().ok());
        Self {
            position: row.position,
            topic: row.topic,
            kind: row.kind,
            application_id: row.application_id,
            jurisdiction: row.jurisdiction,
            programme: row.programme,
            unit: row.unit,
            from_state: state(row.from_state),
            state: state(row.state),
            at: row.at,
        }
    }
}

/// Writes one event for every case that was changed, or one for what belongs to none.
pub(crate) async fn write(tx: &Tx<'_>, topic: &str, kind: &str, done: &Done, mut moved: Vec<Moved>) -> Result<()> {
    if let Some(id) = done.application_id
        && !moved.iter().any(|known| known.application_id == id)
    {
        let row = application::Entity::find_by_id(id).one(tx.conn()).await?;
        moved.extend(row.map(|row| Moved::of(&row, Some(row.state))));
    }
    let op = tx.op();
    let blank = |position: i64| outbox::Model {
        id: tx.new_id(),
        position,
        topic: topic.to_owned(),
        kind: kind.to_owned(),
        application_id: None,
        jurisdiction: done.jurisdiction.clone(),
        programme: done.programme.clone(),
        unit: None,
        from_state: None,
        state: None,
        at: op.instant(),
        wall_at: op.wall_at(),
    };
    let count = i64::try_from(moved.len().max(1)).map_err(Error::internal)?;
    let first = take_positions(tx.conn(), count).await?;
    if moved.is_empty() {
        tx.insert(blank(first)).await?;
    }
    for (position, moved) in (first..).zip(moved) {
        tx.insert(outbox::Model {
            application_id: Some(moved.application_id),
            jurisdiction: moved.jurisdiction,
            programme: Some(moved.programme),
            unit: Some(moved.unit),
            from_state: moved.from.map(|state| state.to_string()),
            state: Some(moved.state.to_string()),
            ..blank(position)
        })
        .await?;
    }
    Ok(())
}

/// Takes the next positions and holds the outbox until the transaction ends; answers the first of them.
async fn take_positions<C: ConnectionTrait>(conn: &C, count: i64) -> Result<i64> {
    use outbox_head::Column as C;
    let mut update = Query::update();
    update
        .table(outbox_head::Entity)
        .value(C::Position, Expr::col(C::Position).add(count))
        .and_where(Expr::col(C::Name).eq(HEAD))
        .returning_col(C::Position);
    let row = conn.query_one(&update).await?.ok_or_else(|| Error::internal("the outbox has no head"))?;
    let last: i64 = row.try_get_by_index(0)?;
    Ok(last - count + 1)
}

/// Reads events in their order, from where it was opened.
pub struct Tail {
    platform: Arc<Platform>,
    position: i64,
    listener: Option<PgListener>,
}

impl Tail {
    /// Opens behind the last event there is.
    pub async fn open(platform: Arc<Platform>) -> Result<Self> {
        // Listening first: what is committed in between is read, or told, or both.
        let listener = listen(&platform).await?;
        let head = outbox_head::Entity::find_by_id(HEAD.to_owned()).one(&platform.db.reader).await?;
        let position = head.ok_or_else(|| Error::internal("the outbox has no head"))?.position;
        Ok(Self { platform, position, listener })
    }

    /// The next events, once there are some; they are read again unless `passed` is told of them.
    pub async fn next(&mut self) -> Result<Vec<Event>> {
        let platform = Arc::clone(&self.platform);
        loop {
            // Asked for before reading, so that a commit in between is not slept through.
            let committed = platform.db.committed.notified();
            tokio::pin!(committed);
            committed.as_mut().enable();
            let events = self.read().await?;
            if !events.is_empty() {
                return Ok(events);
            }
            let told = async {
                // A connection that was lost is opened anew by the next call; one that cannot be is left to the poll.
                let heard = match &mut self.listener {
                    Some(listener) => listener.try_recv().await.is_ok(),
                    None => false,
                };
                if !heard {
                    std::future::pending::<()>().await;
                }
            };
            tokio::select! {
                () = committed => {}
                () = told => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }

    /// Says that an event and all before it need not be read again.
    pub fn passed(&mut self, position: i64) {
        self.position = Ord::max(self.position, position);
    }

    async fn read(&self) -> Result<Vec<Event>> {
        let rows = outbox::Entity::find()
            .filter(outbox::Column::Position.gt(self.position))
            .order_by_asc(outbox::Column::Position)
            .limit(BATCH)
            .all(&self.platform.db.reader)
            .await?;
        Ok(rows.into_iter().map(Event::from).collect())
    }
}

async fn listen(platform: &Platform) -> Result<Option<PgListener>> {
    if platform.db.backend() != DbBackend::Postgres {
        return Ok(None);
    }
    let pool = platform.db.reader.get_postgres_connection_pool();
    let mut listener = PgListener::connect_with(pool).await.map_err(Error::internal)?;
    listener.listen(CHANNEL).await.map_err(Error::internal)?;
    Ok(Some(listener))
}

/// Deletes events that were kept long enough.
pub async fn forget_old(platform: &Platform) -> Result<u64> {
    let kept = i64::try_from(KEPT.as_micros()).map_err(Error::internal)?;
    let old = outbox::Column::WallAt.lt(At(Clock::wall().0 - kept));
    Ok(outbox::Entity::delete_many().filter(old).exec(&platform.db.writer).await?.rows_affected)
}
