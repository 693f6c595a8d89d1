//! What a bad module does wrong errs in its own field, in bounded time, with nothing half done and the rest unharmed.

use super::{
    bad::{Bad, Wrong},
    heating::up_to_report,
    heating_set, loading,
};
use crate::scenarios::steps::{Case, call, done, key};
use serde_json::{Value, json};
use std::time::Duration;
use tests::support::{Answer, Backend, Client, Server, on_both};

on_both!(
    an_assessment_that_panics_or_makes_things_up_fails_its_own_field,
    an_assessment_that_hangs_is_given_up_and_then_not_begun,
    a_handler_that_panics_or_hangs_undoes_what_it_changed,
);

const BESIDE: &str =
    "query P($input: HeatingPreviewInput!) { heatingPreview(input: $input) { assessment { total } } me { login } }";

async fn served(backend: Backend) -> (Server, Bad) {
    let bad = Bad::new();
    let server = Server::start_loading(backend, loading(bad.clone(), &[heating_set()])).await.expect("it starts");
    (server, bad)
}

async fn on_the_desk(server: &Server) -> Case<'_> {
    let case = up_to_report(server).await;
    case.step("tw", "heatingDetailsRecord", json!({ "details": { "fuel": "GAS" } })).await;
    case.step("tu_social", "preliminaryOpinionGive", json!({ "outcome": "GRANT" })).await;
    case.step("tr_social", "applicationTownReview", json!({ "outcome": "GRANT" })).await;
    case.step("tu_social", "applicationForward", json!({})).await;
    case
}

// An answer with its status and the fields beside is one that came before the server gave the whole operation up.
/// The error is at the field, with INTERNAL and nothing of the inside; the field beside it is answered.
fn fails_alone(answer: &Answer, field: &str, beside: &str) {
    let errors = answer.body["errors"].as_array().unwrap_or_else(|| panic!("{}", answer.body));
    assert_eq!(errors.len(), 1, "{}", answer.body);
    assert_eq!(errors[0]["path"], json!([field]), "{}", answer.body);
    assert_eq!(answer.error_codes(), ["INTERNAL"], "{}", answer.body);
    let told = errors[0].to_string();
    assert!(!told.contains("panick") && !told.contains("module"), "{told}");
    assert_eq!(answer.body["data"]["me"]["login"], beside, "{}", answer.body);
}

async fn approve(client: &Client, case: &Case<'_>) -> Answer {
    let document = "mutation Do($input: HeatingApproveInput!) { heatingApprove(input: $input) { decision { amount } userErrors { code } } }";
    client.gql(document, json!({ "input": case.input(json!({})).await })).await
}

async fn an_assessment_that_panics_or_makes_things_up_fails_its_own_field(backend: Backend) {
    let (server, bad) = served(backend).await;
    let case = on_the_desk(&server).await;
    let (approver, before) = (server.client("da_civil").await, case.version().await);
    let asked = json!({ "input": { "applicationId": case.id } });
    for wrong in [
        Wrong::Panics,
        Wrong::Negative,
        Wrong::UnknownItem,
        Wrong::TooMuch,
        Wrong::Total,
        Wrong::Stranger,
        Wrong::AgainstItself,
    ] {
        bad.does(wrong);
        let answer = approver.gql(BESIDE, asked.clone()).await;
        assert_eq!(answer.status, 200, "{wrong:?}");
        fails_alone(&answer, "heatingPreview", "da_civil");
        let answer = approve(&approver, &case).await;
        assert_eq!(answer.error_codes(), ["INTERNAL"], "{wrong:?}: {}", answer.body);
        assert_eq!(answer.body["errors"][0]["path"], json!(["heatingApprove"]), "{wrong:?}: {}", answer.body);
        assert_eq!(case.version().await, before, "{wrong:?} left something behind");
    }
    bad.does(Wrong::NoMonth);
    let answer = approve(&approver, &case).await;
    assert_eq!(answer.error_codes(), ["INTERNAL"], "{}", answer.body);
    assert_eq!(decisions(&server).await, json!([]));
    assert_eq!(case.version().await, before);
    // The rest goes on, and so does this case once the module is well.
    bad.does(Wrong::Nothing);
    let input = case.input(json!({})).await;
    let decided = done(&approver, "heatingApprove", input, "decision { amount }").await;
    assert_eq!(decided["decision"]["amount"], "360.00");
    let report = platform::verify::verify(&server.running.platform, &[]).await.expect("verified");
    assert!(report.findings.is_empty(), "{:?}", report.findings);
}

async fn decisions(server: &Server) -> Value {
    let found = server.client("da_civil").await.ok("{ decisions(first: 9) { nodes { id } } }", json!({})).await;
    found["decisions"]["nodes"].clone()
}

