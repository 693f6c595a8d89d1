//! Users and their assignments, as the database has them now.

use super::session::Held;
use entity::{Day, api_client, assignment, user_account};
use platform::{
    Platform, Result,
    clock::{Clock, local_day},
    part::{CellKind, CellRef},
    store::{Ask, Param, Query, Rows, Store},
};
use policies::Level;
use sea_orm::{ColumnTrait, Condition, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, OnceLock},
};
use uuid::Uuid;

/// Where users are looked up.
pub struct Users {
    reader: DatabaseConnection,
    store: Option<Store>,
    /// The domain clock's day.
    today: Box<dyn Fn() -> Day + Send + Sync>,
}

impl Users {
    /// The users of a store.
    pub fn of(platform: Arc<Platform>) -> Self {
        let (reader, store) = (platform.db.reader.clone(), platform.db.store.clone());
        Self { store, ..Self::over(reader, move || local_day(platform.clock.domain(Clock::wall()))) }
    }

    pub(super) fn over(reader: DatabaseConnection, today: impl Fn() -> Day + Send + Sync + 'static) -> Self {
        Self { reader, store: None, today: Box::new(today) }
    }

    /// The user a token stands for with the assignments held today, oldest first, unless disabled.
    pub(super) async fn signed_in(&self, subject: &str) -> Result<Option<(Who, Vec<Held>)>> {
        if let Some(store) = &self.store {
            return Ok(self.read(store, subject).await?.and_then(|rows| who(&rows)));
        }
        let Some(user) = self.by_subject(subject).await? else { return Ok(None) };
        let assignments = self.assignments(user.id).await?;
        Ok(Some((Who { id: user.id, login: user.login, name: user.name_zh }, assignments)))
    }

    /// Asked at every request, so in one statement.
    async fn read(&self, store: &Store, subject: &str) -> Result<Option<Rows>> {
        let query = QUERY.get_or_init(|| {
            let text = CellKind::Text;
            let kinds = vec![CellKind::Uuid, text, text, CellKind::Uuid, text, text, text, text];
            Arc::new(Query::once(SIGNED_IN.to_owned(), kinds))
        });
        let today: Arc<str> = (self.today)().to_string().into();
        let params = vec![Param::Text(Arc::clone(&today)), Param::Text(today), Param::Text(subject.into())];
        let rows = store.rows(Ask { query: Arc::clone(query), params, keys: None }).await?;
        Ok((!rows.is_empty()).then_some(rows))
    }

    /// The user a token stands for, unless disabled.
    async fn by_subject(&self, subject: &str) -> Result<Option<user_account::Model>> {
        let by_subject = user_account::Column::Subject.eq(subject);
        let enabled = user_account::Column::DisabledAt.is_null();
        Ok(user_account::Entity::find().filter(by_subject).filter(enabled).one(&self.reader).await?)
    }

    /// The user who signs in by this name, unless disabled.
    pub(super) async fn by_login(&self, login: &str) -> Result<Option<user_account::Model>> {
        let by_login = user_account::Column::Login.eq(login);
        let enabled = user_account::Column::DisabledAt.is_null();
        Ok(user_account::Entity::find().filter(by_login).filter(enabled).one(&self.reader).await?)
    }

    /// The client whose token has this hash.
    pub(super) async fn client(&self, token_hash: &str) -> Result<Option<api_client::Model>> {
        let by_hash = api_client::Column::TokenHash.eq(token_hash);
        Ok(api_client::Entity::find().filter(by_hash).one(&self.reader).await?)
    }

    /// Which of these assignments are in force on the domain clock's day, each with its user, who is not disabled.
    pub(crate) async fn in_force(&self, assignments: BTreeSet<Uuid>) -> Result<HashMap<Uuid, (Uuid, Held)>> {
        let rows = assignment::Entity::find()
            .filter(assignment::Column::Id.is_in(assignments))
            .filter(lasting((self.today)()))
            .all(&self.reader)
            .await?;
        let users: BTreeSet<Uuid> = rows.iter().map(|row| row.user_id).collect();
        let enabled: BTreeSet<Uuid> = user_account::Entity::find()
            .select_only()
            .column(user_account::Column::Id)
            .filter(user_account::Column::Id.is_in(users))
            .filter(user_account::Column::DisabledAt.is_null())
            .into_tuple()
            .all(&self.reader)
            .await?
            .into_iter()
            .collect();
        let rows = rows.into_iter().filter(|row| enabled.contains(&row.user_id));
        Ok(rows.filter_map(|row| Some((row.id, (row.user_id, held(row)?)))).collect())
    }

    /// The assignments a user holds on the domain clock's day, oldest first.
    pub(super) async fn assignments(&self, user_id: Uuid) -> Result<Vec<Held>> {
        let rows = assignment::Entity::find()
            .filter(assignment::Column::UserId.eq(user_id))
            .filter(lasting((self.today)()))
            .order_by_asc(assignment::Column::FromOn)
            .order_by_asc(assignment::Column::Id)
            .all(&self.reader)
            .await?;
        Ok(rows.into_iter().filter_map(held).collect())
    }
}

/// A user, as sessions know one.
pub(super) struct Who {
    pub(super) id: Uuid,
    pub(super) login: String,
    pub(super) name: String,
}

static QUERY: OnceLock<Arc<Query>> = OnceLock::new();
/// Both databases number values in the order they are met.
const SIGNED_IN: &str = "SELECT u.id, u.login, u.name_zh, a.id, a.role, a.unit, a.level, a.jurisdiction \
    FROM user_account u LEFT JOIN assignment a ON a.user_id = u.id AND a.from_on <= $1 \
    AND (a.to_on IS NULL OR a.to_on >= $2) WHERE u.subject = $3 AND u.disabled_at IS NULL ORDER BY a.from_on, a.id";

fn who(rows: &Rows) -> Option<(Who, Vec<Held>)> {
    let text = |row, at| match rows.cell(row, at) {
        CellRef::Text(text) => Some(text.to_owned()),
        _ => None,
    };
    let id = |row, at| match rows.cell(row, at) {
        CellRef::Uuid(id) => Some(id),
        _ => None,
    };
    let one = |row| {
        let level = Level::parse(&text(row, 6)?)?;
        Some(Held { id: id(row, 3)?, role: text(row, 4)?, unit: text(row, 5)?, level, jurisdiction: text(row, 7)? })
    };
    let user = Who { id: id(0, 0)?, login: text(0, 1)?, name: text(0, 2)? };
    Some((user, (0..rows.len()).filter_map(one).collect()))
}

/// Assignments that a day lies in.
fn lasting(today: Day) -> Condition {
    let open = Condition::any().add(assignment::Column::ToOn.is_null()).add(assignment::Column::ToOn.gte(today));
    Condition::all().add(assignment::Column::FromOn.lte(today)).add(open)
}

/// A level the policies do not know grants nothing.
fn held(row: assignment::Model) -> Option<Held> {
    let level = Level::parse(row.level.as_str())?;
    Some(Held { id: row.id, role: row.role, unit: row.unit, level, jurisdiction: row.jurisdiction })
}
