//! Worked cases of the programme, on the parameters that ship.

use super::Education;
use crate::worked::{day, member, parameters, person};
use entity::Fen;
use platform::{
    code::Code,
    error::Result,
    module::{Assessment, Facts, Identity, MemberFacts, Module},
};
use serde_json::{Value, json};

/// A child in a stage, on record for a programme, who asks for both terms of 2018-2019 in October 2018.
fn pupil(stage: &str, identity: Option<&str>, items: &[&str], boarder: bool) -> Facts {
    let identities = identity.map(|programme| Identity { programme: programme.to_owned(), items: Vec::new() });
    let child = MemberFacts {
        education_stage: Some(stage.to_owned()),
        identities: identities.into_iter().collect(),
        ..member(2, "30")
    };
    Facts {
        programme: "EDUCATION".to_owned(),
        area_type: "RURAL".to_owned(),
        jurisdiction: "500118107200".to_owned(),
        applied_on: day("2018-10-19"),
        assessed_on: day("2018-10-29"),
        subjects: vec![person(2)],
        members: vec![member(1, "02"), child],
        incomes: Vec::new(),
        assets: Vec::new(),
        flags: Vec::new(),
        income_stable: true,
        deciding_level: None,
        details: json!({
            "stage": stage, "schoolName": "松溉中学", "boarder": boarder, "schoolYear": "2018-2019",
            "terms": ["AUTUMN", "SPRING"], "items": items,
        }),
    }
}

fn with(mut facts: Facts, more: Value) -> Facts {
    facts.details.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    facts
}

fn try_assess(facts: &Facts) -> Result<Assessment> {
    Education.assess(facts, &parameters(&[]))
}

fn assess(facts: &Facts) -> Assessment {
    try_assess(facts).unwrap()
}

/// Item and fen of every line, in order.
fn lines(facts: &Facts) -> Vec<(String, i64)> {
    let assessment = assess(facts);
    assert!(assessment.eligible, "{:?}", assessment.failed_rules());
    assert_eq!(assessment.lines.iter().map(|line| line.amount.0).sum::<i64>(), assessment.total.0);
    assessment.lines.iter().map(|line| (line.item.clone(), line.amount.0)).collect()
}

fn total(facts: &Facts) -> i64 {
    lines(facts).iter().map(|(_, fen)| fen).sum()
}

fn failed(facts: &Facts) -> Vec<String> {
    let assessment = assess(facts);
    assert!(!assessment.eligible && assessment.total == Fen(0) && assessment.once.is_empty());
    assessment.failed_rules().into_iter().map(str::to_owned).collect()
}

#[test]
fn every_item_of_the_table_to_the_fen() {
    let of = |item: &str, fen: i64| (item.to_owned(), fen);
    let preschool = pupil("PRESCHOOL", Some("DIBAO"), &["PRESCHOOL"], false);
    let care_and_meals = [75_000, 33_000, 75_000, 33_000].map(|fen| of("PRESCHOOL", fen));
    assert_eq!(lines(&preschool), care_and_meals, "1,500 of care and 3 × 220 of meals");
    for (stage, fen) in [("PRIMARY", 50_000), ("JUNIOR", 62_500)] {
        let boarder = pupil(stage, Some("DIBAO"), &["BOARDER"], true);
        assert_eq!(lines(&boarder), [of("BOARDER", fen), of("BOARDER", fen)], "{stage}");
    }
    for stage in ["SENIOR", "VOCATIONAL"] {
        let grant = pupil(stage, Some("DIBAO"), &["SENIOR_GRANT"], true);
        assert_eq!(lines(&grant), [of("SENIOR_GRANT", 100_000), of("SENIOR_GRANT", 100_000)], "{stage}");
    }
    let college = pupil("COLLEGE", Some("DIBAO"), &["COLLEGE_GRANT"], true);
    assert_eq!(lines(&college), [of("COLLEGE_GRANT", 150_000), of("COLLEGE_GRANT", 150_000)]);
}

#[test]
fn tuition_is_what_is_charged_and_a_fen_of_it_is_neither_lost_nor_made() {
    for (tuition, lines_due) in [(160_000, [80_000, 80_000]), (160_001, [80_001, 80_000]), (3, [2, 1])] {
        let waiver = pupil("SENIOR", Some("DIBAO"), &["TUITION_WAIVER"], true);
        let waiver = with(waiver, json!({ "tuition": Fen(tuition) }));
        assert_eq!(lines(&waiver).iter().map(|(_, fen)| *fen).collect::<Vec<_>>(), lines_due, "{tuition}");
    }
    let free = pupil("SENIOR", Some("DIBAO"), &["TUITION_WAIVER"], true);
    assert_eq!(failed(&with(free, json!({ "tuition": Fen(0) }))), ["PURPOSE_NOT_PAID_ALREADY"]);
}

