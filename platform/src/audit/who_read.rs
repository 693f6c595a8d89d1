//! Who read a person's data, from the record of reads.

use super::{Body, reads::READS};
use crate::{
    code::Code,
    error::{Error, Refusal, Result},
    id::{self, Ref},
    op::Op,
    permissions as may,
};
use entity::{At, assignment, audit_event, audit_person, audit_volume, enums::UnitLevel, person, user_account};
use schemars::JsonSchema;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait},
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Reads on a page unless fewer are asked for.
const PAGE_READS: u32 = 100;
/// Names a cursor's type.
const CURSOR: &str = "PersonRead";

/// Whose data, when, and which page.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct WhoRead {
    /// The person (人员).
    #[garde(skip)]
    pub person_id: Ref<person::Entity>,
    /// From this instant on (起始时间).
    #[garde(skip)]
    pub from: Option<At>,
    /// Up to and including this instant (截止时间).
    #[garde(skip)]
    pub to: Option<At>,
    /// At most so many, 1 to 100; 100 when left out (条数).
    #[garde(inner(range(min = 1, max = 100)))]
    pub first: Option<u32>,
    /// `next` of the page before (游标).
    #[garde(inner(length(bytes, max = 200)))]
    pub after: Option<String>,
}

/// A page of readings of one person's data.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Readings {
    /// Newest first, as they came on record (查阅记录).
    pub reads: Vec<PersonRead>,
    /// Names the next page; null on the last one (下一页游标).
    pub next: Option<String>,
}

/// One operation that read a person's data (查阅记录).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PersonRead {
    /// When, by the domain clock (时间).
    pub at: At,
    /// When, by the wall clock (系统时间).
    pub wall_at: At,
    /// Sign-in name of who read (登录名).
    pub login: String,
    /// Name of who read (姓名).
    pub name: String,
    /// Global identifier of who read (操作人标识).
    #[schemars(extend("x-scalar" = "ID"))]
    pub user_id: String,
    /// Assignment acted under (任职标识).
    #[schemars(extend("x-scalar" = "ID"))]
    pub assignment_id: String,
    /// Role then held (角色).
    pub role: String,
    /// Unit of the assignment (单位).
    pub unit: String,
    /// Level of the assignment (层级).
    pub level: UnitLevel,
    /// Root of the area the assignment covers (辖区).
    #[schemars(extend("x-scalar" = "JurisdictionCode"))]
    pub jurisdiction: String,
    /// Purpose given (使用目的).
    pub purpose: String,
    /// Name of the operation as the caller gave it, `anonymous` without one (操作名称).
    pub operation: String,
    /// Types of the personal rows that the operation read, of this person and of others (数据类型).
    pub types: Vec<String>,
    /// Place of the event in the chain of reads (序号).
    pub seq: String,
    /// Hash of the event (哈希).
    pub hash: String,
}

/// Who read a person's data. Asking is itself a reading of the person, and recorded.
///
/// Errors: `NotFound`; `BAD_USER_INPUT` for a cursor that is none.
pub async fn who_read(op: &Op, input: WhoRead) -> Result<Readings> {
    let reading = op.read(may::AUDIT_READ)?;
    let (conn, person) = (reading.conn, input.person_id.id);
    person::Entity::find_by_id(person).one(conn).await?.ok_or(Error::NotFound { field: "input.personId" })?;
    op.note_read("Person", person);
    let first = input.first.unwrap_or(PAGE_READS);
    let mut found = page(conn, &input, u64::from(first) + 1).await?;
    let more = found.len() > usize::try_from(first).unwrap_or(usize::MAX);
    found.truncate(usize::try_from(first).unwrap_or(usize::MAX));
    let next = found.last().filter(|_| more).map(|last| cursor(last.volume, last.event_id));
    Ok(Readings { reads: told(conn, found).await?, next })
}

