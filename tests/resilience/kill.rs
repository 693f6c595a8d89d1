//! Twenty `kill -9` while eight clerks work: nothing acknowledged is lost, nothing is done twice, the record is whole.

use super::{town::Town, writers::Writers};
use serde_json::json;
use std::time::Duration;
use tests::support::{Backend, fresh_database, on_both};
use uuid::Uuid;

const KILLS: u32 = 20;

on_both!(twenty_kills_lose_nothing_acknowledged_and_double_nothing);

async fn twenty_kills_lose_nothing_acknowledged_and_double_nothing(backend: Backend) {
    let town = Town::new(fresh_database(backend).await);
    let mut serving = town.serve();
    let writers = Writers::start(&town);
    for kill in 1..=KILLS {
        // Where in its work a server dies is chance, as it is in life.
        let pause = 120 + u64::from(Uuid::now_v7().as_bytes()[15]);
        tokio::time::sleep(Duration::from_millis(pause)).await;
        // Dropping it kills it: no handler of any signal is asked.
        drop(serving);
        town.is_down();
        assert_eq!(town.findings(), json!([]), "after kill {kill}");
        serving = town.serve();
    }
    let acked = writers.stop().await;
    acked.is_there_once(&town).await;
    println!("{backend:?}: {KILLS} kills; {acked}");
    drop(serving);
    assert_eq!(town.findings(), json!([]), "at the end");
}
