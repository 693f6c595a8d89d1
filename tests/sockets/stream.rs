//! graphql-sse, distinct connections, spoken by hand.

use super::CASES;
use crate::scenarios::steps::{FAMILY_OF_AT_01, RURAL, file};
use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};
use tests::support::{Backend, Server, on_both};

on_both!(a_stream_tells_events_and_ends_with_its_assignment);

fn post(server: &Server, token: &str, query: &str, variables: Value) -> RequestBuilder {
    let request = server.public().http().post(format!("{}/graphql/stream", server.base()));
    let body = json!({ "query": query, "variables": variables });
    request.header("accept", "text/event-stream").bearer_auth(token).json(&body)
}

/// The events of a stream, read one after the other.
struct Events {
    response: Response,
    text: String,
}

impl Events {
    fn of(response: Response) -> Self {
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream; charset=utf-8");
        Self { response, text: String::new() }
    }

    /// The next event and its data; `None` at the end. Comments are passed over.
    async fn next(&mut self) -> Option<(String, String)> {
        loop {
            while let Some((event, rest)) = self.text.split_once("\n\n") {
                let event = event.to_owned();
                self.text = rest.to_owned();
                let field = |name: &str| {
                    event.lines().find_map(|line| line.strip_prefix(name)).map(|text| text.trim().to_owned())
                };
                if let Some(kind) = field("event:") {
                    return Some((kind, field("data:").unwrap_or_default()));
                }
            }
            let piece = self.response.chunk().await.ok()??;
            self.text.push_str(std::str::from_utf8(&piece).expect("text"));
        }
    }
}

async fn a_stream_tells_events_and_ends_with_its_assignment(backend: Backend) {
    let server = Server::start(backend).await;
    let watch = post(&server, server.token("tw"), CASES, json!({ "input": { "programme": "DIBAO" } }));
    let mut clerk = Events::of(watch.send().await.expect("a stream"));
    let other = post(&server, server.token("vw_001"), CASES, json!({ "input": {} }));
    let mut other = Events::of(other.send().await.expect("a stream"));
    let case = file(&server, &RURAL, FAMILY_OF_AT_01, "2018-10-19").await;
    let (kind, data) = clerk.next().await.expect("an event");
    let data: Value = serde_json::from_str(&data).expect("JSON");
    assert_eq!(kind, "next");
    assert_eq!(data["data"]["applicationChanged"]["application"]["id"], case.id.as_str());
    super::revocation::end_assignment(&server, "tw").await;
    super::revocation::end_assignment(&server, "vw_001").await;
    clerk.next().await.expect("the push");
    assert_eq!(clerk.next().await, None, "it ends, and no event says that it is complete");
    assert_eq!(other.next().await, None, "a case of another village is no event");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_answer_is_a_stream_of_one_event_and_its_end() {
    let server = Server::start(Backend::Sqlite).await;
    let token = server.token("tw");
    let query = post(&server, token, "{ me { login } }", json!({})).send().await.expect("an answer");
    let mut events = Events::of(query);
    let (kind, data) = events.next().await.expect("an event");
    let data: Value = serde_json::from_str(&data).expect("JSON");
    assert_eq!((kind.as_str(), &data["data"]), ("next", &json!({ "me": { "login": "tw" } })));
    assert_eq!(events.next().await, Some(("complete".to_owned(), String::new())));
    assert_eq!(events.next().await, None);

    let refused = post(&server, token, "subscription { nothing }", json!({})).send().await.expect("an answer");
    let mut events = Events::of(refused);
    let (_, data) = events.next().await.expect("an event");
    assert!(data.contains("GRAPHQL_VALIDATION_FAILED"), "{data}");
    assert_eq!(events.next().await.map(|(kind, _)| kind).as_deref(), Some("complete"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_is_for_those_who_ask_for_one_with_a_token_that_is_good() {
    let server = Server::start(Backend::Sqlite).await;
    let watch = "subscription { applicationChanged(input: {}) { seq } }";
    let got = post(&server, "nonsense", watch, json!({})).send().await.expect("an answer");
    assert_eq!(got.status(), 401);
    let url = format!("{}/graphql/stream", server.base());
    let http = server.public().http().clone();
    let got = http.post(&url).json(&json!({ "query": "{ __typename }" })).send().await.expect("an answer");
    assert_eq!(got.status(), 406, "nobody asked for events");
    let form = http.post(&url).header("accept", "text/event-stream").header("content-type", "text/plain");
    assert_eq!(form.body("{}").send().await.expect("an answer").status(), 415, "a page of another site could send it");
    let change = "?query=mutation%20%7B%20__typename%20%7D";
    let got = http.get(format!("{url}{change}")).header("accept", "text/event-stream").send().await.expect("an answer");
    assert_eq!(got.status(), 405);
    let get = http.get(format!("{url}?query=%7B%20__typename%20%7D")).header("accept", "text/event-stream");
    let text = get.send().await.expect("an answer").text().await.expect("text");
    assert!(text.starts_with("event: next\ndata: {\"data\":{\"__typename\":\"Query\"}"), "{text}");
    assert!(text.ends_with("event: complete\ndata:\n\n"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_ends_with_its_token() {
    let server = Server::start(Backend::Sqlite).await;
    let token = server.short_token("tw", 3).await;
    let watch = "subscription { applicationChanged(input: {}) { seq } }";
    let mut events = Events::of(post(&server, &token, watch, json!({})).send().await.expect("a stream"));
    assert_eq!(events.next().await, None);
}
