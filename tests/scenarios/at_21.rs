//! AT-21 (first three): a wrong channel refuses the whole batch.

use super::{at_01::commitments, steps::*};
use serde_json::json;
use tests::support::{Backend, Server, on_both};

on_both!(at_21_a_wrong_channel_pays_nothing);

async fn at_21_a_wrong_channel_pays_nothing(backend: Backend) {
    let server = Server::start(backend).await;
    let case = up_to_district(&server).await;
    case.approve().await;
    let entries = commitments(&server, &case).await;
    let lines: Vec<_> = entries
        .iter()
        .map(|entry| json!({ "commitmentId": entry["id"], "programme": "DIBAO", "item": entry["item"], "amount": entry["amount"] }))
        .collect();
    let batch = |channel: &str, lines: serde_json::Value| json!({ "idempotencyKey": key(), "channel": channel, "month": "2018-11", "lines": lines });
    let fin = server.client("fin").await;
    let selection = "disbursementBatch { id }";
    for input in [
        batch("FC-TEMPRES", json!(lines)),
        batch("FC-POVERTY", json!([{ "programme": "RURAL_HOUSE", "item": "REBUILD", "amount": "35000.00" }])),
        batch("FC-DISFUND", json!([{ "programme": "DISABILITY", "item": "LIVING", "amount": "50.00" }])),
    ] {
        assert_eq!(refused(&fin, "disbursementPost", input, selection).await, "WRONG_FUNDING_CHANNEL");
    }
    let batches = fin.gql("{ disbursementBatches { nodes { id } } }", json!({})).await;
    assert_eq!(batches.body["data"]["disbursementBatches"]["nodes"], json!([]));
    assert_eq!(case.state().await, "APPROVED");
    let paid = batch("FC-DIBAO", json!(lines));
    done(&fin, "disbursementPost", paid, selection).await;
}
