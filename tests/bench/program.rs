//! The program as a process of its own.

use anyhow::{Context, Result, ensure};
use api::{
    cli::demo::{self, DemoOptions},
    gateway::Way,
};
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, ExitCode, Stdio},
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

/// What the child is to be.
const AS_PROGRAM_OVER: &str = "over";
/// The way it is to go, if not by plans.
const BY_REFERENCE: &str = "reference";
/// What else it may be.
const AS_PROGRAM_FOR_SUBSCRIBERS: &str = "subscribers";

/// Runs as the program; `arguments` are those of the process.
pub fn run(kind: &std::ffi::OsStr) -> ExitCode {
    let runtime = tokio::runtime::Runtime::new().context("no runtime");
    let served = match kind.to_str() {
        Some(AS_PROGRAM_FOR_SUBSCRIBERS) => runtime.and_then(|runtime| runtime.block_on(serve())),
        Some(AS_PROGRAM_OVER) => runtime.and_then(|runtime| runtime.block_on(serve_over())),
        _ => return api::run(modules::all()),
    };
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// A demo with sample cases that lets any number connect under one assignment; until it is killed.
async fn serve() -> Result<()> {
    let folder = std::env::args_os().nth(1).context("no folder")?;
    let mut options = DemoOptions::new(folder.into())?.with_town()?;
    options.http.sockets.per_assignment = 1_000;
    let running = demo::start(options).await?;
    println!("ready {}", running.url());
    std::future::pending().await
}

/// A demo over a database of its own, with what is answered by hand beside it; until it is told to stop.
async fn serve_over() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut options = DemoOptions::new(arguments.next().context("no folder")?.into())?;
    options.database = Some(arguments.next().context("no database")?);
    options.way = if arguments.next().as_deref() == Some(BY_REFERENCE) { Way::Reference } else { Way::Planned };
    options.beside = Some(super::by_hand::routes);
    let running = demo::start(options).await?;
    let stop = api::http::asked_to_stop();
    let tokens = super::reads::USERS.map(|user| running.token(user).unwrap_or_default());
    println!("ready {} {}", running.url(), tokens.join(" "));
    stop.await;
    running.stop().await
}

impl Demo {
    /// Starts one for very many subscribers.
    pub fn start_for_subscribers(folder: &Path) -> Result<(Self, f64)> {
        let mut command = program()?;
        command.env(AS_PROGRAM, AS_PROGRAM_FOR_SUBSCRIBERS).arg(folder);
        Self::of(command, folder)
    }

    /// Starts one; answers it with the seconds from start to the line that says it is ready.
    pub fn start(folder: &Path) -> Result<(Self, f64)> {
        let mut command = program()?;
        command.args(["demo", "--listen", "127.0.0.1:0", "--data"]).arg(folder);
        Self::of(command, folder)
    }

    /// Serves the demo store of a folder over a database that is not in it.
    /// Answers it with the tokens of those who read.
    pub fn start_over(folder: &Path, database: &str, way: Way) -> Result<(Self, Vec<String>)> {
        let mut command = program()?;
        command.env(AS_PROGRAM, AS_PROGRAM_OVER).arg(folder).arg(database);
        if way == Way::Reference {
            command.arg(BY_REFERENCE);
        }
        let (mut demo, _) = Self::of(command, folder)?;
        let mut words = demo.base.split(' ').map(str::to_owned);
        let base = words.next().unwrap_or_default();
        let tokens = words.collect();
        demo.base = base;
        Ok((demo, tokens))
    }

    fn of(mut command: Command, folder: &Path) -> Result<(Self, f64)> {
        let start = Instant::now();
        let mut child = command.stdout(Stdio::piped()).spawn()?;
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
        self.status_kb("VmRSS:")
    }

    /// Memory of its own, in kB: without the pages of files it has mapped, which the system takes back when it wants.
    pub fn own_kb(&self) -> Result<f64> {
        self.status_kb("RssAnon:")
    }

    fn status_kb(&self, name: &str) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name)).with_context(|| format!("no {name}"))?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }

    /// CPU it has used, in seconds.
    pub fn cpu_seconds(&self) -> Result<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The name may hold blanks; what follows its bracket does not. Ticks are hundredths of a second.
        let (_, rest) = stat.rsplit_once(')').context("no stat")?;
        let ticks: Vec<f64> = rest.split_whitespace().skip(11).take(2).map(str::parse).collect::<Result<_, _>>()?;
        Ok(ticks.iter().sum::<f64>() / 100.0)
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
