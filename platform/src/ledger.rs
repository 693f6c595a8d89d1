//! The one ledger (统一台账): appropriations, commitments, settlements, each entry on the channel its rule names.

mod disburse;

use crate::{
    act::Look,
    code::Code,
    error::{Error, Refusal, Result, ensure},
    module::AmountLine,
    op::Op,
    part::{DataClass, EntityBuilder, Part, Saved, ScopeBy, belongs_to, has_many},
    permissions as may,
    tx::{Done, Tx},
};
use entity::{
    Day, Fen, Month, Scoped, account, application, benefit_line, channel_rule, disbursement_batch,
    enums::{AccountKind, EntryKind},
    household, ledger_entry, ledger_total, person, user_account,
};
use schemars::JsonSchema;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::OnConflict,
};
use serde::Deserialize;
use std::collections::HashMap;
use uuid::Uuid;

/// Accounts, entries, their totals, batches, channel rules; appropriation and settlement.
pub fn part() -> Part {
    batches(totals(entries(accounts(Part::new("ledger")))))
        .mutation(
            "ledgerAppropriate",
            "Posts an appropriation to a programme's channel (下达资金).",
            may::LEDGER_APPROPRIATE,
            appropriate,
        )
        .mutation(
            "disbursementPost",
            "Settles commitments in one batch from one channel (发放); the whole batch or nothing.",
            may::LEDGER_SETTLE,
            disburse::post,
        )
        .on_case(disburse::SETTLE)
}

/// Channel rules and the accounts under them.
fn accounts(part: Part) -> Part {
    use account::Column as A;
    use channel_rule::Column as R;
    part.entity::<channel_rule::Entity>("ChannelRule", may::LEDGER_READ, DataClass::Public, ScopeBy::Public, |t| {
        t.columns([R::Programme, R::Item, R::Channel, R::FromOn, R::ToOn, R::Document]).list(
            "channelRules",
            "Which channel pays which item, with dates (资金渠道).",
            [R::Programme, R::Item, R::Channel],
            [R::Programme, R::Item],
        )
    })
    .entity::<account::Entity>(
        "Account",
        may::LEDGER_READ,
        DataClass::Internal,
        account::Entity::scope_by(),
        |t| {
            t.columns([A::Code, A::Kind, A::Programme, A::Channel, A::Jurisdiction, A::BalanceFen]).list(
                "accounts",
                "Accounts by channel (台账账户).",
                [A::Kind, A::Programme, A::Channel],
                [A::Code],
            )
        },
    )
}

/// Entries and all they refer to.
fn entries(part: Part) -> Part {
    use ledger_entry::Column as E;
    part.entity::<ledger_entry::Entity>(
        "LedgerEntry",
        may::LEDGER_READ,
        DataClass::Internal,
        ledger_entry::Entity::scope_by(),
        |t| {
            entry_edges(t.columns([
                E::Kind,
                E::AmountFen,
                E::Programme,
                E::Item,
                E::Channel,
                E::Month,
                E::PostedOn,
                E::PostedAt,
            ]))
            .list(
                "ledgerEntries",
                "Ledger entries (台账分录).",
                [E::Kind, E::Programme, E::Item, E::Channel, E::Month, E::PostedOn],
                [E::PostedOn],
            )
            .listed_in_order()
            .federated()
        },
    )
}

/// What entries sum to by month, so that statistics need not read them.
fn totals(part: Part) -> Part {
    use ledger_total::Column as T;
    part.entity::<ledger_total::Entity>(
        "LedgerTotal",
        may::LEDGER_READ,
        DataClass::Internal,
        ledger_total::Entity::scope_by(),
        |t| {
            t.columns([T::Jurisdiction, T::Programme, T::Channel, T::Month, T::Kind, T::Entries, T::AmountFen]).list(
                "ledgerTotals",
                "What entries sum to by town, programme, channel, month of posting and kind (台账月度汇总).",
                [T::Jurisdiction, T::Programme, T::Channel, T::Kind, T::Month],
                [T::Month],
            )
        },
    )
}

