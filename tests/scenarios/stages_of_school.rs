//! Education aid of every stage and item, to the fen, through HTTP; and what each rule refuses.

use super::{at_01::commitments, at_26::enrol, schooling::*, steps::*};
use serde_json::{Value, json};
use tests::support::{Backend, Server, on_both};

on_both!(
    every_stage_is_granted_its_items_to_the_fen,
    who_lives_at_home_is_aided_from_the_autumn_of_2019,
    each_rule_refuses_by_its_name,
    a_term_is_granted_once_however_often_it_is_applied_for
);

/// A daughter of the head.
const fn pupil(name: &'static str, id_number: &'static str, claims: &'static [(&'static str, &'static str)]) -> Member {
    Member { name, id_number, relation: "30", claims }
}

const HEAD: Member =
    Member { name: "张守田", id_number: "510229197103120116", relation: "02", claims: &[("HUKOU", "500118107200")] };

/// Six children, a stage each.
const CHILDREN: &[Member] = &[
    HEAD,
    pupil("张小一", "500118201409011118", &[("EDUCATION_STAGE", "PRESCHOOL")]),
    pupil("张小二", "500118201009011127", &[("EDUCATION_STAGE", "PRIMARY")]),
    pupil("张小三", "500118200509011137", &[("EDUCATION_STAGE", "JUNIOR")]),
    pupil("张小四", "500118200209011143", &[("EDUCATION_STAGE", "SENIOR")]),
    pupil("张小五", "500118200109011154", &[("EDUCATION_STAGE", "VOCATIONAL")]),
    pupil("张小六", "500118199909011165", &[("EDUCATION_STAGE", "COLLEGE")]),
];

/// Details of both terms of a school year.
fn details(stage: &str, boarder: bool, year: &str, items: &[&str]) -> Value {
    json!({
        "stage": stage, "schoolName": "松溉学校", "boarder": boarder, "schoolYear": year,
        "terms": ["AUTUMN", "SPRING"], "items": items,
    })
}

fn with(mut details: Value, more: Value) -> Value {
    details.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    details
}

/// The six children of a family on the roll of registered poor households, each with a case at the town window.
async fn registered_poor<'s>(server: &'s Server, on: &str, pupils: &[usize]) -> Vec<Case<'s>> {
    server.set_clock(&format!("{on}T09:00:00+08:00")).await;
    let family = family(server, &RURAL, CHILDREN, on).await;
    enrol(server, &family.0, "JIANKA", "BASE").await;
    file_for(server, &family, pupils).await
}

/// Confirmed, sent to the school and received there.
async fn to_school(case: &Case<'_>, details: Value, on: &str) {
    up_to_review(case, details, on).await;
    sent(case).await;
}

/// Sent to the school and received there.
async fn sent(case: &Case<'_>) {
    let transfer = send(case, "SCH_SCHOOL").await;
    answer(case, "sch", "transferReceive", &transfer, json!({})).await;
}

/// Item, month and amount of what a case committed, all from the fund for students.
async fn committed(case: &Case<'_>) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let entries = commitments(case.server, case).await;
    assert!(entries.iter().all(|entry| entry["channel"] == "FC-STUDENT"), "{entries:?}");
    let mut told: Vec<_> =
        entries.iter().map(|entry| (text(&entry["item"]), text(&entry["month"]), text(&entry["amount"]))).collect();
    told.sort_by(|a, b| (&a.1, &a.0, &a.2).cmp(&(&b.1, &b.0, &b.2)));
    told
}

/// Item and amount of each line of a term.
type Lines<'a> = &'a [(&'a str, &'a str)];

/// These lines in each of the two months.
fn both_terms(lines: Lines<'_>, months: [&str; 2]) -> Vec<(String, String, String)> {
    months
        .iter()
        .flat_map(|month| {
            lines.iter().map(|(item, amount)| ((*item).to_owned(), (*month).to_owned(), (*amount).to_owned()))
        })
        .collect()
}

