//! AT-26: temporary assistance for an illness, to the fen, and once a year for each cause.

use super::{at_01::commitments, steps::*, temporary::*};
use entity::{
    Fen, benefit, benefit_line,
    enums::{BenefitOrigin, BenefitState},
    household, import_batch,
};
use futures_util::future::join;
use platform::id;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use tests::support::{Backend, Server, on_both};
use uuid::Uuid;

on_both!(
    at_26_a_dibao_household_is_known_and_gets_half_of_what_is_above_the_deductible,
    at_26_an_imported_dibao_household_is_known_without_a_proof,
    at_26_a_tekun_person_is_capped,
    at_26_a_low_income_family_gets_two_fifths,
    at_26_the_same_cause_is_granted_once_a_year_and_another_at_once,
    of_two_decisions_for_one_cause_at_once_one_wins,
    the_limit_counts_working_days_and_stands_still_during_the_notice,
    after_a_single_grant_the_record_verifies
);

async fn figure(case: &Case<'_>, name: &str) -> String {
    let shown = preview(case).await;
    let figures = shown["assessment"]["figures"].as_array().expect("figures").clone();
    let found = figures.iter().find(|figure| figure["name"] == name).unwrap_or_else(|| panic!("no {name}: {shown}"));
    found["value"].as_str().expect("a value").to_owned()
}

async fn failed(case: &Case<'_>) -> Vec<String> {
    let shown = preview(case).await;
    assert_eq!(shown["assessment"]["eligible"], false, "{shown}");
    let rules = shown["assessment"]["rules"].as_array().expect("rules").clone();
    rules.iter().filter(|rule| rule["passed"] == false).map(|rule| rule["code"].to_string()).collect()
}

/// Takes a reviewed case up, and answers its one commitment.
async fn granted_by_district(case: &Case<'_>) -> Value {
    district_decides(case).await;
    let entries = committed(case).await;
    assert_eq!(entries.len(), 1, "{entries:?}");
    assert_eq!((&entries[0]["item"], &entries[0]["channel"]), (&json!("GRANT"), &json!("FC-TEMP")));
    entries[0].clone()
}

async fn at_26_a_dibao_household_is_known_and_gets_half_of_what_is_above_the_deductible(backend: Backend) {
    let server = Server::start(backend).await;
    let dibao = up_to_district(&server).await;
    dibao.approve().await;
    let family = (dibao.household.clone(), dibao.members.clone());
    let patient = &family.1[1];

    server.set_clock("2018-11-21T09:00:00+08:00").await;
    let case = ask_for_aid(&server, &RURAL, &family.0, &family.1).await;
    let materials = "request { materials { nodes { kind } } }";
    let listed = case.read("tw", materials).await["request"]["materials"]["nodes"].to_string();
    assert!(!listed.contains("DIBAO"), "no proof of dibao is asked for: {listed}");
    verify(&case, illness(patient, "3000.00"), "2018-11-21", farm("14400.00", "4800.00")).await;
    assert_eq!(figure(&case, "tier").await, "T2");
    assert_eq!(failed(&case).await, ["\"AMOUNT_TO_GRANT\""], "3 000.00 leaves nothing above the deductible");
    let code = case.step_refused("tu_social", "preliminaryOpinionGive", json!({ "outcome": "GRANT" })).await;
    assert_eq!(code, "OPINION_AGAINST_ASSESSMENT");

    let mut chronic = illness(patient, "9000.00");
    chronic["cause"] = json!("CHRONIC_OUTPATIENT");
    case.step("tw", "temporaryDetailsRecord", json!({ "details": chronic })).await;
    assert_eq!(preview(&case).await["assessment"]["total"], "6552.00");

    case.step("tw", "temporaryDetailsRecord", json!({ "details": illness(patient, "28000.00") })).await;
    let shown = preview(&case).await;
    assert_eq!(shown["assessment"]["total"], "12500.00");
    assert_eq!(shown["assessment"]["lines"][0]["formula"], "(28000.00 − 3000.00) × 1/2 = 12500.00");
    assert_eq!(shown["decidingLevel"], "DISTRICT");
    assert_eq!(propose(&case).await["amount"], "12500.00");
    server.set_clock("2018-11-29T09:00:00+08:00").await;
    case.step("tr_social", "applicationTownReview", json!({ "outcome": "GRANT" })).await;
    assert_eq!(granted_by_district(&case).await["amount"], "12500.00");
    let batch = pay(&case).await;
    assert_eq!((&batch["channel"], &batch["total"]), (&json!("FC-TEMP"), &json!("12500.00")));
    assert_eq!(payee(&server, &case).await, *patient, "an illness is paid to the patient");
    assert_eq!(commitments(&server, &dibao).await.len(), 4, "dibao goes on beside it");
}

async fn payee(server: &Server, case: &Case<'_>) -> String {
    let query = "{ ledgerEntries(first: 100, filter: { kind: [SETTLEMENT], programme: [\"TEMPORARY\"] }) { nodes { payee { id } application { id } } } }";
    let answer = server.client("fin").await.gql(query, json!({})).await;
    let nodes =
        answer.body["data"]["ledgerEntries"]["nodes"].as_array().unwrap_or_else(|| panic!("{}", answer.body)).clone();
    let own = nodes.iter().find(|node| node["application"]["id"] == json!(case.id)).expect("a settlement");
    own["payee"]["id"].as_str().expect("a payee").to_owned()
}

