//! What an eligible household receives.

use super::fixture::*;
use entity::Fen;
use platform::module::{Facts, IncomeItem, IncomeKind, MemberFacts, Module, ReviewClass};
use proptest::prelude::*;

#[test]
fn at_01_is_430_and_60_and_100_and_40() {
    let assessment = assess(&zhang());
    assert!(assessment.eligible, "{:?}", assessment.failed_rules());
    assert_eq!(figure(&assessment, "monthlyIncome"), "800.00");
    assert_eq!(figure(&assessment, "perCapitaIncome"), "266.67");
    assert_eq!(figure(&assessment, "standard"), "410.00");
    assert_eq!(figure(&assessment, "countedMembers"), "3");
    assert_eq!(lines(&assessment), [("BASE", 43_000), ("KEY_60", 6_000), ("KEY_100", 10_000), ("DISABLED", 4_000)]);
    assert_eq!(assessment.total, Fen(63_000));
    assert_eq!(assessment.start_month.map(|month| month.to_string()).as_deref(), Some("2018-11"));
    assert_eq!(assessment.review_class, Some(ReviewClass::Annual));
    let reasons: Vec<_> = assessment.lines.iter().map(|line| (line.reason.as_str(), line.person_id)).collect();
    assert_eq!(
        reasons,
        [
            ("DIBAO", None),
            ("SEVERE_DISABLED", Some(person(2))),
            ("STUDENT", Some(person(3))),
            ("DISABLED", Some(person(2)))
        ]
    );
    assert_eq!(assessment.lines[0].formula, "410.00 × 3 − 800.00 = 430.00");
}

#[test]
fn at_02b_one_fen_below_the_line_is_one_fen_and_a_child() {
    let assessment = assess(&couple(163_799));
    assert!(assessment.eligible, "{:?}", assessment.failed_rules());
    assert_eq!(lines(&assessment), [("BASE", 1), ("KEY_100", 10_000)]);
    assert_eq!(assessment.total, Fen(10_001));
    assert_eq!(assessment.lines[1].reason, "PRESCHOOL");
}

#[test]
fn at_37_the_dead_do_not_count_and_their_top_ups_end() {
    let mut facts = zhang();
    facts.assessed_on = day("2019-02-01");
    facts.members[1].deceased_on = Some(day("2019-01-17"));
    let assessment = assess(&facts);
    assert_eq!(lines(&assessment), [("BASE", 2_000), ("KEY_100", 10_000)]);
    assert_eq!(assessment.total, Fen(12_000));
}

#[test]
fn at_04_the_standard_is_the_one_in_force_on_the_day() {
    let base = |on| {
        let mut facts = zhang();
        facts.assessed_on = day(on);
        assess(&facts).lines[0].amount
    };
    assert_eq!(base("2017-12-31"), Fen(25_000));
    assert_eq!(base("2018-01-01"), Fen(43_000));
}

#[test]
fn school_and_preschool_were_60_before_april_2017() {
    let mut facts = zhang();
    facts.assessed_on = day("2017-03-31");
    assert_eq!(lines(&assess(&facts)), [("BASE", 10_000), ("KEY_60", 6_000), ("KEY_60", 6_000), ("DISABLED", 4_000)]);
}

#[test]
fn base_is_rounded_half_up_once() {
    // 800.00 + 1/12 fen and 800.00 + 6/12 fen: the difference is 42 999.92 and 42 999.5 fen.
    for (extra, fen) in [(1, 43_000), (6, 43_000), (7, 42_999)] {
        let mut facts = zhang();
        facts.incomes.push(farm(IncomeKind::Other, extra));
        assert_eq!(assess(&facts).lines[0].amount, Fen(fen), "{extra}/12 fen more");
    }
}

#[test]
fn a_line_that_rounds_to_nothing_is_left_out() {
    let mut facts = zhang();
    facts.incomes = vec![farm(IncomeKind::Other, 123_000 * 12 - 5)];
    let assessment = assess(&facts);
    assert!(assessment.eligible);
    assert_eq!(lines(&assessment), [("KEY_60", 6_000), ("KEY_100", 10_000), ("DISABLED", 4_000)]);
}

