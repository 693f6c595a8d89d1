//! `onedoor serve`: a store behind HTTP, without sample data.

use super::{
    Loading, Outcome, Store, print_json, say,
    settings::Settings,
    store::{Kind, StoreOptions, configured_keys},
};
use crate::{
    explain,
    gateway::Gateway,
    http::{Server, asked_to_stop},
    identity::{Identity, Users, part},
};
use anyhow::{Context, Result};
use clap::Args;
use std::{net::SocketAddr, path::PathBuf, sync::Arc};

/// Where to listen unless told otherwise.
const LISTEN: &str = "127.0.0.1:8000";

/// Serve a store without sample data.
///
/// A new store is given divisions, units, windows, rule values, policies, and a post for every role, unit and place;
/// posts have no password, so nobody signs in until `onedoor token` or an outside issuer lets them. Settings come
/// from onedoor.toml and from the environment (ONEDOOR_DATABASE, ONEDOOR_KEYS, ONEDOOR_IDENTITY__ISSUER …).
#[derive(Args)]
pub(super) struct ServeArgs {
    /// Database by URL: sqlite://PATH?mode=rwc or postgres://….
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Address and port; port 0 takes a free one.
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// Settings file; onedoor.toml if it is there.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub(super) async fn run(args: ServeArgs, json: bool, loading: &Loading) -> Result<Outcome> {
    let settings = Settings::load(args.config.as_deref(), loading)?;
    let url = args.database.or_else(|| settings.database.clone());
    let url = url.context("no database is named: give --database, or set ONEDOOR_DATABASE")?;
    let listen = args.listen.or_else(|| settings.listen.clone());
    let address = address(listen.as_deref().unwrap_or(LISTEN))?;
    settings.http.check(address)?;
    let options = StoreOptions {
        url,
        keys: configured_keys(&settings)?,
        kind: Kind::Served,
        clock: None,
        policies: settings.policies.clone(),
        loading: settings.loading(),
    };
    let store = Store::open(options).await?;
    let server = listen_on(&store, &settings, address).await?;
    let stop = asked_to_stop();
    ready(server.address(), json)?;
    server.run(stop).await?;
    Ok(Outcome::Done)
}

/// Reads an address with its port.
pub(super) fn address(text: &str) -> Result<SocketAddr> {
    text.parse().with_context(|| format!("{text} is no address with a port, such as {LISTEN}"))
}

/// The one line that says where.
pub(super) fn ready(address: SocketAddr, json: bool) -> Result<()> {
    let url = format!("http://{address}");
    if json {
        return print_json(&serde_json::json!({ "ready": url }));
    }
    say(&format!("ready {url}\n"))
}

/// The gateway over a store, and who may come in.
pub(super) fn gateway(store: &Store, settings: &Settings) -> Result<(Arc<Gateway>, Arc<Identity>)> {
    let users = Users::of(Arc::clone(&store.platform));
    let identity = Identity::open(settings.identity.clone(), Some(&store.keys.signing_pkcs8()), users)?;
    let identity = Arc::new(identity);
    let mut parts = store.parts();
    parts.push(part(&identity));
    let explainer = Arc::default();
    parts.push(explain::part(&explainer));
    let gateway = Gateway::new(Arc::clone(&store.platform), parts, settings.gateway())?;
    explainer.learn(gateway.snapshots().full());
    Ok((Arc::new(gateway), identity))
}

/// Listens for a store; connections wait until the server runs.
pub(super) async fn listen_on(store: &Store, settings: &Settings, address: SocketAddr) -> Result<Server> {
    let (gateway, identity) = gateway(store, settings)?;
    Server::listen(address, settings.http.clone(), settings.language(), identity, gateway).await
}
