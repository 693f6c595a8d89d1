//! Settlement: one batch, one channel, the whole of it or nothing.

use super::{Entry, account_of, positive, post_entry, rule_for_channel};
use crate::{
    act::{Awaited, CaseAct, Look, Wait},
    case::Step,
    code::Code,
    error::{Error, Refusal, Result, ensure},
    id::Ref,
    op::Op,
    part::Saved,
    permissions as may,
    tx::{Done, Tx},
};
use entity::{
    Fen, Month, application, channel_rule, disbursement_batch,
    enums::{AccountKind, ApplicationState as S, ClockEffect, EntryKind},
    ledger_entry, person,
};
use schemars::JsonSchema;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde::Deserialize;
use std::collections::BTreeSet;

/// A batch to pay.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct DisbursementPost {
    /// Key under which a repeated call answers the first one's result.
    #[garde(length(chars, min = 1, max = 100))]
    pub idempotency_key: String,
    /// Channel the whole batch is paid from (资金渠道).
    #[garde(length(chars, min = 1, max = 40))]
    pub channel: String,
    /// Month it is for (发放月份).
    #[garde(skip)]
    pub month: Month,
    /// What is paid.
    #[garde(length(min = 1, max = 500), dive)]
    pub lines: Vec<DisbursementLine>,
}

/// One payment of a batch.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct DisbursementLine {
    /// Commitment it settles.
    #[garde(skip)]
    pub commitment_id: Option<Ref<ledger_entry::Entity>>,
    /// Programme code.
    #[garde(length(chars, min = 1, max = 40))]
    pub programme: String,
    /// Item of the programme.
    #[garde(length(chars, min = 1, max = 40))]
    pub item: String,
    /// Who is paid; the commitment's payee when left out.
    #[garde(skip)]
    pub payee_id: Option<Ref<person::Entity>>,
    /// Amount.
    #[garde(custom(positive))]
    pub amount: Fen,
}

pub(super) const SETTLE: CaseAct = CaseAct {
    states: |_, _| &[S::Approved, S::TownDecided, S::Disbursing, S::Active],
    awaited: Awaited::In(|_, _| {
        const UNPAID: &[Wait] = &[Wait::state(S::Approved), Wait::state(S::TownDecided), Wait::state(S::Disbursing)];
        UNPAID
    }),
    check: |look, case, act| Box::pin(may_settle(look, case, act)),
};

/// Errors: `COMMITMENT_MISSING`, `COMMITMENT_SETTLED`, `WRONG_STATE`.
async fn may_settle(look: &Look<'_>, case: &application::Model, act: &CaseAct) -> Result<()> {
    let refusal = |code| Refusal::new(code).field("input.lines");
    let (committed, settled) = look.postings(case).await?;
    ensure(committed > 0, || refusal(Code::CommitmentMissing))?;
    ensure(settled < committed, || refusal(Code::CommitmentSettled))?;
    look.must_be(case, act)
}

pub(super) async fn post(op: &Op, input: DisbursementPost) -> Result<Saved<disbursement_batch::Entity>> {
    let tx = op.begin(may::LEDGER_SETTLE).await?;

    // Channel first: a wrong fund refuses the batch before anything else is looked at.
    let mut rules = Vec::new();
    for line in &input.lines {
        rules.push(rule_for_channel(&tx, &line.programme, &line.item, &input.channel).await?);
    }
    let mut commitments = Vec::new();
    for (line, rule) in input.lines.iter().zip(&rules) {
        commitments.push(commitment(&tx, line, rule, input.month).await?);
    }
    let distinct: BTreeSet<_> = commitments.iter().map(|commitment| commitment.id).collect();
    ensure(distinct.len() == commitments.len(), || Refusal::new(Code::CommitmentSettled).field("input.lines"))?;
    let cases: BTreeSet<_> = commitments.iter().filter_map(|commitment| commitment.application_id).collect();
    let mut locked = Vec::new();
    for id in cases {
        let case = tx.case_unversioned(id).await?;
        SETTLE.ensure(&case.look(), &case.row).await?;
        locked.push(case);
    }

    let batch = open_batch(&tx, &input).await?;
    for (commitment, rule) in commitments.iter().zip(&rules) {
        settle(&tx, commitment, rule, &batch).await?;
    }
    for mut case in locked {
        let to = if unsettled(&tx, &case.row).await? == 0 { S::Active } else { S::Disbursing };
        case.advance(Step { to, clock: ClockEffect::Stop, reason: None }).await?;
    }

    let done = Done::at(&batch.jurisdiction);
    tx.finish(batch.id, 1, done).await
}