#[test]
fn the_month_before_the_application_counts_over_new_year_too() {
    let mut facts = couple(0);
    facts.applied_on = day("2019-01-02");
    facts.assessed_on = day("2019-01-20");
    facts.incomes = vec![wage("2018-12", 50_000), wage("2019-01", 70_000), wage("2018-11", 90_000)];
    assert_eq!(figure(&assess(&facts), "monthlyIncome"), "500.00");
}

#[test]
fn waived_support_counts_and_relief_money_does_not() {
    let mut facts = zhang();
    let september = |kind, fen| IncomeItem { kind, person_id: None, counted: false, ..wage("2018-09", fen) };
    facts.incomes.push(september(IncomeKind::SupportDue, 10_000));
    facts.incomes.push(september(IncomeKind::TransferNet, 99_000));
    assert_eq!(figure(&assess(&facts), "monthlyIncome"), "900.00");
}

#[test]
fn a_loss_in_farming_does_not_eat_up_wages() {
    let mut facts = zhang();
    facts.incomes = vec![farm(IncomeKind::FarmCost, 480_000), wage("2018-09", 30_000)];
    let assessment = assess(&facts);
    assert_eq!(figure(&assessment, "monthlyIncome"), "300.00");
    assert_eq!(assessment.lines[0].amount, Fen(123_000 - 30_000));
}

#[test]
fn who_is_not_counted_takes_income_along() {
    let mut facts = zhang();
    facts.members.push(MemberFacts {
        counted: false,
        not_counted_reason: Some("UNMARRIED_SOLDIER".to_owned()),
        ..member(4, "20", "1998-01-01")
    });
    facts.incomes.push(IncomeItem { person_id: Some(person(4)), ..wage("2018-09", 300_000) });
    let assessment = assess(&facts);
    assert_eq!(figure(&assessment, "monthlyIncome"), "800.00");
    assert_eq!(figure(&assessment, "countedMembers"), "3");
}

#[test]
fn age_counts_on_the_day_of_the_assessment() {
    let with_birth = |birth_on| {
        let mut facts = zhang();
        facts.members.push(member(4, "51", birth_on));
        assess(&facts).lines.iter().any(|line| line.reason == "AGE_70")
    };
    assert!(with_birth("1948-11-20"));
    assert!(!with_birth("1948-11-21"));
}

#[test]
fn a_child_is_preschool_by_age_unless_at_school_and_by_stage_at_any_age() {
    let reasons = |birth_on, stage: Option<&str>| {
        let mut facts = zhang();
        facts.members[2] = MemberFacts { education_stage: stage.map(str::to_owned), ..member(3, "30", birth_on) };
        let lines = assess(&facts).lines;
        lines.iter().filter(|line| line.item == "KEY_100").map(|line| line.reason.clone()).collect::<Vec<_>>()
    };
    assert_eq!(reasons("2011-11-21", None), ["PRESCHOOL"]);
    assert!(reasons("2011-11-20", None).is_empty());
    assert_eq!(reasons("2011-11-20", Some("PRESCHOOL")), ["PRESCHOOL"]);
    assert_eq!(reasons("2012-06-01", Some("PRIMARY")), ["STUDENT"]);
    assert_eq!(reasons("1998-06-01", Some("COLLEGE")), ["STUDENT"]);
}

#[test]
fn certificate_grades_three_and_four_add_40_only() {
    let mut facts = zhang();
    for (grade, expected) in [(1, 10_000), (2, 10_000), (3, 4_000), (4, 4_000)] {
        facts.members[1].disability_grade = Some(grade);
        let mother: i64 = assess(&facts)
            .lines
            .iter()
            .filter(|line| line.person_id == Some(person(2)))
            .map(|line| line.amount.0)
            .sum();
        assert_eq!(mother, expected, "grade {grade}");
    }
}

