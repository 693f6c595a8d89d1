//! AT-19: transfers with limits; what is overdue is shown and decides nothing.

use super::{schooling::*, steps::*};
use serde_json::json;
use tests::support::{Backend, Server, on_both};

on_both!(
    a_transfer_has_its_days_and_no_feedback_decides_nothing,
    limits_count_working_days_across_holidays,
    not_ours_names_the_competent_unit_and_the_window_informs
);

const PUPIL: &[Member] = &[
    Member { name: "张守田", id_number: "510229197103120116", relation: "02", claims: &[("HUKOU", "500118107200")] },
    Member {
        name: "张小满",
        id_number: "500383200409060247",
        relation: "30",
        claims: &[("EDUCATION_STAGE", "JUNIOR"), ("DISABILITY_CATEGORY", "4"), ("DISABILITY_GRADE", "3")],
    },
];

async fn ready<'s>(server: &'s Server, on: &str) -> Case<'s> {
    server.set_clock(&format!("{on}T09:00:00+08:00")).await;
    let family = family(server, &RURAL, PUPIL, on).await;
    let case = file_for(server, &family, &[1]).await.remove(0);
    up_to_review(&case, junior_boarder(), on).await;
    case
}

async fn a_transfer_has_its_days_and_no_feedback_decides_nothing(backend: Backend) {
    let server = Server::start(backend).await;
    let case = ready(&server, "2018-10-26").await;
    let transfer = send(&case, "SCH_SCHOOL").await;
    assert_eq!(transfer["receiveDueOn"], "2018-10-30");
    assert_eq!(transfer["feedbackDueOn"], "2018-11-09");
    assert_eq!((&transfer["state"], &transfer["level"]), (&json!("SENT"), &json!("SCHOOL")));
    assert_eq!(case.state().await, "TRANSFERRED");

    let overdue = "query O($to: Date) { transfers(first: 10, filter: { dueOnTo: $to, state: [SENT, RECEIVED] }) { nodes { id overdue dueOn } } }";
    let window = server.client("tw").await;
    server.set_clock("2018-10-30T17:00:00+08:00").await;
    let at = |to: &str| json!({ "to": to });
    assert_eq!(window.ok(overdue, at("2018-10-29")).await["transfers"]["nodes"], json!([]));
    let transfer = answer(&case, "sch", "transferReceive", &transfer, json!({})).await;
    assert_eq!((&transfer["receivedOn"], &transfer["dueOn"]), (&json!("2018-10-30"), &json!("2018-11-09")));

    server.set_clock("2018-11-09T23:00:00+08:00").await;
    let listed = window.ok(overdue, at("2018-11-09")).await["transfers"]["nodes"].clone();
    assert_eq!(listed[0]["overdue"], false, "its last day is not over: {listed}");
    server.set_clock("2018-11-10T00:00:00+08:00").await;
    let listed = window.ok(overdue, at("2018-11-09")).await["transfers"]["nodes"].clone();
    assert_eq!(listed[0], json!({ "id": transfer["id"], "overdue": true, "dueOn": "2018-11-09" }));
    let seen = server.client("jc").await.ok(overdue, at("2018-11-09")).await["transfers"]["nodes"].clone();
    assert_eq!(seen, listed, "the conference's secretary sees it, too");
    let case_now = case.read("tw", "state decidedOn decisions { nodes { id } } benefits { nodes { id } }").await;
    assert_eq!(case_now["state"], "TRANSFERRED");
    assert_eq!(case_now["decidedOn"], json!(null), "nothing is approved by a limit");
    assert_eq!(case_now["decisions"]["nodes"], json!([]));

    // Late is late, but it can still be decided.
    let decision = decide(&case, "sch", json!({ "outcome": "GRANT" })).await;
    assert_eq!(decision["outcome"], "APPROVED");
}

async fn limits_count_working_days_across_holidays(backend: Backend) {
    let server = Server::start(backend).await;
    let case = ready(&server, "2018-12-27").await;
    let unfounded = case.input(json!({ "toUnit": "SCH_SCHOOL", "feedbackWorkdays": 5 })).await;
    let centre = server.client("tu_edu").await;
    assert_eq!(refused(&centre, "transferSend", unfounded, TRANSFER).await, "LIMIT_BASIS_REQUIRED");
    let limited = json!({ "toUnit": "SCH_SCHOOL", "feedbackWorkdays": 5, "limitBasis": "学生资助规定" });
    let input = case.input(limited.clone()).await;
    let transfer = done(&centre, "transferSend", input, TRANSFER).await["transfer"].clone();
    assert_eq!(transfer["feedbackDueOn"], "2019-01-04", "the Saturday works, the New Year does not");

    server.set_clock("2019-01-31T09:00:00+08:00").await;
    let back = json!({ "result": "NOT_OURS", "feedback": "学籍在临江", "competentUnit": "SCH_LINJIANG" });
    answer(&case, "sch", "transferFeedBack", &transfer, back).await;
    let input = case.input(limited).await;
    let transfer = done(&centre, "transferSend", input, TRANSFER).await["transfer"].clone();
    assert_eq!(transfer["feedbackDueOn"], "2019-02-12", "two make-up days work, the Spring Festival does not");
}