/// What an entry refers to.
fn entry_edges(t: EntityBuilder<ledger_entry::Entity>) -> EntityBuilder<ledger_entry::Entity> {
    use account::Column as A;
    use channel_rule::Column as R;
    use disbursement_batch::Column as B;
    use ledger_entry::Column as E;
    t.edge("debit", "Account", "Account debited (借方账户).", may::LEDGER_READ, belongs_to(E::DebitAccountId, A::Id))
        .edge(
            "credit",
            "Account",
            "Account credited (贷方账户).",
            may::LEDGER_READ,
            belongs_to(E::CreditAccountId, A::Id),
        )
        .edge(
            "rule",
            "ChannelRule",
            "Rule that names the channel (资金渠道依据).",
            may::LEDGER_READ,
            belongs_to(E::ChannelRuleId, R::Id),
        )
        .edge(
            "benefitLine",
            "BenefitLine",
            "Line it commits or settles (待遇明细).",
            may::BENEFIT_READ,
            belongs_to(E::BenefitLineId, benefit_line::Column::Id),
        )
        .edge(
            "application",
            "Application",
            "The case (申请).",
            may::APPLICATION_READ,
            belongs_to(E::ApplicationId, application::Column::Id),
        )
        .edge("payee", "Person", "Who is paid (收款人).", may::PERSON_READ, belongs_to(E::PayeeId, person::Column::Id))
        .edge(
            "settles",
            "LedgerEntry",
            "Commitment it settles (对应待付).",
            may::LEDGER_READ,
            belongs_to(E::SettlesEntryId, E::Id),
        )
        .edge(
            "settledBy",
            "LedgerEntry",
            "Settlements of this commitment (支付记录).",
            may::LEDGER_READ,
            has_many(E::Id, E::SettlesEntryId),
        )
        .edge(
            "batch",
            "DisbursementBatch",
            "Batch it was paid in (发放批次).",
            may::LEDGER_READ,
            belongs_to(E::BatchId, B::Id),
        )
}

/// Batches of payments.
fn batches(part: Part) -> Part {
    use disbursement_batch::Column as B;
    use ledger_entry::Column as E;
    part.entity::<disbursement_batch::Entity>(
        "DisbursementBatch",
        may::LEDGER_READ,
        DataClass::Internal,
        crate::reference::by_place("jurisdiction"),
        |t| {
            t.columns([B::Number, B::Channel, B::Month, B::TotalFen, B::LineCount, B::PostedOn])
                .edge("entries", "LedgerEntry", "Its entries (分录).", may::LEDGER_READ, has_many(B::Id, E::BatchId))
                .edge(
                    "postedBy",
                    "User",
                    "Who posted it (经办人).",
                    may::USER_READ,
                    belongs_to(B::PostedBy, user_account::Column::Id),
                )
                .list(
                    "disbursementBatches",
                    "Batches paid (发放批次).",
                    [B::Channel, B::Month, B::PostedOn],
                    [B::PostedOn],
                )
        },
    )
}

/// The rule that names an item's channel on a day. Error: `WRONG_FUNDING_CHANNEL` when no channel is in force.
pub async fn rule_in_force<C: ConnectionTrait>(
    conn: &C,
    programme: &str,
    item: &str,
    on: Day,
) -> Result<channel_rule::Model> {
    rules_in_force(conn, programme, item, on).await?.pop().ok_or_else(|| no_channel(programme, item))
}

fn no_channel(programme: &str, item: &str) -> Error {
    Refusal::new(Code::WrongFundingChannel).arg("programme", programme).arg("item", item).arg("channel", "-").into()
}

/// All rules of these programmes in force on a day, oldest first.
pub(crate) async fn rules_of<C: ConnectionTrait>(
    conn: &C,
    programmes: impl IntoIterator<Item = &str>,
    on: Day,
) -> Result<Vec<channel_rule::Model>> {
    use channel_rule::Column as C_;
    Ok(channel_rule::Entity::find()
        .filter(C_::Programme.is_in(programmes))
        .filter(C_::FromOn.lte(on))
        .filter(Condition::any().add(C_::ToOn.is_null()).add(C_::ToOn.gte(on)))
        .order_by_asc(C_::Id)
        .all(conn)
        .await?)
}

/// All rules of an item in force on a day.
pub(crate) async fn rules_in_force<C: ConnectionTrait>(
    conn: &C,
    programme: &str,
    item: &str,
    on: Day,
) -> Result<Vec<channel_rule::Model>> {
    use channel_rule::Column as C_;
    Ok(channel_rule::Entity::find()
        .filter(C_::Programme.eq(programme))
        .filter(C_::Item.eq(item))
        .filter(C_::FromOn.lte(on))
        .filter(Condition::any().add(C_::ToOn.is_null()).add(C_::ToOn.gte(on)))
        .order_by_asc(C_::Id)
        .all(conn)
        .await?)
}

