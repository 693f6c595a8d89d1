//! What worked cases of every programme are made of: the parameters that ship, and persons by number.

use entity::Day;
use platform::module::{MemberFacts, Parameters, parameters::DatedValue};
use uuid::Uuid;

/// The parameters that ship, with some values replaced for all time.
pub fn parameters(replaced: &[(&str, &str)]) -> Parameters {
    let rows = include_str!("../../api/data/parameters-PS-2018-10.csv").lines().skip(1);
    let row = |value: &str, from_on: &str, to_on: &str, source_doc: &str| DatedValue {
        value: value.to_owned(),
        from_on: from_on.to_owned(),
        to_on: Some(to_on.to_owned()).filter(|to| !to.is_empty()),
        source_doc: source_doc.to_owned(),
    };
    let shipped = rows.map(|line| {
        let cells: Vec<_> = line.split(',').collect();
        let [key, value, _, from_on, to_on, source_doc, _] = cells[..] else { panic!("seven cells: {line}") };
        (key.to_owned(), row(value, from_on, to_on, source_doc))
    });
    let shipped = shipped.filter(|(key, _)| !replaced.iter().any(|(other, _)| other == key));
    let replaced = replaced.iter().map(|(key, value)| ((*key).to_owned(), row(value, "2000-01-01", "", "test")));
    Parameters::new(shipped.chain(replaced))
}

/// A day, ISO.
pub fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// The key of a person.
pub fn person(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// A counted member of whom no source says anything.
pub fn member(number: u128, relation: &str) -> MemberFacts {
    MemberFacts {
        person_id: person(number),
        relation: relation.to_owned(),
        counted: true,
        not_counted_reason: None,
        birth_on: None,
        sex: "UNKNOWN".to_owned(),
        deceased_on: None,
        disability_category: None,
        disability_grade: None,
        major_illness: false,
        education_stage: None,
        employment: None,
        hukou: None,
        holds: Vec::new(),
        identities: Vec::new(),
    }
}
