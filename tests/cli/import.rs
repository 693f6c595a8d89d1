//! `onedoor import roll`: every row is accounted for.

use super::run::{Serving, fails, ok_json, onedoor};
use api::import::roll::{RollReport, Workbook, import};
use entity::{
    application, benefit, benefit_line, decision,
    enums::{BenefitOrigin, BenefitState},
    household, import_batch, ledger_entry, person,
};
use rust_xlsxwriter::{Formula, Workbook as Writer, Worksheet};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use serde_json::json;
use std::{sync::Arc, time::Duration};
use tests::support::{Backend, Server, on_both};

const HEADER: [&str; 13] = [
    "村(居)",
    "户主姓名",
    "身份证号",
    "家庭人口",
    "保障人数",
    "低保证号",
    "类别(城/农)",
    "家庭补差",
    "重点救助60元",
    "重点救助100元",
    "残疾人救助",
    "月合计",
    "起始月",
];

/// One row of a roll, as typed.
#[derive(Clone)]
struct Line([String; 13]);

impl Line {
    /// A household of 旗山村 that receives 430 + 60 + 100 + 40.
    fn number(number: u32) -> Self {
        let cells = [
            "旗山村",
            "陈试行",
            &id_number(number),
            "3",
            "3",
            &format!("T{number:05}"),
            "农",
            "430",
            "60",
            "100",
            "40",
            "630",
            "2018-05",
        ];
        Self(cells.map(str::to_owned))
    }

    fn with(mut self, column: &str, text: &str) -> Self {
        let index = HEADER.iter().position(|name| *name == column).expect("a column");
        self.0[index] = text.to_owned();
        self
    }
}

fn id_number(number: u32) -> String {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let (year, month, day) = (1940 + number / 8_000, 1 + number / 25 % 12, 1 + number % 25);
    let digits = format!("510231{year}{month:02}{day:02}{:03}", 100 + number / 300 % 800);
    let sum: u32 = digits.chars().zip(WEIGHTS).map(|(digit, weight)| digit.to_digit(10).unwrap() * weight).sum();
    format!("{digits}{}", char::from(b"10X98765432"[(sum % 11) as usize]))
}

/// A workbook with a title, the header in its second row, and these rows from the third on.
fn workbook(lines: &[Line]) -> Vec<u8> {
    write(lines, |_| {})
}

fn write(lines: &[Line], finish: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut writer = Writer::new();
    let sheet = writer.add_worksheet();
    sheet.write(0, 0, "低保花名册").unwrap();
    for (column, name) in (0..).zip(HEADER) {
        sheet.write(1, column, name).unwrap();
    }
    for (row, line) in (2..).zip(lines) {
        for (column, text) in (0..).zip(&line.0) {
            // Numbers as numbers, except identity numbers.
            match text.parse::<f64>() {
                Ok(number) if text.len() < 15 => sheet.write(row, column, number).unwrap(),
                _ => sheet.write(row, column, text).unwrap(),
            };
        }
    }
    finish(sheet);
    writer.save_to_buffer().unwrap()
}

async fn take(server: &Server, bytes: Vec<u8>) -> RollReport {
    let workbook = Workbook { name: "roll.xlsx".to_owned(), bytes: bytes.into() };
    import(&server.running.platform, workbook, &|_, _| {}).await.expect("an import")
}

fn counts(report: &RollReport) -> [u64; 4] {
    [report.rows, report.added, report.known, report.bad]
}

/// Row, column and code of every problem.
fn listed(report: &RollReport) -> Vec<(u32, &'static str, &'static str)> {
    report.problems.iter().map(|problem| (problem.row, problem.column, problem.code)).collect()
}

on_both!(
    a_roll_becomes_households_with_benefits_and_nothing_else,
    bad_rows_are_listed_and_good_rows_are_kept,
    a_later_month_of_a_certificate_follows_the_earlier,
    whoever_was_imported_is_one_person_and_one_household
);

