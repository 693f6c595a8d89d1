//! Education assistance from the window to the fen: the school decides, and nobody approves.

use super::{
    at_01::{commitments, settle_from},
    schooling::*,
    steps::*,
};
use serde_json::{Value, json};
use tests::support::{Backend, Client, Server, on_both};

on_both!(
    a_junior_boarder_is_paid_term_by_term,
    nobody_but_the_school_decides,
    a_school_sees_the_cases_sent_to_it_and_nothing_else,
    two_pupils_of_a_family_have_two_cases,
    a_case_without_an_identity_is_refused_until_the_school_recognises_it,
    what_is_asked_of_a_person_is_refused_for_others,
    what_can_be_done_is_told_along_the_way
);

/// A couple; a kindergarten child with a disability; a junior pupil with one.
const CHILDREN: &[Member] = &[
    Member { name: "张守田", id_number: "510229197103120116", relation: "02", claims: &[("HUKOU", "500118107200")] },
    Member {
        name: "张小满",
        id_number: "500383200409060247",
        relation: "30",
        claims: &[("EDUCATION_STAGE", "JUNIOR"), ("DISABILITY_CATEGORY", "4"), ("DISABILITY_GRADE", "3")],
    },
    Member {
        name: "何小雨",
        id_number: "500118201004180319",
        relation: "20",
        claims: &[("EDUCATION_STAGE", "PRIMARY")],
    },
];

async fn filed<'s>(server: &'s Server, pupils: &[usize]) -> Vec<Case<'s>> {
    server.set_clock("2018-10-19T09:00:00+08:00").await;
    let family = family(server, &RURAL, CHILDREN, "2018-10-19").await;
    file_for(server, &family, pupils).await
}

/// A case that the school has received, on 2018-10-29.
async fn at_school<'s>(server: &'s Server) -> Case<'s> {
    let case = filed(server, &[1]).await.remove(0);
    server.set_clock("2018-10-26T09:00:00+08:00").await;
    up_to_review(&case, junior_boarder(), "2018-10-26").await;
    let transfer = send(&case, "SCH_SCHOOL").await;
    server.set_clock("2018-10-29T09:00:00+08:00").await;
    answer(&case, "sch", "transferReceive", &transfer, json!({})).await;
    case
}

async fn preview(client: &Client, case: &Case<'_>) -> Value {
    let query = "query P($input: EducationPreviewInput!) { educationPreview(input: $input) { assessedOn assessment { eligible total lines { item reason amount month } rules { code passed } } } }";
    client.ok(query, json!({ "input": { "applicationId": case.id } })).await["educationPreview"].clone()
}

fn failed(preview: &Value) -> Vec<&str> {
    let rules = preview["assessment"]["rules"].as_array().expect("rules");
    rules.iter().filter(|rule| rule["passed"] == false).map(|rule| rule["code"].as_str().expect("a code")).collect()
}

async fn a_junior_boarder_is_paid_term_by_term(backend: Backend) {
    let server = Server::start(backend).await;
    let case = at_school(&server).await;
    let seen = preview(&server.client("sch").await, &case).await;
    assert_eq!(seen["assessment"]["total"], "1250.00", "{seen}");
    let decision = decide(&case, "sch", json!({ "outcome": "GRANT", "reason": "在校寄宿，符合条件" })).await;
    assert_eq!((&decision["level"], &decision["unit"]), (&json!("SCHOOL"), &json!("SCH_SCHOOL")));
    assert_eq!((&decision["amount"], &decision["startMonth"]), (&json!("1250.00"), &json!("2018-10")));
    let read = case.read("tw", "state decisionLevel unit transfers { nodes { state result feedback } }").await;
    assert_eq!((&read["state"], &read["decisionLevel"]), (&json!("APPROVED"), &json!("SCHOOL")));
    let closed = json!({ "state": "FED_BACK", "result": "DECIDED", "feedback": "在校寄宿，符合条件" });
    assert_eq!(read["transfers"]["nodes"], json!([closed]));
    let benefit = "benefits { nodes { amountMonth startMonth endMonth lines { nodes { item amount channel fromMonth toMonth person { nameZh } } } } }";
    let paid = case.read("sch", benefit).await["benefits"]["nodes"][0].clone();
    assert_eq!((&paid["startMonth"], &paid["endMonth"]), (&json!("2018-10"), &json!("2019-03")), "{paid}");

    let entries = commitments(&server, &case).await;
    let told: Vec<_> =
        entries.iter().map(|entry| (entry["item"].clone(), entry["month"].clone(), entry["amount"].clone())).collect();
    let line = |month: &str| (json!("BOARDER"), json!(month), json!("625.00"));
    assert_eq!(told, [line("2018-10"), line("2019-03")]);
    assert!(entries.iter().all(|entry| entry["channel"] == "FC-STUDENT"), "{entries:?}");

    settle_from(&server, &entries[..1], "EDUCATION", "FC-STUDENT", "2018-10").await;
    assert_eq!(case.state().await, "DISBURSING");
    server.set_clock("2019-03-05T09:00:00+08:00").await;
    settle_from(&server, &entries[1..], "EDUCATION", "FC-STUDENT", "2019-03").await;
    assert_eq!(case.state().await, "ACTIVE");
}

