//! Opening a store: connect, migrate, check keys and policies against what the store remembers, load what is missing.

use super::{
    Keys, StoreArgs, growth,
    loading::{Loaded, Loading, flows},
    seed::{self, Posts},
    settings::Settings,
};
use crate::identity::Issuer;
use anyhow::{Context, Result, anyhow, bail, ensure};
use arc_swap::ArcSwap;
use entity::{At, policy_version};
use platform::{
    Platform,
    clock::{Clock, store_offset, stored_offset},
    crypto::Cipher,
    db::Db,
    module::Module,
    part::Part,
};
use policies::Policies;
use sea_orm::{ActiveValue::Set, ConnectionTrait, DatabaseTransaction, EntityTrait};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};
use uuid::Uuid;

/// Setting that says what kind of store this is.
const KIND: &str = "store.kind";
/// Setting that tells whether keys are the store's own: the keyed hash of a fixed text.
const KEY_CHECK: &str = "store.key_check";
const KEY_CHECK_TEXT: &str = "onedoor key check";
/// File of a demo store's database, and of its keys.
const DATABASE_FILE: &str = "onedoor.db";
const KEY_FILE: &str = "keys.json";

/// Life of a demo's tokens: a working day.
const DEMO_TOKEN_MINUTES: u32 = 12 * 60;

/// What a store is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Sample data, known passwords, a clock that can be set.
    Demo,
    /// Real work.
    Served,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Demo => "DEMO",
            Self::Served => "SERVED",
        }
    }
}

/// How to open a store.
pub struct StoreOptions {
    /// Database by URL.
    pub url: String,
    /// Its keys.
    pub keys: Keys,
    /// What it is for.
    pub kind: Kind,
    /// Where a new demo store's clock is to stand.
    pub clock: Option<At>,
    /// Directory of policies; the embedded baseline when left out.
    pub policies: Option<PathBuf>,
    /// What loads beside it.
    pub loading: Loading,
}

/// An open store.
pub struct Store {
    /// What operations share.
    pub platform: Arc<Platform>,
    /// Its keys.
    pub keys: Keys,
    /// What it is for.
    pub kind: Kind,
}

impl Store {
    /// Opens a store, making what it lacks.
    pub async fn open(options: StoreOptions) -> Result<Self> {
        let opening = Opening::new(options).await?;
        migration::run(&opening.db.writer).await?;
        let tx = seed::begin(&opening.db.writer).await?;
        match opening.prepare(&tx).await {
            Ok(()) => tx.commit().await?,
            Err(error) => {
                tx.rollback().await?;
                return Err(error);
            }
        }
        let store = opening.store().await?;
        let posts = if store.kind == Kind::Demo { Posts::Demo } else { Posts::Bare };
        seed::load(&store.platform, posts).await?;
        store.read_calendar().await?;
        Ok(store)
    }

    /// Opens a store that is there and up to date, and writes nothing.
    async fn open_as_is(options: StoreOptions) -> Result<Self> {
        let opening = Opening::new(options).await?;
        let pending = migration::pending(&opening.db.reader).await?;
        ensure!(
            pending.is_empty(),
            "the store is of an older program, or of none: start `demo` or `serve` on it first"
        );
        ensure!(
            opening.remembered(&opening.db.reader).await?,
            "the store was never started: start `demo` or `serve` on it first"
        );
        let store = opening.store().await?;
        store.read_calendar().await?;
        Ok(store)
    }

    /// Lets the platform know the work calendar that the store holds.
    async fn read_calendar(&self) -> Result<()> {
        let calendar = platform::reference::calendar(&self.platform.db.reader).await?;
        self.platform.calendar.store(Arc::new(calendar));
        Ok(())
    }

    /// Everything the platform's flows and the loaded modules declare.
    pub fn parts(&self) -> Vec<Part> {
        let mut parts = flows(self.kind);
        parts.extend(self.platform.modules.iter().map(|module| module.part()));
        parts
    }

    /// Signs tokens, and for how many minutes they are good.
    pub fn issuer(&self, settings: &Settings) -> Result<(Issuer, u32)> {
        let minutes = match self.kind {
            Kind::Demo => DEMO_TOKEN_MINUTES,
            Kind::Served => settings.identity.token_minutes,
        };
        Ok((Issuer::new(&settings.identity, &self.keys.signing_pkcs8())?, minutes))
    }

    /// Opens the store that a command names, demo or served, as it is; it must exist.
    pub async fn of(args: &StoreArgs, settings: &Settings) -> Result<Self> {
        let options = match &args.database {
            Some(url) => StoreOptions {
                url: existing(url)?,
                keys: configured_keys(settings)?,
                kind: Kind::Served,
                clock: None,
                policies: settings.policies.clone(),
                loading: settings.loading(),
            },
            None => {
                let dir = args.data.clone().unwrap_or_else(default_data);
                let file = dir.join(DATABASE_FILE);
                ensure!(file.is_file(), "there is no store in {}; `onedoor demo` makes one", dir.display());
                StoreOptions { loading: settings.loading(), ..demo_options(&dir, None)? }
            }
        };
        Self::open_as_is(options).await
    }
}

/// A store on its way to being open.
struct Opening {
    options: StoreOptions,
    db: Db,
    policies: Policies,
    cipher: Cipher,
    modules: Vec<Arc<dyn Module>>,
}

impl Opening {
    async fn new(options: StoreOptions) -> Result<Self> {
        let loaded = options.loading.load(options.policies.as_deref(), options.kind)?;
        let Loaded { policies, modules } = loaded.map_err(|refused| refused.told())?;
        let cipher = options.keys.cipher()?;
        let db = Db::connect(&options.url).await.map_err(|error| anyhow!("the database cannot be opened: {error}"))?;
        Ok(Self { options, db, policies, cipher, modules })
    }

