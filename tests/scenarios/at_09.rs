//! AT-09: one list of what is missing, once; and no proof of what the platform knows.

use super::{schooling, steps::*};
use serde_json::{Value, json};
use tests::support::{Backend, Server, on_both};

on_both!(
    at_09_one_supplement_list_names_all_that_is_missing,
    at_09_nobody_proves_to_education_what_dibao_has_on_record,
);

async fn at_09_one_supplement_list_names_all_that_is_missing(backend: Backend) {
    let server = Server::start(backend).await;
    server.set_clock("2018-10-19T09:00:00+08:00").await;
    let (household, persons) = family(&server, &RURAL, FAMILY_OF_AT_01, "2018-10-19").await;
    let mut input = request_input(&household, &persons[0]);
    let missing = ["INCOME_STATEMENT", "PROPERTY_STATEMENT"];
    let materials = input["materials"].as_array_mut().expect("materials");
    materials.retain(|material| !missing.iter().any(|kind| material["kind"] == *kind));
    let selection = "request { applications { nodes { id } } }";
    let filed = done(&server.client("vw").await, "requestSubmit", input, selection).await;
    let id = filed["request"]["applications"]["nodes"][0]["id"].as_str().expect("a case").to_owned();
    let case = Case { server: &server, household, members: persons, id };
    case.step("vw", "applicationPush", json!({})).await;

    assert_eq!(case.step_refused("tw", "applicationAccept", json!({})).await, "MATERIALS_INCOMPLETE");
    let both = json!([
        { "kind": "INCOME_STATEMENT", "name": "家庭收入申报表" },
        { "kind": "PROPERTY_STATEMENT", "name": "家庭财产申报表" },
    ]);
    case.step("tw", "applicationSupplementRequest", json!({ "items": both })).await;
    let listed = case.read("tw", "supplementList { complete items { kind arrived } }").await["supplementList"].clone();
    let open = |kind: &str| json!({ "kind": kind, "arrived": false });
    assert_eq!(listed, json!({ "complete": false, "items": [open(missing[0]), open(missing[1])] }));
    let third = json!({ "items": [{ "kind": "PHOTO", "name": "照片" }] });
    let code = case.step_refused("tw", "applicationSupplementRequest", third).await;
    assert_eq!(code, "SUPPLEMENT_ALREADY_REQUESTED");
    case.step("tw", "materialReceive", json!({ "kinds": [missing[0]] })).await;
    assert_eq!(case.step_refused("tw", "applicationAccept", json!({})).await, "MATERIALS_INCOMPLETE");
    case.step("tw", "materialReceive", json!({ "kinds": [missing[1]] })).await;
    case.step("tw", "applicationAccept", json!({})).await;
    let receipt = case.read("tw", "acceptanceReceipt { acceptedOn }").await["acceptanceReceipt"].clone();
    assert_eq!(receipt, json!({ "acceptedOn": "2018-10-19" }), "a written notice of acceptance");
}

async fn at_09_nobody_proves_to_education_what_dibao_has_on_record(backend: Backend) {
    let server = Server::start(backend).await;
    let dibao = up_to_district(&server).await;
    dibao.approve().await;
    let family = (dibao.household.clone(), dibao.members.clone());
    let pupil = schooling::file_for(&server, &family, &[2]).await.remove(0);
    let asked = pupil.read("tw", "request { materials { nodes { kind state } } }").await;
    let asked = asked["request"]["materials"]["nodes"].as_array().expect("materials").clone();
    let present = |kind: &str| json!({ "kind": kind, "state": "PRESENT" });
    assert!(asked.iter().all(|material| [present("APPLICATION_FORM"), present("ENROLMENT")].contains(material)));

    for (kind, name) in [
        ("DIBAO_PROOF", "证明"),
        ("DIBAO_CERTIFICATE", "证件复印件"),
        ("TEKUN_PROOF", "证明"),
        ("OTHER", "低保证复印件"),
        ("OTHER", "村委会出具的困难证明"),
    ] {
        let items = json!({ "items": [{ "kind": "PHOTO", "name": "照片" }, { "kind": kind, "name": name }] });
        let code = pupil.step_refused("tw", "applicationSupplementRequest", items).await;
        assert_eq!(code, "NO_PROOF_OF_KNOWN", "{kind} {name}");
    }
    pupil.step("tw", "applicationAccept", json!({})).await;
    pupil.step("tw", "educationDetailsRecord", json!({ "details": schooling::junior_boarder() })).await;
    let query = "query P($input: EducationPreviewInput!) { educationPreview(input: $input) { assessment { rules { code passed explanation } } } }";
    let centre = server.client("tr_edu").await;
    let shown = centre.ok(query, json!({ "input": { "applicationId": pupil.id } })).await;
    let rules = shown["educationPreview"]["assessment"]["rules"].as_array().expect("rules").clone();
    let identity: Vec<&Value> = rules.iter().filter(|rule| rule["code"] == "IDENTITY_ON_RECORD").collect();
    assert!(identity[0]["passed"] == true, "{identity:?}");
    assert!(
        identity[0]["explanation"].as_str().is_some_and(|told| told.contains("on record as DIBAO")),
        "{identity:?}"
    );
    pupil.step("tr_edu", "applicationTownReview", json!({ "outcome": "GRANT" })).await;
}
