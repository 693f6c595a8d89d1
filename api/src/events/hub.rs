//! Reads the outbox and hands each event to the groups of subscribers.

use super::{
    group::{Group, Membership, Plan, Question},
    queue::{End, Outlet},
    reading::Readings,
    roll::{Attending, Full, Roll},
    sharing,
};
use crate::{
    identity::Users,
    schema::{Snapshot, Snapshots, coerce::Call},
};
use futures_util::{StreamExt, stream};
use platform::{
    Actor, Op, Platform, Result,
    audit::ReadLog,
    outbox::{self, Event, Tail},
};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::OnceCell,
    task::AbortHandle,
    time::{MissedTickBehavior, interval, sleep},
};

/// How often everyone's assignment is looked up while nothing happens.
const CALL: Duration = Duration::from_secs(1);
/// How often reads are recorded.
const RECORD: Duration = Duration::from_secs(2);
/// How often old events are deleted.
const FORGET: Duration = Duration::from_secs(3600);
/// Groups answered at the same time.
const AT_ONCE: usize = 8;
/// How long to wait before the store is asked again.
const BREATH: Duration = Duration::from_millis(300);
/// How often an event is tried for a group before its subscribers are told to read anew.
const TRIES: usize = 5;

/// Everyone who watches.
pub struct Hub {
    core: Arc<Core>,
    started: OnceCell<Task>,
}

struct Core {
    platform: Arc<Platform>,
    snapshots: Arc<Snapshots>,
    users: Users,
    roll: Arc<Roll>,
    groups: Mutex<HashMap<String, Arc<Group>>>,
    next: AtomicU64,
    readings: Readings,
    reads: ReadLog,
}

/// Ends with the hub.
struct Task(AbortHandle);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Hub {
    /// A hub that reads nothing until somebody comes.
    pub fn new(platform: Arc<Platform>, snapshots: Arc<Snapshots>, reads: ReadLog) -> Self {
        let users = Users::of(Arc::clone(&platform));
        let core = Core {
            platform,
            snapshots,
            users,
            roll: Arc::default(),
            groups: Mutex::default(),
            next: AtomicU64::new(0),
            readings: Readings::default(),
            reads,
        };
        Self { core: Arc::new(core), started: OnceCell::new() }
    }

    /// Takes a place for a connection, unless its assignment has `most` already.
    pub fn attend(&self, actor: Option<&Actor>, outlet: Outlet, most: usize) -> Result<Attending, Full> {
        self.core.roll.attend(actor, outlet, most)
    }

    /// Subscribes: every event that is committed from now on will be looked at.
    pub(crate) async fn subscribe(
        &self,
        op: &Op,
        snapshot: Arc<Snapshot>,
        root: Vec<Call>,
        operation: crate::http::seam::Operation,
        (id, outlet): (Arc<str>, Outlet),
    ) -> Result<Membership> {
        self.started
            .get_or_try_init(|| async {
                let tail = Tail::open(Arc::clone(&self.core.platform)).await?;
                Ok::<_, platform::Error>(Task(tokio::spawn(Arc::clone(&self.core).run(tail)).abort_handle()))
            })
            .await?;
        let key = sharing::key(op, &root);
        let plan = Plan::new(op, snapshot, root)?;
        let actor = op.actor().cloned();
        let question = Question { actor: actor.clone(), purpose: op.purpose.clone(), language: op.language, operation };
        let mut groups = self.core.groups.lock().unwrap_or_else(PoisonError::into_inner);
        groups.retain(|_, group| !group.is_empty());
        let group = groups.entry(key).or_insert_with(|| Arc::new(Group::new(question, plan)));
        Ok(group.join(self.core.next.fetch_add(1, Ordering::Relaxed), id, actor, outlet))
    }

    /// Hands what was sent so far over to the record of reads.
    pub(crate) async fn settle(&self) {
        self.core.record().await;
    }
}

impl Core {
    /// Hands what was sent over to the record of reads.
    async fn record(&self) {
        self.readings.record(&self.platform, &self.reads).await;
    }

    async fn run(self: Arc<Self>, mut tail: Tail) {
        let every = |period| {
            let mut ticks = interval(period);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            ticks
        };
        let (mut call, mut record, mut forget) = (every(CALL), every(RECORD), every(FORGET));
        loop {
            let outcome = tokio::select! {
                events = tail.next() => match events {
                    Ok(events) => self.pass(&mut tail, &events).await,
                    Err(error) => Err(error),
                },
                _ = call.tick() => self.roll.call(&self.users).await,
                _ = record.tick() => {
                    self.record().await;
                    Ok(())
                }
                _ = forget.tick() => outbox::forget_old(&self.platform).await.map(drop),
            };
            if let Err(error) = outcome {
                tracing::error!(%error, "events cannot be read now");
                sleep(BREATH).await;
            }
        }
    }

    /// Delivers events to everyone, in their order, or to nobody while it is not known who is still in office.
    async fn pass(&self, tail: &mut Tail, events: &[Event]) -> Result<()> {
        self.roll.call(&self.users).await?;
        let groups: Vec<_> = {
            let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
            groups.retain(|_, group| !group.is_empty());
            groups.values().cloned().collect()
        };
        stream::iter(groups).for_each_concurrent(AT_ONCE, |group| self.tell(group, events)).await;
        if let Some(last) = events.last() {
            tail.passed(last.position);
        }
        Ok(())
    }

    async fn tell(&self, group: Arc<Group>, events: &[Event]) {
        for _ in 0..TRIES {
            match group.deliver(&self.platform, &self.snapshots, &self.readings, events).await {
                Ok(()) => return,
                Err(error) => tracing::error!(%error, "an event could not be answered"),
            }
            sleep(BREATH).await;
        }
        group.end(End::Broken);
    }
}
