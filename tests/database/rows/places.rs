//! Places, people and reference data.

use super::{DISTRICT, NOON, TOWN, VILLAGE, day, key, put};
use entity::{
    At, api_client, assignment, consent,
    enums::{
        AreaType, ClaimKind, ClientKind, JurisdictionKind as Kind, ParameterStatus, Sex, UnitLevel, WorkCalendarKind,
    },
    household, household_member, jurisdiction, org_unit, parameter, person, person_claim, policy_document,
    policy_version, scope_link, service_window, setting, user_account, work_calendar,
};
use sea_orm::DatabaseConnection;

pub async fn fill(db: &DatabaseConnection) {
    for (code, kind, parent) in
        [(DISTRICT, Kind::District, None), (TOWN, Kind::Town, Some(DISTRICT)), (VILLAGE, Kind::Village, Some(TOWN))]
    {
        let row = jurisdiction::Model {
            code: code.to_owned(),
            name_zh: "地方".to_owned(),
            name_en: "Place".to_owned(),
            kind,
            parent_code: parent.map(str::to_owned),
        };
        put(db, row).await;
    }
    units(db).await;
    people(db).await;
    homes(db).await;
    reference(db).await;
}

async fn units(db: &DatabaseConnection) {
    let unit = org_unit::Model {
        id: key(1),
        code: "TU_SOCIAL".to_owned(),
        name_zh: "社会事务办".to_owned(),
        name_en: "Social affairs".to_owned(),
        level: UnitLevel::Town,
        jurisdiction: TOWN.to_owned(),
        from_on: day("2018-01-01"),
        to_on: None,
    };
    put(db, unit).await;
    let window = service_window::Model {
        id: key(2),
        code: "W-200".to_owned(),
        name_zh: "旗山村窗口".to_owned(),
        level: UnitLevel::Village,
        jurisdiction: VILLAGE.to_owned(),
        phone: "023-0000".to_owned(),
        opened_on: day("2018-01-01"),
        closed_on: None,
    };
    put(db, window).await;
}

#[expect(clippy::too_many_lines, reason = "a graph of rows reads best in one place")]
async fn people(db: &DatabaseConnection) {
    for number in [20, 21] {
        let row = person::Model {
            id: key(number),
            name_zh: "李某".to_owned(),
            sex: Sex::Female,
            birth_on: Some(day("1973-08-25")),
            id_number_cipher: Some(vec![1, 2, 3]),
            id_number_hash: Some(format!("hash {number}")),
            temporary_key: None,
            phone: None,
            deceased_on: None,
            created_at: NOON,
            version: 1,
        };
        put(db, row).await;
    }
    let unnumbered = person::Model {
        id: key(22),
        name_zh: "新生儿".to_owned(),
        sex: Sex::Unknown,
        birth_on: None,
        id_number_cipher: None,
        id_number_hash: None,
        temporary_key: Some("T-1".to_owned()),
        phone: None,
        deceased_on: None,
        created_at: NOON,
        version: 1,
    };
    put(db, unnumbered).await;
    for (number, login) in [(10, "tw"), (11, "tv"), (12, "tl")] {
        let row = user_account::Model {
            id: key(number),
            login: login.to_owned(),
            subject: login.to_owned(),
            name_zh: "张某".to_owned(),
            password_hash: None,
            person_id: None,
            jurisdiction: TOWN.to_owned(),
            disabled_at: None,
            created_at: NOON,
            version: 1,
        };
        put(db, row).await;
    }
    let row = assignment::Model {
        id: key(13),
        user_id: key(10),
        role: "TW".to_owned(),
        unit: "TW_WINDOW".to_owned(),
        level: UnitLevel::Town,
        jurisdiction: TOWN.to_owned(),
        from_on: day("2018-01-01"),
        to_on: None,
        granted_by: Some(key(12)),
        version: 1,
    };
    put(db, row).await;
    let claim = person_claim::Model {
        id: key(23),
        person_id: key(20),
        kind: ClaimKind::DisabilityGrade,
        value: "2".to_owned(),
        source: "CERTIFICATE".to_owned(),
        source_ref: None,
        from_on: day("2018-01-01"),
        to_on: None,
        recorded_at: NOON,
        recorded_by: Some(key(10)),
        jurisdiction: VILLAGE.to_owned(),
    };
    put(db, claim).await;
}

async fn homes(db: &DatabaseConnection) {
    let household = household::Model {
        id: key(30),
        head_person_id: key(20),
        jurisdiction: VILLAGE.to_owned(),
        area_type: AreaType::Rural,
        address: Some("旗山村".to_owned()),
        group_name: None,
        phone: None,
        declared_size: 2,
        created_at: NOON,
        version: 1,
    };
    put(db, household).await;
    let member = household_member::Model {
        id: key(31),
        household_id: key(30),
        person_id: key(20),
        relation: "02".to_owned(),
        counted: true,
        not_counted_reason: None,
        from_on: day("2018-01-01"),
        to_on: None,
        jurisdiction: VILLAGE.to_owned(),
    };
    put(db, member).await;
    let consent = consent::Model {
        id: key(32),
        household_id: key(30),
        person_id: key(20),
        signer_id: key(20),
        sources: "[\"BANK\"]".to_owned(),
        purpose: "核查".to_owned(),
        form_no: None,
        witness: None,
        signed_on: day("2018-10-19"),
        valid_to: None,
        withdrawn_on: None,
        jurisdiction: VILLAGE.to_owned(),
        recorded_by: key(10),
        version: 1,
    };
    put(db, consent).await;
    let link = scope_link::Model {
        id: key(33),
        entity_type: "Household".to_owned(),
        entity_id: key(30),
        jurisdiction: VILLAGE.to_owned(),
        programme: String::new(),
    };
    put(db, link).await;
}

async fn reference(db: &DatabaseConnection) {
    let value = parameter::Model {
        id: key(3),
        set_name: "PS-2018-10".to_owned(),
        key: "dibao.standard.rural".to_owned(),
        value: "41000".to_owned(),
        value_unit: "fen".to_owned(),
        from_on: day("2018-09-01"),
        to_on: None,
        source_doc: "永川民发".to_owned(),
        status: ParameterStatus::Confirmed,
    };
    put(db, value).await;
    let holiday = work_calendar::Model {
        day: day("2018-10-01"),
        kind: WorkCalendarKind::Holiday,
        name_zh: "国庆节".to_owned(),
        source_doc: "国办发".to_owned(),
    };
    put(db, holiday).await;
    let version = policy_version::Model {
        id: key(4),
        set_name: "baseline".to_owned(),
        version: "1".to_owned(),
        digest: "d".to_owned(),
        recorded_at: NOON,
    };
    put(db, version).await;
    let document = policy_document::Model {
        id: key(5),
        doc_no: "永川府办发〔2018〕1号".to_owned(),
        title_zh: "办法".to_owned(),
        issuer: "永川区".to_owned(),
        programme: None,
        from_on: day("2018-01-01"),
        to_on: None,
        note: None,
    };
    put(db, document).await;
    let client = api_client::Model {
        id: key(6),
        name: "district".to_owned(),
        kind: ClientKind::Gateway,
        role: "DP".to_owned(),
        unit: "DU_PLATFORM".to_owned(),
        level: UnitLevel::District,
        token_hash: "0".repeat(64),
        created_at: NOON,
        expires_at: At(NOON.0 + 1),
        revoked_at: None,
        version: 1,
    };
    put(db, client).await;
    put(db, setting::Model { key: "clock".to_owned(), value: "0".to_owned() }).await;
}
