//! `onedoor user` and `onedoor assignment`: who works here, and as what; the operator's door.
//!
//! Every change is in the record like any other. A server notices it at the next request.

use super::{Loading, Outcome, Store, StoreArgs, print_json, say, settings::Settings, table};
use crate::identity::hash_password;
use anyhow::{Context, Result, anyhow, ensure};
use clap::{Args, Subcommand};
use entity::{Day, assignment, enums::UnitLevel, jurisdiction, user_account};
use platform::{Op, Tx, tx::Done};
use policies::Permission;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use std::{io::Read, path::PathBuf, sync::Arc};

/// What the operator's changes are called in the record.
const ADD_USER: Permission = work("user.add");
const SET_PASSWORD: Permission = work("user.password");
const DISABLE_USER: Permission = work("user.disable");
const ENABLE_USER: Permission = work("user.enable");
const GIVE: Permission = work("assignment.give");
const END: Permission = work("assignment.end");

/// Fewest characters of a password.
const PASSWORD_CHARS_MIN: usize = 12;

const fn work(name: &'static str) -> Permission {
    Permission { name, step: None, programme: None }
}

/// Who may sign in.
#[derive(Subcommand)]
pub(super) enum UserCommand {
    /// Add a user; nobody signs in as one before there is a password, or an outside issuer's subject.
    Add(AddArgs),
    /// Set a user's password: its only line on standard input.
    Password(UserArgs),
    /// Let a user do nothing any more, from the next request on.
    Disable(UserArgs),
    /// Let a disabled user work again.
    Enable(UserArgs),
    /// List users with their assignments of today.
    List(ListArgs),
}

/// As what users work.
#[derive(Subcommand)]
pub(super) enum AssignmentCommand {
    /// Give a user a role for a unit in a place.
    Give(GiveArgs),
    /// End an assignment, from the next request on, or after a day.
    End(EndArgs),
}

