//! What the family is handed (文书), as data: filing receipt, supplement list, acceptance receipt, decision letter.
//!
//! Each is told from stored rows alone, and null until it is issued.

mod file;
mod form;

use file::{File, Files};
use form::{AcceptanceReceipt, DecisionLetter, FilingReceipt, LetterGround, SupplementList};

use crate::{
    application::module_of,
    calendar,
    error::{Error, Result},
    module::{Assessment, Limit, Parameters},
    op::Op,
    part::{DataClass, EntityBuilder},
    permissions as may, reference,
};
use entity::{Day, application, decision, enums::DecisionOutcome, service_window};
use futures_util::future::BoxFuture;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::Value;
use std::collections::HashMap;
use uuid::Uuid;

/// The parameter that holds within how many days reconsideration may be asked for.
const RECONSIDERATION_DAYS: &str = "reconsideration.days";

/// Rows of some six tables for one paper.
const PAPER_COST: u32 = 5;

/// The papers as fields of a case.
pub(super) fn fields(t: EntityBuilder<application::Entity>) -> EntityBuilder<application::Entity> {
    t.batch::<FilingReceipt>(
            "filingReceipt",
            "What the window handed over when it took the request in (收件回执).",
            may::MATERIAL_READ,
            DataClass::Internal,
            PAPER_COST,
            filing_receipts,
        )
        .batch::<SupplementList>(
            "supplementList",
            "The one list of what is missing, and what of it has arrived; null when none was given (一次性补正告知书).",
            may::MATERIAL_READ,
            DataClass::Internal,
            PAPER_COST,
            supplement_lists,
        )
        .batch::<AcceptanceReceipt>(
            "acceptanceReceipt",
            "What the town handed over when it accepted the case; null until then (受理通知书).",
            may::MATERIAL_READ,
            DataClass::Internal,
            PAPER_COST,
            acceptance_receipts,
        )
        .batch::<DecisionLetter>(
            "decisionLetter",
            "What the family is told of the latest decision, with reasons and how long it may be disputed; null until decided (审批决定通知书).",
            may::DECISION_READ,
            DataClass::Internal,
            PAPER_COST,
            decision_letters,
        )
}

/// Filing receipts of cases, in their order.
pub(super) fn filing_receipts(op: &Op, ids: Vec<Uuid>) -> BoxFuture<'_, Result<Vec<Value>>> {
    Box::pin(async move {
        let files = Files::of(op, may::MATERIAL_READ, &ids).await?;
        let together = files.programmes(op).await?;
        files.each(&ids, |case, file| {
            let programmes = together.get(&case.request_id).cloned().unwrap_or_default();
            Some(FilingReceipt {
                number: file.request.number.clone(),
                filed_on: file.request.received_on,
                programmes,
                applicant_name: file.applicant(op)?,
                head_name: file.head(op)?,
                materials: file.received(),
                window_name: file.window.name_zh.clone(),
                window_phone: file.window.phone.clone(),
            })
        })
    })
}

/// Acceptance receipts of cases, in their order.
pub(super) fn acceptance_receipts(op: &Op, ids: Vec<Uuid>) -> BoxFuture<'_, Result<Vec<Value>>> {
    Box::pin(async move {
        let files = Files::of(op, may::MATERIAL_READ, &ids).await?;
        let parameters = reference::parameters(op.read(may::MATERIAL_READ)?.conn).await?;
        let windows = files.town_windows(op).await?;
        files.each(&ids, |case, file| {
            let accepted = case.accepted_on?;
            let manifest = module_of(op, &case.programme).ok()?.manifest();
            let window = windows.iter().find(|window| open_in_town(window, case, accepted));
            Some(AcceptanceReceipt {
                number: case.number.clone(),
                programme: case.programme.clone(),
                programme_name: manifest.name_zh.to_owned(),
                applicant_name: file.applicant(op)?,
                head_name: file.head(op)?,
                materials: file.received(),
                accepted_on: accepted,
                clock_starts_on: Day(calendar::add_natural(accepted.0, 1)),
                limit_days: case.limit_days?,
                working_days: matches!(manifest.limit, Limit::WorkingDays(_)),
                clock: case.clock,
                due_on: case.due_on,
                window_name: window.map(|window| window.name_zh.clone()),
                window_phone: window.map(|window| window.phone.clone()),
                reconsideration_days: i32::try_from(reconsideration(&parameters, accepted).ok()?).ok()?,
            })
        })
    })
}

