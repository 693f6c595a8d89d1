//! `onedoor client`: the gateways that may compose this service with others.

use super::{Loading, Outcome, Store, StoreArgs, print_json, say, seed::DISTRICT, settings::Settings, table};
use crate::identity::ClientToken;
use anyhow::{Context, Result, bail, ensure};
use clap::{Args, Subcommand};
use entity::{At, api_client, enums::ClientKind};
use platform::{
    Op,
    clock::{Clock, local_day},
    tx::Done,
};
use policies::{Holder, Level, Permission};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::Serialize;
use std::{path::PathBuf, sync::Arc};
use uuid::Uuid;

/// What adding and revoking are called in the record.
const ADD: Permission = Permission { name: "client.add", step: None, programme: None };
const REVOKE: Permission = Permission { name: "client.revoke", step: None, programme: None };
const DAY_MICROS: i64 = 86_400_000_000;
/// Unit of roles that belong to none.
const NO_UNIT: &str = "NONE";

/// What to do about clients.
#[derive(Subcommand)]
pub(super) enum ClientCommand {
    /// Add a gateway; its token is shown once, and never again.
    Add(AddArgs),
    /// List all clients.
    List(ListArgs),
    /// Revoke a client: it is refused from its next request on.
    Revoke(RevokeArgs),
}

#[derive(Args)]
pub(super) struct AddArgs {
    /// Name that nobody else has.
    #[arg(long, value_name = "NAME")]
    name: String,
    /// Role whose schema the gateway composes, e.g. `DP`.
    #[arg(long, value_name = "CODE")]
    role: String,
    /// Unit of that role, e.g. `DU_PLATFORM`.
    #[arg(long, value_name = "CODE", default_value = NO_UNIT)]
    unit: String,
    /// Days its token is good for.
    #[arg(long, value_name = "DAYS", default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=400))]
    days: u16,
    #[command(flatten)]
    at: ListArgs,
}

#[derive(Args)]
pub(super) struct RevokeArgs {
    /// Its name.
    #[arg(long, value_name = "NAME")]
    name: String,
    #[command(flatten)]
    at: ListArgs,
}

#[derive(Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// Settings file.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl ListArgs {
    async fn open(&self, loading: &Loading) -> Result<Store> {
        Store::of(&self.store, &Settings::load(self.config.as_deref(), loading)?).await
    }
}

pub(super) async fn run(command: ClientCommand, json: bool, loading: &Loading) -> Result<Outcome> {
    match command {
        ClientCommand::Add(args) => add(args, json, loading).await,
        ClientCommand::List(args) => list(&args, json, loading).await,
        ClientCommand::Revoke(args) => revoke(args, json, loading).await,
    }
}

async fn add(args: AddArgs, json: bool, loading: &Loading) -> Result<Outcome> {
    let store = args.at.open(loading).await?;
    let holder = holder(&store, &args.role, &args.unit)?;
    ensure!((1..=200).contains(&args.name.chars().count()), "a name has 1 to 200 characters");
    ensure!(named(&store, &args.name).await?.is_none(), "there is a client {} already", args.name);
    let (token, now) = (ClientToken::new()?, Clock::wall());
    let row = api_client::Model {
        id: Uuid::now_v7(),
        name: args.name,
        kind: ClientKind::Gateway,
        role: holder.role,
        unit: holder.unit,
        level: holder.level.as_str().parse()?,
        token_hash: token.hash,
        created_at: now,
        expires_at: At(now.0 + i64::from(args.days) * DAY_MICROS),
        revoked_at: None,
        version: 1,
    };
    let op = Op::of_operator(Arc::clone(&store.platform));
    let tx = op.begin_as_operator(ADD).await?;
    let row = tx.record(row.id, row).await?;
    tx.close(("ApiClient".to_owned(), row.id.to_string()), Done::at(DISTRICT)).await?;
    if json {
        print_json(&serde_json::json!({ "client": Shown::of(&row), "token": token.token }))?;
    } else {
        say(&format!("{}\n", token.token))?;
    }
    Ok(Outcome::Done)
}

/// The role at the level of its unit, if the policies give it any right today.
fn holder(store: &Store, role: &str, unit: &str) -> Result<Holder> {
    let policies = store.platform.policies.load();
    ensure!(policies.roles().contains(&role), "there is no role {role}");
    let level = match policies.units().into_iter().find(|(known, _)| *known == unit) {
        Some((_, level)) => level,
        None if unit == NO_UNIT => Level::Village,
        None => bail!("there is no unit {unit}"),
    };
    let holder = Holder { role: role.to_owned(), unit: unit.to_owned(), level, jurisdiction: String::new() };
    let today = local_day(store.platform.clock.domain(Clock::wall())).0;
    ensure!(!policies.permission_set(&holder, today).is_empty(), "the policies give {role} of {unit} no right");
    Ok(holder)
}

async fn named(store: &Store, name: &str) -> Result<Option<api_client::Model>> {
    let by_name = api_client::Column::Name.eq(name);
    Ok(api_client::Entity::find().filter(by_name).one(&store.platform.db.reader).await?)
}

async fn revoke(args: RevokeArgs, json: bool, loading: &Loading) -> Result<Outcome> {
    let store = args.at.open(loading).await?;
    let row = named(&store, &args.name).await?.with_context(|| format!("there is no client {}", args.name))?;
    ensure!(row.revoked_at.is_none(), "the client {} is revoked already", args.name);
    let row = api_client::Model { revoked_at: Some(Clock::wall()), version: row.version + 1, ..row };
    let op = Op::of_operator(Arc::clone(&store.platform));
    let tx = op.begin_as_operator(REVOKE).await?;
    tx.replace::<api_client::Entity, _>(row.id, row.clone()).await?;
    tx.close(("ApiClient".to_owned(), row.id.to_string()), Done::at(DISTRICT)).await?;
    if json {
        print_json(&serde_json::json!({ "client": Shown::of(&row) }))?;
    } else {
        say(&format!("{} is revoked\n", row.name))?;
    }
    Ok(Outcome::Done)
}

async fn list(args: &ListArgs, json: bool, loading: &Loading) -> Result<Outcome> {
    let store = args.open(loading).await?;
    let rows = api_client::Entity::find().order_by_asc(api_client::Column::Name);
    let rows = rows.all(&store.platform.db.reader).await?;
    let shown: Vec<Shown> = rows.iter().map(Shown::of).collect();
    if json {
        print_json(&serde_json::json!({ "clients": shown }))?;
        return Ok(Outcome::Done);
    }
    let cells = shown.into_iter().map(|one| {
        vec![one.name, one.kind.to_owned(), one.role, one.unit, one.expires_at, one.revoked_at.unwrap_or_default()]
    });
    let cells: Vec<_> = cells.collect();
    say(&table::render(&["client", "kind", "role", "unit", "expires", "revoked"], &cells))?;
    Ok(Outcome::Done)
}

/// A client as the operator sees it; of its token there is only a hash, which nobody needs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    name: String,
    kind: &'static str,
    role: String,
    unit: String,
    expires_at: String,
    revoked_at: Option<String>,
}

impl Shown {
    fn of(row: &api_client::Model) -> Self {
        Self {
            name: row.name.clone(),
            kind: row.kind.as_str(),
            role: row.role.clone(),
            unit: row.unit.clone(),
            expires_at: row.expires_at.to_string(),
            revoked_at: row.revoked_at.map(|at| at.to_string()),
        }
    }
}
