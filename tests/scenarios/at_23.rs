//! AT-23: who may approve dibao.

use super::steps::*;
use serde_json::json;
use tests::support::{Backend, Server, on_both};

on_both!(at_23_the_town_leader_may_not_decide_dibao);

async fn at_23_the_town_leader_may_not_decide_dibao(backend: Backend) {
    let server = Server::start(backend).await;
    let case = up_to_notice(&server).await;
    server.set_clock("2018-11-13T09:00:00+08:00").await;
    case.step("tr_social", "applicationTownReview", json!({ "outcome": "GRANT" })).await;
    for user in ["tl", "tr_social"] {
        let code = case.step_refused(user, "applicationTownDecide", json!({ "outcome": "GRANT" })).await;
        assert_eq!(code, "NOT_AUTHORISED_LEVEL", "{user}");
    }
    let typo = "mutation { dibaoAprove(input: {}) { userErrors { code } } }";
    let hidden = "mutation { dibaoApprove(input: {}) { userErrors { code } } }";
    let leader = server.client("tl").await;
    let (typo, hidden) = (leader.gql(typo, json!({})).await, leader.gql(hidden, json!({})).await);
    assert_eq!(
        typo.body.to_string().replace("dibaoAprove", "X"),
        hidden.body.to_string().replace("dibaoApprove", "X"),
        "what is not yours is answered as a typo is"
    );
}
