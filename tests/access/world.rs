//! A gateway over a store, asked through its seam as HTTP asks it.

use api::{
    gateway::{Gateway, Options, Way},
    http::seam::{Answer, Caller, Document, Execute, Operation},
    identity::{ApiClient, SignedIn},
};
use async_graphql::parser::{
    parse_query,
    types::{DocumentOperations, OperationType},
};
use entity::{At, assignment, user_account};
use platform::{
    Actor, Language, Platform,
    clock::Clock,
    crypto::Cipher,
    db::Db,
    module::Module,
    part::Part,
    store::{Ask, Keys, Param},
};
use policies::{FurtherSet, Holder, Policies, PolicySource};
use sea_orm::{ActiveModelTrait, ConnectionTrait, IntoActiveModel};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, OnceLock};
use tests::support::{Backend, Url, fresh_database};
use uuid::Uuid;

/// 2018-10-19T09:00+08:00.
const CLOCK: i64 = 1_539_910_800_000_000;

/// A served store without HTTP.
pub struct World {
    pub gateway: Gateway,
    pub platform: Arc<Platform>,
    pub backend: Backend,
    /// Whether every query is asked on both ways, which must answer alike.
    both_ways: bool,
    /// Gone with its file.
    _url: Option<Url>,
}

/// Every module built into the program, and the one from outside.
fn loaded() -> Vec<Arc<dyn Module>> {
    let mut loaded = modules::all();
    loaded.push(Arc::new(heating::Heating));
    loaded
}

/// Statements with their values, in order.
pub type Statements = Arc<Mutex<Vec<String>>>;

/// Every part built into the program, and that of the module from outside.
pub fn parts() -> Vec<Part> {
    let mut parts = platform::parts();
    parts.extend(loaded().iter().map(|module| module.part()));
    parts
}

/// The set of the module from outside, as the operator names it.
fn heating_set() -> FurtherSet {
    FurtherSet::directory("heating", &crate::outside::heating_set()).expect("the set")
}

impl World {
    /// Migrated, without a row.
    pub async fn empty(backend: Backend) -> Self {
        Self::with(backend, Options { development: true, budget: u64::MAX, ..Options::default() }).await
    }

    pub async fn with(backend: Backend, options: Options) -> Self {
        Self::under(backend, options, PolicySource::embedded()).await
    }

    /// Migrated, without a row; and the statements it reads by, as they are sent.
    pub async fn recorded(backend: Backend) -> (Self, Statements) {
        let statements = Statements::default();
        let options = Options { budget: u64::MAX, ..Options::default() };
        let kept = Some(Arc::clone(&statements));
        (Self::build(backend, options, PolicySource::embedded(), kept).await, statements)
    }

    pub async fn under(backend: Backend, options: Options, source: PolicySource) -> Self {
        Self::build(backend, options, source, None).await
    }

    async fn build(backend: Backend, options: Options, source: PolicySource, statements: Option<Statements>) -> Self {
        let url = fresh_database(backend).await;
        let mut db = Db::connect(url.as_str()).await.expect("the new database");
        if let Some(statements) = statements {
            let planned = Arc::clone(&statements);
            let written = move |ask: &Ask| planned.lock().expect("statements").push(inlined(ask).0);
            db.store = db.store.map(|store| store.watched(Arc::new(written)));
            db.reader.set_metric_callback(move |info| {
                statements.lock().expect("statements").push(info.statement.to_string());
            });
        }
        migration::run(&db.writer).await.expect("the timeline");
        let declared: Vec<_> = parts().into_iter().flat_map(|part| part.permissions).collect();
        let policies = Policies::load(&source.with(heating_set()), &declared).expect("sound policies");
        let platform = Arc::new(Platform {
            db,
            policies: Arc::new(policies).into(),
            cipher: Cipher::new(&[1; 32], &[2; 32]).expect("two keys"),
            modules: loaded(),
            calendar: Default::default(),
            clock: Clock::with_offset(CLOCK - Clock::wall().0),
            clock_settable: false,
            acts: OnceLock::default(),
            searches: Default::default(),
        });
        let gateway = Gateway::new(Arc::clone(&platform), parts(), options).expect("sound parts");
        Self { gateway, platform, backend, both_ways: false, _url: Some(url) }
    }

