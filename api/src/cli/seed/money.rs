//! The demo's opening appropriations: one for each programme and channel, posted by the payer through the ledger.

use crate::cli::{Store, token};
use anyhow::{Context, Result};
use entity::{Fen, ledger_entry};
use platform::{
    Actor, Language, Op,
    clock::{Clock, local_day},
    dispatch,
    part::{Action, Part},
};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;
use std::{collections::BTreeMap, sync::Arc};
use uuid::Uuid;

/// Put at each channel's disposal.
const AMOUNT: Fen = Fen(100_000_000);
/// Channels that hold a reserve, each with the dated parameter that says how much.
const RESERVES: &[(&str, &str)] = &[("FC-TEMPRES", "temp.reserve")];
/// Who posts them.
const PAYER: &str = "fin";

/// Posts the appropriations of a store without a ledger entry.
pub(in crate::cli) async fn appropriate(store: &Store) -> Result<()> {
    let reader = &store.platform.db.reader;
    if ledger_entry::Entity::find().count(reader).await? > 0 {
        return Ok(());
    }
    // An action lives as long as the program; this one is made once in a store's life.
    let ledger: &'static Part = Box::leak(Box::new(platform::ledger::part()));
    let action = ledger.mutations.iter().find(|action| action.name == "ledgerAppropriate");
    let action = action.context("the ledger has no appropriation")?;
    let payer = token::actor(store, PAYER).await?;
    let mut first_items: BTreeMap<(String, String), String> = BTreeMap::new();
    let policies = store.platform.policies.load_full();
    for row in policies.funding_rows() {
        first_items.entry((row.programme.clone(), row.channel.clone())).or_insert_with(|| row.item.clone());
    }
    let parameters = platform::reference::parameters(reader).await?;
    let today = local_day(store.platform.clock.domain(Clock::wall())).to_string();
    for ((programme, channel), item) in first_items {
        let reserve = RESERVES.iter().find(|(reserve, _)| *reserve == channel);
        let amount = match reserve {
            Some((_, key)) => parameters.fen(key, &today)?,
            None => AMOUNT,
        };
        post(store, action, &payer, (&programme, &channel, &item), amount).await?;
    }
    Ok(())
}

async fn post(
    store: &Store,
    action: &'static Action,
    payer: &Actor,
    (programme, channel, item): (&str, &str, &str),
    amount: Fen,
) -> Result<()> {
    let op = Op::new(Arc::clone(&store.platform), Some(payer.clone()), None, Language::En, Uuid::now_v7());
    let input = json!({
        "idempotencyKey": format!("opening-{programme}-{channel}"),
        "programme": programme,
        "item": item,
        "channel": channel,
        "amount": amount,
    });
    dispatch::mutation(&op, action, input)
        .await
        .with_context(|| format!("the opening appropriation of {programme} {channel} is refused"))?;
    Ok(())
}