#[test]
fn a_registered_poor_student_has_the_tuition_up_to_eight_thousand() {
    let student = |tuition: i64| {
        let student = pupil("COLLEGE", Some("JIANKA"), &["COLLEGE_TUITION"], true);
        with(student, json!({ "tuition": Fen(tuition) }))
    };
    assert_eq!(total(&student(799_999)), 799_999);
    assert_eq!(total(&student(800_000)), 800_000);
    assert_eq!(total(&student(800_001)), 800_000);
    let other = pupil("COLLEGE", Some("DIBAO"), &["COLLEGE_TUITION"], true);
    assert_eq!(failed(&with(other, json!({ "tuition": Fen(500_000) }))), ["IDENTITY_ON_RECORD"], "jianka only");
    let loan = pupil("COLLEGE", Some("DIBAO"), &["LOAN"], true);
    assert_eq!(total(&with(loan.clone(), json!({ "loan": Fen(900_000) }))), 800_000);
    assert_eq!(total(&with(loan, json!({ "loan": Fen(120_000) }))), 120_000);
}

#[test]
fn day_pupils_are_aided_from_september_2019() {
    let day_pupil = |stage: &str, year: &str, applied: &str| {
        let facts = with(pupil(stage, Some("DIBAO"), &["NON_BOARDER"], false), json!({ "schoolYear": year }));
        Facts { applied_on: day(applied), assessed_on: day(applied), ..facts }
    };
    assert_eq!(total(&day_pupil("PRIMARY", "2019-2020", "2019-10-18")), 50_000);
    assert_eq!(total(&day_pupil("JUNIOR", "2019-2020", "2019-10-18")), 62_500, "2 × 312.50");
    assert_eq!(failed(&day_pupil("JUNIOR", "2018-2019", "2018-10-19")), ["STANDARD_IN_FORCE"]);
    // The spring of that year is still before it, whenever it is asked for.
    let spring = with(day_pupil("JUNIOR", "2018-2019", "2019-07-30"), json!({ "terms": ["SPRING"] }));
    assert_eq!(failed(&spring), ["STANDARD_IN_FORCE"]);
}

#[test]
fn who_is_known_to_be_in_need_is_aided_and_nobody_else() {
    for programme in ["DIBAO", "TEKUN", "JIANKA"] {
        assert_eq!(total(&pupil("JUNIOR", Some(programme), &["BOARDER"], true)), 125_000, "{programme}");
    }
    let unknown = pupil("JUNIOR", None, &["BOARDER"], true);
    assert_eq!(failed(&unknown), ["IDENTITY_ON_RECORD"]);
    let mut disabled = unknown.clone();
    disabled.members[1].disability_grade = Some(4);
    assert_eq!(total(&disabled), 125_000);
    for item in ["ORPHAN", "UNATTENDED"] {
        let mut child = unknown.clone();
        child.members[1].identities =
            vec![Identity { programme: "WOMEN_CHILD".to_owned(), items: vec![item.to_owned()] }];
        assert_eq!(total(&child), 125_000, "{item}");
    }
    let mut parent = unknown.clone();
    parent.members[0].identities = vec![Identity { programme: "TEKUN".to_owned(), items: Vec::new() }];
    assert_eq!(failed(&parent), ["IDENTITY_ON_RECORD"], "an identity is the pupil's own");
    assert_eq!(total(&with(unknown, json!({ "recognition": "父亲重伤" }))), 125_000);
}

