//! The two clocks: the wall clock for tokens, timeouts and keys; the domain clock for every date and limit.

use crate::{
    code::Code,
    error::{Refusal, Result, ensure},
    op::Op,
    part::Part,
    permissions,
    tx::Done,
};
use entity::{At, Day, setting};
use schemars::JsonSchema;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, sea_query::OnConflict};
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicI64, Ordering};

/// The domain clock: the wall clock plus an offset that only demo and tests may change.
#[derive(Debug, Default)]
pub struct Clock {
    offset_micros: AtomicI64,
}

impl Clock {
    /// A clock with this offset in microseconds; 0 in production.
    pub fn with_offset(offset_micros: i64) -> Self {
        Self { offset_micros: AtomicI64::new(offset_micros) }
    }

    /// The wall clock, UTC microseconds.
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine for the time")]
    pub fn wall() -> At {
        At(chrono::Utc::now().timestamp_micros())
    }

    /// The domain instant that belongs to a wall instant.
    pub fn domain(&self, wall: At) -> At {
        At(wall.0.saturating_add(self.offset_micros.load(Ordering::Relaxed)))
    }

    /// Moves the domain clock so that it now shows `to`; answers the new offset.
    pub fn set(&self, to: At) -> i64 {
        let offset = to.0 - Self::wall().0;
        self.offset_micros.store(offset, Ordering::Relaxed);
        offset
    }
}

/// The local day (Asia/Shanghai, no daylight saving) of an instant.
pub fn local_day(at: At) -> Day {
    const SHANGHAI_OFFSET_MICROS: i64 = 8 * 3600 * 1_000_000;
    let local =
        chrono::DateTime::from_timestamp_micros(at.0.saturating_add(SHANGHAI_OFFSET_MICROS)).unwrap_or_default();
    Day(local.date_naive())
}

/// Where the domain clock is to stand.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
pub struct ClockSet {
    /// The instant it shows from now on.
    #[garde(skip)]
    pub at: At,
}

/// Where the domain clock stands.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ClockShown {
    /// The instant it shows (系统时间).
    pub at: At,
    /// Its local day (系统日期).
    pub day: Day,
}

/// Key of the stored offset.
pub const OFFSET_SETTING: &str = "clock.offset_micros";

/// The clock of demo and tests; loaded nowhere else.
pub fn part() -> Part {
    Part::new("clock").plain_mutation(
        "clockSet",
        "Moves the domain clock; only in demo and tests (设置系统时钟).",
        permissions::CLOCK_SET,
        set,
    )
}

async fn set(op: &Op, input: ClockSet) -> Result<ClockShown> {
    let tx = op.begin(permissions::CLOCK_SET).await?;
    ensure(op.platform().clock_settable, || Refusal::new(Code::ClockNotSettable))?;
    let offset = input.at.0 - Clock::wall().0;
    store_offset(tx.conn(), offset).await?;
    let place = op.signed_in()?.jurisdiction.clone();
    tx.close(("Clock".to_owned(), input.at.0.to_string()), Done::at(&place)).await?;
    op.platform().clock.set(input.at);
    Ok(ClockShown { at: input.at, day: local_day(input.at) })
}

/// Stores the offset, so that the clock runs on after a restart.
pub async fn store_offset<C: ConnectionTrait>(conn: &C, offset_micros: i64) -> Result<()> {
    let row = setting::ActiveModel { key: Set(OFFSET_SETTING.to_owned()), value: Set(offset_micros.to_string()) };
    setting::Entity::insert(row)
        .on_conflict(OnConflict::column(setting::Column::Key).update_column(setting::Column::Value).to_owned())
        .exec_without_returning(conn)
        .await?;
    Ok(())
}

/// The stored offset, if the clock was ever set.
pub async fn stored_offset<C: ConnectionTrait>(conn: &C) -> Result<Option<i64>> {
    let row = setting::Entity::find_by_id(OFFSET_SETTING.to_owned()).one(conn).await?;
    row.map(|row| row.value.parse().map_err(crate::error::Error::internal)).transpose()
}