async fn nobody_but_the_school_decides(backend: Backend) {
    let server = Server::start(backend).await;
    let case = at_school(&server).await;
    for user in ["tu_edu", "tr_edu", "tl", "du_edu", "da_edu", "tw", "fin", "sch"] {
        let sdl = server.client(user).await.ok("{ __schema { mutationType { fields { name } } } }", json!({})).await;
        let fields = sdl["__schema"]["mutationType"]["fields"].to_string();
        assert!(!fields.contains("educationApprove") && !fields.contains("educationReject"), "{user}: {fields}");
        assert_eq!(fields.contains("educationDecisionRecord"), user == "sch", "{user}");
        let answer = server
            .client(user)
            .await
            .gql("mutation { educationApprove(input: {}) { userErrors { code } } }", json!({}))
            .await;
        assert_eq!(answer.error_codes(), ["GRAPHQL_VALIDATION_FAILED"], "{user}");
    }
    for user in ["tr_edu", "tl"] {
        let code = case.step_refused(user, "applicationTownDecide", json!({ "outcome": "GRANT" })).await;
        assert_eq!(code, "NOT_AUTHORISED_LEVEL", "{user}");
        let input = case.input(json!({ "outcome": "GRANT" })).await;
        let refused = call(&server.client(user).await, "applicationTownDecide", input, "application { id }").await;
        let message = refused["userErrors"][0]["message"].as_str().expect("a message").to_owned();
        assert!(message.contains("EDUCATION is decided at level SCHOOL"), "{message}");
    }
    assert_eq!(case.step_refused("tu_edu", "applicationForward", json!({})).await, "STEP_NOT_TAKEN");
    let review = json!({ "outcome": "GRANT" });
    assert_eq!(case.step_refused("du_edu", "applicationDistrictReview", review).await, "STEP_NOT_TAKEN");
    assert_eq!(case.state().await, "TRANSFERRED");

    // The school may not grant against the assessment, refuse without a reason, or decide twice.
    let school = server.client("sch").await;
    let bare = school_input(&case, "sch", json!({ "outcome": "REFUSE", "reason": " " })).await;
    assert_eq!(refused(&school, "educationDecisionRecord", bare, "decision { id }").await, "REASON_REQUIRED");
    let decision = decide(&case, "sch", json!({ "outcome": "REFUSE", "reason": "不在本校就读" })).await;
    assert_eq!((&decision["outcome"], &decision["amount"]), (&json!("REJECTED"), &json!("0.00")));
    let again = school_input(&case, "sch", json!({ "outcome": "GRANT" })).await;
    assert_eq!(refused(&school, "educationDecisionRecord", again, "decision { id }").await, "WRONG_STATE");
    assert_eq!(commitments(&server, &case).await.len(), 0);
}

