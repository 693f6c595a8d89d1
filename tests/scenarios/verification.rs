//! Verification: what investigators may record, and what they are refused.

use super::{intake::relate, steps::*};
use serde_json::{Value, json};
use tests::support::{Backend, Server, on_both};

on_both!(
    verification_starts_with_every_adults_consent,
    a_home_visit_has_its_day_its_people_and_no_relatives,
    a_comparison_asks_a_known_source_under_a_consent_for_it,
    a_report_needs_visit_comparison_and_items_that_read,
    a_report_freezes_what_was_found,
    who_only_issued_the_report_may_not_review_either,
    a_disputed_appraisal_opens_a_further_verification,
);

/// A case accepted on Mon 2018-10-22.
async fn accepted(server: &Server) -> Case<'_> {
    server.set_clock("2018-10-22T09:00:00+08:00").await;
    let case = file(server, &RURAL, FAMILY_OF_AT_01, "2018-10-19").await;
    case.step("tw", "applicationAccept", json!({})).await;
    case
}

async fn visit(case: &Case<'_>, verification: &str, investigators: &[&str], held_on: &str) -> Value {
    let mut ids = Vec::new();
    for login in investigators {
        ids.push(case.server.user_id(login).await);
    }
    json!({
        "idempotencyKey": key(), "verificationId": verification, "heldOn": held_on, "facts": "住房一处",
        "investigatorIds": ids, "familySignerId": case.members[0],
    })
}

fn comparison(verification: &str, source: &str) -> Value {
    json!({
        "idempotencyKey": key(), "verificationId": verification, "heldOn": "2018-10-31", "source": source,
        "result": "NO_RECORD", "facts": "无记录",
    })
}

const VISITED: &str = "verification { id version }";

async fn verification_starts_with_every_adults_consent(backend: Backend) {
    let server = Server::start(backend).await;
    server.set_clock("2018-10-22T09:00:00+08:00").await;
    let window = server.client("vw").await;
    let mut persons = Vec::new();
    for member in FAMILY_OF_AT_01 {
        persons.push(register(&window, &RURAL, member).await);
    }
    let members: Vec<_> = persons
        .iter()
        .zip(FAMILY_OF_AT_01)
        .map(|(person, member)| json!({ "personId": person, "relation": member.relation }))
        .collect();
    let input = json!({ "idempotencyKey": key(), "villageCode": QISHAN, "areaType": "RURAL", "members": members });
    let household = done(&window, "householdRegister", input, "household { id }").await["household"]["id"].clone();
    let household = household.as_str().expect("an identifier").to_owned();
    let selection = "request { applications { nodes { id } } }";
    let filed = done(&window, "requestSubmit", request_input(&household, &persons[0]), selection).await;
    let id = filed["request"]["applications"]["nodes"][0]["id"].as_str().expect("a case").to_owned();
    let case = Case { server: &server, household, members: persons, id };
    case.step("vw", "applicationPush", json!({})).await;
    case.step("tw", "applicationAccept", json!({})).await;

    let town = server.client("tw").await;
    consent(&town, &case.household, &case.members[0], "2018-10-22").await;
    consent(&town, &case.household, &case.members[2], "2018-10-22").await;
    let input = case.input(json!({})).await;
    assert_eq!(refused(&town, "verificationStart", input, "verification { id }").await, "CONSENT_MISSING");
    consent(&town, &case.household, &case.members[1], "2018-10-22").await;
    let input = case.input(json!({})).await;
    let started = done(&town, "verificationStart", input, "verification { state dueOn }").await;
    assert_eq!(started["verification"], json!({ "state": "OPEN", "dueOn": "2018-11-05" }));
    let input = case.input(json!({})).await;
    assert_eq!(refused(&town, "verificationStart", input, "verification { id }").await, "WRONG_STATE");
}

