//! The demo, served in this process over a store of its own.

use super::{
    client::Client,
    database::{Backend, Files, Kept, Url, fresh_database, temporary_folder},
    socket::Socket,
};
use api::{
    cli::{
        Keys, Loading,
        demo::{DemoOptions, Running, start},
    },
    http::HttpSettings,
    identity::{IdentitySettings, Issuer},
};
use entity::{assignment, user_account};
use platform::id;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::json;
use std::path::Path;
use tempfile::TempDir;
use tokio::sync::OnceCell;
use uuid::Uuid;

/// A served demo store; when it is dropped the server stops and the store is gone.
pub struct Server {
    /// The demo.
    pub running: Running,
    /// Its database.
    pub database: Url,
    /// Its keys, and nothing else that matters.
    pub data: TempDir,
}

/// A demo store that was made once, stopped, and is copied for each test.
struct Template {
    database: Kept,
    data: Files,
}

impl Server {
    /// Serves a new demo store, with its sample roll, on a free loopback port; the clock is the demo's.
    pub async fn start(backend: Backend) -> Self {
        Self::start_with(backend, HttpSettings::default()).await
    }

    /// The same, for the pages of these origins, too.
    pub async fn start_for(backend: Backend, origins: &[String]) -> Self {
        Self::start_with(backend, HttpSettings { origins: origins.to_vec(), ..HttpSettings::default() }).await
    }

    /// The same with other bounds.
    pub async fn start_with(backend: Backend, http: HttpSettings) -> Self {
        static SQLITE: OnceCell<Template> = OnceCell::const_new();
        static POSTGRES: OnceCell<Template> = OnceCell::const_new();
        let template = match backend {
            Backend::Sqlite => SQLITE.get_or_init(|| Template::make(backend)).await,
            Backend::Postgres => POSTGRES.get_or_init(|| Template::make(backend)).await,
        };
        let (database, data) = (template.database.copy().await, template.data.lay());
        let running = serve(options(data.path(), &database, http)).await;
        Self { running, database, data }
    }

    /// Serves a demo store in which the sample families have applied: cases stand at every step.
    pub async fn start_lived(backend: Backend) -> Self {
        let (database, data) = (fresh_database(backend).await, temporary_folder());
        let lived = options(data.path(), &database, HttpSettings::default()).with_town().expect("the demo's options");
        Self { running: serve(lived).await, database, data }
    }

    /// Serves a new demo store without a roll, with other modules or policy sets; an error when it does not start.
    pub async fn start_loading(backend: Backend, loading: Loading) -> anyhow::Result<Self> {
        Self::open_loading(fresh_database(backend).await, temporary_folder(), loading).await
    }

    /// Stops, and serves the same store with other modules or policy sets.
    pub async fn restart_loading(self, loading: Loading) -> anyhow::Result<Self> {
        let Self { running, database, data } = self;
        let db = running.platform.db.clone();
        running.stop().await?;
        db.writer.close().await?;
        db.reader.close().await?;
        Self::open_loading(database, data, loading).await
    }

    async fn open_loading(database: Url, data: TempDir, loading: Loading) -> anyhow::Result<Self> {
        let mut options = DemoOptions::new(data.path().to_owned())?;
        options.database = Some(database.to_string());
        options.roll = false;
        options.loading = loading;
        let running = start(options).await?;
        Ok(Self { running, database, data })
    }

    /// Serves the same store a second time, as another gateway beside this one.
    pub async fn another_gateway(&self) -> Running {
        serve(options(self.data.path(), &self.database, HttpSettings::default())).await
    }

    /// Base of its URLs.
    pub fn base(&self) -> String {
        self.running.url()
    }

    /// A caller without a token.
    pub fn public(&self) -> Client {
        Client::new(self.base(), None)
    }

    /// A user by sign-in name, under the only assignment held.
    pub async fn client(&self, login: &str) -> Client {
        let token = self.running.token(login).unwrap_or_else(|| panic!("the demo has no user {login}"));
        Client::new(self.base(), Some(token.to_owned()))
    }