    /// A second gateway over a served store, which tells how many statements an answer took.
    pub fn over(platform: &Arc<Platform>, backend: Backend) -> Self {
        Self::over_with(platform, backend, Options { development: true, budget: u64::MAX, ..Options::default() })
    }

    /// The same with other options.
    pub fn over_with(platform: &Arc<Platform>, backend: Backend, options: Options) -> Self {
        let mut parts = platform::parts();
        parts.extend(platform.modules.iter().map(|module| module.part()));
        let gateway = Gateway::new(Arc::clone(platform), parts, options).expect("sound parts");
        Self { gateway, platform: Arc::clone(platform), backend, both_ways: false, _url: None }
    }

    /// A second gateway over a served store; and the statements it reads by, as they are sent.
    pub fn watching(platform: &Arc<Platform>, backend: Backend) -> (Self, Arc<Mutex<Vec<Asked>>>) {
        let sent = Arc::<Mutex<Vec<Asked>>>::default();
        let mut db = platform.db.clone();
        let planned = Arc::clone(&sent);
        let written = move |ask: &Ask| planned.lock().expect("statements").push(Asked::of(ask));
        db.store = db.store.map(|store| store.watched(Arc::new(written)));
        let other = Arc::clone(&sent);
        db.reader.set_metric_callback(move |info| {
            other.lock().expect("statements").push(Asked::written_out(info.statement.to_string()));
        });
        let platform = Arc::new(Platform {
            db,
            policies: platform.policies.load_full().into(),
            // It opens nothing that is sealed in this store; what was asked is all that counts.
            cipher: Cipher::new(&[1; 32], &[2; 32]).expect("two keys"),
            modules: platform.modules.clone(),
            calendar: Default::default(),
            clock: Clock::with_offset(CLOCK - Clock::wall().0),
            clock_settable: false,
            acts: OnceLock::default(),
            searches: Default::default(),
        });
        (Self::over(&platform, backend), sent)
    }

    /// Puts a made-up actor into the store: personal data is told only to one whose reading can be on record.
    pub async fn know(&self, actor: &Actor) {
        let from = "2014-05-01".parse().expect("a day");
        let user = user_account::Model {
            id: actor.user_id,
            login: actor.login.clone(),
            subject: actor.login.clone(),
            name_zh: "张某".to_owned(),
            password_hash: None,
            person_id: None,
            jurisdiction: actor.jurisdiction.clone(),
            disabled_at: None,
            created_at: At(CLOCK),
            version: 1,
        };
        let assignment = assignment::Model {
            id: actor.assignment_id,
            user_id: actor.user_id,
            role: actor.role.clone(),
            unit: actor.unit.clone(),
            level: actor.level.as_str().parse().expect("a level"),
            jurisdiction: actor.jurisdiction.clone(),
            from_on: from,
            to_on: None,
            granted_by: None,
            version: 1,
        };
        let db = &self.platform.db.writer;
        let places = "INSERT INTO jurisdiction (code, name_zh, name_en, kind, parent_code) \
            VALUES ('500118', '区', 'District', 'DISTRICT', NULL), ('500118107', '镇', 'Town', 'TOWN', '500118') \
            ON CONFLICT DO NOTHING";
        db.execute_unprepared(places).await.expect("places");
        user.into_active_model().insert(db).await.expect("a user");
        assignment.into_active_model().insert(db).await.expect("an assignment");
    }

    /// Asks every query on both ways from now on, and holds the answers against each other.
    pub fn by_both_ways(self) -> Self {
        Self { both_ways: true, ..self }
    }

