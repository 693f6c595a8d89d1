//! Audit events: one for every change and every refusal, chained by hash.

mod asked;
mod body;
mod persons;
mod reads;
mod seen;
mod sign_in;
mod volume;
mod who_read;

pub(crate) use asked::part;
pub use body::{Body, FORMAT, RowHash, RowsRead};
pub(crate) use reads::READS;
pub use reads::{Read, ReadLog};
pub use seen::{PersonalRows, Reads, Recorded, Seen};
pub use sign_in::signed_in;

use crate::{
    code::Code,
    crypto::chain_hash,
    error::Result,
    op::Op,
    tx::{Done, Tx},
};
use entity::{At, application, audit_event, audit_head, enums::AuditOutcome};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
    sea_query::OnConflict,
};
use std::collections::BTreeSet;
use uuid::Uuid;
use volume::About;

/// The table of the record: of what the writer of readings writes, the one that is read as a type of its own.
pub const RECORD: &str = "audit_event";

/// What the first event of a chain follows.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Events inserted by one statement at most.
const EVENTS_A_STATEMENT: usize = 100;

/// The chain of what is done in a place: its town's, or the district's.
pub fn act_chain(jurisdiction: &str) -> String {
    let end = jurisdiction.len().min(9);
    format!("act:{}", &jurisdiction[..end])
}

pub(crate) async fn append_done(
    tx: &Tx<'_>,
    action: &str,
    subject: (String, String),
    done: &Done,
    rows: Vec<RowHash>,
) -> Result<()> {
    let draft = Draft {
        action,
        outcome: AuditOutcome::Done,
        code: None,
        subject: Some(subject),
        application_id: done.application_id,
        jurisdiction: &done.jurisdiction,
        rows,
    };
    act(tx.conn(), body(tx.op(), draft)).await
}

/// Records a refusal in a transaction of its own; call it after the rollback.
///
/// The subject is what the caller named, whether it is there or not.
pub async fn refused(op: &Op, action: &str, code: Code, subject: Option<(String, String)>) -> Result<()> {
    let place = op.actor().map_or("", |actor| actor.jurisdiction.as_str());
    let draft = Draft {
        action,
        outcome: AuditOutcome::Refused,
        code: Some(code.as_str()),
        subject,
        application_id: None,
        jurisdiction: place,
        rows: Vec::new(),
    };
    alone(op, body(op, draft)).await
}

/// Records an event in a transaction of its own.
async fn alone(op: &Op, body: Body) -> Result<()> {
    let transaction = op.platform().db.begin().await?;
    match refusal(&transaction, body).await {
        Ok(()) => Ok(transaction.commit().await?),
        Err(error) => {
            transaction.rollback().await?;
            Err(error)
        }
    }
}

/// Says of which case a refusal was, if there is such a case, and appends it.
async fn refusal<C: ConnectionTrait>(conn: &C, mut body: Body) -> Result<()> {
    if let Some(("Application", key)) = named(&body)
        && let Ok(key) = key.parse::<Uuid>()
    {
        let there = application::Entity::find_by_id(key).select_only().column(application::Column::Id);
        body.application = there.into_tuple::<Uuid>().one(conn).await?;
    }
    act(conn, body).await
}

fn named(body: &Body) -> Option<(&str, &str)> {
    body.subject.as_ref().map(|(name, key)| (name.as_str(), key.as_str()))
}

/// Appends what was done or tried, with the persons it was about.
async fn act<C: ConnectionTrait>(conn: &C, mut body: Body) -> Result<()> {
    let case = body.application.map(|key| ("Application".to_owned(), key));
    let subject = named(&body).and_then(|(name, key)| Some((name.to_owned(), key.parse().ok()?)));
    let rows = case.into_iter().chain(subject).collect();
    body.persons = persons::of(conn, &rows).await?;
    append(conn, body).await
}

/// Records that a signed-in caller named things that exist for others only; `names` counts them.
pub async fn not_in_schema(op: &Op, names: usize) -> Result<()> {
    refused(op, "NOT_IN_SCHEMA", Code::GraphqlValidation, Some(("Schema".to_owned(), names.to_string()))).await
}

struct Draft<'a> {
    action: &'a str,
    outcome: AuditOutcome,
    code: Option<&'a str>,
    subject: Option<(String, String)>,
    application_id: Option<Uuid>,
    jurisdiction: &'a str,
    rows: Vec<RowHash>,
}