async fn every_stage_is_granted_its_items_to_the_fen(backend: Backend) {
    let server = Server::start(backend).await;
    let year = "2018-2019";
    let senior = ["SENIOR_GRANT", "TUITION_WAIVER"];
    let college = ["COLLEGE_GRANT", "COLLEGE_TUITION", "LOAN"];
    let asked: [(Value, &str, Lines<'_>); 6] = [
        // 150 × 10 for care and 3 × 220 for meals in a year.
        (
            details("PRESCHOOL", false, year, &["PRESCHOOL"]),
            "2160.00",
            &[("PRESCHOOL", "330.00"), ("PRESCHOOL", "750.00")],
        ),
        (details("PRIMARY", true, year, &["BOARDER"]), "1000.00", &[("BOARDER", "500.00")]),
        // 400.00 of the autumn's 625.00 are meals of the nutrition plan, and so of the spring's.
        (
            with(
                details("JUNIOR", true, year, &["BOARDER"]),
                json!({ "received": [
                    { "purpose": "LIVING", "term": "AUTUMN", "amount": "400.00", "source": "营养改善计划" },
                    { "purpose": "LIVING", "term": "SPRING", "amount": "400.00", "source": "营养改善计划" },
                ] }),
            ),
            "450.00",
            &[("BOARDER", "225.00")],
        ),
        (
            with(details("SENIOR", true, year, &senior), json!({ "tuition": "1600.00" })),
            "3600.00",
            &[("SENIOR_GRANT", "1000.00"), ("TUITION_WAIVER", "800.00")],
        ),
        (
            with(details("VOCATIONAL", false, year, &senior), json!({ "tuition": "3200.00" })),
            "5200.00",
            &[("SENIOR_GRANT", "1000.00"), ("TUITION_WAIVER", "1600.00")],
        ),
        // Tuition and loan are capped at 8,000.00 a year.
        (
            with(details("COLLEGE", true, year, &college), json!({ "tuition": "9500.00", "loan": "12000.00" })),
            "19000.00",
            &[("COLLEGE_GRANT", "1500.00"), ("COLLEGE_TUITION", "4000.00"), ("LOAN", "4000.00")],
        ),
    ];
    let cases = registered_poor(&server, "2018-10-26", &[1, 2, 3, 4, 5, 6]).await;
    for (case, (details, total, lines)) in cases.iter().zip(asked) {
        let stage = details["stage"].clone();
        to_school(case, details, "2018-10-26").await;
        let decision = decide(case, "sch", json!({ "outcome": "GRANT" })).await;
        let told = [&decision["level"], &decision["amount"], &decision["startMonth"]];
        assert_eq!(told, [&json!("SCHOOL"), &json!(total), &json!("2018-10")], "{stage}");
        assert_eq!(committed(case).await, both_terms(lines, ["2018-10", "2019-03"]), "{stage}");
    }
    let report = platform::verify::verify(&server.running.platform, &[]).await.expect("a walk");
    // The roll was written past every flow, and is all there is to find.
    let found: Vec<_> = report.findings.iter().map(|finding| (finding.table.as_str(), finding.what.as_str())).collect();
    assert_eq!(found, ["benefit", "benefit_line"].map(|table| (table, "no event wrote it")));
    assert_eq!(report.assessments_recomputed, 6);
}

async fn who_lives_at_home_is_aided_from_the_autumn_of_2019(backend: Backend) {
    let server = Server::start(backend).await;
    let cases = registered_poor(&server, "2019-06-03", &[2, 3]).await;
    for (case, stage) in cases.iter().zip(["PRIMARY", "JUNIOR"]) {
        case.step("tw", "applicationAccept", json!({})).await;
        let before = with(details(stage, false, "2018-2019", &["NON_BOARDER"]), json!({ "terms": ["SPRING"] }));
        case.step("tw", "educationDetailsRecord", json!({ "details": before })).await;
        if case.state().await == "ACCEPTED" {
            let verification = case.start_verification().await;
            case.investigate(&verification, "2019-06-03").await;
            case.report(&verification, json!([])).await;
        }
        assert_eq!(failed(case).await, ["STANDARD_IN_FORCE"], "{stage}");
        let after = details(stage, false, "2019-2020", &["NON_BOARDER"]);
        case.step("tw", "educationDetailsRecord", json!({ "details": after })).await;
        assert_eq!(failed(case).await, [""; 0], "{stage}");
    }
    // Nothing is promised before the fund knows the item, on the first day of the school year.
    let grant = json!({ "outcome": "GRANT" });
    server.set_clock("2019-08-31T17:00:00+08:00").await;
    for case in &cases {
        let code = case.step_refused("tr_edu", "applicationTownReview", grant.clone()).await;
        assert_eq!(code, "WRONG_FUNDING_CHANNEL");
    }
    server.set_clock("2019-09-01T09:00:00+08:00").await;
    for (case, (total, term)) in cases.iter().zip([("500.00", "250.00"), ("625.00", "312.50")]) {
        case.step("tr_edu", "applicationTownReview", grant.clone()).await;
        sent(case).await;
        let decision = decide(case, "sch", grant.clone()).await;
        assert_eq!((&decision["amount"], &decision["startMonth"]), (&json!(total), &json!("2019-09")));
        assert_eq!(committed(case).await, both_terms(&[("NON_BOARDER", term)], ["2019-09", "2020-03"]));
    }
}

/// The rules that refuse a case today, as the education centre sees them.
async fn failed(case: &Case<'_>) -> Vec<String> {
    let query = "query P($input: EducationPreviewInput!) { educationPreview(input: $input) { assessment { eligible total rules { code passed } } } }";
    let centre = case.server.client("tr_edu").await;
    let shown = centre.ok(query, json!({ "input": { "applicationId": case.id } })).await;
    let assessment = &shown["educationPreview"]["assessment"];
    let rules = assessment["rules"].as_array().expect("rules").iter();
    let failed: Vec<_> = rules
        .filter(|rule| rule["passed"] == false)
        .map(|rule| rule["code"].as_str().expect("a code").to_owned())
        .collect();
    assert_eq!(assessment["eligible"], failed.is_empty());
    assert_eq!(assessment["total"] == "0.00", !failed.is_empty(), "{assessment}");
    failed
}

/// A disabled pupil of junior school, on record for nothing else.
const DISABLED: &[Member] = &[
    HEAD,
    pupil(
        "张小满",
        "500383200409060247",
        &[("EDUCATION_STAGE", "JUNIOR"), ("DISABILITY_CATEGORY", "4"), ("DISABILITY_GRADE", "3")],
    ),
    pupil("张小六", "500118199909011165", &[("DISABILITY_CATEGORY", "4"), ("DISABILITY_GRADE", "3")]),
];

/// A case of one of the disabled pupils, verified, filed on 2018-10-19.
async fn verified<'s>(server: &'s Server, family: &(String, Vec<String>), pupil: usize, details: Value) -> Case<'s> {
    let case = file_for(server, family, &[pupil]).await.remove(0);
    case.step("tw", "applicationAccept", json!({})).await;
    case.step("tw", "educationDetailsRecord", json!({ "details": details })).await;
    if case.state().await == "ACCEPTED" {
        let verification = case.start_verification().await;
        case.investigate(&verification, "2018-10-19").await;
        case.report(&verification, json!([])).await;
    }
    case
}

