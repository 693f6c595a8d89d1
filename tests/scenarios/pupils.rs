//! Education by stage, to the fen and from the students' fund; what is refused, and by which rule.

use super::{
    at_01::{commitments, settle_from},
    schooling::*,
    steps::*,
};
use serde_json::{Value, json};
use tests::support::{Backend, Client, Server, on_both};

on_both!(
    every_stage_is_granted_to_the_fen_on_one_report,
    day_pupils_are_aided_from_september_2019,
    details_that_fail_a_rule_are_told_which_and_cannot_be_proposed,
    an_item_of_a_term_is_granted_once,
);

const GRADE: (&str, &str) = ("DISABILITY_GRADE", "4");
const CATEGORY: (&str, &str) = ("DISABILITY_CATEGORY", "4");

/// A father and a child in each stage, every child with a disability on record.
const CHILDREN: &[Member] = &[
    Member { name: "张守田", id_number: "510229197103120116", relation: "02", claims: &[("HUKOU", "500118107200")] },
    child("张小一", "500383201405120219", &[("EDUCATION_STAGE", "PRESCHOOL"), CATEGORY, GRADE]),
    child("张小二", "500383200908030229", &[("EDUCATION_STAGE", "PRIMARY"), CATEGORY, GRADE]),
    child("张小三", "500383200409060247", &[("EDUCATION_STAGE", "JUNIOR"), CATEGORY, GRADE]),
    child("张小四", "500383200209170230", &[("EDUCATION_STAGE", "SENIOR"), CATEGORY, GRADE]),
    child("张小五", "500383200101110244", &[("EDUCATION_STAGE", "VOCATIONAL"), CATEGORY, GRADE]),
    child("张小六", "50038319990620025X", &[("EDUCATION_STAGE", "COLLEGE"), CATEGORY, GRADE]),
];

const fn child(name: &'static str, id_number: &'static str, claims: &'static [(&'static str, &'static str)]) -> Member {
    Member { name, id_number, relation: "20", claims }
}

/// Details of a child for both terms of a school year.
fn details(stage: &str, year: &str, items: &[&str], boarder: bool) -> Value {
    json!({
        "stage": stage, "schoolName": "松溉学校", "boarder": boarder, "schoolYear": year,
        "terms": ["AUTUMN", "SPRING"], "items": items,
    })
}

fn with(mut details: Value, more: Value) -> Value {
    details.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    details
}

/// The cases of some of the children, filed on one day at the village window.
async fn filed<'s>(server: &'s Server, on: &str, children: &[usize]) -> Vec<Case<'s>> {
    server.set_clock(&format!("{on}T09:00:00+08:00")).await;
    let family = family(server, &RURAL, CHILDREN, on).await;
    file_for(server, &family, children).await
}

/// Item, month and amount of what a case committed.
async fn granted(server: &Server, case: &Case<'_>) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let entries = commitments(server, case).await;
    assert!(entries.iter().all(|entry| entry["channel"] == "FC-STUDENT"), "{entries:?}");
    let mut told: Vec<_> =
        entries.iter().map(|entry| (text(&entry["month"]), text(&entry["item"]), text(&entry["amount"]))).collect();
    told.sort();
    told
}

/// From the review to the school's grant.
async fn decided_by_the_school(case: &Case<'_>) -> Value {
    let transfer = send(case, "SCH_SCHOOL").await;
    answer(case, "sch", "transferReceive", &transfer, json!({})).await;
    decide(case, "sch", json!({ "outcome": "GRANT" })).await
}

