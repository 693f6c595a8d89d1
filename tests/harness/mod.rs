//! The harness itself: what the other tests take for granted.

use sea_orm::{ConnectionTrait, Database, DbBackend, Statement};
use serde_json::json;
use tests::support::{Backend, Server, fresh_database, on_both};

on_both!(a_fresh_database_is_empty_and_alone, a_served_store_knows_its_users_and_keeps_its_clock_to_itself);

async fn a_fresh_database_is_empty_and_alone(backend: Backend) {
    let (one, other) = (fresh_database(backend).await, fresh_database(backend).await);
    let one = Database::connect(one.as_str()).await.expect("the first database");
    let other = Database::connect(other.as_str()).await.expect("the second database");
    one.execute_unprepared("CREATE TABLE seen (id integer PRIMARY KEY)").await.expect("a table in the first");
    other.execute_unprepared("CREATE TABLE seen (id integer PRIMARY KEY)").await.expect("the same in the second");
    let expected = match backend {
        Backend::Sqlite => DbBackend::Sqlite,
        Backend::Postgres => DbBackend::Postgres,
    };
    assert_eq!(one.get_database_backend(), expected);
}

async fn a_served_store_knows_its_users_and_keeps_its_clock_to_itself(backend: Backend) {
    let (one, other) = (Server::start(backend).await, Server::start(backend).await);
    one.set_clock("2018-12-01T09:00:00+08:00").await;
    let day = |server: &Server| {
        platform::clock::local_day(server.running.platform.clock.domain(platform::clock::Clock::wall()))
    };
    assert_eq!((day(&one).to_string(), day(&other).to_string()), ("2018-12-01".to_owned(), "2018-10-19".to_owned()));
    let me = other.client("vw").await.ok("{ me { login } }", json!({})).await;
    assert_eq!(me["me"]["login"], "vw");
}

// Ranges of jurisdiction codes need byte order; the cluster's default must be another, so that a column
// that forgot to ask for it is found by the tests of scope.
#[tokio::test]
async fn the_default_order_of_text_is_linguistic_on_postgresql() {
    let url = fresh_database(Backend::Postgres).await;
    let db = Database::connect(url.as_str()).await.expect("the database");
    let query = |sql: &str| Statement::from_string(DbBackend::Postgres, sql);
    let row = db.query_one_raw(query(
        "SELECT '500118:' < '5001181' AS linguistic, '500118:' < '5001181' COLLATE \"C\" AS bytes",
    ));
    let row = row.await.expect("an answer").expect("a row");
    assert!(row.try_get::<bool>("", "linguistic").expect("a truth value"));
    assert!(!row.try_get::<bool>("", "bytes").expect("a truth value"));
}
