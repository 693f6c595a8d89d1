//! The demo's town life: households whose cases stand at every step, so that each role finds work.
//!
//! Each step is one GraphQL mutation of the person whose step it is, through the gateway that serves everybody: what
//! the rules refuse cannot be in the sample either.

use super::further::Further;
use crate::{
    cli::{Store, serve, settings::Settings, token},
    gateway::Gateway,
    http::seam::{Caller, Document, Execute, Operation},
    identity::SignedIn,
};
use anyhow::{Context, Result, ensure};
use async_graphql::parser::{parse_query, types::OperationType};
use entity::{At, Day};
use platform::{Language, clock::Clock, op::Actor};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::{collections::HashMap, sync::Arc};
use uuid::Uuid;

const TOWN: &str = include_str!("../../../data/sample-town.json");

#[derive(Deserialize)]
struct Town {
    timelines: HashMap<String, HashMap<Stage, Day>>,
    families: Vec<Family>,
    further: Vec<Further>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Family {
    stop: Stage,
    timeline: String,
    village: String,
    area_type: String,
    farm_gross: String,
    farm_cost: String,
    members: Vec<Member>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Member {
    name: String,
    id_number: String,
    relation: String,
    claims: Map<String, Value>,
}

/// How far a case has come; the order is that of the procedure.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[serde(rename_all = "UPPERCASE")]
enum Stage {
    #[serde(alias = "filed")]
    Filed,
    Pushed,
    Supplement,
    #[serde(alias = "accepted")]
    Accepted,
    Verifying,
    #[serde(alias = "visited")]
    Visited,
    Reported,
    #[serde(alias = "appraised")]
    Appraised,
    Opined,
    #[serde(alias = "posted")]
    Posted,
    #[serde(alias = "reviewed")]
    Reviewed,
    Forwarded,
    #[serde(alias = "approved")]
    Approved,
    #[serde(alias = "paid")]
    Paid,
}

/// Files every family of the sample and takes its case as far as the sample says; the clock ends where it stood.
pub(in crate::cli) async fn live(store: &Store, settings: &Settings) -> Result<()> {
    let (gateway, _) = serve::gateway(store, settings)?;
    let town: Town = serde_json::from_str(TOWN).context("the sample town cannot be read")?;
    let clock = &store.platform.clock;
    let (began, stood) = (Clock::wall(), clock.domain(Clock::wall()));
    let people = People { store, gateway, actors: actors(store).await? };
    let outcome = play(&people, &town).await;
    clock.set(At(stood.0 + Clock::wall().0 - began.0));
    outcome
}

async fn play(people: &People<'_>, town: &Town) -> Result<()> {
    let mut walks = Vec::new();
    for (number, family) in town.families.iter().enumerate() {
        let days = town.timelines.get(&family.timeline).context("a family without a timeline")?;
        let mut walk = Walk {
            people,
            family,
            days,
            number,
            step: 0,
            household: String::new(),
            persons: Vec::new(),
            case: String::new(),
        };
        walk.go().await.with_context(|| format!("the sample family {number}"))?;
        walks.push(walk);
    }
    for further in town.further.iter().filter(|further| people.store.platform.module(&further.programme).is_some()) {
        let walk = walks.get_mut(further.family).context("a further case of no family")?;
        walk.again(further)
            .await
            .with_context(|| format!("{} of the sample family {}", further.programme, walk.number))?;
    }
    Ok(())
}

/// Who acts in the sample.
const ACTING: [&str; 13] = [
    "vw",
    "vw_001",
    "vw_205",
    "tw",
    "tv",
    "tv2",
    "tu_social",
    "tr_social",
    "tu_edu",
    "tr_edu",
    "sch",
    "da_civil",
    "fin",
];
/// Who visits the families.
const INVESTIGATORS: [&str; 2] = ["tv", "tv2"];

async fn actors(store: &Store) -> Result<HashMap<&'static str, Actor>> {
    let mut actors = HashMap::new();
    for login in ACTING {
        actors.insert(login, token::actor(store, login).await?);
    }
    Ok(actors)
}

/// Everybody who acts in the sample.
struct People<'s> {
    store: &'s Store,
    gateway: Arc<Gateway>,
    actors: HashMap<&'static str, Actor>,
}

