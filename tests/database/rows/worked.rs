//! A request, its case, the verification, and the record of it.

use super::{NOON, TOWN, VILLAGE, day, key, put};
use entity::Fen;
use entity::{
    application, application_event, application_facet, application_subject, appraisal, audit_event, audit_head,
    audit_person,
    enums::{
        ApplicationState, AuditOutcome, ClockEffect, MaterialState, NoticeKind, OpinionOutcome, OpinionStage,
        ReportConclusion, ReverificationTrigger, TransferResult, TransferState, UnitLevel, VerificationKind,
        VerificationState,
    },
    idempotency_key, notice, opinion, outbox, request, request_material, reverification, transfer, verification,
    verification_investigator, verification_report, verification_step,
};
use sea_orm::DatabaseConnection;

pub async fn fill(db: &DatabaseConnection) {
    filing(db).await;
    case(db).await;
    verifications(db).await;
    report(db).await;
    procedure(db).await;
    transfers(db).await;
    record(db).await;
}

async fn filing(db: &DatabaseConnection) {
    let request = request::Model {
        id: key(35),
        number: "R-1".to_owned(),
        household_id: key(30),
        applicant_id: key(20),
        window_id: key(2),
        received_on: day("2018-10-19"),
        received_at: NOON,
        need: "生活困难".to_owned(),
        jurisdiction: VILLAGE.to_owned(),
        created_by: key(10),
        version: 1,
    };
    put(db, request).await;
    let material = request_material::Model {
        id: key(36),
        request_id: key(35),
        kind: "ID_CARD".to_owned(),
        name_zh: "身份证".to_owned(),
        state: MaterialState::Present,
        provided_on: Some(day("2018-10-19")),
        jurisdiction: VILLAGE.to_owned(),
        version: 1,
    };
    put(db, material).await;
}

async fn case(db: &DatabaseConnection) {
    let application = application::Model {
        id: key(40),
        number: "A-1".to_owned(),
        request_id: key(35),
        household_id: key(30),
        programme: "DIBAO".to_owned(),
        unit: "TU_SOCIAL".to_owned(),
        jurisdiction: VILLAGE.to_owned(),
        state: ApplicationState::Accepted,
        received_on: day("2018-10-19"),
        accepted_on: Some(day("2018-10-19")),
        due_on: Some(day("2018-11-18")),
        decided_on: None,
        decision_level: None,
        opinion: None,
        supplement_requested_on: None,
        report_id: None,
        details: None,
        clock: ClockEffect::Run,
        clock_since: Some(day("2018-10-19")),
        clock_days_used: 0,
        limit_days: Some(30),
        last_event_at: NOON,
        version: 1,
    };
    put(db, application).await;
    let subject = application_subject::Model {
        id: key(41),
        application_id: key(40),
        person_id: key(20),
        programme: "DIBAO".to_owned(),
        open: true,
        jurisdiction: VILLAGE.to_owned(),
    };
    put(db, subject).await;
    let event = application_event::Model {
        id: key(42),
        application_id: key(40),
        seq: 1,
        at: NOON,
        on_day: day("2018-10-19"),
        wall_at: NOON,
        actor_id: key(10),
        assignment_id: key(13),
        unit: "TW_WINDOW".to_owned(),
        action: "requestSubmit".to_owned(),
        from_state: None,
        to_state: ApplicationState::VillageReceived,
        reason: None,
        clock_effect: ClockEffect::Stop,
        jurisdiction: VILLAGE.to_owned(),
        programme: "DIBAO".to_owned(),
    };
    put(db, event).await;
    let facet = application_facet::Model {
        id: key(43),
        application_id: key(40),
        programme: "DIBAO".to_owned(),
        key: "areaType".to_owned(),
        text_value: Some("RURAL".to_owned()),
        int_value: None,
        unit: "TU_SOCIAL".to_owned(),
        jurisdiction: VILLAGE.to_owned(),
    };
    put(db, facet).await;
}

