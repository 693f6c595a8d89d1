//! Twenty `kill -9` while eight clerks work: nothing acknowledged is lost, nothing is done twice, the record is whole.

use super::town::{Clerk, Town};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tests::support::{Backend, fresh_database, on_both};
use uuid::Uuid;

const KILLS: u32 = 20;
const WRITERS: u32 = 8;
const VILLAGE: &str = "500118107200";

on_both!(twenty_kills_lose_nothing_acknowledged_and_double_nothing);

async fn twenty_kills_lose_nothing_acknowledged_and_double_nothing(backend: Backend) {
    let town = Town::new(fresh_database(backend).await);
    let mut serving = town.serve();
    let stop = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..WRITERS)
        .map(|number| {
            let people = People { window: town.clerk("vw"), town: town.clerk("tw"), payer: town.clerk("fin") };
            tokio::spawn(work(number, people, Arc::clone(&stop)))
        })
        .collect();
    for kill in 1..=KILLS {
        // Where in its work a server dies is chance, as it is in life.
        let pause = 120 + u64::from(Uuid::now_v7().as_bytes()[15]);
        tokio::time::sleep(Duration::from_millis(pause)).await;
        // Dropping it kills it: no handler of any signal is asked.
        drop(serving);
        town.is_down();
        assert_eq!(town.findings(), json!([]), "after kill {kill}");
        serving = town.serve();
    }
    stop.store(true, Ordering::Relaxed);
    let mut done = Acked::default();
    for writer in writers {
        done.add(writer.await.expect("a writer"));
    }
    everything_is_there_once(&town, &done).await;
    assert!(done.households.len() > WRITERS as usize, "hardly anything was done: {done:?}");
    println!(
        "{backend:?}: {KILLS} kills, {} households, {} cases accepted, {} postings acknowledged; {} answers lost and settled by a retry; {} refusals",
        done.households.len(),
        done.accepted.len(),
        done.posted_fen.len(),
        done.lost,
        done.refused
    );
    drop(serving);
    assert_eq!(town.findings(), json!([]), "at the end");
}

/// Whom one writer acts as.
struct People {
    window: Clerk,
    town: Clerk,
    payer: Clerk,
}

/// What was acknowledged.
#[derive(Debug, Default)]
struct Acked {
    households: Vec<String>,
    accepted: Vec<String>,
    posted: Vec<String>,
    posted_fen: Vec<u64>,
    lost: u32,
    refused: u32,
}

impl Acked {
    fn add(&mut self, other: Self) {
        self.households.extend(other.households);
        self.accepted.extend(other.accepted);
        self.posted.extend(other.posted);
        self.posted_fen.extend(other.posted_fen);
        self.lost += other.lost;
        self.refused += other.refused;
    }
}

async fn work(writer: u32, mut people: People, stop: Arc<AtomicBool>) -> Acked {
    let mut acked = Acked::default();
    let mut round = 0;
    while !stop.load(Ordering::Relaxed) {
        round += 1;
        one_family(writer, round, &mut people, &mut acked).await;
    }
    acked
}

