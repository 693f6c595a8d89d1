//! AT-09: one list of what is missing, and no proof of what the platform knows.

use super::{at_26::enrol, schooling::*, steps::*};
use serde_json::{Value, json};
use tests::support::{Backend, Server, on_both};

on_both!(
    at_09_what_is_missing_is_asked_for_once_and_then_it_is_accepted,
    at_09_a_dibao_member_is_aided_at_school_without_a_certificate,
    at_09_nobody_may_demand_a_proof_of_what_the_platform_knows,
    at_09_who_is_on_no_record_is_not_asked_for_a_certificate_either
);

/// State of each material of a case's request, as the town window sees it.
async fn materials(case: &Case<'_>) -> Value {
    let read = case.read("tw", "request { materials { nodes { kind state providedOn } } }").await;
    let mut listed = read["request"]["materials"]["nodes"].as_array().expect("materials").clone();
    listed.sort_by_key(|material| material["kind"].to_string());
    json!(listed)
}

fn material(kind: &str, state: &str, on: Option<&str>) -> Value {
    json!({ "kind": kind, "state": state, "providedOn": on })
}

async fn at_09_what_is_missing_is_asked_for_once_and_then_it_is_accepted(backend: Backend) {
    let server = Server::start(backend).await;
    server.set_clock("2018-10-19T09:00:00+08:00").await;
    let (household, members) = family(&server, &RURAL, FAMILY_OF_AT_01, "2018-10-19").await;
    let mut input = request_input(&household, &members[0]);
    for missing in [3, 4] {
        input["materials"][missing]["present"] = json!(false);
    }
    let window = server.client("vw").await;
    let filed = done(&window, "requestSubmit", input, "request { applications { nodes { id } } }").await;
    let id = filed["request"]["applications"]["nodes"][0]["id"].as_str().expect("a case").to_owned();
    let case = Case { server: &server, household, members, id };
    case.step("vw", "applicationPush", json!({})).await;

    let item = |kind: &str, name: &str| json!({ "kind": kind, "name": name });
    let both = [item("INCOME_STATEMENT", "家庭收入申报表"), item("PROPERTY_STATEMENT", "家庭财产申报表")];
    case.step("tw", "applicationSupplementRequest", json!({ "items": both })).await;
    let list = "supplementList { complete items { kind arrived } }";
    let told = case.read("tw", list).await["supplementList"].clone();
    assert_eq!((&told["complete"], told["items"].as_array().map(Vec::len)), (&json!(false), Some(2)), "{told}");
    let third = json!({ "items": [item("MARRIAGE_CERTIFICATE", "结婚证")] });
    assert_eq!(case.step_refused("tw", "applicationSupplementRequest", third).await, "SUPPLEMENT_ALREADY_REQUESTED");

    let kinds = json!({ "kinds": ["INCOME_STATEMENT", "PROPERTY_STATEMENT"] });
    case.step("tw", "materialReceive", kinds).await;
    case.step("tw", "applicationAccept", json!({})).await;
    let notice = case.read("tw", "acceptanceReceipt { acceptedOn dueOn }").await["acceptanceReceipt"].clone();
    assert_eq!(notice, json!({ "acceptedOn": "2018-10-19", "dueOn": "2018-11-18" }));
}

/// The family of AT-01, on dibao since 2018-11-20, asks for aid at school for its daughter on the next day.
async fn daughter_of_a_dibao_family(server: &Server) -> Case<'_> {
    let dibao = up_to_district(server).await;
    dibao.approve().await;
    server.set_clock("2018-11-21T09:00:00+08:00").await;
    file_for(server, &(dibao.household, dibao.members), &[2]).await.remove(0)
}