async fn not_ours_names_the_competent_unit_and_the_window_informs(backend: Backend) {
    let server = Server::start(backend).await;
    let case = ready(&server, "2018-10-26").await;
    let transfer = send(&case, "SCH_SCHOOL").await;
    let school = server.client("sch").await;
    let other = server.client("sch_104").await;
    let read = "query R($id: ID!) { node(id: $id) { id } }";
    assert_eq!(other.ok(read, json!({ "id": case.id })).await["node"], json!(null), "another school's case");
    for (competent, code) in [
        (json!(null), "COMPETENT_UNIT_REQUIRED"),
        (json!("SCH_SCHOOL"), "COMPETENT_UNIT_REQUIRED"),
        (json!("NO_SUCH"), "UNKNOWN_CODE"),
        (json!("TU_SOCIAL"), "UNIT_NOT_COMPETENT"),
    ] {
        let input = transfer_input(
            &transfer,
            json!({ "result": "NOT_OURS", "feedback": "不属于本校", "competentUnit": competent }),
        );
        assert_eq!(refused(&school, "transferFeedBack", input, TRANSFER).await, code);
    }
    let named = json!({ "result": "NOT_OURS", "feedback": "学籍在临江", "competentUnit": "SCH_LINJIANG" });
    let stranger = transfer_input(&transfer, named.clone());
    assert_eq!(refused(&other, "transferFeedBack", stranger, TRANSFER).await, "NOT_FOUND");
    let rejected = answer(&case, "sch", "transferFeedBack", &transfer, named).await;
    assert_eq!((&rejected["state"], &rejected["competentUnit"]), (&json!("REJECTED"), &json!("SCH_LINJIANG")));
    assert_eq!(case.state().await, "TOWN_REVIEWED");
    assert_eq!(school.ok(read, json!({ "id": case.id })).await["node"], json!(null), "it left with the case");

    server.set_clock("2018-10-29T10:00:00+08:00").await;
    let transfer = send(&case, "SCH_LINJIANG").await;
    let hasty = school_input(&case, "sch_104", json!({ "outcome": "GRANT" })).await;
    assert_eq!(refused(&other, "educationDecisionRecord", hasty, "decision { id }").await, "TRANSFER_NOT_RECEIVED");
    let transfer = answer(&case, "sch_104", "transferReceive", &transfer, json!({})).await;
    let merely = transfer_input(&transfer, json!({ "result": "HANDLED", "feedback": "已办" }));
    assert_eq!(refused(&other, "transferFeedBack", merely, TRANSFER).await, "DECISION_IS_FEEDBACK");
    let uninformed = transfer_input(&transfer, json!({}));
    let window = server.client("tw").await;
    assert_eq!(refused(&window, "transferInform", uninformed, TRANSFER).await, "WRONG_STATE");

    server.set_clock("2018-11-01T10:00:00+08:00").await;
    decide(&case, "sch_104", json!({ "outcome": "REFUSE", "reason": "已转学" })).await;
    let transfers = case.read("tw", &format!("state transfers {{ nodes {} }}", &TRANSFER["transfer ".len()..])).await;
    assert_eq!(transfers["state"], "REJECTED");
    let nodes = transfers["transfers"]["nodes"].as_array().expect("transfers");
    let last = nodes.iter().find(|node| node["toUnit"] == "SCH_LINJIANG").expect("the second transfer");
    assert_eq!(nodes.len(), 2);
    assert_eq!((&last["state"], &last["result"]), (&json!("FED_BACK"), &json!("DECIDED")));
    assert_eq!((&last["feedback"], &last["fedBackOn"]), (&json!("已转学"), &json!("2018-11-01")));
    assert_eq!(last["dueOn"], "2018-11-05", "the window informs within two working days");
    let informed = answer(&case, "tw", "transferInform", last, json!({ "manner": "电话" })).await;
    assert_eq!((&informed["informedOn"], &informed["dueOn"]), (&json!("2018-11-01"), &json!(null)));
    let again = transfer_input(&informed, json!({}));
    assert_eq!(refused(&window, "transferInform", again, TRANSFER).await, "WRONG_STATE");
}
