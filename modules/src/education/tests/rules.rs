//! What refuses a pupil, each rule at its edge, and what cannot be computed at all.

use super::fixture::*;
use crate::education::Education;
use platform::{code::Code, module::Module};
use serde_json::{Value, json};

fn failed_by(stage: &str, boarder: bool, items: &[&str]) -> Vec<String> {
    let stated = json!({ "tuition": 160_000, "loan": 100_000, "schoolYear": "2019-2020" });
    failed(&at(pupil(with(details(stage, boarder, items), stated)), "2019-10-10", "2019-10-20"))
}

const STAGES: [&str; 6] = ["PRESCHOOL", "PRIMARY", "JUNIOR", "SENIOR", "VOCATIONAL", "COLLEGE"];

#[test]
fn every_stage_has_its_items_and_no_others() {
    let known: &[(&str, bool, &[&str])] = &[
        ("PRESCHOOL", false, &["PRESCHOOL"]),
        ("BOARDER", true, &["PRIMARY", "JUNIOR"]),
        ("NON_BOARDER", false, &["PRIMARY", "JUNIOR"]),
        ("SENIOR_GRANT", false, &["SENIOR", "VOCATIONAL"]),
        ("TUITION_WAIVER", false, &["SENIOR", "VOCATIONAL"]),
        ("COLLEGE_GRANT", false, &["COLLEGE"]),
        ("COLLEGE_TUITION", false, &["COLLEGE"]),
        ("LOAN", false, &["COLLEGE"]),
    ];
    for (item, boarder, stages) in known {
        for stage in STAGES {
            let expected: &[&str] = if stages.contains(&stage) { &[] } else { &["ITEMS_FIT_STAGE"] };
            assert_eq!(failed_by(stage, *boarder, &[item]), expected, "{item} in {stage}");
        }
    }
    assert_eq!(failed_by("PRIMARY", true, &["BOARDER", "LOAN"]), ["ITEMS_FIT_STAGE"], "one unfit item is enough");
}

#[test]
fn the_living_subsidy_goes_by_whether_the_pupil_boards() {
    for (items, boarder, refused) in [
        (&["BOARDER"][..], true, false),
        (&["BOARDER"], false, true),
        (&["NON_BOARDER"], false, false),
        (&["NON_BOARDER"], true, true),
        (&["BOARDER", "NON_BOARDER"], true, true),
        (&["BOARDER", "NON_BOARDER"], false, true),
    ] {
        let expected: &[&str] = if refused { &["BOARDING_FITS_ITEM"] } else { &[] };
        assert_eq!(failed_by("JUNIOR", boarder, items), expected, "{items:?}, boards: {boarder}");
    }
}

#[test]
fn the_stage_is_that_on_record_where_there_is_one() {
    let mut facts = pupil(details("JUNIOR", true, &["BOARDER"]));
    for (known, refused) in [(None, false), (Some("JUNIOR"), false), (Some("PRIMARY"), true)] {
        facts.members[2].education_stage = known.map(str::to_owned);
        let expected: &[&str] = if refused { &["STAGE_AS_ON_RECORD"] } else { &[] };
        assert_eq!(failed(&facts), expected, "{known:?}");
    }
}

#[test]
fn the_pupil_is_a_living_counted_member_whom_the_case_names() {
    let facts = pupil(details("JUNIOR", true, &["BOARDER"]));
    let nobody = ["PUPIL_OF_HOUSEHOLD", "IDENTITY_ON_RECORD"];
    let mut dead = facts.clone();
    dead.members[2].deceased_on = Some(day("2018-10-01"));
    assert_eq!(failed(&dead), nobody);
    let mut apart = facts.clone();
    apart.members[2].counted = false;
    assert_eq!(failed(&apart), nobody);
    let mut stranger = facts.clone();
    stranger.subjects = vec![person(9)];
    assert_eq!(failed(&stranger), nobody);
    let mut sister = facts;
    sister.subjects = vec![person(1)];
    assert_eq!(failed(&sister), ["IDENTITY_ON_RECORD"], "another member's identity is not the pupil's");
}

#[test]
fn an_item_that_goes_by_a_sum_needs_it() {
    for (stage, item) in [
        ("SENIOR", "TUITION_WAIVER"),
        ("VOCATIONAL", "TUITION_WAIVER"),
        ("COLLEGE", "COLLEGE_TUITION"),
        ("COLLEGE", "LOAN"),
    ] {
        assert_eq!(failed(&pupil(details(stage, true, &[item]))), ["AMOUNT_STATED"], "{item}");
    }
    let free = with(details("SENIOR", true, &["TUITION_WAIVER"]), json!({ "tuition": 0 }));
    assert_eq!(
        failed(&pupil(free)),
        ["PURPOSE_NOT_PAID_ALREADY"],
        "where no tuition is charged there is none to waive"
    );
}

