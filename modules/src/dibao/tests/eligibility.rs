//! Each rule alone refuses.

use super::fixture::*;
use crate::dibao::Dibao;
use entity::Fen;
use platform::{
    code::Code,
    module::{AssetItem, AssetKind, Facts, Flag, IncomeKind, MemberFacts, Module, Parameters, Period},
};
use serde_json::json;

/// The one rule that refuses, after a change to the family of AT-01.
fn refused(change: impl FnOnce(&mut Facts)) -> Vec<String> {
    let mut facts = zhang();
    change(&mut facts);
    let assessment = assess(&facts);
    assert_eq!(assessment.eligible, assessment.failed_rules().is_empty());
    assert_eq!(assessment.eligible, assessment.total > Fen(0));
    assessment.failed_rules().into_iter().map(str::to_owned).collect()
}

#[test]
fn every_rule_is_told_with_its_source_in_two_languages() {
    let assessment = assess(&zhang());
    let codes: Vec<_> = assessment.rules.iter().map(|rule| rule.code.as_str()).collect();
    assert_eq!(
        codes,
        [
            "MEMBERS_COUNTED",
            "HUKOU_LOCAL",
            "INCOME_BELOW_STANDARD",
            "FINANCIAL_ASSETS_WITHIN_LIMIT",
            "DWELLINGS_WITHIN_LIMIT",
            "NO_COMMERCIAL_PREMISES",
            "NO_VEHICLE_OR_MACHINE",
            "CONSUMPTION_WITHIN_LIMITS",
            "NO_OTHER_DIBAO_OR_TEKUN"
        ]
    );
    for rule in &assessment.rules {
        assert!(rule.passed && !rule.explanation.is_empty() && !rule.explanation_zh.is_empty());
        assert!(!rule.legal_basis.is_empty(), "{}", rule.code);
    }
    assert_eq!(assessment.rules[2].explanation, "household income of 800.00 a month is below 410.00 × 3 = 1230.00");
}

#[test]
fn at_02a_income_equal_to_the_line_is_not_below_it() {
    let assessment = assess(&couple(163_800));
    assert_eq!(figure(&assessment, "perCapitaIncome"), "546.00");
    assert_eq!(assessment.failed_rules(), ["INCOME_BELOW_STANDARD"]);
    assert_eq!(
        assessment.rules[2].explanation,
        "household income of 1638.00 a month is not below 546.00 × 3 = 1638.00"
    );
    assert_eq!(assessment.total, Fen(0));
    assert!(assessment.lines.is_empty() && assessment.review_class.is_none());
}

#[test]
fn income_is_compared_before_rounding() {
    // A twelfth of a fen below 1230.00 shows as 1230.00 and is below; a twelfth above is not.
    let with = |yearly_fen| refused(|facts| facts.incomes = vec![farm(IncomeKind::FarmGross, yearly_fen)]);
    assert!(with(123_000 * 12 - 1).is_empty());
    assert_eq!(with(123_000 * 12), ["INCOME_BELOW_STANDARD"]);
    assert_eq!(with(123_000 * 12 + 1), ["INCOME_BELOW_STANDARD"]);
}

#[test]
fn nobody_counted_is_no_household() {
    let codes = refused(|facts| {
        for member in &mut facts.members {
            member.counted = false;
            member.not_counted_reason = Some("PRISONER".to_owned());
        }
    });
    assert!(codes.contains(&"MEMBERS_COUNTED".to_owned()) && codes.contains(&"INCOME_BELOW_STANDARD".to_owned()));
}

#[test]
fn a_spouse_or_minor_child_is_left_out_only_by_statute() {
    let left_out = |index: usize, reason: Option<&str>| {
        refused(|facts| {
            facts.members[index].counted = false;
            facts.members[index].not_counted_reason = reason.map(str::to_owned);
        })
    };
    assert_eq!(left_out(1, None), ["MEMBERS_COUNTED"]);
    assert_eq!(left_out(1, Some("WORKS_ELSEWHERE")), ["MEMBERS_COUNTED"]);
    assert!(left_out(1, Some("PRISONER")).is_empty());
    assert_eq!(left_out(2, Some("WORKS_ELSEWHERE")), ["MEMBERS_COUNTED"]);
    // Declared missing is a reason from 2021-07-01 only.
    assert_eq!(left_out(1, Some("DECLARED_MISSING")), ["MEMBERS_COUNTED"]);
    let later = refused(|facts| {
        facts.assessed_on = day("2021-08-01");
        facts.members[1].counted = false;
        facts.members[1].not_counted_reason = Some("DECLARED_MISSING".to_owned());
    });
    assert!(later.is_empty());
    let grown_up = refused(|facts| {
        facts.members.push(MemberFacts { counted: false, ..member(4, "20", "1995-01-01") });
    });
    assert!(grown_up.is_empty());
}