#[test]
fn review_classes_follow_article_26() {
    let class = |change: &dyn Fn(&mut Facts)| {
        let mut facts = zhang();
        change(&mut facts);
        assess(&facts).review_class.unwrap()
    };
    let healthy = |facts: &mut Facts| facts.members[1].disability_grade = None;
    let jobless = |facts: &mut Facts| facts.members[0].employment = Some("UNEMPLOYED".to_owned());
    assert_eq!(class(&|_| ()), ReviewClass::Annual);
    assert_eq!(class(&healthy), ReviewClass::Semiannual);
    assert_eq!(class(&jobless), ReviewClass::Quarterly);
    assert_eq!(class(&|facts| facts.income_stable = false), ReviewClass::Quarterly);
    // A severely disabled person without work is not an able one.
    assert_eq!(class(&|facts| facts.members[1].employment = Some("UNEMPLOYED".to_owned())), ReviewClass::Annual);
    let mut urban = couple(100_000);
    jobless(&mut urban);
    assert_eq!(assess(&urban).review_class, Some(ReviewClass::Monthly));
}

#[test]
fn the_first_month_can_be_the_next() {
    let mut facts = zhang();
    facts.assessed_on = day("2018-12-20");
    let next = parameters(&[("dibao.firstMonth", "NEXT")]);
    let month = crate::dibao::Dibao.assess(&facts, &next).unwrap().start_month;
    assert_eq!(month.map(|month| month.to_string()).as_deref(), Some("2019-01"));
}

proptest! {
    /// Against the sentence of the notice of 2018, told in another way: sum all five and certificate, then take away
    /// all of the five but the dearest.
    #[test]
    fn top_ups_are_the_dearest_category_and_the_certificate(
        grade in proptest::option::of(1_u8..=4), ill: bool, age in 0_i32..100,
        stage in proptest::option::of(prop_oneof!["PRESCHOOL", "PRIMARY", "JUNIOR", "SENIOR", "VOCATIONAL", "COLLEGE"]),
    ) {
        let mut facts = zhang();
        facts.members[2] = MemberFacts {
            disability_grade: grade,
            major_illness: ill,
            education_stage: stage.clone(),
            ..member(3, "39", &format!("{}-11-20", 2018 - age))
        };
        let assessment = assess(&facts);
        let paid: i64 = assessment.lines.iter().filter(|line| line.person_id == Some(person(3))).map(|line| line.amount.0).sum();

        let child_100 = stage.is_some() || age < 7;
        let any_60 = grade == Some(1) || grade == Some(2) || ill || age >= 70;
        let dearest = if child_100 { 100 } else if any_60 { 60 } else { 0 };
        let certificate = if grade.is_some() { 40 } else { 0 };
        prop_assert_eq!(paid, (dearest + certificate) * 100);
        prop_assert!(assessment.lines.iter().filter(|line| line.person_id == Some(person(3))).count() <= 2);
    }

    /// Against integers only: for a household of n, twelve-month income g decides by 12·std·n, with no fraction.
    #[test]
    fn eligibility_and_base_agree_with_integers(yearly_fen in 0_i64..3_000_000, heads in 1_usize..8) {
        let mut facts = zhang();
        facts.members = (0..heads).map(|number| {
            let relation = if number == 0 { "02" } else { "39" };
            member(number as u128 + 1, relation, "1980-01-01")
        }).collect();
        facts.incomes = vec![farm(IncomeKind::FarmGross, yearly_fen)];
        let assessment = assess(&facts);
        let line12 = 12 * 41_000 * heads as i64;
        prop_assert_eq!(assessment.eligible, yearly_fen < line12);
        if assessment.eligible {
            // Half up: floor(x + 1/2) of (line12 - yearly)/12.
            let expected = (2 * (line12 - yearly_fen) + 12) / 24;
            prop_assert_eq!(assessment.total, Fen(expected));
        } else {
            prop_assert_eq!(assessment.total, Fen(0));
            prop_assert!(assessment.lines.is_empty() && assessment.start_month.is_none());
        }
    }
}
