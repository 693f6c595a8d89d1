//! AT-07: identity numbers.

use super::steps::*;
use serde_json::{Value, json};
use tests::support::{Backend, Server, on_both};

on_both!(at_07_identity_numbers_are_checked_to_the_character);

fn person(id_number: &str) -> Value {
    json!({ "idempotencyKey": key(), "name": "何某", "idNumber": id_number, "villageCode": QISHAN })
}

async fn at_07_identity_numbers_are_checked_to_the_character(backend: Backend) {
    let server = Server::start(backend).await;
    server.set_clock("2018-10-19T09:00:00+08:00").await;
    let window = server.client("vw").await;
    let selection = "person { id idNumber }";
    let upper = done(&window, "personRegister", person("51022919660620005X"), selection).await;
    let lower = done(&window, "personRegister", person("51022919660620005x"), selection).await;
    assert_eq!(upper["person"], lower["person"], "the same number is the same person");
    for (number, code) in [
        ("110105194912310021", "INVALID_ID_CHECKSUM"),
        ("510229197102300115", "INVALID_BIRTH_DATE"),
        ("510229710312011", "OLD_ID_NUMBER"),
        ("51022919710312011", "INVALID_ID_NUMBER"),
        ("5102291971031201AB", "INVALID_ID_NUMBER"),
    ] {
        assert_eq!(refused(&window, "personRegister", person(number), selection).await, code, "{number}");
    }
    let mut mismatch = person("510229197103120116");
    mismatch["sex"] = json!("FEMALE");
    assert_eq!(refused(&window, "personRegister", mismatch, selection).await, "SEX_MISMATCH");
    done(&window, "personRegister", person("510229197103120116"), selection).await;
}
