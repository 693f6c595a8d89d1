//! The seed data that ships is well formed.

use entity::Day;
use num_rational::Ratio;
use std::collections::{BTreeMap, BTreeSet};

fn rows<const N: usize>(text: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    text.lines().skip(1).map(|line| {
        let cells: Vec<_> = line.split(',').collect();
        cells.try_into().unwrap_or_else(|_| panic!("not {N} cells: {line}"))
    })
}

fn parameter_rows() -> impl Iterator<Item = [&'static str; 7]> {
    rows(include_str!("../../../../api/data/parameters-PS-2018-10.csv"))
}

#[test]
fn the_values_of_a_key_follow_one_another() {
    let mut by_key: BTreeMap<&str, Vec<(Day, Option<Day>)>> = BTreeMap::new();
    for [key, _, _, from_on, to_on, source_doc, status] in parameter_rows() {
        assert!(!source_doc.is_empty() && ["CONFIRMED", "DEFAULT", "MEMORY"].contains(&status), "{key}");
        let to_on = (!to_on.is_empty()).then(|| to_on.parse().unwrap());
        by_key.entry(key).or_default().push((from_on.parse().unwrap(), to_on));
    }
    for (key, values) in by_key {
        for pair in values.windows(2) {
            assert_eq!(pair[0].1.map(|to| to.0.succ_opt()), Some(Some(pair[1].0.0)), "{key}");
        }
        assert_eq!(values.last().and_then(|last| last.1), None, "{key}");
    }
}

#[test]
fn every_value_reads_by_its_unit() {
    for [key, value, unit, ..] in parameter_rows() {
        let reads = match unit {
            "RATIO" => value.parse::<Ratio<i128>>().is_ok(),
            "FLAG" => ["true", "false"].contains(&value),
            "CODE" => !value.is_empty(),
            "FEN" | "FEN_PER_YEAR" | "DAYS" | "WORKDAYS" | "MONTHS" | "YEARS" | "HOURS" | "COUNT" | "GRADE"
            | "CENTI_M2" | "DAY_OF_MONTH" => value.parse::<u32>().is_ok(),
            _ => false,
        };
        assert!(reads, "{key} = {value} {unit}");
    }
}

#[test]
fn places_hang_below_their_parents() {
    let places: Vec<_> = rows::<5>(include_str!("../../../../api/data/divisions.csv")).collect();
    let codes: BTreeSet<_> = places.iter().map(|place| place[0]).collect();
    let of_kind = |kind| places.iter().filter(|place| place[3] == kind).count();
    assert_eq!((of_kind("DISTRICT"), of_kind("TOWN"), of_kind("COMMUNITY"), of_kind("VILLAGE")), (1, 23, 1, 6));
    assert_eq!(codes.len(), places.len());
    for [code, _, _, kind, parent] in &places {
        assert!(*kind == "DISTRICT" || (codes.contains(parent) && code.starts_with(parent)), "{code}");
    }
}

#[test]
fn documents_have_one_number_each_and_known_programmes() {
    const PROGRAMMES: &str = "DIBAO TEKUN DISASTER MEDICAL EDUCATION HOUSING RURAL_HOUSE EMPLOYMENT TEMPORARY JIANKA \
                              DISABILITY WORKER WOMEN_CHILD";
    let documents: Vec<_> = rows::<7>(include_str!("../../../../api/data/policy-documents.csv")).collect();
    let numbers: BTreeSet<_> = documents.iter().map(|document| document[0]).collect();
    assert_eq!(numbers.len(), documents.len());
    for [number, title, issuer, programme, from_on, ..] in &documents {
        assert!(!title.is_empty() && !issuer.is_empty() && from_on.parse::<Day>().is_ok(), "{number}");
        assert!(programme.is_empty() || PROGRAMMES.split_whitespace().any(|known| known == *programme), "{number}");
    }
}
