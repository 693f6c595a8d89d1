//! `onedoor token`: a token of a user, for scripts.

use super::{Loading, Outcome, Store, StoreArgs, print_json, say, settings::Settings};
use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use entity::{assignment, user_account};
use platform::{Actor, clock::Clock};
use policies::Level;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use std::path::PathBuf;

/// Print a token of a user.
#[derive(Args)]
pub(super) struct TokenArgs {
    /// Sign-in name.
    #[arg(long, value_name = "NAME")]
    user: String,
    #[command(flatten)]
    store: StoreArgs,
    /// Settings file.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub(super) async fn run(args: TokenArgs, json: bool, loading: &Loading) -> Result<Outcome> {
    let settings = Settings::load(args.config.as_deref(), loading)?;
    let store = Store::of(&args.store, &settings).await?;
    let user = user(&store, &args.user).await?;
    let (issuer, minutes) = store.issuer(&settings)?;
    let issued = issuer.issue(&user.subject, Clock::wall(), minutes)?;
    if json {
        let expires_at = issued.expires_at.to_string();
        print_json(&serde_json::json!({ "user": user.login, "token": issued.token, "expiresAt": expires_at }))?;
    } else {
        say(&format!("{}\n", issued.token))?;
    }
    Ok(Outcome::Done)
}

/// The account of a sign-in name, if it may be used.
pub(super) async fn user(store: &Store, login: &str) -> Result<user_account::Model> {
    let user = user_account::Entity::find()
        .filter(user_account::Column::Login.eq(login))
        .one(&store.platform.db.reader)
        .await?
        .with_context(|| format!("there is no user {login}"))?;
    ensure!(user.disabled_at.is_none(), "the user {login} is disabled");
    Ok(user)
}

/// A user under the only assignment held.
pub(super) async fn actor(store: &Store, login: &str) -> Result<Actor> {
    let user = user(store, login).await?;
    let held = assignment::Entity::find()
        .filter(assignment::Column::UserId.eq(user.id))
        .order_by_asc(assignment::Column::Id)
        .all(&store.platform.db.reader)
        .await?;
    let assignment = match <[assignment::Model; 1]>::try_from(held) {
        Ok([only]) => only,
        Err(held) => bail!("the user {login} holds {} assignments; this needs exactly one", held.len()),
    };
    Ok(Actor {
        user_id: user.id,
        login: user.login,
        assignment_id: assignment.id,
        role: assignment.role,
        unit: assignment.unit,
        level: Level::parse(assignment.level.as_str()).context("the assignment has no level")?,
        jurisdiction: assignment.jurisdiction,
    })
}