async fn every_stage_is_granted_to_the_fen_on_one_report(backend: Backend) {
    let server = Server::start(backend).await;
    let year = "2018-2019";
    let living = json!([{ "purpose": "LIVING", "term": "AUTUMN", "amount": "200.00", "source": "营养改善计划" }]);
    let asked: [(Value, &str, &[(&str, &str)]); 6] = [
        (
            details("PRESCHOOL", year, &["PRESCHOOL"], false),
            "2160.00",
            &[("PRESCHOOL", "330.00"), ("PRESCHOOL", "750.00")],
        ),
        (details("PRIMARY", year, &["BOARDER"], true), "1000.00", &[("BOARDER", "500.00")]),
        (
            with(details("JUNIOR", year, &["BOARDER"], true), json!({ "received": living })),
            "1050.00",
            &[("BOARDER", "425.00")],
        ),
        (
            with(details("SENIOR", year, &["SENIOR_GRANT", "TUITION_WAIVER"], true), json!({ "tuition": "1600.01" })),
            "3600.01",
            &[("SENIOR_GRANT", "1000.00"), ("TUITION_WAIVER", "800.01")],
        ),
        (details("VOCATIONAL", year, &["SENIOR_GRANT"], true), "2000.00", &[("SENIOR_GRANT", "1000.00")]),
        (
            with(details("COLLEGE", year, &["COLLEGE_GRANT", "LOAN"], true), json!({ "loan": "9000.00" })),
            "11000.00",
            &[("COLLEGE_GRANT", "1500.00"), ("LOAN", "4000.00")],
        ),
    ];
    let cases = filed(&server, "2018-10-19", &[1, 2, 3, 4, 5, 6]).await;
    server.set_clock("2018-10-26T09:00:00+08:00").await;
    for (at, (case, (details, total, autumn))) in cases.iter().zip(asked).enumerate() {
        up_to_review(case, details, "2018-10-26").await;
        let verified = case.read("tw", "verifications { nodes { id } } report { number }").await;
        assert_eq!(verified["verifications"]["nodes"].as_array().map(Vec::len), Some(usize::from(at == 0)));
        let decision = decided_by_the_school(case).await;
        assert_eq!((&decision["amount"], &decision["level"]), (&json!(total), &json!("SCHOOL")), "{total}");
        let lines = granted(&server, case).await;
        let first: Vec<_> = lines.iter().filter(|line| line.0 == "2018-10").collect();
        let first: Vec<_> = first.iter().map(|(_, item, amount)| (item.as_str(), amount.as_str())).collect();
        assert_eq!(first, autumn, "{total}");
        assert!(lines.iter().all(|line| line.0 == "2018-10" || line.0 == "2019-03"), "{lines:?}");
    }
    let entries = commitments(&server, &cases[0]).await;
    let autumn: Vec<_> = entries.iter().filter(|entry| entry["month"] == "2018-10").cloned().collect();
    let paid = settle_from(&server, &autumn, "EDUCATION", "FC-STUDENT", "2018-10").await;
    assert_eq!(paid["disbursementBatch"]["total"], "1080.00");
    let report = platform::verify::verify(&server.running.platform, &[]).await.expect("a walk");
    assert!(report.findings.is_empty(), "{:?}", report.findings);
}

async fn day_pupils_are_aided_from_september_2019(backend: Backend) {
    let server = Server::start(backend).await;
    let cases = filed(&server, "2019-10-18", &[2, 3]).await;
    for (case, stage, total) in [(&cases[0], "PRIMARY", "500.00"), (&cases[1], "JUNIOR", "625.00")] {
        up_to_review(case, details(stage, "2019-2020", &["NON_BOARDER"], false), "2019-10-18").await;
        let decision = decided_by_the_school(case).await;
        assert_eq!(decision["amount"], total, "{stage}");
    }
    let amounts: Vec<_> = granted(&server, &cases[1]).await.into_iter().map(|line| (line.0, line.2)).collect();
    let half = |month: &str| (month.to_owned(), "312.50".to_owned());
    assert_eq!(amounts, [half("2019-10"), half("2020-03")]);
}

async fn failing(client: &Client, case: &Case<'_>) -> Vec<String> {
    let query = "query P($input: EducationPreviewInput!) { educationPreview(input: $input) { assessment { total rules { code passed } } } }";
    let shown = client.ok(query, json!({ "input": { "applicationId": case.id } })).await;
    let assessment = &shown["educationPreview"]["assessment"];
    let rules = assessment["rules"].as_array().expect("rules").iter().filter(|rule| rule["passed"] == false);
    let codes: Vec<_> = rules.map(|rule| rule["code"].as_str().expect("a code").to_owned()).collect();
    assert_eq!(codes.is_empty(), assessment["total"] != "0.00", "{assessment}");
    codes
}

