//! The timeline is run once, as a whole, and never backwards.

use super::{schema::tables, store::Store};
use migration::Error;
use sea_orm::{ConnectionTrait, Database};
use tests::support::{Backend, fresh_database, on_both};

on_both!(
    a_second_run_changes_nothing,
    two_gateways_may_start_at_once,
    a_program_older_than_its_database_is_told_so,
    a_run_that_fails_leaves_nothing,
);

async fn a_second_run_changes_nothing(backend: Backend) {
    let url = fresh_database(backend).await;
    let db = Database::connect(url.as_str()).await.expect("the database");
    assert_eq!(migration::pending(&db).await.expect("the state"), migration::names());
    assert_eq!(migration::run(&db).await.expect("the first run"), migration::names());
    assert_eq!(migration::pending(&db).await.expect("the state"), Vec::<String>::new());
    assert_eq!(migration::run(&db).await.expect("the second run"), Vec::<String>::new());
}

async fn two_gateways_may_start_at_once(backend: Backend) {
    let url = fresh_database(backend).await;
    let one = Database::connect(url.as_str()).await.expect("the database");
    let other = Database::connect(url.as_str()).await.expect("the database");
    let (one, other) = tokio::join!(migration::run(&one), migration::run(&other));
    let applied = one.expect("one gateway").len() + other.expect("the other").len();
    assert_eq!(applied, migration::names().len());
}

async fn a_program_older_than_its_database_is_told_so(backend: Backend) {
    let store = Store::empty(backend).await;
    let later = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m29990101_000000_later', 0)";
    store.db.execute_unprepared(later).await.expect("a later migration's mark");
    for outcome in [migration::pending(&store.db).await, migration::run(&store.db).await] {
        let Err(Error::DatabaseIsNewer(unknown)) = outcome else { panic!("{outcome:?}") };
        assert_eq!(unknown, ["m29990101_000000_later"]);
    }
}

async fn a_run_that_fails_leaves_nothing(backend: Backend) {
    let url = fresh_database(backend).await;
    let db = Database::connect(url.as_str()).await.expect("the database");
    // The last migration makes this table too.
    db.execute_unprepared("CREATE TABLE setting (key text)").await.expect("a table in the way");
    assert!(matches!(migration::run(&db).await, Err(Error::Database(_))));
    db.execute_unprepared("DROP TABLE setting").await.expect("the way is free");
    assert_eq!(migration::run(&db).await.expect("the second run"), migration::names());
}

#[tokio::test]
async fn migrations_are_named_after_their_day_and_sorted() {
    let names = migration::names();
    assert!(names.is_sorted());
    assert_eq!(names.last(), Some(&migration::newest()));
    for name in names {
        let parts: Vec<&str> = name.splitn(3, '_').collect();
        let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
        assert!(parts.len() == 3 && digits(&parts[0][1..], 8) && digits(parts[1], 6), "{name}");
    }
    let store = Store::empty(Backend::Sqlite).await;
    assert!(tables(&store).await.len() > 40);
}
