//! Whom events are about, as the index by which an auditor finds them: volume by volume.
//!
//! A reading of a page of cases names a hundred persons. In one tree of all that was ever read each of them has a place of
//! its own, a page of the file to be written; a volume is a tree of some thousand rows, of which a commit writes the few
//! pages there are. Who looks a person up goes through the volumes, one look each.

use super::{Body, READS};
use crate::error::Result;
use entity::{audit_head, audit_volume};
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, IntoActiveModel, Statement};
use serde::Serialize;
use uuid::Uuid;

/// A volume with so many rows is followed by the next: fewer make a commit cheaper, and each look-up dearer.
const VOLUME_ROWS: i64 = 2_048;

/// Whom the events of one transaction are about.
#[derive(Default)]
pub(super) struct About {
    /// Volumes that begin.
    begun: Vec<i64>,
    events: Vec<Event>,
}

/// As the statement below takes it; keys in hex without dashes.
#[derive(Serialize)]
struct Event {
    event: String,
    volume: i64,
    at: i64,
    persons: Vec<String>,
}

impl About {
    /// Adds an event, which is the newest of its chain; the head says which volume it goes into.
    pub(super) fn add(&mut self, head: &mut audit_head::Model, event: Uuid, body: &Body) {
        if body.persons.is_empty() {
            return;
        }
        if head.chain == READS {
            if head.volume == 0 || head.named >= VOLUME_ROWS {
                (head.volume, head.named) = (body.seq, 0);
                self.begun.push(body.seq);
            }
            head.named = head.named.saturating_add(i64::try_from(body.persons.len()).unwrap_or(i64::MAX));
        }
        let persons = body.persons.iter().map(|person| person.simple().to_string()).collect();
        self.events.push(Event { event: event.simple().to_string(), volume: head.volume, at: body.at, persons });
    }

    /// Puts in any number of rows by one statement whose text is always the same: it is prepared once.
    pub(super) async fn write<C: ConnectionTrait>(self, conn: &C) -> Result<()> {
        if self.events.is_empty() {
            return Ok(());
        }
        if !self.begun.is_empty() {
            let begun = self.begun.into_iter().map(|number| audit_volume::Model { number }.into_active_model());
            audit_volume::Entity::insert_many(begun).exec_without_returning(conn).await?;
        }
        let backend = conn.get_database_backend();
        let sql = if backend == DbBackend::Sqlite { NAME_SQLITE } else { NAME_POSTGRES };
        let statement = Statement::from_sql_and_values(backend, sql, [serde_json::to_string(&self.events)?.into()]);
        conn.execute_raw(statement).await?;
        Ok(())
    }
}

/// An event is taken apart once, not again for each of its persons.
const NAME_SQLITE: &str = "WITH e AS MATERIALIZED (SELECT unhex(value ->> 'event') AS event, \
        value ->> 'volume' AS volume, value ->> 'at' AS at, value -> 'persons' AS persons FROM json_each(?1)) \
    INSERT INTO audit_person (volume, person_id, event_id, at) \
    SELECT e.volume, unhex(p.value), e.event, e.at FROM e, json_each(e.persons) AS p";
const NAME_POSTGRES: &str = "INSERT INTO audit_person (volume, person_id, event_id, at) \
    SELECT e.volume, p.value::uuid, e.event, e.at \
    FROM json_to_recordset($1::json) AS e (event uuid, volume bigint, at bigint, persons json) \
    CROSS JOIN LATERAL json_array_elements_text(e.persons) AS p (value)";
