//! `onedoor backup` and `onedoor restore`: one consistent copy of a store while it is in use, and a store made of one.
//!
//! The copy is the database's own: an SQLite file, or an archive of `pg_dump`. Keys are never in it.

use super::{Outcome, StoreArgs, print_json, say, store};
use anyhow::{Context, Result, anyhow, bail, ensure};
use clap::Args;
use platform::db::Db;
use sea_orm::{ConnectionTrait, Statement, sqlx::postgres::PgConnectOptions};
use std::{
    fs::{self, File, OpenOptions},
    io::Read,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// What a backup is.
#[derive(Clone, Copy)]
enum Kind {
    /// An SQLite database.
    File,
    /// An archive of `pg_dump`.
    Archive,
}

/// What each kind begins with.
const BEGINNINGS: [(Kind, &[u8]); 2] = [(Kind::File, b"SQLite format 3\0"), (Kind::Archive, b"PGDMP")];
/// Bytes that are enough to tell.
const HEAD_BYTES: u64 = 16;

/// Copy a store to a file, while it is in use.
///
/// The copy is of one instant: everything acknowledged before the command began is in it, and nothing half done. It
/// holds no keys: without the store's key file nothing sealed in it can be read, so keep that elsewhere, and keep it.
/// PostgreSQL is copied by its own pg_dump, which must be installed.
#[derive(Args)]
pub(super) struct BackupArgs {
    /// File to make; it must not exist.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    store: StoreArgs,
}

/// Make a store of a backup.
///
/// The new store must not exist (SQLite), or be an empty database (PostgreSQL). It needs the key file of the store
/// that was copied. Run `onedoor verify` on it before anyone works with it.
#[derive(Args)]
pub(super) struct RestoreArgs {
    /// File that `onedoor backup` made.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    store: StoreArgs,
}

pub(super) async fn backup(args: BackupArgs, json: bool) -> Result<Outcome> {
    let url = store::existing(&store::url_of(&args.store))?;
    let part = Part::beside(&args.file)?;
    let db = connect(&url).await?;
    ensure!(store::is_store(&db.reader).await, "{} is no store of onedoor", shown(&url));
    if store::sqlite_path(&url).is_some() {
        // The copy is made by the database, inside one of its read transactions: writers go on.
        let statement = Statement::from_sql_and_values(db.backend(), "VACUUM INTO ?", [part.text()?.into()]);
        db.writer.execute_raw(statement).await.context("the database could not be copied")?;
    } else {
        let mut dump = postgres("pg_dump", &url)?;
        dump.args(["--format=custom", "--no-owner", "--no-privileges"]).arg("--file").arg(&part.path);
        run(dump).await?;
    }
    let bytes = part.keep(&args.file)?;
    let file = args.file.display().to_string();
    if json {
        print_json(&serde_json::json!({ "file": file, "bytes": bytes }))?;
    } else {
        say(&format!("{file}: {bytes} bytes; the keys are not in it, keep the store's key file elsewhere\n"))?;
    }
    Ok(Outcome::Done)
}

pub(super) async fn restore(args: RestoreArgs, json: bool) -> Result<Outcome> {
    let url = store::url_of(&args.store);
    match (kind_of(&args.file)?, store::sqlite_path(&url)) {
        (Kind::File, Some(to)) => {
            if let Some(dir) = &args.store.data {
                store::make_private(dir)?;
            }
            restore_file(&args.file, &to).await?;
        }
        (Kind::Archive, None) => restore_archive(&args.file, &url).await?,
        (Kind::File, None) => bail!("{} is of an SQLite store; name an SQLite database", args.file.display()),
        (Kind::Archive, Some(_)) => {
            bail!("{} is of a PostgreSQL store; name a PostgreSQL database", args.file.display())
        }
    }
    if json {
        print_json(&serde_json::json!({ "restored": shown(&url) }))?;
    } else {
        say(&format!("restored to {}; with the store's keys in place, run `onedoor verify` on it\n", shown(&url)))?;
    }
    Ok(Outcome::Done)
}

async fn restore_file(from: &Path, to: &Path) -> Result<()> {
    let part = Part::beside(to)?;
    fs::copy(from, &part.path).with_context(|| format!("{} cannot be copied", from.display()))?;
    let db = connect(&format!("sqlite://{}", part.text()?)).await?;
    let sound = Statement::from_string(db.backend(), "PRAGMA integrity_check");
    let answer = db.reader.query_one_raw(sound).await?.context("the database does not answer")?;
    let answer: String = answer.try_get_by_index(0)?;
    ensure!(answer == "ok", "{} is damaged: {answer}", from.display());
    ensure!(store::is_store(&db.reader).await, "{} is no backup of onedoor", from.display());
    db.reader.close().await?;
    db.writer.close().await?;
    part.keep(to)?;
    Ok(())
}

async fn restore_archive(from: &Path, url: &str) -> Result<()> {
    let db = connect(url).await?;
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()";
    let row = db.reader.query_one_raw(Statement::from_string(db.backend(), tables)).await?;
    let tables: i64 = row.context("the database does not answer")?.try_get_by_index(0)?;
    ensure!(tables == 0, "{} is not empty", shown(url));
    let mut restore = postgres("pg_restore", url)?;
    // All or nothing: a store that is there in part would look like one.
    restore.args(["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]).arg(from);
    run(restore).await
}

async fn connect(url: &str) -> Result<Db> {
    Db::connect(url).await.map_err(|error| anyhow!("the database cannot be opened: {error}"))
}

/// A URL as it may be shown: without what opens it.
fn shown(url: &str) -> String {
    match url.split_once('@') {
        Some((_, rest)) => format!("postgres://{rest}"),
        None => url.split('?').next().unwrap_or_default().to_owned(),
    }
}

fn kind_of(file: &Path) -> Result<Kind> {
    let mut head = Vec::new();
    let opened = File::open(file).with_context(|| format!("{} cannot be read", file.display()))?;
    opened.take(HEAD_BYTES).read_to_end(&mut head)?;
    let kind = BEGINNINGS.into_iter().find(|(_, beginning)| head.starts_with(beginning));
    Ok(kind.with_context(|| format!("{} is no backup of onedoor", file.display()))?.0)
}

/// A program of PostgreSQL on this database; the password goes by the environment, where other users cannot read it.
fn postgres(program: &str, url: &str) -> Result<Command> {
    let options: PgConnectOptions = url.parse().context("the database's URL cannot be read")?;
    let mut command = Command::new(program);
    command
        .env("PGHOST", options.get_host())
        .env("PGPORT", options.get_port().to_string())
        .env("PGUSER", options.get_username())
        .arg("--dbname")
        .arg(options.get_database().unwrap_or_else(|| options.get_username()));
    if let Some(password) = password(url) {
        command.env("PGPASSWORD", password);
    }
    Ok(command)
}

/// The password of `postgres://user:password@host/…`, decoded.
fn password(url: &str) -> Option<String> {
    let authority = url.split_once("://")?.1.split(['/', '?']).next()?;
    let (_, password) = authority.rsplit_once('@')?.0.split_once(':')?;
    let text = percent_encoding::percent_decode_str(password).decode_utf8().ok()?;
    Some(text.into_owned())
}

async fn run(mut command: Command) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let output = tokio::task::spawn_blocking(move || command.output()).await?;
    let output = output.with_context(|| format!("{program} cannot be run: install PostgreSQL's client programs"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{program} failed: {}", said.trim());
    Ok(())
}

/// A file on its way: only its owner may read it, and it has its name only once it is whole.
struct Part {
    path: PathBuf,
}

impl Part {
    fn beside(file: &Path) -> Result<Self> {
        ensure!(!file.exists(), "{} exists already", file.display());
        let mut name = file.file_name().context("a file must be named")?.to_owned();
        name.push(".part");
        let path = file.with_file_name(name);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&path).with_context(|| format!("{} cannot be made", path.display()))?;
        Ok(Self { path })
    }

    fn text(&self) -> Result<&str> {
        self.path.to_str().context("the file's name is no text")
    }

    /// Gives the file its name, on the disk for good; answers its length in bytes.
    fn keep(self, file: &Path) -> Result<u64> {
        let written = File::open(&self.path)?;
        written.sync_all()?;
        fs::rename(&self.path, file).with_context(|| format!("{} cannot be made", file.display()))?;
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()?;
        Ok(written.metadata()?.len())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // Gone already when it was kept; what was not is of no use to anyone.
        let _ = fs::remove_file(&self.path);
    }
}
