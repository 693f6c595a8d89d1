//! The program as a process of its own.

use anyhow::{Context, Result, ensure};
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::Instant,
};

/// Set for the child: run as the program, not as the benchmark.
pub const AS_PROGRAM: &str = "ONEDOOR_BENCH_AS_PROGRAM";

/// A demo that serves.
pub struct Demo {
    child: Child,
    base: String,
    folder: std::path::PathBuf,
}

fn program() -> Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.env(AS_PROGRAM, "1").stderr(Stdio::null());
    Ok(command)
}

impl Demo {
    /// Starts one; answers it with the seconds from start to the line that says it is ready.
    pub fn start(folder: &Path) -> Result<(Self, f64)> {
        let start = Instant::now();
        let mut child = program()?
            .args(["demo", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder)
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().context("no output")?);
        out.read_line(&mut line)?;
        let seconds = start.elapsed().as_secs_f64();
        let base = line.trim_end().strip_prefix("ready ").context("the program is not ready")?.to_owned();
        // What follows is read to its end, or the program could wait for it.
        std::thread::spawn(move || out.lines().for_each(drop));
        Ok((Self { child, base, folder: folder.to_owned() }, seconds))
    }

    /// Base of its URLs.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// A token of a user.
    pub fn token(&self, user: &str) -> Result<String> {
        let output = program()?.args(["token", "--user", user, "--data"]).arg(&self.folder).output()?;
        ensure!(output.status.success(), "no token for {user}");
        Ok(String::from_utf8(output.stdout)?.trim_end().to_owned())
    }

    /// Resident memory, in kB.
    pub fn resident_kb(&self) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }

    /// Stops it as a service manager does.
    pub fn stop(mut self) -> Result<()> {
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // Already gone after `stop`.
        let _ = self.child.kill();
    }
}
