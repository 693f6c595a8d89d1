//! Households to assess.

pub(super) use crate::worked::{day, parameters, person};
use crate::{
    dibao::{Dibao, assess::both},
    worked,
};
use entity::Fen;
use platform::{
    id,
    module::{Assessment, AssetItem, AssetKind, Facts, Flag, IncomeItem, IncomeKind, MemberFacts, Module, Period},
};
use serde_json::{Value, json};

pub(super) fn person_id(number: u128) -> String {
    id::encode("Person", &person(number).to_string())
}

/// A member with hukou in 松溉镇 and nothing else known.
pub(super) fn member(number: u128, relation: &str, birth_on: &str) -> MemberFacts {
    MemberFacts {
        birth_on: Some(day(birth_on)),
        hukou: Some("500118107200".to_owned()),
        ..worked::member(number, relation)
    }
}

/// The family of AT-01: P01, P02 (physical disability, grade 2), P03 (junior student).
pub(super) fn zhang() -> Facts {
    let mother =
        MemberFacts { disability_category: Some(4), disability_grade: Some(2), ..member(2, "12", "1973-08-25") };
    let daughter = MemberFacts { education_stage: Some("JUNIOR".to_owned()), ..member(3, "30", "2004-09-06") };
    Facts {
        programme: "DIBAO".to_owned(),
        area_type: "RURAL".to_owned(),
        jurisdiction: "500118107200".to_owned(),
        applied_on: day("2018-10-19"),
        assessed_on: day("2018-11-20"),
        subjects: Vec::new(),
        members: vec![member(1, "02", "1971-03-12"), mother, daughter],
        incomes: vec![farm(IncomeKind::FarmGross, 1_440_000), farm(IncomeKind::FarmCost, 480_000)],
        assets: Vec::new(),
        flags: Vec::new(),
        income_stable: true,
        deciding_level: None,
        details: json!({ "areaType": "RURAL" }),
    }
}

/// The family of AT-02: a couple and a child of four in 文昌宫 community, wages of August and September.
pub(super) fn couple(september_fen: i64) -> Facts {
    let hukou = |member: MemberFacts| MemberFacts { hukou: Some("500118107001".to_owned()), ..member };
    Facts {
        area_type: "URBAN".to_owned(),
        jurisdiction: "500118107001".to_owned(),
        applied_on: day("2018-10-10"),
        members: vec![
            hukou(member(1, "02", "1990-01-15")),
            hukou(member(2, "12", "1991-02-03")),
            hukou(member(3, "20", "2014-06-01")),
        ],
        incomes: vec![wage("2018-08", 90_000), wage("2018-09", september_fen)],
        details: json!({ "areaType": "URBAN" }),
        ..zhang()
    }
}

pub(super) fn farm(kind: IncomeKind, fen: i64) -> IncomeItem {
    IncomeItem {
        person_id: None,
        kind,
        period: Period::LastTwelveMonths,
        month: None,
        amount_fen: Fen(fen),
        declared_fen: None,
        counted: true,
        source: "HOME_VISIT".to_owned(),
    }
}

pub(super) fn wage(month: &str, fen: i64) -> IncomeItem {
    IncomeItem {
        person_id: Some(person(1)),
        period: Period::Month,
        month: Some(month.parse().unwrap()),
        ..farm(IncomeKind::Wage, fen)
    }
}

pub(super) fn asset(kind: AssetKind) -> AssetItem {
    AssetItem { person_id: None, kind, amount_fen: None, area_centi_m2: None, exempt: false, note: None }
}

pub(super) fn flag(name: &str) -> Flag {
    Flag { name: name.to_owned(), exempt: false, amount_fen: None, person_id: None }
}

pub(super) fn with_details(mut facts: Facts, more: Value) -> Facts {
    let details = facts.details.as_object_mut().unwrap();
    details.extend(more.as_object().unwrap().clone());
    facts
}

pub(super) fn assess(facts: &Facts) -> Assessment {
    Dibao.assess(facts, &parameters(&[])).unwrap()
}

pub(super) fn assess_separately(facts: &Facts) -> Assessment {
    both(facts, &parameters(&[])).unwrap().1.unwrap()
}

/// Item and fen of each line, in order.
pub(super) fn lines(assessment: &Assessment) -> Vec<(&str, i64)> {
    assessment.lines.iter().map(|line| (line.item.as_str(), line.amount.0)).collect()
}

pub(super) fn figure<'a>(assessment: &'a Assessment, name: &str) -> &'a str {
    assessment.figures.iter().find(|figure| figure.name == name).map(|figure| figure.value.as_str()).unwrap()
}
