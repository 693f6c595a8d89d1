//! What rows must not say to one another.

use super::{Problem, Tables};
use crate::Permission;
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// The programmes of the plan (domain §1.0.1); each must have rows, loaded module or not.
const STEPS: [&str; 10] =
    ["accept", "verify", "appraise", "notice", "opinion", "review", "approve", "district_review", "pay", "register"];

pub(super) fn check(tables: &Tables, declared: &[Permission], problems: &mut Vec<Problem>) {
    not_empty(tables, problems);
    grants(tables, declared, problems);
    authority(tables, problems);
    funding(tables, problems);
    disclosures(tables, problems);
}

fn whole(file: &str, reason: String) -> Problem {
    Problem { file: file.to_owned(), line: 0, reason }
}

fn not_empty(tables: &Tables, problems: &mut Vec<Problem>) {
    for (file, empty) in [
        ("roles.csv", tables.grants.is_empty() || tables.purposes.is_empty()),
        ("authority.csv", tables.authority.is_empty()),
        ("funding.csv", tables.funding.is_empty()),
        ("disclosure.csv", tables.disclosures.is_empty()),
    ] {
        if empty {
            problems.push(whole(file, "holds no row".to_owned()));
        }
    }
}

fn grants(tables: &Tables, declared: &[Permission], problems: &mut Vec<Problem>) {
    let mut seen = BTreeSet::new();
    for grant in &tables.grants {
        let mut wrong = |reason: String| {
            problems.push(Problem { file: grant.origin.file.clone(), line: grant.origin.line, reason });
        };
        if !tables.purposes.iter().any(|(role, _)| *role == grant.role) {
            wrong(format!("unknown role {:?}", grant.role));
        }
        if !declared.iter().any(|known| known.name == grant.permission) {
            wrong(format!("no part declares permission {:?}", grant.permission));
        }
        if !seen.insert((&grant.role, &grant.permission)) {
            wrong(format!("{} is granted {} twice", grant.role, grant.permission));
        }
    }
    let mut roles = BTreeSet::new();
    for (role, purpose) in &tables.purposes {
        if !roles.insert(role) {
            problems.push(whole("roles.csv", format!("role {role} is listed twice")));
        }
        if !tables.disclosures.iter().any(|row| row.purpose == *purpose) {
            problems.push(whole("roles.csv", format!("disclosure.csv has no row for purpose {purpose} of role {role}")));
        }
    }
}

fn overlap(a: (NaiveDate, Option<NaiveDate>), b: (NaiveDate, Option<NaiveDate>)) -> bool {
    a.1.is_none_or(|end| b.0 <= end) && b.1.is_none_or(|end| a.0 <= end)
}

fn authority(tables: &Tables, problems: &mut Vec<Problem>) {
    for (index, row) in tables.authority.iter().enumerate() {
        let mut wrong = |reason: String| {
            problems.push(Problem { file: row.origin.file.clone(), line: row.origin.line, reason });
        };
        if !STEPS.contains(&row.step.as_str()) {
            wrong(format!("unknown step {:?}", row.step));
        }
        let clash = tables.authority[..index].iter().find(|other| {
            (&other.programme, &other.step, other.level, &other.unit) == (&row.programme, &row.step, row.level, &row.unit)
                && overlap((other.from, other.to), (row.from, row.to))
        });
        if let Some(other) = clash {
            wrong(format!("overlaps line {} of {}", other.origin.line, other.origin.file));
        }
    }
}

fn funding(tables: &Tables, problems: &mut Vec<Problem>) {
    for (index, row) in tables.funding.iter().enumerate() {
        let mut wrong = |reason: String| {
            problems.push(Problem { file: row.origin.file.clone(), line: row.origin.line, reason });
        };
        if !tables.channels.iter().any(|(channel, _)| *channel == row.channel) {
            wrong(format!("unknown channel {:?}", row.channel));
        }
        if !tables.authority.iter().any(|other| other.programme == row.programme) {
            wrong(format!("authority.csv does not know programme {:?}", row.programme));
        }
        let clash = tables.funding[..index].iter().find(|other| {
            (&other.programme, &other.item) == (&row.programme, &row.item)
                && overlap((other.from, other.to), (row.from, row.to))
        });
        if let Some(other) = clash {
            wrong(format!("a second channel for the item at one time: line {} of {}", other.origin.line, other.origin.file));
        }
    }
}

fn disclosures(tables: &Tables, problems: &mut Vec<Problem>) {
    let mut seen = BTreeSet::new();
    for row in &tables.disclosures {
        if !seen.insert((row.class, &row.purpose)) {
            let reason = format!("{} for {} is listed twice", row.class.as_str(), row.purpose);
            problems.push(whole("disclosure.csv", reason));
        }
    }
}