#[test]
fn what_is_paid_already_for_the_same_purpose_is_taken_off_its_own_term() {
    let boarder = || pupil("JUNIOR", Some("DIBAO"), &["BOARDER"], true);
    let received = |purpose: &str, term: &str, fen: i64| json!({ "purpose": purpose, "term": term, "amount": Fen(fen), "source": "营养改善计划" });
    let less = |entries: Vec<Value>| with(boarder(), json!({ "received": entries }));
    assert_eq!(total(&less(vec![received("LIVING", "AUTUMN", 20_000)])), 42_500 + 62_500);
    assert_eq!(total(&less(vec![received("LIVING", "AUTUMN", 100_000)])), 62_500, "not off another term");
    assert_eq!(total(&less(vec![received("TUITION", "AUTUMN", 20_000)])), 125_000, "not off another purpose");
    let all = less(vec![received("LIVING", "AUTUMN", 62_500), received("LIVING", "SPRING", 62_500)]);
    assert_eq!(failed(&all), ["PURPOSE_NOT_PAID_ALREADY"]);
    // Meals received count against meals, not against care.
    let child = pupil("PRESCHOOL", Some("DIBAO"), &["PRESCHOOL"], false);
    let child = with(child, json!({ "received": [received("LIVING", "SPRING", 33_000)] }));
    assert_eq!(lines(&child).iter().map(|(_, fen)| *fen).collect::<Vec<_>>(), [75_000, 33_000, 75_000]);
}

#[test]
fn each_rule_refuses_what_it_is_for() {
    let boarder = || pupil("JUNIOR", Some("DIBAO"), &["BOARDER"], true);
    assert_eq!(failed(&with(boarder(), json!({ "stage": "PRIMARY" }))), ["STAGE_AS_ON_RECORD"]);
    assert_eq!(failed(&with(boarder(), json!({ "items": ["SENIOR_GRANT"] }))), ["ITEMS_FIT_STAGE"]);
    assert_eq!(failed(&with(boarder(), json!({ "boarder": false }))), ["BOARDING_FITS_ITEM"]);
    let waiver = pupil("SENIOR", Some("DIBAO"), &["TUITION_WAIVER"], true);
    assert_eq!(failed(&waiver), ["AMOUNT_STATED"]);
    let mut stranger = boarder();
    stranger.members[1].counted = false;
    assert_eq!(failed(&stranger), ["PUPIL_OF_HOUSEHOLD", "IDENTITY_ON_RECORD"]);
    // The last day of the autumn term, and the day after.
    let asked = |on: &str| Facts { applied_on: day(on), assessed_on: day(on), ..boarder() };
    assert_eq!(total(&asked("2019-01-31")), 125_000);
    assert_eq!(failed(&asked("2019-02-01")), ["TERM_NOT_PAST"]);
}

#[test]
fn a_term_is_paid_in_its_first_month_or_when_it_is_decided() {
    let months = |on: &str| {
        let facts = pupil("JUNIOR", Some("DIBAO"), &["BOARDER"], true);
        let assessment = assess(&Facts { assessed_on: day(on), ..facts });
        assessment.lines.iter().map(|line| line.month.unwrap().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(months("2018-10-29"), ["2018-10", "2019-03"]);
    assert_eq!(months("2019-04-02"), ["2019-04", "2019-04"]);
}

#[test]
fn a_grant_takes_each_item_of_each_term_once() {
    let facts = pupil("SENIOR", Some("DIBAO"), &["SENIOR_GRANT", "TUITION_WAIVER"], true);
    let assessment = assess(&with(facts, json!({ "tuition": Fen(100_000), "terms": ["SPRING", "AUTUMN", "SPRING"] })));
    let taken: Vec<_> = assessment.once.iter().map(|only| (only.matter.as_str(), only.period.as_str())).collect();
    let matters = ["SENIOR_GRANT:AUTUMN", "TUITION_WAIVER:AUTUMN", "SENIOR_GRANT:SPRING", "TUITION_WAIVER:SPRING"];
    assert_eq!(taken, matters.map(|matter| (matter, "2018-2019")));
    assert!(assessment.once.iter().all(|only| only.person_id == person(2)));
    assert_eq!(assessment.lines.len(), 4, "a term named twice is one term");
}

#[test]
fn without_details_or_a_value_nothing_is_computed() {
    let code = |result: Result<Assessment>| result.unwrap_err().code();
    let none = Facts { details: Value::Null, ..pupil("JUNIOR", Some("DIBAO"), &["BOARDER"], true) };
    assert_eq!(code(try_assess(&none)), Code::DetailsMissing);
    let odd = with(pupil("JUNIOR", Some("DIBAO"), &["BOARDER"], true), json!({ "terms": "AUTUMN" }));
    assert_eq!(code(try_assess(&odd)), Code::InvalidInput);
    let early = pupil("JUNIOR", Some("DIBAO"), &["BOARDER"], true);
    let early = with(early, json!({ "schoolYear": "2014-2015" }));
    let early = Facts { applied_on: day("2014-10-01"), assessed_on: day("2014-10-01"), ..early };
    assert_eq!(code(try_assess(&early)), Code::ParameterMissing, "no value before 2015");
}
