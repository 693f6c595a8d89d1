//! The scoped finder finds what is in scope, and nothing else.

use super::{
    rows::{DISTRICT, TOWN, VILLAGE, key},
    store::Store,
};
use entity::{Scope, Scoped, application, disbursement_batch, find_scoped, household, scope::successor};
use sea_orm::{ConnectionTrait, Iterable, ModelTrait, PrimaryKeyToColumn, QueryOrder};
use tests::support::{Backend, on_both};
use uuid::Uuid;

on_both!(rows_are_found_by_place_and_programme, shared_rows_are_found_by_their_links);

const NOTHING: [Uuid; 0] = [];

fn rows(place: Option<&str>, programmes: Option<&[&str]>) -> Scope {
    Scope::Rows {
        jurisdiction: place.map(str::to_owned),
        programmes: programmes.map(|list| list.iter().map(|code| (*code).to_owned()).collect()),
        unit: None,
        user: None,
    }
}

async fn found<E>(store: &Store, scope: &Scope) -> Vec<Uuid>
where
    E: Scoped,
    E::Model: Send,
{
    let column = E::PrimaryKey::iter().next().map(PrimaryKeyToColumn::into_column).expect("a key");
    let rows = find_scoped::<E>(scope).order_by_asc(column).all(&store.db).await.expect("rows");
    rows.iter().map(|row| row.get(column).unwrap()).collect()
}

/// One case in the village, one of another programme there, one in the town next to it.
async fn neighbours(store: &Store) {
    for sql in [
        store.copy("jurisdiction", &[]).await,
        store
            .copy("jurisdiction", &[("code", "'500118108200'"), ("kind", "'VILLAGE'"), ("parent_code", "'500118108'")])
            .await,
        store.copy("application", &[("id", "#44"), ("number", "'A-2'"), ("programme", "'LINSHI'")]).await,
        store.copy("application", &[("id", "#45"), ("number", "'A-3'"), ("jurisdiction", "'500118108200'")]).await,
    ] {
        store.db.execute_unprepared(&sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
}

async fn rows_are_found_by_place_and_programme(backend: Backend) {
    let store = Store::filled(backend).await;
    neighbours(&store).await;
    let (own, other, far) = (key(40), key(44), key(45));
    let cases: [(Scope, &[Uuid]); 11] = [
        (Scope::None, &[]),
        (Scope::all(), &[own, other, far]),
        (rows(Some(DISTRICT), None), &[own, other, far]),
        (rows(Some(TOWN), None), &[own, other]),
        (rows(Some(VILLAGE), None), &[own, other]),
        (rows(Some("500118108"), None), &[far]),
        (rows(Some("500118107201"), None), &[]),
        (rows(Some(DISTRICT), Some(&["DIBAO"])), &[own, far]),
        (rows(Some(TOWN), Some(&["LINSHI", "TEKUN"])), &[other]),
        (rows(Some(TOWN), Some(&[])), &[]),
        (rows(None, Some(&["DIBAO"])), &[own, far]),
    ];
    for (scope, expected) in cases {
        assert_eq!(found::<application::Entity>(&store, &scope).await, expected, "{scope:?}");
    }
    // What a table cannot answer admits no row: no column of a user here, no programme of a batch.
    let mine = Scope::Rows { jurisdiction: None, programmes: None, unit: None, user: Some(key(10)) };
    assert_eq!(found::<application::Entity>(&store, &mine).await, NOTHING);
    assert_eq!(found::<disbursement_batch::Entity>(&store, &rows(Some(TOWN), Some(&["DIBAO"]))).await, NOTHING);
    assert_eq!(found::<disbursement_batch::Entity>(&store, &rows(Some(TOWN), None)).await, [key(76)]);
}

async fn shared_rows_are_found_by_their_links(backend: Backend) {
    let store = Store::filled(backend).await;
    neighbours(&store).await;
    let home = [key(30)];
    let cases: [(Scope, &[Uuid]); 6] = [
        (Scope::None, &[]),
        (Scope::all(), &home),
        (rows(Some(TOWN), None), &home),
        (rows(Some("500118108"), None), &[]),
        // The link is intake's: no programme reaches the household through it.
        (rows(Some(TOWN), Some(&["DIBAO"])), &[]),
        (rows(None, Some(&["DIBAO"])), &[]),
    ];
    for (scope, expected) in cases {
        assert_eq!(found::<household::Entity>(&store, &scope).await, expected, "{scope:?}");
    }
    let linked = store.copy("scope_link", &[("programme", "'DIBAO'"), ("jurisdiction", "'500118108'")]).await;
    store.db.execute_unprepared(&linked).await.expect("a link");
    for (scope, expected) in [
        (rows(Some(DISTRICT), Some(&["DIBAO"])), home.as_slice()),
        (rows(Some("500118108"), None), &home),
        // Place and programme must be of one link.
        (rows(Some(TOWN), Some(&["DIBAO"])), &[]),
    ] {
        assert_eq!(found::<household::Entity>(&store, &scope).await, expected, "{scope:?}");
    }
}

#[test]
fn a_subtree_is_one_range_of_codes() {
    let within = |root: &str, code: &str| root <= code && code < successor(root).as_str();
    for (root, code, inside) in [
        (TOWN, TOWN, true),
        (TOWN, VILLAGE, true),
        (TOWN, "500118107999", true),
        (TOWN, DISTRICT, false),
        (TOWN, "500118108", false),
        (TOWN, "500118106999", false),
        (DISTRICT, "500119", false),
    ] {
        assert_eq!(within(root, code), inside, "{root} {code}");
    }
}
