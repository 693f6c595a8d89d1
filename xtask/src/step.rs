//! Steps: named, numbered, timed; the first that fails ends the command.

use anyhow::{Context, Result, ensure};
use std::process::Command;
use std::time::Instant;

/// The steps of one command.
pub struct Steps {
    next: usize,
    count: usize,
}

impl Steps {
    /// A command of `count` steps.
    pub fn of(count: usize) -> Self {
        Self { next: 1, count }
    }

    /// Runs one step, with its heading before and its time after.
    pub fn step(&mut self, name: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
        println!("── {}/{} {name}", self.next, self.count);
        self.next += 1;
        let start = Instant::now();
        work().with_context(|| format!("step failed: {name}"))?;
        println!("   {name}: ok, {} s", start.elapsed().as_secs());
        Ok(())
    }

    /// One step that is one call of cargo.
    pub fn cargo(&mut self, name: &str, arguments: &[&str]) -> Result<()> {
        self.step(name, || run(Command::new("cargo").args(arguments)))
    }
}

/// Runs a program to its end, with its output shown; an exit code other than 0 is an error.
pub fn run(command: &mut Command) -> Result<()> {
    let line = format!("{command:?}").replace('"', "");
    let status = command.status().with_context(|| format!("cannot run {line}"))?;
    ensure!(status.success(), "{line} ended with {status}");
    Ok(())
}