async fn a_school_sees_the_cases_sent_to_it_and_nothing_else(backend: Backend) {
    let server = Server::start(backend).await;
    let cases = filed(&server, &[1, 2]).await;
    server.set_clock("2018-10-26T09:00:00+08:00").await;
    up_to_review(&cases[0], junior_boarder(), "2018-10-26").await;
    let school = server.client("sch").await;
    let list = "{ applications(first: 10) { nodes { id education { schoolName stage } subjects { nodes { person { nameZh } } } } } transfers(first: 10) { nodes { application { id } } } decisions(first: 10) { nodes { id } } benefits(first: 10) { nodes { id } } }";
    let none = json!({ "nodes": [] });
    let empty = school.ok(list, json!({})).await;
    assert!(["applications", "transfers", "decisions", "benefits"].iter().all(|name| empty[name] == none), "{empty}");
    send(&cases[0], "SCH_SCHOOL").await;
    let seen = school.ok(list, json!({})).await;
    let pupil = json!({
        "id": cases[0].id, "education": { "schoolName": "松溉中学", "stage": "JUNIOR" },
        "subjects": { "nodes": [{ "person": { "nameZh": "张小满" } }] },
    });
    assert_eq!(seen["applications"]["nodes"], json!([pupil]));
    assert_eq!(seen["transfers"]["nodes"], json!([{ "application": { "id": cases[0].id } }]));
    // The pupil is there; the father and the sister's case are not, by whatever door.
    let read = "query R($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    let ids = json!({ "ids": [cases[0].members[0], cases[0].members[1], cases[1].id, cases[0].id] });
    let nodes = school.ok(read, ids.clone()).await["nodes"].clone();
    assert_eq!(nodes, json!([null, { "id": cases[0].members[1] }, null, { "id": cases[0].id }]));
    for user in ["tu_edu", "tw", "vw", "du_edu"] {
        let nodes = server.client(user).await.ok(read, ids.clone()).await["nodes"].clone();
        assert!(nodes.as_array().expect("nodes").iter().all(|node| !node.is_null()), "{user}: {nodes}");
    }
    let other = server.client("sch_104").await.ok(list, json!({})).await;
    assert!(["applications", "transfers", "decisions", "benefits"].iter().all(|name| other[name] == none), "{other}");
    let foreign = cases[0].input(json!({ "outcome": "GRANT" })).await;
    let stranger = server.client("sch_104").await;
    assert_eq!(refused(&stranger, "educationDecisionRecord", foreign, "decision { id }").await, "NOT_FOUND");
    let sdl = school.ok("{ __type(name: \"Application\") { fields { name } } }", json!({})).await.to_string();
    for absent in ["household", "report", "opinions", "verifications"] {
        assert!(!sdl.contains(&format!("\"{absent}\"")), "{absent} is in the school's schema");
    }
}

async fn two_pupils_of_a_family_have_two_cases(backend: Backend) {
    let server = Server::start(backend).await;
    let cases = filed(&server, &[1, 2]).await;
    assert_ne!(cases[0].id, cases[1].id);
    let read = cases[1].read("tw", "number subjects { nodes { person { nameZh } } }").await;
    assert_eq!(read["subjects"]["nodes"], json!([{ "person": { "nameZh": "何小雨" } }]));
}

async fn a_case_without_an_identity_is_refused_until_the_school_recognises_it(backend: Backend) {
    let server = Server::start(backend).await;
    let case = filed(&server, &[2]).await.remove(0);
    server.set_clock("2018-10-26T09:00:00+08:00").await;
    let details = json!({
        "stage": "PRIMARY", "schoolName": "松溉小学", "boarder": true, "schoolYear": "2018-2019",
        "terms": ["SPRING"], "items": ["BOARDER"],
    });
    case.step("tw", "applicationAccept", json!({})).await;
    let mut stated = details.clone();
    stated["recognition"] = json!("家庭困难");
    let code = case.step_refused("tw", "educationDetailsRecord", json!({ "details": stated })).await;
    assert_eq!(code, "INVALID_INPUT", "only the school recognises");
    case.step("tw", "educationDetailsRecord", json!({ "details": details })).await;
    let verification = case.start_verification().await;
    case.investigate(&verification, "2018-10-26").await;
    case.report(&verification, json!([])).await;
    let granted = case.step_refused("tr_edu", "applicationTownReview", json!({ "outcome": "GRANT" })).await;
    assert_eq!(granted, "OPINION_AGAINST_ASSESSMENT");
    let review = json!({ "outcome": "REFUSE", "reason": "数据库无困难身份，请学校认定" });
    case.step("tr_edu", "applicationTownReview", review).await;
    let transfer = send(&case, "SCH_SCHOOL").await;
    answer(&case, "sch", "transferReceive", &transfer, json!({})).await;
    let school = server.client("sch").await;
    assert_eq!(failed(&preview(&school, &case).await), ["IDENTITY_ON_RECORD"]);
    let grant = json!({ "outcome": "GRANT" });
    let input = school_input(&case, "sch", grant.clone()).await;
    assert_eq!(refused(&school, "educationDecisionRecord", input, "decision { id }").await, "NOT_ELIGIBLE");
    let input = school_input(&case, "sch", json!({ "reason": "父亲重伤，家庭支出骤增" })).await;
    done(&school, "educationPupilRecognise", input, "application { id }").await;
    let decision = decide(&case, "sch", grant).await;
    assert_eq!((&decision["amount"], &decision["startMonth"]), (&json!("500.00"), &json!("2019-03")));
}

