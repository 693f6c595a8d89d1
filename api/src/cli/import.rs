//! `onedoor import`: tables in, from the command line.

use super::{Loading, Outcome, Store, StoreArgs, print_json, say, settings::Settings, table};
use crate::import::roll::{self, RollReport, Workbook};
use anyhow::{Context, Result, ensure};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::{
    io::IsTerminal,
    path::{Path, PathBuf},
};

/// What can be imported.
#[derive(Subcommand)]
pub(super) enum ImportCommand {
    /// Import a dibao roll (低保花名册) from an .xlsx workbook.
    ///
    /// Good rows are kept, bad rows are listed with row, column and reason; a second run adds nothing.
    Roll(RollArgs),
    /// Write the sample roll.
    #[command(hide = true)]
    Sample(SampleArgs),
}

#[derive(Args)]
pub(super) struct RollArgs {
    /// The workbook.
    file: PathBuf,
    #[command(flatten)]
    store: StoreArgs,
    /// Settings file.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Args)]
pub(super) struct SampleArgs {
    /// File to write.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(super) async fn run(command: ImportCommand, json: bool, loading: &Loading) -> Result<Outcome> {
    match command {
        ImportCommand::Roll(args) => import_roll(args, json, loading).await,
        ImportCommand::Sample(args) => {
            let bytes = roll::sample::workbook()?;
            std::fs::write(&args.out, bytes).with_context(|| format!("{} cannot be written", args.out.display()))?;
            Ok(Outcome::Done)
        }
    }
}

async fn import_roll(args: RollArgs, json: bool, loading: &Loading) -> Result<Outcome> {
    let workbook = read(&args.file)?;
    let store = Store::of(&args.store, &Settings::load(args.config.as_deref(), loading)?).await?;
    let bar = bar();
    let outcome = roll::import(&store.platform, workbook, &progress(&bar)).await;
    bar.finish_and_clear();
    let report = outcome?;
    if json {
        print_json(&report)?;
    } else {
        say(&shown(&report))?;
    }
    Ok(Outcome::Done)
}

fn read(file: &Path) -> Result<Workbook> {
    let shown = file.display();
    let size = std::fs::metadata(file).with_context(|| format!("{shown} cannot be read"))?.len();
    ensure!(size <= roll::FILE_BYTES_MAX, "{shown} has {size} bytes; at most {} are taken", roll::FILE_BYTES_MAX);
    let bytes = std::fs::read(file).with_context(|| format!("{shown} cannot be read"))?;
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Workbook { name, bytes: bytes.into() })
}

/// A bar on standard error, and only on a terminal.
pub(super) fn bar() -> ProgressBar {
    let target =
        if std::io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(0), target);
    if let Ok(style) = ProgressStyle::with_template("{spinner} roll {bar:30} {pos}/{len} rows") {
        bar.set_style(style);
    }
    bar
}

/// Moves a bar.
pub(super) fn progress(bar: &ProgressBar) -> impl Fn(u64, u64) + Send + Sync + 'static {
    let bar = bar.clone();
    move |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    }
}

/// A report in words, with a table of what is wrong.
fn shown(report: &RollReport) -> String {
    let mut text = format!(
        "{}: {} rows, {} added, {} known, {} bad; {} other lines\n",
        report.file, report.rows, report.added, report.known, report.bad, report.skipped
    );
    if !report.problems.is_empty() {
        let rows: Vec<_> = report
            .problems
            .iter()
            .map(|problem| {
                let column = match &problem.letter {
                    Some(letter) => format!("{letter} {}", problem.column),
                    None => problem.column.to_owned(),
                };
                vec![
                    problem.row.to_string(),
                    column,
                    problem.code.to_owned(),
                    problem.message.clone(),
                    problem.message_zh.clone(),
                ]
            })
            .collect();
        text.push_str(&table::render(&["row", "column", "code", "what is wrong", "原因"], &rows));
    }
    text
}
