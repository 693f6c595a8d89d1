//! The chains of audit events: every link, every body against its columns, every head.

use super::{Head, Kind, PAGE_ROWS, Report};
use crate::{
    audit::{Body, FORMAT, GENESIS, READS},
    crypto::chain_hash,
    error::Result,
};
use entity::{audit_event, audit_head, audit_person, audit_volume};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Persons asked for by one statement at most.
const PERSONS_A_STATEMENT: usize = 500;

/// What the record says of one row: its last hash in each chain that wrote it.
///
/// A row is nearly always written in one chain, that of its town. Between chains there is no order that two
/// operations at once could not upset, so the last hash of each will do.
#[derive(Default)]
pub(super) struct Written {
    hashes: Vec<(usize, String)>,
}

impl Written {
    /// Whether a row with this hash is as some chain last wrote it.
    pub(super) fn allows(&self, hash: &str) -> bool {
        self.hashes.iter().any(|(_, last)| last == hash)
    }

    fn set(&mut self, chain: usize, hash: String) {
        match self.hashes.iter_mut().find(|(known, _)| *known == chain) {
            Some((_, last)) => *last = hash,
            None => self.hashes.push((chain, hash)),
        }
    }
}

/// What the record says of every row, by table and key.
pub(super) type Recorded = HashMap<(String, String), Written>;

pub(super) async fn walk<C: ConnectionTrait>(conn: &C, exported: &[Head], report: &mut Report) -> Result<Recorded> {
    let heads = audit_head::Entity::find().order_by_asc(audit_head::Column::Chain).all(conn).await?;
    let mut names: BTreeSet<String> = audit_event::Entity::find()
        .select_only()
        .column(audit_event::Column::Chain)
        .distinct()
        .into_tuple::<String>()
        .all(conn)
        .await?
        .into_iter()
        .collect();
    names.extend(heads.iter().map(|head| head.chain.clone()));
    names.extend(exported.iter().map(|head| head.chain.clone()));
    let volumes: Vec<i64> = audit_volume::Entity::find()
        .order_by_asc(audit_volume::Column::Number)
        .all(conn)
        .await?
        .into_iter()
        .map(|volume| volume.number)
        .collect();
    let mut recorded = Recorded::new();
    for (number, chain) in names.into_iter().enumerate() {
        let kept = exported.iter().filter(|head| head.chain == chain).collect();
        let (seq, hash) = (0, GENESIS.to_owned());
        let mut walk = Walk { number, chain: &chain, seq, hash, kept, volumes: &volumes, recorded: &mut recorded };
        walk.events(conn, report).await?;
        let (seq, hash) = (walk.seq, walk.hash);
        let head = heads.iter().find(|head| head.chain == chain);
        if head.is_none_or(|head| head.seq != seq || head.hash != hash) {
            report.find(
                Kind::BrokenChain,
                "audit_head",
                &chain,
                format!("the head does not name the last event, {seq}"),
            );
        }
        report.heads.push(Head { chain, seq, hash });
    }
    // Every row that an event tells of was seen; what is there beside them is told of by none.
    let (told, stored) = (report.walked.get("audit_person").copied(), audit_person::Entity::find().count(conn).await?);
    if stored > told.unwrap_or_default() {
        let what = format!("it holds {stored} rows, of which the chains tell {}", told.unwrap_or_default());
        report.find(Kind::Contradiction, "audit_person", "whole table", what);
    }
    Ok(recorded)
}

struct Walk<'a> {
    number: usize,
    chain: &'a str,
    seq: i64,
    hash: String,
    kept: Vec<&'a Head>,
    /// Every volume, in order.
    volumes: &'a [i64],
    recorded: &'a mut Recorded,
}

