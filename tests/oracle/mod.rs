//! The two ways an operation is answered must answer alike: random queries of every role, compared, and made small
//! when they differ.

mod cases;
mod compare;
mod cover;
mod dice;
mod document;
mod generate;
mod made_small;
mod pool;
mod routes;
mod shrink;
mod values;
mod world;

use api::schema::Snapshot;
use cases::CASES;
use compare::{Request, Said, ask_both};
use cover::Cover;
use dice::Dice;
use document::Document;
use futures_util::{StreamExt, stream};
use generate::{Made, make};
use pool::{Pool, Store};
use routes::{Routes, Target};
use shrink::Shrinking;
use std::{env, panic, sync::Arc, time::Instant};
use tests::{on_both, support::Backend};
use world::{Asker, Town};

/// The seed unless the environment names another one.
const SEED: u64 = 20_181_019;
/// Operations of all roles together.
const OPERATIONS_SQLITE: usize = 20_000;
const OPERATIONS_POSTGRES: usize = 5_000;
/// Roles that ask at a time.
const AT_ONCE: usize = 2;

on_both!(both_paths_answer_alike);

/// What the roles share.
struct Ground {
    town: Town,
    store: Arc<Store>,
    seed: u64,
    operations: usize,
}

async fn both_paths_answer_alike(backend: Backend) {
    let began = Instant::now();
    let town = Town::new(backend).await;
    let store = Arc::new(Store::read(&town.world).await);
    let all = match backend {
        Backend::Sqlite => OPERATIONS_SQLITE,
        Backend::Postgres => OPERATIONS_POSTGRES,
    };
    let (seed, all) = (number("ORACLE_SEED", SEED), number("ORACLE_OPERATIONS", all));
    let askers = town.askers();
    compare_cases(&town, &askers).await;
    let operations = all.div_ceil(askers.len());
    let ground = Arc::new(Ground { town, store, seed, operations });
    let filled = began.elapsed();
    let covers: Vec<Cover> = stream::iter(askers)
        .map(|asker| tokio::spawn(of_role(Arc::clone(&ground), asker)))
        .buffer_unordered(AT_ONCE)
        .map(|cover| cover.unwrap_or_else(|error| panic::resume_unwind(error.into_panic())))
        .collect()
        .await;
    let mut cover = Cover::default();
    covers.into_iter().for_each(|one| cover.join(one));
    println!("{backend:?}, seed {seed}: filled in {filled:.1?}, all in {:.1?}\n{cover}", began.elapsed());
    assert!(cover.asked >= all, "{} operations of {all}", cover.asked);
    assert!(cover.executed * 10 >= cover.asked * 6, "too few operations are executed\n{cover}");
    assert!(cover.with_rows * 10 >= cover.asked * 3, "too few answers hold a row\n{cover}");
    assert!(cover.moved * 1_000 <= cover.asked, "too many answers differ once\n{cover}");
    assert!(cover.planned * 10 >= cover.executed * 7, "too few answers come by a plan\n{cover}");
}

/// A number of the environment.
fn number<T: std::str::FromStr>(name: &str, otherwise: T) -> T {
    let Ok(text) = env::var(name) else { return otherwise };
    text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}"))
}

/// Compares what differed once.
async fn compare_cases(town: &Town, askers: &[Asker]) {
    for case in CASES {
        let asker = askers.iter().find(|asker| asker.name == case.role).expect("a role of this name");
        let variables = serde_json::from_str(case.variables).expect("variables");
        let purpose = case.purpose.map(str::to_owned);
        let request = Request::written(case.query, variables, purpose).unwrap_or_else(|error| panic!("{error}"));
        let (_, differ) = ask_both(&town.world, asker, &request).await;
        if let Some([default, reference]) = differ {
            panic!("{}\n{}\ndefault\n{default}reference\n{reference}", case.role, case.query);
        }
    }
}

