//! Intake: what a window may register and file, and what it is refused.

use super::steps::*;
use entity::{
    benefit,
    enums::{BenefitOrigin, BenefitState},
    import_batch, service_window, user_account,
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::{Value, json};
use tests::support::{Backend, Server, on_both};
use uuid::Uuid;

on_both!(
    a_number_has_one_record_that_stays_hidden_until_a_request_links_it,
    a_person_needs_a_number_or_a_reason_and_a_form_that_agrees,
    a_household_has_one_head_and_nobody_of_another,
    a_consent_is_signed_by_an_adult_and_names_known_sources,
    a_request_is_filed_at_the_own_window_for_a_programme_that_is_offered,
    a_clerk_files_nothing_for_the_own_family,
    who_holds_an_excluding_benefit_is_refused,
    a_case_lists_what_is_missing_and_takes_in_what_is_listed,
);

/// 打鱼河村, next to 旗山村.
const DAYU: &str = "500118107201";

async fn at_filing(backend: Backend) -> Server {
    let server = Server::start(backend).await;
    server.set_clock("2018-10-19T09:00:00+08:00").await;
    server
}

fn key_of(id: &Value) -> Uuid {
    let (_, key) = platform::id::decode(id.as_str().expect("an identifier")).expect("a global identifier");
    key.parse().expect("a key")
}

async fn a_number_has_one_record_that_stays_hidden_until_a_request_links_it(backend: Backend) {
    let server = at_filing(backend).await;
    let (here, there) = (server.client("vw").await, server.client("vw_201").await);
    let number = "510229196606200519";
    let known = json!({ "idempotencyKey": key(), "name": "罗大全", "idNumber": number, "phone": "13800000001", "villageCode": QISHAN });
    let known = done(&here, "personRegister", known, "person { id nameZh }").await;
    assert_eq!(known["person"]["nameZh"], "罗大全");

    let typed = json!({ "idempotencyKey": key(), "name": "罗全", "idNumber": number, "villageCode": DAYU });
    let answer = done(&there, "personRegister", typed, "person { id nameZh }").await;
    assert_eq!(answer["person"], Value::Null, "a record of another village was shown");
    let read = "query R($id: ID!) { node(id: $id) { id } }";
    let seen = there.gql(read, json!({ "id": known["person"]["id"] })).await;
    assert_eq!(seen.body["data"]["node"], Value::Null);

    let household = json!({
        "idempotencyKey": key(), "villageCode": DAYU, "areaType": "RURAL",
        "members": [{ "idNumber": number, "relation": "02" }],
    });
    let selection = "household { id head { id } members { nodes { personId person { id } } } }";
    let household = done(&there, "householdRegister", household, selection).await["household"].clone();
    assert_eq!(household["head"], Value::Null);
    let member = &household["members"]["nodes"][0];
    assert_eq!((&member["personId"], &member["person"]), (&known["person"]["id"], &Value::Null));

    let id = household["id"].as_str().expect("an identifier");
    let request = request_input(id, member["personId"].as_str().expect("an identifier"));
    let selection = "request { applicant { id nameZh claims { nodes { kind value source } } } }";
    let request = done(&there, "requestSubmit", request, selection).await;
    assert_eq!(
        request["request"]["applicant"],
        json!({
            "id": known["person"]["id"], "nameZh": "罗大全",
            "claims": { "nodes": [{ "kind": "NAME", "value": "罗全", "source": "WINDOW" }] },
        })
    );
}

async fn a_person_needs_a_number_or_a_reason_and_a_form_that_agrees(backend: Backend) {
    let server = at_filing(backend).await;
    let window = server.client("vw").await;
    let form = |more: Value| {
        let mut input = json!({ "idempotencyKey": key(), "name": "某人", "villageCode": QISHAN });
        for (name, value) in more.as_object().expect("an object") {
            input[name] = value.clone();
        }
        input
    };
    let number = "510229197103120116";
    for (more, code) in [
        (json!({}), "ID_NUMBER_OR_REASON"),
        (json!({ "noNumberReason": " " }), "ID_NUMBER_OR_REASON"),
        (json!({ "idNumber": number, "birthOn": "1971-03-13" }), "BIRTH_DATE_MISMATCH"),
        (json!({ "idNumber": number, "sex": "FEMALE" }), "SEX_MISMATCH"),
        (json!({ "noNumberReason": "弃婴", "birthOn": "2018-10-20" }), "INVALID_BIRTH_DATE"),
        (json!({ "idNumber": number, "name": "  " }), "INVALID_INPUT"),
        (json!({ "idNumber": number, "villageCode": DAYU }), "NOT_FOUND"),
        (json!({ "idNumber": number, "villageCode": "500118107" }), "NOT_FOUND"),
    ] {
        assert_eq!(refused(&window, "personRegister", form(more.clone()), "person { id }").await, code, "{more}");
    }
    let foundling = form(json!({ "noNumberReason": "弃婴，尚未登记户口", "birthOn": "2018-10-01" }));
    let foundling = done(&window, "personRegister", foundling, "person { id idNumber temporaryKey }").await;
    assert_eq!(foundling["person"]["idNumber"], Value::Null);
    assert!(foundling["person"]["temporaryKey"].as_str().is_some_and(|key| key.starts_with("T20181019-")));

    let claim = |kind: &str, value: &str| {
        json!({
            "idempotencyKey": key(), "personId": foundling["person"]["id"], "kind": kind, "value": value, "source": "VILLAGE",
        })
    };
    for (kind, value, code) in [
        ("DISABILITY_GRADE", "5", "UNKNOWN_CODE"),
        ("EDUCATION_STAGE", "学前", "UNKNOWN_CODE"),
        ("BIRTH", "2018年", "INVALID_INPUT"),
    ] {
        assert_eq!(refused(&window, "personClaimRecord", claim(kind, value), "person { id }").await, code, "{kind}");
    }
    let other = server.client("vw_201").await;
    assert_eq!(refused(&other, "personClaimRecord", claim("NAME", "小明"), "person { id }").await, "NOT_FOUND");
}

async fn a_household_has_one_head_and_nobody_of_another(backend: Backend) {
    let server = at_filing(backend).await;
    let window = server.client("vw").await;
    let (_, family) = family(&server, &RURAL, FAMILY_OF_AT_01, "2018-10-19").await;
    let other = Member { name: "罗大全", id_number: "510229196606200519", relation: "02", claims: &[] };
    let other = register(&window, &RURAL, &other).await;
    let form = |head: &str, members: Value| json!({ "idempotencyKey": key(), "headId": head, "villageCode": QISHAN, "areaType": "RURAL", "members": members });
    let only = |relation: &str| json!([{ "personId": other, "relation": relation }]);
    for (input, code) in [
        (form(&other, only("12")), "HEAD_NOT_MEMBER"),
        (form(&family[0], only("02")), "HEAD_NOT_MEMBER"),
        (form(&other, only("98")), "UNKNOWN_CODE"),
        (form(&other, json!([{ "relation": "02" }])), "INVALID_INPUT"),
        (form(&other, json!([{ "personId": other, "relation": "02", "counted": false }])), "INVALID_INPUT"),
        (
            form(&other, json!([{ "personId": other, "relation": "02" }, { "personId": other, "relation": "20" }])),
            "MEMBER_TWICE",
        ),
        (
            form(&other, json!([{ "personId": other, "relation": "02" }, { "personId": family[2], "relation": "30" }])),
            "MEMBER_OF_OTHER_HOUSEHOLD",
        ),
        (form(&other, json!([{ "idNumber": "510229195211200173", "relation": "02" }])), "NOT_FOUND"),
    ] {
        assert_eq!(refused(&window, "householdRegister", input.clone(), "household { id }").await, code, "{input}");
    }
    let neighbour = server.client("vw_201").await;
    let mut input = form(&other, only("02"));
    input["villageCode"] = json!(DAYU);
    assert_eq!(refused(&neighbour, "householdRegister", input, "household { id }").await, "NOT_FOUND");
    done(&window, "householdRegister", form(&other, only("02")), "household { id }").await;
}

async fn a_consent_is_signed_by_an_adult_and_names_known_sources(backend: Backend) {
    let server = at_filing(backend).await;
    let window = server.client("vw").await;
    let (household, family) = family(&server, &RURAL, FAMILY_OF_AT_01, "2018-10-19").await;
    let form = |more: Value| {
        let mut input = json!({
            "idempotencyKey": key(), "householdId": household, "personId": family[2], "sources": ["BANK"],
            "purpose": "DIBAO", "signedOn": "2018-10-19",
        });
        for (name, value) in more.as_object().expect("an object") {
            input[name] = value.clone();
        }
        input
    };
    let stranger = Member { name: "罗大全", id_number: "510229196606200519", relation: "02", claims: &[] };
    let stranger = register(&window, &RURAL, &stranger).await;
    for (more, code) in [
        (json!({ "sources": ["BANK", "NEIGHBOURS"] }), "UNKNOWN_CODE"),
        (json!({ "signedOn": "2018-10-20" }), "DATE_OUT_OF_ORDER"),
        (json!({ "validTo": "2018-10-18" }), "DATE_OUT_OF_ORDER"),
        (json!({ "signerId": family[2] }), "INVALID_INPUT"),
        (json!({ "personId": stranger }), "NOT_FOUND"),
    ] {
        assert_eq!(refused(&window, "consentRecord", form(more.clone()), "consent { id }").await, code, "{more}");
    }
    let consent = done(&window, "consentRecord", form(json!({})), "consent { signer { id } }").await;
    assert_eq!(consent["consent"]["signer"]["id"], json!(family[0]), "for a minor the head signs");
    let neighbour = server.client("vw_201").await;
    assert_eq!(refused(&neighbour, "consentRecord", form(json!({})), "consent { id }").await, "NOT_FOUND");
}

async fn a_request_is_filed_at_the_own_window_for_a_programme_that_is_offered(backend: Backend) {
    let server = at_filing(backend).await;
    let (household, family) = family(&server, &RURAL, FAMILY_OF_AT_01, "2018-10-19").await;
    let window = server.client("vw").await;
    let selection = "request { id }";
    let form = |name: &str, value: Value| {
        let mut input = request_input(&household, &family[0]);
        input[name] = value;
        input
    };
    for (input, code) in [
        (form("programmes", json!(["DISASTER"])), "PROGRAMME_NOT_OFFERED"),
        (form("materials", json!([{ "kind": "WATER_BILL", "name": "水费单", "present": false }])), "MATERIAL_UNKNOWN"),
        (
            form("materials", json!([{ "kind": "TEKUN_PROOF", "name": "特困证明", "present": false }])),
            "NO_PROOF_OF_KNOWN",
        ),
        (form("applicantId", json!(platform::id::encode("Person", &Uuid::nil().to_string()))), "NOT_FOUND"),
    ] {
        assert_eq!(refused(&window, "requestSubmit", input.clone(), selection).await, code, "{input}");
    }
    for clerk in ["vw_201", "tw_104"] {
        let code =
            refused(&server.client(clerk).await, "requestSubmit", request_input(&household, &family[0]), selection)
                .await;
        assert_eq!(code, "NOT_FOUND", "{clerk}");
    }

    let db = &server.running.platform.db;
    let own = service_window::Entity::find().filter(service_window::Column::Jurisdiction.eq(QISHAN));
    let mut own = own.one(&db.reader).await.expect("windows").expect("the village's window").into_active_model();
    own.closed_on = Set(Some("2018-10-18".parse().expect("a day")));
    own.update(&db.writer).await.expect("a closed window");
    let code = refused(&window, "requestSubmit", request_input(&household, &family[0]), selection).await;
    assert_eq!(code, "NO_ACTIVE_WINDOW");

    let selection = "request { window { level } applications { nodes { state } } }";
    let filed =
        done(&server.client("tw").await, "requestSubmit", request_input(&household, &family[0]), selection).await;
    assert_eq!(
        filed["request"],
        json!({ "window": { "level": "TOWN" }, "applications": { "nodes": [{ "state": "TOWN_PENDING" }] } }),
        "the town window takes it in directly"
    );
    let again = request_input(&household, &family[0]);
    let code = refused(&server.client("tw").await, "requestSubmit", again, "request { id }").await;
    assert_eq!(code, "DUPLICATE_ACTIVE_APPLICATION");
}

async fn a_clerk_files_nothing_for_the_own_family(backend: Backend) {
    let server = at_filing(backend).await;
    let (household, family) = family(&server, &RURAL, FAMILY_OF_AT_01, "2018-10-19").await;
    relate(&server, "vw", &json!(family[1])).await;
    let input = request_input(&household, &family[0]);
    let code = refused(&server.client("vw").await, "requestSubmit", input, "request { id }").await;
    assert_eq!(code, "RECUSAL_REQUIRED");
}

/// Says that a user is this person; no mutation does this yet.
pub async fn relate(server: &Server, login: &str, person: &Value) {
    let db = &server.running.platform.db;
    let user = user_account::Entity::find().filter(user_account::Column::Login.eq(login));
    let mut user = user.one(&db.reader).await.expect("users").expect("the user").into_active_model();
    user.person_id = Set(Some(key_of(person)));
    user.update(&db.writer).await.expect("a related user");
}

async fn who_holds_an_excluding_benefit_is_refused(backend: Backend) {
    let server = at_filing(backend).await;
    let (household, family) = family(&server, &RURAL, FAMILY_OF_AT_01, "2018-10-19").await;
    let db = &server.running.platform.db;
    let batch = import_batch::Entity::find().one(&db.reader).await.expect("batches").expect("the sample roll");
    let held = benefit::Model {
        id: Uuid::now_v7(),
        application_id: None,
        decision_id: None,
        household_id: key_of(&json!(household)),
        programme: "TEKUN".to_owned(),
        unit: "TU_SOCIAL".to_owned(),
        origin: BenefitOrigin::ImportedRoll,
        batch_id: Some(batch.id),
        certificate_no: Some("TEKUN-1".to_owned()),
        area_type: None,
        start_month: "2018-01".parse().expect("a month"),
        end_month: None,
        state: BenefitState::Active,
        amount_fen_month: entity::Fen(71_000),
        review_class: None,
        next_review_on: None,
        jurisdiction: QISHAN.to_owned(),
        version: 1,
    };
    held.into_active_model().insert(&db.writer).await.expect("a benefit");
    let input = request_input(&household, &family[0]);
    let code = refused(&server.client("vw").await, "requestSubmit", input, "request { id }").await;
    assert_eq!(code, "EXCLUSIVE_BENEFIT_ACTIVE");
}

async fn a_case_lists_what_is_missing_and_takes_in_what_is_listed(backend: Backend) {
    let server = at_filing(backend).await;
    let (household, family) = family(&server, &RURAL, FAMILY_OF_AT_01, "2018-10-19").await;
    let window = server.client("vw").await;
    let mut input = request_input(&household, &family[0]);
    input["materials"] = json!([
        { "kind": "APPLICATION_FORM", "name": "低保申请书", "present": true },
        { "kind": "INCOME_STATEMENT", "name": "家庭收入申报表", "present": false },
    ]);
    let selection = "request { applications { nodes { id } } materials { nodes { kind state } } }";
    let filed = done(&window, "requestSubmit", input, selection).await["request"].clone();
    let state = |filed: &Value, kind: &str| {
        let listed = filed["materials"]["nodes"].as_array().expect("materials").clone();
        listed.iter().find(|material| material["kind"] == kind).map(|material| material["state"].clone())
    };
    assert_eq!(state(&filed, "APPLICATION_FORM"), Some(json!("PRESENT")));
    assert_eq!(state(&filed, "INCOME_STATEMENT"), Some(json!("MISSING")));
    let case = Case {
        server: &server,
        household,
        members: family,
        id: filed["applications"]["nodes"][0]["id"].as_str().expect("a case").to_owned(),
    };
    let unlisted = json!({ "kinds": ["INCOME_STATEMENT", "DIBAO_PROOF"] });
    assert_eq!(case.step_refused("vw", "materialReceive", unlisted).await, "MATERIAL_UNKNOWN");
    case.step("vw", "materialReceive", json!({ "kinds": ["INCOME_STATEMENT"] })).await;
    let read = case.read("vw", "request { materials { nodes { kind state } } }").await["request"].clone();
    assert_eq!(state(&read, "INCOME_STATEMENT"), Some(json!("PRESENT")));
    case.step("vw", "applicationPush", json!({})).await;
    assert_eq!(case.step_refused("tw", "applicationAccept", json!({})).await, "MATERIALS_INCOMPLETE");
}
