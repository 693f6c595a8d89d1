//! `onedoor verify`: is the record as it was written?

use super::{Loading, Outcome, Store, StoreArgs, print_json, say, settings::Settings, table};
use anyhow::{Context, Result};
use clap::Args;
use platform::verify::{Head, Report};
use std::path::{Path, PathBuf};

/// Walk the record: chains, protected rows, ledger, assessments.
///
/// Exits with 1 when a row is not as it must be, and names each. That the tail of a chain was cut together with its
/// head shows only against a head exported earlier: keep the output of `--json` elsewhere and give it to `--heads`.
#[derive(Args)]
pub(super) struct VerifyArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// Heads exported earlier: a file with the JSON of an earlier walk.
    #[arg(long, value_name = "FILE")]
    heads: Option<PathBuf>,
    /// Settings file.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(serde::Deserialize)]
struct Exported {
    heads: Vec<Head>,
}

pub(super) async fn run(args: VerifyArgs, json: bool, loading: &Loading) -> Result<Outcome> {
    let exported = args.heads.as_deref().map_or(Ok(Vec::new()), read_heads)?;
    let store = Store::of(&args.store, &Settings::load(args.config.as_deref(), loading)?).await?;
    let report = platform::verify::verify(&store.platform, &exported).await?;
    if json {
        print_json(&report)?;
    } else {
        say(&shown(&report, !exported.is_empty()))?;
    }
    Ok(if report.findings.is_empty() { Outcome::Done } else { Outcome::Wrong })
}

fn read_heads(file: &Path) -> Result<Vec<Head>> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let exported: Exported =
        serde_json::from_str(&text).with_context(|| format!("{} holds no heads of an earlier walk", file.display()))?;
    Ok(exported.heads)
}

fn shown(report: &Report, against_heads: bool) -> String {
    let mut text = String::new();
    if !report.findings.is_empty() {
        let rows: Vec<_> = report
            .findings
            .iter()
            .map(|finding| {
                vec![finding.kind.to_string(), finding.table.clone(), finding.row.clone(), finding.what.clone()]
            })
            .collect();
        text.push_str(&table::render(&["finding", "table", "row", "what"], &rows));
        text.push('\n');
    }
    let walked: u64 = report.walked.values().sum();
    text.push_str(&format!(
        "{walked} rows walked, {} assessments computed again, {} of modules or versions that are not loaded here\n",
        report.assessments_recomputed, report.assessments_skipped
    ));
    for head in &report.heads {
        text.push_str(&format!("head {} {} {}\n", head.chain, head.seq, head.hash));
    }
    if !against_heads {
        text.push_str(
            "a cut tail shows only against an exported head: keep these, and give them to --heads next time\n",
        );
    }
    text.push_str(&match report.findings.len() {
        0 => "the record is as it was written\n".to_owned(),
        1 => "1 finding\n".to_owned(),
        count => format!("{count} findings\n"),
    });
    text
}
