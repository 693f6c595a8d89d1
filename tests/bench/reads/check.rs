//! Before anything is measured: the three ways answer alike, byte by byte, and leave the same record of what was read.

use super::{
    Asked, By, Served, Size,
    drive::Ask,
    queries::{LATE_PAGE, READS, Read, World},
};
use anyhow::{Context, Result, ensure};
use entity::audit_event;
use platform::audit::{Body, RowsRead};
use sea_orm::{ColumnTrait, Database, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder};
use serde_json::Value;

/// Requests of each read that are compared.
const COMPARED: u64 = 5;
/// Less than this is no answer worth measuring.
const LEAST_BYTES: usize = 400;
/// Chain of what is read.
const READS_CHAIN: &str = "read:GATEWAY";

/// Checks every read; answers what requests are to name.
pub async fn all(served: &Served, database: &str, size: Size) -> Result<World> {
    let record = Database::connect(database).await?;
    let after = late(served, size).await.context("the late page of the postings")?;
    let world = World { size, after };
    for read in &READS {
        for number in 0..COMPARED {
            alike(served, read, &world, number, &record).await.with_context(|| read.name)?;
        }
    }
    record.close().await?;
    Ok(world)
}

/// Walks to the end of the page before the late one, or as far as a small town goes.
async fn late(served: &Served, size: Size) -> Result<String> {
    let read = READS.iter().find(|read| read.query.starts_with("query R5")).context("no postings")?;
    let mut world = World { size, after: String::new() };
    let mut asked = served.asked(By::Plan, read, &world)?;
    for page in 1..LATE_PAGE {
        let variables = if page == 1 { serde_json::json!({}) } else { serde_json::json!({ "after": world.after }) };
        let body = serde_json::json!({ "query": read.query, "variables": variables }).to_string();
        let text = post(&asked, body).await?;
        let answer: Value = serde_json::from_str(&text)?;
        let info = &answer["data"]["ledgerEntries"]["pageInfo"];
        if info["hasNextPage"] != true {
            break;
        }
        world.after = info["endCursor"].as_str().with_context(|| text.clone())?.to_owned();
        asked.world.after.clone_from(&world.after);
    }
    Ok(world.after)
}

async fn alike(
    served: &Served,
    read: &'static Read,
    world: &World,
    number: u64,
    db: &DatabaseConnection,
) -> Result<()> {
    let by_hand = served.asked(By::Hand, read, world)?;
    let hand = post(&by_hand, by_hand.body(number)).await?;
    let data = hand.strip_prefix("{\"data\":").and_then(|rest| rest.strip_suffix('}'));
    let data = data.with_context(|| format!("by hand: {hand}"))?;
    ensure!(data.len() > LEAST_BYTES, "too little to measure: {data}");
    let recorded = last_read(db).await?;
    for by in [By::Plan, By::Reference] {
        let asked = served.asked(by, read, world)?;
        let answer = post(&asked, asked.body(number)).await?;
        let told = answer.strip_prefix("{\"data\":").and_then(|rest| rest.strip_prefix(data));
        let same = told.is_some_and(|rest| rest == "}" || rest.starts_with(",\"extensions\":"));
        ensure!(same, "{by:?} does not answer as by hand\n{answer}\n{hand}");
        let own = last_read(db).await?;
        ensure!(own == recorded, "{by:?} does not record as by hand\n{own:?}\n{recorded:?}");
    }
    Ok(())
}

/// The rows that the last reading on record read, and whom it was about.
async fn last_read(db: &DatabaseConnection) -> Result<(RowsRead, usize)> {
    let event = audit_event::Entity::find()
        .filter(audit_event::Column::Chain.eq(READS_CHAIN))
        .order_by_desc(audit_event::Column::Seq)
        .one(db)
        .await?;
    let Some(event) = event else { return Ok(Default::default()) };
    let body: Body = serde_json::from_str(&event.body)?;
    Ok((body.read, body.persons.len()))
}

async fn post(asked: &Asked, body: String) -> Result<String> {
    let request = reqwest::Client::new()
        .post(asked.url())
        .bearer_auth(asked.token())
        .header("content-type", "application/json")
        .header("accept", "application/graphql-response+json")
        .body(body);
    let answer = request.send().await?;
    let status = answer.status();
    let text = answer.text().await?;
    ensure!(status.is_success(), "{status}: {text}");
    Ok(text)
}
