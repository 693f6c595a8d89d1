//! What the family is handed: receipts, the supplement list, the letter; from stored rows, and null until issued.

use super::{stages::*, steps::*};
use serde_json::{Value, json};
use tests::support::{Backend, Server, on_both};

on_both!(
    a_filing_and_an_acceptance_have_their_receipts,
    a_supplement_list_tells_what_has_arrived,
    a_refusal_has_its_reasons_and_its_sixty_days,
    papers_of_others_are_not_there_and_names_follow_the_purpose,
);

const FILING: &str = "filingReceipt { number filedOn programmes applicantName headName windowName windowPhone \
    materials { kind name state providedOn } }";
const ACCEPTANCE: &str = "acceptanceReceipt { number programme programmeName applicantName headName acceptedOn \
    clockStartsOn limitDays workingDays clock dueOn windowName windowPhone reconsiderationDays materials { kind } }";
const LIST: &str = "supplementList { number requestedOn complete windowName items { kind name arrived arrivedOn } }";
const LETTER: &str = "decisionLetter { number outcome decidedOn unit applicantName headName amount startMonth reason \
    reconsiderUntil reconsiderBasis grounds { rule passed basis } }";

async fn a_filing_and_an_acceptance_have_their_receipts(backend: Backend) {
    let server = Server::start(backend).await;
    let case = reach(&server, Stage::Pending).await;
    let read = case.read("vw", &format!("number request {{ number }} {FILING} {ACCEPTANCE} {LIST} {LETTER}")).await;
    for unissued in ["acceptanceReceipt", "supplementList"] {
        assert_eq!(read[unissued], Value::Null, "{unissued}");
    }
    let receipt = &read["filingReceipt"];
    assert_eq!(receipt["number"], read["request"]["number"]);
    assert_eq!((&receipt["filedOn"], &receipt["programmes"]), (&json!("2018-10-19"), &json!(["DIBAO"])));
    assert_eq!((&receipt["applicantName"], &receipt["headName"]), (&json!("张守田"), &json!("张守田")));
    let materials = receipt["materials"].as_array().expect("materials");
    assert_eq!(materials.len(), 5, "{materials:?}");
    assert!(materials.iter().all(|material| material["state"] == "PRESENT" && material["providedOn"] == "2018-10-19"));
    assert!(receipt["windowPhone"].as_str().is_some_and(|phone| !phone.is_empty()));

    server.set_clock("2018-10-22T09:00:00+08:00").await;
    case.step("tw", "applicationAccept", json!({})).await;
    let receipt = case.read("vw", ACCEPTANCE).await["acceptanceReceipt"].clone();
    let due = case.read("vw", "number dueOn").await;
    assert_eq!((&receipt["number"], &receipt["dueOn"]), (&due["number"], &due["dueOn"]));
    assert_eq!(
        (&receipt["acceptedOn"], &receipt["clockStartsOn"], &receipt["dueOn"]),
        (&json!("2018-10-22"), &json!("2018-10-23"), &json!("2018-11-21"))
    );
    assert_eq!(
        (&receipt["limitDays"], &receipt["workingDays"], &receipt["clock"]),
        (&json!(30), &json!(false), &json!("RUN"))
    );
    assert_eq!((&receipt["programmeName"], &receipt["reconsiderationDays"]), (&json!("最低生活保障"), &json!(60)));
    assert!(receipt["windowName"].as_str().is_some_and(|name| name.contains("松溉镇")), "{receipt}");
}

