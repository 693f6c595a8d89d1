//! Eight clerks' worth of mixed work that goes on through anything, and the account of what was acknowledged.

use super::town::{Clerk, Town};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::task::JoinHandle;

const WRITERS: u32 = 8;
const VILLAGE: &str = "500118107200";

/// Writers at work.
pub struct Writers {
    stop: Arc<AtomicBool>,
    acked: Arc<Mutex<Acked>>,
    tasks: Vec<JoinHandle<()>>,
}

impl Writers {
    /// Sets them to work on a town that is served.
    pub fn start(town: &Town) -> Self {
        let (stop, acked) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Acked::default())));
        let tasks = (0..WRITERS)
            .map(|number| {
                let people = People { window: town.clerk("vw"), town: town.clerk("tw"), payer: town.clerk("fin") };
                tokio::spawn(work(number, people, Arc::clone(&stop), Arc::clone(&acked)))
            })
            .collect();
        Self { stop, acked, tasks }
    }

    /// What has been acknowledged by now.
    pub fn acked(&self) -> Acked {
        self.acked.lock().expect("the account").clone()
    }

    /// Lets each finish what it is at; answers everything that was acknowledged.
    pub async fn stop(self) -> Acked {
        self.stop.store(true, Ordering::Relaxed);
        for task in self.tasks {
            task.await.expect("a writer");
        }
        let acked = self.acked.lock().expect("the account").clone();
        assert!(acked.households.len() > WRITERS as usize, "hardly anything was done: {acked:?}");
        acked
    }
}

/// Whom one writer acts as.
struct People {
    window: Clerk,
    town: Clerk,
    payer: Clerk,
}

/// What was acknowledged, and how often an answer was lost and a rule refused.
#[derive(Debug, Default, Clone)]
pub struct Acked {
    households: Vec<String>,
    accepted: Vec<String>,
    posted: Vec<String>,
    posted_fen: Vec<u64>,
    lost: u32,
    refused: u32,
}

impl fmt::Display for Acked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { households, accepted, posted, lost, refused, .. } = self;
        let (households, accepted, posted) = (households.len(), accepted.len(), posted.len());
        write!(f, "{households} households, {accepted} cases accepted, {posted} postings acknowledged; ")?;
        write!(f, "{lost} answers lost and settled by a retry; {refused} refusals")
    }
}

async fn work(writer: u32, mut people: People, stop: Arc<AtomicBool>, acked: Arc<Mutex<Acked>>) {
    let mut round = 0;
    while !stop.load(Ordering::Relaxed) {
        round += 1;
        one_family(writer, round, &mut people, &acked).await;
    }
    let lost = people.window.lost + people.town.lost + people.payer.lost;
    acked.lock().expect("the account").lost += lost;
}

/// Registers a family and files for it, accepts its case, posts money, and tries what must be refused.
async fn one_family(writer: u32, round: u32, people: &mut People, acked: &Mutex<Acked>) {
    let key = |step: &str| format!("{writer}-{round}-{step}");
    let account = || acked.lock().expect("the account");
    let number = id_number(writer, round);
    let person = json!({ "name": format!("村民{writer}之{round}"), "idNumber": number, "villageCode": VILLAGE });
    let made = people.window.act("personRegister", &key("person"), person, "person { id }").await;
    let person = text(&made["person"]["id"]);

    let wrong = json!({ "name": "写错", "idNumber": mistyped(&number), "villageCode": VILLAGE });
    let refused = people.window.act("personRegister", &key("wrong"), wrong, "person { id }").await;
    assert_eq!(refused["userErrors"][0]["code"], "INVALID_ID_CHECKSUM", "{refused}");
    account().refused += 1;

    let household = json!({
        "headId": person, "villageCode": VILLAGE, "areaType": "RURAL",
        "members": [{ "personId": person, "relation": "02", "counted": true }],
    });
    let made = people.window.act("householdRegister", &key("household"), household.clone(), "household { id }").await;
    let id = text(&made["household"]["id"]);
    account().households.push(id.clone());
    let refused = people.window.act("householdRegister", &key("second"), household, "household { id }").await;
    assert_ne!(refused["userErrors"], json!([]), "one person heads two households");
    account().refused += 1;

    let case = accepted_case(people, &key, &id, &person).await;
    account().accepted.push(case);

    let fen = u64::from(writer * 1_000 + round * 7 + 1);
    let amount = format!("{}.{:02}", fen / 100, fen % 100);
    let money = json!({ "programme": "DIBAO", "item": "BASE", "channel": "FC-DIBAO", "amount": amount });
    let posted = people.payer.act("ledgerAppropriate", &key("money"), money, "ledgerEntry { id amount }").await;
    assert_eq!(posted["ledgerEntry"]["amount"], json!(amount), "{posted}");
    let mut account = account();
    account.posted.push(text(&posted["ledgerEntry"]["id"]));
    account.posted_fen.push(fen);
}

