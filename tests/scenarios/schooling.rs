//! The steps of an education case as its people take them.

use super::steps::*;
use serde_json::{Value, json};
use tests::support::Server;

/// Files for education for some of a family's members at the village window and pushes; a case for each of them.
pub async fn file_for<'s>(server: &'s Server, family: &(String, Vec<String>), pupils: &[usize]) -> Vec<Case<'s>> {
    let (household, members) = family;
    let window = server.client("vw").await;
    let subjects: Vec<_> =
        pupils.iter().map(|pupil| json!({ "programme": "EDUCATION", "personId": members[*pupil] })).collect();
    let input = json!({
        "idempotencyKey": key(), "householdId": household, "applicantId": members[0], "programmes": ["EDUCATION"],
        "subjects": subjects, "need": "子女上学困难",
        "materials": [
            { "kind": "APPLICATION_FORM", "name": "教育救助申请书", "present": true },
            { "kind": "ENROLMENT", "name": "学籍或在读材料", "present": true },
        ],
    });
    let selection = "request { applications { nodes { id subjects { nodes { person { id } } } } } }";
    let payload = done(&window, "requestSubmit", input, selection).await;
    let nodes = payload["request"]["applications"]["nodes"].as_array().expect("cases").clone();
    assert_eq!(nodes.len(), pupils.len());
    let mut cases = Vec::new();
    for pupil in pupils {
        let of_pupil = |node: &&Value| node["subjects"]["nodes"][0]["person"]["id"] == json!(members[*pupil]);
        let node = nodes.iter().find(of_pupil).expect("the pupil's case");
        assert_eq!(node["subjects"]["nodes"].as_array().expect("subjects").len(), 1);
        let id = node["id"].as_str().expect("an id").to_owned();
        let case = Case { server, household: household.clone(), members: members.clone(), id };
        case.step("vw", "applicationPush", json!({})).await;
        cases.push(case);
    }
    cases
}

/// The details of a junior boarder for both terms of 2018-2019.
pub fn junior_boarder() -> Value {
    json!({
        "stage": "JUNIOR", "schoolName": "松溉中学", "enrolmentNo": "G500383200409060247", "boarder": true,
        "schoolYear": "2018-2019", "terms": ["AUTUMN", "SPRING"], "items": ["BOARDER"],
    })
}

/// Sends a case to a school; answers the transfer.
pub async fn send(case: &Case<'_>, school: &str) -> Value {
    let input = case.input(json!({ "toUnit": school, "proposedChannel": "FC-STUDENT" })).await;
    done(&case.server.client("tu_edu").await, "transferSend", input, TRANSFER).await["transfer"].clone()
}

/// What the tests read of a transfer.
pub const TRANSFER: &str = "transfer { id version state fromUnit toUnit level sentOn receiveDueOn feedbackDueOn dueOn overdue receivedOn result feedback competentUnit fedBackOn informedOn }";

/// A step on a transfer that must succeed; answers the transfer.
pub async fn answer(case: &Case<'_>, user: &str, mutation: &str, transfer: &Value, more: Value) -> Value {
    let input = transfer_input(transfer, more);
    done(&case.server.client(user).await, mutation, input, TRANSFER).await["transfer"].clone()
}

/// Input of a step on a transfer as it was last seen.
pub fn transfer_input(transfer: &Value, more: Value) -> Value {
    let mut input =
        json!({ "idempotencyKey": key(), "transferId": transfer["id"], "expectedVersion": transfer["version"] });
    for (name, value) in more.as_object().expect("an object") {
        input[name] = value.clone();
    }
    input
}

/// The school's decision; answers it.
pub async fn decide(case: &Case<'_>, school: &str, more: Value) -> Value {
    let input = school_input(case, school, more).await;
    let selection = "decision { id level unit outcome amount startMonth reason }";
    done(&case.server.client(school).await, "educationDecisionRecord", input, selection).await["decision"].clone()
}

/// Input of the school's step on a case, at the version the school sees.
pub async fn school_input(case: &Case<'_>, school: &str, more: Value) -> Value {
    let version = case.read(school, "version").await["version"].clone();
    let mut input = json!({ "idempotencyKey": key(), "applicationId": case.id, "expectedVersion": version });
    for (name, value) in more.as_object().expect("an object") {
        input[name] = value.clone();
    }
    input
}

/// Accepts, verifies with no income, records the details and has the education centre confirm; ready to be sent.
pub async fn up_to_review(case: &Case<'_>, details: Value, on: &str) {
    case.step("tw", "applicationAccept", json!({})).await;
    case.step("tw", "educationDetailsRecord", json!({ "details": details })).await;
    if case.state().await == "ACCEPTED" {
        let verification = case.start_verification().await;
        case.investigate(&verification, on).await;
        case.report(&verification, json!([])).await;
    }
    case.step("tr_edu", "applicationTownReview", json!({ "outcome": "GRANT" })).await;
}