    pub fn policies(&self) -> Arc<Policies> {
        self.platform.policies.load_full()
    }

    /// Sends one document.
    pub async fn answer(&self, actor: Option<&Actor>, document: &str, variables: Value) -> Answer {
        self.answer_for(actor, None, document, variables).await
    }

    /// Sends one document for a purpose.
    pub async fn answer_for(
        &self,
        actor: Option<&Actor>,
        purpose: Option<&str>,
        document: &str,
        variables: Value,
    ) -> Answer {
        let asked = operation(document, variables.clone());
        let reference = (self.both_ways && asked.kind == OperationType::Query).then_some(Way::Reference);
        let answer = self.gateway.execute(caller(actor, purpose), asked).await;
        if let Some(way) = reference {
            let other = self.gateway.answer_by(way, caller(actor, purpose), operation(document, variables)).await;
            let told = |answer: &Answer| {
                let mut errors: Vec<_> =
                    answer.errors.iter().map(|error| serde_json::to_string(error).expect("an error is JSON")).collect();
                errors.sort();
                (answer.data.clone(), errors)
            };
            assert_eq!(told(&answer), told(&other), "{document}");
        }
        answer
    }

    /// Sends a document that was parsed before.
    pub async fn answer_to(&self, actor: Option<&Actor>, document: &Arc<Document>, variables: Value) -> Answer {
        let Value::Object(variables) = variables else { panic!("variables are an object") };
        let (document, kind) = (Arc::clone(document), OperationType::Query);
        self.gateway.execute(caller(actor, None), Operation { document, name: None, kind, variables }).await
    }

    /// Sends one document for a user through the gateway of a role.
    pub async fn through(&self, client: &Holder, actor: Option<&Actor>, document: &str, variables: Value) -> Answer {
        let client = ApiClient { id: Uuid::from_u128(3), name: "gateway".to_owned(), holder: client.clone() };
        let caller = Caller { client: Some(Arc::new(client)), ..caller(actor, None) };
        self.gateway.execute(caller, operation(document, variables)).await
    }

    /// Sends one document that must be answered without an error.
    pub async fn data(&self, actor: Option<&Actor>, document: &str, variables: Value) -> Value {
        let answer = self.answer(actor, document, variables).await;
        assert!(answer.errors.is_empty(), "{document}\n{:#?}", answer.errors);
        answer.value().expect("data")
    }

    /// Sends one document; answers the messages of its errors.
    pub async fn errors(&self, actor: Option<&Actor>, document: &str) -> Vec<Value> {
        let answer = self.answer(actor, document, json!({})).await;
        answer.errors.iter().map(|error| serde_json::to_value(error).expect("an error is JSON")).collect()
    }

    pub async fn sdl(&self, actor: Option<&Actor>) -> String {
        self.gateway.sdl(caller(actor, None)).await.expect("the schema")
    }
}

/// A statement as it was sent.
pub struct Asked {
    /// Its text.
    pub sql: String,
    /// Whether a plan sent it.
    pub planned: bool,
    /// Whether it runs for the keys of rows above it.
    pub keyed: bool,
    /// Its text with its values in their places.
    pub inlined: String,
    types: Vec<&'static str>,
    values: Vec<String>,
}

impl Asked {
    fn of(ask: &Ask) -> Self {
        let kinds = ask.params.iter().filter_map(|param| match param {
            Param::Key => None,
            Param::Text(_) => Some("text"),
            Param::Int(_) => Some("bigint"),
            Param::Bool(_) => Some("boolean"),
            Param::Uuid(_) => Some("uuid"),
        });
        let keys = ask.keys.iter().map(|keys| match keys {
            Keys::Uuid(_) => "uuid[]",
            Keys::Text(_) => "text[]",
            Keys::Int(_) => "bigint[]",
        });
        let types = kinds.chain(keys).collect();
        let (inlined, values) = inlined(ask);
        Self { sql: ask.query.sql.clone(), planned: true, keyed: ask.keys.is_some(), inlined, types, values }
    }