/// Asks as one role, and goes on until everything there is was asked for.
async fn of_role(ground: Arc<Ground>, asker: Asker) -> Cover {
    let world = &ground.town.world;
    let snapshot = world.gateway.snapshots().of(&asker.permissions(world)).expect("a schema");
    let routes = Routes::of(&snapshot.table);
    let mut role = Role {
        ground: &ground,
        asker,
        snapshot: &snapshot,
        pool: Pool::new(Arc::clone(&ground.store)),
        number: 0,
        cover: Cover::default(),
    };
    let operations = ground.operations;
    let aims = (routes.targets.len() * 5 / 4).div_ceil(operations.max(1)).clamp(1, 4);
    for number in 0..operations {
        let aims: Vec<_> = (0..aims)
            .filter_map(|at| routes.targets.get((number * aims + at) % routes.targets.len().max(1)).cloned())
            .collect();
        role.compare(&routes, &aims).await;
    }
    // What chance kept from being asked for.
    for at_once in [4, 3, 2, 1, 1, 1, 1, 1] {
        for targets in role.cover.missing(&routes).chunks(at_once) {
            role.compare(&routes, targets).await;
        }
    }
    let missing = role.cover.missing(&routes);
    assert!(missing.is_empty(), "{}: never asked for {missing:#?}", role.asker.name);
    role.cover
}

/// One role and what it has asked so far.
struct Role<'a> {
    ground: &'a Ground,
    asker: Asker,
    snapshot: &'a Snapshot,
    pool: Pool,
    number: u64,
    cover: Cover,
}

impl Role<'_> {
    /// Makes the next operation and compares its answers.
    async fn compare(&mut self, routes: &Routes, aims: &[Target]) {
        let dice = Dice::of(&self.asker.name, self.ground.seed, self.number);
        let made = make(&self.snapshot.table, routes, &self.pool, dice, aims);
        let purpose = self.purpose();
        let request = Request::of(&made.document, purpose.clone()).unwrap_or_else(|error| panic!("{error}"));
        let (answer, differ) = ask_both(&self.ground.town.world, &self.asker, &request).await;
        if let Some([default, reference]) = differ {
            if self.differ(&made.document, &purpose).await.is_some() {
                self.fail(made, purpose).await;
            }
            // Between the two a row changed: what some roles try is recorded while others read the record.
            self.cover.moved += 1;
            let name = &self.asker.name;
            eprintln!("not again: {name}, {}\n{}default\n{default}reference\n{reference}", self.number, made.document);
        }
        self.cover.add(&self.snapshot.table, &made, &answer);
        answer.value().iter().for_each(|data| self.pool.harvest(data));
        self.number += 1;
    }

    /// What the next operation is read for: half of them for what the role reads for by default.
    fn purpose(&self) -> Option<String> {
        let mut dice = Dice::of(&format!("{}, purpose", self.asker.name), self.ground.seed, self.number);
        let purposes = self.asker.purposes(&self.ground.town.world);
        dice.one(&purposes).filter(|_| dice.percent(50)).map(|purpose| (*purpose).to_owned())
    }

    /// Makes an operation small and tells it.
    async fn fail(&self, made: Made, purpose: Option<String>) -> ! {
        let mut shrinking = Shrinking::of(made.document);
        while let Some(smaller) = shrinking.next() {
            let differs = self.differ(&smaller, &purpose).await.is_some();
            shrinking.tried(smaller, differs);
        }
        let small = shrinking.document;
        let [default, reference] = self.differ(&small, &purpose).await.expect("a difference that is there again");
        let variables = serde_json::Value::Object(small.given());
        let (role, seed, number) = (&self.asker.name, self.ground.seed, self.number);
        panic!(
            "{role}, seed {seed}, number {number}, purpose {purpose:?}:\n{small}\n{variables}\ndefault\n{default}reference\n{reference}"
        );
    }

    async fn differ(&self, document: &Document, purpose: &Option<String>) -> Option<[Said; 2]> {
        let request = Request::of(document, purpose.clone()).ok()?;
        ask_both(&self.ground.town.world, &self.asker, &request).await.1
    }
}