async fn a_home_visit_has_its_day_its_people_and_no_relatives(backend: Backend) {
    let server = Server::start(backend).await;
    let case = accepted(&server).await;
    let verification = case.start_verification().await;
    server.set_clock("2018-10-31T16:00:00+08:00").await;
    let investigator = server.client("tv").await;
    for (investigators, held_on, code) in [
        (&["tv"][..], "2018-10-31", "TWO_INVESTIGATORS_REQUIRED"),
        (&["tv", "tu_social"], "2018-10-31", "NOT_AN_INVESTIGATOR"),
        (&["tv", "tv2"], "2018-11-01", "DATE_OUT_OF_ORDER"),
        (&["tv", "tv2"], "2018-10-21", "DATE_OUT_OF_ORDER"),
    ] {
        let input = visit(&case, &verification, investigators, held_on).await;
        assert_eq!(
            refused(&investigator, "homeVisitRecord", input, VISITED).await,
            code,
            "{investigators:?} {held_on}"
        );
    }
    let mut input = visit(&case, &verification, &["tv", "tv2"], "2018-10-31").await;
    input["familySignerId"] = json!(platform::id::encode("Person", &uuid::Uuid::nil().to_string()));
    assert_eq!(refused(&investigator, "homeVisitRecord", input, VISITED).await, "NOT_FOUND");

    relate(&server, "tv2", &json!(case.members[1])).await;
    let input = visit(&case, &verification, &["tv", "tv2"], "2018-10-31").await;
    assert_eq!(refused(&investigator, "homeVisitRecord", input, VISITED).await, "RECUSAL_REQUIRED");
}

async fn a_comparison_asks_a_known_source_under_a_consent_for_it(backend: Backend) {
    let server = Server::start(backend).await;
    let case = accepted(&server).await;
    let verification = case.start_verification().await;
    server.set_clock("2018-10-31T16:00:00+08:00").await;
    let investigator = server.client("tv").await;
    for (source, code) in [("NEIGHBOURS", "UNKNOWN_CODE"), ("HEALTH", "CONSENT_MISSING")] {
        let input = comparison(&verification, source);
        assert_eq!(refused(&investigator, "comparisonRecord", input, VISITED).await, code, "{source}");
    }
    let mut early = comparison(&verification, "BANK");
    early["heldOn"] = json!("2018-10-21");
    assert_eq!(refused(&investigator, "comparisonRecord", early, VISITED).await, "DATE_OUT_OF_ORDER");
    let answered = done(&investigator, "comparisonRecord", comparison(&verification, "BANK"), VISITED).await;
    assert_eq!(answered["verification"]["version"], 2);
}

async fn a_report_needs_visit_comparison_and_items_that_read(backend: Backend) {
    let server = Server::start(backend).await;
    let case = accepted(&server).await;
    let verification = case.start_verification().await;
    server.set_clock("2018-10-31T16:00:00+08:00").await;
    let investigator = server.client("tv").await;
    let report = |version: i64, name: &str, items: Value| {
        let mut input = json!({
            "idempotencyKey": key(), "verificationId": verification, "expectedVersion": version, "conclusion": "DIFFICULT",
            "incomes": [], "assets": [], "flags": [], "incomeStable": true,
        });
        input[name] = items;
        input
    };
    let issue = "verificationReportIssue";
    let selection = "verificationReport { id }";
    assert_eq!(refused(&investigator, issue, report(1, "incomes", json!([])), selection).await, "HOME_VISIT_MISSING");
    let input = visit(&case, &verification, &["tv", "tv2"], "2018-10-31").await;
    done(&investigator, "homeVisitRecord", input, VISITED).await;
    assert_eq!(refused(&investigator, issue, report(2, "incomes", json!([])), selection).await, "COMPARISON_MISSING");
    done(&investigator, "comparisonRecord", comparison(&verification, "BANK"), VISITED).await;
    let stranger = platform::id::encode("Person", &uuid::Uuid::nil().to_string());
    for (version, name, items, code) in [
        (2, "incomes", json!([]), "STALE_VERSION"),
        (
            3,
            "incomes",
            json!([{ "kind": "WAGE", "period": "MONTH", "amount": "900.00", "source": "单位证明" }]),
            "INVALID_INPUT",
        ),
        (
            3,
            "incomes",
            json!([{ "kind": "WAGE", "period": "LAST_TWELVE_MONTHS", "amount": "-0.01", "source": "单位证明" }]),
            "INVALID_INPUT",
        ),
        (3, "assets", json!([{ "kind": "DWELLING", "areaM2": "八十五" }]), "INVALID_INPUT"),
        (3, "assets", json!([{ "kind": "VEHICLE", "personId": stranger }]), "NOT_FOUND"),
        (3, "flags", json!([{ "name": "built a house" }]), "INVALID_INPUT"),
    ] {
        let input = report(version, name, items);
        assert_eq!(refused(&investigator, issue, input.clone(), selection).await, code, "{input}");
    }
    done(&investigator, issue, report(3, "incomes", json!([])), selection).await;
    let late = visit(&case, &verification, &["tv", "tv2"], "2018-10-31").await;
    assert_eq!(refused(&investigator, "homeVisitRecord", late, VISITED).await, "WRONG_STATE");
}

