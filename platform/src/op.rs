//! One operation for one actor at one instant: the only way to the database.

use crate::{
    act::Act,
    audit::Seen,
    calendar::{self, Calendar},
    clock::{Clock, local_day},
    code::Language,
    crypto::Cipher,
    db::Db,
    error::{Error, Result},
    intake::Searches,
    module::{Limit, Module},
    tx::Tx,
};
use arc_swap::ArcSwap;
use chrono::NaiveDate;
use entity::{At, Day, Scope};
use policies::{Holder, Level, Permission, PermissionSet, Policies, ScopeKind};
use sea_orm::{DatabaseConnection, DatabaseTransaction};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use uuid::Uuid;

/// Everything operations share.
pub struct Platform {
    /// The database.
    pub db: Db,
    /// The policies in force; swapped whole, never edited.
    pub policies: ArcSwap<Policies>,
    /// Seals and hashes identity numbers.
    pub cipher: Cipher,
    /// The programmes that are loaded.
    pub modules: Vec<Arc<dyn Module>>,
    /// The work calendar, read at the start.
    pub calendar: ArcSwap<Calendar>,
    /// The domain clock.
    pub clock: Clock,
    /// Whether the domain clock may be set (demo and tests).
    pub clock_settable: bool,
    /// What may be done on a case, as the gateway's parts declare it.
    pub acts: OnceLock<Vec<Act>>,
    /// How often each assignment searched persons of late.
    pub searches: Searches,
}

impl Platform {
    /// What may be done on a case; nothing before the parts are loaded.
    pub fn acts(&self) -> &[Act] {
        self.acts.get().map_or(&[], Vec::as_slice)
    }

    /// The loaded module of a programme.
    pub fn module(&self, programme: &str) -> Option<&Arc<dyn Module>> {
        self.modules.iter().find(|module| module.manifest().programme == programme)
    }

    /// Days of a programme's limit that a period uses up: from the day after `from` up to and including `to`.
    pub fn limit_days_between(&self, programme: &str, from: NaiveDate, to: NaiveDate) -> i64 {
        if self.counts_working_days(programme) {
            self.calendar.load().working_between(from, to)
        } else {
            (to - from).num_days().max(0)
        }
    }

    /// Last day of a period of this many days of a programme's limit that starts after `from`.
    pub fn limit_ends(&self, programme: &str, from: NaiveDate, days: u32) -> NaiveDate {
        if self.counts_working_days(programme) {
            self.calendar.load().add_working(from, days)
        } else {
            calendar::add_natural(from, u64::from(days))
        }
    }

    fn counts_working_days(&self, programme: &str) -> bool {
        self.module(programme).is_some_and(|module| matches!(module.manifest().limit, Limit::WorkingDays(_)))
    }
}

/// Who acts, under exactly one assignment.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The user.
    pub user_id: Uuid,
    /// Sign-in name.
    pub login: String,
    /// The assignment acted under.
    pub assignment_id: Uuid,
    /// Role code, e.g. `TW`.
    pub role: String,
    /// Unit code, e.g. `TU_SOCIAL`.
    pub unit: String,
    /// Level of the unit.
    pub level: Level,
    /// Root of the jurisdiction subtree the assignment covers.
    pub jurisdiction: String,
}

impl Actor {
    /// As the policies know it.
    pub fn holder(&self) -> Holder {
        Holder {
            role: self.role.clone(),
            unit: self.unit.clone(),
            level: self.level,
            jurisdiction: self.jurisdiction.clone(),
        }
    }
}

/// The mutation being carried out, as the gateway named it.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) mutation: &'static str,
    pub(crate) key: Option<String>,
    pub(crate) input_hash: String,
}

/// Reading opened by one permission.
pub struct Reading<'op> {
    /// The connection to pass to entities.
    pub conn: &'op DatabaseConnection,
    /// The rows the actor may see.
    pub scope: Scope,
}

/// One operation.
pub struct Op {
    platform: Arc<Platform>,
    policies: Arc<Policies>,
    actor: Option<Actor>,
    permissions: Arc<PermissionSet>,
    /// Why the data is read; disclosure goes by it.
    pub purpose: String,
    /// Language of messages.
    pub language: Language,
    /// Names the request in logs and audit.
    pub request_id: Uuid,
    instant: At,
    wall_at: At,
    operator: bool,
    pub(crate) call: Mutex<Option<Call>>,
    open: Mutex<Option<Arc<DatabaseTransaction>>>,
    seen: Mutex<Seen>,
}

impl Op {
    /// An operation of this actor now; without an actor, of the public.
    pub fn new(
        platform: Arc<Platform>,
        actor: Option<Actor>,
        purpose: Option<String>,
        language: Language,
        request_id: Uuid,
    ) -> Self {
        let policies = platform.policies.load_full();
        let wall_at = Clock::wall();
        let instant = platform.clock.domain(wall_at);
        let today = local_day(instant).0;
        let permissions = match &actor {
            Some(actor) => policies.permission_set(&actor.holder(), today),
            None => policies.public_set(today),
        };
        let purpose = purpose.unwrap_or_else(|| {
            let role = actor.as_ref().map_or("PUB", |actor| actor.role.as_str());
            policies.default_purpose(role).to_owned()
        });
        Self {
            platform,
            policies,
            actor,
            permissions,
            purpose,
            language,
            request_id,
            instant,
            wall_at,
            operator: false,
            call: Mutex::default(),
            open: Mutex::default(),
            seen: Mutex::default(),
        }
    }

    /// What operations share.
    pub fn platform(&self) -> &Arc<Platform> {
        &self.platform
    }