async fn verifications(db: &DatabaseConnection) {
    for (number, state) in [(50, VerificationState::Reported), (51, VerificationState::Open)] {
        let row = verification::Model {
            id: key(number),
            application_id: key(40),
            household_id: key(30),
            state,
            opened_on: day("2018-10-20"),
            due_on: day("2018-11-02"),
            jurisdiction: VILLAGE.to_owned(),
            programme: "DIBAO".to_owned(),
            version: 1,
        };
        put(db, row).await;
    }
    let step = verification_step::Model {
        id: key(52),
        verification_id: key(50),
        kind: VerificationKind::HomeVisit,
        held_on: day("2018-10-22"),
        source: None,
        person_id: None,
        result: "CONSISTENT".to_owned(),
        facts: "入户".to_owned(),
        family_signer_id: Some(key(20)),
        recorded_by: key(11),
        recorded_at: NOON,
        jurisdiction: VILLAGE.to_owned(),
        programme: "DIBAO".to_owned(),
    };
    put(db, step).await;
    let investigator = verification_investigator::Model {
        id: key(53),
        verification_step_id: key(52),
        verification_id: key(50),
        application_id: key(40),
        user_id: key(11),
        jurisdiction: VILLAGE.to_owned(),
        programme: "DIBAO".to_owned(),
    };
    put(db, investigator).await;
}

async fn report(db: &DatabaseConnection) {
    let report = verification_report::Model {
        id: key(54),
        number: "V-1".to_owned(),
        verification_id: key(50),
        application_id: key(40),
        household_id: key(30),
        issued_on: day("2018-10-25"),
        valid_to: day("2019-04-25"),
        conclusion: ReportConclusion::Difficult,
        facts: "{}".to_owned(),
        facts_hash: "0".repeat(64),
        issued_by: key(11),
        jurisdiction: VILLAGE.to_owned(),
        programme: "DIBAO".to_owned(),
    };
    put(db, report).await;
    let again = reverification::Model {
        id: key(69),
        verification_id: key(51),
        application_id: key(40),
        report_id: key(54),
        trigger: ReverificationTrigger::PublicReport,
        reason: "群众举报有车".to_owned(),
        district_unit: "DU_CIVIL".to_owned(),
        town_unit: "TU_SOCIAL".to_owned(),
        requested_by: key(10),
        requested_on: day("2018-11-20"),
        jurisdiction: VILLAGE.to_owned(),
        programme: "DIBAO".to_owned(),
    };
    put(db, again).await;
}

async fn procedure(db: &DatabaseConnection) {
    let appraisal = appraisal::Model {
        id: key(60),
        application_id: key(40),
        held_on: day("2018-10-28"),
        panel_count: 9,
        representative_count: 6,
        agree_count: 8,
        against_count: 1,
        signed: true,
        disputed: false,
        recorded_by: key(10),
        jurisdiction: VILLAGE.to_owned(),
        programme: "DIBAO".to_owned(),
    };
    put(db, appraisal).await;
    let opinion = opinion::Model {
        id: key(61),
        application_id: key(40),
        stage: OpinionStage::Preliminary,
        outcome: OpinionOutcome::Grant,
        reason: None,
        channel: Some("CIVIL_SOCIAL_ASSISTANCE".to_owned()),
        decision_level: Some("DISTRICT".to_owned()),
        amount_fen: Fen(54_600),
        assessment: Some("{}".to_owned()),
        given_on: day("2018-10-29"),
        given_by: key(10),
        jurisdiction: VILLAGE.to_owned(),
        programme: "DIBAO".to_owned(),
    };
    put(db, opinion).await;
    let notice = notice::Model {
        id: key(62),
        application_id: key(40),
        kind: NoticeKind::First,
        posted_on: day("2018-10-30"),
        ends_on: day("2018-11-06"),
        village_name: "旗山村".to_owned(),
        head_name: "李某".to_owned(),
        person_count: 1,
        amount_fen: Fen(54_600),
        objection_phone: "023-0000".to_owned(),
        posted_by: key(10),
        jurisdiction: VILLAGE.to_owned(),
        programme: "DIBAO".to_owned(),
    };
    put(db, notice).await;
}

