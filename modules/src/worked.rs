//! What worked cases of every programme are made of: the parameters that ship, and persons by number.

use entity::Day;
use platform::module::{MemberFacts, Parameters, parameters::DatedValue};
use uuid::Uuid;

/// The parameters that ship, with some values replaced for all time.
pub fn parameters(replaced: &[(&str, &str)]) -> Parameters {
    let shipped = shipped().filter(|(key, _)| !replaced.iter().any(|(other, _)| other == key));
    let replaced = replaced.iter().map(|(key, value)| ((*key).to_owned(), value_from(value, "2000-01-01")));
    Parameters::new(shipped.chain(replaced))
}

/// Every value that ships, with its key.
pub fn shipped() -> impl Iterator<Item = (String, DatedValue)> {
    let rows = include_str!("../../api/data/parameters-PS-2018-10.csv").lines().skip(1);
    rows.map(|line| {
        let cells: Vec<_> = line.split(',').collect();
        let [key, value, _, from_on, to_on, source_doc, _] = cells[..] else { panic!("seven cells: {line}") };
        let to_on = Some(to_on.to_owned()).filter(|to| !to.is_empty());
        (key.to_owned(), DatedValue { to_on, source_doc: source_doc.to_owned(), ..value_from(value, from_on) })
    })
}

/// A value in force from a day on.
pub fn value_from(value: &str, from_on: &str) -> DatedValue {
    DatedValue { value: value.to_owned(), from_on: from_on.to_owned(), to_on: None, source_doc: "test".to_owned() }
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