/// Posts the commitment of a decision: one entry a line, from the appropriation of its channel, owed to the head of the
/// household unless the line names another payee.
///
/// Error: `BUDGET_EXHAUSTED`, and then nothing is posted.
pub(crate) async fn commit(
    tx: &Tx<'_>,
    case: &application::Model,
    lines: impl Iterator<Item = ((&benefit_line::Model, &channel_rule::Model), Option<Uuid>)>,
) -> Result<()> {
    let household = household::Entity::find_by_id(case.household_id)
        .one(tx.conn())
        .await?
        .ok_or_else(|| Error::internal("a case without its household"))?;
    for ((line, rule), payee_id) in lines {
        // A line of nothing grants nothing; an entry must move money.
        if line.amount_fen.0 == 0 {
            continue;
        }
        let from = account_of(tx, AccountKind::Appropriation, rule, &case.jurisdiction).await?;
        let to = account_of(tx, AccountKind::Committed, rule, &case.jurisdiction).await?;
        room(&from.channel, from.balance_fen, line.amount_fen)?;
        let entry = Entry {
            month: Some(line.from_month),
            benefit_line_id: Some(line.id),
            application_id: Some(case.id),
            payee_id: payee_id.or(Some(household.head_person_id)),
            jurisdiction: &case.jurisdiction,
            ..Entry::new(EntryKind::Commitment, &to, &from, line.amount_fen, rule)
        };
        post_entry(tx, entry).await?;
    }
    Ok(())
}

/// One entry to post.
pub(crate) struct Entry<'a> {
    kind: EntryKind,
    debit: &'a account::Model,
    credit: &'a account::Model,
    amount: Fen,
    rule: &'a channel_rule::Model,
    pub(crate) month: Option<Month>,
    pub(crate) benefit_line_id: Option<Uuid>,
    pub(crate) application_id: Option<Uuid>,
    pub(crate) payee_id: Option<Uuid>,
    pub(crate) settles_entry_id: Option<Uuid>,
    pub(crate) batch_id: Option<Uuid>,
    pub(crate) jurisdiction: &'a str,
}

impl<'a> Entry<'a> {
    pub(crate) fn new(
        kind: EntryKind,
        debit: &'a account::Model,
        credit: &'a account::Model,
        amount: Fen,
        rule: &'a channel_rule::Model,
    ) -> Self {
        Self {
            kind,
            debit,
            credit,
            amount,
            rule,
            month: None,
            benefit_line_id: None,
            application_id: None,
            payee_id: None,
            settles_entry_id: None,
            batch_id: None,
            jurisdiction: &debit.jurisdiction,
        }
    }
}

/// Posts one entry; the database keeps both balances and checks channel and dates a second time.
pub(crate) async fn post_entry(tx: &Tx<'_>, entry: Entry<'_>) -> Result<ledger_entry::Model> {
    let id = tx.new_id();
    let row = ledger_entry::Model {
        id,
        kind: entry.kind,
        debit_account_id: entry.debit.id,
        credit_account_id: entry.credit.id,
        amount_fen: entry.amount,
        channel_rule_id: entry.rule.id,
        programme: entry.rule.programme.clone(),
        item: entry.rule.item.clone(),
        channel: entry.rule.channel.clone(),
        month: entry.month,
        posted_on: tx.op().today(),
        posted_at: tx.op().instant(),
        benefit_line_id: entry.benefit_line_id,
        application_id: entry.application_id,
        payee_id: entry.payee_id,
        settles_entry_id: entry.settles_entry_id,
        reverses_entry_id: None,
        batch_id: entry.batch_id,
        posted_by: tx.op().signed_in()?.user_id,
        jurisdiction: entry.jurisdiction.to_owned(),
    };
    tx.record(id, row).await
}

