//! Who is aided: what the database knows of a pupil, item by item.

use super::fixture::*;
use platform::module::{Facts, MemberFacts};
use serde_json::{Value, json};

/// A kind of pupil, and how the record shows it.
type Kind = (&'static str, fn(&mut Facts));

fn of_pupil(facts: &mut Facts, programme: &str, items: &[&str]) {
    facts.members[2].identities = on_record(programme, items);
}

fn certified(member: &mut MemberFacts) {
    (member.disability_category, member.disability_grade) = (Some(4), Some(3));
}

const KINDS: &[Kind] = &[
    ("none", |_| ()),
    ("dibao", |facts| of_pupil(facts, "DIBAO", &["BASE"])),
    ("tekun", |facts| of_pupil(facts, "TEKUN", &["BASIC"])),
    ("orphan", |facts| of_pupil(facts, "WOMEN_CHILD", &["ORPHAN"])),
    ("unattended child", |facts| of_pupil(facts, "WOMEN_CHILD", &["UNATTENDED"])),
    ("child of an aided mother", |facts| of_pupil(facts, "WOMEN_CHILD", &["CANCER"])),
    ("jianka", |facts| of_pupil(facts, "JIANKA", &[])),
    ("temporary aid", |facts| of_pupil(facts, "TEMPORARY", &["GRANT"])),
    ("disabled", |facts| certified(&mut facts.members[2])),
    ("child of a disabled poor mother", |facts| {
        facts.members[1].identities = on_record("DIBAO", &["BASE"]);
        certified(&mut facts.members[1]);
    }),
    ("child of a disabled mother", |facts| certified(&mut facts.members[1])),
    ("child of a poor mother", |facts| facts.members[1].identities = on_record("DIBAO", &["BASE"])),
    ("recognised", |facts| facts.details["recognition"] = json!("父亲重伤")),
];

const IN_NEED: &[&str] = &[
    "dibao",
    "tekun",
    "orphan",
    "unattended child",
    "jianka",
    "disabled",
    "child of a disabled poor mother",
    "recognised",
];

/// Details that refuse nothing but an identity.
fn asked(stage: &str, item: &str) -> Value {
    let boarder = item == "BOARDER";
    with(details(stage, boarder, &[item]), json!({ "tuition": 160_000, "loan": 100_000, "schoolYear": "2019-2020" }))
}

#[test]
fn each_item_is_for_those_whom_the_record_shows_in_need() {
    for (stage, item, aided) in [
        ("PRESCHOOL", "PRESCHOOL", IN_NEED),
        ("PRIMARY", "BOARDER", IN_NEED),
        ("JUNIOR", "BOARDER", IN_NEED),
        ("PRIMARY", "NON_BOARDER", &["dibao", "tekun", "jianka", "disabled"]),
        ("JUNIOR", "NON_BOARDER", &["dibao", "tekun", "jianka", "disabled"]),
        ("SENIOR", "SENIOR_GRANT", IN_NEED),
        ("VOCATIONAL", "SENIOR_GRANT", IN_NEED),
        ("SENIOR", "TUITION_WAIVER", IN_NEED),
        ("VOCATIONAL", "TUITION_WAIVER", IN_NEED),
        ("COLLEGE", "COLLEGE_GRANT", IN_NEED),
        ("COLLEGE", "COLLEGE_TUITION", &["jianka"]),
        ("COLLEGE", "LOAN", IN_NEED),
    ] {
        for (kind, show) in KINDS {
            let mut facts = at(unknown_pupil(asked(stage, item)), "2019-10-10", "2019-10-20");
            show(&mut facts);
            let expected: &[&str] = if aided.contains(kind) { &[] } else { &["IDENTITY_ON_RECORD"] };
            assert_eq!(failed(&facts), expected, "{item} in {stage} for {kind}");
        }
    }
}

#[test]
fn every_item_needs_its_own_identity() {
    let items = with(details("COLLEGE", true, &["COLLEGE_GRANT", "COLLEGE_TUITION"]), json!({ "tuition": 100 }));
    let mut facts = unknown_pupil(items);
    facts.members[2].identities = on_record("DIBAO", &["BASE"]);
    assert_eq!(failed(&facts), ["IDENTITY_ON_RECORD"]);
    let rules = assess(&facts).rules;
    let told = rules.iter().find(|rule| rule.code == "IDENTITY_ON_RECORD").unwrap();
    let said = "on record as DIBAO; items without an identity they need: COLLEGE_TUITION";
    assert_eq!(told.explanation, said);
}

#[test]
fn a_parent_is_known_by_what_both_are_to_the_head() {
    for (pupil, parent, known) in [
        ("20", "02", true),
        ("37", "11", true),
        ("30", "12", true),
        ("30", "51", false),
        ("38", "02", false),
        ("02", "51", true),
        ("02", "53", false),
        ("77", "52", true),
        ("78", "52", false),
        ("41", "20", false),
        ("41", "02", false),
    ] {
        let mut facts = unknown_pupil(details("JUNIOR", true, &["BOARDER"]));
        facts.members.remove(1);
        (facts.members[0].relation, facts.members[1].relation) = (parent.to_owned(), pupil.to_owned());
        certified(&mut facts.members[0]);
        facts.members[0].identities = on_record("JIANKA", &[]);
        let expected: &[&str] = if known { &[] } else { &["IDENTITY_ON_RECORD"] };
        assert_eq!(failed(&facts), expected, "pupil {pupil}, other {parent}");
    }
}

#[test]
fn a_parent_who_died_is_no_ground_and_one_who_is_not_counted_is() {
    let mut facts = unknown_pupil(details("JUNIOR", true, &["BOARDER"]));
    certified(&mut facts.members[1]);
    facts.members[1].identities = on_record("TEKUN", &["BASIC"]);
    facts.members[1].counted = false;
    assert_eq!(failed(&facts), [""; 0]);
    facts.members[1].deceased_on = Some(day("2018-09-30"));
    assert_eq!(failed(&facts), ["IDENTITY_ON_RECORD"]);
}
