//! What each rule refuses: with its code, nothing written, the refusal audited.

use super::steps::*;
use serde_json::{Value, json};
use tests::support::{Backend, Server, on_both};

on_both!(
    what_is_not_yours_is_not_there,
    a_stale_version_and_a_reused_key_are_refused,
    the_clock_may_not_stand_before_the_case,
    a_home_visit_needs_two_investigators,
    who_investigated_may_not_approve,
    consent_supplement_and_panel_rules_refuse,
    an_appraisal_without_two_thirds_or_signatures_is_not_valid
);

async fn refusals(server: &Server, code: &str) -> usize {
    let query = "query A($code: [String!]) { auditEvents(first: 100, filter: { code: $code, outcome: [REFUSED] }) { nodes { action code } } }";
    let answer = server.client("aud").await.gql(query, json!({ "code": [code] })).await;
    answer.body["data"]["auditEvents"]["nodes"].as_array().unwrap_or_else(|| panic!("{}", answer.body)).len()
}

async fn what_is_not_yours_is_not_there(backend: Backend) {
    let server = Server::start(backend).await;
    server.set_clock("2018-10-19T09:00:00+08:00").await;
    let case = file(&server, &RURAL, FAMILY_OF_AT_01, "2018-10-19").await;
    let read = "query R($id: ID!) { node(id: $id) { id } }";
    for user in ["vw_201", "tw_104", "tu_edu", "da_edu"] {
        let answer = server.client(user).await.gql(read, json!({ "id": case.id })).await;
        assert_eq!(answer.body["data"]["node"], Value::Null, "{user} sees it: {}", answer.body);
    }
    let input = case.input(json!({})).await;
    let code = refused(&server.client("tw_104").await, "applicationAccept", input, "application { id }").await;
    assert_eq!(code, "NOT_FOUND");
    let mut absent = case.input(json!({})).await;
    absent["applicationId"] = json!("QXBwbGljYXRpb246MDE5YTAwMDAtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAw");
    let code = refused(&server.client("tw").await, "applicationAccept", absent, "application { id }").await;
    assert_eq!(code, "NOT_FOUND", "absent and foreign are one");
    assert_eq!(case.state().await, "TOWN_PENDING");
    assert!(refusals(&server, "NOT_FOUND").await >= 1, "a refusal left no audit event");
}

