//! Backups taken while eight clerks work: each restores to a store that verifies and holds what was acknowledged before.

use super::{town::Town, writers::Writers};
use serde_json::json;
use std::time::Duration;
use tests::support::{Backend, Url, fresh_database, on_both};

const BACKUPS: usize = 3;

on_both!(a_backup_under_load_restores_to_a_store_that_verifies, what_is_no_backup_or_no_place_for_one_is_refused);

async fn a_backup_under_load_restores_to_a_store_that_verifies(backend: Backend) {
    let town = Town::new(fresh_database(backend).await);
    let serving = town.serve();
    let writers = Writers::start(&town);
    let mut taken = Vec::new();
    for number in 0..BACKUPS {
        tokio::time::sleep(Duration::from_millis(700)).await;
        let (file, acked) = (format!("backup-{number}"), writers.acked());
        town.back_up(&file);
        taken.push((file, acked));
    }
    let all = writers.stop().await;
    all.is_there_once(&town).await;
    drop(serving);
    for (file, acked) in taken {
        let copy = town.restored(&file, fresh_database(backend).await);
        assert_eq!(copy.findings(), json!([]), "{file}");
        let serving = copy.serve();
        acked.is_there(&copy).await;
        println!("{backend:?} {file}: at least {acked}");
        drop(serving);
    }
}

async fn what_is_no_backup_or_no_place_for_one_is_refused(backend: Backend) {
    let town = Town::new(fresh_database(backend).await);
    let refused = |arguments: &[&str], database: &Url| {
        let mut command = town.command();
        let output = command.args(arguments).args(["--database", database.as_str()]).output().expect("it runs");
        assert!(!output.status.success() && output.stdout.is_empty(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stderr).expect("text")
    };
    let empty = fresh_database(backend).await;
    let nothing = refused(&["backup", "of-nothing"], &empty);
    assert!(nothing.contains("no database") || nothing.contains("no store of onedoor"), "{nothing}");

    let serving = town.serve();
    town.back_up("good");
    drop(serving);
    let again = town.command().args(["backup", "good"]).args(town.database()).output().expect("it runs");
    assert!(String::from_utf8_lossy(&again.stderr).contains("good exists already"), "{again:?}");

    let full = town.command().args(["restore", "good"]).args(town.database()).output().expect("it runs");
    let said = String::from_utf8_lossy(&full.stderr).into_owned();
    assert!(said.contains("exists already") || said.contains("is not empty"), "{said}");

    std::fs::write(town.folder().join("letter"), "no backup at all").expect("written");
    assert!(refused(&["restore", "letter"], &fresh_database(backend).await).contains("no backup of onedoor"));
    let other = match backend {
        Backend::Sqlite => Backend::Postgres,
        Backend::Postgres => Backend::Sqlite,
    };
    assert!(refused(&["restore", "good"], &fresh_database(other).await).contains("name a"));

    // Half a file is none.
    let whole = std::fs::read(town.folder().join("good")).expect("the backup");
    std::fs::write(town.folder().join("half"), &whole[..whole.len() / 2]).expect("written");
    let target = fresh_database(backend).await;
    refused(&["restore", "half"], &target);
    let after = refused(&["backup", "of-half"], &target);
    assert!(after.contains("no database") || after.contains("no store of onedoor"), "something was left: {after}");
}