async fn a_roll_becomes_households_with_benefits_and_nothing_else(backend: Backend) {
    let server = Server::start(backend).await;
    let db = &server.running.platform.db.reader;
    let before = ledger_entry::Entity::find().count(db).await.unwrap();
    let bytes = workbook(&[Line::number(1), Line::number(2).with("残疾人救助", "0").with("月合计", "590")]);
    assert_eq!(counts(&take(&server, bytes.clone()).await), [2, 2, 0, 0]);
    let again = take(&server, bytes).await;
    assert_eq!(counts(&again), [2, 0, 2, 0], "a second run adds nothing");

    let found = benefit::Entity::find().filter(benefit::Column::CertificateNo.eq("T00001")).all(db).await.unwrap();
    let [row] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((row.origin, row.state), (BenefitOrigin::ImportedRoll, BenefitState::Active));
    assert_eq!((row.amount_fen_month.0, row.start_month.to_string().as_str()), (63_000, "2018-05"));
    assert_eq!((row.application_id, row.decision_id), (None, None));
    let family = household::Entity::find_by_id(row.household_id).one(db).await.unwrap().unwrap();
    assert_eq!((family.declared_size, family.jurisdiction.as_str()), (3, "500118107200"));
    let mut lines: Vec<_> = benefit_line::Entity::find()
        .filter(benefit_line::Column::BenefitId.eq(row.id))
        .all(db)
        .await
        .unwrap()
        .into_iter()
        .map(|line| (line.item, line.amount_fen.0, line.channel))
        .collect();
    lines.sort();
    let line = |item: &str, fen| (item.to_owned(), fen, "FC-DIBAO".to_owned());
    assert_eq!(lines, [line("BASE", 43_000), line("DISABLED", 4_000), line("KEY_100", 10_000), line("KEY_60", 6_000)]);

    assert_eq!(application::Entity::find().count(db).await.unwrap(), 0);
    assert_eq!(decision::Entity::find().count(db).await.unwrap(), 0);
    assert_eq!(ledger_entry::Entity::find().count(db).await.unwrap(), before);
    let batches = import_batch::Entity::find().order_by_asc(import_batch::Column::Id).all(db).await.unwrap();
    let accounted: Vec<_> =
        batches.iter().map(|batch| [batch.row_count, batch.added_count, batch.known_count]).collect();
    assert_eq!(accounted, [[202, 202, 0], [2, 2, 0], [2, 0, 2]]);

    let window = server.client("vw").await;
    let query =
        "{ benefits(first: 100) { nodes { certificateNo household { head { idNumber } } lines { nodes { item } } } } }";
    let seen = window.ok(query, json!({})).await;
    assert_eq!(seen["benefits"]["nodes"].as_array().map(Vec::len), Some(36), "the village sees its own");
    let other = server.client("vw_201").await.ok(query, json!({})).await;
    assert!(!other.to_string().contains("T00001"), "another village sees it");
}

