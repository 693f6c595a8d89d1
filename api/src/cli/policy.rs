//! `onedoor policy`: are the policies sound, and which row allows what?

use super::{
    Loading, Outcome, Store, StoreArgs,
    loading::{Loaded, Refused},
    print_json, say, seed,
    settings::Settings,
    store::Kind,
};
use anyhow::{Context, Result, anyhow, bail, ensure};
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use platform::clock::{Clock, local_day};
use policies::{Explanation, Holder, Level, Policies, RowRef};
use std::path::PathBuf;

/// What to ask of the policies.
#[derive(Subcommand)]
pub(super) enum PolicyCommand {
    /// Read and check the policies; list every problem.
    Check(SourceArgs),
    /// Say which row allows something, or that none does.
    Explain(ExplainArgs),
    /// Print the permission grid: role by permission, with scopes.
    Grid(SourceArgs),
}

#[derive(Args)]
pub(super) struct SourceArgs {
    /// Directory of policies; the embedded baseline when left out.
    #[arg(long, value_name = "DIR")]
    policies: Option<PathBuf>,
}

#[derive(Args)]
pub(super) struct ExplainArgs {
    /// Post that asks, e.g. `da_civil`.
    #[arg(long, value_name = "NAME")]
    user: String,
    /// Permission, e.g. `dibao.approve`.
    #[arg(long, value_name = "NAME")]
    permission: String,
    /// Programme, e.g. `MEDICAL`.
    #[arg(long, value_name = "CODE")]
    programme: Option<String>,
    /// Day, e.g. `2018-11-20`, or month, e.g. `2018-11`; today when left out.
    #[arg(long, value_name = "DATE")]
    at: Option<String>,
    #[command(flatten)]
    source: SourceArgs,
    #[command(flatten)]
    store: StoreArgs,
}

pub(super) async fn run(command: PolicyCommand, json: bool, loading: &Loading) -> Result<Outcome> {
    match command {
        PolicyCommand::Check(args) => check(&args, json, loading),
        PolicyCommand::Explain(args) => explain(&args, json, loading).await,
        PolicyCommand::Grid(args) => {
            let grid = load(&args, loading)?.grid();
            if json {
                print_json(&serde_json::json!({ "grid": grid }))?;
            } else {
                say(&grid)?;
            }
            Ok(Outcome::Done)
        }
    }
}

/// What would be loaded; a directory that is named needs no settings to be looked at.
fn read(args: &SourceArgs, loading: &Loading) -> Result<Result<Loaded, Refused>> {
    match &args.policies {
        Some(dir) => loading.load(Some(dir), Kind::Served),
        None => {
            let settings = Settings::load(None, loading)?;
            settings.loading().load(settings.policies.as_deref(), Kind::Served)
        }
    }
}

fn load(args: &SourceArgs, loading: &Loading) -> Result<Policies> {
    let told = |refused: Refused| anyhow!("{} problems: see `onedoor policy check`", refused.count());
    read(args, loading)?.map(|loaded| loaded.policies).map_err(told)
}

fn check(args: &SourceArgs, json: bool, loading: &Loading) -> Result<Outcome> {
    let loaded = match read(args, loading)? {
        Ok(loaded) => loaded,
        Err(refused) => {
            if json {
                print_json(&serde_json::json!({ "sound": false, "problems": refused.as_json() }))?;
            } else {
                for reason in refused.reasons() {
                    say(&format!("{reason}\n"))?;
                }
            }
            return Ok(Outcome::Wrong);
        }
    };
    let policies = loaded.policies;
    let modules: Vec<_> = loaded.modules.iter().map(|module| module.manifest().code).collect();
    if json {
        let sets: Vec<_> = policies
            .versions()
            .iter()
            .map(|set| serde_json::json!({ "name": set.name, "version": set.version, "digest": set.digest }))
            .collect();
        print_json(&serde_json::json!({ "sound": true, "sets": sets, "modules": modules }))?;
    } else {
        for set in policies.versions() {
            say(&format!("{} {} {}\n", set.name, set.version, set.digest))?;
        }
        say(&format!("modules: {}\n", modules.join(", ")))?;
        say("the policies are sound\n")?;
    }
    Ok(Outcome::Done)
}

async fn explain(args: &ExplainArgs, json: bool, loading: &Loading) -> Result<Outcome> {
    let policies = load(&args.source, loading)?;
    let holder = holder(args, loading).await?;
    let known = policies.declared().iter().any(|permission| permission.name == args.permission);
    ensure!(known, "there is no permission {}", args.permission);
    if let Some(programme) = &args.programme {
        ensure!(policies.programmes().contains(&programme.as_str()), "there is no programme {programme}");
    }
    let on = day(args.at.as_deref())?;
    let explanation = policies.explain(&holder, &args.permission, args.programme.as_deref(), on);
    if json {
        print_json(&as_json(args, on, &explanation))?;
    } else {
        say(&shown(args, on, &explanation))?;
    }
    Ok(Outcome::Done)
}

/// The assignment of a user of the named store, or else of a post of the program's own table.
async fn holder(args: &ExplainArgs, loading: &Loading) -> Result<Holder> {
    if args.store.named() {
        let store = Store::of(&args.store, &Settings::load(None, loading)?).await?;
        return Ok(super::token::actor(&store, &args.user).await?.holder());
    }
    let posts = seed::posts()?;
    let Some(post) = posts.into_iter().find(|post| post.login == args.user) else {
        bail!("there is no post {}; name a store with --data or --database for its own users", args.user);
    };
    Ok(Holder {
        level: Level::parse(post.level.as_str()).context("the post has no level")?,
        role: post.role,
        unit: post.unit,
        jurisdiction: post.jurisdiction,
    })
}

/// A day, or the first day of a month.
fn day(text: Option<&str>) -> Result<NaiveDate> {
    let Some(text) = text else { return Ok(local_day(Clock::wall()).0) };
    let whole = if text.len() == 7 { format!("{text}-01") } else { text.to_owned() };
    whole.parse().with_context(|| format!("{text} is no date such as 2018-11-20"))
}

fn row(row: &RowRef) -> String {
    format!("{}:{} {}", row.file, row.line, row.text)
}

fn as_json(args: &ExplainArgs, on: NaiveDate, explanation: &Explanation) -> serde_json::Value {
    serde_json::json!({
        "user": args.user,
        "permission": args.permission,
        "programme": args.programme,
        "at": on.to_string(),
        "allowed": explanation.allowed,
        "rolesRow": explanation.roles_row.as_ref().map(row),
        "authorityRow": explanation.authority_row.as_ref().map(row),
        "heldBy": explanation.held_by.iter().map(row).collect::<Vec<_>>(),
        "reason": explanation.reason_en,
        "reasonZh": explanation.reason_zh,
    })
}

fn shown(args: &ExplainArgs, on: NaiveDate, explanation: &Explanation) -> String {
    let verdict = if explanation.allowed { "allowed" } else { "not allowed" };
    let programme = args.programme.as_deref().map(|code| format!(" for {code}")).unwrap_or_default();
    let mut text = format!("{} {}{programme} on {on}: {verdict}\n", args.user, args.permission);
    for (name, found) in [("roles", &explanation.roles_row), ("authority", &explanation.authority_row)] {
        let line = found.as_ref().map_or_else(|| "no row".to_owned(), row);
        text.push_str(&format!("  {name}: {line}\n"));
    }
    for held in &explanation.held_by {
        text.push_str(&format!("  held by: {}\n", row(held)));
    }
    text.push_str(&format!("  {}（{}）\n", explanation.reason_en, explanation.reason_zh));
    text
}
