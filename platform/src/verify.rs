//! Walking the record: chains, protected rows, ledger, stored assessments, and the log of every case.
//!
//! One read-only snapshot of the database is walked in pages, so a running gateway gives no false alarm. That a
//! chain's tail was cut together with its head cannot show here: it shows only against a head exported earlier.

mod assessments;
mod cases;
mod chains;
mod ledger;
mod pages;
mod rows;
mod totals;

use crate::{error::Result, op::Platform};
use sea_orm::{AccessMode, DatabaseTransaction, IsolationLevel, TransactionTrait};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Rows fetched at a time.
const PAGE_ROWS: u64 = 500;

/// What kind of change was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, strum::Display)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// The row is not as the record says it was written.
    Changed,
    /// The record says it was written, and it is gone.
    Missing,
    /// It is there, and no event wrote it.
    Unrecorded,
    /// Its columns cannot be read as what they hold.
    Unreadable,
    /// A chain does not link.
    BrokenChain,
    /// An exported head is not in its chain, or its hash differs.
    HeadMismatch,
    /// A balance or a total differs from its entries, or an entry breaks its rule.
    Ledger,
    /// Computing a stored assessment again gives another one.
    Assessment,
    /// Two rows that must agree do not.
    Contradiction,
}

/// One row that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Kind of change.
    pub kind: Kind,
    /// Table.
    pub table: String,
    /// Key of the row, or chain and place.
    pub row: String,
    /// What does not fit; holds no personal data.
    pub what: String,
}

/// Last event of a chain; kept elsewhere, it shows later whether a tail was cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Chain.
    pub chain: String,
    /// Place of its last event.
    pub seq: i64,
    /// Hash of its last event.
    pub hash: String,
}

/// What a walk saw.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// Heads to export.
    pub heads: Vec<Head>,
    /// Rows walked, by table.
    pub walked: BTreeMap<String, u64>,
    /// Decisions whose assessment was computed again.
    pub assessments_recomputed: u64,
    /// Decisions of modules that are not loaded, which cannot be computed again here.
    pub assessments_skipped: u64,
    /// Every row that is not as it must be.
    pub findings: Vec<Finding>,
}

impl Report {
    fn find(&mut self, kind: Kind, table: &str, row: impl ToString, what: impl Into<String>) {
        self.findings.push(Finding { kind, table: table.to_owned(), row: row.to_string(), what: what.into() });
    }
}

/// Walks everything; `exported` are heads kept from an earlier walk.
pub async fn verify(platform: &Platform, exported: &[Head]) -> Result<Report> {
    let snapshot =
        platform.db.reader.begin_with_config(Some(IsolationLevel::RepeatableRead), Some(AccessMode::ReadOnly)).await?;
    let outcome = walk(platform, &snapshot, exported).await;
    snapshot.rollback().await?;
    outcome
}

async fn walk(platform: &Platform, snapshot: &DatabaseTransaction, exported: &[Head]) -> Result<Report> {
    let mut report = Report::default();
    let recorded = chains::walk(snapshot, exported, &mut report).await?;
    rows::walk(snapshot, recorded, &mut report).await?;
    ledger::walk(snapshot, &mut report).await?;
    assessments::walk(platform, snapshot, &mut report).await?;
    cases::walk(platform, snapshot, &mut report).await?;
    report.findings.sort_by(|a, b| (a.kind, &a.table, &a.row).cmp(&(b.kind, &b.table, &b.row)));
    report.findings.dedup();
    Ok(report)
}

fn unreadable(error: &sea_orm::DbErr) -> bool {
    matches!(error, sea_orm::DbErr::Type(_) | sea_orm::DbErr::Json(_) | sea_orm::DbErr::TryIntoErr { .. })
        || matches!(error, sea_orm::DbErr::Query(_))
}