async fn an_assessment_that_hangs_is_given_up_and_then_not_begun(backend: Backend) {
    let (server, bad) = served(backend).await;
    let case = on_the_desk(&server).await;
    let (approver, before) = (server.client("da_civil").await, case.version().await);
    let asked = json!({ "input": { "applicationId": case.id } });
    bad.does(Wrong::Hangs);
    // Others are served while two wait for the module, the one of them in its transaction.
    let clerk = server.client("tw").await;
    let (answer, decided, others) = tokio::join!(
        approver.gql(BESIDE, asked.clone()),
        approve(&approver, &case),
        clerk.gql("{ me { login } programmes { items { code } } }", json!({})),
    );
    fails_alone(&answer, "heatingPreview", "da_civil");
    assert_eq!(decided.error_codes(), ["INTERNAL"], "{}", decided.body);
    assert_eq!(others.body["data"]["me"]["login"], "tw", "{}", others.body);
    // Two hang: the module is asked no more, so that it takes no thread for each request.
    assert_eq!(bad.hanging(), 2);
    for _ in 0..20 {
        fails_alone(&approver.gql(BESIDE, asked.clone()).await, "heatingPreview", "da_civil");
    }
    assert_eq!(bad.hanging(), 2);
    assert_eq!(case.version().await, before);
    // When they end, it is asked again.
    bad.does(Wrong::Nothing);
    while bad.hanging() > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let mut answer = approver.gql(BESIDE, asked.clone()).await;
    while !answer.body["errors"].is_null() {
        // The thread has left the module and has not counted itself out yet.
        answer = approver.gql(BESIDE, asked.clone()).await;
    }
    assert_eq!(answer.body["data"]["heatingPreview"]["assessment"]["total"], "360.00");
}

async fn a_handler_that_panics_or_hangs_undoes_what_it_changed(backend: Backend) {
    let (server, _) = served(backend).await;
    let case = up_to_report(&server).await;
    case.step("tw", "heatingDetailsRecord", json!({ "details": { "fuel": "SOLID" } })).await;
    let (handler, clerk, before) = (server.client("tu_social").await, server.client("tw").await, case.version().await);
    for field in ["heatingPanics", "heatingHangs"] {
        let mut type_name = field.to_owned();
        type_name[..1].make_ascii_uppercase();
        let document =
            format!("query P($input: {type_name}Input!) {{ {field}(input: $input) {{ came }} me {{ login }} }}");
        let answer = handler.gql(&document, json!({ "input": { "applicationId": case.id } })).await;
        fails_alone(&answer, field, "tu_social");
    }
    for mutation in ["heatingHalf", "heatingStuck"] {
        let mut type_name = mutation.to_owned();
        type_name[..1].make_ascii_uppercase();
        // The next field of the same operation works, on the same case at the same version.
        let document = format!(
            "mutation Do($bad: {type_name}Input!, $good: HeatingDetailsRecordInput!) {{ \
             {mutation}(input: $bad) {{ application {{ version }} userErrors {{ code }} }} \
             heatingDetailsRecord(input: $good) {{ application {{ version heating {{ fuel }} }} userErrors {{ code }} }} }}"
        );
        let version = case.version().await;
        let bad = json!({ "idempotencyKey": key(), "applicationId": case.id, "expectedVersion": version });
        let good = json!({
            "idempotencyKey": key(), "applicationId": case.id, "expectedVersion": version, "details": { "fuel": "SOLID" },
        });
        let answer = clerk.gql(&document, json!({ "bad": bad, "good": good })).await;
        assert_eq!(answer.error_codes(), ["INTERNAL"], "{}", answer.body);
        assert_eq!(answer.body["data"][mutation], Value::Null, "{}", answer.body);
        let recorded = &answer.body["data"]["heatingDetailsRecord"];
        assert_eq!(recorded["userErrors"], json!([]), "{}", answer.body);
        assert_eq!(recorded["application"]["heating"]["fuel"], "SOLID", "{}", answer.body);
        assert_eq!(recorded["application"]["version"], json!(version + 1), "{}", answer.body);
    }
    assert_eq!(case.version().await, before + 2);
    // A key of a call that failed was not taken.
    let mut input = case.input(json!({ "details": { "fuel": "GAS" } })).await;
    input["idempotencyKey"] = json!("taken-by-nobody");
    let payload = call(&clerk, "heatingDetailsRecord", input, "application { version }").await;
    assert_eq!(payload["userErrors"], json!([]));
    let report = platform::verify::verify(&server.running.platform, &[]).await.expect("verified");
    assert!(report.findings.is_empty(), "{:?}", report.findings);
}
