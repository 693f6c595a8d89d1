//! Dated values that further policy sets bring for their own programmes.

use super::reference;
use anyhow::{Result, bail};
use entity::{Day, enums::ParameterStatus, parameter};
use platform::Tx;
use policies::{ParameterRow, Policies, Tag};
use sea_orm::{ConnectionTrait, EntityTrait};
use std::collections::BTreeSet;
use uuid::Uuid;

/// One change of the table.
pub(super) enum Change {
    /// A value that is new.
    Add(parameter::Model),
    /// A value that has been given its last day.
    Close(parameter::Model),
}

/// Every key that has a value once this program has loaded.
pub(in crate::cli) fn parameter_keys(policies: &Policies) -> Result<BTreeSet<String>> {
    let mut keys = reference::keys()?;
    keys.extend(policies.parameter_rows().iter().map(|row| row.key.clone()));
    Ok(keys)
}

/// What the store's values lack of the sets'; a value that a decision may have used never changes.
pub(super) async fn lacking<C: ConnectionTrait>(conn: &C, policies: &Policies) -> Result<Vec<Change>> {
    let known = parameter::Entity::find().all(conn).await?;
    let mut changes = Vec::new();
    for row in policies.parameter_rows() {
        let to_on = row.to.map(Day);
        match known.iter().find(|value| value.key == row.key && value.from_on == Day(row.from)) {
            None => changes.push(Change::Add(value(row))),
            Some(value) if value.value != row.value || value.source_doc != row.document => bail!(
                "parameter {} from {} is {} in the store and {} in {}:{}: a value is followed by a new dated one, never changed",
                row.key,
                row.from,
                value.value,
                row.value,
                row.at.file,
                row.at.line
            ),
            Some(value) if value.to_on == to_on => {}
            Some(value) if value.to_on.is_none() => {
                changes.push(Change::Close(parameter::Model { to_on, ..value.clone() }));
            }
            Some(_) => bail!(
                "parameter {} from {} has ended; a value is closed once and never reopened ({}:{})",
                row.key,
                row.from,
                row.at.file,
                row.at.line
            ),
        }
    }
    Ok(changes)
}

fn value(row: &ParameterRow) -> parameter::Model {
    parameter::Model {
        id: Uuid::now_v7(),
        set_name: row.set().to_owned(),
        key: row.key.clone(),
        value: row.value.clone(),
        value_unit: row.unit.clone(),
        from_on: Day(row.from),
        to_on: row.to.map(Day),
        source_doc: row.document.clone(),
        status: match row.tag {
            Tag::Certain => ParameterStatus::Confirmed,
            Tag::Default => ParameterStatus::Default,
            Tag::Memory => ParameterStatus::Memory,
        },
    }
}

pub(super) async fn load(tx: &Tx<'_>, changes: Vec<Change>) -> Result<()> {
    for change in changes {
        match change {
            Change::Add(value) => drop(tx.record(value.id, value).await?),
            Change::Close(value) => tx.replace(value.id, value).await?,
        }
    }
    Ok(())
}
