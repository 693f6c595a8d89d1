//! Transfers (转办): a case passed to the unit that is to handle or decide it, with limits, and its way back.
//!
//! Routing follows the authority table; a limit that passes is shown, and decides nothing.

mod answer;
mod send;
mod types;

pub use answer::{TransferFeedBack, TransferInform, TransferReceive};
pub use send::TransferSend;

pub(crate) use answer::{close_by_decision, ensure_received};

use crate::{
    case::Case,
    code::Code,
    error::{Error, Refusal, Result, ensure},
    part::Part,
    permissions as may,
    tx::Tx,
};
use entity::{find_scoped, transfer};
use sea_orm::{ColumnTrait, QueryFilter};
use uuid::Uuid;

/// Transfers; sending, receiving, feeding back, informing.
pub fn part() -> Part {
    types::stored(Part::new("transfer"))
        .mutation(
            "transferSend",
            "Sends a case to the unit that is to handle or decide it (转办); the case lies with that unit from then on.",
            may::TRANSFER_SEND,
            send::send,
        )
        .on_case(send::SEND)
        .mutation(
            "transferReceive",
            "Receives a case that was sent to one's unit (签收转办).",
            may::TRANSFER_RECEIVE,
            answer::receive,
        )
        .on_case(answer::RECEIVE)
        .mutation(
            "transferFeedBack",
            "Feeds back what came of a transfer (反馈办理结果); a unit that is not competent names the one that is.",
            may::TRANSFER_FEED_BACK,
            answer::feed_back,
        )
        .on_case(answer::FEED_BACK)
        .mutation(
            "transferInform",
            "Records that the window has informed the applicant of what came of a transfer (告知申请人).",
            may::TRANSFER_INFORM,
            answer::inform,
        )
        .on_case(answer::INFORM)
}

/// A transfer of the actor's scope with its case, both as they stand under the case's lock, in the version the caller saw.
async fn locked<'tx, 'op>(
    tx: &'tx Tx<'op>,
    id: Uuid,
    expected_version: i32,
) -> Result<(Case<'tx, 'op>, transfer::Model)> {
    const ABSENT: Error = Error::NotFound { field: "input.transferId" };
    let find = || find_scoped::<transfer::Entity>(&tx.op().scope(tx.permission())).filter(transfer::Column::Id.eq(id));
    let named = find().one(tx.conn()).await?.ok_or(ABSENT)?;
    let case = tx.case_unversioned(named.application_id).await.map_err(|error| match error {
        Error::NotFound { .. } => ABSENT,
        other => other,
    })?;
    let row = find().one(tx.conn()).await?.ok_or(ABSENT)?;
    let current = row.version;
    ensure(current == i64::from(expected_version), || {
        Refusal::new(Code::StaleVersion).field("input.expectedVersion").arg("current", current)
    })?;
    Ok((case, row))
}

/// Saves a change of a transfer under its next version; answers that.
async fn save(tx: &Tx<'_>, mut row: transfer::Model) -> Result<i64> {
    row.version += 1;
    let version = row.version;
    tx.replace(row.id, row).await?;
    Ok(version)
}
