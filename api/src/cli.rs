//! The command line: what each command takes, and one clear line when it fails.

mod backup;
mod client;
pub mod demo;
mod growth;
mod import;
mod keys;
mod loading;
mod policy;
mod schema;
mod seed;
mod serve;
mod settings;
mod staff;
mod store;
mod table;
mod telemetry;
mod token;
mod verify;

pub use keys::Keys;
pub use loading::Loading;
pub use store::{Store, StoreOptions};

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use platform::module::Module;
use std::{io::Write, path::PathBuf, process::ExitCode, sync::Arc};

/// One door for every application for social assistance: the headless platform.
#[derive(Parser)]
#[command(name = "onedoor", version, about, long_about = None, propagate_version = true)]
struct Cli {
    /// Answer in JSON.
    #[arg(long, global = true)]
    json: bool,
    /// Directory of a further policy set that counts beside the baseline; may be repeated. Else setting `sets`.
    #[arg(long = "set", value_name = "DIR", global = true)]
    sets: Vec<PathBuf>,
    /// Code of a module to load; may be repeated. Else setting `modules`, else each that a policy set knows.
    #[arg(long = "module", value_name = "CODE", global = true)]
    modules: Vec<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start with sample data: a store, users for every role, a village roll; then serve.
    Demo(demo::DemoArgs),
    /// Serve a store without sample data.
    Serve(serve::ServeArgs),
    /// Who may sign in: add, password, disable, enable, list.
    #[command(subcommand)]
    User(staff::UserCommand),
    /// As what users work: give, end.
    #[command(subcommand)]
    Assignment(staff::AssignmentCommand),
    /// Print a token of a user.
    Token(token::TokenArgs),
    /// Make a file of new keys for `serve`.
    Keys(keys::KeysArgs),
    /// Gateways that compose this service with others: add, list, revoke.
    #[command(subcommand)]
    Client(client::ClientCommand),
    /// Import tables.
    #[command(subcommand)]
    Import(import::ImportCommand),
    /// Check and explain the policies.
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    /// Print the schema a user sees.
    Schema(schema::SchemaArgs),
    /// Walk the record: chains, protected rows, ledger, assessments.
    Verify(verify::VerifyArgs),
    /// Copy a store to a file, while it is in use.
    Backup(backup::BackupArgs),
    /// Make a store of a backup.
    Restore(backup::RestoreArgs),
}

/// Which store a command works on.
#[derive(Args, Debug, Clone, Default)]
#[group(multiple = false)]
pub struct StoreArgs {
    /// Directory of a demo store.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Database by URL: sqlite://PATH or postgres://…; its keys come from the settings.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
}

impl StoreArgs {
    /// Whether one is named at all.
    fn named(&self) -> bool {
        self.data.is_some() || self.database.is_some()
    }
}

/// How a command ended.
pub enum Outcome {
    /// It did what it was asked.
    Done,
    /// It did it, and what it looked at is not as it must be.
    Wrong,
}

/// Runs the program, with these modules built in, on its own arguments.
pub fn main(modules: Vec<Arc<dyn Module>>) -> ExitCode {
    let cli = Cli::parse();
    telemetry::start(matches!(cli.command, Command::Demo(_) | Command::Serve(_)));
    let json = cli.json;
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.into(), json),
    };
    match runtime.block_on(run(cli, modules)) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Wrong) => ExitCode::FAILURE,
        Err(error) => fail(&error, json),
    }
}

async fn run(cli: Cli, built_in: Vec<Arc<dyn Module>>) -> Result<Outcome> {
    let json = cli.json;
    let loading = Loading { built_in, only: cli.modules, sets: cli.sets };
    let loading = &loading;
    match cli.command {
        Command::Demo(args) => demo::run(args, json, loading).await,
        Command::Serve(args) => serve::run(args, json, loading).await,
        Command::User(command) => staff::user(command, json, loading).await,
        Command::Assignment(command) => staff::assignment(command, json, loading).await,
        Command::Token(args) => token::run(args, json, loading).await,
        Command::Keys(args) => keys::run(&args, json),
        Command::Client(command) => client::run(command, json, loading).await,
        Command::Import(command) => import::run(command, json, loading).await,
        Command::Policy(command) => policy::run(command, json, loading).await,
        Command::Schema(args) => schema::run(args, json, loading).await,
        Command::Verify(args) => verify::run(args, json, loading).await,
        Command::Backup(args) => backup::backup(args, json).await,
        Command::Restore(args) => backup::restore(args, json).await,
    }
}

/// One line on standard error, whatever went wrong.
fn fail(error: &anyhow::Error, json: bool) -> ExitCode {
    let line = format!("{error:#}").replace(['\n', '\r'], " ");
    if json {
        eprintln!("{}", serde_json::json!({ "error": line }));
    } else {
        eprintln!("error: {line}");
    }
    ExitCode::FAILURE
}

/// Prints a value as one line of JSON.
fn print_json(value: &impl serde::Serialize) -> Result<()> {
    say(&format!("{}\n", serde_json::to_string(value)?))
}

/// Prints to standard output; that no one reads it any more, as behind `| head`, is no error.
fn say(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
