//! Accounts and totals against their entries, entries against their rules and against each other.

use super::{Kind, Report, pages::each, totals::Totals};
use crate::error::Result;
use entity::{
    Fen, account, channel_rule,
    enums::{AccountKind, EntryKind},
    ledger_entry,
};
use sea_orm::{ConnectionTrait, EntityTrait};
use std::collections::HashMap;
use uuid::Uuid;

pub(super) async fn walk<C: ConnectionTrait>(conn: &C, report: &mut Report) -> Result<()> {
    let rules: HashMap<Uuid, channel_rule::Model> =
        channel_rule::Entity::find().all(conn).await?.into_iter().map(|rule| (rule.id, rule)).collect();
    let mut accounts = HashMap::new();
    each::<account::Entity, C>(conn, report, |_, id, account| {
        accounts.insert(id, account);
    })
    .await?;
    let mut balances: HashMap<Uuid, i128> = HashMap::new();
    let mut commitments: HashMap<Uuid, Fen> = HashMap::new();
    let mut settled: Vec<(Uuid, Uuid, Fen)> = Vec::new();
    let mut totals = Totals::default();
    each::<ledger_entry::Entity, C>(conn, report, |report, id, entry| {
        *balances.entry(entry.debit_account_id).or_default() += i128::from(entry.amount_fen.0);
        *balances.entry(entry.credit_account_id).or_default() -= i128::from(entry.amount_fen.0);
        // An entry whose account is gone is named below; no town says where it counts.
        if let Some(debit) = accounts.get(&entry.debit_account_id) {
            totals.add(&entry, debit);
        }
        if let Some(what) = broken(&entry, rules.get(&entry.channel_rule_id), &accounts) {
            report.find(Kind::Ledger, "ledger_entry", id, what);
        }
        match (entry.kind, entry.settles_entry_id) {
            (EntryKind::Commitment, _) => {
                commitments.insert(id, entry.amount_fen);
            }
            (_, Some(commitment)) => settled.push((id, commitment, entry.amount_fen)),
            _ => {}
        }
    })
    .await?;
    totals.compare(conn, report).await?;
    for (id, commitment, amount) in settled {
        if commitments.get(&commitment) != Some(&amount) {
            report.find(Kind::Ledger, "ledger_entry", id, "it settles no commitment of its amount");
        }
    }
    for (id, account) in &accounts {
        let summed = balances.get(id).copied().unwrap_or_default();
        if summed != i128::from(account.balance_fen.0) {
            let what = format!("its balance is {}, its entries sum to {summed} fen", account.balance_fen);
            report.find(Kind::Ledger, "account", format!("{} ({id})", account.code), what);
        } else if summed < 0 && account.kind != AccountKind::Source {
            report.find(Kind::Ledger, "account", format!("{} ({id})", account.code), "it is overdrawn");
        }
    }
    Ok(())
}

/// Why an entry may not stand as it is.
fn broken(
    entry: &ledger_entry::Model,
    rule: Option<&channel_rule::Model>,
    accounts: &HashMap<Uuid, account::Model>,
) -> Option<&'static str> {
    let Some(rule) = rule else { return Some("its channel rule is gone") };
    if (&rule.programme, &rule.item, &rule.channel) != (&entry.programme, &entry.item, &entry.channel) {
        return Some("its channel rule is of another programme, item or channel");
    }
    if entry.posted_on < rule.from_on || rule.to_on.is_some_and(|to| to < entry.posted_on) {
        return Some("it was posted outside its channel rule's dates");
    }
    let fits = |id| {
        accounts.get(id).is_some_and(|account| account.programme == entry.programme && account.channel == entry.channel)
    };
    if !fits(&entry.debit_account_id) || !fits(&entry.credit_account_id) {
        return Some("one of its accounts is gone or of another channel");
    }
    if entry.amount_fen.0 <= 0 || entry.debit_account_id == entry.credit_account_id {
        return Some("it moves no money");
    }
    None
}
