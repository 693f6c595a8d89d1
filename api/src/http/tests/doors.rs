use super::toy::{Door, request};
use crate::http::HttpSettings;
use axum::body::Body;
use serde_json::{Value, json};

const RESPONSE: (&str, &str) = ("accept", "application/graphql-response+json");

#[tokio::test]
async fn the_media_type_says_what_the_status_tells() {
    let door = Door::new().await;
    for (query, json_status, response_status) in [("{ who }", 200, 200), ("{", 200, 400), ("{ nothing }", 200, 400)] {
        let body = json!({ "query": query });
        let json = door.post(&body, &[]).await;
        assert_eq!((json.status, json.header("content-type")), (json_status, "application/json; charset=utf-8"));
        let response = door.post(&body, &[RESPONSE]).await;
        assert_eq!(response.status, response_status);
        assert_eq!(response.header("content-type"), "application/graphql-response+json; charset=utf-8");
        let has_data = query == "{ who }";
        assert_eq!(response.json().get("data").is_some(), has_data);
        assert_eq!(json.json().get("data").is_some(), has_data);
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_with_its_status() {
    let door = Door::new().await;
    let good = json!({ "query": "{ who }" }).to_string();
    let json = ("content-type", "application/json");
    for (request, status, code) in [
        (request("PUT", "/graphql", &[json], good.clone()), 405, "METHOD_NOT_ALLOWED"),
        (request("OPTIONS", "/graphql", &[], Body::empty()), 405, "METHOD_NOT_ALLOWED"),
        (request("POST", "/graphql", &[], good.clone()), 415, "UNSUPPORTED_MEDIA_TYPE"),
        (request("POST", "/graphql", &[("content-type", "text/plain")], good.clone()), 415, "UNSUPPORTED_MEDIA_TYPE"),
        (
            request("POST", "/graphql", &[json, ("content-encoding", "gzip")], good.clone()),
            415,
            "UNSUPPORTED_MEDIA_TYPE",
        ),
        (request("POST", "/graphql", &[json, ("accept", "text/html")], good.clone()), 406, "NOT_ACCEPTABLE"),
        (request("POST", "/graphql", &[json], Body::empty()), 400, "BAD_REQUEST"),
        (request("POST", "/graphql", &[json], "[]"), 400, "BAD_REQUEST"),
        (request("POST", "/graphql", &[json], "{\"query\": \"{ who }\""), 400, "BAD_REQUEST"),
        (request("POST", "/graphql", &[json], vec![b'{', 0xff, b'}']), 400, "BAD_REQUEST"),
        (request("POST", "/graphql", &[json], " ".repeat(2 << 20)), 413, "REQUEST_TOO_LARGE"),
        (request("GET", "/graphql", &[], Body::empty()), 400, "BAD_REQUEST"),
        (request("GET", "/graphql?query=%7Bwho%7D&query=%7Bwho%7D", &[], Body::empty()), 400, "BAD_REQUEST"),
        (request("GET", "/graphql?query=%7Bwho%7D&variables=%5B%5D", &[], Body::empty()), 400, "BAD_REQUEST"),
        (request("GET", "/graphql?query=mutation%7Bwho%7D", &[], Body::empty()), 405, "METHOD_NOT_ALLOWED"),
        (request("GET", "/nothing", &[], Body::empty()), 404, "NOT_FOUND"),
        (request("POST", "/health", &[], Body::empty()), 405, "METHOD_NOT_ALLOWED"),
    ] {
        let shown = format!("{} {} {:?}", request.method(), request.uri(), request.headers());
        let got = door.ask(request).await;
        assert_eq!((got.status, got.code().as_str()), (status, code), "{shown}");
        assert!(got.json().get("data").is_none());
        assert_eq!(got.header("allow") != "-", status == 405, "{shown}");
    }
    assert_eq!(door.get("/graphql?query=%7Bwho%7D&variables=&operationName=", &[]).await.status, 200);
}

#[tokio::test]
async fn parameters_of_a_wrong_type_are_refused() {
    let door = Door::new().await;
    for name in ["query", "operationName", "variables", "extensions"] {
        for wrong in [json!(1), json!(false), json!(["x"]), json!({ "x": 1 }), json!("x")] {
            let fits = match name {
                "query" | "operationName" => wrong.is_string(),
                _ => wrong.is_object(),
            };
            let mut body = json!({ "query": "{ who }" });
            body[name] = wrong.clone();
            let got = door.post(&body, &[]).await;
            assert_eq!(got.status, if fits { 200 } else { 400 }, "{name} {wrong}");
        }
        let mut body = json!({ "query": "{ who }" });
        body[name] = Value::Null;
        assert_eq!(door.post(&body, &[]).await.status, if name == "query" { 400 } else { 200 });
    }
}

#[tokio::test]
async fn the_operation_to_run_must_be_clear() {
    let door = Door::new().await;
    let two = "query A { who } query B { who }";
    let ask = async |query: &str, name: Option<&str>| {
        door.post(&json!({ "query": query, "operationName": name }), &[RESPONSE]).await.code()
    };
    assert_eq!(ask(two, Some("A")).await, "-");
    assert_eq!(ask("query A { who }", None).await, "-");
    assert_eq!(ask("{ who }", None).await, "-");
    for (query, name) in [
        (two, None),
        (two, Some("C")),
        ("{ who }", Some("A")),
        ("fragment F on Query { who }", None),
        ("", None),
        ("{ who } { who }", None),
    ] {
        let code = ask(query, name).await;
        assert!(code.starts_with("GRAPHQL_"), "{query} {name:?}: {code}");
    }
}

#[tokio::test]
async fn a_bad_token_is_the_same_401_whatever_is_wrong_with_it() {
    let door = Door::new().await;
    let expired = door
        .fixture
        .signed(&json!({ "iss": "https://sso.example", "aud": "here", "sub": "subject-tw", "nbf": 1, "exp": 2 }));
    let body = json!({ "query": "{ who }" });
    let mut answers = Vec::new();
    for authorization in ["", "Bearer x", "Basic dHc6dHc=", &format!("Bearer {expired}")] {
        let got = door.post(&body, &[("authorization", authorization)]).await;
        assert_eq!((got.status, got.header("www-authenticate")), (401, "Bearer error=\"invalid_token\""));
        answers.push(got.text);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1);
    let good = format!("Bearer {}", door.fixture.own("tw"));
    let twice = door.post(&body, &[("authorization", &good), ("authorization", &good)]).await;
    assert_eq!(twice.status, 401);
    for path in ["/schema.graphql", "/graphql?query=%7Bwho%7D"] {
        assert_eq!(door.get(path, &[("authorization", "Bearer x")]).await.status, 401);
    }
    let got = door.post(&body, &[("authorization", &good)]).await;
    assert_eq!(got.json(), json!({ "data": { "who": "TW" } }));
    assert_eq!(door.post(&body, &[]).await.json(), json!({ "data": { "who": null } }));
}

#[tokio::test]
async fn a_caller_of_several_assignments_is_told_their_own() {
    let door = Door::new().await;
    let token = format!("Bearer {}", door.fixture.own("two"));
    let body = json!({ "query": "{ who }" });
    let got = door.post(&body, &[("authorization", &token), ("accept-language", "zh-CN"), RESPONSE]).await;
    assert_eq!((got.status, got.code().as_str()), (400, "ASSIGNMENT_REQUIRED"));
    let error = &got.json()["errors"][0];
    assert!(error["message"].as_str().unwrap().contains("任职"), "{error}");
    let choice = &error["extensions"]["assignments"][1];
    assert_eq!(choice["role"], "TR");
    let chosen = choice["id"].as_str().unwrap();
    let got = door.post(&body, &[("authorization", &token), ("onedoor-assignment", chosen)]).await;
    assert_eq!(got.json(), json!({ "data": { "who": "TR" } }));
}

#[tokio::test]
async fn a_panic_is_an_internal_error_and_says_nothing() {
    let door = Door::new().await;
    let got = door.query("{ boom }").await;
    assert_eq!((got.status, got.code().as_str()), (500, "INTERNAL"));
    assert!(!got.text.contains("secret"));
    assert_eq!(door.query("{ who }").await.status, 200);
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_left() {
    let mut settings = HttpSettings::default();
    settings.seconds.answer = 0;
    let door = Door::with(settings).await;
    let got = door.query("mutation { slow }").await;
    assert_eq!((got.status, got.code().as_str()), (503, "OUTCOME_UNKNOWN"));
}

#[tokio::test]
async fn more_than_can_be_done_at_once_is_turned_away() {
    let door = Door::with(HttpSettings { operations_max: 1, ..HttpSettings::default() }).await;
    let (one, other) = tokio::join!(door.query("{ slow }"), door.query("{ slow }"));
    let (fast, busy) = if one.status == 200 { (one, other) } else { (other, one) };
    assert_eq!((fast.status, busy.status, busy.header("retry-after")), (200, 503, "1"));
    assert_eq!(door.query("{ slow }").await.status, 200);
}

#[tokio::test]
async fn every_page_is_served_with_headers_that_keep_browsers_quiet() {
    let door = Door::new().await;
    for (path, status, kind) in [
        ("/health", 200, "application/json; charset=utf-8"),
        ("/ready", 200, "application/json; charset=utf-8"),
        ("/metrics", 200, "text/plain; version=0.0.4; charset=utf-8"),
        ("/schema.graphql", 200, "text/plain; charset=utf-8"),
        ("/playground", 200, "text/html; charset=utf-8"),
        ("/playground/app.js", 200, "text/javascript; charset=utf-8"),
        ("/playground/other.js", 404, "application/json; charset=utf-8"),
        ("/", 303, "text/plain; charset=utf-8"),
    ] {
        let got = door.get(path, &[]).await;
        assert_eq!((got.status, got.header("content-type")), (status, kind), "{path}");
        assert_eq!(got.header("x-content-type-options"), "nosniff");
        assert!(got.header("content-security-policy").starts_with("default-src 'none'"), "{path}");
        assert!(got.header("access-control-allow-origin") == "-");
        assert_eq!(got.header("x-request-id").len(), 36);
    }
    let tag = door.get("/playground", &[]).await.header("etag").to_owned();
    assert_eq!(door.get("/playground", &[("if-none-match", &tag)]).await.status, 304);
    let shut = Door::with(HttpSettings { playground: false, ..HttpSettings::default() }).await;
    assert_eq!(shut.get("/playground", &[]).await.status, 404);
}

#[tokio::test]
async fn the_figures_name_routes_and_never_paths() {
    let door = Door::new().await;
    door.get("/graphql?query=%7Bwho%7D", &[]).await;
    door.get("/case-500118199001011234", &[]).await;
    let figures = door.get("/metrics", &[]).await.text;
    assert!(figures.contains("onedoor_http_requests_total{route=\"/graphql\""), "{figures}");
    assert!(!figures.contains("500118"), "{figures}");
}

#[test]
fn unsafe_settings_are_refused() {
    let refused = |change: fn(&mut HttpSettings), listen: &str| {
        let mut settings = HttpSettings::default();
        change(&mut settings);
        settings.check(listen.parse().unwrap()).is_err()
    };
    assert!(!refused(|_| {}, "127.0.0.1:8000"));
    assert!(!refused(|_| {}, "[::1]:8000"));
    assert!(!refused(|settings| settings.behind_tls = true, "0.0.0.0:8000"));
    assert!(refused(|_| {}, "0.0.0.0:8000"));
    assert!(refused(|_| {}, "192.0.2.1:8000"));
    assert!(refused(|settings| settings.limits.tokens = 1_000_000, "127.0.0.1:1"));
    assert!(refused(|settings| settings.limits.nesting = 500, "127.0.0.1:1"));
    assert!(refused(|settings| settings.limits.depth = 0, "127.0.0.1:1"));
    assert!(refused(|settings| settings.seconds.header = 0, "127.0.0.1:1"));
    assert!(refused(|settings| settings.seconds.idle = 5, "127.0.0.1:1"));
    assert!(refused(|settings| settings.connections_max = 0, "127.0.0.1:1"));
}

#[tokio::test]
async fn pages_of_named_origins_may_call_and_no_others() {
    let origins = vec!["https://window.example".to_owned(), "http://localhost:5173".to_owned()];
    let door = Door::with(HttpSettings { origins, ..HttpSettings::default() }).await;
    let preflight = |origin: &str| {
        let wanted = ("access-control-request-headers", "authorization,content-type,onedoor-assignment");
        request(
            "OPTIONS",
            "/graphql",
            &[("origin", origin), ("access-control-request-method", "POST"), wanted],
            Body::empty(),
        )
    };
    let allowed = door.ask(preflight("https://window.example")).await;
    assert_eq!(allowed.header("access-control-allow-origin"), "https://window.example");
    assert!(allowed.header("access-control-allow-headers").contains("onedoor-assignment"));
    assert_eq!(allowed.header("access-control-allow-credentials"), "-");
    assert_eq!(door.ask(preflight("https://other.example")).await.header("access-control-allow-origin"), "-");
    let query = json!({ "query": "{ who }" });
    let answer = door.post(&query, &[("origin", "http://localhost:5173")]).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, "http://localhost:5173"));

    let closed = Door::new().await;
    let answer = closed.post(&query, &[("origin", "https://window.example")]).await;
    assert_eq!(answer.header("access-control-allow-origin"), "-");
}

#[test]
fn an_origin_that_could_be_tampered_with_or_is_none_is_refused() {
    let listen = "127.0.0.1:0".parse().unwrap();
    let check =
        |origin: &str| HttpSettings { origins: vec![origin.to_owned()], ..HttpSettings::default() }.check(listen);
    for good in ["https://window.example", "https://window.example:8443", "http://localhost:5173", "http://127.0.0.1:1"]
    {
        assert!(check(good).is_ok(), "{good}");
    }
    for bad in
        ["*", "", "null", "http://window.example", "https://window.example/", "https://u@window.example", "ftp://x"]
    {
        assert!(check(bad).is_err(), "{bad}");
    }
}