    fn written_out(sql: String) -> Self {
        Self { inlined: sql.clone(), sql, planned: false, keyed: false, types: Vec::new(), values: Vec::new() }
    }

    /// Prepares it on PostgreSQL, as it is when it is asked.
    pub fn prepared(&self) -> String {
        let types = if self.types.is_empty() { String::new() } else { format!(" ({})", self.types.join(", ")) };
        format!("PREPARE asked{types} AS {}", self.sql)
    }

    /// Executes what was prepared.
    pub fn executed(&self) -> String {
        let values = if self.values.is_empty() { String::new() } else { format!(" ({})", self.values.join(", ")) };
        format!("EXECUTE asked{values}")
    }
}

/// A statement with its values in their places, and the values; of one that runs for keys, on SQLite with the first of them.
fn inlined(ask: &Ask) -> (String, Vec<String>) {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let sqlite = !ask.query.sql.contains('$');
    let uuid = |id: &Uuid| if sqlite { format!("X'{}'", id.simple()) } else { format!("'{id}'::uuid") };
    let keys: Vec<String> = match &ask.keys {
        None => Vec::new(),
        Some(Keys::Uuid(keys)) => keys.iter().map(uuid).collect(),
        Some(Keys::Text(keys)) => keys.iter().map(|key| quoted(key)).collect(),
        Some(Keys::Int(keys)) => keys.iter().map(ToString::to_string).collect(),
    };
    // Only the readers of the program know a table of keys.
    const KEYS: &str = "rarray(?)";
    let sql = ask.query.sql.replace(KEYS, "?");
    let key = keys.first().cloned().unwrap_or_default();
    let key = if ask.query.sql.contains(KEYS) { format!("(SELECT 1 AS rowid, {key} AS value)") } else { key };
    let value = |param: &Param| match param {
        Param::Key => key.clone(),
        Param::Text(text) => quoted(text),
        Param::Int(number) => number.to_string(),
        Param::Bool(truth) => truth.to_string(),
        Param::Uuid(id) => uuid(id),
    };
    let mut values: Vec<String> =
        ask.params.iter().filter(|param| sqlite || **param != Param::Key).map(value).collect();
    if sqlite {
        let mut left = values.iter();
        let sql = sql.split('?').fold(String::new(), |sql, part| {
            if sql.is_empty() { part.to_owned() } else { [sql.as_str(), left.next().expect("a value"), part].concat() }
        });
        return (sql, values);
    }
    if ask.keys.is_some() {
        values.push(format!("ARRAY[{}]", keys.join(", ")));
    }
    let places = (1..=values.len()).rev();
    let sql = places.fold(ask.query.sql.clone(), |sql, at| sql.replace(&format!("${at}"), &values[at - 1]));
    (sql, values)
}

fn operation(document: &str, variables: Value) -> Operation {
    let document = parse_query(document).unwrap_or_else(|error| panic!("{document}\n{error}"));
    let kind = match &document.operations {
        DocumentOperations::Single(operation) => operation.node.ty,
        DocumentOperations::Multiple(_) => OperationType::Query,
    };
    let Value::Object(variables) = variables else { panic!("variables are an object") };
    Operation { document: Arc::new(Document::new(document)), name: None, kind, variables }
}

fn caller(actor: Option<&Actor>, purpose: Option<&str>) -> Caller {
    let identity = actor.map(|actor| {
        Arc::new(SignedIn {
            actor: actor.clone(),
            name: "测试".to_owned(),
            assignments: Vec::new(),
            token_expires_at: entity::At(i64::MAX),
        })
    });
    Caller {
        identity,
        client: None,
        purpose: purpose.map(str::to_owned),
        language: Language::En,
        request_id: Uuid::now_v7(),
    }
}
