//! Pupils to assess.

pub(super) use crate::worked::{day, member, person};
use crate::{
    education::Education,
    worked::{shipped, value_from},
};
use entity::Fen;
use platform::{
    error::Result,
    module::{Assessment, Facts, Identity, Module, Parameters},
};
use serde_json::{Value, json};

/// The parameters that ship, with some values replaced from a day on, and some keys without any.
pub(super) fn parameters(replaced: &[(&str, &str, &str)], without: &[&str]) -> Parameters {
    let shipped = shipped().filter(|(key, _)| !without.contains(&key.as_str()));
    let replaced = replaced.iter().map(|(key, value, from)| ((*key).to_owned(), value_from(value, from)));
    Parameters::new(shipped.chain(replaced))
}

pub(super) fn on_record(programme: &str, items: &[&str]) -> Vec<Identity> {
    vec![Identity { programme: programme.to_owned(), items: items.iter().map(|item| (*item).to_owned()).collect() }]
}

/// Person 3, a daughter of the couple 1 and 2, who is on record for nothing.
pub(super) fn unknown_pupil(details: Value) -> Facts {
    Facts {
        programme: "EDUCATION".to_owned(),
        area_type: "RURAL".to_owned(),
        jurisdiction: "500118107200".to_owned(),
        applied_on: day("2018-10-19"),
        assessed_on: day("2018-10-29"),
        subjects: vec![person(3)],
        members: vec![member(1, "02"), member(2, "12"), member(3, "30")],
        incomes: Vec::new(),
        assets: Vec::new(),
        flags: Vec::new(),
        income_stable: true,
        deciding_level: None,
        details,
    }
}

/// The same, on record as registered poor, an identity every item knows.
pub(super) fn pupil(details: Value) -> Facts {
    let mut facts = unknown_pupil(details);
    facts.members[2].identities = on_record("JIANKA", &[]);
    facts
}

/// The same, applying and decided on other days.
pub(super) fn at(mut facts: Facts, applied: &str, assessed: &str) -> Facts {
    (facts.applied_on, facts.assessed_on) = (day(applied), day(assessed));
    facts
}

/// Details of both terms of 2018-2019.
pub(super) fn details(stage: &str, boarder: bool, items: &[&str]) -> Value {
    json!({
        "stage": stage, "schoolName": "松溉学校", "boarder": boarder, "schoolYear": "2018-2019",
        "terms": ["AUTUMN", "SPRING"], "items": items,
    })
}

pub(super) fn with(mut details: Value, more: Value) -> Value {
    details.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    details
}

pub(super) fn try_assess(facts: &Facts) -> Result<Assessment> {
    Education.assess(facts, &parameters(&[], &[]))
}

pub(super) fn assess(facts: &Facts) -> Assessment {
    try_assess(facts).unwrap()
}

/// Item, purpose, month and fen of what is granted, in order.
pub(super) fn lines(facts: &Facts) -> Vec<(String, String, String, i64)> {
    told(&assess(facts))
}

pub(super) fn told(assessment: &Assessment) -> Vec<(String, String, String, i64)> {
    assert!(assessment.eligible, "{:?}", assessment.failed_rules());
    let sum = assessment.lines.iter().map(|line| line.amount.0).sum();
    assert_eq!(assessment.total, Fen(sum));
    assert_eq!(assessment.start_month, assessment.lines.iter().filter_map(|line| line.month).min());
    let line = |line: &platform::module::AmountLine| {
        assert_eq!((line.person_id, line.payee_id), (Some(person(3)), None));
        (line.item.clone(), line.reason.clone(), line.month.unwrap().to_string(), line.amount.0)
    };
    assessment.lines.iter().map(line).collect()
}

/// The rules that refuse; nothing is granted, and nothing is taken for good.
pub(super) fn failed(facts: &Facts) -> Vec<String> {
    let assessment = assess(facts);
    assert_eq!(assessment.eligible, assessment.failed_rules().is_empty());
    if !assessment.eligible {
        let nothing = (assessment.lines.len(), assessment.total, assessment.start_month, assessment.once.len());
        assert_eq!(nothing, (0, Fen(0), None, 0));
    }
    assessment.failed_rules().into_iter().map(str::to_owned).collect()
}