/// Where the store is.
#[derive(Args)]
pub(super) struct Place {
    #[command(flatten)]
    store: StoreArgs,
    /// Settings file.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Args)]
pub(super) struct AddArgs {
    /// Sign-in name.
    login: String,
    /// Name of the person.
    #[arg(long)]
    name: String,
    /// Code of the place of work.
    #[arg(long, value_name = "CODE")]
    jurisdiction: String,
    /// Subject of an outside issuer's tokens for this user.
    #[arg(long)]
    subject: Option<String>,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
pub(super) struct UserArgs {
    /// Sign-in name.
    login: String,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
pub(super) struct GiveArgs {
    /// Sign-in name.
    login: String,
    /// Role code, such as TW.
    #[arg(long)]
    role: String,
    /// Unit code, such as TW_WINDOW.
    #[arg(long)]
    unit: String,
    /// Code of the place it covers, with everything below it.
    #[arg(long, value_name = "CODE")]
    jurisdiction: String,
    /// First day; today when left out.
    #[arg(long, value_name = "DAY")]
    from: Option<Day>,
    /// Last day; none when left out.
    #[arg(long, value_name = "DAY")]
    to: Option<Day>,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
pub(super) struct EndArgs {
    /// Sign-in name.
    login: String,
    /// Role code.
    #[arg(long)]
    role: String,
    /// Unit code.
    #[arg(long)]
    unit: String,
    /// Last day; at once when left out.
    #[arg(long, value_name = "DAY")]
    last: Option<Day>,
    #[command(flatten)]
    place: Place,
}

impl Place {
    async fn store(&self, loading: &Loading) -> Result<Store> {
        Store::of(&self.store, &Settings::load(self.config.as_deref(), loading)?).await
    }
}

pub(super) async fn user(command: UserCommand, json: bool, loading: &Loading) -> Result<Outcome> {
    match command {
        UserCommand::Add(args) => add(args, json, loading).await,
        UserCommand::Password(args) => {
            let hash = hash_password(&password()?)?;
            change(&args, SET_PASSWORD, json, loading, |user, _| {
                user.password_hash = Some(hash);
                Ok(())
            })
            .await
        }
        UserCommand::Disable(args) => {
            change(&args, DISABLE_USER, json, loading, |user, op| {
                ensure!(user.disabled_at.is_none(), "the user {} is disabled already", user.login);
                user.disabled_at = Some(op.wall_at());
                Ok(())
            })
            .await
        }
        UserCommand::Enable(args) => {
            change(&args, ENABLE_USER, json, loading, |user, _| {
                ensure!(user.disabled_at.is_some(), "the user {} is not disabled", user.login);
                user.disabled_at = None;
                Ok(())
            })
            .await
        }
        UserCommand::List(args) => list(&args, json, loading).await,
    }
}

pub(super) async fn assignment(command: AssignmentCommand, json: bool, loading: &Loading) -> Result<Outcome> {
    match command {
        AssignmentCommand::Give(args) => give(args, json, loading).await,
        AssignmentCommand::End(args) => end(&args, json, loading).await,
    }
}

async fn add(args: AddArgs, json: bool, loading: &Loading) -> Result<Outcome> {
    let store = args.place.store(loading).await?;
    let op = Op::of_operator(Arc::clone(&store.platform));
    let tx = op.begin_as_operator(ADD_USER).await?;
    ensure_place(tx.conn(), &args.jurisdiction).await?;
    let known = user_account::Entity::find().filter(user_account::Column::Login.eq(&args.login));
    ensure!(known.one(tx.conn()).await?.is_none(), "there is a user {} already", args.login);
    let user = user_account::Model {
        id: tx.new_id(),
        // Without an outside subject only our own tokens stand for the user.
        subject: args.subject.unwrap_or_else(|| format!("onedoor:user:{}", args.login)),
        login: args.login,
        name_zh: args.name,
        password_hash: None,
        person_id: None,
        jurisdiction: args.jurisdiction,
        disabled_at: None,
        created_at: op.wall_at(),
        version: 1,
    };
    tx.record(user.id, user.clone()).await?;
    done(tx, &user, json).await
}

/// Changes a user's row.
async fn change(
    args: &UserArgs,
    work: Permission,
    json: bool,
    loading: &Loading,
    change: impl FnOnce(&mut user_account::Model, &Op) -> Result<()>,
) -> Result<Outcome> {
    let store = args.place.store(loading).await?;
    let op = Op::of_operator(Arc::clone(&store.platform));
    let tx = op.begin_as_operator(work).await?;
    let mut user = user_of(tx.conn(), &args.login).await?;
    change(&mut user, &op)?;
    user.version += 1;
    tx.replace(user.id, user.clone()).await?;
    done(tx, &user, json).await
}

async fn give(args: GiveArgs, json: bool, loading: &Loading) -> Result<Outcome> {
    let store = args.place.store(loading).await?;
    let op = Op::of_operator(Arc::clone(&store.platform));
    let tx = op.begin_as_operator(GIVE).await?;
    let user = user_of(tx.conn(), &args.login).await?;
    ensure!(op.policies().roles().contains(&args.role.as_str()), "no policy knows a role {}", args.role);
    let units = op.policies().units();
    let unit = units.into_iter().find(|(code, _)| *code == args.unit);
    let (_, level) = unit.with_context(|| format!("no policy knows a unit {}", args.unit))?;
    let level: UnitLevel = level.as_str().parse().map_err(|_| anyhow!("no unit has the level {}", level.as_str()))?;
    ensure_place(tx.conn(), &args.jurisdiction).await?;
    let from_on = args.from.unwrap_or_else(|| op.today());
    ensure!(args.to.is_none_or(|to| from_on <= to), "the last day is before the first");
    let given = assignment::Model {
        id: tx.new_id(),
        user_id: user.id,
        role: args.role,
        unit: args.unit,
        level,
        jurisdiction: args.jurisdiction,
        from_on,
        to_on: args.to,
        granted_by: None,
        version: 1,
    };
    tx.record(given.id, given).await?;
    done(tx, &user, json).await
}

async fn end(args: &EndArgs, json: bool, loading: &Loading) -> Result<Outcome> {
    let store = args.place.store(loading).await?;
    let op = Op::of_operator(Arc::clone(&store.platform));
    let tx = op.begin_as_operator(END).await?;
    let user = user_of(tx.conn(), &args.login).await?;
    // At once means that yesterday was the last day: an assignment lasts to the end of its last one.
    let last = args.last.unwrap_or(Day(op.today().0 - chrono::Days::new(1)));
    let held = assignment::Entity::find()
        .filter(assignment::Column::UserId.eq(user.id))
        .filter(assignment::Column::Role.eq(&args.role))
        .filter(assignment::Column::Unit.eq(&args.unit))
        .all(tx.conn())
        .await?;
    let mut ended = 0;
    for mut held in held.into_iter().filter(|held| held.to_on.is_none_or(|to| to > last)) {
        ensure!(
            held.from_on <= last,
            "{} is {} of {} since {}: end it with that day as its last, or disable the user",
            user.login,
            args.role,
            args.unit,
            held.from_on
        );
        held.to_on = Some(last);
        held.version += 1;
        tx.replace(held.id, held).await?;
        ended += 1;
    }
    ensure!(ended > 0, "{} is not {} of {} after {last}", user.login, args.role, args.unit);
    done(tx, &user, json).await
}

async fn list(args: &ListArgs, json: bool, loading: &Loading) -> Result<Outcome> {
    let store = args.place.store(loading).await?;
    let conn = &store.platform.db.reader;
    let today = Op::of_operator(Arc::clone(&store.platform)).today();
    let users = user_account::Entity::find().order_by_asc(user_account::Column::Login).all(conn).await?;
    let held = assignment::Entity::find().order_by_asc(assignment::Column::Id).all(conn).await?;
    let rows: Vec<_> = users
        .iter()
        .map(|user| {
            let today = |held: &&assignment::Model| {
                held.user_id == user.id && held.from_on <= today && held.to_on.is_none_or(|to| to >= today)
            };
            let posts = held.iter().filter(today);
            let posts: Vec<_> =
                posts.map(|held| format!("{} {} {}", held.role, held.unit, held.jurisdiction)).collect();
            let state = match (user.disabled_at, &user.password_hash) {
                (Some(_), _) => "disabled",
                (None, Some(_)) => "password",
                (None, None) => "no password",
            };
            vec![user.login.clone(), user.name_zh.clone(), state.to_owned(), posts.join("; ")]
        })
        .collect();
    let columns = ["user", "name", "state", "assignments"];
    if json {
        let named = |row: &Vec<String>| -> serde_json::Map<_, _> {
            columns.iter().zip(row).map(|(name, value)| ((*name).to_owned(), value.as_str().into())).collect()
        };
        print_json(&rows.iter().map(named).collect::<Vec<_>>())?;
    } else {
        say(&table::render(&columns, &rows))?;
    }
    Ok(Outcome::Done)
}

/// Commits, and says whose account it is about.
async fn done(tx: Tx<'_>, user: &user_account::Model, json: bool) -> Result<Outcome> {
    let work = tx.permission().name;
    tx.close(("User".to_owned(), user.id.to_string()), Done::at(&user.jurisdiction)).await?;
    if json {
        print_json(&serde_json::json!({ "done": work, "user": user.login }))?;
    } else {
        say(&format!("{work}: {}\n", user.login))?;
    }
    Ok(Outcome::Done)
}

async fn user_of<C: ConnectionTrait>(conn: &C, login: &str) -> Result<user_account::Model> {
    let user = user_account::Entity::find().filter(user_account::Column::Login.eq(login)).one(conn).await?;
    user.with_context(|| format!("there is no user {login}"))
}

async fn ensure_place<C: ConnectionTrait>(conn: &C, code: &str) -> Result<()> {
    let known = jurisdiction::Entity::find_by_id(code.to_owned()).one(conn).await?;
    ensure!(known.is_some(), "there is no place {code}");
    Ok(())
}

/// The only line on standard input; a password is never an argument, which others could read.
fn password() -> Result<String> {
    let mut text = String::new();
    std::io::stdin().take(4096).read_to_string(&mut text).context("the password could not be read")?;
    let password = text.strip_suffix('\n').unwrap_or(&text);
    ensure!(!password.contains(['\n', '\0']), "a password is one line");
    ensure!(password.chars().count() >= PASSWORD_CHARS_MIN, "a password has at least {PASSWORD_CHARS_MIN} characters");
    Ok(password.to_owned())
}
