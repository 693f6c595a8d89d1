//! The module from outside, with its set named: through the front door like any other.

use super::{heating_set, loading};
use crate::{
    access::fields::{INTROSPECTION, introspected, printed},
    scenarios::steps::{Case, FAMILY_OF_AT_01, RURAL, done, family, farm, key},
};
use heating::Heating;
use serde_json::{Value, json};
use tests::support::{Backend, Client, Server, on_both};

on_both!(
    a_module_from_outside_takes_a_case_from_the_window_to_the_ledger,
    a_module_from_outside_is_in_the_schema_of_those_its_rows_allow_and_of_nobody_else,
);

async fn served(backend: Backend) -> Server {
    Server::start_loading(backend, loading(Heating, &[heating_set()])).await.expect("it starts")
}

/// Files for heating at the town window; the family of AT-01 has one member with a certificate of disability.
pub async fn file(server: &Server) -> Case<'_> {
    server.set_clock("2018-11-01T09:00:00+08:00").await;
    let (household, members) = family(server, &RURAL, FAMILY_OF_AT_01, "2018-11-01").await;
    let input = request(&household, &members[0]);
    let selection = "request { id applications { nodes { id state programme unit } } }";
    let payload = done(&server.client("tw").await, "requestSubmit", input, selection).await;
    let application = &payload["request"]["applications"]["nodes"][0];
    assert_eq!(application["programme"], "HEATING");
    assert_eq!(application["unit"], "TU_SOCIAL");
    let id = application["id"].as_str().expect("an identifier").to_owned();
    Case { server, household, members, id }
}

/// The input of a request for heating.
pub fn request(household: &str, applicant: &str) -> Value {
    json!({
        "idempotencyKey": key(), "householdId": household, "applicantId": applicant, "programmes": ["HEATING"],
        "need": "家有残疾人，冬季取暖困难",
        "materials": [{ "kind": "APPLICATION_FORM", "name": "取暖补助申请书", "present": true }],
    })
}

/// Takes a case up to its verification report.
pub async fn up_to_report(server: &Server) -> Case<'_> {
    let case = file(server).await;
    case.step("tw", "applicationAccept", json!({})).await;
    let verification = case.start_verification().await;
    server.set_clock("2018-11-05T16:00:00+08:00").await;
    case.investigate(&verification, "2018-11-05").await;
    case.report(&verification, farm("14400.00", "4800.00")).await;
    case
}

async fn up_to_district(server: &Server) -> Case<'_> {
    let case = up_to_report(server).await;
    case.step("tw", "heatingDetailsRecord", json!({ "details": { "fuel": "ELECTRICITY", "rooms": 2 } })).await;
    case.step("tu_social", "preliminaryOpinionGive", json!({ "outcome": "GRANT" })).await;
    case.step("tr_social", "applicationTownReview", json!({ "outcome": "GRANT" })).await;
    case.step("tu_social", "applicationForward", json!({})).await;
    case
}

async fn a_module_from_outside_takes_a_case_from_the_window_to_the_ledger(backend: Backend) {
    let server = served(backend).await;
    let case = up_to_district(&server).await;
    let preview = "query P($input: HeatingPreviewInput!) { heatingPreview(input: $input) { assessedOn assessment { eligible total lines { item amount } parameters { key value sourceDoc } } } }";
    let asked = json!({ "input": { "applicationId": case.id } });
    let found = server.client("da_civil").await.ok(preview, asked).await["heatingPreview"].clone();
    assert_eq!(found["assessedOn"], "2018-11-05");
    let assessment = &found["assessment"];
    assert_eq!(assessment["eligible"], true);
    assert_eq!(
        assessment["lines"],
        json!([{ "item": "FUEL", "amount": "150.00" }, { "item": "MEMBER", "amount": "60.00" }])
    );
    assert_eq!(
        assessment["parameters"][1],
        json!({ "key": "heating.amount.electricity", "value": "15000", "sourceDoc": "镇发〔2018〕66号 第3条" })
    );

    // The district bureau that the set names decides; another bureau does not even see the action.
    let medical = server.client("da_medsec").await;
    let told = medical.gql("mutation { heatingApprove(input: {}) { userErrors { code } } }", json!({})).await;
    assert_eq!(told.error_codes(), ["GRAPHQL_VALIDATION_FAILED"], "{}", told.body);

    let input = case.input(json!({})).await;
    let selection = "decision { outcome amount startMonth moduleVersion policyVersion }";
    let decided = done(&server.client("da_civil").await, "heatingApprove", input, selection).await["decision"].clone();
    assert_eq!(decided["outcome"], "APPROVED");
    assert_eq!(decided["amount"], "210.00");
    assert_eq!(decided["startMonth"], "2018-11");
    assert_eq!(decided["moduleVersion"], "1");
    let policies = decided["policyVersion"].as_str().expect("a version");
    assert!(policies.ends_with("+heating@2018-11.1"), "{policies}");

    let entries = entries(&server, &case).await;
    assert_eq!(
        entries,
        json!([
            { "item": "FUEL", "channel": "FC-HEATING", "amount": "150.00" },
            { "item": "MEMBER", "channel": "FC-HEATING", "amount": "60.00" },
        ])
    );
    let report = platform::verify::verify(&server.running.platform, &[]).await.expect("verified");
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    assert_eq!(report.assessments_recomputed, 1);
}