/// The account of a kind for a rule's programme and channel in a place's town, locked; made on first use.
pub(crate) async fn account_of(
    tx: &Tx<'_>,
    kind: AccountKind,
    rule: &channel_rule::Model,
    jurisdiction: &str,
) -> Result<account::Model> {
    let town = jurisdiction.get(..9).unwrap_or(jurisdiction);
    let code = format!("{kind}:{}:{}:{town}", rule.programme, rule.channel);
    let first = account::ActiveModel {
        id: Set(tx.new_id()),
        code: Set(code.clone()),
        kind: Set(kind),
        programme: Set(rule.programme.clone()),
        channel: Set(rule.channel.clone()),
        jurisdiction: Set(town.to_owned()),
        balance_fen: Set(Fen(0)),
    };
    account::Entity::insert(first)
        .on_conflict(OnConflict::column(account::Column::Code).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(tx.conn())
        .await?;
    account::Entity::find()
        .filter(account::Column::Code.eq(code))
        .lock_exclusive()
        .one(tx.conn())
        .await?
        .ok_or_else(|| Error::internal("an account that was just made is gone"))
}

/// Refuses what a fund has no room for.
fn room(channel: &str, balance: Fen, amount: Fen) -> Result<()> {
    ensure(balance.0 >= amount.0, || Refusal::new(Code::BudgetExhausted).arg("channel", channel).arg("amount", amount))
}

/// Refuses lines that no channel pays today, or whose funds have no room for them one after the other.
///
/// Errors: `WRONG_FUNDING_CHANNEL`, `BUDGET_EXHAUSTED`.
pub(crate) async fn ensure_room(look: &Look<'_>, case: &application::Model, lines: &[AmountLine]) -> Result<()> {
    let mut rules = Vec::new();
    for line in lines {
        let rule = look.channel_rule(&case.programme, &line.item).await?;
        rules.push(rule.ok_or_else(|| no_channel(&case.programme, &line.item))?);
    }
    let mut taken: HashMap<&str, i64> = HashMap::new();
    for (line, rule) in lines.iter().zip(rules).filter(|(line, _)| line.amount.0 != 0) {
        let taken = taken.entry(rule.channel.as_str()).or_default();
        room(&rule.channel, Fen(look.fund(case, rule).await?.0 - *taken), line.amount)?;
        *taken += line.amount.0;
    }
    Ok(())
}

/// Money put at a programme's disposal.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct Appropriation {
    /// Key under which a repeated call answers the first one's result.
    #[garde(length(chars, min = 1, max = 100))]
    pub idempotency_key: String,
    /// Programme code.
    #[garde(length(chars, min = 1, max = 40))]
    pub programme: String,
    /// Item of the programme.
    #[garde(length(chars, min = 1, max = 40))]
    pub item: String,
    /// Funding channel (资金渠道).
    #[garde(length(chars, min = 1, max = 40))]
    pub channel: String,
    /// Amount.
    #[garde(custom(positive))]
    pub amount: Fen,
}

pub(crate) fn positive(amount: &Fen, (): &()) -> garde::Result {
    if amount.0 > 0 { Ok(()) } else { Err(garde::Error::new("must be more than 0.00")) }
}

async fn appropriate(op: &Op, input: Appropriation) -> Result<Saved<ledger_entry::Entity>> {
    let tx = op.begin(may::LEDGER_APPROPRIATE).await?;

    let rule = rule_for_channel(&tx, &input.programme, &input.item, &input.channel).await?;
    let place = op.signed_in()?.jurisdiction.clone();

    let source = account_of(&tx, AccountKind::Source, &rule, &place).await?;
    let fund = account_of(&tx, AccountKind::Appropriation, &rule, &place).await?;
    let entry = post_entry(&tx, Entry::new(EntryKind::Appropriation, &fund, &source, input.amount, &rule)).await?;

    tx.finish(entry.id, 1, Done::at(&place)).await
}

/// The rule that lets this channel pay this item today. Error: `WRONG_FUNDING_CHANNEL`.
pub(crate) async fn rule_for_channel(
    tx: &Tx<'_>,
    programme: &str,
    item: &str,
    channel: &str,
) -> Result<channel_rule::Model> {
    rules_in_force(tx.conn(), programme, item, tx.op().today())
        .await?
        .into_iter()
        .find(|rule| rule.channel == channel)
        .ok_or_else(|| {
            Refusal::new(Code::WrongFundingChannel)
                .field("input.channel")
                .arg("programme", programme)
                .arg("item", item)
                .arg("channel", channel)
                .into()
        })
}
