//! `onedoor demo`: a store with sample data, behind HTTP; also in-process, for the tests.

use super::{
    Loading, Outcome, Store,
    import::{bar, progress},
    print_json, say, seed, serve,
    settings::Settings,
    store::{Kind, StoreOptions, default_data, demo_options},
    table,
};
use crate::{
    gateway::Way,
    http::{Beside, HttpSettings, asked_to_stop, seam::Execute},
    import::roll::{self, Progress, Workbook},
};
use anyhow::{Context, Result};
use clap::Args;
use entity::{At, user_account};
use platform::{Platform, clock::Clock};
use sea_orm::{EntityTrait, QueryOrder};
use std::{collections::HashMap, net::SocketAddr, path::PathBuf, sync::Arc};
use tokio::{sync::oneshot, task::JoinHandle};

/// Where the demo listens unless told otherwise.
const LISTEN: &str = "127.0.0.1:8000";
/// Where a new demo's clock stands unless told otherwise: after the last step of the sample cases.
const CLOCK: &str = "2018-11-30T09:00:00+08:00";
/// Where the clock of a demo without sample cases stands.
const CLOCK_BARE: &str = "2018-10-19T09:00:00+08:00";
/// The roll every demo begins with.
const SAMPLE: &[u8] = include_bytes!("../../data/sample-roll.xlsx");
const SAMPLE_NAME: &str = "sample-roll.xlsx";
/// Setting that says that the sample data is in.
const SAMPLE_DONE: &str = "demo.sample";

/// Start with sample data: a store, users for every role, a village roll; then serve.
///
/// A second start on the same directory keeps data and clock.
#[derive(Args)]
pub(super) struct DemoArgs {
    /// Address and port; port 0 takes a free one.
    #[arg(long, value_name = "ADDR", default_value = LISTEN)]
    listen: String,
    /// Directory of the store.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Where a new store's clock stands; it runs on from there. A store that has a clock keeps it. Before 2018-11-30
    /// there are no sample cases: their last steps are not yet taken.
    #[arg(long, value_name = "INSTANT", default_value = CLOCK)]
    clock: String,
    /// An origin whose pages may call the demo from a browser, such as http://localhost:5173; may be repeated.
    #[arg(long = "origin", value_name = "ORIGIN")]
    origins: Vec<String>,
    /// Answers tell in their extensions how they came about: the plan's statements, and how many rows were recorded.
    #[arg(long)]
    development: bool,
}

/// How to start a demo.
#[derive(Debug, Clone)]
pub struct DemoOptions {
    /// Address and port; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Directory of keys and, unless `database` names another, of the database.
    pub data: PathBuf,
    /// Database by URL.
    pub database: Option<String>,
    /// Where a new store's clock stands.
    pub clock: At,
    /// Whether to import the sample roll into a new store.
    pub roll: bool,
    /// Whether to let the sample families of the town apply, so that there is work at every step.
    pub town: bool,
    /// How requests are served.
    pub http: HttpSettings,
    /// What loads.
    pub loading: Loading,
    /// The way of queries.
    pub way: Way,
    /// What is served beside GraphQL.
    pub beside: Option<Beside>,
}

impl DemoOptions {
    /// The same with the sample cases, and the clock after them.
    pub fn with_town(self) -> Result<Self> {
        Ok(Self { town: true, clock: CLOCK.parse()?, ..self })
    }

    /// A demo in a directory, on a free port, at the usual instant, with the sample roll and without sample cases.
    pub fn new(data: PathBuf) -> Result<Self> {
        let clock = CLOCK_BARE.parse()?;
        Ok(Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            data,
            database: None,
            clock,
            roll: true,
            town: false,
            http: HttpSettings::default(),
            loading: Loading::default(),
            way: Way::Planned,
            beside: None,
        })
    }
}

/// A demo that serves.
pub struct Running {
    /// Where.
    pub address: SocketAddr,
    /// What its operations share.
    pub platform: Arc<Platform>,
    gateway: Arc<dyn Execute>,
    tokens: HashMap<String, String>,
    stop: oneshot::Sender<()>,
    served: JoinHandle<Result<()>>,
}

impl Running {
    /// Base of its URLs.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The token of a user.
    pub fn token(&self, login: &str) -> Option<&str> {
        self.tokens.get(login).map(String::as_str)
    }

    /// Waits until what was read so far is on record.
    pub async fn settle(&self) {
        self.gateway.settle().await;
    }

    /// Stops gracefully.
    pub async fn stop(self) -> Result<()> {
        // The server may have ended on its own; how is told below.
        let _ = self.stop.send(());
        self.served.await?
    }
}

fn settings(options: &DemoOptions) -> Settings {
    Settings { http: options.http.clone(), way: options.way, ..Settings::default() }
}

