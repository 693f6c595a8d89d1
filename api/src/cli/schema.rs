//! `onedoor schema`: the schema one user sees.

use super::{Loading, Outcome, Store, StoreArgs, print_json, say, serve, settings::Settings, token};
use anyhow::{Result, anyhow};
use clap::Args;
use platform::{Language, Op};
use std::{path::PathBuf, sync::Arc};
use uuid::Uuid;

/// Print the schema a user sees, in SDL.
#[derive(Args)]
pub(super) struct SchemaArgs {
    /// As a subgraph, for composition with others.
    #[arg(long)]
    subgraph: bool,
    /// Sign-in name.
    #[arg(long, value_name = "NAME")]
    user: String,
    #[command(flatten)]
    store: StoreArgs,
    /// Settings file.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub(super) async fn run(args: SchemaArgs, json: bool, loading: &Loading) -> Result<Outcome> {
    let settings = Settings::load(args.config.as_deref(), loading)?;
    let store = Store::of(&args.store, &settings).await?;
    let actor = token::actor(&store, &args.user).await?;
    let (gateway, _) = serve::gateway(&store, &settings)?;
    let op = Op::new(Arc::clone(&store.platform), Some(actor), None, Language::En, Uuid::now_v7());
    let snapshot = gateway.snapshots().of(op.permissions()).map_err(|error| anyhow!("{error}"))?;
    let sdl = if args.subgraph { snapshot.subgraph() } else { snapshot.sdl() };
    if json {
        print_json(&serde_json::json!({ "user": args.user, "sdl": sdl }))?;
    } else {
        say(sdl)?;
    }
    Ok(Outcome::Done)
}
