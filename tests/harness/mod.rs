//! The harness itself: what the other tests take for granted.

use sea_orm::{ConnectionTrait, Database, DbBackend, Statement};
use tests::support::{Backend, fresh_database, on_both};

on_both!(a_fresh_database_is_empty_and_alone);

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