/// Supplement lists of cases, in their order.
pub(super) fn supplement_lists(op: &Op, ids: Vec<Uuid>) -> BoxFuture<'_, Result<Vec<Value>>> {
    Box::pin(async move {
        let files = Files::of(op, may::MATERIAL_READ, &ids).await?;
        files.each(&ids, |case, file| {
            let items: Vec<_> = file.asked_for().collect();
            Some(SupplementList {
                number: case.number.clone(),
                requested_on: case.supplement_requested_on?,
                complete: items.iter().all(|item| item.arrived),
                items,
                window_name: file.window.name_zh.clone(),
                window_phone: file.window.phone.clone(),
            })
        })
    })
}

/// Letters of the latest decisions on cases, in their order.
pub(super) fn decision_letters(op: &Op, ids: Vec<Uuid>) -> BoxFuture<'_, Result<Vec<Value>>> {
    Box::pin(async move {
        let files = Files::of(op, may::DECISION_READ, &ids).await?;
        let conn = op.read(may::DECISION_READ)?.conn;
        let decisions: HashMap<Uuid, decision::Model> = decision::Entity::find()
            .filter(decision::Column::ApplicationId.is_in(files.cases.keys().copied()))
            .order_by_asc(decision::Column::Ordinal)
            .all(conn)
            .await?
            .into_iter()
            .map(|decision| (decision.application_id, decision))
            .collect();
        let parameters = reference::parameters(conn).await?;
        let mut letters = HashMap::new();
        for decision in decisions.values() {
            if let Some(file) = files.file(decision.application_id) {
                letters.insert(decision.application_id, letter(op, decision, &file, &parameters)?);
            }
        }
        files.each(&ids, |case, _| letters.remove(&case.id).flatten())
    })
}

fn letter(
    op: &Op,
    decision: &decision::Model,
    file: &File<'_>,
    parameters: &Parameters,
) -> Result<Option<DecisionLetter>> {
    let assessment: Assessment = serde_json::from_str(&decision.assessment)?;
    let refused = decision.outcome == DecisionOutcome::Rejected && !assessment.eligible;
    let grounds = assessment.rules.into_iter().filter(|rule| !refused || !rule.passed);
    let on = decision.decided_on;
    let days = u64::try_from(reconsideration(parameters, on)?).map_err(Error::internal)?;
    let (Some(applicant_name), Some(head_name)) = (file.applicant(op), file.head(op)) else { return Ok(None) };
    Ok(Some(DecisionLetter {
        number: decision.number.clone(),
        outcome: decision.outcome,
        decided_on: on,
        unit: decision.unit.clone(),
        applicant_name,
        head_name,
        amount: decision.amount_fen,
        start_month: decision.start_month,
        reason: decision.reason.clone(),
        grounds: grounds
            .map(|rule| LetterGround {
                rule: rule.code,
                passed: rule.passed,
                finding: rule.explanation_zh,
                basis: rule.legal_basis,
            })
            .collect(),
        // The day of the decision does not count; on the last day it is still in time.
        reconsider_until: Day(calendar::add_natural(on.0, days)),
        reconsider_basis: parameters.source(RECONSIDERATION_DAYS, &on.to_string())?,
    }))
}

fn reconsideration(parameters: &Parameters, on: Day) -> Result<i64> {
    parameters.integer(RECONSIDERATION_DAYS, &on.to_string())
}

fn open_in_town(window: &service_window::Model, case: &application::Model, on: Day) -> bool {
    Some(window.jurisdiction.as_str()) == case.jurisdiction.get(..9)
        && window.opened_on <= on
        && window.closed_on.is_none_or(|closed| on <= closed)
}
