//! The steps of a case as its people take them, each one GraphQL call with that person's token.

use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};
use tests::support::{Client, Server};

/// A village of 松溉镇: 旗山村.
pub const QISHAN: &str = "500118107200";

/// A key no other call uses.
pub fn key() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("key-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// One family member as the form has it.
pub struct Member {
    pub name: &'static str,
    pub id_number: &'static str,
    pub relation: &'static str,
    pub claims: &'static [(&'static str, &'static str)],
}

/// The family of AT-01: 张守田, 李秀英 (physical disability grade 2), 张小满 (junior student).
pub const FAMILY_OF_AT_01: &[Member] = &[
    Member {
        name: "张守田",
        id_number: "510229197103120116",
        relation: "02",
        claims: &[("HUKOU", "500118107200"), ("EMPLOYMENT", "FARMER")],
    },
    Member {
        name: "李秀英",
        id_number: "510229197308250221",
        relation: "12",
        claims: &[("DISABILITY_CATEGORY", "4"), ("DISABILITY_GRADE", "2"), ("EMPLOYMENT", "UNABLE")],
    },
    Member {
        name: "张小满",
        id_number: "500383200409060247",
        relation: "30",
        claims: &[("EDUCATION_STAGE", "JUNIOR")],
    },
];

/// Where a case is lodged, and by whom.
pub struct Place {
    pub code: &'static str,
    pub area_type: &'static str,
    pub window: &'static str,
}

/// 旗山村, rural, its window clerk.
pub const RURAL: Place = Place { code: QISHAN, area_type: "RURAL", window: "vw" };
/// 文昌宫 community, urban, its window clerk.
pub const URBAN: Place = Place { code: "500118107001", area_type: "URBAN", window: "vw_001" };

/// A case on its way.
pub struct Case<'s> {
    pub server: &'s Server,
    pub household: String,
    pub members: Vec<String>,
    pub id: String,
}

/// Calls a mutation and answers its payload.
pub async fn call(client: &Client, mutation: &str, input: Value, selection: &str) -> Value {
    let mut type_name = mutation.to_owned();
    type_name[..1].make_ascii_uppercase();
    let document = format!(
        "mutation Do($input: {type_name}Input!) {{ {mutation}(input: $input) {{ {selection} userErrors {{ code field message }} }} }}"
    );
    let answer = client.gql(&document, json!({ "input": input })).await;
    assert!(answer.body["errors"].is_null(), "{mutation}: {}", answer.body);
    answer.body["data"][mutation].clone()
}

/// Calls a mutation that must succeed.
pub async fn done(client: &Client, mutation: &str, input: Value, selection: &str) -> Value {
    let payload = call(client, mutation, input, selection).await;
    assert_eq!(payload["userErrors"], json!([]), "{mutation}: {payload}");
    payload
}