/// The commitments of a case, by item.
async fn entries(server: &Server, case: &Case<'_>) -> Value {
    let query = "{ ledgerEntries(first: 100, filter: { kind: [COMMITMENT] }) { nodes { item channel amount application { id } } } }";
    let found = server.client("fin").await.ok(query, json!({})).await;
    let nodes = found["ledgerEntries"]["nodes"].as_array().expect("entries");
    let mut own: Vec<_> = nodes
        .iter()
        .filter(|node| node["application"]["id"] == json!(case.id))
        .map(|node| json!({ "item": node["item"], "channel": node["channel"], "amount": node["amount"] }))
        .collect();
    own.sort_by_key(|entry| entry["item"].to_string());
    json!(own)
}

/// What of the module a post sees, by introspection and by SDL alike.
pub async fn sees(client: &Client) -> Vec<String> {
    let names = introspected(&client.ok(INTROSPECTION, json!({})).await);
    let sdl = sdl(client).await;
    let own = |name: &&String| name.to_lowercase().contains("heating");
    let told: Vec<String> = names.iter().filter(own).cloned().collect();
    let shown: Vec<String> = printed(&sdl).iter().filter(own).cloned().collect();
    assert_eq!(told, shown);
    assert!(!shown.is_empty() || !sdl.to_lowercase().contains("heating"), "{sdl}");
    told
}

async fn sdl(client: &Client) -> String {
    let mut request = client.http().get(format!("{}/schema.graphql", client.base));
    if let Some(token) = &client.token {
        request = request.bearer_auth(token);
    }
    request.send().await.expect("an answer").text().await.expect("text")
}

async fn a_module_from_outside_is_in_the_schema_of_those_its_rows_allow_and_of_nobody_else(backend: Backend) {
    let server = served(backend).await;
    let posts = [
        ("vw", true, false, false, true),
        ("tw", true, false, false, true),
        ("tv", true, false, false, false),
        ("tu_social", true, true, false, true),
        ("tr_social", true, true, false, false),
        ("da_civil", true, true, true, false),
        ("aud", true, false, false, false),
        // Units that take no step of it, and roles its rows do not name.
        ("tu_edu", false, false, false, false),
        ("da_medsec", false, false, false, false),
        ("fin", false, false, false, false),
        ("i1", false, false, false, false),
        ("sch", false, false, false, false),
    ];
    for (post, reads, previews, approves, records) in posts {
        let seen = sees(&server.client(post).await).await;
        let has = |name: &str| seen.iter().any(|seen| seen == name);
        assert_eq!(has("Application.heating"), reads, "{post}: {seen:?}");
        assert_eq!(has("HeatingDetails.fuel"), reads, "{post}: {seen:?}");
        assert_eq!(has("Query.heatingPreview"), previews, "{post}: {seen:?}");
        assert_eq!(has("Mutation.heatingApprove"), approves, "{post}: {seen:?}");
        assert_eq!(has("Mutation.heatingReject"), approves, "{post}: {seen:?}");
        assert_eq!(has("Mutation.heatingDetailsRecord"), records, "{post}: {seen:?}");
        assert_eq!(seen.is_empty(), !(reads || previews || approves || records), "{post}: {seen:?}");
    }
    assert_eq!(sees(&server.public()).await, Vec::<String>::new());
}
