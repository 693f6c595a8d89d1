//! Who may reach a record that belongs to no single case, and rows that the database keeps unique.

use crate::{
    error::{Error, Refusal, Result},
    tx::Tx,
};
use entity::scope_link;
use sea_orm::{
    ActiveModelTrait, EntityTrait, IntoActiveModel, ModelTrait, SqlErr, TryInsertResult, sea_query::OnConflict,
};
use serde::Serialize;
use uuid::Uuid;

/// Lets a place reach a row, for one programme or, with `""`, for intake alone; a second call changes nothing.
///
/// `entity_type` is the GraphQL name of the row's type.
pub async fn link(tx: &Tx<'_>, entity_type: &str, id: Uuid, jurisdiction: &str, programme: &str) -> Result<()> {
    use scope_link::Column as C;
    let row = scope_link::Model {
        id: tx.new_id(),
        entity_type: entity_type.to_owned(),
        entity_id: id,
        jurisdiction: jurisdiction.to_owned(),
        programme: programme.to_owned(),
    };
    let made = scope_link::Entity::insert(row.clone().into_active_model().reset_all())
        .on_conflict(
            OnConflict::columns([C::EntityType, C::EntityId, C::Jurisdiction, C::Programme]).do_nothing().to_owned(),
        )
        .try_insert()
        .exec_without_returning(tx.conn())
        .await?;
    // Who may reach a person is as protected as the person.
    if matches!(made, TryInsertResult::Inserted(1..)) { tx.keep(row.id, &row) } else { Ok(()) }
}

/// Inserts a protected row whose one unique index says what it may not meet; meeting it is refused.
pub(crate) async fn insert_unless_taken<M>(
    tx: &Tx<'_>,
    id: Uuid,
    model: M,
    refusal: impl FnOnce() -> Refusal,
) -> Result<()>
where
    M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel> + Clone + Serialize,
    <M::Entity as EntityTrait>::ActiveModel: ActiveModelTrait<Entity = M::Entity>,
{
    let active = model.clone().into_active_model().reset_all();
    match M::Entity::insert(active).exec_without_returning(tx.conn()).await {
        Ok(_) => tx.keep(id, &model),
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => Err(refusal().into()),
        Err(error) => Err(Error::from(error)),
    }
}