/// Calls a mutation that must be refused; answers the code.
pub async fn refused(client: &Client, mutation: &str, input: Value, selection: &str) -> String {
    let payload = call(client, mutation, input, selection).await;
    payload["userErrors"][0]["code"]
        .as_str()
        .unwrap_or_else(|| panic!("{mutation} was not refused: {payload}"))
        .to_owned()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// Registers a person and answers the identifier.
pub async fn register(client: &Client, place: &Place, member: &Member) -> String {
    let input = json!({
        "idempotencyKey": key(), "name": member.name, "idNumber": member.id_number, "villageCode": place.code,
    });
    let person = text(&done(client, "personRegister", input, "person { id }").await["person"]["id"]);
    for (kind, value) in member.claims {
        let input = json!({
            "idempotencyKey": key(), "personId": person, "kind": kind, "value": value, "source": "APPLICANT",
        });
        done(client, "personClaimRecord", input, "person { id }").await;
    }
    person
}

/// Registers a family: its persons, its household, everyone's consent.
pub async fn family(server: &Server, place: &Place, members: &[Member], on: &str) -> (String, Vec<String>) {
    let window = server.client(place.window).await;
    let mut persons = Vec::new();
    for member in members {
        persons.push(register(&window, place, member).await);
    }
    let listed: Vec<_> = persons
        .iter()
        .zip(members)
        .map(|(person, member)| json!({ "personId": person, "relation": member.relation, "counted": true }))
        .collect();
    let input = json!({
        "idempotencyKey": key(), "headId": persons[0], "villageCode": place.code, "areaType": place.area_type, "members": listed,
    });
    let household = text(&done(&window, "householdRegister", input, "household { id }").await["household"]["id"]);
    for person in &persons {
        consent(&window, &household, person, on).await;
    }
    (household, persons)
}

/// Records one person's consent.
pub async fn consent(client: &Client, household: &str, person: &str, on: &str) {
    let input = json!({
        "idempotencyKey": key(), "householdId": household, "personId": person, "sources": ["BANK", "VEHICLE", "TAX"],
        "purpose": "DIBAO", "signedOn": on,
    });
    done(client, "consentRecord", input, "consent { id }").await;
}

/// The input of a dibao request.
pub fn request_input(household: &str, applicant: &str) -> Value {
    json!({
        "idempotencyKey": key(), "householdId": household, "applicantId": applicant, "programmes": ["DIBAO"],
        "need": "家庭收入低，申请低保",
        "materials": [
            { "kind": "APPLICATION_FORM", "name": "低保申请书", "present": true },
            { "kind": "ID_COPY", "name": "居民身份证复印件", "present": true },
            { "kind": "HUKOU_COPY", "name": "户口簿复印件", "present": true },
            { "kind": "INCOME_STATEMENT", "name": "家庭收入申报表", "present": true },
            { "kind": "PROPERTY_STATEMENT", "name": "家庭财产申报表", "present": true },
        ],
    })
}

/// Files at the village window and pushes to the town window.
pub async fn file<'s>(server: &'s Server, place: &Place, members: &[Member], on: &str) -> Case<'s> {
    let (household, persons) = family(server, place, members, on).await;
    let window = server.client(place.window).await;
    let selection = "request { id applications { nodes { id version state } } }";
    let payload = done(&window, "requestSubmit", request_input(&household, &persons[0]), selection).await;
    let application = &payload["request"]["applications"]["nodes"][0];
    assert_eq!(application["state"], "VILLAGE_RECEIVED");
    let case = Case { server, household, members: persons, id: text(&application["id"]) };
    case.step(place.window, "applicationPush", json!({})).await;
    case
}

impl Case<'_> {
    /// Reads fields of the case as a user sees them.
    pub async fn read(&self, user: &str, selection: &str) -> Value {
        let document = format!("query Read($id: ID!) {{ node(id: $id) {{ ... on Application {{ {selection} }} }} }}");
        let answer = self.server.client(user).await.gql(&document, json!({ "id": self.id })).await;
        assert!(answer.body["errors"].is_null(), "{}", answer.body);
        answer.body["data"]["node"].clone()
    }

    /// The case's version now.
    pub async fn version(&self) -> i64 {
        self.read("tw", "version").await["version"].as_i64().expect("a version")
    }

    /// The case's state now.
    pub async fn state(&self) -> String {
        text(&self.read("tw", "state").await["state"])
    }

    /// Input of a step on this case at its present version, with further fields.
    pub async fn input(&self, more: Value) -> Value {
        let mut input =
            json!({ "idempotencyKey": key(), "applicationId": self.id, "expectedVersion": self.version().await });
        for (name, value) in more.as_object().expect("an object") {
            input[name] = value.clone();
        }
        input
    }

    /// A step whose payload is the case; it must succeed.
    pub async fn step(&self, user: &str, mutation: &str, more: Value) {
        let input = self.input(more).await;
        done(&self.server.client(user).await, mutation, input, "application { id }").await;
    }

    /// A step whose payload is the case; it must be refused. Answers the code.
    pub async fn step_refused(&self, user: &str, mutation: &str, more: Value) -> String {
        let before = self.version().await;
        let input = self.input(more).await;
        let code = refused(&self.server.client(user).await, mutation, input, "application { id }").await;
        assert_eq!(self.version().await, before, "{mutation} was refused and changed the case");
        code
    }

    /// Opens the verification; answers its identifier.
    pub async fn start_verification(&self) -> String {
        let input = self.input(json!({})).await;
        let payload = done(&self.server.client("tw").await, "verificationStart", input, "verification { id }").await;
        text(&payload["verification"]["id"])
    }

    /// Home visit by two investigators and the comparison, on one day.
    pub async fn investigate(&self, verification: &str, on: &str) {
        let investigator = self.server.client("tv").await;
        let input = json!({
            "idempotencyKey": key(), "verificationId": verification, "heldOn": on, "facts": "家庭住房一处，无车辆",
            "investigatorIds": [self.server.user_id("tv").await, self.server.user_id("tv2").await],
            "familySignerId": self.members[0],
        });
        done(&investigator, "homeVisitRecord", input, "verification { id }").await;
        let input = json!({
            "idempotencyKey": key(), "verificationId": verification, "heldOn": on, "source": "VEHICLE",
            "result": "MATCHED", "facts": "未发现车辆登记",
        });
        done(&investigator, "comparisonRecord", input, "verification { id }").await;
    }

    /// Issues the report with these incomes.
    pub async fn report(&self, verification: &str, incomes: Value) {
        let investigator = self.server.client("tv").await;
        let read = "query V($id: ID!) { node(id: $id) { ... on Verification { version } } }";
        let answer = investigator.gql(read, json!({ "id": verification })).await;
        let input = json!({
            "idempotencyKey": key(), "verificationId": verification,
            "expectedVersion": answer.body["data"]["node"]["version"],
            "conclusion": "DIFFICULT", "incomes": incomes, "assets": [], "flags": [], "incomeStable": true,
        });
        done(&investigator, "verificationReportIssue", input, "verificationReport { id number }").await;
    }

    /// The appraisal of AT-01's kind: nine on the panel, six representatives, all signed.
    pub async fn appraise(&self, on: &str) {
        let input = self
            .input(json!({
                "heldOn": on, "panelCount": 9, "representativeCount": 6, "agreeCount": 9, "againstCount": 0,
                "signed": true, "disputed": false,
            }))
            .await;
        done(&self.server.client("tu_social").await, "appraisalRecord", input, "appraisal { id }").await;
    }

    /// Posts the first notice; answers it.
    pub async fn post_notice(&self) -> Value {
        let input = self.input(json!({})).await;
        let selection = "notice { id postedOn endsOn headName personCount amount }";
        done(&self.server.client("tu_social").await, "noticePost", input, selection).await["notice"].clone()
    }

    /// The district's approval; answers the decision.
    pub async fn approve(&self) -> Value {
        let input = self.input(json!({})).await;
        let selection = "decision { id outcome amount startMonth reviewClass }";
        done(&self.server.client("da_civil").await, "dibaoApprove", input, selection).await["decision"].clone()
    }
}

