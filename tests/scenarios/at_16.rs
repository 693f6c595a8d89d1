//! AT-16: one verification serves every programme; a second one needs its trigger, the district and the town.

use super::{schooling, steps::*, temporary};
use entity::household_member;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::{Value, json};
use tests::support::{Backend, Server, on_both};

on_both!(
    at_16_two_further_programmes_stand_on_the_report_of_the_first,
    at_16_a_second_verification_needs_a_trigger_the_district_and_the_town,
    a_case_accepted_while_the_household_is_verified_stands_on_the_report_that_follows,
    a_report_that_lapsed_or_is_about_another_family_serves_no_more,
    who_investigated_for_one_programme_judges_none_that_stands_on_the_report,
);

/// The family of AT-01 on its dibao since November 2018, by the report of 2018-10-31; the clock stands at 2018-12-20.
async fn on_dibao(server: &Server) -> Case<'_> {
    let case = up_to_district(server).await;
    case.approve().await;
    server.set_clock("2018-12-20T09:00:00+08:00").await;
    case
}

/// The family as the steps of other programmes take it.
fn family_of(case: &Case<'_>) -> (String, Vec<String>) {
    (case.household.clone(), case.members.clone())
}

/// A case of boarding aid for the family's pupil, accepted.
async fn boarding_aid<'s>(server: &'s Server, dibao: &Case<'_>) -> Case<'s> {
    let case = schooling::file_for(server, &family_of(dibao), &[2]).await.remove(0);
    case.step("tw", "applicationAccept", json!({})).await;
    case
}

async fn report_of(case: &Case<'_>) -> Value {
    case.read("tw", "report { number issuedOn }").await["report"].clone()
}

async fn ask_again(case: &Case<'_>, user: &str, more: Value) -> Value {
    let mut input = case.input(json!({ "reason": "情况有疑，再核一次" })).await;
    for (name, value) in more.as_object().expect("an object") {
        input[name] = value.clone();
    }
    let selection =
        "verification { id state reverifications { nodes { trigger districtUnit townUnit report { number } } } }";
    call(&case.server.client(user).await, "reverificationRequest", input, selection).await
}

async fn verifies(server: &Server) {
    let report = platform::verify::verify(&server.running.platform, &[]).await.expect("a walk");
    assert!(report.findings.is_empty(), "{:?}", report.findings);
}

fn code(payload: &Value) -> &str {
    payload["userErrors"][0]["code"].as_str().unwrap_or_else(|| panic!("not refused: {payload}"))
}

async fn at_16_two_further_programmes_stand_on_the_report_of_the_first(backend: Backend) {
    let server = Server::start(backend).await;
    let dibao = on_dibao(&server).await;
    let number = report_of(&dibao).await;
    assert_eq!(number["issuedOn"], "2018-10-31");

    let pupil = boarding_aid(&server, &dibao).await;
    assert_eq!(pupil.state().await, "PRELIM_ROUTED");
    let family = family_of(&dibao);
    let patient = temporary::ask_for_aid(&server, &RURAL, &family.0, &family.1).await;
    patient.step("tw", "applicationAccept", json!({})).await;
    for case in [&pupil, &patient] {
        assert_eq!(report_of(case).await, number, "one report");
        let read = "events { nodes { toState reason } } verifications { nodes { id } }";
        let read = case.read("tw", read).await;
        let states: Vec<_> =
            read["events"]["nodes"].as_array().expect("events").iter().map(|e| &e["toState"]).collect();
        assert_eq!(states, ["VILLAGE_RECEIVED", "TOWN_PENDING", "ACCEPTED", "PRELIM_ROUTED"], "VERIFYING is skipped");
        assert_eq!(read["verifications"]["nodes"], json!([]));
    }

    // Both go on to their grants: 500.00 of boarding aid by the school, the illness by the district.
    pupil.step("tw", "educationDetailsRecord", json!({ "details": schooling::junior_boarder() })).await;
    pupil.step("tr_edu", "applicationTownReview", json!({ "outcome": "GRANT" })).await;
    let transfer = schooling::send(&pupil, "SCH_SCHOOL").await;
    schooling::answer(&pupil, "sch", "transferReceive", &transfer, json!({})).await;
    let facts = "report { facts }";
    assert!(pupil.read("tr_edu", facts).await["report"]["facts"].is_string(), "the report is linked to the programme");
    let decision = schooling::decide(&pupil, "sch", json!({ "outcome": "GRANT", "reason": "在校寄宿" })).await;
    assert_eq!(decision["amount"], "1250.00", "{decision}");

    let details = temporary::illness(&family.1[1], "28000.00");
    patient.step("tw", "temporaryDetailsRecord", json!({ "details": details })).await;
    temporary::propose(&patient).await;
    server.set_clock("2018-12-28T09:00:00+08:00").await;
    patient.step("tr_social", "applicationTownReview", json!({ "outcome": "GRANT" })).await;
    let decision = temporary::district_decides(&patient).await;
    assert_eq!(decision["amount"], "12500.00", "T2 by the dibao held now, on the facts of October: {decision}");
    verifies(&server).await;
}