async fn a_supplement_list_tells_what_has_arrived(backend: Backend) {
    let server = Server::start(backend).await;
    let case = reach(&server, Stage::PendingIncomplete).await;
    let items = json!({ "items": [
        { "kind": "INCOME_STATEMENT", "name": "家庭收入申报表" }, { "kind": "PROPERTY_SHEET", "name": "财产补充说明" },
    ] });
    case.step("tw", "applicationSupplementRequest", items).await;
    let list = case.read("vw", LIST).await["supplementList"].clone();
    assert_eq!((&list["requestedOn"], &list["complete"]), (&json!("2018-10-19"), &json!(false)));
    let item = |kind: &str, name: &str, on: Value| json!({ "kind": kind, "name": name, "arrived": !on.is_null(), "arrivedOn": on });
    let sorted = |list: &Value| {
        let mut items = list["items"].as_array().expect("items").clone();
        items.sort_by_key(|item| item["kind"].to_string());
        items
    };
    let waiting =
        [item("INCOME_STATEMENT", "家庭收入申报表", Value::Null), item("PROPERTY_SHEET", "财产补充说明", Value::Null)];
    assert_eq!(sorted(&list), waiting);
    server.set_clock("2018-10-21T09:00:00+08:00").await;
    case.step("tw", "materialReceive", json!({ "kinds": ["PROPERTY_SHEET"] })).await;
    let list = case.read("vw", LIST).await["supplementList"].clone();
    assert_eq!(sorted(&list)[1], item("PROPERTY_SHEET", "财产补充说明", json!("2018-10-21")));
    assert_eq!(list["complete"], false);
    case.step("tw", "materialReceive", json!({ "kinds": ["INCOME_STATEMENT"] })).await;
    assert_eq!(case.read("vw", LIST).await["supplementList"]["complete"], true);
}

async fn a_refusal_has_its_reasons_and_its_sixty_days(backend: Backend) {
    let server = Server::start(backend).await;
    let case = reach(&server, Stage::DistrictReviewIneligible).await;
    assert_eq!(case.read("tw", LETTER).await["decisionLetter"], Value::Null);
    let input = case.input(json!({ "reason": "收入不低于标准" })).await;
    done(&server.client("da_civil").await, "dibaoReject", input, "decision { id }").await;
    let letter = case.read("tw", LETTER).await["decisionLetter"].clone();
    assert_eq!((&letter["outcome"], &letter["decidedOn"]), (&json!("REJECTED"), &json!("2018-11-20")));
    assert_eq!((&letter["reason"], &letter["amount"]), (&json!("收入不低于标准"), &json!("0.00")));
    // Sixty days without the day of the decision: 10 of November, 31 of December, 19 of January.
    assert_eq!(letter["reconsiderUntil"], "2019-01-19");
    assert!(letter["reconsiderBasis"].as_str().is_some_and(|basis| basis.contains("行政复议法")), "{letter}");
    let decided = case.read("da_civil", LETTER).await["decisionLetter"].clone();
    let grounds = decided["grounds"].as_array().expect("grounds");
    assert!(grounds.iter().all(|ground| ground["passed"] == false), "{grounds:?}");
    assert!(grounds.iter().any(|ground| ground["rule"] == "INCOME_BELOW_STANDARD"), "{grounds:?}");
    assert!(grounds.iter().all(|ground| ground["basis"].as_str().is_some_and(|basis| !basis.is_empty())));
    let granted = reach(&server, Stage::Approved).await.read("da_civil", LETTER).await["decisionLetter"].clone();
    assert_eq!((&granted["outcome"], &granted["startMonth"]), (&json!("APPROVED"), &json!("2018-11")));
    assert!(granted["grounds"].as_array().is_some_and(|grounds| grounds.iter().all(|ground| ground["passed"] == true)));
}

async fn papers_of_others_are_not_there_and_names_follow_the_purpose(backend: Backend) {
    let server = Server::start(backend).await;
    let case = reach(&server, Stage::Accepted).await;
    for foreign in ["vw_201", "tw_104", "tu_edu"] {
        assert_eq!(case.read(foreign, &format!("{FILING} {ACCEPTANCE}")).await, Value::Null, "{foreign}");
    }
    // An auditor sees the paper, and of a name what the purpose leaves.
    let read = case.read("aud", &format!("{FILING} {ACCEPTANCE}")).await;
    assert_eq!(read["filingReceipt"]["applicantName"], "张**");
    assert_eq!(read["acceptanceReceipt"]["headName"], "张**");
    assert_eq!(read["acceptanceReceipt"]["acceptedOn"], "2018-10-22");
}