async fn at_26_an_imported_dibao_household_is_known_without_a_proof(backend: Backend) {
    let server = Server::start(backend).await;
    server.set_clock("2018-11-05T09:00:00+08:00").await;
    let clerk = server.client("vw").await;
    let query = "{ benefits(first: 20, filter: { programme: [\"DIBAO\"], origin: [IMPORTED_ROLL], state: [ACTIVE] }) \
                 { nodes { areaType jurisdiction household { id head { id } } } } }";
    let answer = clerk.gql(query, json!({})).await;
    let nodes =
        answer.body["data"]["benefits"]["nodes"].as_array().unwrap_or_else(|| panic!("{}", answer.body)).clone();
    let own = nodes.iter().find(|node| node["jurisdiction"] == QISHAN && node["areaType"] == "RURAL").expect("a row");
    let household = own["household"]["id"].as_str().expect("a household");
    let head = own["household"]["head"]["id"].as_str().expect("a head").to_owned();
    consent(&clerk, household, &head, "2018-11-05").await;
    let family = (household.to_owned(), vec![head.clone()]);
    let case = posted(&server, &family, illness(&head, "28000.00")).await;
    assert_eq!(figure(&case, "tier").await, "T2");
    assert_eq!(preview(&case).await["assessment"]["total"], "12500.00");
}

/// Puts a household on a roll of another programme; no roll but dibao's is imported yet.
pub async fn enrol(server: &Server, household_id: &str, programme: &str, item: &str) {
    let db = &server.running.platform.db.writer;
    let (_, key) = id::decode(household_id).expect("an identifier");
    let home: household::Model = household::Entity::find_by_id(key.parse::<Uuid>().expect("a key"))
        .one(db)
        .await
        .expect("a row")
        .expect("a household");
    let batch = import_batch::Entity::find().one(db).await.expect("a row").expect("the sample roll");
    let month = "2018-01".parse().expect("a month");
    let row = benefit::Model {
        id: Uuid::now_v7(),
        application_id: None,
        decision_id: None,
        household_id: home.id,
        programme: programme.to_owned(),
        unit: "TU_SOCIAL".to_owned(),
        origin: BenefitOrigin::ImportedRoll,
        batch_id: Some(batch.id),
        certificate_no: Some(format!("{programme}-1")),
        area_type: Some(home.area_type),
        start_month: month,
        end_month: None,
        state: BenefitState::Active,
        amount_fen_month: Fen(71_000),
        review_class: None,
        next_review_on: None,
        jurisdiction: home.jurisdiction.clone(),
        version: 1,
    };
    let line = benefit_line::Model {
        id: Uuid::now_v7(),
        benefit_id: row.id,
        decision_id: None,
        person_id: None,
        item: item.to_owned(),
        amount_fen: Fen(71_000),
        channel: "FC-TEKUN".to_owned(),
        formula: None,
        from_month: month,
        to_month: None,
        jurisdiction: home.jurisdiction,
        programme: programme.to_owned(),
    };
    row.into_active_model().insert(db).await.expect("a benefit");
    line.into_active_model().insert(db).await.expect("a line");
}

async fn at_26_a_tekun_person_is_capped(backend: Backend) {
    let server = Server::start(backend).await;
    let family = the_family(&server).await;
    enrol(&server, &family.0, "TEKUN", "BASIC").await;
    let case = reviewed(&server, &family, illness(&family.1[0], "60300.00")).await;
    assert_eq!(figure(&case, "tier").await, "T1");
    assert_eq!(granted_by_district(&case).await["amount"], "50000.00");
}

async fn at_26_a_low_income_family_gets_two_fifths(backend: Backend) {
    let server = Server::start(backend).await;
    let family = the_family(&server).await;
    let case = reviewed(&server, &family, illness(&family.1[0], "80000.00")).await;
    assert_eq!(figure(&case, "tier").await, "T3");
    assert_eq!(figure(&case, "perCapitaIncome").await, "266.67");
    let code = case.step_refused("tl", "applicationTownDecide", json!({ "outcome": "GRANT" })).await;
    assert_eq!(code, "NOT_AUTHORISED_LEVEL");
    assert_eq!(granted_by_district(&case).await["amount"], "24000.00");
}