async fn at_16_a_second_verification_needs_a_trigger_the_district_and_the_town(backend: Backend) {
    let server = Server::start(backend).await;
    let dibao = on_dibao(&server).await;
    let pupil = boarding_aid(&server, &dibao).await;
    let version = pupil.version().await;

    // To be safe is no trigger, by whichever way it is tried.
    let input = pupil.input(json!({})).await;
    let started = call(&server.client("tw").await, "verificationStart", input, "verification { id }").await;
    assert_eq!(code(&started), "VERIFICATION_MUTUALLY_RECOGNISED");
    let both = json!({ "districtUnit": "DU_EDU", "townUnit": "TU_EDU" });
    for more in [
        json!({}),
        both.clone(),
        json!({ "trigger": "SPECIAL_COMPLEX" }),
        json!({ "trigger": "SPECIAL_COMPLEX", "districtUnit": "DU_EDU" }),
        json!({ "trigger": "PUBLIC_REPORT", "townUnit": "TU_EDU" }),
    ] {
        let refused = ask_again(&pupil, "tu_edu", more.clone()).await;
        assert_eq!(code(&refused), "VERIFICATION_MUTUALLY_RECOGNISED", "{more}");
        let message = refused["userErrors"][0]["message"].as_str().expect("a message");
        let number = report_of(&pupil).await["number"].as_str().expect("a number").to_owned();
        assert!(message.contains(&number) && message.contains("2019-04-30"), "{message}");
    }
    for (more, field) in [
        (json!({ "trigger": "SPECIAL_COMPLEX", "districtUnit": "TU_EDU", "townUnit": "TU_EDU" }), "districtUnit"),
        (json!({ "trigger": "SPECIAL_COMPLEX", "districtUnit": "DU_EDU", "townUnit": "DU_EDU" }), "townUnit"),
        (json!({ "trigger": "SPECIAL_COMPLEX", "districtUnit": "DU_EDU", "townUnit": "TU_NONE" }), "townUnit"),
    ] {
        let refused = ask_again(&pupil, "tu_edu", more).await;
        assert_eq!((code(&refused), &refused["userErrors"][0]["field"]), ("UNKNOWN_CODE", &json!(["input", field])));
    }
    assert_eq!(pupil.version().await, version, "what was refused changed nothing");

    let more = json!({ "trigger": "SPECIAL_COMPLEX", "districtUnit": "DU_EDU", "townUnit": "TU_EDU" });
    let opened = ask_again(&pupil, "tu_edu", more).await;
    assert_eq!(opened["userErrors"], json!([]));
    let told = json!({ "trigger": "SPECIAL_COMPLEX", "districtUnit": "DU_EDU", "townUnit": "TU_EDU", "report": report_of(&dibao).await });
    let mut shown = opened["verification"]["reverifications"]["nodes"][0].clone();
    shown["report"] = told["report"].clone();
    assert_eq!(shown, told);
    assert_eq!((pupil.state().await, dibao.state().await), ("VERIFYING".to_owned(), "APPROVED".to_owned()));
    let verification = opened["verification"]["id"].as_str().expect("an id").to_owned();
    pupil.investigate(&verification, "2018-12-20").await;
    pupil.report(&verification, json!([])).await;
    assert_eq!(pupil.state().await, "VERIFIED");
    assert_ne!(report_of(&pupil).await, report_of(&dibao).await);
    assert_eq!(report_of(&dibao).await["issuedOn"], "2018-10-31", "what was decided stands on what it stood on");
    verifies(&server).await;
}

