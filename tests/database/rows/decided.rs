//! A decision, its benefit, and the money behind it.

use super::{NOON, TOWN, VILLAGE, day, key, month, put};
use entity::{
    Fen, account, benefit, benefit_line, channel_rule, decision, disbursement_batch,
    enums::{AccountKind, AreaType, BenefitOrigin, BenefitState, DecisionOutcome, EntryKind},
    import_batch, ledger_entry, once_claim,
};
use sea_orm::{DatabaseConnection, EntityTrait, QueryOrder, QuerySelect};

pub const CHANNEL: &str = "CIVIL_SOCIAL_ASSISTANCE";
pub const ITEM: &str = "MONTHLY_ALLOWANCE";

pub async fn fill(db: &DatabaseConnection) {
    grant(db).await;
    roll(db).await;
    accounts(db).await;
    entries(db).await;
}

async fn grant(db: &DatabaseConnection) {
    let decision = decision::Model {
        id: key(63),
        number: "A-1-D1".to_owned(),
        application_id: key(40),
        ordinal: 1,
        level: "DISTRICT".to_owned(),
        unit: "DU_CIVIL".to_owned(),
        outcome: DecisionOutcome::Approved,
        amount_fen: Fen(54_600),
        start_month: Some(month("2018-11")),
        review_class: Some("ANNUAL".to_owned()),
        reason: None,
        assessment: "{}".to_owned(),
        facts: "{}".to_owned(),
        facts_hash: "0".repeat(64),
        parameters: "[]".to_owned(),
        module_version: "1".to_owned(),
        policy_version: "1".to_owned(),
        decided_on: day("2018-11-13"),
        decided_by: key(12),
        jurisdiction: VILLAGE.to_owned(),
        programme: "DIBAO".to_owned(),
    };
    put(db, decision).await;
    let once = once_claim::Model {
        id: key(68),
        decision_id: key(63),
        application_id: key(40),
        person_id: key(20),
        matter: "FIRE:2018-11-01".to_owned(),
        period: "2018".to_owned(),
        granted_on: day("2018-11-13"),
        jurisdiction: VILLAGE.to_owned(),
        programme: "DIBAO".to_owned(),
    };
    put(db, once).await;
}

async fn roll(db: &DatabaseConnection) {
    let batch = import_batch::Model {
        id: key(64),
        kind: "DIBAO_ROLL".to_owned(),
        file_name: "roll.xlsx".to_owned(),
        file_hash: "h".to_owned(),
        imported_at: NOON,
        row_count: 3,
        added_count: 1,
        known_count: 1,
        bad_count: 1,
        jurisdiction: TOWN.to_owned(),
    };
    put(db, batch).await;
    let imported = benefit::Model {
        id: key(65),
        application_id: None,
        decision_id: None,
        household_id: key(30),
        programme: "DIBAO".to_owned(),
        unit: "TU_SOCIAL".to_owned(),
        origin: BenefitOrigin::ImportedRoll,
        batch_id: Some(key(64)),
        certificate_no: Some("C-1".to_owned()),
        area_type: Some(AreaType::Rural),
        start_month: month("2018-01"),
        end_month: None,
        state: BenefitState::Active,
        amount_fen_month: Fen(41_000),
        review_class: None,
        next_review_on: None,
        jurisdiction: VILLAGE.to_owned(),
        version: 1,
    };
    let decided = benefit::Model {
        id: key(66),
        application_id: Some(key(40)),
        decision_id: Some(key(63)),
        origin: BenefitOrigin::Decision,
        batch_id: None,
        certificate_no: None,
        start_month: month("2018-11"),
        next_review_on: Some(day("2019-11-13")),
        review_class: Some("ANNUAL".to_owned()),
        ..imported.clone()
    };
    put(db, imported).await;
    put(db, decided).await;
    let line = benefit_line::Model {
        id: key(67),
        benefit_id: key(66),
        decision_id: Some(key(63)),
        person_id: None,
        item: ITEM.to_owned(),
        amount_fen: Fen(54_600),
        channel: CHANNEL.to_owned(),
        formula: Some("410 × 2".to_owned()),
        from_month: month("2018-11"),
        to_month: None,
        jurisdiction: VILLAGE.to_owned(),
        programme: "DIBAO".to_owned(),
    };
    put(db, line).await;
}