async fn details_that_fail_a_rule_are_told_which_and_cannot_be_proposed(backend: Backend) {
    let server = Server::start(backend).await;
    let cases = filed(&server, "2019-02-11", &[3, 6]).await;
    let (pupil, student) = (&cases[0], &cases[1]);
    let fit = with(details("JUNIOR", "2018-2019", &["BOARDER"], true), json!({ "terms": ["SPRING"] }));
    pupil.step("tw", "applicationAccept", json!({})).await;
    let verification = pupil.start_verification().await;
    pupil.investigate(&verification, "2019-02-11").await;
    pupil.report(&verification, json!([])).await;
    student.step("tw", "applicationAccept", json!({})).await;
    let centre = server.client("tr_edu").await;
    let granting = json!({ "outcome": "GRANT" });
    let code = pupil.step_refused("tr_edu", "applicationTownReview", granting.clone()).await;
    assert_eq!(code, "DETAILS_MISSING");
    let college = details("COLLEGE", "2018-2019", &["COLLEGE_TUITION"], true);
    let paid = json!([{ "purpose": "LIVING", "term": "SPRING", "amount": "625.00", "source": "营养改善计划" }]);
    for (case, details, rules) in [
        (pupil, with(fit.clone(), json!({ "terms": ["AUTUMN", "SPRING"] })), &["TERM_NOT_PAST"][..]),
        (pupil, with(fit.clone(), json!({ "stage": "PRIMARY" })), &["STAGE_AS_ON_RECORD"]),
        (pupil, with(fit.clone(), json!({ "items": ["SENIOR_GRANT"] })), &["ITEMS_FIT_STAGE"]),
        (pupil, with(fit.clone(), json!({ "boarder": false })), &["BOARDING_FITS_ITEM"]),
        (pupil, with(fit.clone(), json!({ "items": ["NON_BOARDER"], "boarder": false })), &["STANDARD_IN_FORCE"]),
        (pupil, with(fit.clone(), json!({ "received": paid })), &["PURPOSE_NOT_PAID_ALREADY"]),
        (
            student,
            with(college, json!({ "terms": ["SPRING"] })),
            // Tuition is for registered poor households, which a disability alone does not make.
            &["IDENTITY_ON_RECORD", "AMOUNT_STATED"],
        ),
    ] {
        case.step("tw", "educationDetailsRecord", json!({ "details": details })).await;
        assert_eq!(failing(&centre, case).await, rules);
        let code = case.step_refused("tr_edu", "applicationTownReview", granting.clone()).await;
        assert_eq!(code, "OPINION_AGAINST_ASSESSMENT", "{rules:?}");
    }
    pupil.step("tw", "educationDetailsRecord", json!({ "details": fit })).await;
    assert_eq!(failing(&centre, pupil).await, [""; 0]);
    pupil.step("tr_edu", "applicationTownReview", granting).await;
    let decision = decided_by_the_school(pupil).await;
    assert_eq!((&decision["amount"], &decision["startMonth"]), (&json!("625.00"), &json!("2019-03")));
}

async fn an_item_of_a_term_is_granted_once(backend: Backend) {
    let server = Server::start(backend).await;
    let first = filed(&server, "2018-10-19", &[3]).await.remove(0);
    server.set_clock("2018-10-26T09:00:00+08:00").await;
    let boarder = details("JUNIOR", "2018-2019", &["BOARDER"], true);
    up_to_review(&first, with(boarder.clone(), json!({ "terms": ["AUTUMN"] })), "2018-10-26").await;
    assert_eq!(decided_by_the_school(&first).await["amount"], "625.00");

    // Another case of the same pupil in the same year: the autumn is taken, the spring is not.
    let family = (first.household.clone(), first.members.clone());
    let second = file_for(&server, &family, &[3]).await.remove(0);
    second.step("tw", "applicationAccept", json!({})).await;
    second.step("tw", "educationDetailsRecord", json!({ "details": boarder })).await;
    let granting = json!({ "outcome": "GRANT" });
    let code = second.step_refused("tr_edu", "applicationTownReview", granting.clone()).await;
    assert_eq!(code, "SAME_CAUSE_GRANTED");
    let spring = with(boarder, json!({ "terms": ["SPRING"] }));
    second.step("tw", "educationDetailsRecord", json!({ "details": spring })).await;
    second.step("tr_edu", "applicationTownReview", granting).await;
    assert_eq!(decided_by_the_school(&second).await["amount"], "625.00");
}
