//! What `availableActions` says of a case is what its mutations do: for every role, in every state reached.

use super::{at_01::commitments, intake::relate, stages::*, steps::*};
use crate::access::{holders::actor, world::World};
use policies::Level;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tests::support::{Backend, Client, Server, on_both};

on_both!(
    every_role_is_told_in_every_state_what_its_mutations_would_answer,
    who_must_step_back_is_told_so,
    a_clock_behind_the_case_is_told,
    a_list_of_cases_takes_as_many_statements_as_one,
    what_is_not_in_the_schema_or_not_ones_own_is_not_told,
);

/// One user of each role that meets a case, and some to whom it is foreign.
const USERS: [&str; 14] = [
    "vw",
    "vw_201",
    "tw",
    "tw_104",
    "tv",
    "tu_social",
    "tu_edu",
    "tr_social",
    "tl",
    "du_civil",
    "da_civil",
    "da_edu",
    "fin",
    "aud",
];

const ACTIONS: &str = "query A($id: ID!) { node(id: $id) { ... on Application { version programme \
    verifications(last: 1) { nodes { id version } } availableActions { name allowed code message } } } }";
/// For those who may not see verifications.
const ACTIONS_ALONE: &str = "query A($id: ID!) { node(id: $id) { ... on Application { version programme \
    availableActions { name allowed code message } } } }";

/// One action as it was told.
#[derive(Debug)]
struct Told {
    name: String,
    code: Option<String>,
    message: Option<String>,
}

/// What a user is told of a case; `None` when the case is not there for the user.
async fn told(client: &Client, id: &str) -> Option<Vec<Told>> {
    let answer = client.ok(ACTIONS_ALONE, json!({ "id": id })).await;
    let actions = answer["node"]["availableActions"].as_array()?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let told = actions.iter().map(|action| {
        let told = Told {
            name: text(&action["name"]).expect("a name"),
            code: text(&action["code"]),
            message: text(&action["message"]),
        };
        let allowed = action["allowed"].as_bool().expect("a truth value");
        assert!(allowed == told.code.is_none() && allowed == told.message.is_none(), "{action}");
        told
    });
    Some(told.collect())
}

/// Names of the caller's mutations whose input names a case, its verification or its transfer.
async fn mutations_on_cases(client: &Client) -> BTreeSet<String> {
    let query = "{ __schema { mutationType { fields { name args { type { ofType { inputFields { name } } } } } } } }";
    let answer = client.ok(query, json!({})).await;
    let fields = answer["__schema"]["mutationType"]["fields"].as_array().cloned().unwrap_or_default();
    let of_case = |field: &&Value| {
        let inputs = field["args"][0]["type"]["ofType"]["inputFields"].as_array().cloned().unwrap_or_default();
        inputs.iter().any(|input| {
            ["applicationId", "verificationId", "transferId"].contains(&input["name"].as_str().unwrap_or_default())
        })
    };
    let named = fields.iter().filter(of_case).map(|field| field["name"].as_str().expect("a name").to_owned());
    named.filter(|name| !OF_OTHER_PROGRAMMES.iter().any(|module| name.starts_with(module))).collect()
}

/// Modules whose mutations are never about a dibao case.
const OF_OTHER_PROGRAMMES: [&str; 2] = ["temporary", "education"];

/// Carries out one action with input that nothing is wrong with; answers the code and message of its refusal.
async fn perform(case: &Case<'_>, client: &Client, name: &str) -> Option<(String, String)> {
    let (mut input, selection) = input_of(case, name).await;
    input["idempotencyKey"] = json!(key());
    let payload = call(client, name, input, selection).await;
    let error = payload["userErrors"].get(0)?;
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    Some((text(&error["code"]), text(&error["message"])))
}