/// Registers a person and a household, files, pushes, accepts, posts money, and tries what must be refused.
async fn one_family(writer: u32, round: u32, people: &mut People, acked: &mut Acked) {
    let key = |step: &str| format!("{writer}-{round}-{step}");
    let lost = &mut acked.lost;
    let number = id_number(writer, round);
    let person = json!({ "name": format!("村民{writer}之{round}"), "idNumber": number, "villageCode": VILLAGE });
    let made = people.window.act("personRegister", &key("person"), person, "person { id }", lost).await;
    let person = text(&made["person"]["id"]);

    let wrong = json!({ "name": "写错", "idNumber": mistyped(&number), "villageCode": VILLAGE });
    let refused = people.window.act("personRegister", &key("wrong"), wrong, "person { id }", lost).await;
    assert_eq!(refused["userErrors"][0]["code"], "INVALID_ID_CHECKSUM", "{refused}");
    acked.refused += 1;

    let household = json!({
        "headId": person, "villageCode": VILLAGE, "areaType": "RURAL",
        "members": [{ "personId": person, "relation": "02", "counted": true }],
    });
    let made =
        people.window.act("householdRegister", &key("household"), household.clone(), "household { id }", lost).await;
    let id = text(&made["household"]["id"]);
    acked.households.push(id.clone());
    let refused =
        people.window.act("householdRegister", &key("second-household"), household, "household { id }", lost).await;
    assert_ne!(refused["userErrors"], json!([]), "one person heads two households");
    acked.refused += 1;

    let day =
        chrono::Utc::now().with_timezone(&chrono::FixedOffset::east_opt(8 * 3600).expect("an offset")).date_naive();
    let consent = json!({
        "householdId": id, "personId": person, "sources": ["BANK"], "purpose": "DIBAO", "signedOn": day.to_string(),
    });
    people.window.act("consentRecord", &key("consent"), consent, "consent { id }", lost).await;
    let materials = ["APPLICATION_FORM", "ID_COPY", "HUKOU_COPY", "INCOME_STATEMENT", "PROPERTY_STATEMENT"]
        .map(|kind| json!({ "kind": kind, "name": kind, "present": true }));
    let request = json!({
        "householdId": id, "applicantId": person, "programmes": ["DIBAO"], "need": "申请低保", "materials": materials,
    });
    let selection = "request { applications { nodes { id version } } }";
    let made = people.window.act("requestSubmit", &key("request"), request, selection, lost).await;
    let case = &made["request"]["applications"]["nodes"][0];
    let step = |version: i64| json!({ "applicationId": case["id"], "expectedVersion": version });
    let version = case["version"].as_i64().unwrap_or_else(|| panic!("{made}"));
    let pushed =
        people.window.act("applicationPush", &key("push"), step(version), "application { id version }", lost).await;
    let version = pushed["application"]["version"].as_i64().unwrap_or_else(|| panic!("{pushed}"));
    let accepted =
        people.town.act("applicationAccept", &key("accept"), step(version), "application { id state }", lost).await;
    assert_eq!(accepted["application"]["state"], "ACCEPTED", "{accepted}");
    acked.accepted.push(text(&accepted["application"]["id"]));

    let fen = u64::from(writer * 1_000 + round * 7 + 1);
    let amount = format!("{}.{:02}", fen / 100, fen % 100);
    let money = json!({
        "programme": "DIBAO", "item": "BASE", "channel": "FC-DIBAO", "amount": amount,
    });
    let posted = people.payer.act("ledgerAppropriate", &key("money"), money, "ledgerEntry { id amount }", lost).await;
    assert_eq!(posted["ledgerEntry"]["amount"], json!(amount), "{posted}");
    acked.posted.push(text(&posted["ledgerEntry"]["id"]));
    acked.posted_fen.push(fen);
}

async fn everything_is_there_once(town: &Town, acked: &Acked) {
    let mut payer = town.clerk("fin");
    let entries = payer.all("ledgerEntries", ", filter: { kind: [APPROPRIATION] }", "id amount").await;
    assert_eq!(ids(&entries), set(&acked.posted), "postings");
    let total: u64 =
        entries.iter().map(|entry| text(&entry["amount"]).replace('.', "").parse::<u64>().expect("fen")).sum();
    assert_eq!(total, acked.posted_fen.iter().sum::<u64>(), "the fund");

    let mut window = town.clerk("vw");
    assert_eq!(ids(&window.all("households", "", "id").await), set(&acked.households), "households");
    let cases = window.all("applications", "", "id state").await;
    assert!(cases.iter().all(|case| case["state"] == "ACCEPTED"), "a case stands half-way: {cases:?}");
    assert_eq!(ids(&cases), set(&acked.accepted), "cases");
}

fn ids(nodes: &[Value]) -> BTreeSet<String> {
    let found: BTreeSet<_> = nodes.iter().map(|node| text(&node["id"])).collect();
    assert_eq!(found.len(), nodes.len(), "a row is listed twice");
    found
}

fn set(ids: &[String]) -> BTreeSet<String> {
    let set: BTreeSet<_> = ids.iter().cloned().collect();
    assert_eq!(set.len(), ids.len(), "two acknowledgements of one row");
    set
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// A valid number of an invented person, another one for each writer and round.
fn id_number(writer: u32, round: u32) -> String {
    let born = chrono::NaiveDate::from_ymd_opt(1950, 1, 1).expect("a day") + chrono::Days::new(u64::from(round));
    let body = format!("510229{}{:03}", born.format("%Y%m%d"), writer);
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    format!("{body}{}", char::from(b"10X98765432"[(sum % 11) as usize]))
}

/// The same number with its last character wrong.
fn mistyped(number: &str) -> String {
    let last = if number.ends_with('1') { '2' } else { '1' };
    format!("{}{last}", &number[..17])
}