    /// An operation of the operator at the machine, such as an import: no user acts, and it is audited like any other.
    ///
    /// **Invariant:** no request is ever given one.
    pub fn of_operator(platform: Arc<Platform>) -> Self {
        let purpose = Some("OPERATION".to_owned());
        Self { operator: true, ..Self::new(platform, None, purpose, Language::En, Uuid::now_v7()) }
    }

    /// The policies this operation is judged by.
    pub fn policies(&self) -> &Policies {
        &self.policies
    }

    /// Who acts; `None` is the public.
    pub fn actor(&self) -> Option<&Actor> {
        self.actor.as_ref()
    }

    /// The actor, or "not there" for the public.
    pub fn signed_in(&self) -> Result<&Actor> {
        self.actor.as_ref().ok_or(Error::NotFound { field: "input" })
    }

    /// The permissions held.
    pub fn permissions(&self) -> &Arc<PermissionSet> {
        &self.permissions
    }

    /// Whether a permission is held at all.
    pub fn holds(&self, permission: &Permission) -> bool {
        self.permissions.contains(permission.name)
    }

    /// The domain instant.
    pub fn instant(&self) -> At {
        self.instant
    }

    /// The wall-clock instant.
    pub fn wall_at(&self) -> At {
        self.wall_at
    }

    /// The local day.
    pub fn today(&self) -> Day {
        local_day(self.instant)
    }

    /// The rows this permission lets the actor see.
    pub fn scope(&self, permission: &Permission) -> Scope {
        if !self.holds(permission) {
            return Scope::None;
        }
        let role = self.actor.as_ref().map_or("PUB", |actor| actor.role.as_str());
        let kind = self.policies.scope(role, permission.name);
        let Some(actor) = &self.actor else {
            return if kind == ScopeKind::All { Scope::all() } else { Scope::None };
        };
        let subtree = Some(actor.jurisdiction.clone());
        let handled = || Some(self.policies.programmes_of(&actor.unit, actor.level, self.today().0));
        match kind {
            ScopeKind::All => Scope::all(),
            ScopeKind::Town | ScopeKind::Village => {
                Scope::Rows { jurisdiction: subtree, programmes: None, unit: None, user: None }
            }
            ScopeKind::TownHandled | ScopeKind::DistrictProgramme => {
                Scope::Rows { jurisdiction: subtree, programmes: handled(), unit: None, user: None }
            }
            // Where the household lives does not matter: a school takes pupils from other towns, too.
            ScopeKind::Unit => {
                Scope::Rows { jurisdiction: None, programmes: None, unit: Some(actor.unit.clone()), user: None }
            }
            ScopeKind::Own => {
                Scope::Rows { jurisdiction: None, programmes: None, unit: None, user: Some(actor.user_id) }
            }
            ScopeKind::None => Scope::None,
        }
    }

    /// Opens reading through a permission: the connection, and the rows it lets the actor see.
    ///
    /// Error: `NotFound` when the permission is not held.
    pub fn read(&self, permission: Permission) -> Result<Reading<'_>> {
        if !self.holds(&permission) {
            return Err(Error::NotFound { field: "input" });
        }
        Ok(Reading { conn: &self.platform.db.reader, scope: self.scope(&permission) })
    }

    /// The connection queries are answered on; only the gateway's reads use it.
    pub fn reader(&self) -> &DatabaseConnection {
        &self.platform.db.reader
    }

    /// Notes that a personal row was read, for the record of reads.
    pub fn note_read(&self, type_name: &'static str, id: Uuid) {
        self.seen().note(type_name, id);
    }

    /// Notes what was read together with whom it is about.
    pub fn note_seen(&self, seen: Seen) {
        let mut noted = self.seen();
        if noted.is_empty() {
            *noted = seen;
        } else {
            seen.into_rows().into_iter().for_each(|(name, id)| noted.note(name, id));
        }
    }

    /// Takes what was read of persons so far.
    pub fn take_seen(&self) -> Seen {
        std::mem::take(&mut *self.seen())
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the policies let the actor begin work with this permission.
    pub fn may_begin(&self, permission: &Permission) -> bool {
        self.actor.as_ref().is_some_and(|actor| {
            self.policies.allows(&actor.holder(), permission.name, permission.programme, self.today().0)
        })
    }

    /// Opens the operation's transaction if the policies allow this permission, and claims the call's key.
    ///
    /// Errors: `NotFound` when the permission is not held (what is not yours does not exist);
    /// `Replay` when the same key and input were carried out before; `IDEMPOTENCY_KEY_REUSED`.
    pub async fn begin(&self, permission: Permission) -> Result<Tx<'_>> {
        if !self.may_begin(&permission) {
            return Err(Error::NotFound { field: "input" });
        }
        let tx = self.open(permission).await?;
        tx.claim_key().await?;
        Ok(tx)
    }

    /// Opens a transaction for the operator's own work, which no policy grants to a user; `work` names it in the record.
    pub async fn begin_as_operator(&self, work: Permission) -> Result<Tx<'_>> {
        if !self.operator {
            return Err(Error::internal("the operator's door is not for requests"));
        }
        self.open(work).await
    }

    async fn open(&self, permission: Permission) -> Result<Tx<'_>> {
        let transaction = Arc::new(self.platform.db.begin().await?);
        *self.open.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&transaction));
        Ok(Tx::new(self, permission, transaction))
    }

    /// Takes back what is open; every `Tx` of this operation must be gone.
    pub(crate) fn take_open(&self) -> Option<Arc<DatabaseTransaction>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    pub(crate) fn current_call(&self) -> Option<Call> {
        self.call.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
