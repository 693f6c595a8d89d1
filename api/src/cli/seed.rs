//! What a store holds before the first request: places, units, windows, rule values, policies, posts.
//!
//! Reference rows are loaded once per content: their digest is kept, so a later start reads one setting.

mod money;
mod posts;
mod reference;
mod settings;

pub(super) use money::appropriate;
pub(super) use posts::{DEMO_PASSWORD, Posts, load as load_posts, posts};
pub(super) use reference::load as load_reference;
pub(super) use settings::{get, put};

use anyhow::{Context, Result};
use sea_orm::{
    ActiveModelTrait, DatabaseConnection, DatabaseTransaction, EntityTrait, IntoActiveModel, ModelTrait,
    SqliteTransactionMode, TransactionOptions, TransactionTrait, sea_query::OnConflict,
};
use serde::de::DeserializeOwned;

/// Rows sent in one statement.
const ROWS_PER_STATEMENT: usize = 200;

/// Opens a transaction of the program itself: at start-up there is no actor yet to ask the policies for.
pub(super) async fn begin(writer: &DatabaseConnection) -> Result<DatabaseTransaction> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    Ok(writer.begin_with_options(options).await?)
}

/// Inserts rows that are not there yet.
pub(super) async fn add<M>(tx: &DatabaseTransaction, models: Vec<M>) -> Result<()>
where
    M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel> + Clone,
    <M::Entity as EntityTrait>::ActiveModel: ActiveModelTrait<Entity = M::Entity> + Send,
{
    for chunk in models.chunks(ROWS_PER_STATEMENT) {
        let rows = chunk.iter().map(|model| model.clone().into_active_model().reset_all());
        M::Entity::insert_many(rows)
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .try_insert()
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

/// Reads one of the tables that are part of the program.
fn read<T: DeserializeOwned>(name: &str, text: &str) -> Result<Vec<T>> {
    csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .from_reader(text.as_bytes())
        .deserialize()
        .collect::<Result<_, _>>()
        .with_context(|| format!("the embedded table {name} cannot be read"))
}
