//! Fifty at once: one case, one decision, one commitment.

use super::{at_01::commitments, steps::*};
use futures_util::future::join_all;
use serde_json::json;
use tests::support::{Backend, Server, on_both};

on_both!(fifty_identical_submissions_make_one_case, fifty_approvals_of_one_case_make_one_decision_and_one_commitment);

async fn fifty_identical_submissions_make_one_case(backend: Backend) {
    let server = Server::start(backend).await;
    server.set_clock("2018-10-19T09:00:00+08:00").await;
    let (household, persons) = family(&server, &RURAL, FAMILY_OF_AT_01, "2018-10-19").await;
    let window = server.client("vw").await;
    let keyed = request_input(&household, &persons[0]);
    let calls = (0..50).map(|index| {
        let mut input = keyed.clone();
        // Half of them are retries of one call, half are other calls with the same content.
        if index % 2 == 1 {
            input["idempotencyKey"] = json!(key());
        }
        call(&window, "requestSubmit", input, "request { id }")
    });
    let answers = join_all(calls).await;
    let made: std::collections::BTreeSet<_> = answers
        .iter()
        .filter(|answer| answer["userErrors"] == json!([]))
        .map(|answer| answer["request"]["id"].to_string())
        .collect();
    assert_eq!(made.len(), 1, "{made:?}");
    for answer in answers.iter().filter(|answer| answer["userErrors"] != json!([])) {
        assert_eq!(answer["userErrors"][0]["code"], "DUPLICATE_ACTIVE_APPLICATION");
    }
    let cases = server.client("tw").await.gql("{ applications { nodes { id } } }", json!({})).await;
    assert_eq!(cases.body["data"]["applications"]["nodes"].as_array().map(Vec::len), Some(1));
}

async fn fifty_approvals_of_one_case_make_one_decision_and_one_commitment(backend: Backend) {
    let server = Server::start(backend).await;
    let case = up_to_district(&server).await;
    let version = case.version().await;
    let approver = server.client("da_civil").await;
    let calls = (0..50).map(|_| {
        let input = json!({ "idempotencyKey": key(), "applicationId": case.id, "expectedVersion": version });
        call(&approver, "dibaoApprove", input, "decision { id }")
    });
    let answers = join_all(calls).await;
    let won = answers.iter().filter(|answer| answer["userErrors"] == json!([])).count();
    assert_eq!(won, 1);
    for answer in answers.iter().filter(|answer| answer["userErrors"] != json!([])) {
        assert_eq!(answer["userErrors"][0]["code"], "STALE_VERSION");
    }
    assert_eq!(commitments(&server, &case).await.len(), 4);
    let decisions = approver.gql("{ decisions { nodes { id } } }", json!({})).await;
    assert_eq!(decisions.body["data"]["decisions"]["nodes"].as_array().map(Vec::len), Some(1));
}