/// Starts a demo in this process.
pub async fn start(options: DemoOptions) -> Result<Running> {
    let settings = settings(&options);
    let store = prepare(&options, &settings, &|_, _| {}).await?;
    let server = serve::listen_on(&store, &settings, options.listen).await?;
    server.show_demo(seed::demo_page()?);
    if let Some(routes) = options.beside {
        server.serve_beside(&store.platform, routes);
    }
    let tokens = users(&store, &settings).await?.into_iter().map(|user| (user.login, user.token)).collect();
    let (stop, stopping) = oneshot::channel::<()>();
    let (address, gateway) = (server.address(), server.gateway());
    let served = tokio::spawn(server.run(async move {
        // Dropping the handle stops the server, too.
        let _ = stopping.await;
    }));
    Ok(Running { address, platform: store.platform, gateway, tokens, stop, served })
}

pub(super) async fn run(args: DemoArgs, json: bool, loading: &Loading) -> Result<Outcome> {
    let clock = args.clock.parse();
    let clock: At = clock.map_err(|_| anyhow::anyhow!("{} is no instant such as {CLOCK}", args.clock))?;
    let lived: At = CLOCK.parse()?;
    let options = DemoOptions {
        listen: serve::address(&args.listen)?,
        data: args.data.unwrap_or_else(default_data),
        database: None,
        clock,
        roll: true,
        town: clock >= lived,
        http: HttpSettings { origins: args.origins, ..HttpSettings::default() },
        loading: loading.clone(),
        way: Way::Planned,
        beside: None,
    };
    let settings = Settings { development: args.development, ..settings(&options) };
    settings.http.check(options.listen)?;
    let bar = bar();
    let store = prepare(&options, &settings, &progress(&bar)).await;
    bar.finish_and_clear();
    let store = store?;
    let server = serve::listen_on(&store, &settings, options.listen).await?;
    server.show_demo(seed::demo_page()?);
    let users = users(&store, &settings).await?;
    let stop = asked_to_stop();
    if json {
        print_json(&serde_json::json!({ "ready": format!("http://{}", server.address()), "users": users }))?;
    } else {
        serve::ready(server.address(), false)?;
        say(&shown(&users))?;
        say(&format!("password of every user: {}\n", seed::DEMO_PASSWORD))?;
    }
    server.run(stop).await?;
    Ok(Outcome::Done)
}

/// Opens the store and puts the sample data into a new one.
async fn prepare(options: &DemoOptions, settings: &Settings, progress: &Progress) -> Result<Store> {
    let own = demo_options(&options.data, Some(options.clock))?;
    let url = options.database.clone().unwrap_or(own.url);
    let store = Store::open(StoreOptions { url, loading: options.loading.clone(), ..own }).await?;
    debug_assert_eq!(store.kind, Kind::Demo);
    if seed::get(&store.platform.db.reader, SAMPLE_DONE).await?.is_some() {
        return Ok(store);
    }
    let db = &store.platform.db;
    db.wait_for_disk(false).await?;
    fill(&store, options, settings, progress).await?;
    db.wait_for_disk(true).await?;
    seed::put(&db.writer, SAMPLE_DONE, &Clock::wall().to_string()).await?;
    Ok(store)
}

/// Puts the sample data into a store.
async fn fill(store: &Store, options: &DemoOptions, settings: &Settings, progress: &Progress) -> Result<()> {
    seed::appropriate(store).await?;
    if options.roll {
        let workbook = Workbook { name: SAMPLE_NAME.to_owned(), bytes: SAMPLE.into() };
        let report = roll::import(&store.platform, workbook, progress).await?;
        anyhow::ensure!(report.bad == 0, "the sample roll has {} bad rows", report.bad);
    }
    // The sample families apply for dibao; without its module nobody can.
    if options.town && store.platform.module("DIBAO").is_some() {
        seed::live(store, settings).await?;
    }
    Ok(())
}

/// One user of the table.
#[derive(serde::Serialize)]
struct User {
    login: String,
    name: String,
    role: String,
    unit: String,
    jurisdiction: String,
    token: String,
}

/// Every user with a token, in the order of the posts.
async fn users(store: &Store, settings: &Settings) -> Result<Vec<User>> {
    let (issuer, minutes) = store.issuer(settings)?;
    let accounts =
        user_account::Entity::find().order_by_asc(user_account::Column::Login).all(&store.platform.db.reader).await?;
    let now = Clock::wall();
    let mut users = Vec::new();
    for post in seed::posts()? {
        let account = accounts.iter().find(|account| account.login == post.login);
        let account = account.with_context(|| format!("the demo has no user {}", post.login))?;
        users.push(User {
            token: issuer.issue(&account.subject, now, minutes)?.token,
            login: post.login,
            name: post.name_zh,
            role: post.role,
            unit: post.unit,
            jurisdiction: post.jurisdiction,
        });
    }
    Ok(users)
}

fn shown(users: &[User]) -> String {
    let rows: Vec<_> = users
        .iter()
        .map(|user| {
            [&user.login, &user.role, &user.unit, &user.jurisdiction, &user.name, &user.token]
                .map(Clone::clone)
                .to_vec()
        })
        .collect();
    table::render(&["user", "role", "unit", "place", "name", "token"], &rows)
}
