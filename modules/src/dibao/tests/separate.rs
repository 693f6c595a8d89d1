//! Members computed apart from parents or siblings.

use super::fixture::*;
use crate::dibao::assess::both;
use entity::Fen;
use platform::module::{Facts, IncomeKind, MemberFacts};
use serde_json::json;

/// A grown-up son of grade 1 without capacity to work, with parents whose wages are above the line.
fn parents_and_son() -> Facts {
    let mut facts = zhang();
    facts.members = vec![
        member(1, "02", "1962-03-12"),
        member(2, "12", "1963-08-25"),
        MemberFacts {
            disability_category: Some(4),
            disability_grade: Some(1),
            employment: Some("UNABLE".to_owned()),
            ..member(3, "20", "1990-01-15")
        },
    ];
    facts.incomes = vec![wage("2018-09", 300_000)];
    ask(facts, &[3], false)
}

fn ask(facts: Facts, apart: &[u128], applied: bool) -> Facts {
    let persons: Vec<_> = apart.iter().map(|number| person_id(*number)).collect();
    let separate = json!({ "personIds": persons, "ground": "DISABLED_WITHOUT_WORK_CAPACITY", "applied": applied });
    with_details(facts, json!({ "separateHousehold": separate }))
}

#[test]
fn the_preview_tells_both_and_the_case_goes_by_the_one_applied() {
    let facts = parents_and_son();
    let (whole, separate, applied) = both(&facts, &parameters(&[])).unwrap();
    let separate = separate.unwrap();
    assert_eq!(whole.failed_rules(), ["INCOME_BELOW_STANDARD"]);
    assert!(separate.eligible, "{:?}", separate.failed_rules());
    assert_eq!(lines(&separate), [("BASE", 41_000), ("KEY_60", 6_000), ("DISABLED", 4_000)]);
    assert!(!applied && !assess(&facts).eligible);
    assert!(!whole.parameters.is_empty() && !separate.parameters.is_empty());

    let applied = ask(facts, &[3], true);
    assert_eq!(assess(&applied).total, Fen(51_000));
}

#[test]
fn what_belongs_to_no_one_is_shared_by_heads() {
    let mut facts = parents_and_son();
    facts.incomes = vec![farm(IncomeKind::FarmGross, 1_080_000)];
    let separate = assess_separately(&facts);
    assert_eq!(figure(&separate, "monthlyIncome"), "300.00");
    assert_eq!(figure(&separate, "countedMembers"), "1");
    assert_eq!(separate.lines[0].amount, Fen(11_000));
}

#[test]
fn only_who_meets_the_ground_may_be_computed_apart() {
    let allowed = |change: &dyn Fn(&mut Facts)| {
        let mut facts = parents_and_son();
        change(&mut facts);
        !assess_separately(&facts).failed_rules().contains(&"SEPARATE_HOUSEHOLD_ALLOWED")
    };
    assert!(allowed(&|_| ()));
    assert!(!allowed(&|facts| facts.members[2].employment = Some("EMPLOYED".to_owned())));
    assert!(!allowed(&|facts| facts.members[2].disability_grade = None));
    assert!(!allowed(&|facts| facts.members[2].birth_on = Some(day("2005-01-15"))));
    // Son-in-law is no child: he does not live with parents or siblings.
    assert!(!allowed(&|facts| facts.members[2].relation = "28".to_owned()));
    assert!(!allowed(&|facts| facts.members.truncate(0)));
    assert!(!allowed(&|facts| *facts = ask(facts.clone(), &[3, 99], false)));
    assert!(!allowed(&|facts| *facts = ask(facts.clone(), &[1, 2, 3], false)));
    assert!(!allowed(&|facts| {
        facts.members.remove(0);
        facts.members.remove(0);
    }));
}

#[test]
fn a_bedridden_head_may_be_computed_apart_from_a_brother() {
    let mut facts = zhang();
    facts.members =
        vec![MemberFacts { major_illness: true, ..member(1, "02", "1971-03-12") }, member(2, "73", "1975-08-25")];
    let details = json!({
        "separateHousehold": { "personIds": [person_id(1)], "ground": "BEDRIDDEN_SERIOUSLY_ILL", "applied": true }
    });
    let assessment = assess(&with_details(facts, details));
    assert!(assessment.eligible, "{:?}", assessment.failed_rules());
    assert_eq!(figure(&assessment, "monthlyIncome"), "400.00");
    assert_eq!(lines(&assessment), [("BASE", 1_000), ("KEY_60", 6_000)]);
}

#[test]
fn without_a_request_there_is_no_separate_result() {
    assert!(both(&zhang(), &parameters(&[])).unwrap().1.is_none());
}