async fn what_is_asked_of_a_person_is_refused_for_others(backend: Backend) {
    let server = Server::start(backend).await;
    server.set_clock("2018-10-19T09:00:00+08:00").await;
    let (household, members) = family(&server, &RURAL, CHILDREN, "2018-10-19").await;
    let window = server.client("vw").await;
    let input = |programmes: Value, subjects: Value| {
        json!({
            "idempotencyKey": key(), "householdId": household, "applicantId": members[0], "programmes": programmes,
            "subjects": subjects, "need": "子女上学困难", "materials": [],
        })
    };
    let of = |programme: &str, person: &str| json!({ "programme": programme, "personId": person });
    let twice = json!([of("EDUCATION", &members[1]), of("EDUCATION", &members[1])]);
    for (programmes, subjects, code) in [
        (json!(["EDUCATION"]), json!([]), "SUBJECT_REQUIRED"),
        (json!(["EDUCATION"]), json!(null), "SUBJECT_REQUIRED"),
        (json!(["EDUCATION"]), twice, "MEMBER_TWICE"),
        (json!(["DIBAO"]), json!([of("EDUCATION", &members[1])]), "INVALID_INPUT"),
        (json!(["DIBAO"]), json!([of("DIBAO", &members[1])]), "INVALID_INPUT"),
        (json!(["EDUCATION"]), json!([of("EDUCATION", &household)]), "NOT_FOUND"),
    ] {
        assert_eq!(refused(&window, "requestSubmit", input(programmes, subjects), "request { id }").await, code);
    }
}

/// Mutations that are allowed on a case, as a user is told.
async fn allowed(case: &Case<'_>, user: &str) -> Vec<String> {
    let told = case.read(user, "availableActions { name allowed }").await;
    let actions = told["availableActions"].as_array().expect("actions").iter();
    let mut names: Vec<_> = actions
        .filter(|action| action["allowed"] == true)
        .map(|action| action["name"].as_str().expect("a name").to_owned())
        .collect();
    names.sort();
    names
}

async fn what_can_be_done_is_told_along_the_way(backend: Backend) {
    let server = Server::start(backend).await;
    let case = filed(&server, &[1]).await.remove(0);
    server.set_clock("2018-10-26T09:00:00+08:00").await;
    up_to_review(&case, junior_boarder(), "2018-10-26").await;
    assert_eq!(allowed(&case, "tu_edu").await, ["transferSend"]);
    assert_eq!(allowed(&case, "du_edu").await, [""; 0]);
    let transfer = send(&case, "SCH_SCHOOL").await;
    assert_eq!(allowed(&case, "tu_edu").await, [""; 0]);
    assert_eq!(allowed(&case, "sch").await, ["educationPupilRecognise", "transferFeedBack", "transferReceive"]);
    answer(&case, "sch", "transferReceive", &transfer, json!({})).await;
    let decides = ["educationDecisionRecord", "educationPupilRecognise", "transferFeedBack"];
    assert_eq!(allowed(&case, "sch").await, decides);
    assert_eq!(allowed(&case, "tw").await, [""; 0]);
    decide(&case, "sch", json!({ "outcome": "GRANT" })).await;
    assert_eq!(allowed(&case, "sch").await, [""; 0]);
    assert_eq!(allowed(&case, "tw").await, ["transferInform"]);
    assert_eq!(allowed(&case, "fin").await, ["disbursementPost"]);
}