async fn at_26_the_same_cause_is_granted_once_a_year_and_another_at_once(backend: Backend) {
    let server = Server::start(backend).await;
    let family = the_family(&server).await;
    let patient = family.1[0].clone();
    let first = reviewed(&server, &family, illness(&patient, "80000.00")).await;
    district_decides(&first).await;

    // A later bill of the same illness, written otherwise, while the year lasts.
    server.set_clock("2018-12-03T09:00:00+08:00").await;
    let same = ask_for_aid(&server, &RURAL, &family.0, &family.1).await;
    let mut later = illness(&patient, "90000.00");
    (later["causeName"], later["causeDate"]) = (json!("尿 毒症"), json!("2018-11-28"));
    verify(&same, later, "2018-12-03", farm("14400.00", "4800.00")).await;
    let code = same.step_refused("tu_social", "preliminaryOpinionGive", json!({ "outcome": "GRANT" })).await;
    assert_eq!(code, "SAME_CAUSE_GRANTED");

    // An accident is another cause, and need not wait for the open case.
    let accident = json!({
        "kind": "EMERGENCY", "cause": "TRAFFIC_ACCIDENT", "causeDate": "2018-12-01", "claimedAmount": "1000.00",
    });
    let other = ask_for_aid(&server, &RURAL, &family.0, &family.1).await;
    verify(&other, accident, "2018-12-03", farm("14400.00", "4800.00")).await;
    propose(&other).await;
    server.set_clock("2018-12-11T09:00:00+08:00").await;
    other.step("tr_social", "applicationTownReview", json!({ "outcome": "GRANT" })).await;
    town_decides(&other).await;

    // In January the illness may be aided again, by the case that had to wait.
    server.set_clock("2019-01-02T09:00:00+08:00").await;
    propose(&same).await;
    server.set_clock("2019-01-10T09:00:00+08:00").await;
    same.step("tr_social", "applicationTownReview", json!({ "outcome": "GRANT" })).await;
    assert_eq!(granted_by_district(&same).await["amount"], "28000.00");
}

async fn of_two_decisions_for_one_cause_at_once_one_wins(backend: Backend) {
    let server = Server::start(backend).await;
    let family = the_family(&server).await;
    let town = posted(&server, &family, fire("2018-11-01", "1000.00")).await;
    let district = posted(&server, &family, fire("2018-11-01", "3000.00")).await;
    server.set_clock("2018-11-13T09:00:00+08:00").await;
    for case in [&town, &district] {
        case.step("tr_social", "applicationTownReview", json!({ "outcome": "GRANT" })).await;
    }
    district.step("tu_social", "applicationForward", json!({})).await;

    let (leader, bureau) = (server.client("tl").await, server.client("da_civil").await);
    let (by_town, by_district) = (town.input(json!({ "outcome": "GRANT" })).await, district.input(json!({})).await);
    let (one, other) = join(
        call(&leader, "applicationTownDecide", by_town, "application { id }"),
        call(&bureau, "temporaryApprove", by_district, "decision { id }"),
    )
    .await;
    let codes: Vec<_> = [&one, &other]
        .into_iter()
        .flat_map(|answer| answer["userErrors"].as_array().expect("a list").clone())
        .collect();
    assert_eq!(codes.len(), 1, "one and only one wins: {one} {other}");
    assert_eq!(codes[0]["code"], "SAME_CAUSE_GRANTED");
    let entries = [committed(&town).await, committed(&district).await].concat();
    assert_eq!(entries.len(), 1, "{entries:?}");
    let decisions = "decisions { nodes { id } }";
    let count = |seen: &Value| seen["decisions"]["nodes"].as_array().map_or(0, Vec::len);
    let made = count(&town.read("tr_social", decisions).await) + count(&district.read("tr_social", decisions).await);
    assert_eq!(made, 1);
}

async fn the_limit_counts_working_days_and_stands_still_during_the_notice(backend: Backend) {
    let server = Server::start(backend).await;
    let family = the_family(&server).await;
    server.set_clock("2018-12-27T09:00:00+08:00").await;
    let case = ask_for_aid(&server, &RURAL, &family.0, &family.1).await;
    verify(&case, fire("2018-12-20", "1000.00"), "2018-12-27", farm("14400.00", "4800.00")).await;
    let read = "dueOn clockDaysUsed";
    // Fifteen working days from Thursday: 28 and 29 (a working Saturday), 2-4, 7-11, 14-18 January.
    assert_eq!(case.read("tw", read).await, json!({ "dueOn": "2019-01-18", "clockDaysUsed": 0 }));
    server.set_clock("2019-01-02T09:00:00+08:00").await;
    assert_eq!(case.read("tw", read).await["clockDaysUsed"], 3, "28, 29 and the 2nd; not the holiday");
    propose(&case).await;
    server.set_clock("2019-01-10T09:00:00+08:00").await;
    assert_eq!(case.read("tw", read).await["clockDaysUsed"], 3, "the notice used days");
    case.step("tr_social", "applicationTownReview", json!({ "outcome": "GRANT" })).await;
    // Twelve are left: 11, 14-18, 21-25 and 28 January.
    assert_eq!(case.read("tw", read).await, json!({ "dueOn": "2019-01-28", "clockDaysUsed": 3 }));
}

async fn after_a_single_grant_the_record_verifies(backend: Backend) {
    let server = Server::start(backend).await;
    let family = the_family(&server).await;
    let case = reviewed(&server, &family, fire("2018-11-01", "1638.00")).await;
    town_decides(&case).await;
    pay(&case).await;
    let report = platform::verify::verify(&server.running.platform, &[]).await.expect("a walk");
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    assert_eq!(report.assessments_recomputed, 1);
    assert_eq!(report.walked["once_claim"], 3, "one for each counted member");
}