async fn input_of(case: &Case<'_>, name: &str) -> (Value, &'static str) {
    let auditor = case.server.client("tu_social").await;
    let now = auditor.ok(ACTIONS, json!({ "id": case.id })).await["node"].clone();
    let today = case.server.client("tw").await.ok("{ me { today } }", json!({})).await["me"]["today"].clone();
    let of_case = |more: Value| {
        let mut input = json!({ "applicationId": case.id, "expectedVersion": now["version"] });
        for (name, value) in more.as_object().expect("an object") {
            input[name] = value.clone();
        }
        input
    };
    let verification = &now["verifications"]["nodes"][0];
    let absent = json!(platform::id::encode("Verification", &uuid::Uuid::nil().to_string()));
    let id = if verification.is_null() { &absent } else { &verification["id"] };
    let refusing = json!({ "outcome": "REFUSE", "reason": "不符合条件" });
    match name {
        "applicationSupplementRequest" => (
            of_case(json!({ "items": [{ "kind": "INCOME_STATEMENT", "name": "家庭收入申报表" }] })),
            "application { id }",
        ),
        "materialReceive" => (of_case(json!({ "kinds": ["INCOME_STATEMENT"] })), "application { id }"),
        "dibaoDetailsRecord" => (of_case(json!({ "details": { "areaType": "RURAL" } })), "application { id }"),
        "verificationStart" => (of_case(json!({})), "verification { id }"),
        "reverificationRequest" => {
            let joint = json!({
                "trigger": "PUBLIC_REPORT", "reason": "群众举报", "districtUnit": "DU_CIVIL", "townUnit": "TU_SOCIAL",
            });
            (of_case(joint), "verification { id }")
        }
        "homeVisitRecord" => {
            let investigators = [case.server.user_id("tv").await, case.server.user_id("tv2").await];
            let input =
                json!({ "verificationId": id, "heldOn": today, "facts": "住房一处", "investigatorIds": investigators });
            (input, "verification { id }")
        }
        "comparisonRecord" => {
            let input = json!({
                "verificationId": id, "heldOn": today, "source": "VEHICLE", "result": "MATCHED", "facts": "未发现车辆",
            });
            (input, "verification { id }")
        }
        "verificationReportIssue" => {
            let version = verification["version"].as_i64().unwrap_or(1);
            let input = json!({
                "verificationId": id, "expectedVersion": version, "conclusion": "DIFFICULT",
                "incomes": farm("1200.00", "0.00"), "assets": [], "flags": [], "incomeStable": true,
            });
            (input, "verificationReport { id }")
        }
        "appraisalRecord" => {
            let input = of_case(json!({
                "heldOn": today, "panelCount": 9, "representativeCount": 6, "agreeCount": 9, "againstCount": 0,
                "signed": true, "disputed": false,
            }));
            (input, "appraisal { id }")
        }
        "preliminaryOpinionGive" | "applicationTownReview" | "applicationDistrictReview" | "applicationTownDecide" => {
            (of_case(refusing), "application { id }")
        }
        "noticePost" => (of_case(json!({})), "notice { id }"),
        "dibaoApprove" => (of_case(json!({})), "decision { id }"),
        "dibaoReject" => (of_case(json!({ "reason": "不符合条件" })), "decision { id }"),
        "disbursementPost" => (settlement(case).await, "disbursementBatch { id }"),
        _ => (of_case(json!({})), "application { id }"),
    }
}

/// Pays one commitment of a case: one that is open, else one that is settled, else none at all.
async fn settlement(case: &Case<'_>) -> Value {
    let entries = commitments(case.server, case).await;
    let line = match entries.first() {
        Some(entry) => {
            json!({ "commitmentId": entry["id"], "programme": "DIBAO", "item": entry["item"], "amount": entry["amount"] })
        }
        None => json!({ "programme": "DIBAO", "item": "BASE", "amount": "1.00" }),
    };
    json!({ "channel": "FC-DIBAO", "month": "2018-11", "lines": [line] })
}

/// Settling is about commitments, and names no case.
const BY_COMMITMENT: &str = "disbursementPost";

/// These name the case by its verification.
const OF_VERIFICATIONS: [&str; 3] = ["homeVisitRecord", "comparisonRecord", "verificationReportIssue"];

/// These name the case by its transfer.
const OF_TRANSFERS: [&str; 3] = ["transferReceive", "transferFeedBack", "transferInform"];

