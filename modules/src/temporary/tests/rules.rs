//! Tiers, rules, and what is granted once only.

use super::fixture::*;
use platform::{
    code::Code,
    module::{Facts, OnceOnly},
};
use serde_json::{Value, json};

fn tier(facts: &Facts) -> String {
    let figures = assess(facts).figures;
    figures.into_iter().find(|figure| figure.name == "tier").unwrap().value
}

fn once(facts: &Facts) -> Vec<OnceOnly> {
    assess(facts).once
}

fn refused(details: Value) -> Code {
    try_assess(&couple(LOW, details)).unwrap_err().code()
}

#[test]
fn the_tier_is_what_the_platform_has_on_record() {
    assert_eq!(tier(&on_record("TEKUN", fire(1_000))), "T1");
    assert_eq!(tier(&on_record("DIBAO", fire(1_000))), "T2");
    assert_eq!(tier(&on_record("MEDICAL", fire(1_000))), "T4");
    assert_eq!(tier(&couple(LOW, fire(1_000))), "T3");
    assert_eq!(tier(&couple(NOT_LOW, fire(1_000))), "T4");
}

#[test]
fn low_income_goes_by_the_line_of_the_area_in_force() {
    let mut facts = couple(218_400, fire(1_000));
    assert_eq!(tier(&facts), "T4");
    facts.area_type = "URBAN".to_owned();
    assert_eq!(tier(&facts), "T3");
    // In 2017 it was 2 × 500.
    facts.assessed_on = day("2017-12-31");
    assert_eq!(tier(&facts), "T4");
}

#[test]
fn an_orphan_is_in_the_first_tier_and_the_guardian_is_not() {
    let mut facts = couple(NOT_LOW, illness(100_000));
    facts.members[1].identities = vec![identity("WOMEN_CHILD", &["ORPHAN"])];
    assert_eq!(tier(&facts), "T1");
    facts.details["personId"] = json!(person_id(1));
    assert_eq!(tier(&facts), "T4");
    facts.members[0].identities = vec![identity("WOMEN_CHILD", &["CONDOLENCE"])];
    assert_eq!(tier(&facts), "T4");
}

#[test]
fn income_of_a_member_who_is_not_counted_is_not_the_households() {
    let mut facts = couple(NOT_LOW, fire(1_000));
    facts.members[1].counted = false;
    facts.incomes[0].person_id = Some(person(2));
    assert_eq!(tier(&facts), "T3");
    facts.incomes[0].person_id = Some(person(9));
    assert_eq!(tier(&facts), "T4");
}

#[test]
fn every_rule_has_its_numbers_and_its_basis() {
    let assessment = assess(&couple(LOW, fire(100_000)));
    let codes: Vec<_> = assessment.rules.iter().map(|rule| rule.code.as_str()).collect();
    assert_eq!(codes, ["SUBJECT_COUNTED", "KIND_FITS_CAUSE", "CAUSE_BEFORE_APPLICATION", "TIER", "AMOUNT_TO_GRANT"]);
    for rule in &assessment.rules {
        assert!(rule.passed && !rule.explanation.is_empty() && !rule.explanation_zh.is_empty(), "{rule:?}");
        assert!(!rule.legal_basis.is_empty(), "{rule:?}");
    }
    assert!(assessment.one_off && assessment.review_class.is_none());
    assert_eq!(assessment.start_month.unwrap().to_string(), "2018-11");
}

#[test]
fn each_rule_can_fail() {
    let failed = |facts: &Facts| {
        let assessment = assess(facts);
        assert!(!assessment.eligible && assessment.lines.is_empty() && assessment.once.is_empty());
        assessment.failed_rules().into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let mut uncounted = couple(LOW / 2, illness(9_000_000));
    uncounted.members[1].counted = false;
    assert_eq!(failed(&uncounted), ["SUBJECT_COUNTED"]);
    let kind = with(fire(1_000), json!({ "kind": "EXPENDITURE" }));
    assert_eq!(failed(&couple(LOW, kind)), ["KIND_FITS_CAUSE"]);
    let later = with(fire(1_000), json!({ "causeDate": "2018-11-06" }));
    assert_eq!(failed(&couple(LOW, later)), ["CAUSE_BEFORE_APPLICATION"]);
    assert_eq!(failed(&couple(LOW, illness(2_000_000))), ["AMOUNT_TO_GRANT"]);
}

#[test]
fn details_say_what_their_cause_asks_for() {
    let without = |mut details: Value, field: &str| {
        details.as_object_mut().unwrap().remove(field);
        refused(details)
    };
    assert_eq!(refused(Value::Null), Code::DetailsMissing);
    assert_eq!(without(illness(1), "causeName"), Code::InvalidInput);
    assert_eq!(without(illness(1), "personId"), Code::InvalidInput);
    assert_eq!(without(illness(1), "outOfPocket"), Code::InvalidInput);
    assert_eq!(without(fire(1), "claimedAmount"), Code::InvalidInput);
    assert_eq!(refused(with(illness(1), json!({ "causeName": "—— " }))), Code::InvalidInput);
    assert_eq!(refused(json!({ "kind": "EMERGENCY" })), Code::InvalidInput);
}

#[test]
fn an_event_is_known_by_its_day_and_an_illness_by_its_name() {
    let matter = |details| once(&couple(LOW, details))[0].matter.clone();
    assert_eq!(matter(fire(1_000)), "FIRE:2018-11-01");
    assert_ne!(matter(fire(1_000)), matter(with(fire(1_000), json!({ "causeDate": "2018-11-02" }))));
    let ill = matter(illness(9_000_000));
    assert_eq!(ill, "ILLNESS:尿毒症");
    assert_eq!(matter(outpatient(100_000)), ill);
    let later_bill = json!({ "causeDate": "2018-10-30", "causeName": "　尿毒症 。" });
    assert_eq!(matter(with(illness(9_000_000), later_bill)), ill);
    let named = |name: &str| matter(with(illness(9_000_000), json!({ "causeName": name })));
    assert_eq!(named("ＩｇＡ 肾病"), named("iga肾病"));
    assert_ne!(named("肺癌"), ill);
}

#[test]
fn aid_for_the_household_is_taken_for_every_counted_member_and_aid_for_a_patient_for_one() {
    let persons = |facts: &Facts| once(facts).into_iter().map(|only| only.person_id).collect::<Vec<_>>();
    assert_eq!(persons(&couple(LOW, fire(1_000))), [person(1), person(2)]);
    assert_eq!(persons(&couple(LOW, illness(9_000_000))), [person(2)]);
    let one = with(fire(1_000), json!({ "personId": person_id(1) }));
    assert_eq!(persons(&couple(LOW, one)), [person(1)]);
}

#[test]
fn the_year_is_that_of_the_decision() {
    let mut facts = couple(LOW, fire(1_000));
    facts.assessed_on = day("2018-12-31");
    assert_eq!(once(&facts)[0].period, "2018");
    facts.assessed_on = day("2019-01-01");
    assert_eq!(once(&facts)[0].period, "2019");
}