async fn bad_rows_are_listed_and_good_rows_are_kept(backend: Backend) {
    let server = Server::start(backend).await;
    let lines = [
        Line::number(1),
        Line::number(2).with("身份证号", "510229197103120117"),
        Line::number(3).with("身份证号", "510229********0116"),
        Line::number(4).with("月合计", "640"),
        Line::number(5).with("村(居)", "桃花村"),
        Line::number(6).with("保障人数", "4"),
        Line::number(7).with("起始月", "2019-06").with("类别(城/农)", "镇"),
        Line::number(8).with("家庭补差", "430.005"),
        Line::number(9).with("户主姓名", ""),
        Line::number(10).with("家庭补差", "-430"),
        Line::number(1).with("家庭补差", "431").with("月合计", "631"),
        Line::number(1),
        Line::number(12).with("身份证号", "510229710312011"),
        Line::number(13),
    ];
    let bytes = write(&lines, |sheet| {
        sheet.write(15, 7, Formula::new("=400+30")).unwrap();
        sheet.write(15, 2, 510_231_194_001_140_100_f64).unwrap();
        sheet.write(16, 0, "合计").unwrap();
        sheet.write(16, 11, 8_820).unwrap();
    });
    let report = take(&server, bytes).await;
    assert_eq!(counts(&report), [14, 1, 1, 12], "{:?}", report.problems);
    assert_eq!(report.skipped, 1);
    assert_eq!(
        listed(&report),
        [
            (4, "身份证号", "INVALID_ID_CHECKSUM"),
            (5, "身份证号", "MASKED_ID_NUMBER"),
            (6, "月合计", "SUM_MISMATCH"),
            (7, "村(居)", "UNKNOWN_VILLAGE"),
            (8, "保障人数", "MORE_THAN"),
            (9, "类别", "UNKNOWN_VALUE"),
            (9, "起始月", "MONTH_OUT_OF_RANGE"),
            (10, "家庭补差", "PARTS_OF_A_FEN"),
            (11, "户主姓名", "MISSING"),
            (12, "家庭补差", "NEGATIVE_AMOUNT"),
            (13, "低保证号", "TWICE_IN_FILE"),
            (15, "身份证号", "OLD_ID_NUMBER"),
            (16, "身份证号", "ID_NUMBER_NOT_TEXT"),
            (16, "月合计", "SUM_MISMATCH"),
        ]
    );
    let first = &report.problems[0];
    assert_eq!(first.letter.as_deref(), Some("C"));
    assert!(first.message.contains("check character") && first.message_zh.contains("校验码"), "{first:?}");
    let said = format!("{:?}", report.problems);
    assert!(!said.contains("510229") && !said.contains("陈试行"), "a message repeats personal data: {said}");
}

async fn a_later_month_of_a_certificate_follows_the_earlier(backend: Backend) {
    let server = Server::start(backend).await;
    let db = &server.running.platform.db.reader;
    take(&server, workbook(&[Line::number(1)])).await;
    let later = Line::number(1).with("起始月", "2018-09").with("残疾人救助", "0").with("月合计", "590");
    assert_eq!(counts(&take(&server, workbook(&[later])).await), [1, 1, 0, 0]);
    let rows = benefit::Entity::find()
        .filter(benefit::Column::CertificateNo.eq("T00001"))
        .order_by_asc(benefit::Column::StartMonth)
        .all(db)
        .await
        .unwrap();
    let told: Vec<_> = rows.iter().map(|row| (row.state, row.end_month.map(|month| month.to_string()))).collect();
    assert_eq!(told, [(BenefitState::Terminated, Some("2018-08".to_owned())), (BenefitState::Active, None)]);
    let between = Line::number(1).with("起始月", "2018-07");
    assert_eq!(listed(&take(&server, workbook(&[between])).await), [(3, "低保证号", "LATER_MONTH_ON_RECORD")]);
    let taken = Line::number(2).with("低保证号", "T00001").with("起始月", "2018-10");
    assert_eq!(listed(&take(&server, workbook(&[taken])).await), [(3, "低保证号", "CERTIFICATE_OF_OTHER_HEAD")]);
    let twice = Line::number(1).with("低保证号", "T99999");
    assert_eq!(listed(&take(&server, workbook(&[twice])).await), [(3, "身份证号", "HOUSEHOLD_HOLDS")]);
}

async fn whoever_was_imported_is_one_person_and_one_household(backend: Backend) {
    let server = Server::start(backend).await;
    let db = &server.running.platform.db.reader;
    let count = person::Entity::find().count(db).await.unwrap();
    take(&server, workbook(&[Line::number(1)])).await;
    let input =
        json!({ "idempotencyKey": "p", "name": "陈试行", "idNumber": id_number(1), "villageCode": "500118107200" });
    let register = "mutation R($input: PersonRegisterInput!) { personRegister(input: $input) { person { id } userErrors { code } } }";
    let found = server.client("vw").await.ok(register, json!({ "input": input })).await;
    assert!(found["personRegister"]["person"]["id"].is_string(), "{found}");
    assert_eq!(person::Entity::find().count(db).await.unwrap(), count + 1, "one record for everyone");
}

