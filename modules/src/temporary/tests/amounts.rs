//! How much, to the fen.

use super::fixture::*;
use entity::Fen;
use platform::module::{Facts, Module};
use proptest::prelude::*;
use serde_json::json;

#[test]
fn at_26_amounts_by_tier() {
    assert_eq!(granted(&on_record("DIBAO", illness(2_800_000))), 1_250_000);
    assert_eq!(granted(&on_record("TEKUN", illness(6_030_000))), 5_000_000);
    assert_eq!(granted(&couple(LOW, illness(8_000_000))), 2_400_000);
    assert_eq!(granted(&on_record("DIBAO", illness(300_000))), 0);
    assert_eq!(granted(&on_record("DIBAO", outpatient(900_000))), 655_200);
}

#[test]
fn one_fen_above_the_deductible_is_half_a_fen_rounded_up() {
    assert_eq!(granted(&on_record("DIBAO", illness(300_001))), 1);
    assert_eq!(granted(&on_record("TEKUN", illness(30_001))), 1);
    // 2/5 of a fen is none, and a grant of none is no grant.
    assert_eq!(granted(&couple(LOW, illness(2_000_001))), 0);
    assert_eq!(granted(&couple(LOW, illness(2_000_002))), 1);
}

#[test]
fn caps_hold_at_the_fen() {
    // 40,000 / (1/2) + 3,000 and 30,000 / (2/5) + 20,000.
    assert_eq!(granted(&on_record("DIBAO", illness(8_300_000))), 4_000_000);
    assert_eq!(granted(&on_record("DIBAO", illness(8_299_998))), 3_999_999);
    assert_eq!(granted(&couple(LOW, illness(9_500_000))), 3_000_000);
    assert_eq!(granted(&couple(LOW, illness(99_500_000))), 3_000_000);
}

#[test]
fn outpatients_get_what_they_bear_up_to_a_multiple_of_the_urban_line() {
    assert_eq!(granted(&on_record("TEKUN", outpatient(655_201))), 655_200);
    assert_eq!(granted(&on_record("TEKUN", outpatient(655_199))), 655_199);
    assert_eq!(granted(&couple(LOW, outpatient(500_000))), 327_600);
    assert_eq!(granted(&couple(NOT_LOW, outpatient(500_000))), 0);
    let proposed = with(outpatient(500_000), json!({ "proposedAmount": Fen(120_000) }));
    assert_eq!(granted(&on_record("DIBAO", proposed)), 120_000);
}

#[test]
fn anything_but_an_illness_is_at_the_offices_discretion_up_to_the_households_cap() {
    assert_eq!(granted(&couple(LOW, fire(163_801))), 163_801);
    assert_eq!(granted(&couple(LOW, fire(327_601))), 327_600);
    let propose = |fen: i64| with(fire(300_000), json!({ "proposedAmount": Fen(fen) }));
    assert_eq!(granted(&couple(LOW, propose(100_000))), 100_000);
    assert_eq!(granted(&couple(LOW, propose(900_000))), 300_000);
    assert_eq!(granted(&couple(LOW, fire(0))), 0);
}

#[test]
fn the_highest_tier_is_the_districts_and_takes_what_is_proposed() {
    let propose = |fen: i64| couple(NOT_LOW, with(illness(5_000_000), json!({ "proposedAmount": Fen(fen) })));
    assert_eq!(granted(&propose(1_000_000)), 1_000_000);
    assert_eq!(granted(&propose(4_000_000)), 3_000_000);
    assert_eq!(granted(&couple(NOT_LOW, illness(5_000_000))), 0);
    assert_eq!(assess(&propose(1_000)).least_level.as_deref(), Some("DISTRICT"));
    assert_eq!(assess(&couple(LOW, fire(1_000))).least_level, None);
}

#[test]
fn the_picked_ratio_stays_within_the_range_of_the_guidance() {
    let facts = on_record("DIBAO", illness(2_800_000));
    let with_ratio = |ratio| {
        let assessed =
            crate::temporary::Temporary.assess(&facts, &parameters(&[("temp.majorIllness.t2.ratio", ratio)]));
        assessed.map(|assessment| assessment.total.0).ok()
    };
    assert_eq!(with_ratio("2/5"), Some(1_000_000));
    assert_eq!(with_ratio("3/5"), Some(1_500_000));
    assert_eq!(with_ratio("39/100"), None);
    assert_eq!(with_ratio("61/100"), None);
}

#[test]
fn the_line_names_its_way_its_item_and_its_payee() {
    let mut facts = on_record("TEKUN", illness(6_030_000));
    let line = assess(&facts).lines.remove(0);
    assert_eq!(line.formula, "(60300.00 − 300.00) × 9/10 = 54000.00, capped at 50000.00");
    assert_eq!((line.item.as_str(), line.person_id, line.payee_id), ("GRANT", Some(person(2)), Some(person(2))));
    facts.deciding_level = Some("TOWN".to_owned());
    assert_eq!(assess(&facts).lines[0].item, "TOWN_GRANT");
    let line = assess(&couple(LOW, fire(100_000))).lines.remove(0);
    assert_eq!((line.formula.as_str(), line.person_id, line.payee_id), ("1000.00 = 1000.00", None, None));
}

/// Told in whole fen by another way: twenty times the share, so that no ratio leaves a fraction.
fn oracle(facts: &Facts, deductible: i64, twentieths: i64, cap: i64) -> i64 {
    let borne = facts.details["outOfPocket"].as_i64().unwrap();
    let share20 = (borne - deductible).max(0) * twentieths;
    ((share20 + 10).div_euclid(20)).min(cap)
}

proptest! {
    #[test]
    fn major_illness_agrees_with_integers(borne in 0_i64..20_000_000) {
        let second = on_record("DIBAO", illness(borne));
        prop_assert_eq!(granted(&second), oracle(&second, 300_000, 10, 4_000_000));
        let first = on_record("TEKUN", illness(borne));
        prop_assert_eq!(granted(&first), oracle(&first, 30_000, 18, 5_000_000));
        let low = couple(LOW, illness(borne));
        prop_assert_eq!(granted(&low), oracle(&low, 2_000_000, 8, 3_000_000));
    }
}