    /// Checks what the store remembers; answers whether it remembers anything.
    async fn remembered<C: ConnectionTrait>(&self, conn: &C) -> Result<bool> {
        let kind = self.options.kind;
        let Some(remembered) = seed::get(conn, KIND).await? else { return Ok(false) };
        if remembered != kind.as_str() {
            match kind {
                Kind::Served => bail!("this is a demo store: its passwords are known and its clock can be set"),
                Kind::Demo => bail!("this is no demo store; open it with `onedoor serve`"),
            }
        }
        let own = seed::get(conn, KEY_CHECK).await? == Some(self.cipher.lookup_hash(KEY_CHECK_TEXT)?);
        ensure!(own, "these are not the keys this store was made with");
        let moved = kind == Kind::Served && stored_offset(conn).await?.is_some_and(|offset| offset != 0);
        ensure!(!moved, "the clock of this store has been moved; only a demo may do that");
        Ok(true)
    }

    /// Lets a new store remember what it is, and every store the policies it was started with.
    async fn prepare(&self, tx: &DatabaseTransaction) -> Result<()> {
        if !self.remembered(tx).await? {
            seed::put(tx, KIND, self.options.kind.as_str()).await?;
            seed::put(tx, KEY_CHECK, &self.cipher.lookup_hash(KEY_CHECK_TEXT)?).await?;
            if let Some(clock) = self.options.clock {
                store_offset(tx, clock.0 - Clock::wall().0).await?;
            }
        }
        growth::check(tx, &self.modules).await?;
        record_versions(tx, &self.policies).await
    }

    async fn store(self) -> Result<Store> {
        let offset = stored_offset(&self.db.reader).await?.unwrap_or(0);
        let kind = self.options.kind;
        let platform = Platform {
            db: self.db,
            policies: ArcSwap::from_pointee(self.policies),
            cipher: self.cipher,
            modules: self.modules,
            calendar: ArcSwap::default(),
            clock: Clock::with_offset(offset),
            clock_settable: kind == Kind::Demo,
            acts: OnceLock::default(),
            searches: Default::default(),
        };
        Ok(Store { platform: Arc::new(platform), keys: self.options.keys, kind })
    }
}

/// Where a demo keeps its store unless told otherwise.
pub fn default_data() -> PathBuf {
    PathBuf::from("data")
}

/// How to open, or make, the demo store of a directory.
pub fn demo_options(dir: &Path, clock: Option<At>) -> Result<StoreOptions> {
    make_private(dir).with_context(|| format!("the directory {} cannot be made", dir.display()))?;
    let file = dir.join(DATABASE_FILE);
    let keys = dir.join(KEY_FILE);
    ensure!(
        keys.exists() || !file.exists(),
        "{} is gone: without it the store in {} cannot be read",
        keys.display(),
        dir.display()
    );
    Ok(StoreOptions {
        url: demo_url(dir),
        keys: Keys::read_or_make(&keys)?,
        kind: Kind::Demo,
        clock,
        policies: None,
        loading: Loading::default(),
    })
}

/// Makes a directory that only its owner may enter; one that is there stays as it is.
pub(super) fn make_private(dir: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

/// The keys the settings name; without them nothing starts.
pub fn configured_keys(settings: &Settings) -> Result<Keys> {
    let Some(path) = &settings.keys else {
        bail!("no keys are configured: make a file with `onedoor keys --out FILE` and name it in ONEDOOR_KEYS");
    };
    Keys::read(path)
}

/// The database a command names, by URL; whether it is there is another question.
pub(super) fn url_of(args: &StoreArgs) -> String {
    match &args.database {
        Some(url) => url.clone(),
        None => demo_url(&args.data.clone().unwrap_or_else(default_data)),
    }
}

fn demo_url(dir: &Path) -> String {
    format!("sqlite://{}?mode=rwc", dir.join(DATABASE_FILE).display())
}

/// The file of an SQLite database, or `None` for another kind.
pub(super) fn sqlite_path(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite:")?.trim_start_matches("//");
    Some(PathBuf::from(path.split('?').next().unwrap_or_default()))
}

/// An SQLite file that a command is to read must be there already.
pub(super) fn existing(url: &str) -> Result<String> {
    if let Some(path) = sqlite_path(url) {
        ensure!(path.is_file(), "there is no database {}", path.display());
    }
    Ok(url.to_owned())
}

/// Whether a database holds a store at all.
pub(super) async fn is_store<C: ConnectionTrait>(conn: &C) -> bool {
    matches!(seed::get(conn, KIND).await, Ok(Some(_)))
}

/// Keeps each policy set's version and digest; changed content under an old version is refused.
async fn record_versions(tx: &DatabaseTransaction, policies: &Policies) -> Result<()> {
    let known = policy_version::Entity::find().all(tx).await?;
    for set in policies.versions() {
        match known.iter().find(|row| row.set_name == set.name && row.version == set.version) {
            Some(row) => ensure!(
                row.digest == set.digest,
                "policy set {} has changed but still calls itself {}: give it a new version, with the document behind it",
                set.name,
                set.version
            ),
            None => {
                let row = policy_version::ActiveModel {
                    id: Set(Uuid::now_v7()),
                    set_name: Set(set.name.clone()),
                    version: Set(set.version.clone()),
                    digest: Set(set.digest.clone()),
                    recorded_at: Set(Clock::wall()),
                };
                policy_version::Entity::insert(row).exec_without_returning(tx).await?;
            }
        }
    }
    Ok(())
}