#[test]
fn what_is_no_roll_is_refused_in_one_line_and_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    Serving::start(onedoor(folder.path()).args(["demo", "--listen", "127.0.0.1:0"])).terminate();
    let good = workbook(&(1..40).map(Line::number).collect::<Vec<_>>());
    let mut cut = good.clone();
    cut.truncate(good.len() / 2);
    let mut headless = Writer::new();
    headless.add_worksheet().write(0, 0, "什么都没有").unwrap();
    let files: [(&str, Vec<u8>, &str); 5] = [
        ("empty.xlsx", Vec::new(), "no .xlsx workbook"),
        ("text.xlsx", b"id,name\n1,2\n".to_vec(), "no .xlsx workbook"),
        ("cut.xlsx", cut, "no .xlsx workbook"),
        ("headless.xlsx", headless.save_to_buffer().unwrap(), "no sheet has a header row"),
        ("big.xlsx", vec![b'P'; 17 << 20], "at most"),
    ];
    let before = ok_json(folder.path(), &["verify"]);
    for (name, bytes, words) in files {
        std::fs::write(folder.path().join(name), bytes).expect("written");
        let line = fails(onedoor(folder.path()).args(["import", "roll", name]));
        assert!(line.contains(words), "{name}: {line}");
    }
    // Any byte may be wrong: refused, or read, but never a crash and never a row lost.
    for place in (40..good.len()).step_by(good.len() / 25) {
        let mut wrong = good.clone();
        wrong[place] ^= 0x55;
        std::fs::write(folder.path().join("wrong.xlsx"), &wrong).expect("written");
        let output = onedoor(folder.path()).args(["import", "roll", "wrong.xlsx", "--json"]).output().expect("it runs");
        assert!(matches!(output.status.code(), Some(0 | 1)), "byte {place}: {output:?}");
        if output.status.success() {
            let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a report");
            let count = |name: &str| report[name].as_u64().expect("a count");
            assert_eq!(count("rows"), count("added") + count("known") + count("bad"), "{report}");
        }
    }
    let after = ok_json(folder.path(), &["verify"]);
    assert_eq!((&before["findings"], &after["findings"]), (&json!([]), &json!([])));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_is_killed_is_finished_by_the_next() {
    let folder = tempfile::tempdir().expect("a folder");
    Serving::start(onedoor(folder.path()).args(["demo", "--listen", "127.0.0.1:0"])).terminate();
    let lines: Vec<_> = (1..=1_500).map(Line::number).collect();
    std::fs::write(folder.path().join("long.xlsx"), workbook(&lines)).expect("written");
    for pause_ms in [150, 400, 700] {
        let mut child = onedoor(folder.path()).args(["import", "roll", "long.xlsx"]).spawn().expect("it starts");
        tokio::time::sleep(Duration::from_millis(pause_ms)).await;
        let _ = child.kill();
        child.wait().expect("an end");
    }
    let report = ok_json(folder.path(), &["import", "roll", "long.xlsx"]);
    assert_eq!((&report["rows"], &report["bad"]), (&json!(1_500), &json!(0)), "{report}");
    assert_eq!(ok_json(folder.path(), &["verify"])["findings"], json!([]));

    let url = format!("sqlite://{}", folder.path().join("data/onedoor.db").display());
    let db = Arc::new(sea_orm::Database::connect(url).await.expect("the store"));
    let roll = benefit::Entity::find().filter(benefit::Column::Origin.eq(BenefitOrigin::ImportedRoll));
    assert_eq!(roll.count(&*db).await.unwrap(), 202 + 1_500);
    let batches = import_batch::Entity::find().all(&*db).await.unwrap();
    assert_eq!(
        batches.iter().map(|batch| batch.added_count).sum::<i32>(),
        202 + 1_500,
        "every added row has its batch"
    );
}

#[test]
fn the_sample_is_what_its_generator_makes() {
    let shipped = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../api/data/sample-roll.xlsx");
    let made = api::import::roll::sample::workbook().expect("a sample");
    assert!(
        std::fs::read(shipped).expect("the sample") == made,
        "run `onedoor import sample --out api/data/sample-roll.xlsx`"
    );
}