async fn a_report_freezes_what_was_found(backend: Backend) {
    let server = Server::start(backend).await;
    let case = up_to_report(&server).await;
    let read = "state clock report { number issuedOn validTo conclusion facts factsHash }";
    let seen = case.read("tu_social", read).await;
    assert_eq!((&seen["state"], &seen["clock"]), (&json!("VERIFIED"), &json!("RUN")));
    let report = &seen["report"];
    assert_eq!((&report["issuedOn"], &report["validTo"]), (&json!("2018-10-31"), &json!("2019-04-30")));
    let text = report["facts"].as_str().expect("the snapshot");
    assert_eq!(report["factsHash"], json!(platform::crypto::sha256(text.as_bytes())));
    let facts: Value = serde_json::from_str(text).expect("json");
    let grades: Vec<_> =
        facts["members"].as_array().expect("members").iter().map(|one| one["disability_grade"].clone()).collect();
    assert!(
        grades.contains(&json!(2)) && facts["incomes"].as_array().is_some_and(|incomes| incomes.len() == 2),
        "{facts}"
    );

    // What is said of a member afterwards is not in the report.
    let claim = json!({
        "idempotencyKey": key(), "personId": case.members[1], "kind": "DISABILITY_GRADE", "value": "4", "source": "APPLICANT",
    });
    done(&server.client("vw").await, "personClaimRecord", claim, "person { id }").await;
    assert_eq!(case.read("tu_social", read).await["report"], *report);
}

async fn who_only_issued_the_report_may_not_review_either(backend: Backend) {
    let server = Server::start(backend).await;
    let case = accepted(&server).await;
    case.step("tw", "dibaoDetailsRecord", json!({ "details": { "areaType": "RURAL" } })).await;
    let verification = case.start_verification().await;
    server.set_clock("2018-10-31T16:00:00+08:00").await;
    case.investigate(&verification, "2018-10-31").await;
    server.grant("tr_social", "TV", "TU_VERIFY", "TOWN", "500118107").await;
    let issuer = server.client_as("tr_social", "TV").await;
    let input = json!({
        "idempotencyKey": key(), "verificationId": verification, "expectedVersion": 3, "conclusion": "DIFFICULT",
        "incomes": farm("14400.00", "4800.00"), "assets": [], "flags": [], "incomeStable": true,
    });
    done(&issuer, "verificationReportIssue", input, "verificationReport { id }").await;

    server.set_clock("2018-11-02T15:00:00+08:00").await;
    case.appraise("2018-11-02").await;
    case.step("tu_social", "preliminaryOpinionGive", json!({ "outcome": "GRANT" })).await;
    server.set_clock("2018-11-05T09:00:00+08:00").await;
    case.post_notice().await;
    server.set_clock("2018-11-13T09:00:00+08:00").await;
    let input = case.input(json!({ "outcome": "GRANT" })).await;
    let reviewer = server.client_as("tr_social", "TR").await;
    assert_eq!(refused(&reviewer, "applicationTownReview", input, "application { id }").await, "SEPARATION_OF_DUTIES");
}

async fn a_disputed_appraisal_opens_a_further_verification(backend: Backend) {
    let server = Server::start(backend).await;
    let case = up_to_report(&server).await;
    server.set_clock("2018-11-02T15:00:00+08:00").await;
    let input = case
        .input(json!({
            "heldOn": "2018-11-02", "panelCount": 9, "representativeCount": 6, "agreeCount": 5, "againstCount": 4,
            "signed": true, "disputed": true,
        }))
        .await;
    done(&server.client("tu_social").await, "appraisalRecord", input, "appraisal { id }").await;
    assert_eq!(case.state().await, "VERIFYING");
    let read = case.read("tv", "verifications { nodes { id state } }").await;
    let open: Vec<_> = read["verifications"]["nodes"]
        .as_array()
        .expect("verifications")
        .iter()
        .filter(|verification| verification["state"] == "OPEN")
        .collect();
    assert_eq!(open.len(), 1, "{read}");
    let verification = open[0]["id"].as_str().expect("an identifier").to_owned();
    server.set_clock("2018-11-06T16:00:00+08:00").await;
    case.investigate(&verification, "2018-11-06").await;
    case.report(&verification, farm("14400.00", "4800.00")).await;
    assert_eq!(case.state().await, "VERIFIED");
}
