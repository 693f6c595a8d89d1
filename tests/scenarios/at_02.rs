//! AT-02 (a, b): "below" is strict, and the month is the one before the application.

use super::steps::*;
use serde_json::json;
use tests::support::{Backend, Server, on_both};

on_both!(
    at_02_a_a_per_capita_income_of_exactly_the_standard_is_refused,
    at_02_b_one_fen_below_is_a_cent_of_difference_aid
);

const COUPLE_AND_CHILD: &[Member] = &[
    Member {
        name: "吴建国",
        id_number: "510229198502280330",
        relation: "02",
        claims: &[("HUKOU", "500118107001"), ("EMPLOYMENT", "EMPLOYED")],
    },
    Member { name: "杨梅", id_number: "510229198507140628", relation: "12", claims: &[("EMPLOYMENT", "UNABLE")] },
    Member {
        name: "吴小宝",
        id_number: "500118201406150016",
        relation: "20",
        claims: &[("EDUCATION_STAGE", "PRESCHOOL")],
    },
];

async fn verified<'s>(server: &'s Server, september: &str) -> Case<'s> {
    server.set_clock("2018-10-19T09:00:00+08:00").await;
    let case = file(server, &URBAN, COUPLE_AND_CHILD, "2018-10-19").await;
    server.set_clock("2018-10-22T09:00:00+08:00").await;
    case.step("tw", "applicationAccept", json!({})).await;
    case.step("tw", "dibaoDetailsRecord", json!({ "details": { "areaType": "URBAN" } })).await;
    let verification = case.start_verification().await;
    server.set_clock("2018-10-31T16:00:00+08:00").await;
    case.investigate(&verification, "2018-10-31").await;
    let incomes = json!([
        { "kind": "WAGE", "period": "MONTH", "month": "2018-08", "amount": "900.00", "source": "单位证明" },
        { "kind": "WAGE", "period": "MONTH", "month": "2018-09", "amount": september, "source": "单位证明" },
    ]);
    case.report(&verification, incomes).await;
    server.set_clock("2018-11-02T15:00:00+08:00").await;
    case.appraise("2018-11-02").await;
    case
}

async fn at_02_a_a_per_capita_income_of_exactly_the_standard_is_refused(backend: Backend) {
    let server = Server::start(backend).await;
    let case = verified(&server, "1638.00").await;
    let code = case.step_refused("tu_social", "preliminaryOpinionGive", json!({ "outcome": "GRANT" })).await;
    assert_eq!(code, "OPINION_AGAINST_ASSESSMENT");
    let reason = json!({ "outcome": "REFUSE", "reason": "人均月收入546.00元，不低于标准" });
    case.step("tu_social", "preliminaryOpinionGive", reason.clone()).await;
    case.step("tr_social", "applicationTownReview", reason).await;
    case.step("tu_social", "applicationForward", json!({})).await;
    let input = case.input(json!({})).await;
    let code = refused(&server.client("da_civil").await, "dibaoApprove", input, "decision { id }").await;
    assert_eq!(code, "NOT_ELIGIBLE");
    let input = case.input(json!({ "reason": "收入不低于标准" })).await;
    let selection = "decision { outcome amount reason assessment }";
    let decision = done(&server.client("da_civil").await, "dibaoReject", input, selection).await["decision"].clone();
    assert_eq!(decision["outcome"], "REJECTED");
    assert_eq!(decision["amount"], "0.00");
    let assessment: serde_json::Value =
        serde_json::from_str(decision["assessment"].as_str().expect("stored")).expect("json");
    let income =
        assessment["rules"].as_array().expect("rules").iter().find(|rule| rule["code"] == "INCOME_BELOW_STANDARD");
    assert_eq!(income.expect("the income rule")["passed"], false);
    assert_eq!(case.state().await, "REJECTED");
}

async fn at_02_b_one_fen_below_is_a_cent_of_difference_aid(backend: Backend) {
    let server = Server::start(backend).await;
    let case = verified(&server, "1637.99").await;
    case.step("tu_social", "preliminaryOpinionGive", json!({ "outcome": "GRANT" })).await;
    let opinion = case.read("tu_social", "opinions { nodes { stage outcome amount channel decisionLevel } }").await;
    assert_eq!(
        opinion["opinions"]["nodes"][0],
        json!({ "stage": "PRELIMINARY", "outcome": "GRANT", "amount": "100.01", "channel": "FC-DIBAO", "decisionLevel": "DISTRICT" })
    );
}
