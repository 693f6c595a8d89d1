//! Every row of a table in the order of its key, a page at a time.

use super::{Kind, PAGE_ROWS, Report};
use crate::error::Result;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, Iterable, ModelTrait, PrimaryKeyToColumn, QueryFilter,
    QueryOrder, QuerySelect,
};
use uuid::Uuid;

/// Name of an entity's table.
pub(super) fn table<E: EntityTrait>() -> String {
    E::default().table_name().to_owned()
}

/// Calls `take` with every row; a row whose columns cannot be read is a finding, not an error.
pub(super) async fn each<E, C>(
    conn: &C,
    report: &mut Report,
    mut take: impl FnMut(&mut Report, Uuid, E::Model),
) -> Result<()>
where
    E: EntityTrait,
    C: ConnectionTrait,
{
    let Some(key) = E::PrimaryKey::iter().next().map(PrimaryKeyToColumn::into_column) else { return Ok(()) };
    let name = table::<E>();
    let mut after: Option<Uuid> = None;
    let mut count = 0;
    loop {
        let keys = keys::<E, C>(conn, key, after).await?;
        let Some(last) = keys.last().copied() else { break };
        count += keys.len() as u64;
        match E::find().filter(key.is_in(keys.iter().copied())).order_by_asc(key).all(conn).await {
            Ok(models) => {
                for model in models {
                    let id = model.get(key).unwrap::<Uuid>();
                    take(report, id, model);
                }
            }
            Err(error) if super::unreadable(&error) => {
                for id in keys {
                    one::<E, C>(conn, key, id, report, &mut take).await?;
                }
            }
            Err(error) => return Err(error.into()),
        }
        after = Some(last);
    }
    report.walked.insert(name, count);
    Ok(())
}

async fn keys<E, C>(conn: &C, key: E::Column, after: Option<Uuid>) -> Result<Vec<Uuid>, DbErr>
where
    E: EntityTrait,
    C: ConnectionTrait,
{
    let mut select = E::find().select_only().column(key).order_by_asc(key).limit(PAGE_ROWS);
    if let Some(after) = after {
        select = select.filter(key.gt(after));
    }
    select.into_tuple().all(conn).await
}

async fn one<E, C>(
    conn: &C,
    key: E::Column,
    id: Uuid,
    report: &mut Report,
    take: &mut impl FnMut(&mut Report, Uuid, E::Model),
) -> Result<()>
where
    E: EntityTrait,
    C: ConnectionTrait,
{
    match E::find().filter(key.eq(id)).one(conn).await {
        Ok(Some(model)) => take(report, id, model),
        Ok(None) => {}
        Err(error) if super::unreadable(&error) => {
            report.find(Kind::Unreadable, &table::<E>(), id, "a column holds what its type does not allow");
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}
