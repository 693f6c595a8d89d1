//! Reads of a town: what a query costs by a plan, by hand and by the reference, on both databases.

mod bare;
mod check;
mod drive;
mod queries;
mod table;
mod town;

use super::program::Demo;
use anyhow::{Context, Result, ensure};
use api::{
    cli::demo::{self, DemoOptions},
    gateway::Way,
};
use drive::{Ask, Measured, drive};
use queries::{READS, Read, World};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tests::support::{Backend, fresh_database};
use town::Size;

/// Who reads; the program tells their tokens in this order.
pub const USERS: [&str; 2] = ["tl", "tu_social"];
const LASTING: Duration = Duration::from_secs(1);
/// Each way is measured so many times, by turns with the others: a machine that others share is not equally fast all the
/// time.
const ROUNDS: usize = 4;
const CONNECTIONS: [usize; 3] = [1, 16, 64];
/// Requests of a soak.
const SOAKED: u64 = 1_000_000;
/// The reference is measured at this many connections only.
const REFERENCE_AT: usize = 16;

/// A store that is kept, and one that is not loaded yet.
const KEPT: &str = "onedoor.db";
const LOADING: &str = "loading.db";

/// What is measured, as the command line says it.
struct Wanted {
    backends: Vec<Backend>,
    size: Size,
    reads: Vec<&'static Read>,
    soak: bool,
    /// Where an SQLite store is kept from run to run.
    store: Option<PathBuf>,
}

/// Three ways to the same answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Plan,
    Hand,
    Reference,
}

/// Two servers over one store, and who may ask them.
struct Served {
    planned: Demo,
    reference: Demo,
    tokens: Vec<String>,
}

/// What one way costs, in all rounds.
#[derive(Debug, Default)]
struct Cost {
    measured: Measured,
    cpu_seconds: f64,
}

/// A request of one read, by one way.
struct Asked {
    url: String,
    token: String,
    by: By,
    read: &'static Read,
    world: World,
}

impl Wanted {
    /// `sqlite`, `postgres`, or both; `x5` for five towns' worth of rows, `district` for fifty; `R2` and the like for that read
    /// only; `soak` for the memory that a million requests leave behind. `store=FOLDER` keeps the store there, on SQLite, and
    /// measures one that is there already: loading a district takes its time.
    fn read(words: impl Iterator<Item = String>) -> Result<Self> {
        let mut wanted = Self { backends: Vec::new(), size: Size::TOWN, reads: Vec::new(), soak: false, store: None };
        for word in words {
            match word.as_str() {
                "sqlite" => wanted.backends.push(Backend::Sqlite),
                "postgres" => wanted.backends.push(Backend::Postgres),
                "town" => wanted.size = Size::TOWN,
                "district" => wanted.size = Size::DISTRICT,
                "soak" => wanted.soak = true,
                kept if kept.starts_with("store=") => wanted.store = kept.strip_prefix("store=").map(PathBuf::from),
                // A small one, to see that everything still answers.
                "hamlet" => wanted.size = Size::HAMLET,
                times if times.strip_prefix('x').is_some_and(|rest| rest.parse::<u64>().is_ok()) => {
                    wanted.size = Size::TOWN.times(times[1..].parse()?);
                }
                other => {
                    let before = wanted.reads.len();
                    wanted.reads.extend(READS.iter().filter(|read| read.name.starts_with(other)));
                    ensure!(wanted.reads.len() > before, "{other} is no database, no size and no read");
                }
            }
        }
        if wanted.backends.is_empty() {
            wanted.backends = vec![Backend::Sqlite, Backend::Postgres];
        }
        ensure!(wanted.store.is_none() || wanted.backends == [Backend::Sqlite], "a store is kept on SQLite alone");
        if wanted.reads.is_empty() {
            wanted.reads = READS.iter().collect();
        }
        Ok(wanted)
    }
}

impl Served {
    fn start(folder: &Path, database: &str) -> Result<Self> {
        let (planned, tokens) = Demo::start_over(folder, database, Way::Planned)?;
        let (reference, _) = Demo::start_over(folder, database, Way::Reference)?;
        Ok(Self { planned, reference, tokens })
    }

    fn stop(self) -> Result<()> {
        self.planned.stop()?;
        self.reference.stop()
    }

    fn of(&self, by: By) -> &Demo {
        if by == By::Reference { &self.reference } else { &self.planned }
    }

    fn asked(&self, by: By, read: &'static Read, world: &World) -> Result<Asked> {
        let user = USERS.iter().position(|user| *user == read.user).context("nobody's read")?;
        let token = self.tokens.get(user).context("no token")?.clone();
        let path = if by == By::Hand { read.by_hand } else { "/graphql" };
        Ok(Asked { url: format!("{}{path}", self.of(by).base()), token, by, read, world: world.clone() })
    }

    async fn round(&self, by: By, read: &'static Read, world: &World, connections: usize) -> Result<Cost> {
        let served = self.of(by);
        let before = served.cpu_seconds()?;
        let measured = drive(Arc::new(self.asked(by, read, world)?), connections, LASTING).await?;
        Ok(Cost { measured, cpu_seconds: served.cpu_seconds()? - before })
    }