/// One page of the events in which the person was read, by the volumes of reads.
async fn page<C: ConnectionTrait>(conn: &C, input: &WhoRead, limit: u64) -> Result<Vec<audit_person::Model>> {
    use audit_person::Column as P;
    use audit_volume::Column as V;
    let mut volumes = audit_volume::Entity::find().select_only().column(V::Number).filter(V::Number.gt(0));
    let mut wanted = Condition::all().add(P::PersonId.eq(input.person_id.id));
    if let Some(from) = input.from {
        wanted = wanted.add(P::At.gte(from));
    }
    if let Some(to) = input.to {
        wanted = wanted.add(P::At.lte(to));
    }
    if let Some(after) = &input.after {
        let reason = "after is no cursor of this list";
        let (volume, event) = place(after).ok_or_else(|| Refusal::new(Code::BadUserInput).arg("reason", reason))?;
        let columns = Expr::tuple([Expr::col(P::Volume), Expr::col(P::EventId)]);
        wanted = wanted.add(columns.lt(Expr::tuple([Expr::val(volume), Expr::val(event)])));
        volumes = volumes.filter(V::Number.lte(volume));
    }
    let query = audit_person::Entity::find().filter(P::Volume.in_subquery(volumes.into_query())).filter(wanted);
    Ok(query.order_by_desc(P::Volume).order_by_desc(P::EventId).limit(limit).all(conn).await?)
}

fn cursor(volume: i64, event: Uuid) -> String {
    id::encode(CURSOR, &format!("{volume}:{event}"))
}

fn place(cursor: &str) -> Option<(i64, Uuid)> {
    let (name, key) = id::decode(cursor)?;
    let (volume, event) = key.split_once(':')?;
    (name == CURSOR).then_some((volume.parse().ok()?, event.parse().ok()?))
}

/// The events with who stood behind them, three statements for a page.
async fn told<C: ConnectionTrait>(conn: &C, found: Vec<audit_person::Model>) -> Result<Vec<PersonRead>> {
    let keys = found.iter().map(|row| row.event_id);
    let events = audit_event::Entity::find().filter(audit_event::Column::Id.is_in(keys)).all(conn).await?;
    let actors: BTreeSet<_> = events.iter().filter_map(|event| event.actor_id).collect();
    let held: BTreeSet<_> = events.iter().filter_map(|event| event.assignment_id).collect();
    let actors = user_account::Entity::find().filter(user_account::Column::Id.is_in(actors)).all(conn).await?;
    let held = assignment::Entity::find().filter(assignment::Column::Id.is_in(held)).all(conn).await?;
    let events: HashMap<_, _> = events.into_iter().map(|event| (event.id, event)).collect();
    let reads = found.iter().map(|row| {
        let event = events.get(&row.event_id).filter(|event| event.chain == READS);
        let event = event.ok_or_else(|| Error::internal("a person is found by an event that is no reading"))?;
        let actor = actors.iter().find(|actor| Some(actor.id) == event.actor_id);
        let held = held.iter().find(|held| Some(held.id) == event.assignment_id);
        match actor.zip(held) {
            Some((actor, held)) => one(event, actor, held),
            None => Err(Error::internal("a reading that nobody did")),
        }
    });
    reads.collect()
}

fn one(event: &audit_event::Model, actor: &user_account::Model, held: &assignment::Model) -> Result<PersonRead> {
    let body: Body = serde_json::from_str(&event.body)?;
    Ok(PersonRead {
        at: event.at,
        wall_at: event.wall_at,
        login: actor.login.clone(),
        name: actor.name_zh.clone(),
        user_id: id::encode("User", &actor.id.to_string()),
        assignment_id: id::encode("Assignment", &held.id.to_string()),
        role: body.role.unwrap_or_else(|| held.role.clone()),
        unit: held.unit.clone(),
        level: held.level,
        jurisdiction: held.jurisdiction.clone(),
        purpose: body.purpose,
        operation: event.action.clone(),
        types: body.read.types().map(str::to_owned).collect(),
        seq: event.seq.to_string(),
        hash: event.hash.clone(),
    })
}
