//! A village's dibao roll (低保花名册) from a workbook: what was granted before this platform began.
//!
//! Each row makes its head, a household of the declared size and a benefit of origin `IMPORTED_ROLL`; no
//! application, no decision, no ledger entry. Its key is 低保证号 and 起始月: a second run adds nothing. Rows are
//! stored in chunks, each with the batch's counts in one transaction, so that after a kill the batch still accounts
//! for every row it holds, and the next run adds the rest.

mod archive;
mod cell;
mod columns;
mod problem;
mod row;
pub mod sample;
mod sheet;
mod store;

pub use problem::{FileProblem, Problem};

use entity::{enums::JurisdictionKind, jurisdiction};
use platform::{Op, Platform, crypto::sha256, reference};
use row::{Checked, RollRow};
use sea_orm::EntityTrait;
use serde::Serialize;
use std::{collections::BTreeMap, sync::Arc};
use store::{Batch, Verdict};
use tokio::sync::mpsc;

/// Rows stored in one transaction.
const ROWS_PER_TRANSACTION: usize = 100;
/// Chunks read ahead of the store.
const CHUNKS_AHEAD: usize = 2;
/// Problems a report lists; further ones are only counted.
const PROBLEMS_LISTED_MAX: usize = 5_000;

/// Greatest size of a workbook.
pub use archive::FILE_BYTES_MAX;

/// A workbook to import.
pub struct Workbook {
    /// Its name, for the batch.
    pub name: String,
    /// Its content.
    pub bytes: Arc<[u8]>,
}

/// Why an import ended early.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file is refused; nothing of it is stored.
    #[error(transparent)]
    File(#[from] FileProblem),
    /// The store failed; what was stored before stays, and the next run adds the rest.
    #[error("the store failed: {0}")]
    Store(#[from] platform::Error),
}

impl From<sea_orm::DbErr> for ImportError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Store(error.into())
    }
}

/// What an import did.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RollReport {
    /// The batch.
    pub batch_id: Option<uuid::Uuid>,
    /// The file.
    pub file: String,
    /// The sheet.
    pub sheet: String,
    /// Rows that describe a household; always added + known + bad.
    pub rows: u64,
    /// Rows stored.
    pub added: u64,
    /// Rows that were on record already.
    pub known: u64,
    /// Rows not taken.
    pub bad: u64,
    /// Lines that describe no household: totals, notes, signatures.
    pub skipped: u64,
    /// What is wrong with the bad rows.
    pub problems: Vec<Problem>,
}

/// How far an import is.
pub type Progress = dyn Fn(u64, u64) + Send + Sync;

/// Imports a roll; `progress` hears lines done and lines in all.
pub async fn import(
    platform: &Arc<Platform>,
    workbook: Workbook,
    progress: &Progress,
) -> Result<RollReport, ImportError> {
    let bytes = Arc::clone(&workbook.bytes);
    let layout = blocking(move || {
        archive::check(&bytes)?;
        sheet::survey(&bytes)
    })
    .await?;
    let lines = layout.row_count;
    let layout = Arc::new(layout);
    let checks = Checks::load(platform).await?;
    let mut batch = Batch::new(&workbook.name, sha256(&workbook.bytes), checks.district.clone());
    let mut report = RollReport {
        batch_id: None,
        file: workbook.name,
        sheet: layout.sheet.clone(),
        rows: 0,
        added: 0,
        known: 0,
        bad: 0,
        skipped: 0,
        problems: Vec::new(),
    };
    progress(0, lines);
    let (sender, mut chunks) = mpsc::channel(CHUNKS_AHEAD);
    let reader = {
        let (layout, bytes) = (Arc::clone(&layout), workbook.bytes);
        tokio::task::spawn_blocking(move || read(&bytes, &layout, &checks, &sender))
    };
    while let Some(chunk) = chunks.recv().await {
        store_chunk(platform, &mut batch, &layout, chunk, &mut report).await?;
        progress(report.rows + report.skipped, lines);
    }
    joined(reader.await)?;
    Ok(report)
}

/// Runs what reads a file off the async threads; a panic of the reader means that the file is damaged.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, FileProblem> + Send + 'static,
) -> Result<T, FileProblem> {
    joined(tokio::task::spawn_blocking(work).await)
}

fn joined<T>(outcome: Result<Result<T, FileProblem>, tokio::task::JoinError>) -> Result<T, FileProblem> {
    outcome.unwrap_or(Err(FileProblem::Damaged))
}