/// The open commitment a line settles, of the actor's place and exactly as the line says.
async fn commitment(
    tx: &Tx<'_>,
    line: &DisbursementLine,
    rule: &channel_rule::Model,
    month: Month,
) -> Result<ledger_entry::Model> {
    let missing = || Refusal::new(Code::CommitmentMissing).field("input.lines");
    let Some(reference) = line.commitment_id else { return Err(missing().into()) };
    let scope = tx.op().scope(tx.permission());
    let found = entity::find_scoped::<ledger_entry::Entity>(&scope)
        .filter(ledger_entry::Column::Id.eq(reference.id))
        .filter(ledger_entry::Column::Kind.eq(EntryKind::Commitment))
        .one(tx.conn())
        .await?
        .ok_or_else(missing)?;
    let fits = found.programme == line.programme && found.item == line.item && found.month == Some(month);
    ensure(fits && found.channel == rule.channel, missing)?;
    ensure(found.amount_fen == line.amount, || {
        Refusal::new(Code::AmountMismatch)
            .field("input.lines")
            .arg("committed", found.amount_fen)
            .arg("amount", line.amount)
    })?;
    if let Some(payee) = line.payee_id {
        ensure(found.payee_id == Some(payee.id), || Refusal::new(Code::PayeeMismatch).field("input.lines"))?;
    }
    let settled = ledger_entry::Entity::find()
        .filter(ledger_entry::Column::SettlesEntryId.eq(found.id))
        .filter(ledger_entry::Column::Kind.eq(EntryKind::Settlement))
        .count(tx.conn())
        .await?;
    ensure(settled == 0, || Refusal::new(Code::CommitmentSettled).field("input.lines"))?;
    Ok(found)
}

async fn open_batch(tx: &Tx<'_>, input: &DisbursementPost) -> Result<disbursement_batch::Model> {
    let op = tx.op();
    let id = tx.new_id();
    let total = input.lines.iter().try_fold(0_i64, |sum, line| sum.checked_add(line.amount.0));
    let row = disbursement_batch::Model {
        id,
        number: format!("F{}-{}", op.today().0.format("%Y%m%d"), id.simple()),
        channel: input.channel.clone(),
        month: input.month,
        total_fen: Fen(total.ok_or_else(|| Error::internal("the batch total overflows"))?),
        line_count: i32::try_from(input.lines.len()).map_err(Error::internal)?,
        posted_on: op.today(),
        posted_by: op.signed_in()?.user_id,
        jurisdiction: op.signed_in()?.jurisdiction.clone(),
    };
    tx.record(id, row).await
}

async fn settle(
    tx: &Tx<'_>,
    commitment: &ledger_entry::Model,
    rule: &channel_rule::Model,
    batch: &disbursement_batch::Model,
) -> Result<()> {
    let committed = account_of(tx, AccountKind::Committed, rule, &commitment.jurisdiction).await?;
    let expended = account_of(tx, AccountKind::Expended, rule, &commitment.jurisdiction).await?;
    let entry = Entry {
        month: commitment.month,
        benefit_line_id: commitment.benefit_line_id,
        application_id: commitment.application_id,
        payee_id: commitment.payee_id,
        settles_entry_id: Some(commitment.id),
        batch_id: Some(batch.id),
        jurisdiction: &commitment.jurisdiction,
        ..Entry::new(EntryKind::Settlement, &expended, &committed, commitment.amount_fen, rule)
    };
    post_entry(tx, entry).await?;
    Ok(())
}

/// Commitments of a case that no settlement stands against.
async fn unsettled(tx: &Tx<'_>, case: &application::Model) -> Result<u64> {
    let count = async |kind: EntryKind| {
        ledger_entry::Entity::find()
            .filter(ledger_entry::Column::ApplicationId.eq(case.id))
            .filter(ledger_entry::Column::Kind.eq(kind))
            .count(tx.conn())
            .await
    };
    Ok(count(EntryKind::Commitment).await?.saturating_sub(count(EntryKind::Settlement).await?))
}