#[test]
fn e1_hukou_outside_the_town_or_the_municipality() {
    let hukou =
        |index: usize, code: Option<&str>| refused(|facts| facts.members[index].hukou = code.map(str::to_owned));
    assert_eq!(hukou(0, Some("500118104200")), ["HUKOU_LOCAL"]);
    assert_eq!(hukou(0, None), ["HUKOU_LOCAL"]);
    assert_eq!(hukou(1, Some("510502100200")), ["HUKOU_LOCAL"]);
    assert!(hukou(0, Some("500118107001")).is_empty());
    assert!(hukou(1, Some("500106001001")).is_empty());
}

#[test]
fn e3_savings_above_twelve_times_the_line() {
    let savings = |fen: Option<i64>| {
        refused(|facts| facts.assets = vec![AssetItem { amount_fen: fen.map(Fen), ..asset(AssetKind::Financial) }])
    };
    assert!(savings(Some(1_476_000)).is_empty());
    assert_eq!(savings(Some(1_476_001)), ["FINANCIAL_ASSETS_WITHIN_LIMIT"]);
    assert_eq!(savings(None), ["FINANCIAL_ASSETS_WITHIN_LIMIT"]);
}

#[test]
fn e4_a_second_dwelling_when_the_area_is_large() {
    let dwelling = |area, exempt| AssetItem { area_centi_m2: area, exempt, ..asset(AssetKind::Dwelling) };
    let with = |dwellings: Vec<AssetItem>| refused(|facts| facts.assets = dwellings);
    // Three times 13 m² for three: 117 m².
    assert!(with(vec![dwelling(Some(30_000), false)]).is_empty());
    assert!(with(vec![dwelling(Some(5_850), false), dwelling(Some(5_850), false)]).is_empty());
    assert_eq!(with(vec![dwelling(Some(5_850), false), dwelling(Some(5_851), false)]), ["DWELLINGS_WITHIN_LIMIT"]);
    assert_eq!(with(vec![dwelling(Some(100), false), dwelling(None, false)]), ["DWELLINGS_WITHIN_LIMIT"]);
    assert!(with(vec![dwelling(Some(30_000), false), dwelling(Some(30_000), true)]).is_empty());
}

#[test]
fn e5_and_e6_premises_vehicles_vessels_and_machines() {
    let with = |kind, exempt| refused(|facts| facts.assets = vec![AssetItem { exempt, ..asset(kind) }]);
    assert_eq!(with(AssetKind::CommercialPremises, false), ["NO_COMMERCIAL_PREMISES"]);
    for kind in [AssetKind::Vehicle, AssetKind::Vessel, AssetKind::Machine] {
        assert_eq!(with(kind, false), ["NO_VEHICLE_OR_MACHINE"]);
        assert!(with(kind, true).is_empty());
    }
    let soldier_car = refused(|facts| {
        facts.members.push(MemberFacts { counted: false, ..member(4, "20", "1995-01-01") });
        facts.assets = vec![AssetItem { person_id: Some(person(4)), ..asset(AssetKind::Vehicle) }];
    });
    assert!(soldier_car.is_empty());
}

#[test]
fn e7_each_kind_of_consumption_that_is_found() {
    for name in
        ["BUILT_HOUSE", "BOUGHT_FLAT", "HIGH_GRADE_REFIT", "STUDY_ABROAD", "PRIVATE_SCHOOL", "COMMERCIAL_INSURANCE"]
    {
        assert_eq!(refused(|facts| facts.flags = vec![flag(name)]), ["CONSUMPTION_WITHIN_LIMITS"], "{name}");
        assert!(refused(|facts| facts.flags = vec![Flag { exempt: true, ..flag(name) }]).is_empty(), "{name}");
    }
    assert!(refused(|facts| facts.flags = vec![flag("SOMETHING_OF_ANOTHER_PROGRAMME")]).is_empty());
}

#[test]
fn e7_fees_and_premiums_from_twelve_times_the_line_a_person() {
    let spent = |amounts: &[(u128, i64)]| {
        refused(|facts| {
            let one = |(number, fen): &(u128, i64)| Flag {
                amount_fen: Some(Fen(*fen)),
                person_id: Some(person(*number)),
                ..flag("COMMERCIAL_INSURANCE")
            };
            facts.flags = amounts.iter().map(one).collect();
        })
    };
    assert!(spent(&[(1, 491_999)]).is_empty());
    assert_eq!(spent(&[(1, 492_000)]), ["CONSUMPTION_WITHIN_LIMITS"]);
    assert_eq!(spent(&[(1, 250_000), (1, 242_000)]), ["CONSUMPTION_WITHIN_LIMITS"]);
    assert!(spent(&[(1, 250_000), (2, 242_000)]).is_empty());
}