impl Walk<'_> {
    async fn events<C: ConnectionTrait>(&mut self, conn: &C, report: &mut Report) -> Result<()> {
        use audit_event::Column as C_;
        let mut after = i64::MIN;
        loop {
            let page = audit_event::Entity::find()
                .filter(C_::Chain.eq(self.chain))
                .filter(C_::Seq.gt(after))
                .order_by_asc(C_::Seq)
                .limit(PAGE_ROWS)
                .all(conn)
                .await?;
            let Some(last) = page.last() else { break };
            after = last.seq;
            *report.walked.entry("audit_event".to_owned()).or_default() += page.len() as u64;
            let mut found_by = found_by(conn, &self.volumes_of(&page), &page).await?;
            for event in page {
                let found_by = found_by.remove(&event.id).unwrap_or_default();
                *report.walked.entry("audit_person".to_owned()).or_default() += found_by.len() as u64;
                self.event(&event, &found_by, report);
            }
        }
        for kept in &self.kept {
            if kept.seq > self.seq {
                let what = format!("the exported head is event {}, the chain ends at {}", kept.seq, self.seq);
                report.find(Kind::HeadMismatch, "audit_event", self.place(kept.seq), what);
            }
        }
        Ok(())
    }

    /// The volumes that the persons of events stand in: of a reading the last one that had begun by then.
    fn volumes_of(&self, events: &[audit_event::Model]) -> Vec<i64> {
        if self.chain != READS {
            return vec![0];
        }
        let volume = |seq: i64| self.volumes.partition_point(|number| *number <= seq).saturating_sub(1);
        let (first, last) = (events.first().map_or(0, |event| event.seq), events.last().map_or(0, |event| event.seq));
        self.volumes.get(volume(first)..=volume(last)).unwrap_or_default().to_vec()
    }

    fn place(&self, seq: i64) -> String {
        format!("{} {seq}", self.chain)
    }

    fn event(&mut self, event: &audit_event::Model, found_by: &[audit_person::Model], report: &mut Report) {
        let expected = self.seq + 1;
        for missing in expected..event.seq.min(expected + 100) {
            report.find(Kind::BrokenChain, "audit_event", self.place(missing), "the event is missing");
        }
        let links = event.seq != expected || event.previous_hash == self.hash;
        let place = format!("{} ({})", self.place(event.seq), event.id);
        if !links {
            report.find(Kind::BrokenChain, "audit_event", &place, "it does not follow the event before it");
        }
        if chain_hash(&event.previous_hash, &event.body) != event.hash {
            report.find(Kind::BrokenChain, "audit_event", &place, "its hash is not that of its bytes");
        }
        match serde_json::from_str::<Body>(&event.body) {
            Ok(body) => {
                if let Some(column) = differing(&body, event) {
                    report.find(Kind::BrokenChain, "audit_event", &place, format!("{column} is not as in its bytes"));
                }
                if !tied(&body, event, found_by) {
                    report.find(Kind::Contradiction, "audit_person", &place, "its persons are not as in its bytes");
                }
                self.remember(body);
            }
            Err(_) => report.find(Kind::BrokenChain, "audit_event", &place, "its bytes cannot be read"),
        }
        for kept in self.kept.iter().filter(|kept| kept.seq == event.seq && kept.hash != event.hash) {
            report.find(
                Kind::HeadMismatch,
                "audit_event",
                &place,
                format!("the exported head {} has another hash", kept.seq),
            );
        }
        self.seq = event.seq;
        self.hash.clone_from(&event.hash);
    }

    fn remember(&mut self, body: Body) {
        for row in body.rows {
            self.recorded.entry((row.table, row.id)).or_default().set(self.number, row.hash);
        }
    }
}

/// The rows by which some events of a chain are found, as the only index of that table gives them: by volume, person and
/// event.
async fn found_by<C: ConnectionTrait>(
    conn: &C,
    volumes: &[i64],
    events: &[audit_event::Model],
) -> Result<HashMap<Uuid, Vec<audit_person::Model>>> {
    use audit_person::Column as P;
    let bodies = events.iter().filter_map(|event| serde_json::from_str::<Body>(&event.body).ok());
    let persons: Vec<_> = bodies.flat_map(|body| body.persons).collect::<BTreeSet<_>>().into_iter().collect();
    let keys: BTreeSet<_> = events.iter().map(|event| event.id).collect();
    let (Some(first), Some(last)) = (keys.first(), keys.last()) else { return Ok(HashMap::new()) };
    let mut found: HashMap<Uuid, Vec<audit_person::Model>> = HashMap::new();
    for persons in persons.chunks(PERSONS_A_STATEMENT) {
        let rows = audit_person::Entity::find()
            .filter(P::Volume.is_in(volumes.iter().copied()))
            .filter(P::PersonId.is_in(persons.iter().copied()))
            .filter(P::EventId.between(*first, *last));
        for row in rows.all(conn).await? {
            if keys.contains(&row.event_id) {
                found.entry(row.event_id).or_default().push(row);
            }
        }
    }
    Ok(found)
}

/// Whether an event is found by the persons its bytes name, and by no other.
fn tied(body: &Body, event: &audit_event::Model, found_by: &[audit_person::Model]) -> bool {
    found_by.len() == body.persons.len()
        && found_by.iter().all(|row| body.persons.contains(&row.person_id) && row.at == event.at)
}

/// The first column that is not as in the hashed bytes.
fn differing(body: &Body, event: &audit_event::Model) -> Option<&'static str> {
    let outcome = event.outcome.to_string();
    let subject = event.subject_type.clone().zip(event.subject_id.clone());
    let checks = [
        ("format", body.format == event.format && (1..=FORMAT).contains(&event.format)),
        ("chain", body.chain == event.chain),
        ("seq", body.seq == event.seq),
        ("at", body.at == event.at.0),
        ("wall_at", body.wall_at == event.wall_at.0),
        ("actor_id", body.actor == event.actor_id),
        ("assignment_id", body.assignment == event.assignment_id),
        ("action", body.action == event.action),
        ("outcome", body.outcome == outcome),
        ("code", body.code == event.code),
        ("subject", body.subject == subject),
        ("application_id", body.application == event.application_id),
        ("jurisdiction", body.jurisdiction == event.jurisdiction),
    ];
    checks.into_iter().find(|(_, equal)| !equal).map(|(column, _)| column)
}