/// The event's bytes but for its place in the chain.
fn body(op: &Op, draft: Draft<'_>) -> Body {
    let outcome = match draft.outcome {
        AuditOutcome::Done => "DONE",
        AuditOutcome::Refused => "REFUSED",
    };
    Body {
        format: FORMAT,
        chain: act_chain(draft.jurisdiction),
        seq: 0,
        at: op.instant().0,
        wall_at: op.wall_at().0,
        actor: op.actor().map(|actor| actor.user_id),
        assignment: op.actor().map(|actor| actor.assignment_id),
        role: op.actor().map(|actor| actor.role.clone()),
        action: draft.action.to_owned(),
        outcome: outcome.to_owned(),
        code: draft.code.map(str::to_owned),
        subject: draft.subject,
        application: draft.application_id,
        jurisdiction: draft.jurisdiction.to_owned(),
        purpose: op.purpose.clone(),
        request: op.request_id,
        rows: draft.rows,
        read: RowsRead::default(),
        persons: BTreeSet::new(),
    }
}

/// Appends an event to its chain.
async fn append<C: ConnectionTrait>(conn: &C, body: Body) -> Result<()> {
    let chain = body.chain.clone();
    append_all(conn, &chain, vec![body]).await
}

/// Appends events to one chain, in order.
async fn append_all<C: ConnectionTrait>(conn: &C, chain: &str, bodies: Vec<Body>) -> Result<()> {
    let mut head = lock_head(conn, chain).await?;
    let (mut events, mut about) = (Vec::new(), About::default());
    for mut body in bodies {
        body.seq = head.seq + 1;
        let text = serde_json::to_string(&body)?;
        let hash = chain_hash(&head.hash, &text);
        let id = Uuid::now_v7();
        head.seq = body.seq;
        about.add(&mut head, id, &body);
        let previous = std::mem::replace(&mut head.hash, hash);
        events.push(event(id, body, text, (previous, &head.hash)));
    }
    for rows in events.chunks(EVENTS_A_STATEMENT) {
        audit_event::Entity::insert_many(rows.to_vec()).exec_without_returning(conn).await?;
    }
    about.write(conn).await?;
    use audit_head::Column as H;
    audit_head::Entity::update_many()
        .col_expr(H::Seq, head.seq.into())
        .col_expr(H::Hash, head.hash.into())
        .col_expr(H::Volume, head.volume.into())
        .col_expr(H::Named, head.named.into())
        .filter(H::Chain.eq(chain))
        .exec(conn)
        .await?;
    Ok(())
}

fn event(id: Uuid, body: Body, text: String, (previous, hash): (String, &str)) -> audit_event::ActiveModel {
    let (subject_type, subject_id) = body.subject.unzip();
    audit_event::ActiveModel {
        id: Set(id),
        chain: Set(body.chain),
        seq: Set(body.seq),
        format: Set(FORMAT),
        at: Set(At(body.at)),
        wall_at: Set(At(body.wall_at)),
        actor_id: Set(body.actor),
        assignment_id: Set(body.assignment),
        action: Set(body.action),
        outcome: Set(if body.outcome == "DONE" { AuditOutcome::Done } else { AuditOutcome::Refused }),
        code: Set(body.code),
        subject_type: Set(subject_type),
        subject_id: Set(subject_id),
        application_id: Set(body.application),
        jurisdiction: Set(body.jurisdiction),
        body: Set(text),
        previous_hash: Set(previous),
        hash: Set(hash.to_owned()),
    }
}

/// The chain's head, locked until the transaction ends; the last lock any operation takes.
async fn lock_head<C: ConnectionTrait>(conn: &C, chain: &str) -> Result<audit_head::Model> {
    let locked = || audit_head::Entity::find_by_id(chain.to_owned()).lock_exclusive().one(conn);
    if let Some(head) = locked().await? {
        return Ok(head);
    }
    let first = audit_head::Model { chain: chain.to_owned(), seq: 0, hash: GENESIS.to_owned(), volume: 0, named: 0 };
    audit_head::Entity::insert(first.into_active_model())
        .on_conflict(OnConflict::column(audit_head::Column::Chain).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(conn)
        .await?;
    locked().await?.ok_or_else(|| crate::error::Error::internal("an audit chain has no head"))
}