async fn every_role_is_told_in_every_state_what_its_mutations_would_answer(backend: Backend) {
    let server = Server::start(backend).await;
    let (mut allowed, mut refused) = (BTreeSet::new(), BTreeSet::new());
    for stage in Stage::ALL {
        let case = reach(&server, stage).await;
        for user in USERS {
            let client = server.client(user).await;
            let Some(told) = told(&client, &case.id).await else {
                assert!(matches!(user, "vw_201" | "tw_104" | "tu_edu" | "da_edu"), "{stage:?}: {user} sees nothing");
                continue;
            };
            let names: BTreeSet<_> = told.iter().map(|action| action.name.clone()).collect();
            let expected = mutations_on_cases(&client).await;
            let beside: Vec<_> = names.symmetric_difference(&expected).filter(|name| *name != BY_COMMITMENT).collect();
            assert!(beside.is_empty(), "{stage:?}: {user}: {beside:?}");
            for action in told {
                let place = format!("{stage:?}: {user}: {}", action.name);
                match (action.code, action.message) {
                    (Some(code), Some(message)) => {
                        refused.insert(code.clone());
                        if OF_VERIFICATIONS.contains(&action.name.as_str()) && stage < Stage::AcceptedBesideAnother {
                            assert_eq!(code, "WRONG_STATE", "{place}: no verification could be named");
                            continue;
                        }
                        if OF_TRANSFERS.contains(&action.name.as_str()) {
                            assert_eq!(code, "WRONG_STATE", "{place}: no dibao case has a transfer to name");
                            continue;
                        }
                        let before = case.version().await;
                        let answer = perform(&case, &client, &action.name).await;
                        assert_eq!(answer, Some((code, message)), "{place}");
                        assert_eq!(case.version().await, before, "{place} was refused and changed the case");
                    }
                    _ => {
                        // What is done changes the case, so each is done on one of its own.
                        let other = reach(&server, stage).await;
                        assert_eq!(perform(&other, &client, &action.name).await, None, "{place}");
                        allowed.insert(action.name);
                    }
                }
            }
        }
    }
    let missed: Vec<_> = ALLOWED_SOMEWHERE.iter().filter(|name| !allowed.contains(**name)).collect();
    assert!(missed.is_empty(), "never allowed: {missed:?}");
    let missed: Vec<_> = REFUSED_SOMEWHERE.iter().filter(|code| !refused.contains(**code)).collect();
    assert!(missed.is_empty(), "never refused: {missed:?}; was: {refused:?}");
}

const ALLOWED_SOMEWHERE: [&str; 20] = [
    "applicationPush",
    "materialReceive",
    "dibaoDetailsRecord",
    "applicationSupplementRequest",
    "applicationAccept",
    "verificationStart",
    "reverificationRequest",
    "homeVisitRecord",
    "comparisonRecord",
    "verificationReportIssue",
    "appraisalRecord",
    "preliminaryOpinionGive",
    "noticePost",
    "applicationTownReview",
    "applicationForward",
    "applicationDistrictReview",
    "dibaoApprove",
    "dibaoReject",
    "disbursementPost",
    "applicationPush",
];

const REFUSED_SOMEWHERE: [&str; 14] = [
    "WRONG_STATE",
    "MATERIALS_INCOMPLETE",
    "SUPPLEMENT_ALREADY_REQUESTED",
    "CONSENT_MISSING",
    "HOME_VISIT_MISSING",
    "COMPARISON_MISSING",
    "DETAILS_MISSING",
    "NOTICE_PERIOD_NOT_ELAPSED",
    "NOT_AUTHORISED_LEVEL",
    "NOT_ELIGIBLE",
    "COMMITMENT_MISSING",
    "COMMITMENT_SETTLED",
    "VERIFICATION_OPEN",
    "NO_RECOGNISED_REPORT",
];