/// What rows are checked against.
struct Checks {
    district: String,
    villages: BTreeMap<String, String>,
    today: chrono::NaiveDate,
    age_max: i64,
    last_month: String,
}

impl Checks {
    async fn load(platform: &Arc<Platform>) -> Result<Self, ImportError> {
        let op = Op::of_operator(Arc::clone(platform));
        let places = jurisdiction::Entity::find().all(op.reader()).await?;
        let today = op.today();
        let parameters = reference::parameters(op.reader()).await?;
        let next_month = today.0.checked_add_months(chrono::Months::new(1)).unwrap_or(today.0);
        Ok(Self {
            district: places
                .iter()
                .find(|place| place.kind == JurisdictionKind::District)
                .map(|place| place.code.clone())
                .unwrap_or_default(),
            villages: villages(places),
            today: today.0,
            age_max: parameters.integer(platform::id_number::AGE_MAX, &today.to_string())?,
            last_month: next_month.format("%Y-%m").to_string(),
        })
    }
}

/// Codes by code and by plain name; a name that two places share names none, and the roll must give the code.
fn villages(places: Vec<jurisdiction::Model>) -> BTreeMap<String, String> {
    let mut codes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for place in places {
        if matches!(place.kind, JurisdictionKind::Village | JurisdictionKind::Community) {
            codes.entry(row::plain_village(&place.name_zh)).or_default().push(place.code);
        }
    }
    let by_code: Vec<_> = codes.values().flatten().map(|code| (code.clone(), code.clone())).collect();
    let by_name = codes.into_iter().filter_map(|(name, codes)| Some((name, <[String; 1]>::try_from(codes).ok()?)));
    by_name.map(|(name, [code])| (name, code)).chain(by_code).collect()
}

#[derive(Default)]
struct Chunk {
    rows: Vec<Result<Box<RollRow>, Vec<Problem>>>,
    skipped: u64,
}

/// Sends the rows of a sheet in chunks; ends quietly when no one takes them any more.
fn read(
    bytes: &[u8],
    layout: &sheet::Layout,
    checks: &Checks,
    sender: &mpsc::Sender<Chunk>,
) -> Result<(), FileProblem> {
    let context = row::Context {
        places: &layout.places,
        villages: &checks.villages,
        today: checks.today,
        age_max: checks.age_max,
        last_month: checks.last_month.clone(),
    };
    let mut chunk = Chunk::default();
    let mut open = true;
    sheet::rows::<FileProblem>(bytes, layout, |line| {
        match row::check(&line, &context) {
            Checked::Good(good) => chunk.rows.push(Ok(good)),
            Checked::Bad(problems) => chunk.rows.push(Err(problems)),
            Checked::NoData => chunk.skipped += 1,
        }
        if open && chunk.rows.len() >= ROWS_PER_TRANSACTION {
            open = sender.blocking_send(std::mem::take(&mut chunk)).is_ok();
        }
        Ok(())
    })?;
    drop(sender.blocking_send(chunk));
    Ok(())
}

async fn store_chunk(
    platform: &Arc<Platform>,
    batch: &mut Batch,
    layout: &sheet::Layout,
    chunk: Chunk,
    report: &mut RollReport,
) -> Result<(), ImportError> {
    report.skipped += chunk.skipped;
    if chunk.rows.is_empty() {
        return Ok(());
    }
    let op = Op::of_operator(Arc::clone(platform));
    let tx = op.begin_as_operator(store::IMPORT).await?;
    let parameters = reference::parameters(tx.conn()).await?;
    batch.open(&tx, &chunk.rows).await?;
    for line in chunk.rows {
        report.rows += 1;
        match line {
            Err(problems) => {
                report.bad += 1;
                list(report, problems);
            }
            Ok(good) => match batch.row(&tx, &parameters, &good).await? {
                Verdict::Added => report.added += 1,
                Verdict::Known => report.known += 1,
                Verdict::Bad(column, reason) => {
                    report.bad += 1;
                    list(report, vec![row::problem(good.number, column, &layout.places, &reason)]);
                }
            },
        }
    }
    batch.count(&tx, report).await?;
    report.batch_id = Some(batch.id());
    batch.close(tx).await?;
    Ok(())
}

fn list(report: &mut RollReport, problems: Vec<Problem>) {
    let room = PROBLEMS_LISTED_MAX.saturating_sub(report.problems.len());
    report.problems.extend(problems.into_iter().take(room));
}
