//! How much, to the fen, for which term and in which month.

use super::fixture::*;
use crate::education::Education;
use entity::Fen;
use platform::module::{Facts, Module, OnceOnly};
use proptest::prelude::*;
use serde_json::{Value, json};

const AUTUMN: &str = "2018-10";
const SPRING: &str = "2019-03";

#[test]
fn every_item_pays_its_year_in_two_terms() {
    type Line<'a> = (&'a str, &'a str, i64);
    let cases: &[(&str, bool, &str, &[Line<'_>])] = &[
        // 1,500 for care and 660 for meals in a year.
        (
            "PRESCHOOL",
            false,
            "PRESCHOOL",
            &[
                ("CARE", AUTUMN, 75_000),
                ("LIVING", AUTUMN, 33_000),
                ("CARE", SPRING, 75_000),
                ("LIVING", SPRING, 33_000),
            ],
        ),
        ("PRIMARY", true, "BOARDER", &[("LIVING", AUTUMN, 50_000), ("LIVING", SPRING, 50_000)]),
        ("JUNIOR", true, "BOARDER", &[("LIVING", AUTUMN, 62_500), ("LIVING", SPRING, 62_500)]),
        ("SENIOR", true, "SENIOR_GRANT", &[("LIVING", AUTUMN, 100_000), ("LIVING", SPRING, 100_000)]),
        ("VOCATIONAL", false, "SENIOR_GRANT", &[("LIVING", AUTUMN, 100_000), ("LIVING", SPRING, 100_000)]),
        ("COLLEGE", true, "COLLEGE_GRANT", &[("LIVING", AUTUMN, 150_000), ("LIVING", SPRING, 150_000)]),
    ];
    for (stage, boarder, item, expected) in cases {
        let expected: Vec<_> = expected
            .iter()
            .map(|(reason, month, fen)| ((*item).to_owned(), (*reason).to_owned(), (*month).to_owned(), *fen))
            .collect();
        assert_eq!(lines(&pupil(details(stage, *boarder, &[item]))), expected, "{stage} {item}");
    }
}

/// What an item that goes by a stated sum pays in autumn and spring.
fn by_sum(stage: &str, item: &str, sum: Value) -> Vec<i64> {
    lines(&pupil(with(details(stage, true, &[item]), sum))).into_iter().map(|(.., fen)| fen).collect()
}

#[test]
fn tuition_and_loans_are_what_is_stated_up_to_their_caps() {
    for (stage, item, sum, expected) in [
        ("SENIOR", "TUITION_WAIVER", json!({ "tuition": 160_000 }), [80_000, 80_000]),
        ("VOCATIONAL", "TUITION_WAIVER", json!({ "tuition": 900_000 }), [450_000, 450_000]),
        ("COLLEGE", "COLLEGE_TUITION", json!({ "tuition": 550_000 }), [275_000, 275_000]),
        ("COLLEGE", "COLLEGE_TUITION", json!({ "tuition": 799_999 }), [400_000, 399_999]),
        ("COLLEGE", "COLLEGE_TUITION", json!({ "tuition": 800_000 }), [400_000, 400_000]),
        ("COLLEGE", "COLLEGE_TUITION", json!({ "tuition": 800_001 }), [400_000, 400_000]),
        ("COLLEGE", "COLLEGE_TUITION", json!({ "tuition": 1_800_000 }), [400_000, 400_000]),
        ("COLLEGE", "LOAN", json!({ "loan": 600_000 }), [300_000, 300_000]),
        ("COLLEGE", "LOAN", json!({ "loan": 800_001 }), [400_000, 400_000]),
    ] {
        assert_eq!(by_sum(stage, item, sum.clone()), expected, "{stage} {item} {sum}");
    }
}

/// A pupil who lives at home, in one term of one school year.
fn at_home(stage: &str, year: &str, term: &str) -> Facts {
    let first: i32 = year[..4].parse().unwrap();
    let within = if term == "AUTUMN" { format!("{first}-09-10") } else { format!("{}-03-10", first + 1) };
    let asked = with(details(stage, false, &["NON_BOARDER"]), json!({ "schoolYear": year, "terms": [term] }));
    at(pupil(asked), &within, &within)
}

#[test]
fn who_does_not_board_is_aided_from_the_autumn_of_2019() {
    for (stage, year, term, expected) in [
        ("PRIMARY", "2018-2019", "AUTUMN", None),
        ("PRIMARY", "2018-2019", "SPRING", None),
        ("PRIMARY", "2019-2020", "AUTUMN", Some(25_000)),
        ("PRIMARY", "2019-2020", "SPRING", Some(25_000)),
        ("JUNIOR", "2018-2019", "SPRING", None),
        ("JUNIOR", "2019-2020", "AUTUMN", Some(31_250)),
        ("JUNIOR", "2020-2021", "SPRING", Some(31_250)),
    ] {
        let facts = at_home(stage, year, term);
        match expected {
            Some(fen) => assert_eq!(assess(&facts).total, Fen(fen), "{stage} {year} {term}"),
            None => assert_eq!(failed(&facts), ["STANDARD_IN_FORCE"], "{stage} {year} {term}"),
        }
    }
}

#[test]
fn a_boarder_is_aided_before_and_after_2019_alike() {
    for (year, day) in [("2015-2016", "2015-09-10"), ("2018-2019", "2018-09-10"), ("2019-2020", "2019-09-10")] {
        let asked = with(details("PRIMARY", true, &["BOARDER"]), json!({ "schoolYear": year }));
        assert_eq!(assess(&at(pupil(asked), day, day)).total, Fen(100_000), "{year}");
    }
}

#[test]
fn several_items_are_paid_beside_each_other() {
    let asked = with(
        details("COLLEGE", true, &["COLLEGE_GRANT", "COLLEGE_TUITION", "LOAN"]),
        json!({ "tuition": 900_000, "loan": 900_000, "terms": ["AUTUMN"] }),
    );
    let amounts: Vec<_> = lines(&pupil(asked)).into_iter().map(|(item, .., fen)| (item, fen)).collect();
    let of = |item: &str, fen: i64| (item.to_owned(), fen);
    assert_eq!(amounts, [of("COLLEGE_GRANT", 150_000), of("COLLEGE_TUITION", 400_000), of("LOAN", 400_000)]);

    let senior = with(details("SENIOR", true, &["SENIOR_GRANT", "TUITION_WAIVER"]), json!({ "tuition": 160_000 }));
    assert_eq!(assess(&pupil(senior)).total, Fen(360_000));
}

#[test]
fn an_item_or_a_term_named_twice_is_paid_once() {
    let asked = with(details("PRIMARY", true, &["BOARDER", "BOARDER"]), json!({ "terms": ["SPRING", "SPRING"] }));
    let assessed = assess(&pupil(asked));
    assert_eq!((assessed.total, assessed.lines.len(), assessed.once.len()), (Fen(50_000), 1, 1));
}

#[test]
fn a_term_is_paid_in_its_first_month_or_in_that_of_the_decision() {
    let boarder = details("JUNIOR", true, &["BOARDER"]);
    for (assessed, months) in [
        ("2018-08-31", ["2018-09", "2019-03"]),
        ("2018-09-01", ["2018-09", "2019-03"]),
        ("2018-12-31", ["2018-12", "2019-03"]),
        ("2019-03-01", ["2019-03", "2019-03"]),
        ("2019-04-15", ["2019-04", "2019-04"]),
    ] {
        let facts = at(pupil(boarder.clone()), "2018-08-20", assessed);
        let paid: Vec<_> = lines(&facts).into_iter().map(|(_, _, month, _)| month).collect();
        assert_eq!(paid, months, "{assessed}");
    }
}

#[test]
fn values_are_those_of_the_first_day_of_a_term() {
    let raised = parameters(&[("edu.boarder.junior.year", "150000", "2019-03-01")], &[]);
    let late = parameters(&[("edu.boarder.junior.year", "150000", "2019-03-02")], &[]);
    let facts = pupil(details("JUNIOR", true, &["BOARDER"]));
    let by =
        |parameters| Education.assess(&facts, parameters).unwrap().lines.iter().map(|line| line.amount.0).collect();
    let (raised, late): (Vec<_>, Vec<_>) = (by(&raised), by(&late));
    assert_eq!(raised, [62_500, 75_000]);
    assert_eq!(late, [62_500, 62_500]);
}

/// Aid from elsewhere for a purpose of a term.
fn from_elsewhere(purpose: &str, term: &str, amount: i64) -> Value {
    json!({ "purpose": purpose, "term": term, "amount": amount, "source": "营养改善计划" })
}

#[test]
fn meal_money_of_the_nutrition_plan_is_counted() {
    let asked = |received: Value| {
        let asked = with(details("PRIMARY", true, &["BOARDER"]), json!({ "received": received }));
        lines(&pupil(asked)).into_iter().map(|(_, _, month, fen)| (month, fen)).collect::<Vec<_>>()
    };
    let paid = |month: &str, fen: i64| (month.to_owned(), fen);
    let meals = from_elsewhere("LIVING", "AUTUMN", 40_000);
    assert_eq!(asked(json!([meals])), [paid(AUTUMN, 10_000), paid(SPRING, 50_000)]);
    let twice = json!([meals, from_elsewhere("LIVING", "AUTUMN", 9999)]);
    assert_eq!(asked(twice), [paid(AUTUMN, 1), paid(SPRING, 50_000)]);
    assert_eq!(asked(json!([from_elsewhere("LIVING", "AUTUMN", 50_000)])), [paid(SPRING, 50_000)]);
    assert_eq!(asked(json!([from_elsewhere("LIVING", "AUTUMN", 90_000)])), [paid(SPRING, 50_000)]);
    assert_eq!(
        asked(json!([from_elsewhere("TUITION", "AUTUMN", 50_000)])),
        [paid(AUTUMN, 50_000), paid(SPRING, 50_000)]
    );
}

#[test]
fn meals_of_a_kindergarten_are_not_paid_from_money_for_care() {
    let asked = with(
        details("PRESCHOOL", false, &["PRESCHOOL"]),
        json!({ "terms": ["AUTUMN"], "received": [from_elsewhere("LIVING", "AUTUMN", 100_000)] }),
    );
    let paid: Vec<_> = lines(&pupil(asked)).into_iter().map(|(_, reason, _, fen)| (reason, fen)).collect();
    assert_eq!(paid, [("CARE".to_owned(), 75_000)]);
}

#[test]
fn where_all_is_paid_already_nothing_is_granted() {
    let received = json!([from_elsewhere("LIVING", "AUTUMN", 62_500), from_elsewhere("LIVING", "SPRING", 62_500)]);
    let facts = pupil(with(details("JUNIOR", true, &["BOARDER"]), json!({ "received": received })));
    assert_eq!(failed(&facts), ["PURPOSE_NOT_PAID_ALREADY"]);
}

#[test]
fn only_what_is_paid_is_taken_for_good() {
    let once = |more: Value| assess(&pupil(with(details("PRESCHOOL", false, &["PRESCHOOL"]), more))).once;
    let only =
        |matter: &str| OnceOnly { person_id: person(3), matter: matter.to_owned(), period: "2018-2019".to_owned() };
    assert_eq!(once(json!({})), [only("PRESCHOOL:AUTUMN"), only("PRESCHOOL:SPRING")]);
    let covered = json!([from_elsewhere("LIVING", "AUTUMN", 33_000), from_elsewhere("CARE", "AUTUMN", 75_000)]);
    assert_eq!(once(json!({ "received": covered })), [only("PRESCHOOL:SPRING")]);
}

proptest! {
    #[test]
    fn two_terms_are_the_year_to_the_fen(tuition in 1_i64..=2_000_000) {
        let sum = json!({ "tuition": Fen(tuition) });
        let year = |stage: &str, item: &str| by_sum(stage, item, sum.clone()).into_iter().sum::<i64>();
        prop_assert_eq!(year("SENIOR", "TUITION_WAIVER"), tuition);
        prop_assert_eq!(year("COLLEGE", "COLLEGE_TUITION"), tuition.min(800_000));
    }

    #[test]
    fn what_is_received_and_what_is_granted_never_pass_the_standard(received in 0_i64..=200_000) {
        let elsewhere = json!([from_elsewhere("LIVING", "SPRING", received)]);
        let asked = with(details("JUNIOR", true, &["BOARDER"]), json!({ "terms": ["SPRING"], "received": elsewhere }));
        let granted = assess(&pupil(asked)).total.0;
        prop_assert_eq!(granted, (62_500 - received).max(0));
    }
}
