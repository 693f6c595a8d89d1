//! The embedded policies, and what loading refuses.

mod decisions;
mod explained;
mod faults;
mod refusals;
mod sets;

use crate::{Holder, Level, Permission, Policies, PolicySource, source::FurtherSet};
use chrono::NaiveDate;
use std::{collections::BTreeSet, sync::LazyLock};

const STEPS: &[(&str, &str)] = &[
    ("application.accept", "accept"),
    ("verification.start", "accept"),
    ("verification.investigate", "verify"),
    ("verification.report", "verify"),
    ("appraisal.record", "appraise"),
    ("opinion.give", "opinion"),
    ("notice.post", "notice"),
    ("application.review", "review"),
    ("application.district_review", "district_review"),
    ("transfer.send", "transfer"),
    ("ledger.settle", "pay"),
    ("ledger.appropriate", "pay"),
];

/// Permissions of one programme's module, and the step of each that takes one.
const MODULES: &[(&str, &str, &str, &str)] = &[
    ("dibao.", "DIBAO", "dibao.approve", "approve"),
    ("temporary.", "TEMPORARY", "temporary.approve", "approve"),
    ("education.", "EDUCATION", "education.decide", "decide"),
];

/// Granted by a further set only.
const BESIDE: &str = "clock.set";

/// What the parts declare, told from what the embedded rows grant, so that this crate can be tested without the parts.
fn declared() -> Vec<Permission> {
    static DECLARED: LazyLock<Vec<Permission>> = LazyLock::new(|| {
        let baseline = PolicySource::embedded().sets()[0].clone();
        let grants = baseline.roles.lines().filter_map(|line| line.strip_prefix("grant,")?.split(',').nth(1));
        let names: BTreeSet<&str> = grants.chain([BESIDE]).filter(|name| is_loaded(&baseline.names, name)).collect();
        names.into_iter().map(|name| permission(String::leak(name.to_owned()))).collect()
    });
    DECLARED.clone()
}

/// Rows of a programme that no module is loaded for are there already, and nobody declares them.
fn is_loaded(names: &str, permission: &str) -> bool {
    let programmes = names.lines().filter_map(|line| line.strip_prefix("programme,")?.split(',').next());
    let mut prefixes = programmes.map(|code| format!("{}.", code.to_lowercase()));
    let of_programme = prefixes.any(|prefix| permission.starts_with(&prefix));
    !of_programme || MODULES.iter().any(|(prefix, ..)| permission.starts_with(prefix))
}

fn permission(name: &'static str) -> Permission {
    let of = MODULES.iter().find(|(prefix, ..)| name.starts_with(prefix));
    let step = match of {
        Some((_, _, deciding, step)) => (*deciding == name).then_some(*step),
        None => STEPS.iter().find(|(taking, _)| *taking == name).map(|(_, step)| *step),
    };
    Permission { name, step, programme: of.map(|(_, programme, ..)| *programme) }
}

fn load(source: &PolicySource) -> Result<Policies, String> {
    let lines = |problems: Vec<crate::Problem>| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    Policies::load(source, &declared()).map_err(lines)
}

static EMBEDDED: LazyLock<Policies> =
    LazyLock::new(|| load(&PolicySource::embedded()).expect("the embedded policies are sound"));

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

fn holder(role: &str, unit: &str, level: Level) -> Holder {
    let jurisdiction = if level == Level::District { "500118" } else { "500118107" };
    Holder { role: role.to_owned(), unit: unit.to_owned(), level, jurisdiction: jurisdiction.to_owned() }
}

/// A baseline whose file was changed from one text to another, which must be in it.
fn edited(file: &str, from: &str, to: &str) -> PolicySource {
    let mut set = PolicySource::embedded().sets()[0].clone();
    let text = text_of(&mut set, file);
    assert!(text.contains(from), "{file} does not hold {from:?}");
    *text = text.replacen(from, to, 1);
    PolicySource::of(set)
}

fn text_of<'a>(set: &'a mut FurtherSet, file: &str) -> &'a mut String {
    match file {
        "names.csv" => &mut set.names,
        "authority.csv" => &mut set.authority,
        "funding.csv" => &mut set.funding,
        "roles.csv" => &mut set.roles,
        "disclosure.csv" => &mut set.disclosure,
        "parameters.csv" => &mut set.parameters,
        other => panic!("no file {other}"),
    }
}
