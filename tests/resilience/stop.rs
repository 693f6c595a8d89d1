//! SIGTERM while eight clerks work: the server ends well, and nothing acknowledged is lost.

use super::{town::Town, writers::Writers};
use serde_json::json;
use std::time::Duration;
use tests::support::{Backend, fresh_database, on_both};

const STOPS: u32 = 3;

on_both!(a_server_that_is_asked_to_stop_ends_well_and_loses_nothing);

async fn a_server_that_is_asked_to_stop_ends_well_and_loses_nothing(backend: Backend) {
    let town = Town::new(fresh_database(backend).await);
    let mut serving = town.serve();
    let writers = Writers::start(&town);
    for stop in 1..=STOPS {
        tokio::time::sleep(Duration::from_millis(400)).await;
        let ended = tokio::task::spawn_blocking(|| serving.terminate()).await.expect("a thread");
        assert!(ended.0, "stop {stop}: {}", ended.1);
        town.is_down();
        assert_eq!(town.findings(), json!([]), "after stop {stop}");
        serving = town.serve();
    }
    let acked = writers.stop().await;
    acked.is_there_once(&town).await;
    println!("{backend:?}: {STOPS} stops; {acked}");
}