async fn a_case_accepted_while_the_household_is_verified_stands_on_the_report_that_follows(backend: Backend) {
    let server = Server::start(backend).await;
    server.set_clock("2018-10-19T09:00:00+08:00").await;
    let dibao = file(&server, &RURAL, FAMILY_OF_AT_01, "2018-10-19").await;
    let pupil = schooling::file_for(&server, &family_of(&dibao), &[2]).await.remove(0);
    server.set_clock("2018-10-22T09:00:00+08:00").await;
    dibao.step("tw", "applicationAccept", json!({})).await;
    pupil.step("tw", "applicationAccept", json!({})).await;
    assert_eq!(pupil.step_refused("tw", "verificationRecognise", json!({})).await, "NO_RECOGNISED_REPORT");
    let verification = dibao.start_verification().await;
    let input = pupil.input(json!({})).await;
    let window = server.client("tw").await;
    assert_eq!(refused(&window, "verificationStart", input, "verification { id }").await, "VERIFICATION_OPEN");
    assert_eq!(pupil.step_refused("tw", "verificationRecognise", json!({})).await, "NO_RECOGNISED_REPORT");
    server.set_clock("2018-10-31T16:00:00+08:00").await;
    dibao.investigate(&verification, "2018-10-31").await;
    dibao.report(&verification, farm("14400.00", "4800.00")).await;
    let input = pupil.input(json!({})).await;
    let code = refused(&window, "verificationStart", input, "verification { id }").await;
    assert_eq!(code, "VERIFICATION_MUTUALLY_RECOGNISED");
    pupil.step("tw", "verificationRecognise", json!({})).await;
    assert_eq!(pupil.state().await, "PRELIM_ROUTED");
    assert_eq!(report_of(&pupil).await, report_of(&dibao).await);
    assert_eq!(pupil.step_refused("tw", "verificationRecognise", json!({})).await, "WRONG_STATE");
}

async fn a_report_that_lapsed_or_is_about_another_family_serves_no_more(backend: Backend) {
    let server = Server::start(backend).await;
    let dibao = on_dibao(&server).await;
    // The last day of six months, and the day after.
    for (clock, state) in [("2019-04-30T09:00:00+08:00", "PRELIM_ROUTED"), ("2019-05-01T09:00:00+08:00", "ACCEPTED")] {
        server.set_clock(clock).await;
        let family = family_of(&dibao);
        let case = temporary::ask_for_aid(&server, &RURAL, &family.0, &family.1).await;
        case.step("tw", "applicationAccept", json!({})).await;
        assert_eq!(case.state().await, state, "{clock}");
    }
    // A child that has left the household was verified with it, and the household without the child never was.
    let server = Server::start(backend).await;
    let dibao = on_dibao(&server).await;
    let leaves = household_member::Entity::update_many()
        .col_expr(household_member::Column::ToOn, Expr::value("2018-12-01"))
        .filter(household_member::Column::Relation.eq("30"));
    leaves.exec(&server.running.platform.db.writer).await.expect("a member leaves");
    let family = family_of(&dibao);
    let case = temporary::ask_for_aid(&server, &RURAL, &family.0, &family.1).await;
    case.step("tw", "applicationAccept", json!({})).await;
    assert_eq!(case.state().await, "ACCEPTED");
    case.start_verification().await;
}

async fn who_investigated_for_one_programme_judges_none_that_stands_on_the_report(backend: Backend) {
    let server = Server::start(backend).await;
    let dibao = on_dibao(&server).await;
    let family = family_of(&dibao);
    let case = temporary::ask_for_aid(&server, &RURAL, &family.0, &family.1).await;
    case.step("tw", "applicationAccept", json!({})).await;
    let details = temporary::illness(&family.1[1], "28000.00");
    case.step("tw", "temporaryDetailsRecord", json!({ "details": details })).await;
    server.grant("tv", "TU", "TU_SOCIAL", "TOWN", "500118107").await;
    let investigator = server.client_as("tv", "TU").await;
    let input = case.input(json!({ "outcome": "GRANT" })).await;
    let code = refused(&investigator, "preliminaryOpinionGive", input, "application { id }").await;
    assert_eq!(code, "SEPARATION_OF_DUTIES");
    temporary::propose(&case).await;
}
