//! The workspace's own commands: `cargo xtask test` and `cargo xtask bench`.

mod install;
mod step;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::{path::Path, process::ExitCode};
use step::Steps;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The workspace's own commands")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install what the tests need, then format check, lints, licences, and every test on SQLite and PostgreSQL.
    Test {
        /// Passed on to the test program, for example a part of a test's name.
        #[arg(last = true)]
        rest: Vec<String>,
    },
    /// Build for release and print the figures the promises are about.
    Bench {
        /// Passed on to the benchmark program.
        #[arg(last = true)]
        rest: Vec<String>,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    std::env::set_current_dir(root)?;
    match command {
        Command::Test { rest } => test(&rest),
        Command::Bench { rest } => bench(&rest),
    }
}

// The linker needs no step: rustc's default on Linux x86-64 is its own lld since 1.90
// (`readelf -p .comment` of a built program names it).
fn test(rest: &[String]) -> Result<()> {
    let mut steps = Steps::of(7);
    steps.step("what the tests need", || {
        install::postgresql()?;
        install::chromium()?;
        install::npm_packages(Path::new("."))?;
        install::cargo_deny()
    })?;
    steps.cargo("format", &["fmt", "--all", "--check"])?;
    steps.cargo("lints", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])?;
    // Advisories need a database from the network, so they are no part of a test that must give one answer.
    steps.cargo("dependencies", &["deny", "--log-level", "error", "check", "bans", "licenses", "sources"])?;
    steps.cargo("build", &["test", "--workspace", "--lib", "--bins", "--tests", "--no-run"])?;
    steps.cargo("tests beside the code", &["test", "--workspace", "--lib", "--bins"])?;
    // `--workspace` as in the build before it: the same features, so nothing is built twice.
    // The program starts and stops its own PostgreSQL cluster (tests/support/cluster.rs).
    let mut program = vec!["test", "--workspace", "--test", "onedoor"];
    if !rest.is_empty() {
        program.push("--");
        program.extend(rest.iter().map(String::as_str));
    }
    steps.cargo("tests through the front door", &program)
}

fn bench(rest: &[String]) -> Result<()> {
    let mut program = vec!["run", "--release", "--package", "tests", "--bin", "bench"];
    if !rest.is_empty() {
        program.push("--");
        program.extend(rest.iter().map(String::as_str));
    }
    Steps::of(1).cargo("benchmark", &program)
}