async fn transfers(db: &DatabaseConnection) {
    let informed = transfer::Model {
        id: key(58),
        application_id: key(40),
        from_unit: "TU_EDU".to_owned(),
        to_unit: "SCH_SCHOOL".to_owned(),
        level: UnitLevel::School,
        proposed_programme: "EDUCATION".to_owned(),
        proposed_channel: Some("FC-STUDENT".to_owned()),
        state: TransferState::FedBack,
        sent_on: day("2018-10-26"),
        sent_by: key(10),
        receive_due_on: day("2018-10-30"),
        feedback_due_on: day("2018-11-09"),
        limit_basis: Some("学生资助规定".to_owned()),
        due_on: None,
        received_on: Some(day("2018-10-29")),
        received_by: Some(key(10)),
        result: Some(TransferResult::Decided),
        feedback: Some("同意资助".to_owned()),
        competent_unit: None,
        fed_back_on: Some(day("2018-10-30")),
        fed_back_by: Some(key(10)),
        informed_on: Some(day("2018-10-31")),
        informed_by: Some(key(10)),
        jurisdiction: VILLAGE.to_owned(),
        programme: "EDUCATION".to_owned(),
        version: 4,
    };
    put(db, informed.clone()).await;
    let sent = transfer::Model {
        id: key(59),
        state: TransferState::Sent,
        due_on: Some(day("2018-10-30")),
        received_on: None,
        received_by: None,
        result: None,
        feedback: None,
        fed_back_on: None,
        fed_back_by: None,
        informed_on: None,
        informed_by: None,
        version: 1,
        ..informed
    };
    put(db, sent).await;
}

async fn record(db: &DatabaseConnection) {
    let event = audit_event::Model {
        id: key(90),
        chain: format!("act:{TOWN}"),
        seq: 1,
        format: 1,
        at: NOON,
        wall_at: NOON,
        actor_id: Some(key(10)),
        assignment_id: Some(key(13)),
        action: "applicationAccept".to_owned(),
        outcome: AuditOutcome::Done,
        code: None,
        subject_type: Some("Application".to_owned()),
        subject_id: Some(key(40).to_string()),
        application_id: Some(key(40)),
        jurisdiction: VILLAGE.to_owned(),
        body: "{}".to_owned(),
        previous_hash: "0".repeat(64),
        hash: "1".repeat(64),
    };
    put(db, event).await;
    put(db, audit_head::Model { chain: format!("act:{TOWN}"), seq: 1, hash: "1".repeat(64), volume: 0, named: 0 })
        .await;
    let about = audit_person::Model { volume: 0, person_id: key(20), event_id: key(90), at: NOON };
    put(db, about).await;
    let used = idempotency_key::Model {
        id: key(91),
        assignment_id: key(13),
        mutation: "applicationAccept".to_owned(),
        key: "k".to_owned(),
        input_hash: "h".to_owned(),
        entity_id: Some(key(40)),
        entity_version: Some(1),
        created_at: NOON,
    };
    put(db, used).await;
    let event = outbox::Model {
        id: key(92),
        position: 1,
        topic: "Application".to_owned(),
        kind: "applicationAccept".to_owned(),
        application_id: Some(key(40)),
        jurisdiction: VILLAGE.to_owned(),
        programme: Some("DIBAO".to_owned()),
        unit: Some("TU_SOCIAL".to_owned()),
        from_state: Some("TOWN_PENDING".to_owned()),
        state: Some("ACCEPTED".to_owned()),
        at: NOON,
        wall_at: NOON,
    };
    put(db, event).await;
}