    /// What several ways cost.
    async fn costs<const N: usize>(
        &self,
        ways: [By; N],
        read: &'static Read,
        world: &World,
        connections: usize,
    ) -> Result<[Cost; N]> {
        let mut costs = std::array::from_fn(|_| Cost::default());
        for _ in 0..ROUNDS {
            for (by, cost) in ways.into_iter().zip(&mut costs) {
                cost.add(self.round(by, read, world, connections).await?);
            }
        }
        Ok(costs)
    }
}

impl Cost {
    fn add(&mut self, other: Self) {
        self.measured.add(other.measured);
        self.cpu_seconds += other.cpu_seconds;
    }

    fn cpu_ms(&self) -> f64 {
        self.cpu_seconds * 1e3 / self.measured.answered as f64
    }
}

impl Ask for Asked {
    fn url(&self) -> &str {
        &self.url
    }

    fn token(&self) -> &str {
        &self.token
    }

    fn body(&self, number: u64) -> String {
        let variables = (self.read.variables)(&self.world, number);
        match self.by {
            By::Hand => variables.to_string(),
            By::Plan | By::Reference => {
                serde_json::json!({ "query": self.read.query, "variables": variables }).to_string()
            }
        }
    }
}

/// Measures and prints, line by line.
pub async fn measure(words: impl Iterator<Item = String>) -> Result<()> {
    let Wanted { backends, size, reads, soak, store } = Wanted::read(words)?;
    table::head();
    for backend in backends {
        let temporary = tempfile::tempdir()?;
        let folder = store.as_deref().unwrap_or(temporary.path());
        let fresh = if store.is_none() { Some(fresh_database(backend).await) } else { None };
        let database = match &fresh {
            Some(fresh) => {
                load(folder, fresh.as_str(), size).await?;
                fresh.as_str().to_owned()
            }
            None => kept(folder, size).await?,
        };
        let served = Served::start(folder, &database)?;
        let world = check::all(&served, &database, size).await?;
        if soak {
            let named = format!("{backend:?}").to_lowercase();
            remember(&served, &named, &reads, &world).await?;
            served.stop()?;
            continue;
        }
        for read in &reads {
            for connections in CONNECTIONS {
                let (planned, by_hand, reference) = if connections == REFERENCE_AT {
                    let ways = [By::Plan, By::Hand, By::Reference];
                    let [planned, by_hand, reference] = served.costs(ways, read, &world, connections).await?;
                    (planned, by_hand, Some(reference))
                } else {
                    let [planned, by_hand] = served.costs([By::Plan, By::Hand], read, &world, connections).await?;
                    (planned, by_hand, None)
                };
                table::line(backend, read.name, connections, &planned, &by_hand, reference.as_ref());
            }
        }
        served.stop()?;
    }
    Ok(())
}

/// Asks a million times by plans, and prints what memory the server then has.
async fn remember(served: &Served, database: &str, reads: &[&'static Read], world: &World) -> Result<()> {
    let most = CONNECTIONS[CONNECTIONS.len() - 1];
    let (mut answered, mut next) = (0, 0);
    while next <= SOAKED {
        for read in reads {
            answered += served.round(By::Plan, read, world, most).await?.measured.answered;
        }
        if answered >= next {
            let (own, resident) = (served.planned.own_kb()? / 1024.0, served.planned.resident_kb()? / 1024.0);
            println!("{database:<10}{answered:>9} requests{own:>8.0} MB its own{resident:>8.0} MB resident");
            next = answered + SOAKED / 10;
        }
    }
    Ok(())
}

/// The store that a folder keeps, loaded if there is none yet.
async fn kept(folder: &Path, size: Size) -> Result<String> {
    let url = |name| format!("sqlite://{}?mode=rwc", folder.join(name).display());
    if !folder.join(KEPT).is_file() {
        std::fs::create_dir_all(folder)?;
        // What was half loaded is not taken up again.
        for left in ["", "-wal", "-shm"].map(|end| folder.join(format!("{LOADING}{end}"))) {
            if left.is_file() {
                std::fs::remove_file(left)?;
            }
        }
        load(folder, &url(LOADING), size).await?;
        std::fs::rename(folder.join(LOADING), folder.join(KEPT))?;
    }
    Ok(url(KEPT))
}

/// Makes a demo store without sample cases and puts the town into it.
async fn load(folder: &Path, database: &str, size: Size) -> Result<()> {
    let mut options = DemoOptions::new(folder.to_owned())?;
    (options.database, options.roll) = (Some(database.to_owned()), false);
    let running = demo::start(options).await?;
    running.platform.db.wait_for_disk(false).await?;
    town::fill(&running.platform, database, size).await.context("the town")?;
    if database.starts_with("postgres") {
        // Over a connection of its own, which may take its time.
        let patient = sea_orm::Database::connect(database).await?;
        sea_orm::ConnectionTrait::execute_unprepared(&patient, "VACUUM ANALYZE").await?;
        patient.close().await?;
    }
    // SQLite keeps no statistics in service either: with them it would plan a statement anew for every value bound.
    running.stop().await
}
