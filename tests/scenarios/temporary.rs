//! The steps of a temporary-assistance case, on from those that every case takes.

use super::steps::*;
use serde_json::{Value, json};
use tests::support::Server;

/// Files for temporary aid at the village window and pushes.
pub async fn ask_for_aid<'s>(server: &'s Server, place: &Place, household: &str, members: &[String]) -> Case<'s> {
    let window = server.client(place.window).await;
    let input = json!({
        "idempotencyKey": key(), "householdId": household, "applicantId": members[0], "programmes": ["TEMPORARY"],
        "need": "家庭突遭变故，申请临时救助",
        "materials": [
            { "kind": "APPLICATION_FORM", "name": "临时救助申请书", "present": true },
            { "kind": "ID_COPY", "name": "居民身份证复印件", "present": true },
            { "kind": "HUKOU_COPY", "name": "户口簿复印件", "present": true },
            { "kind": "HARDSHIP_EVIDENCE", "name": "困难事由及支出凭证", "present": true },
        ],
    });
    let selection = "request { applications { nodes { id } } }";
    let payload = done(&window, "requestSubmit", input, selection).await;
    let id = payload["request"]["applications"]["nodes"][0]["id"].as_str().expect("a case").to_owned();
    let case = Case { server, household: household.to_owned(), members: members.to_vec(), id };
    case.step(place.window, "applicationPush", json!({})).await;
    case
}

/// Accepts, records the details, and verifies unless a report serves already.
pub async fn verify(case: &Case<'_>, details: Value, on: &str, incomes: Value) {
    case.step("tw", "applicationAccept", json!({})).await;
    case.step("tw", "temporaryDetailsRecord", json!({ "details": details })).await;
    if case.state().await == "ACCEPTED" {
        let verification = case.start_verification().await;
        case.investigate(&verification, on).await;
        case.report(&verification, incomes).await;
    }
}

/// Opinion of the handler and the notice, on the day the clock stands at.
pub async fn propose(case: &Case<'_>) -> Value {
    case.step("tu_social", "preliminaryOpinionGive", json!({ "outcome": "GRANT" })).await;
    case.post_notice().await
}

/// A case of a new family without other aid, filed on Monday 2018-11-05 and posted on the same day.
pub async fn posted<'s>(server: &'s Server, family: &(String, Vec<String>), details: Value) -> Case<'s> {
    server.set_clock("2018-11-05T09:00:00+08:00").await;
    let case = ask_for_aid(server, &RURAL, &family.0, &family.1).await;
    verify(&case, details, "2018-11-05", farm("14400.00", "4800.00")).await;
    propose(&case).await;
    case
}

/// The same, reviewed by the head of the office on Tuesday 2018-11-13.
pub async fn reviewed<'s>(server: &'s Server, family: &(String, Vec<String>), details: Value) -> Case<'s> {
    let case = posted(server, family, details).await;
    server.set_clock("2018-11-13T09:00:00+08:00").await;
    case.step("tr_social", "applicationTownReview", json!({ "outcome": "GRANT" })).await;
    case
}

/// The family of AT-01.
pub async fn the_family(server: &Server) -> (String, Vec<String>) {
    server.set_clock("2018-11-05T08:00:00+08:00").await;
    family(server, &RURAL, FAMILY_OF_AT_01, "2018-11-05").await
}

/// A fire with its loss, in yuan.
pub fn fire(on: &str, loss: &str) -> Value {
    json!({ "kind": "EMERGENCY", "cause": "FIRE", "causeDate": on, "claimedAmount": loss })
}

/// A major illness of a member with what is left to pay, in yuan.
pub fn illness(patient: &str, out_of_pocket: &str) -> Value {
    json!({
        "kind": "EXPENDITURE", "cause": "MAJOR_ILLNESS", "causeDate": "2018-09-03", "causeName": "尿毒症",
        "personId": patient, "outOfPocket": out_of_pocket,
    })
}

/// What the handler is shown.
pub async fn preview(case: &Case<'_>) -> Value {
    let query = "query P($input: TemporaryPreviewInput!) { temporaryPreview(input: $input) { \
                 decidingLevel grantedIn assessment { eligible total oneOff leastLevel lines { item amount formula payeeId } \
                 figures { name value } rules { code passed } once { personId matter period } } } }";
    let answer =
        case.server.client("tu_social").await.gql(query, json!({ "input": { "applicationId": case.id } })).await;
    assert!(answer.body["errors"].is_null(), "{}", answer.body);
    answer.body["data"]["temporaryPreview"].clone()
}

/// Decides for the town; the leader signs third.
pub async fn town_decides(case: &Case<'_>) {
    case.step("tl", "applicationTownDecide", json!({ "outcome": "GRANT" })).await;
}

/// Sends the case up and lets the district decide; answers the decision.
pub async fn district_decides(case: &Case<'_>) -> Value {
    case.step("tu_social", "applicationForward", json!({})).await;
    let input = case.input(json!({})).await;
    let selection = "decision { id outcome level amount startMonth reviewClass }";
    done(&case.server.client("da_civil").await, "temporaryApprove", input, selection).await["decision"].clone()
}

/// Item, channel and amount of what the case committed.
pub async fn committed(case: &Case<'_>) -> Vec<Value> {
    super::at_01::commitments(case.server, case).await
}

/// Pays what a case committed, in one batch of its channel; answers the batch.
pub async fn pay(case: &Case<'_>) -> Value {
    let entries = committed(case).await;
    let lines: Vec<_> = entries
        .iter()
        .map(|entry| {
            json!({
                "commitmentId": entry["id"], "programme": "TEMPORARY", "item": entry["item"], "amount": entry["amount"],
            })
        })
        .collect();
    let first = entries.first().expect("a commitment");
    let input = json!({
        "idempotencyKey": key(), "channel": first["channel"], "month": first["month"], "lines": lines,
    });
    let selection = "disbursementBatch { channel total lineCount }";
    done(&case.server.client("fin").await, "disbursementPost", input, selection).await["disbursementBatch"].clone()
}

/// Balance of a channel's account of temporary aid, as the payer sees it.
pub async fn balance(server: &Server, kind: &str, channel: &str) -> String {
    let query = "query B($kind: [AccountKind!], $channel: [String!]) { accounts(filter: { programme: [\"TEMPORARY\"], kind: $kind, channel: $channel }) { nodes { balance } } }";
    let answer = server.client("fin").await.gql(query, json!({ "kind": [kind], "channel": [channel] })).await;
    let nodes = &answer.body["data"]["accounts"]["nodes"];
    nodes[0]["balance"].as_str().unwrap_or_else(|| panic!("{}", answer.body)).to_owned()
}