/// Farm income over the last twelve months: gross and direct cost, in yuan.
pub fn farm(gross: &str, cost: &str) -> Value {
    json!([
        { "kind": "FARM_GROSS", "period": "LAST_TWELVE_MONTHS", "amount": gross, "source": "入户调查" },
        { "kind": "FARM_COST", "period": "LAST_TWELVE_MONTHS", "amount": cost, "source": "入户调查" },
    ])
}

/// Brings a case of AT-01's dates up to the district's desk.
pub async fn up_to_district(server: &Server) -> Case<'_> {
    let case = up_to_notice(server).await;
    server.set_clock("2018-11-13T09:00:00+08:00").await;
    case.step("tr_social", "applicationTownReview", json!({ "outcome": "GRANT" })).await;
    case.step("tu_social", "applicationForward", json!({})).await;
    server.set_clock("2018-11-20T10:00:00+08:00").await;
    case
}

/// Brings a case of AT-01's dates up to its posted first notice.
pub async fn up_to_notice(server: &Server) -> Case<'_> {
    let case = up_to_report(server).await;
    server.set_clock("2018-11-02T15:00:00+08:00").await;
    case.appraise("2018-11-02").await;
    case.step("tu_social", "preliminaryOpinionGive", json!({ "outcome": "GRANT" })).await;
    server.set_clock("2018-11-05T09:00:00+08:00").await;
    case.post_notice().await;
    case
}

/// Brings a case of AT-01's dates up to its verification report.
pub async fn up_to_report(server: &Server) -> Case<'_> {
    server.set_clock("2018-10-19T09:00:00+08:00").await;
    let case = file(server, &RURAL, FAMILY_OF_AT_01, "2018-10-19").await;
    server.set_clock("2018-10-22T09:00:00+08:00").await;
    case.step("tw", "applicationAccept", json!({})).await;
    case.step("tw", "dibaoDetailsRecord", json!({ "details": { "areaType": "RURAL" } })).await;
    let verification = case.start_verification().await;
    server.set_clock("2018-10-31T16:00:00+08:00").await;
    case.investigate(&verification, "2018-10-31").await;
    case.report(&verification, farm("14400.00", "4800.00")).await;
    case
}