impl People<'_> {
    fn actor(&self, login: &str) -> Result<&Actor> {
        self.actors.get(login).with_context(|| format!("{login} does not act in the sample"))
    }

    /// Asks as a user; answers `data`.
    async fn ask(&self, login: &str, query: &str, variables: Value) -> Result<Value> {
        let actor = self.actor(login)?.clone();
        let identity =
            SignedIn { actor, name: login.to_owned(), assignments: Vec::new(), token_expires_at: At(i64::MAX) };
        let caller = Caller {
            identity: Some(Arc::new(identity)),
            client: None,
            purpose: None,
            language: Language::ZhCn,
            request_id: Uuid::now_v7(),
        };
        let Value::Object(variables) = variables else { anyhow::bail!("variables are an object") };
        let document = parse_query(query)?;
        let kind = if query.starts_with("mutation") { OperationType::Mutation } else { OperationType::Query };
        let operation = Operation { document: Arc::new(Document::new(document)), name: None, kind, variables };
        let answer = self.gateway.execute(caller, operation).await;
        ensure!(answer.errors.is_empty(), "{login}: {query}: {:?}", answer.errors);
        ensure!(answer.refusals.is_empty(), "{login}: {query}: {:?} {:?}", answer.refusals, answer.data);
        answer.value().context("an answer without data")
    }
}

/// One family on its way.
pub(super) struct Walk<'w> {
    people: &'w People<'w>,
    family: &'w Family,
    days: &'w HashMap<Stage, Day>,
    number: usize,
    step: usize,
    pub(super) household: String,
    pub(super) persons: Vec<String>,
    pub(super) case: String,
}