async fn who_must_step_back_is_told_so(backend: Backend) {
    let server = Server::start(backend).await;
    // A member of the family may not investigate it.
    let case = reach(&server, Stage::Investigated).await;
    relate(&server, "tv2", &json!(case.members[0])).await;
    let related = server.client("tv2").await;
    let codes = codes_of(&related, &case).await;
    for name in ["comparisonRecord", "verificationReportIssue"] {
        assert!(codes.contains(&(name.to_owned(), "RECUSAL_REQUIRED".to_owned())), "{codes:?}");
        let (code, _) = perform(&case, &related, name).await.expect("a refusal");
        assert_eq!(code, "RECUSAL_REQUIRED", "{name}");
    }
    // Who investigated gives no opinion, whatever other post is held.
    let mut cases = Vec::new();
    for stage in [Stage::Appraised, Stage::DistrictReview] {
        cases.push(reach(&server, stage).await);
    }
    server.grant("tv", "TU", "TU_SOCIAL", "TOWN", "500118107").await;
    server.grant("tv", "DA", "DU_CIVIL", "DISTRICT", "500118").await;
    for (case, role, name) in [
        (&cases[0], "TU", "preliminaryOpinionGive"),
        (&cases[1], "DA", "dibaoApprove"),
        (&cases[1], "DA", "dibaoReject"),
    ] {
        let client = server.client_as("tv", role).await;
        let codes = codes_of(&client, case).await;
        assert!(codes.contains(&(name.to_owned(), "SEPARATION_OF_DUTIES".to_owned())), "{codes:?}");
        let (code, _) = perform(case, &client, name).await.expect("a refusal");
        assert_eq!(code, "SEPARATION_OF_DUTIES", "{name}");
    }
}

async fn codes_of(client: &Client, case: &Case<'_>) -> BTreeSet<(String, String)> {
    let told = told(client, &case.id).await.expect("the case");
    told.into_iter().filter_map(|action| Some((action.name, action.code?))).collect()
}

async fn a_clock_behind_the_case_is_told(backend: Backend) {
    let server = Server::start(backend).await;
    let case = reach(&server, Stage::Pending).await;
    server.set_clock("2018-10-18T09:00:00+08:00").await;
    let window = server.client("tw").await;
    for action in told(&window, &case.id).await.expect("the case") {
        assert_eq!(action.code.as_deref(), Some("CLOCK_BEHIND_CASE"), "{action:?}");
        if OF_TRANSFERS.contains(&action.name.as_str()) {
            continue;
        }
        let answer = perform(&case, &window, &action.name).await;
        assert_eq!(answer, action.code.zip(action.message), "{}", action.name);
    }
}

async fn a_list_of_cases_takes_as_many_statements_as_one(backend: Backend) {
    let server = Server::start(backend).await;
    let world = World::over(&server.running.platform, backend);
    let unit = actor("TU", "TU_SOCIAL", Level::Town);
    let count = async |stages: &[Stage]| {
        let mut ids = Vec::new();
        for stage in stages {
            ids.push(reach(&server, *stage).await.id);
        }
        let query = "query N($ids: [ID!]!) { nodes(ids: $ids) { ... on Application { availableActions { name } } } }";
        let answer = world.answer(Some(&unit), query, json!({ "ids": ids })).await;
        assert!(answer.errors.is_empty(), "{:?}", answer.errors);
        answer.sql_count
    };
    let one = count(&[Stage::Appraised]).await;
    let three = count(&[Stage::Appraised, Stage::Appraised, Stage::Appraised]).await;
    assert_eq!(one, three);
    let all = count(&Stage::ALL).await;
    assert!(all <= 20, "{all} statements for cases in every state");
}

async fn what_is_not_in_the_schema_or_not_ones_own_is_not_told(backend: Backend) {
    let server = Server::start(backend).await;
    let case = reach(&server, Stage::Pending).await;
    for foreign in ["vw_201", "tw_104", "tu_edu", "da_edu"] {
        assert!(told(&server.client(foreign).await, &case.id).await.is_none(), "{foreign}");
    }
    let auditor = told(&server.client("aud").await, &case.id).await.expect("an auditor sees every case");
    assert!(auditor.is_empty(), "who may do nothing is told nothing: {auditor:?}");
    let window = told(&server.client("tw").await, &case.id).await.expect("the case");
    assert!(window.iter().all(|action| !action.name.starts_with("dibaoApprove")), "{window:?}");
}