    /// A user of several assignments, under the one of this role.
    pub async fn client_as(&self, login: &str, role: &str) -> Client {
        let held = assignment::Entity::find()
            .filter(assignment::Column::UserId.eq(self.user(login).await.id))
            .filter(assignment::Column::Role.eq(role))
            .one(&self.running.platform.db.reader)
            .await;
        let held = held.expect("assignments").unwrap_or_else(|| panic!("{login} is no {role}"));
        let client = self.client(login).await;
        client.with_header("onedoor-assignment", &id::encode("Assignment", &held.id.to_string()))
    }

    /// The token of a user.
    pub fn token(&self, login: &str) -> &str {
        self.running.token(login).unwrap_or_else(|| panic!("the demo has no user {login}"))
    }

    /// A token of a user that ends so many seconds from now.
    pub async fn short_token(&self, login: &str, seconds: i64) -> String {
        let keys = Keys::read(&self.data.path().join("keys.json")).expect("the keys");
        let issuer = Issuer::new(&IdentitySettings::default(), &keys.signing_pkcs8()).expect("an issuer");
        // A token lasts a minute at least: this one began before now.
        let issued_at = entity::At(platform::clock::Clock::wall().0 + (seconds - 60) * 1_000_000);
        issuer.issue(&self.user(login).await.subject, issued_at, 1).expect("a token").token
    }

    /// A socket of a user that was acknowledged.
    pub async fn socket(&self, login: &str) -> Socket {
        Socket::of(&self.base(), self.token(login)).await
    }

    /// The global identifier of a user.
    pub async fn user_id(&self, login: &str) -> String {
        id::encode("User", &self.user(login).await.id.to_string())
    }

    /// Moves the domain clock.
    pub async fn set_clock(&self, at: &str) {
        let clerk = self.client("tw").await;
        let set = "mutation Set($input: ClockSetInput!) { clockSet(input: $input) { userErrors { code message } } }";
        clerk.ok(set, json!({ "input": { "at": at } })).await;
    }

    /// Gives a user one assignment more, from long ago; no mutation does this yet.
    pub async fn grant(&self, login: &str, role: &str, unit: &str, level: &str, jurisdiction: &str) {
        let row = assignment::Model {
            id: Uuid::now_v7(),
            user_id: self.user(login).await.id,
            role: role.to_owned(),
            unit: unit.to_owned(),
            level: level.parse().expect("a level"),
            jurisdiction: jurisdiction.to_owned(),
            from_on: "2014-05-01".parse().expect("a day"),
            to_on: None,
            granted_by: None,
            version: 1,
        };
        row.into_active_model().insert(&self.running.platform.db.writer).await.expect("an assignment");
    }

    /// A user's account.
    pub async fn user(&self, login: &str) -> user_account::Model {
        let user = user_account::Entity::find().filter(user_account::Column::Login.eq(login));
        let user = user.one(&self.running.platform.db.reader).await;
        user.expect("users").unwrap_or_else(|| panic!("the demo has no user {login}"))
    }
}

impl Template {
    async fn make(backend: Backend) -> Self {
        let database = fresh_database(backend).await;
        let data = temporary_folder();
        let running = serve(options(data.path(), &database, HttpSettings::default())).await;
        // Nothing may be connected to what PostgreSQL copies, and SQLite's log must be back in its file.
        let db = running.platform.db.clone();
        running.stop().await.expect("the demo stops");
        db.writer.close().await.expect("the writers close");
        db.reader.close().await.expect("the readers close");
        Self { data: Files::of(data.path()), database: Kept::of(database) }
    }
}

fn options(data: &Path, database: &Url, http: HttpSettings) -> DemoOptions {
    let mut options = DemoOptions::new(data.to_owned()).expect("the demo's options");
    options.database = Some(database.to_string());
    options.http = http;
    options
}

async fn serve(options: DemoOptions) -> Running {
    start(options).await.expect("the demo starts")
}
