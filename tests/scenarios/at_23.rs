//! AT-23: who may approve. Dibao is the district's; temporary aid is the town's up to its ceiling, once for each cause.

use super::{steps::*, temporary::*};
use serde_json::json;
use tests::support::{Backend, Server, on_both};

on_both!(
    at_23_the_town_leader_may_not_decide_dibao,
    at_23_the_town_decides_temporary_aid_at_its_ceiling_and_pays_from_its_reserve,
    at_23_one_fen_above_the_ceiling_is_the_districts_and_is_paid_from_the_fund,
    at_23_a_second_town_grant_for_one_cause_is_refused,
    at_23_three_different_persons_sign_temporary_aid,
    at_23_a_case_of_the_highest_tier_is_the_districts_however_small
);

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

async fn at_23_the_town_decides_temporary_aid_at_its_ceiling_and_pays_from_its_reserve(backend: Backend) {
    let server = Server::start(backend).await;
    let family = the_family(&server).await;
    let case = reviewed(&server, &family, fire("2018-11-01", "1638.00")).await;
    let shown = preview(&case).await;
    assert_eq!((&shown["decidingLevel"], &shown["assessment"]["total"]), (&json!("TOWN"), &json!("1638.00")));
    assert_eq!(shown["assessment"]["lines"][0]["item"], "TOWN_GRANT");
    assert_eq!(balance(&server, "APPROPRIATION", "FC-TEMPRES").await, "50000.00");

    town_decides(&case).await;
    assert_eq!(case.state().await, "TOWN_DECIDED");
    let entries = committed(&case).await;
    assert_eq!(entries.len(), 1);
    assert_eq!(
        (&entries[0]["item"], &entries[0]["channel"], &entries[0]["amount"]),
        (&json!("TOWN_GRANT"), &json!("FC-TEMPRES"), &json!("1638.00"))
    );
    assert_eq!(balance(&server, "APPROPRIATION", "FC-TEMPRES").await, "48362.00");
    let batch = pay(&case).await;
    assert_eq!((&batch["channel"], &batch["total"]), (&json!("FC-TEMPRES"), &json!("1638.00")));
    assert_eq!(balance(&server, "EXPENDED", "FC-TEMPRES").await, "1638.00");

    let read = "decisionLevel decisions { nodes { level unit outcome amount } } \
                benefits { nodes { startMonth endMonth amountMonth nextReviewOn reviewClass lines { nodes { fromMonth toMonth channel } } } }";
    let case = case.read("tr_social", read).await;
    assert_eq!(
        case["decisions"]["nodes"],
        json!([{ "level": "TOWN", "unit": "TL_LEADERS", "outcome": "APPROVED", "amount": "1638.00" }])
    );
    assert_eq!(
        case["benefits"]["nodes"],
        json!([{
            "startMonth": "2018-11", "endMonth": "2018-11", "amountMonth": "1638.00", "nextReviewOn": null,
            "reviewClass": null,
            "lines": { "nodes": [{ "fromMonth": "2018-11", "toMonth": "2018-11", "channel": "FC-TEMPRES" }] },
        }]),
        "a single grant has one month and no review"
    );
}

async fn at_23_one_fen_above_the_ceiling_is_the_districts_and_is_paid_from_the_fund(backend: Backend) {
    let server = Server::start(backend).await;
    let family = the_family(&server).await;
    let case = reviewed(&server, &family, fire("2018-11-01", "1638.01")).await;
    assert_eq!(preview(&case).await["decidingLevel"], "DISTRICT");
    for user in ["tl", "tr_social"] {
        for outcome in [json!({ "outcome": "GRANT" }), json!({ "outcome": "REFUSE", "reason": "不予救助" })] {
            let input = case.input(outcome).await;
            let client = server.client(user).await;
            let payload = call(&client, "applicationTownDecide", input, "application { id }").await;
            let error = &payload["userErrors"][0];
            assert_eq!(error["code"], "NOT_AUTHORISED_LEVEL", "{user}");
            assert!(error["message"].as_str().is_some_and(|text| text.contains("level DISTRICT")), "{error}");
        }
    }
    let decision = district_decides(&case).await;
    assert_eq!((&decision["level"], &decision["amount"]), (&json!("DISTRICT"), &json!("1638.01")));
    assert_eq!((&decision["startMonth"], &decision["reviewClass"]), (&json!("2018-11"), &json!(null)));
    let entries = committed(&case).await;
    assert_eq!((&entries[0]["item"], &entries[0]["channel"]), (&json!("GRANT"), &json!("FC-TEMP")));
    let batch = pay(&case).await;
    assert_eq!((&batch["channel"], &batch["total"]), (&json!("FC-TEMP"), &json!("1638.01")));
    assert_eq!(balance(&server, "APPROPRIATION", "FC-TEMPRES").await, "50000.00", "the reserve was not touched");
}

