//! Settings kept in the store itself.

use anyhow::Result;
use entity::setting;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, sea_query::OnConflict};

/// The value of a key.
pub(in crate::cli) async fn get<C: ConnectionTrait>(conn: &C, key: &str) -> Result<Option<String>> {
    Ok(setting::Entity::find_by_id(key.to_owned()).one(conn).await?.map(|row| row.value))
}

/// Sets a key.
pub(in crate::cli) async fn put<C: ConnectionTrait>(conn: &C, key: &str, value: &str) -> Result<()> {
    let row = setting::ActiveModel { key: Set(key.to_owned()), value: Set(value.to_owned()) };
    setting::Entity::insert(row)
        .on_conflict(OnConflict::column(setting::Column::Key).update_column(setting::Column::Value).to_owned())
        .exec_without_returning(conn)
        .await?;
    Ok(())
}