async fn each_rule_refuses_by_its_name(backend: Backend) {
    let server = Server::start(backend).await;
    server.set_clock("2018-10-19T09:00:00+08:00").await;
    let family = family(&server, &RURAL, DISABLED, "2018-10-19").await;
    let boarder = || details("JUNIOR", true, "2018-2019", &["BOARDER"]);
    let junior = verified(&server, &family, 1, boarder()).await;
    assert_eq!(failed(&junior).await, [""; 0]);
    let college = |items: &[&str]| details("COLLEGE", true, "2018-2019", items);
    let student = verified(&server, &family, 2, college(&["COLLEGE_GRANT"])).await;
    assert_eq!(failed(&student).await, [""; 0]);

    let paid = |term: &str| json!({ "purpose": "LIVING", "term": term, "amount": "625.00", "source": "营养改善计划" });
    for (case, details, rule) in [
        (&junior, details("PRIMARY", true, "2018-2019", &["BOARDER"]), "STAGE_AS_ON_RECORD"),
        (&junior, details("JUNIOR", true, "2018-2019", &["SENIOR_GRANT"]), "ITEMS_FIT_STAGE"),
        (&junior, details("JUNIOR", false, "2018-2019", &["BOARDER"]), "BOARDING_FITS_ITEM"),
        (&junior, details("JUNIOR", false, "2018-2019", &["NON_BOARDER"]), "STANDARD_IN_FORCE"),
        (&student, with(college(&["COLLEGE_TUITION"]), json!({ "tuition": "5000.00" })), "IDENTITY_ON_RECORD"),
        (&student, college(&["LOAN"]), "AMOUNT_STATED"),
        (&junior, details("JUNIOR", true, "2017-2018", &["BOARDER"]), "TERM_NOT_PAST"),
        (&junior, details("JUNIOR", true, "2019-2020", &["BOARDER"]), "SCHOOL_YEAR_NOT_AHEAD"),
        (&junior, with(boarder(), json!({ "received": [paid("AUTUMN"), paid("SPRING")] })), "PURPOSE_NOT_PAID_ALREADY"),
    ] {
        case.step("tw", "educationDetailsRecord", json!({ "details": details })).await;
        assert_eq!(failed(case).await, [rule], "{details}");
        let code = case.step_refused("tr_edu", "applicationTownReview", json!({ "outcome": "GRANT" })).await;
        assert_eq!(code, "OPINION_AGAINST_ASSESSMENT", "{rule}");
    }
    for unreadable in [
        details("JUNIOR", true, "2018-2020", &["BOARDER"]),
        details("JUNIOR", true, "2018-2019", &[]),
        with(boarder(), json!({ "terms": [] })),
        with(boarder(), json!({ "tuition": "-0.01" })),
        with(
            boarder(),
            json!({ "received": [{ "purpose": "LIVING", "term": "SPRING", "amount": "-1.00", "source": "学校" }] }),
        ),
    ] {
        let input = json!({ "details": unreadable });
        assert_eq!(junior.step_refused("tw", "educationDetailsRecord", input).await, "INVALID_INPUT", "{unreadable}");
    }

    // What the town had to refuse the school cannot grant either, and nothing is committed.
    let review = json!({ "outcome": "REFUSE", "reason": "同一用途已受资助" });
    junior.step("tr_edu", "applicationTownReview", review).await;
    sent(&junior).await;
    let input = school_input(&junior, "sch", json!({ "outcome": "GRANT" })).await;
    let school = server.client("sch").await;
    assert_eq!(refused(&school, "educationDecisionRecord", input, "decision { id }").await, "NOT_ELIGIBLE");
    assert_eq!(committed(&junior).await, []);
}