async fn at_23_a_second_town_grant_for_one_cause_is_refused(backend: Backend) {
    let server = Server::start(backend).await;
    let family = the_family(&server).await;
    let first = reviewed(&server, &family, fire("2018-11-01", "1000.00")).await;
    town_decides(&first).await;
    pay(&first).await;

    // The same fire for one member alone: the household had it already.
    let mut again = fire("2018-11-01", "1000.00");
    again["personId"] = json!(family.1[1]);
    let second = ask_for_aid(&server, &RURAL, &family.0, &family.1).await;
    verify(&second, again, "2018-11-13", farm("14400.00", "4800.00")).await;
    assert_eq!(preview(&second).await["grantedIn"], "2018");
    let code = second.step_refused("tu_social", "preliminaryOpinionGive", json!({ "outcome": "GRANT" })).await;
    assert_eq!(code, "SAME_CAUSE_GRANTED");
    let refusal = json!({ "outcome": "REFUSE", "reason": "同一事由本年度已救助" });
    second.step("tu_social", "preliminaryOpinionGive", refusal).await;
}

async fn at_23_three_different_persons_sign_temporary_aid(backend: Backend) {
    let server = Server::start(backend).await;
    // The handler is head and leader, too: each assignment may sign, one person may not sign twice.
    server.grant("tu_social", "TR", "TU_SOCIAL", "TOWN", "500118107").await;
    server.grant("tr_social", "TL", "TL_LEADERS", "TOWN", "500118107").await;
    let handler = server.client_as("tu_social", "TU").await;
    let family = the_family(&server).await;
    server.set_clock("2018-11-05T09:00:00+08:00").await;
    let case = ask_for_aid(&server, &RURAL, &family.0, &family.1).await;
    verify(&case, fire("2018-11-01", "1000.00"), "2018-11-05", farm("14400.00", "4800.00")).await;
    let grant = || json!({ "outcome": "GRANT" });
    done(&handler, "preliminaryOpinionGive", case.input(grant()).await, "application { id }").await;
    done(&handler, "noticePost", case.input(json!({})).await, "notice { id }").await;
    server.set_clock("2018-11-13T09:00:00+08:00").await;
    let as_head = server.client_as("tu_social", "TR").await;
    let code = refused(&as_head, "applicationTownReview", case.input(grant()).await, "application { id }").await;
    assert_eq!(code, "SIGNED_ALREADY");
    let head = server.client_as("tr_social", "TR").await;
    done(&head, "applicationTownReview", case.input(grant()).await, "application { id }").await;
    for (user, role) in [("tu_social", "TR"), ("tr_social", "TR"), ("tr_social", "TL")] {
        let client = server.client_as(user, role).await;
        let code = refused(&client, "applicationTownDecide", case.input(grant()).await, "application { id }").await;
        assert_eq!(code, "SIGNED_ALREADY", "{user} as {role}");
    }
    assert_eq!(case.state().await, "TOWN_REVIEWED");
    town_decides(&case).await;
}

async fn at_23_a_case_of_the_highest_tier_is_the_districts_however_small(backend: Backend) {
    let server = Server::start(backend).await;
    let family = the_family(&server).await;
    server.set_clock("2018-11-05T09:00:00+08:00").await;
    let case = ask_for_aid(&server, &RURAL, &family.0, &family.1).await;
    // 2 460.03 a month for three: one fen a head above 2 × 410.
    let wage =
        json!([{ "kind": "WAGE", "period": "MONTH", "month": "2018-10", "amount": "2460.03", "source": "单位证明" }]);
    verify(&case, fire("2018-11-01", "500.00"), "2018-11-05", wage).await;
    let shown = preview(&case).await;
    assert_eq!(shown["assessment"]["leastLevel"], "DISTRICT");
    assert_eq!(shown["decidingLevel"], "DISTRICT");
    propose(&case).await;
    server.set_clock("2018-11-13T09:00:00+08:00").await;
    case.step("tr_social", "applicationTownReview", json!({ "outcome": "GRANT" })).await;
    let code = case.step_refused("tl", "applicationTownDecide", json!({ "outcome": "GRANT" })).await;
    assert_eq!(code, "NOT_AUTHORISED_LEVEL");
    assert_eq!(district_decides(&case).await["amount"], "500.00");
}
