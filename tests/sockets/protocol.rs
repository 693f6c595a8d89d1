//! `graphql-transport-ws` to the letter, spoken by hand.

use api::http::{HttpSettings, Sockets};
use serde_json::{Value, json};
use tests::support::{Backend, Got, PROTOCOL, Server, Socket};
use tokio_tungstenite::tungstenite::{
    Bytes, Message,
    protocol::{CloseFrame, frame::coding::CloseCode},
};

async fn server() -> Server {
    Server::start(Backend::Sqlite).await
}

async fn bounded(sockets: Sockets) -> Server {
    Server::start_with(Backend::Sqlite, HttpSettings { sockets, ..HttpSettings::default() }).await
}

fn init() -> Value {
    json!({ "type": "connection_init" })
}

async fn code_after(server: &Server, messages: &[Value]) -> u16 {
    let mut socket = Socket::open(&server.base()).await;
    for message in messages {
        socket.send(message.clone()).await;
    }
    socket.closed().await.0
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_protocol_forbids_is_closed_with_its_code() {
    let server = server().await;
    let subscribe = |id: &str| json!({ "id": id, "type": "subscribe", "payload": { "query": "{ __typename }" } });
    assert_eq!(code_after(&server, &[subscribe("1")]).await, 4401, "before connection_init");
    assert_eq!(code_after(&server, &[init(), init()]).await, 4429);
    let forbidden = json!({ "type": "connection_init", "payload": { "Authorization": "Bearer nonsense" } });
    assert_eq!(code_after(&server, &[forbidden]).await, 4403);
    for wrong in [
        json!("hello"),
        json!({}),
        json!({ "type": "start" }),
        json!({ "type": "next", "id": "1", "payload": {} }),
        json!({ "type": "connection_init", "payload": 1 }),
        json!({ "type": "connection_init", "payload": { "Authorization": 1 } }),
        json!({ "type": "subscribe", "payload": { "query": "{ a }" } }),
    ] {
        assert_eq!(code_after(&server, std::slice::from_ref(&wrong)).await, 4400, "{wrong}");
    }
    for payload in [json!({}), json!({ "query": 1 }), json!({ "query": "{ a }", "variables": [] })] {
        let subscribe = json!({ "id": "1", "type": "subscribe", "payload": payload });
        assert_eq!(code_after(&server, &[init(), subscribe]).await, 4400, "{payload}");
    }
    let mut socket = Socket::open(&server.base()).await;
    socket.say(Message::Binary(Bytes::from_static(b"{}"))).await;
    assert_eq!(socket.closed().await.0, 4400);
    let mut socket = Socket::open(&server.base()).await;
    socket.say(Message::text("{")).await;
    assert_eq!(socket.closed().await.0, 4400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_in_use_is_closed_with_4409_and_free_again_after_complete() {
    let server = server().await;
    let mut socket = server.socket("tw").await;
    let watch = "subscription { applicationChanged(input: {}) { seq } }";
    socket.watch("a \"b\"", watch, json!({})).await;
    socket.send(json!({ "id": "a \"b\"", "type": "complete" })).await;
    socket.send(json!({ "id": "nobody", "type": "complete" })).await;
    socket.watch("a \"b\"", watch, json!({})).await;
    socket.start("a \"b\"", watch, json!({})).await;
    let (code, reason) = socket.closed().await;
    assert_eq!((code, reason.as_str()), (4409, r#"Subscriber for "a \"b\"" already exists"#));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_says_nothing_is_closed_with_4408() {
    let server = bounded(Sockets { init_seconds: 1, ..Sockets::default() }).await;
    let mut socket = Socket::open(&server.base()).await;
    assert_eq!(socket.next().await, Got::Closed(4408, "Connection initialisation timeout".to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_speaks_another_protocol_is_closed_with_4406() {
    let server = server().await;
    let mut socket = Socket::try_open(&server.base(), None, &[]).await.expect("a socket");
    assert_eq!(socket.next().await, Got::Closed(4406, "Subprotocol not acceptable".to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_says_goodbye_is_answered() {
    let server = server().await;
    let mut socket = server.socket("tw").await;
    let goodbye = CloseFrame { code: CloseCode::Normal, reason: "Normal Closure".into() };
    socket.say(Message::Close(Some(goodbye))).await;
    assert_eq!(socket.next().await, Got::Closed(1000, "Normal Closure".to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_sides_may_ping_at_any_time() {
    let server = server().await;
    let mut socket = Socket::open(&server.base()).await;
    socket.send(json!({ "type": "ping" })).await;
    assert_eq!(socket.message().await, json!({ "type": "pong" }));
    socket.send(json!({ "type": "ping", "payload": { "n": 1 } })).await;
    assert_eq!(socket.message().await, json!({ "type": "pong", "payload": { "n": 1 } }));
    socket.send(json!({ "type": "pong" })).await;
    socket.send(init()).await;
    assert_eq!(socket.message().await, json!({ "type": "connection_ack" }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn queries_and_mutations_are_answered_with_next_and_complete_and_refusals_with_error() {
    let server = server().await;
    let mut socket = server.socket("tw").await;
    socket.start("1", "query Me { me { login role } }", json!({})).await;
    let next = socket.message().await;
    assert_eq!((&next["id"], &next["type"]), (&json!("1"), &json!("next")));
    assert_eq!(next["payload"]["data"], json!({ "me": { "login": "tw", "role": "TW" } }));
    assert_eq!(next["payload"]["extensions"]["cost"]["budget"], 5_000);
    assert_eq!(socket.message().await, json!({ "id": "1", "type": "complete" }));

    let set = "mutation($at: DateTime!) { clockSet(input: { at: $at }) { userErrors { code } } }";
    socket.start("2", set, json!({ "at": "2018-10-22T09:00:00+08:00" })).await;
    let next = socket.message().await;
    assert_eq!(next["payload"]["data"], json!({ "clockSet": { "userErrors": [] } }));
    assert_eq!(socket.message().await["type"], "complete");

    let deep = format!("{}x{}", "{ a ".repeat(30), " }".repeat(30));
    for (query, code) in [
        ("{ nothingOfTheKind }", "GRAPHQL_VALIDATION_FAILED"),
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("subscription { dibaoApprove }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { __typename }", "GRAPHQL_VALIDATION_FAILED"),
        (
            "subscription { a: applicationChanged(input: {}) { seq } b: applicationChanged(input: {}) { seq } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (&deep, "OPERATION_LIMIT"),
    ] {
        socket.start("3", query, json!({})).await;
        let error = socket.message().await;
        assert_eq!((&error["id"], &error["type"]), (&json!("3"), &json!("error")), "{error}");
        assert_eq!(error["payload"][0]["extensions"]["code"], code, "{error}");
    }
    socket.settle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_language_and_the_purpose_come_with_connection_init_or_the_handshake() {
    let server = server().await;
    let mut socket = Socket::open(&server.base()).await;
    let payload = json!({ "authorization": format!("Bearer {}", server.token("tw")), "Accept-Language": "zh-CN" });
    socket.send(json!({ "type": "connection_init", "payload": payload })).await;
    assert_eq!(socket.message().await["type"], "connection_ack");
    socket.start("1", "{", json!({})).await;
    let message = socket.message().await["payload"][0]["message"].to_string();
    assert!(!message.is_ascii(), "{message}");

    let bearer = format!("Bearer {}", server.token("tw"));
    let headers = [("authorization", bearer.as_str()), ("onedoor-purpose", "NO_SUCH")];
    let mut socket = Socket::try_open(&server.base(), Some(PROTOCOL), &headers).await.expect("a socket");
    socket.send(init()).await;
    assert_eq!(socket.message().await["type"], "connection_ack");
    socket.start("1", "{ me { login } }", json!({})).await;
    assert_eq!(socket.message().await["payload"][0]["extensions"]["code"], "PURPOSE_UNKNOWN");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_another_origin_gets_no_socket() {
    let origins = vec!["https://window.example".to_owned()];
    let server = Server::start_with(Backend::Sqlite, HttpSettings { origins, ..HttpSettings::default() }).await;
    let base = server.base();
    let from = async |origin: &str| Socket::try_open(&base, Some(PROTOCOL), &[("origin", origin)]).await.map(drop);
    assert_eq!(from(&base).await, Ok(()));
    assert_eq!(from("https://window.example").await, Ok(()));
    for origin in ["https://evil.example", "null", "http://127.0.0.1:1"] {
        assert_eq!(from(origin).await, Err(403), "{origin}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_handshake_is_told_so() {
    let server = server().await;
    let public = server.public();
    let got = public.http().get(format!("{}/graphql/ws", server.base())).send().await.expect("an answer");
    assert_eq!((got.status().as_u16(), got.headers()["upgrade"].as_bytes()), (426, b"websocket".as_slice()));
    let got = public.http().post(format!("{}/graphql/ws", server.base())).send().await.expect("an answer");
    assert_eq!(got.status().as_u16(), 405);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_is_too_long_is_closed_with_1009() {
    let server = bounded(Sockets { message_bytes: 4096, ..Sockets::default() }).await;
    let mut socket = Socket::open(&server.base()).await;
    socket.say(Message::text("x".repeat(200_000))).await;
    assert_eq!(socket.next().await, Got::Closed(1009, "message too big".to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_answer_comes_whole() {
    let server = server().await;
    let mut socket = server.socket("tw").await;
    let query = "{ __schema { types { name description fields { name description args { name description } } } } }";
    socket.start("1", query, json!({})).await;
    let next = socket.message().await;
    let over_http = server.client("tw").await.ok(query, json!({})).await;
    assert_eq!(next["payload"]["data"], over_http);
    assert!(over_http.to_string().len() > 3 * 16_384, "it is sent in pieces");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sockets_and_operations_are_bounded() {
    let server = bounded(Sockets { per_assignment: 2, operations: 2, ..Sockets::default() }).await;
    let mut first = server.socket("tw").await;
    let second = server.socket("tw").await;
    let mut third = Socket::open(&server.base()).await;
    assert!(matches!(third.init(server.token("tw")).await, Got::Closed(1013, _)));
    let other = server.socket("vw").await;
    drop((second, other));

    let watch = "subscription { applicationChanged(input: {}) { seq } }";
    first.watch("1", watch, json!({})).await;
    first.watch("2", watch, json!({})).await;
    first.start("3", watch, json!({})).await;
    let error = first.message().await;
    assert_eq!((&error["type"], &error["payload"][0]["extensions"]["code"]), (&json!("error"), &json!("UNAVAILABLE")));
    first.send(json!({ "id": "1", "type": "complete" })).await;
    first.watch("3", watch, json!({})).await;
}
