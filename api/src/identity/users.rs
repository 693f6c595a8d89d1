//! Users and their assignments, as the database has them now.

use super::session::Held;
use entity::{Day, assignment, user_account};
use platform::{
    Platform, Result,
    clock::{Clock, local_day},
};
use policies::Level;
use sea_orm::{ColumnTrait, Condition, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder};
use std::sync::Arc;
use uuid::Uuid;

/// Where users are looked up.
#[derive(Clone)]
pub struct Users {
    platform: Arc<Platform>,
}

impl Users {
    /// The users of a store.
    pub fn of(platform: Arc<Platform>) -> Self {
        Self { platform }
    }

    fn reader(&self) -> &DatabaseConnection {
        &self.platform.db.reader
    }

    fn today(&self) -> Day {
        local_day(self.platform.clock.domain(Clock::wall()))
    }

    /// The user a token stands for, unless disabled.
    pub(super) async fn by_subject(&self, subject: &str) -> Result<Option<user_account::Model>> {
        let by_subject = user_account::Column::Subject.eq(subject);
        let enabled = user_account::Column::DisabledAt.is_null();
        Ok(user_account::Entity::find().filter(by_subject).filter(enabled).one(self.reader()).await?)
    }

    /// The user who signs in by this name, unless disabled.
    pub(super) async fn by_login(&self, login: &str) -> Result<Option<user_account::Model>> {
        let by_login = user_account::Column::Login.eq(login);
        let enabled = user_account::Column::DisabledAt.is_null();
        Ok(user_account::Entity::find().filter(by_login).filter(enabled).one(self.reader()).await?)
    }

    /// The assignments a user holds on the domain clock's day, oldest first.
    pub(super) async fn assignments(&self, user_id: Uuid) -> Result<Vec<Held>> {
        let today = self.today();
        let lasting = Condition::any().add(assignment::Column::ToOn.is_null()).add(assignment::Column::ToOn.gte(today));
        let rows = assignment::Entity::find()
            .filter(assignment::Column::UserId.eq(user_id))
            .filter(assignment::Column::FromOn.lte(today))
            .filter(lasting)
            .order_by_asc(assignment::Column::FromOn)
            .order_by_asc(assignment::Column::Id)
            .all(self.reader())
            .await?;
        Ok(rows.into_iter().filter_map(held).collect())
    }
}

/// A level the policies do not know grants nothing.
fn held(row: assignment::Model) -> Option<Held> {
    let level = Level::parse(row.level.as_str())?;
    Some(Held { id: row.id, role: row.role, unit: row.unit, level, jurisdiction: row.jurisdiction })
}