/// Takes a household's request to its acceptance; answers the case.
async fn accepted_case(people: &mut People, key: &impl Fn(&str) -> String, household: &str, person: &str) -> String {
    let offset = chrono::FixedOffset::east_opt(8 * 3600).expect("an offset");
    let today = chrono::Utc::now().with_timezone(&offset).date_naive().to_string();
    let consent = json!({
        "householdId": household, "personId": person, "sources": ["BANK"], "purpose": "DIBAO", "signedOn": today,
    });
    people.window.act("consentRecord", &key("consent"), consent, "consent { id }").await;
    let materials = ["APPLICATION_FORM", "ID_COPY", "HUKOU_COPY", "INCOME_STATEMENT", "PROPERTY_STATEMENT"]
        .map(|kind| json!({ "kind": kind, "name": kind, "present": true }));
    let request = json!({
        "householdId": household, "applicantId": person, "programmes": ["DIBAO"], "need": "申请低保",
        "materials": materials,
    });
    let selection = "request { applications { nodes { id version } } }";
    let made = people.window.act("requestSubmit", &key("request"), request, selection).await;
    let case = &made["request"]["applications"]["nodes"][0];
    let step = |now: &Value| json!({ "applicationId": case["id"], "expectedVersion": now["version"] });
    let pushed = people.window.act("applicationPush", &key("push"), step(case), "application { version }").await;
    let accept = step(&pushed["application"]);
    let accepted = people.town.act("applicationAccept", &key("accept"), accept, "application { id state }").await;
    assert_eq!(accepted["application"]["state"], "ACCEPTED", "{accepted}");
    text(&accepted["application"]["id"])
}

impl Acked {
    /// Asserts that the town holds exactly this, each thing once.
    pub async fn is_there_once(&self, town: &Town) {
        let found = Found::in_town(town).await;
        assert_eq!(found.posted, set(&self.posted), "postings");
        assert_eq!(found.fund_fen, self.posted_fen.iter().sum::<u64>(), "the fund");
        assert_eq!(found.households, set(&self.households), "households");
        assert_eq!(found.accepted, set(&self.accepted), "cases accepted");
        assert_eq!(found.cases, found.accepted.len(), "a case stands half-way");
    }

    /// Asserts that the town holds at least this.
    pub async fn is_there(&self, town: &Town) {
        let found = Found::in_town(town).await;
        assert!(found.posted.is_superset(&set(&self.posted)), "a posting is missing");
        assert!(found.households.is_superset(&set(&self.households)), "a household is missing");
        assert!(found.accepted.is_superset(&set(&self.accepted)), "a case is missing");
    }
}

/// What a town holds, as its clerks see it.
struct Found {
    posted: BTreeSet<String>,
    fund_fen: u64,
    households: BTreeSet<String>,
    accepted: BTreeSet<String>,
    cases: usize,
}

impl Found {
    async fn in_town(town: &Town) -> Self {
        let (mut payer, mut window) = (town.clerk("fin"), town.clerk("vw"));
        let entries = payer.all("ledgerEntries", ", filter: { kind: [APPROPRIATION] }", "id amount").await;
        let fen = |entry: &Value| text(&entry["amount"]).replace('.', "").parse::<u64>().expect("fen");
        let cases = window.all("applications", "", "id state").await;
        let accepted: Vec<_> = cases.iter().filter(|case| case["state"] == "ACCEPTED").cloned().collect();
        Self {
            posted: ids(&entries),
            fund_fen: entries.iter().map(fen).sum(),
            households: ids(&window.all("households", "", "id").await),
            accepted: ids(&accepted),
            cases: ids(&cases).len(),
        }
    }
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
