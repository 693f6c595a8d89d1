//! AT-13: length of the notice, and what the public sees of it.

use super::steps::*;
use serde_json::json;
use tests::support::{Backend, Server, on_both};

on_both!(at_13_a_notice_of_five_november_lets_go_on_the_thirteenth);

const PUBLIC: &str = "{ publicNotices(first: 100) { nodes { villageName headName personCount programme amount postedOn endsOn objectionPhone } } }";

async fn at_13_a_notice_of_five_november_lets_go_on_the_thirteenth(backend: Backend) {
    let server = Server::start(backend).await;
    let case = up_to_notice(&server).await;
    let public = server.public().gql(PUBLIC, json!({})).await;
    let notice = &public.body["data"]["publicNotices"]["nodes"][0];
    assert_eq!(notice["villageName"], "旗山村");
    assert_eq!(notice["headName"], "张守田");
    assert_eq!(notice["personCount"], 3);
    assert_eq!(notice["amount"], "630.00");
    assert_eq!(notice["endsOn"], "2018-11-12");
    for hidden in ["510229197103120116", "张小满", "李秀英", "DISABILITY", "残疾"] {
        assert!(!public.body.to_string().contains(hidden), "the public notice shows {hidden}");
    }

    server.set_clock("2018-11-12T23:59:00+08:00").await;
    let review = json!({ "outcome": "GRANT" });
    assert_eq!(
        case.step_refused("tr_social", "applicationTownReview", review.clone()).await,
        "NOTICE_PERIOD_NOT_ELAPSED"
    );
    assert_eq!(case.step_refused("tu_social", "applicationForward", json!({})).await, "NOTICE_PERIOD_NOT_ELAPSED");
    server.set_clock("2018-11-13T00:00:00+08:00").await;
    case.step("tr_social", "applicationTownReview", review).await;
    case.step("tu_social", "applicationForward", json!({})).await;
    assert_eq!(case.state().await, "DISTRICT_REVIEW");
    let public = server.public().gql(PUBLIC, json!({})).await;
    assert_eq!(public.body["data"]["publicNotices"]["nodes"], json!([]), "an ended notice is still public");
}
