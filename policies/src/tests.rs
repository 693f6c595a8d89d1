//! The embedded policies, and what loading refuses.

mod decisions;
mod explained;
mod faults;
mod refusals;
mod sets;

use crate::{Holder, Level, Permission, Policies, PolicySource, source::FurtherSet};
use chrono::NaiveDate;
use std::sync::LazyLock;

const PLAIN: &[&str] = &[
    "application.read",
    "request.read",
    "material.read",
    "household.read",
    "person.read",
    "person.identify",
    "consent.read",
    "verification.read",
    "report.read",
    "appraisal.read",
    "opinion.read",
    "notice.read",
    "decision.read",
    "benefit.read",
    "ledger.read",
    "event.read",
    "parameter.read",
    "jurisdiction.read",
    "unit.read",
    "window.read",
    "user.read",
    "audit.read",
    "calendar.read",
    "public.notice",
    "public.policy",
    "public.service",
    "session.self",
    "person.register",
    "person.claim",
    "household.register",
    "consent.record",
    "request.submit",
    "material.receive",
    "application.push",
    "application.supplement",
    "application.forward",
    "application.town_decide",
    "transfer.read",
    "transfer.receive",
    "transfer.feed_back",
    "transfer.inform",
    "clock.set",
];

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

/// The permissions of the parts as they stand, so that this crate can be tested without them.
fn declared() -> Vec<Permission> {
    let plain = PLAIN.iter().map(|&name| Permission { name, step: None, programme: None });
    let steps = STEPS.iter().map(|&(name, step)| Permission { name, step: Some(step), programme: None });
    let dibao = ["dibao.read", "dibao.preview", "dibao.details"];
    let dibao = dibao.into_iter().map(|name| Permission { name, step: None, programme: Some("DIBAO") });
    let approve = Permission { name: "dibao.approve", step: Some("approve"), programme: Some("DIBAO") };
    let education = ["education.read", "education.preview", "education.details"];
    let education = education.into_iter().map(|name| Permission { name, step: None, programme: Some("EDUCATION") });
    let decide = Permission { name: "education.decide", step: Some("decide"), programme: Some("EDUCATION") };
    plain.chain(steps).chain(dibao).chain(education).chain([approve, decide]).collect()
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
