//! Deliveries of personal rows are reads: gathered by who received them, and recorded every few seconds.

use platform::{
    Actor, Language, Op, Platform,
    audit::{PersonalRows, Read, ReadLog, Seen},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use uuid::Uuid;

/// What they were received by: a subscription, named by its field.
type Reader = (Uuid, String, String);

/// Reads that are not yet recorded.
#[derive(Default)]
pub(super) struct Readings(Mutex<HashMap<Reader, (Actor, PersonalRows)>>);

impl Readings {
    /// Notes that a receiver was sent these rows.
    pub(super) fn note(&self, actor: &Actor, purpose: &str, operation: &str, rows: &PersonalRows) {
        let mut readings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let reader = (actor.assignment_id, purpose.to_owned(), operation.to_owned());
        let (_, known) = readings.entry(reader).or_insert_with(|| (actor.clone(), PersonalRows::new()));
        known.extend(rows);
    }

    /// Hands everything over to the record.
    pub(super) async fn record(&self, platform: &Arc<Platform>, log: &ReadLog) {
        let readings = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        for ((_, purpose, operation), (actor, rows)) in readings {
            let op = Op::new(Arc::clone(platform), Some(actor), Some(purpose), Language::En, Uuid::now_v7());
            if let Some(read) = Read::of(&op, &operation, Seen::rows(rows)) {
                log.hand_over(read).await;
            }
        }
    }
}
