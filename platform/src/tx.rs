//! The open transaction of one operation; scope, audit, ledger and outbox hang on it.

use crate::{
    audit::{self, RowHash},
    code::Code,
    crypto::sha256,
    error::{Error, Refusal, Replay, Result},
    op::Op,
    outbox::{self, Moved},
    part::Saved,
};
use entity::{application, enums::ApplicationState, idempotency_key};
use policies::Permission;
use schemars::JsonSchema;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, ModelTrait,
    QueryFilter, TryInsertResult, sea_query::OnConflict,
};
use serde::Serialize;
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

/// An open transaction that knows for whom it works; dropping it undoes the work.
#[must_use = "a transaction that is not finished is undone"]
pub struct Tx<'op> {
    op: &'op Op,
    permission: Permission,
    conn: Arc<DatabaseTransaction>,
    rows: Mutex<Vec<RowHash>>,
    moved: Mutex<Vec<Moved>>,
}

/// What a finished use-case tells the record.
#[derive(Debug, Clone)]
pub struct Done {
    /// Jurisdiction of the subject; names the audit chain's town.
    pub jurisdiction: String,
    /// The case, if it is about one.
    pub application_id: Option<Uuid>,
    /// Its programme.
    pub programme: Option<String>,
}

impl Done {
    /// About something that belongs to a place, not to a case.
    pub fn at(jurisdiction: &str) -> Self {
        Self { jurisdiction: jurisdiction.to_owned(), application_id: None, programme: None }
    }
}

impl<'op> Tx<'op> {
    pub(crate) fn new(op: &'op Op, permission: Permission, conn: Arc<DatabaseTransaction>) -> Self {
        Self { op, permission, conn, rows: Mutex::default(), moved: Mutex::default() }
    }