#[test]
fn a_term_is_applied_for_while_it_lasts() {
    for (applied, terms, refused) in [
        ("2019-01-31", json!(["AUTUMN"]), false),
        ("2019-02-01", json!(["AUTUMN"]), true),
        ("2019-02-01", json!(["SPRING"]), false),
        ("2019-02-01", json!(["AUTUMN", "SPRING"]), true),
        ("2019-07-31", json!(["SPRING"]), false),
        ("2019-08-01", json!(["SPRING"]), true),
    ] {
        let asked = with(details("JUNIOR", true, &["BOARDER"]), json!({ "terms": terms }));
        // It is the application that must be in time, not the decision.
        let expected: &[&str] = if refused { &["TERM_NOT_PAST"] } else { &[] };
        assert_eq!(failed(&at(pupil(asked), applied, "2019-08-20")), expected, "{applied} for {terms}");
    }
}

#[test]
fn a_school_year_is_applied_for_from_the_summer_before_it() {
    for (applied, year, refused) in [
        ("2018-06-01", "2018-2019", false),
        ("2018-05-31", "2018-2019", true),
        ("2018-10-19", "2019-2020", true),
        ("2018-10-19", "2030-2031", true),
    ] {
        let asked = with(details("JUNIOR", true, &["BOARDER"]), json!({ "schoolYear": year }));
        let expected: &[&str] = if refused { &["SCHOOL_YEAR_NOT_AHEAD"] } else { &[] };
        assert_eq!(failed(&at(pupil(asked), applied, applied)), expected, "{applied} for {year}");
    }
}

#[test]
fn every_rule_says_what_it_compared_in_both_languages_and_on_what_ground() {
    let assessed = assess(&pupil(details("JUNIOR", true, &["BOARDER"])));
    for rule in &assessed.rules {
        assert!(rule.passed, "{rule:?}");
        let texts = [&rule.explanation, &rule.explanation_zh, &rule.legal_basis];
        assert!(texts.iter().all(|text| !text.is_empty()), "{rule:?}");
    }
    let codes: Vec<_> = assessed.rules.iter().map(|rule| rule.code.as_str()).collect();
    let expected = [
        "PUPIL_OF_HOUSEHOLD",
        "STAGE_AS_ON_RECORD",
        "ITEMS_FIT_STAGE",
        "BOARDING_FITS_ITEM",
        "STANDARD_IN_FORCE",
        "IDENTITY_ON_RECORD",
        "AMOUNT_STATED",
        "TERM_NOT_PAST",
        "SCHOOL_YEAR_NOT_AHEAD",
        "PURPOSE_NOT_PAID_ALREADY",
    ];
    assert_eq!(codes, expected);
}

#[test]
fn a_value_that_is_missing_is_told_and_never_guessed() {
    for (key, stage, item) in [
        ("edu.identities", "JUNIOR", "BOARDER"),
        ("edu.item.boarder.stages", "JUNIOR", "BOARDER"),
        ("edu.boarder.junior.year", "JUNIOR", "BOARDER"),
        ("edu.terms.perYear", "JUNIOR", "BOARDER"),
        ("edu.term.autumn.from", "JUNIOR", "BOARDER"),
        ("edu.term.spring.to", "JUNIOR", "BOARDER"),
        ("edu.ahead.days", "JUNIOR", "BOARDER"),
        ("money.rounding", "JUNIOR", "BOARDER"),
        ("edu.preschool.meals.days", "PRESCHOOL", "PRESCHOOL"),
        ("edu.vocational.grant.year", "VOCATIONAL", "SENIOR_GRANT"),
    ] {
        let facts = pupil(details(stage, true, &[item]));
        let refused = Education.assess(&facts, &parameters(&[], &[key])).unwrap_err();
        assert_eq!(refused.code(), Code::ParameterMissing, "{key}");
    }
    let before = with(details("JUNIOR", true, &["BOARDER"]), json!({ "schoolYear": "2014-2015" }));
    let early = try_assess(&at(pupil(before), "2014-10-10", "2014-10-20"));
    assert_eq!(early.unwrap_err().code(), Code::ParameterMissing, "before the standards of 2015");
}

#[test]
fn details_that_are_missing_or_do_not_read_are_refused() {
    let code = |details: Value| try_assess(&pupil(details)).unwrap_err().code();
    assert_eq!(code(Value::Null), Code::DetailsMissing);
    assert_eq!(code(json!({ "stage": "JUNIOR" })), Code::InvalidInput);
    let odd = with(details("JUNIOR", true, &["BOARDER"]), json!({ "schoolYear": "2018-2020" }));
    assert_eq!(code(odd), Code::InvalidInput);
}
