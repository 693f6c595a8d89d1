//! What ends takes its sockets with it: tokens, assignments, users, permissions, and who does not read.

use super::CASES;
use crate::{
    scenarios::steps::{FAMILY_OF_AT_01, RURAL, file},
    tidy::source::root,
};
use api::http::{HttpSettings, Sockets};
use entity::{assignment, user_account};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::json;
use std::sync::Arc;
use tests::support::{Backend, Got, Server, Socket, on_both, temporary_folder};

on_both!(
    an_assignment_that_ends_takes_its_sockets_with_it,
    a_user_who_is_disabled_loses_every_socket,
    a_permission_that_is_taken_takes_its_subscription_before_the_next_event,
);

/// As an operator would, in the database.
pub async fn end_assignment(server: &Server, login: &str) {
    let db = &server.running.platform.db.writer;
    let held = assignment::Entity::find().filter(assignment::Column::UserId.eq(server.user(login).await.id));
    for row in held.all(db).await.expect("assignments") {
        let mut row = row.into_active_model();
        row.to_on = Set(Some("2018-10-18".parse().expect("a day")));
        row.update(db).await.expect("an assignment ended");
    }
}

async fn an_assignment_that_ends_takes_its_sockets_with_it(backend: Backend) {
    let server = Server::start(backend).await;
    let mut watching = server.socket("tv").await;
    watching.watch("1", CASES, json!({ "input": {} })).await;
    let mut idle = server.socket("tv").await;
    let mut other = server.socket("tv2").await;
    end_assignment(&server, "tv").await;
    for socket in [&mut watching, &mut idle] {
        let (code, reason) = socket.closed().await;
        assert_eq!((code, reason.as_str()), (4403, "Forbidden: the assignment or a permission has ended"));
    }
    other.settle().await;
    // The next operation of a socket is refused as the next request is, whether or not it was closed yet.
    assert!(matches!(Socket::open(&server.base()).await.init(server.token("tv")).await, Got::Closed(4403, _)));
}

async fn a_user_who_is_disabled_loses_every_socket(backend: Backend) {
    let server = Server::start(backend).await;
    let mut socket = server.socket("tv").await;
    socket.watch("1", CASES, json!({ "input": {} })).await;
    let mut user: user_account::ActiveModel = server.user("tv").await.into_active_model();
    user.disabled_at = Set(Some(platform::clock::Clock::wall()));
    user.update(&server.running.platform.db.writer).await.expect("a user disabled");
    assert_eq!(socket.closed().await.0, 4403);
    assert!(matches!(Socket::open(&server.base()).await.init(server.token("tv")).await, Got::Closed(4403, _)));
}

/// The policies of the program without one row of roles.csv.
fn policies_without(row: &str) -> tempfile::TempDir {
    let folder = temporary_folder();
    for entry in std::fs::read_dir(root().join("policies")).expect("the policies").flatten() {
        let name = entry.file_name();
        if let Ok(text) = std::fs::read_to_string(entry.path()) {
            let changed = if name == "roles.csv" { text.replace(row, "") } else { text.clone() };
            assert!(name != "roles.csv" || changed != text, "roles.csv has no such row");
            std::fs::write(folder.path().join(name), changed).expect("a file written");
        }
    }
    folder
}

async fn a_permission_that_is_taken_takes_its_subscription_before_the_next_event(backend: Backend) {
    let server = Server::start(backend).await;
    let mut investigator = server.socket("tv").await;
    investigator.watch("1", CASES, json!({ "input": {} })).await;
    let mut village = server.socket("vw").await;
    village.watch("1", CASES, json!({ "input": {} })).await;

    let platform = &server.running.platform;
    let folder = policies_without("grant,TV,application.read,TOWN\n");
    let source = policies::PolicySource::directory(folder.path()).expect("the policies");
    let source = source.with(policies::FurtherSet::demo());
    let declared = platform.policies.load().declared().to_vec();
    let without = policies::Policies::load(&source, &declared).expect("sound policies");
    platform.policies.store(Arc::new(without));

    file(&server, &RURAL, FAMILY_OF_AT_01, "2018-10-19").await;
    assert_eq!(village.message().await["type"], "next");
    assert_eq!(
        investigator.next().await,
        Got::Closed(4403, "Forbidden: the assignment or a permission has ended".to_owned())
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_expires_ends_its_socket() {
    let server = Server::start(Backend::Sqlite).await;
    let token = server.short_token("tw", 3).await;
    let mut socket = Socket::of(&server.base(), &token).await;
    socket.watch("1", CASES, json!({ "input": {} })).await;
    assert_eq!(socket.next().await, Got::Closed(4403, "Forbidden: the token has expired".to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_read_is_shed() {
    let sockets = Sockets { queue_items: 1, ..Sockets::default() };
    let server = Server::start_with(Backend::Sqlite, HttpSettings { sockets, ..HttpSettings::default() }).await;
    let mut slow = server.socket("tw").await;
    // So many subscriptions that one event is more than may wait.
    for id in 0..8 {
        slow.watch(&id.to_string(), CASES, json!({ "input": {} })).await;
    }
    file(&server, &RURAL, FAMILY_OF_AT_01, "2018-10-19").await;
    let (code, reason) = slow.closed().await;
    assert_eq!((code, reason.as_str()), (1013, "too slow: events were not read in time"));
}