    /// The operation it works for.
    pub fn op(&self) -> &'op Op {
        self.op
    }

    /// The permission it was begun with.
    pub fn permission(&self) -> &Permission {
        &self.permission
    }

    /// The connection to pass to entities.
    pub fn conn(&self) -> &DatabaseTransaction {
        &self.conn
    }

    /// A new time-ordered key.
    pub fn new_id(&self) -> Uuid {
        Uuid::now_v7()
    }

    /// Inserts a whole row.
    pub async fn insert<M>(&self, model: M) -> Result<M>
    where
        M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel> + Clone,
        <M::Entity as EntityTrait>::ActiveModel: ActiveModelTrait<Entity = M::Entity>,
    {
        let active = model.clone().into_active_model().reset_all();
        M::Entity::insert(active).exec_without_returning(self.conn()).await?;
        Ok(model)
    }

    /// Inserts a protected row and keeps its hash for the audit event.
    pub async fn record<M>(&self, key: impl ToString, model: M) -> Result<M>
    where
        M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel> + Clone + Serialize,
        <M::Entity as EntityTrait>::ActiveModel: ActiveModelTrait<Entity = M::Entity>,
    {
        let inserted = self.insert(model).await?;
        self.keep(key, &inserted)?;
        Ok(inserted)
    }

    /// Writes a whole protected row over its earlier self and keeps its new hash for the audit event.
    pub async fn replace<E, M>(&self, key: impl ToString, model: M) -> Result<()>
    where
        E: EntityTrait<Model = M>,
        M: ModelTrait<Entity = E> + IntoActiveModel<E::ActiveModel> + Clone + Serialize,
    {
        let active = model.clone().into_active_model().reset_all();
        E::update(active).validate()?.exec(self.conn()).await?;
        self.keep(key, &model)
    }

    /// Keeps the hash of a protected row that was just written as it is here.
    pub(crate) fn keep<M>(&self, key: impl ToString, model: &M) -> Result<()>
    where
        M: ModelTrait + Serialize,
    {
        use sea_orm::EntityName;
        let hash = sha256(&serde_json::to_vec(model)?);
        let table = <M::Entity as Default>::default().table_name().to_owned();
        self.rows.lock().unwrap_or_else(PoisonError::into_inner).push(RowHash { table, id: key.to_string(), hash });
        Ok(())
    }

    /// Keeps that a case was made or changed, for those who watch it; `from` is its state before.
    pub(crate) fn moved(&self, row: &application::Model, from: Option<ApplicationState>) {
        let mut moved = self.moved.lock().unwrap_or_else(PoisonError::into_inner);
        match moved.iter_mut().find(|known| known.application_id == row.id) {
            Some(known) => known.state = row.state,
            None => moved.push(Moved::of(row, from)),
        }
    }

    /// Claims the call's key for this transaction.
    pub(crate) async fn claim_key(&self) -> Result<()> {
        let Some((call, actor)) = self.op.current_call().zip(self.op.actor()) else { return Ok(()) };
        let Some(key) = call.key else { return Ok(()) };
        let claim = idempotency_key::ActiveModel {
            id: Set(self.new_id()),
            assignment_id: Set(actor.assignment_id),
            mutation: Set(call.mutation.to_owned()),
            key: Set(key.clone()),
            input_hash: Set(call.input_hash.clone()),
            entity_id: Set(None),
            entity_version: Set(None),
            created_at: Set(self.op.wall_at()),
        };
        use idempotency_key::Column;
        let claimed = idempotency_key::Entity::insert(claim)
            .on_conflict(
                OnConflict::columns([Column::AssignmentId, Column::Mutation, Column::Key]).do_nothing().to_owned(),
            )
            .try_insert()
            .exec_without_returning(self.conn())
            .await?;
        if matches!(claimed, TryInsertResult::Inserted(1..)) {
            return Ok(());
        }
        let earlier = idempotency_key::Entity::find()
            .filter(Column::AssignmentId.eq(actor.assignment_id))
            .filter(Column::Mutation.eq(call.mutation))
            .filter(Column::Key.eq(key))
            .one(self.conn())
            .await?
            .ok_or_else(|| Error::internal("a claimed key has no row"))?;
        if earlier.input_hash != call.input_hash {
            return Err(Refusal::new(Code::IdempotencyKeyReused).field("input.idempotencyKey").into());
        }
        let (Some(id), Some(version)) = (earlier.entity_id, earlier.entity_version) else {
            return Err(Error::internal("a committed key names no row"));
        };
        Err(Error::Replay(Replay { id, version }))
    }

    /// Writes the audit event and the events of the outbox, keeps the key, and commits.
    pub async fn finish<E>(self, id: Uuid, version: i64, done: Done) -> Result<Saved<E>>
    where
        E: EntityTrait,
        E::Model: JsonSchema,
    {
        if let (Some(call), Some(actor)) = (self.op.current_call(), self.op.actor())
            && let Some(key) = call.key
        {
            use idempotency_key::Column;
            idempotency_key::Entity::update_many()
                .col_expr(Column::EntityId, id.into())
                .col_expr(Column::EntityVersion, version.into())
                .filter(Column::AssignmentId.eq(actor.assignment_id))
                .filter(Column::Mutation.eq(call.mutation))
                .filter(Column::Key.eq(key))
                .exec(self.conn())
                .await?;
        }
        let subject = (E::Model::schema_name().into_owned(), id.to_string());
        self.close(subject, done).await?;
        Ok(Saved::new(id, version))
    }

    /// Writes the audit event and the events of the outbox, and commits, for work that answers no row.
    pub async fn close(self, subject: (String, String), done: Done) -> Result<()> {
        let rows = std::mem::take(&mut *self.rows.lock().unwrap_or_else(PoisonError::into_inner));
        let topic = subject.0.clone();
        audit::append_done(&self, &self.action(), subject, &done, rows).await?;
        let moved = std::mem::take(&mut *self.moved.lock().unwrap_or_else(PoisonError::into_inner));
        // Last of all: whoever holds the outbox commits next, and so positions are in the order of commits.
        outbox::write(&self, &topic, &self.action(), &done, moved).await?;
        let op = self.op;
        drop(op.take_open());
        let transaction =
            Arc::try_unwrap(self.conn).map_err(|_| Error::internal("the transaction is still in use at commit"))?;
        transaction.commit().await?;
        op.platform().db.committed.notify_waiters();
        Ok(())
    }

    fn action(&self) -> String {
        self.op.current_call().map_or_else(|| self.permission.name.to_owned(), |call| call.mutation.to_owned())
    }
}