async fn a_term_is_granted_once_however_often_it_is_applied_for(backend: Backend) {
    let server = Server::start(backend).await;
    server.set_clock("2018-10-19T09:00:00+08:00").await;
    let family = family(&server, &RURAL, DISABLED, "2018-10-19").await;
    let of =
        |terms: Value| with(details("JUNIOR", true, "2018-2019", &["BOARDER", "BOARDER"]), json!({ "terms": terms }));
    let grant = json!({ "outcome": "GRANT" });
    let autumn = file_for(&server, &family, &[1]).await.remove(0);
    to_school(&autumn, of(json!(["AUTUMN", "AUTUMN"])), "2018-10-19").await;
    decide(&autumn, "sch", grant.clone()).await;
    let line = |month: &str| vec![("BOARDER".to_owned(), month.to_owned(), "625.00".to_owned())];
    assert_eq!(committed(&autumn).await, line("2018-10"), "an item or a term named twice is paid once");

    let again = verified(&server, &family, 1, of(json!(["AUTUMN", "SPRING"]))).await;
    assert_eq!(again.step_refused("tr_edu", "applicationTownReview", grant.clone()).await, "SAME_CAUSE_GRANTED");
    again.step("tw", "educationDetailsRecord", json!({ "details": of(json!(["SPRING"])) })).await;
    again.step("tr_edu", "applicationTownReview", grant.clone()).await;
    sent(&again).await;
    decide(&again, "sch", grant).await;
    assert_eq!(committed(&again).await, line("2019-03"));
}
