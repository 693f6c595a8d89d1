//! Which channel pays which item, from the policies into the ledger's own table.

use anyhow::{Result, bail};
use entity::{Day, channel_rule};
use platform::Tx;
use policies::{FundingRow, Policies};
use sea_orm::{ConnectionTrait, EntityTrait};
use uuid::Uuid;

/// One change of the table.
pub(super) enum Change {
    /// A rule that is new.
    Add(channel_rule::Model),
    /// A rule that has been given its last day.
    Close(channel_rule::Model),
}

/// What the store's rules lack of the policies'.
pub(super) async fn lacking<C: ConnectionTrait>(conn: &C, policies: &Policies) -> Result<Vec<Change>> {
    let known = channel_rule::Entity::find().all(conn).await?;
    let mut changes = Vec::new();
    for row in policies.funding_rows() {
        let to_on = row.to.map(Day);
        match known.iter().find(|rule| same(rule, row)) {
            None => changes.push(Change::Add(channel_rule::Model {
                id: Uuid::now_v7(),
                programme: row.programme.clone(),
                item: row.item.clone(),
                channel: row.channel.clone(),
                from_on: Day(row.from),
                to_on,
                document: row.document.clone(),
                policy_version: policies.version_key().to_owned(),
            })),
            Some(rule) if rule.to_on == to_on => {}
            Some(rule) if rule.to_on.is_none() => {
                changes.push(Change::Close(channel_rule::Model { to_on, ..rule.clone() }))
            }
            Some(rule) => bail!(
                "the channel rule of {} {} {} has ended; a rule is closed once and never reopened",
                rule.programme,
                rule.item,
                rule.channel
            ),
        }
    }
    Ok(changes)
}

fn same(rule: &channel_rule::Model, row: &FundingRow) -> bool {
    (&rule.programme, &rule.item, &rule.channel, rule.from_on)
        == (&row.programme, &row.item, &row.channel, Day(row.from))
}

pub(super) async fn load(tx: &Tx<'_>, changes: Vec<Change>) -> Result<()> {
    for change in changes {
        match change {
            Change::Add(rule) => drop(tx.record(rule.id, rule).await?),
            Change::Close(rule) => tx.replace(rule.id, rule).await?,
        }
    }
    Ok(())
}