impl Walk<'_> {
    async fn go(&mut self) -> Result<()> {
        self.file().await?;
        let mut verification = String::new();
        for stage in [
            Stage::Pushed,
            Stage::Accepted,
            Stage::Verifying,
            Stage::Visited,
            Stage::Reported,
            Stage::Appraised,
            Stage::Opined,
            Stage::Posted,
            Stage::Reviewed,
            Stage::Forwarded,
            Stage::Approved,
            Stage::Paid,
        ] {
            if self.family.stop < stage {
                break;
            }
            match stage {
                Stage::Verifying => verification = self.start_verification().await?,
                Stage::Visited => self.visit(&verification).await?,
                Stage::Reported => self.report(&verification).await?,
                Stage::Paid => self.pay().await?,
                stage => self.advance(stage).await?,
            }
        }
        if self.family.stop == Stage::Supplement {
            let items = json!([{ "kind": "INCOME_STATEMENT", "name": "家庭收入申报表" }]);
            self.act("tw", "applicationSupplementRequest", json!({ "items": items })).await?;
        }
        Ok(())
    }

    /// A step that is one mutation on the case.
    async fn advance(&mut self, stage: Stage) -> Result<()> {
        match stage {
            Stage::Pushed => self.act(self.window(), "applicationPush", json!({})).await,
            Stage::Accepted => {
                self.at(Stage::Accepted, "09:30")?;
                self.act("tw", "applicationAccept", json!({})).await?;
                let details = json!({ "areaType": self.family.area_type });
                self.act("tw", "dibaoDetailsRecord", json!({ "details": details })).await
            }
            Stage::Appraised => {
                self.at(Stage::Appraised, "09:00")?;
                let votes = json!({ "heldOn": self.day(Stage::Appraised)?, "panelCount": 9, "representativeCount": 6,
                    "agreeCount": 9, "againstCount": 0, "signed": true, "disputed": false });
                self.act("tu_social", "appraisalRecord", votes).await
            }
            Stage::Opined => {
                self.act(
                    "tu_social",
                    "preliminaryOpinionGive",
                    json!({ "outcome": "GRANT", "reason": "材料齐全，符合条件" }),
                )
                .await
            }
            Stage::Posted => {
                self.at(Stage::Posted, "10:00")?;
                self.act("tu_social", "noticePost", json!({})).await
            }
            Stage::Reviewed => {
                self.at(Stage::Reviewed, "09:00")?;
                self.act("tr_social", "applicationTownReview", json!({ "outcome": "GRANT" })).await
            }
            Stage::Forwarded => self.act("tu_social", "applicationForward", json!({})).await,
            Stage::Approved => {
                self.at(Stage::Approved, "10:00")?;
                self.act("da_civil", "dibaoApprove", json!({})).await
            }
            other => anyhow::bail!("{other:?} is not one mutation on the case"),
        }
    }

    /// Registers the family and files the request at its village window.
    async fn file(&mut self) -> Result<()> {
        self.at(Stage::Filed, "09:10")?;
        let (window, family) = (self.window(), self.family);
        let mut persons = Vec::new();
        for member in &family.members {
            persons.push(self.register(member).await?);
        }
        let members: Vec<_> = persons
            .iter()
            .zip(&family.members)
            .map(|(person, member)| json!({ "personId": person, "relation": member.relation, "counted": true }))
            .collect();
        let input = json!({ "headId": persons[0], "villageCode": family.village, "areaType": family.area_type, "members": members });
        self.household = self.id_of(window, "householdRegister", input, "household { id }", "household").await?;
        for person in &persons {
            let input = json!({ "householdId": self.household, "personId": person, "sources": ["BANK", "VEHICLE", "TAX"],
                "purpose": "DIBAO", "signedOn": self.day(Stage::Filed)? });
            self.call(window, "consentRecord", input, "consent { id }").await?;
        }
        let material = |kind: &str, name: &str| json!({ "kind": kind, "name": name, "present": true });
        let input = json!({
            "householdId": self.household, "applicantId": persons[0], "programmes": ["DIBAO"], "need": "家庭收入低，申请低保",
            "materials": [
                material("APPLICATION_FORM", "低保申请书"), material("ID_COPY", "居民身份证复印件"),
                material("HUKOU_COPY", "户口簿复印件"), material("INCOME_STATEMENT", "家庭收入申报表"),
                material("PROPERTY_STATEMENT", "家庭财产申报表"),
            ],
        });
        let filed = self.call(window, "requestSubmit", input, "request { applications { nodes { id } } }").await?;
        self.case = text(&filed["request"]["applications"]["nodes"][0]["id"])?;
        self.persons = persons;
        Ok(())
    }

    async fn register(&mut self, member: &Member) -> Result<String> {
        let (window, village) = (self.window(), &self.family.village);
        let input = json!({ "name": member.name, "idNumber": member.id_number, "villageCode": village });
        let person = self.id_of(window, "personRegister", input, "person { id }", "person").await?;
        let place = [("HUKOU".to_owned(), Value::from(village.as_str()))];
        for (kind, value) in place.into_iter().chain(member.claims.clone()) {
            let input = json!({ "personId": person, "kind": kind, "value": value, "source": "APPLICANT" });
            self.call(window, "personClaimRecord", input, "person { id }").await?;
        }
        Ok(person)
    }

    async fn start_verification(&mut self) -> Result<String> {
        let input = self.on_case(json!({})).await?;
        self.id_of("tw", "verificationStart", input, "verification { id }", "verification").await
    }

    async fn visit(&mut self, verification: &str) -> Result<()> {
        self.at(Stage::Visited, "16:00")?;
        let on = self.day(Stage::Visited)?;
        let visitors = INVESTIGATORS
            .iter()
            .map(|login| Ok(platform::id::encode("User", &self.people.actor(login)?.user_id.to_string())));
        let visitors = visitors.collect::<Result<Vec<_>>>()?;
        let input = json!({ "verificationId": verification, "heldOn": on, "facts": "家庭住房一处，无车辆",
            "investigatorIds": visitors, "familySignerId": self.persons.first() });
        self.call("tv", "homeVisitRecord", input, "verification { id }").await?;
        let input = json!({ "verificationId": verification, "heldOn": on, "source": "VEHICLE", "result": "MATCHED",
            "facts": "未发现车辆登记" });
        self.call("tv", "comparisonRecord", input, "verification { id }").await?;
        Ok(())
    }

    async fn report(&mut self, verification: &str) -> Result<()> {
        let read = "query ($id: ID!) { node(id: $id) { ... on Verification { version } } }";
        let version = self.people.ask("tv", read, json!({ "id": verification })).await?["node"]["version"].clone();
        let income = |kind: &str, amount: &str| json!({ "kind": kind, "period": "LAST_TWELVE_MONTHS", "amount": amount, "source": "入户调查" });
        let incomes = [income("FARM_GROSS", &self.family.farm_gross), income("FARM_COST", &self.family.farm_cost)];
        let input = json!({ "verificationId": verification, "expectedVersion": version, "conclusion": "DIFFICULT",
            "incomes": incomes, "assets": [], "flags": [], "incomeStable": true });
        self.call("tv", "verificationReportIssue", input, "verificationReport { id }").await?;
        Ok(())
    }

    /// Pays the first month of every line.
    async fn pay(&mut self) -> Result<()> {
        self.at(Stage::Paid, "10:00")?;
        let read = "query { ledgerEntries(first: 100, filter: { kind: [COMMITMENT] }) {
            nodes { id item channel amount month application { id } } } }";
        let found = self.people.ask("fin", read, json!({})).await?;
        let entries = found["ledgerEntries"]["nodes"].as_array().context("the ledger's entries")?;
        let own: Vec<_> = entries.iter().filter(|entry| entry["application"]["id"] == self.case.as_str()).collect();
        let first = own.first().context("an approved case without a commitment")?;
        let lines: Vec<_> = own
            .iter()
            .map(|entry| json!({ "commitmentId": entry["id"], "programme": "DIBAO", "item": entry["item"], "amount": entry["amount"] }))
            .collect();
        let input = json!({ "channel": first["channel"], "month": first["month"], "lines": lines });
        self.call("fin", "disbursementPost", input, "disbursementBatch { id }").await?;
        Ok(())
    }

    /// A mutation on the case at its present version.
    pub(super) async fn act(&mut self, login: &str, mutation: &str, more: Value) -> Result<()> {
        let input = self.on_case(more).await?;
        self.call(login, mutation, input, "").await?;
        Ok(())
    }

    pub(super) async fn on_case(&self, more: Value) -> Result<Value> {
        let read = "query ($id: ID!) { node(id: $id) { ... on Application { version } } }";
        let seen = self.people.ask("tw", read, json!({ "id": self.case })).await?;
        let mut input = json!({ "applicationId": self.case, "expectedVersion": seen["node"]["version"] });
        let (Value::Object(all), Value::Object(more)) = (&mut input, more) else { anyhow::bail!("input is an object") };
        all.extend(more);
        Ok(input)
    }

    async fn id_of(&mut self, login: &str, mutation: &str, input: Value, selection: &str, of: &str) -> Result<String> {
        text(&self.call(login, mutation, input, selection).await?[of]["id"])
    }

    pub(super) async fn call(
        &mut self,
        login: &str,
        mutation: &str,
        mut input: Value,
        selection: &str,
    ) -> Result<Value> {
        self.step += 1;
        input["idempotencyKey"] = format!("sample-{}-{}", self.number, self.step).into();
        let mut type_name = mutation.to_owned();
        type_name[..1].make_ascii_uppercase();
        let document = format!(
            "mutation Sample($input: {type_name}Input!) {{ {mutation}(input: $input) {{ {selection} userErrors {{ code message }} }} }}"
        );
        let mut data = self.people.ask(login, &document, json!({ "input": input })).await?;
        Ok(data[mutation].take())
    }

    pub(super) fn window(&self) -> &'static str {
        match self.family.village.as_str() {
            "500118107001" => "vw_001",
            "500118107205" => "vw_205",
            _ => "vw",
        }
    }

    fn day(&self, stage: Stage) -> Result<Day> {
        self.days.get(&stage).copied().with_context(|| format!("no day for {stage:?}"))
    }

    fn at(&self, stage: Stage, time: &str) -> Result<()> {
        self.on(self.day(stage)?, time)
    }

    /// Moves the clock; the time of day is read in Shanghai.
    pub(super) fn on(&self, day: Day, time: &str) -> Result<()> {
        let at: At = format!("{day}T{time}:00+08:00").parse()?;
        self.people.store.platform.clock.set(at);
        Ok(())
    }
}

pub(super) fn text(value: &Value) -> Result<String> {
    Ok(value.as_str().context("an answer without its identifier")?.to_owned())
}