async fn a_stale_version_and_a_reused_key_are_refused(backend: Backend) {
    let server = Server::start(backend).await;
    server.set_clock("2018-10-22T09:00:00+08:00").await;
    let case = file(&server, &RURAL, FAMILY_OF_AT_01, "2018-10-19").await;
    let window = server.client("tw").await;
    let mut stale = case.input(json!({})).await;
    stale["expectedVersion"] = json!(1);
    assert_eq!(refused(&window, "applicationAccept", stale, "application { id }").await, "STALE_VERSION");
    let input = case.input(json!({})).await;
    let first = done(&window, "applicationAccept", input.clone(), "application { id version state }").await;
    let again = done(&window, "applicationAccept", input.clone(), "application { id version state }").await;
    assert_eq!(first, again, "the same key and input answer the same");
    let mut other = input;
    other["expectedVersion"] = json!(77);
    assert_eq!(refused(&window, "applicationAccept", other, "application { id }").await, "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(refusals(&server, "STALE_VERSION").await, 1);
    assert_eq!(refusals(&server, "IDEMPOTENCY_KEY_REUSED").await, 1);
}

async fn the_clock_may_not_stand_before_the_case(backend: Backend) {
    let server = Server::start(backend).await;
    server.set_clock("2018-10-22T09:00:00+08:00").await;
    let case = file(&server, &RURAL, FAMILY_OF_AT_01, "2018-10-19").await;
    server.set_clock("2018-10-20T09:00:00+08:00").await;
    assert_eq!(case.step_refused("tw", "applicationAccept", json!({})).await, "CLOCK_BEHIND_CASE");
}

async fn a_home_visit_needs_two_investigators(backend: Backend) {
    let server = Server::start(backend).await;
    server.set_clock("2018-10-22T09:00:00+08:00").await;
    let case = file(&server, &RURAL, FAMILY_OF_AT_01, "2018-10-19").await;
    case.step("tw", "applicationAccept", json!({})).await;
    let verification = case.start_verification().await;
    let investigator = server.client("tv").await;
    let (tv, fin) = (server.user_id("tv").await, server.user_id("fin").await);
    let visit = |investigators: Value| {
        json!({
            "idempotencyKey": key(), "verificationId": verification, "heldOn": "2018-10-22", "facts": "入户",
            "investigatorIds": investigators, "familySignerId": case.members[0],
        })
    };
    let selection = "verification { id }";
    for (investigators, code) in [
        (json!([tv]), "TWO_INVESTIGATORS_REQUIRED"),
        (json!([tv, tv]), "TWO_INVESTIGATORS_REQUIRED"),
        (json!([tv, fin]), "NOT_AN_INVESTIGATOR"),
    ] {
        assert_eq!(refused(&investigator, "homeVisitRecord", visit(investigators), selection).await, code);
    }
}

async fn who_investigated_may_not_approve(backend: Backend) {
    let server = Server::start(backend).await;
    let case = up_to_report(&server).await;
    server.grant("tv", "TU", "TU_SOCIAL", "TOWN", "500118107").await;
    server.set_clock("2018-11-02T15:00:00+08:00").await;
    case.appraise("2018-11-02").await;
    let input = case.input(json!({ "outcome": "GRANT" })).await;
    let investigator = server.client_as("tv", "TU").await;
    let code = refused(&investigator, "preliminaryOpinionGive", input, "application { id }").await;
    assert_eq!(code, "SEPARATION_OF_DUTIES");
}

async fn consent_supplement_and_panel_rules_refuse(backend: Backend) {
    let server = Server::start(backend).await;
    server.set_clock("2018-10-22T09:00:00+08:00").await;
    let case = file(&server, &RURAL, FAMILY_OF_AT_01, "2018-10-19").await;
    let items = json!({ "items": [{ "kind": "INCOME_STATEMENT", "name": "收入申报" }, { "kind": "PROPERTY_SHEET", "name": "财产申报表" }] });
    let proof = json!({ "items": [{ "kind": "DIBAO_PROOF", "name": "低保证明" }] });
    assert_eq!(case.step_refused("tw", "applicationSupplementRequest", proof).await, "NO_PROOF_OF_KNOWN");
    case.step("tw", "applicationSupplementRequest", items.clone()).await;
    assert_eq!(case.step_refused("tw", "applicationSupplementRequest", items).await, "SUPPLEMENT_ALREADY_REQUESTED");
    assert_eq!(case.step_refused("tw", "applicationAccept", json!({})).await, "MATERIALS_INCOMPLETE");
    case.step("tw", "materialReceive", json!({ "kinds": ["INCOME_STATEMENT", "PROPERTY_SHEET"] })).await;
    case.step("tw", "applicationAccept", json!({})).await;
    let early = case.input(json!({})).await;
    assert_eq!(refused(&server.client("tu_social").await, "noticePost", early, "notice { id }").await, "WRONG_STATE");
}

async fn an_appraisal_without_two_thirds_or_signatures_is_not_valid(backend: Backend) {
    let server = Server::start(backend).await;
    let case = up_to_report(&server).await;
    server.set_clock("2018-11-02T15:00:00+08:00").await;
    let unit = server.client("tu_social").await;
    for (representatives, signed, code) in [
        (5, true, "PANEL_TOO_FEW_REPRESENTATIVES"),
        (6, false, "APPRAISAL_NOT_SIGNED"),
        (10, true, "PANEL_COUNTS_WRONG"),
    ] {
        let input = case
            .input(json!({
                "heldOn": "2018-11-02", "panelCount": 9, "representativeCount": representatives, "agreeCount": 9,
                "againstCount": 0, "signed": signed, "disputed": false,
            }))
            .await;
        assert_eq!(refused(&unit, "appraisalRecord", input, "appraisal { id }").await, code);
    }
}
