//! Where a library or an act has its one home.

use super::source::{has_word, rust_files};

/// Words of code, and the only places that may hold them (a path, or the beginning of one).
const HOMES: [(&str, &[&str]); 23] = [
    ("axum", &["api/src/http", "tests/bench"]),
    ("hyper", &["api/src/http", "tests/bench/reads"]),
    ("hyper_util", &["api/src/http", "tests/bench/reads"]),
    ("tower_http", &["api/src/http"]),
    ("async_graphql", &["api/src/", "tests/"]),
    ("jsonwebtoken", &["api/src/identity", "tests/"]),
    ("argon2", &["api/src/identity"]),
    ("casbin", &["policies/src/"]),
    ("aes_gcm", &["platform/src/crypto"]),
    ("hmac", &["platform/src/crypto"]),
    // A database is read by text in one place.
    ("rusqlite", &["platform/src/store"]),
    ("tokio_postgres", &["platform/src/store"]),
    ("deadpool_postgres", &["platform/src/store"]),
    ("fluent_bundle", &["platform/src/"]),
    ("sea_orm_migration", &["migration/"]),
    ("calamine", &["api/src/import"]),
    ("Utc::now", &["platform/src/clock.rs", "api/src/identity", "tests/"]),
    ("Local::now", &[]),
    ("SystemTime::now", &["platform/src/clock.rs", "api/src/identity", "tests/"]),
    ("Database::connect", &["platform/src/db.rs", "tests/"]),
    // Only `Op` opens a transaction, and the program itself while it prepares a store.
    ("begin_with_options", &["platform/src/db.rs", "api/src/cli", "migration/src/", "tests/"]),
    // The gateway reads through the scoped finder; what stands here knows by other means that it may.
    ("Entity::find", UNSCOPED),
    ("Entity::find_by_id", UNSCOPED),
];

const UNSCOPED: &[&str] =
    &["entity/src/", "platform/src/", "api/src/cli", "api/src/identity", "api/src/import", "tests/"];

/// Crates that stand below the gateway, and what they must not know.
const BELOW_THE_GATEWAY: [&str; 5] = ["entity/", "migration/", "policies/", "platform/", "modules/"];
const OF_THE_GATEWAY: [&str; 8] =
    ["axum", "hyper", "http", "tower", "reqwest", "async_graphql", "jsonwebtoken", "StatusCode"];

#[test]
fn each_library_and_each_guarded_act_has_one_home() {
    let files = rust_files();
    let mut strays = Vec::new();
    for (word, homes) in HOMES {
        for file in files.iter().filter(|file| !homes.iter().any(|home| file.path.starts_with(home))) {
            if has_word(&file.text, word) {
                strays.push(format!("{} names {word}, whose home is {homes:?}", file.path));
            }
        }
    }
    assert!(strays.is_empty(), "{strays:#?}");
}

#[test]
fn nothing_below_the_gateway_knows_http_or_graphql() {
    let mut strays = Vec::new();
    for file in rust_files() {
        if BELOW_THE_GATEWAY.iter().any(|below| file.path.starts_with(below)) {
            let named = OF_THE_GATEWAY.iter().filter(|word| has_word(&file.text, word));
            strays.extend(named.map(|word| format!("{} names {word}", file.path)));
        }
    }
    assert!(strays.is_empty(), "{strays:#?}");
}

#[test]
fn a_module_opens_nothing_and_reads_no_clock() {
    let mut strays = Vec::new();
    for file in rust_files().iter().filter(|file| file.path.starts_with("modules/")) {
        let named = ["sea_orm", "Instant", "SystemTime", "now", "std::fs", "std::net", "std::env", "casbin"];
        strays.extend(named.iter().filter(|word| has_word(&file.text, word)).map(|word| (file.path.clone(), *word)));
    }
    assert!(strays.is_empty(), "{strays:#?}");
}
