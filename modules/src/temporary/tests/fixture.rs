//! Cases to assess.

use crate::temporary::Temporary;
pub(super) use crate::worked::{day, member, parameters, person};
use entity::Fen;
use platform::{
    error::Result,
    id,
    module::{Assessment, Facts, Identity, IncomeItem, IncomeKind, Module, Period},
};
use serde_json::{Value, json};

pub(super) fn person_id(number: u128) -> String {
    id::encode("Person", &person(number).to_string())
}

pub(super) fn identity(programme: &str, items: &[&str]) -> Identity {
    Identity { programme: programme.to_owned(), items: items.iter().map(|item| (*item).to_owned()).collect() }
}

/// A rural couple with a month's wage, assessed in November 2018.
pub(super) fn couple(wage_fen: i64, details: Value) -> Facts {
    Facts {
        programme: "TEMPORARY".to_owned(),
        area_type: "RURAL".to_owned(),
        jurisdiction: "500118107200".to_owned(),
        applied_on: day("2018-11-05"),
        assessed_on: day("2018-11-20"),
        subjects: Vec::new(),
        members: vec![member(1, "02"), member(2, "12")],
        incomes: vec![IncomeItem {
            person_id: None,
            kind: IncomeKind::Wage,
            period: Period::Month,
            month: Some("2018-10".parse().unwrap()),
            amount_fen: Fen(wage_fen),
            declared_fen: None,
            counted: true,
            source: "HOME_VISIT".to_owned(),
        }],
        assets: Vec::new(),
        flags: Vec::new(),
        income_stable: true,
        deciding_level: None,
        details,
    }
}

/// Income at which the couple is in tier T3: 2 × 410 each.
pub(super) const LOW: i64 = 164_000;
/// One fen more.
pub(super) const NOT_LOW: i64 = 164_001;

/// The couple, both on record for a programme.
pub(super) fn on_record(programme: &str, details: Value) -> Facts {
    let mut facts = couple(NOT_LOW, details);
    for member in &mut facts.members {
        member.identities = vec![identity(programme, &["BASE"])];
    }
    facts
}

/// An illness of the second member, with what is left to pay, in fen.
pub(super) fn illness(out_of_pocket_fen: i64) -> Value {
    json!({
        "kind": "EXPENDITURE", "cause": "MAJOR_ILLNESS", "causeDate": "2018-09-03", "causeName": "尿毒症",
        "personId": person_id(2), "outOfPocket": Fen(out_of_pocket_fen),
    })
}

/// The same as an outpatient.
pub(super) fn outpatient(out_of_pocket_fen: i64) -> Value {
    with(illness(out_of_pocket_fen), json!({ "cause": "CHRONIC_OUTPATIENT" }))
}

/// A fire with its loss, in fen.
pub(super) fn fire(loss_fen: i64) -> Value {
    json!({
        "kind": "EMERGENCY", "cause": "FIRE", "causeDate": "2018-11-01", "claimedAmount": Fen(loss_fen),
    })
}

pub(super) fn with(mut details: Value, more: Value) -> Value {
    details.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    details
}

pub(super) fn try_assess(facts: &Facts) -> Result<Assessment> {
    Temporary.assess(facts, &parameters(&[]))
}

pub(super) fn assess(facts: &Facts) -> Assessment {
    try_assess(facts).unwrap()
}

/// The whole fen granted.
pub(super) fn granted(facts: &Facts) -> i64 {
    let assessment = assess(facts);
    assert_eq!(assessment.eligible, assessment.total > Fen(0), "{:?}", assessment.failed_rules());
    assert_eq!(assessment.lines.iter().map(|line| line.amount.0).sum::<i64>(), assessment.total.0);
    assessment.total.0
}
