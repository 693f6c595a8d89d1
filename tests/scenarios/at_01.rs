//! AT-01: rural dibao, clean run.

use super::steps::*;
use serde_json::{Value, json};
use tests::support::{Backend, Server, on_both};

on_both!(a_clean_rural_case_travels_from_window_to_ledger_to_the_fen_and_the_day);

async fn a_clean_rural_case_travels_from_window_to_ledger_to_the_fen_and_the_day(backend: Backend) {
    let server = Server::start(backend).await;
    let case = up_to_report(&server).await;
    let preview = server
        .client("tu_social")
        .await
        .gql(
            "query P($input: DibaoPreviewInput!) { dibaoPreview(input: $input) { whole { eligible total lines { item amount reason } figures { name value } } } }",
            json!({ "input": { "applicationId": case.id } }),
        )
        .await;
    let whole = &preview.body["data"]["dibaoPreview"]["whole"];
    assert_eq!(whole["eligible"], true, "{}", preview.body);
    assert_eq!(whole["total"], "630.00");
    assert_eq!(figure(whole, "perCapitaIncome"), "266.67");
    assert_eq!(figure(whole, "monthlyIncome"), "800.00");

    server.set_clock("2018-11-02T15:00:00+08:00").await;
    case.appraise("2018-11-02").await;
    case.step("tu_social", "preliminaryOpinionGive", json!({ "outcome": "GRANT" })).await;
    server.set_clock("2018-11-05T09:00:00+08:00").await;
    let used_at_posting = case.read("tu_social", "clockDaysUsed").await["clockDaysUsed"].clone();
    case.post_notice().await;
    server.set_clock("2018-11-13T09:00:00+08:00").await;
    assert_eq!(case.read("tu_social", "clockDaysUsed").await["clockDaysUsed"], used_at_posting, "the notice used days");
    case.step("tr_social", "applicationTownReview", json!({ "outcome": "GRANT" })).await;
    case.step("tu_social", "applicationForward", json!({})).await;
    server.set_clock("2018-11-20T10:00:00+08:00").await;
    let decision = case.approve().await;
    assert_eq!(decision["outcome"], "APPROVED");
    assert_eq!(decision["amount"], "630.00");
    assert_eq!(decision["startMonth"], "2018-11");
    assert_eq!(decision["reviewClass"], "ANNUAL");

    let entries = commitments(&server, &case).await;
    assert_eq!(amounts(&entries), ["430.00", "60.00", "40.00", "100.00"]);
    assert!(entries.iter().all(|entry| entry["channel"] == "FC-DIBAO"), "{entries:?}");

    settle(&server, &entries).await;
    assert_eq!(case.state().await, "ACTIVE");
}

fn figure(assessment: &Value, name: &str) -> String {
    let figures = assessment["figures"].as_array().expect("figures");
    let found =
        figures.iter().find(|figure| figure["name"] == name).unwrap_or_else(|| panic!("no {name}: {figures:?}"));
    found["value"].as_str().expect("a value").to_owned()
}

/// Amounts by item in the order of the village roll: base, 60, disabled, 100.
fn amounts(entries: &[Value]) -> Vec<String> {
    let of = |item: &str| {
        let mut found = entries.iter().filter(|entry| entry["item"] == item);
        let amount = found.next().unwrap_or_else(|| panic!("no {item}: {entries:?}"))["amount"].clone();
        assert!(found.next().is_none(), "two entries of {item}");
        amount.as_str().expect("money").to_owned()
    };
    ["BASE", "KEY_60", "DISABLED", "KEY_100"].map(of).to_vec()
}

/// The commitments of a case as the payer sees them.
pub async fn commitments(server: &Server, case: &Case<'_>) -> Vec<Value> {
    let query = "{ ledgerEntries(first: 100, filter: { kind: [COMMITMENT] }) { nodes { id item channel amount month application { id } } } }";
    let answer = server.client("fin").await.gql(query, json!({})).await;
    let nodes =
        answer.body["data"]["ledgerEntries"]["nodes"].as_array().unwrap_or_else(|| panic!("{}", answer.body)).clone();
    nodes.into_iter().filter(|node| node["application"]["id"] == json!(case.id)).collect()
}

/// Pays every commitment for November in one batch.
pub async fn settle(server: &Server, entries: &[Value]) -> Value {
    settle_from(server, entries, "DIBAO", "FC-DIBAO", "2018-11").await
}

/// Pays commitments of one programme for one month in one batch.
pub async fn settle_from(server: &Server, entries: &[Value], programme: &str, channel: &str, month: &str) -> Value {
    let lines: Vec<_> = entries
        .iter()
        .map(|entry| json!({ "commitmentId": entry["id"], "programme": programme, "item": entry["item"], "amount": entry["amount"] }))
        .collect();
    let input = json!({ "idempotencyKey": key(), "channel": channel, "month": month, "lines": lines });
    done(&server.client("fin").await, "disbursementPost", input, "disbursementBatch { id total lineCount }").await
}