#[test]
fn e7_utilities_count_only_where_the_district_has_set_a_share() {
    let mut facts = zhang();
    facts.flags = vec![flag("UTILITIES_OVER_RATIO")];
    assert!(assess(&facts).eligible);
    let applied = parameters(&[("dibao.consumption.utilities.applied", "true")]);
    assert_eq!(Dibao.assess(&facts, &applied).unwrap().failed_rules(), ["CONSUMPTION_WITHIN_LIMITS"]);
}

#[test]
fn e7_what_the_family_declares_counts_until_verified() {
    let declared = |item: serde_json::Value, flags: Vec<Flag>| {
        let mut facts = with_details(zhang(), json!({ "consumption": [item] }));
        facts.flags = flags;
        assess(&facts).failed_rules().len()
    };
    assert_eq!(declared(json!({ "kind": "BUILT_HOUSE", "on": "2015-10-20" }), vec![]), 1);
    assert_eq!(declared(json!({ "kind": "BUILT_HOUSE", "on": "2015-10-19" }), vec![]), 0);
    assert_eq!(declared(json!({ "kind": "BUILT_HOUSE", "exemption": "DISASTER_REBUILD" }), vec![]), 0);
    assert_eq!(declared(json!({ "kind": "BUILT_HOUSE", "exemption": "FAMILY_CHANGE" }), vec![]), 1);
    assert_eq!(declared(json!({ "kind": "HIGH_GRADE_REFIT", "exemption": "FAMILY_CHANGE" }), vec![]), 0);
    assert_eq!(declared(json!({ "kind": "PRIVATE_SCHOOL", "amount": Fen(491_999) }), vec![]), 0);
    assert_eq!(declared(json!({ "kind": "PRIVATE_SCHOOL", "amount": Fen(492_000) }), vec![]), 1);
    let verified = Flag { exempt: true, ..flag("BUILT_HOUSE") };
    assert_eq!(declared(json!({ "kind": "BUILT_HOUSE" }), vec![verified]), 0);
}

#[test]
fn e8_another_dibao_household_or_tekun() {
    for held in ["DIBAO", "TEKUN"] {
        assert_eq!(refused(|facts| facts.members[1].holds = vec![held.to_owned()]), ["NO_OTHER_DIBAO_OR_TEKUN"]);
    }
    assert!(refused(|facts| facts.members[1].holds = vec!["MEDICAL".to_owned()]).is_empty());
}

#[test]
fn what_cannot_be_computed_is_refused_with_its_code() {
    let code = |change: &dyn Fn(&mut Facts)| {
        let mut facts = zhang();
        change(&mut facts);
        Dibao.assess(&facts, &parameters(&[])).unwrap_err().code()
    };
    assert_eq!(code(&|facts| facts.details = serde_json::Value::Null), Code::DetailsMissing);
    assert_eq!(code(&|facts| facts.details = json!({ "areaType": "URBAN" })), Code::InvalidInput);
    assert_eq!(code(&|facts| facts.details = json!({ "areaType": 7 })), Code::InvalidInput);
    assert_eq!(code(&|facts| facts.incomes[0].period = Period::Month), Code::InvalidInput);
    assert_eq!(code(&|facts| facts.assessed_on = day("2010-01-01")), Code::ParameterMissing);
    let nothing = Parameters::new([]);
    assert_eq!(Dibao.assess(&zhang(), &nothing).unwrap_err().code(), Code::ParameterMissing);
}

#[test]
fn every_parameter_read_is_in_the_manifest_and_ships() {
    let shipped = parameters(&[]);
    let manifest = Dibao.manifest();
    for key in manifest.parameters {
        assert!(shipped.has(key), "{key} does not ship");
    }
    let mut facts = with_details(zhang(), json!({ "consumption": [{ "kind": "BUILT_HOUSE" }] }));
    facts.members.push(member(4, "51", "1940-01-01"));
    facts.members.push(member(5, "20", "2014-01-01"));
    facts.members.push(MemberFacts { major_illness: true, ..member(6, "70", "1980-01-01") });
    for facts in [facts, couple(1)] {
        shipped.take_used();
        Dibao.assess(&facts, &shipped).unwrap();
        for used in shipped.take_used() {
            assert!(manifest.parameters.contains(&used.key.as_str()), "{} is not in the manifest", used.key);
        }
    }
}

#[test]
fn assessing_twice_gives_the_same() {
    assert_eq!(assess(&zhang()), assess(&zhang()));
}