async fn at_09_a_dibao_member_is_aided_at_school_without_a_certificate(backend: Backend) {
    let server = Server::start(backend).await;
    let case = daughter_of_a_dibao_family(&server).await;
    let listed = json!([
        material("APPLICATION_FORM", "PRESENT", Some("2018-11-21")),
        material("ENROLMENT", "PRESENT", Some("2018-11-21")),
        material("HARDSHIP_PROOF", "FROM_DATABASE", None),
    ]);
    assert_eq!(materials(&case).await, listed);
    up_to_review(&case, junior_boarder(), "2018-11-21").await;
    let transfer = send(&case, "SCH_SCHOOL").await;
    answer(&case, "sch", "transferReceive", &transfer, json!({})).await;
    let query = "query P($input: EducationPreviewInput!) { educationPreview(input: $input) { assessment { rules { code explanation } } } }";
    let school = server.client("sch").await;
    let shown = school.ok(query, json!({ "input": { "applicationId": case.id } })).await;
    let rules = shown["educationPreview"]["assessment"]["rules"].as_array().expect("rules").clone();
    let identity = rules.iter().find(|rule| rule["code"] == "IDENTITY_ON_RECORD").expect("the rule");
    // Her mother holds a certificate of disability, which alone would do.
    let said = "on record as CHILD_OF_DISABLED_POOR, DIBAO; items without an identity they need: -";
    assert_eq!(identity["explanation"], said);
    let decision = decide(&case, "sch", json!({ "outcome": "GRANT" })).await;
    assert_eq!((&decision["amount"], &decision["startMonth"]), (&json!("1250.00"), &json!("2018-11")));
}

async fn at_09_nobody_may_demand_a_proof_of_what_the_platform_knows(backend: Backend) {
    let server = Server::start(backend).await;
    let case = daughter_of_a_dibao_family(&server).await;
    let before = materials(&case).await;
    let item = |kind: &str, name: &str| json!({ "kind": kind, "name": name });
    let photo = item("PHOTO", "近期照片");
    for demanded in [
        item("DIBAO_PROOF", "低保证明"),
        item("DIBAO_PROOF", "请补交"),
        item("OTHER", "最低生活保障证复印件"),
        item("ENROLMENT", "学籍及村委会开具的低 保 证明"),
        item("HARDSHIP_PROOF", "家庭情况"),
        item("OTHER", "家庭困难证明"),
    ] {
        let list = json!({ "items": [photo, demanded] });
        let code = case.step_refused("tw", "applicationSupplementRequest", list).await;
        assert_eq!(code, "NO_PROOF_OF_KNOWN", "{demanded}");
    }
    assert_eq!(materials(&case).await, before, "a refused list left something behind");
    assert_eq!(case.state().await, "TOWN_PENDING");
    // At the window, too, and the family is told why in its language.
    let missing = |kind: &str| {
        json!({
            "idempotencyKey": key(), "householdId": case.household, "applicantId": case.members[0],
            "programmes": ["EDUCATION"], "subjects": [{ "programme": "EDUCATION", "personId": case.members[2] }],
            "need": "子女上学困难", "materials": [{ "kind": kind, "name": "低保证", "present": false }],
        })
    };
    let window = server.client("vw").await;
    for kind in ["DIBAO_PROOF", "HARDSHIP_PROOF", "ENROLMENT"] {
        let refused = call(&window, "requestSubmit", missing(kind), "request { id }").await;
        let error = &refused["userErrors"][0];
        assert_eq!((&error["code"], &error["field"]), (&json!("NO_PROOF_OF_KNOWN"), &json!(["input", "materials"])));
        let message = error["message"].as_str().expect("a message");
        assert!(message.contains("低保证"), "{message}");
    }
    case.step("tw", "applicationSupplementRequest", json!({ "items": [photo] })).await;
}

async fn at_09_who_is_on_no_record_is_not_asked_for_a_certificate_either(backend: Backend) {
    let server = Server::start(backend).await;
    server.set_clock("2018-10-19T09:00:00+08:00").await;
    let family = family(&server, &RURAL, FAMILY_OF_AT_01, "2018-10-19").await;
    let case = file_for(&server, &family, &[2]).await.remove(0);
    let own = json!([
        material("APPLICATION_FORM", "PRESENT", Some("2018-10-19")),
        material("ENROLMENT", "PRESENT", Some("2018-10-19")),
    ]);
    assert_eq!(materials(&case).await, own);
    let proof = json!({ "items": [{ "kind": "JIANKA_PROOF", "name": "扶贫手册" }] });
    assert_eq!(case.step_refused("tw", "applicationSupplementRequest", proof).await, "NO_PROOF_OF_KNOWN");
    case.step("tw", "applicationAccept", json!({})).await;
    // Once the family is on another programme's roll, the same request finds it there.
    enrol(&server, &family.0, "JIANKA", "BASE").await;
    let later = file_for(&server, &family, &[2]).await.remove(0);
    let found = materials(&later).await;
    assert_eq!(found[2], material("HARDSHIP_PROOF", "FROM_DATABASE", None), "{found}");
}