async fn accounts(db: &DatabaseConnection) {
    let rule = channel_rule::Model {
        id: key(70),
        programme: "DIBAO".to_owned(),
        item: ITEM.to_owned(),
        channel: CHANNEL.to_owned(),
        from_on: day("2018-01-01"),
        to_on: None,
        document: "渝财社".to_owned(),
        policy_version: "1".to_owned(),
    };
    put(db, rule.clone()).await;
    put(
        db,
        channel_rule::Model { id: key(71), item: "PRICE_SUBSIDY".to_owned(), to_on: Some(day("2018-12-31")), ..rule },
    )
    .await;
    let kinds = [AccountKind::Source, AccountKind::Appropriation, AccountKind::Committed, AccountKind::Expended];
    for (number, kind) in (80..).zip(kinds) {
        for (offset, programme, channel) in [(0, "DIBAO", CHANNEL), (100, "LINSHI", CHANNEL), (200, "DIBAO", "OTHER")] {
            let row = account::Model {
                id: key(number + offset),
                code: format!("{kind}:{programme}:{channel}"),
                kind,
                programme: programme.to_owned(),
                channel: channel.to_owned(),
                jurisdiction: TOWN.to_owned(),
                balance_fen: Fen(0),
            };
            put(db, row).await;
        }
    }
}

/// 2,000.00 yuan appropriated, 546.00 committed twice and once settled.
async fn entries(db: &DatabaseConnection) {
    let appropriation = ledger_entry::Model {
        id: key(72),
        kind: EntryKind::Appropriation,
        debit_account_id: key(81),
        credit_account_id: key(80),
        amount_fen: Fen(200_000),
        channel_rule_id: key(70),
        programme: "DIBAO".to_owned(),
        item: ITEM.to_owned(),
        channel: CHANNEL.to_owned(),
        month: None,
        posted_on: day("2018-10-19"),
        posted_at: NOON,
        benefit_line_id: None,
        application_id: None,
        payee_id: None,
        settles_entry_id: None,
        reverses_entry_id: None,
        batch_id: None,
        posted_by: key(10),
        jurisdiction: TOWN.to_owned(),
    };
    put(db, appropriation.clone()).await;
    let batch = disbursement_batch::Model {
        id: key(76),
        number: "F-1".to_owned(),
        channel: CHANNEL.to_owned(),
        month: month("2018-11"),
        total_fen: Fen(54_600),
        line_count: 1,
        posted_on: day("2018-11-20"),
        posted_by: key(10),
        jurisdiction: TOWN.to_owned(),
    };
    put(db, batch).await;
    let commitment = ledger_entry::Model {
        id: key(73),
        kind: EntryKind::Commitment,
        debit_account_id: key(82),
        credit_account_id: key(81),
        amount_fen: Fen(54_600),
        month: Some(month("2018-11")),
        posted_on: day("2018-11-13"),
        benefit_line_id: Some(key(67)),
        application_id: Some(key(40)),
        payee_id: Some(key(20)),
        jurisdiction: VILLAGE.to_owned(),
        ..appropriation
    };
    let settlement = ledger_entry::Model {
        id: key(75),
        kind: EntryKind::Settlement,
        debit_account_id: key(83),
        credit_account_id: key(82),
        posted_on: day("2018-11-20"),
        settles_entry_id: Some(key(73)),
        batch_id: Some(key(76)),
        ..commitment.clone()
    };
    put(db, commitment.clone()).await;
    put(db, ledger_entry::Model { id: key(74), ..commitment }).await;
    put(db, settlement).await;
    let found = account::Entity::find().order_by_asc(account::Column::Id).limit(4).all(db).await.expect("the accounts");
    let balances: Vec<i64> = found.iter().map(|account| account.balance_fen.0).collect();
    assert_eq!(balances, [-200_000, 90_800, 54_600, 54_600]);
}
