//! Cases to assess.

use crate::temporary::Temporary;
use entity::{Day, Fen};
use platform::{
    error::Result,
    id,
    module::{
        Assessment, Facts, Identity, IncomeItem, IncomeKind, MemberFacts, Module, Parameters, Period,
        parameters::DatedValue,
    },
};
use serde_json::{Value, json};
use uuid::Uuid;

/// The parameters that ship, with some values replaced for all time.
pub(super) fn parameters(replaced: &[(&str, &str)]) -> Parameters {
    let rows = include_str!("../../../../api/data/parameters-PS-2018-10.csv").lines().skip(1);
    let row = |value: &str, from_on: &str, to_on: &str, source_doc: &str| DatedValue {
        value: value.to_owned(),
        from_on: from_on.to_owned(),
        to_on: Some(to_on.to_owned()).filter(|to| !to.is_empty()),
        source_doc: source_doc.to_owned(),
    };
    let shipped = rows.map(|line| {
        let cells: Vec<_> = line.split(',').collect();
        let [key, value, _, from_on, to_on, source_doc, _] = cells[..] else { panic!("seven cells: {line}") };
        (key.to_owned(), row(value, from_on, to_on, source_doc))
    });
    let shipped = shipped.filter(|(key, _)| !replaced.iter().any(|(other, _)| other == key));
    let replaced = replaced.iter().map(|(key, value)| ((*key).to_owned(), row(value, "2000-01-01", "", "test")));
    Parameters::new(shipped.chain(replaced))
}

pub(super) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub(super) fn person(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

pub(super) fn person_id(number: u128) -> String {
    id::encode("Person", &person(number).to_string())
}

fn member(number: u128, relation: &str) -> MemberFacts {
    MemberFacts {
        person_id: person(number),
        relation: relation.to_owned(),
        counted: true,
        not_counted_reason: None,
        birth_on: None,
        sex: "UNKNOWN".to_owned(),
        deceased_on: None,
        disability_category: None,
        disability_grade: None,
        major_illness: false,
        education_stage: None,
        employment: None,
        hukou: None,
        holds: Vec::new(),
        identities: Vec::new(),
    }
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
