//! A client of the served API that speaks plain GraphQL over HTTP.

use serde_json::{Value, json};

/// One caller of one server.
#[derive(Debug, Clone)]
pub struct Client {
    /// `http://127.0.0.1:port`.
    pub base: String,
    /// Bearer token; none for the public.
    pub token: Option<String>,
    headers: Vec<(String, String)>,
    http: reqwest::Client,
}

/// What came back.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Body as JSON; `null` if it was none.
    pub body: Value,
}

impl Client {
    /// A caller with this token, or the public.
    pub fn new(base: impl Into<String>, token: Option<String>) -> Self {
        Self { base: base.into(), token, headers: Vec::new(), http: reqwest::Client::new() }
    }

    /// The same caller with one header more on every request.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The HTTP client, for requests that are not plain GraphQL.
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// Sends one document with its variables.
    pub async fn gql(&self, query: &str, variables: Value) -> Answer {
        self.try_gql(query, variables).await.expect("the server answers")
    }

    /// Sends one document to a server that may be gone before it answers; then there is no answer.
    pub async fn try_gql(&self, query: &str, variables: Value) -> Option<Answer> {
        let mut request = self
            .http
            .post(format!("{}/graphql", self.base))
            .header("accept", "application/graphql-response+json, application/json;q=0.9")
            .json(&json!({ "query": query, "variables": variables }));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let response = request.send().await.ok()?;
        let status = response.status().as_u16();
        // An answer that breaks off in the middle is none.
        let bytes = response.bytes().await.ok()?;
        Some(Answer { status, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) })
    }

    /// Sends a document that must succeed without an error or a refusal; answers `data`.
    pub async fn ok(&self, query: &str, variables: Value) -> Value {
        let answer = self.gql(query, variables).await;
        let refused = answer.refused();
        assert!(answer.status == 200 && answer.body["errors"].is_null(), "{query}\n{answer:#?}");
        assert!(refused.is_empty(), "{query}\n{refused:?}\n{answer:#?}");
        answer.body["data"].clone()
    }

    /// Sends one mutation that may be refused; answers the codes of its `userErrors`.
    pub async fn user_errors(&self, query: &str, variables: Value) -> Vec<String> {
        let answer = self.gql(query, variables).await;
        assert!(answer.status == 200 && answer.body["errors"].is_null(), "{query}\n{answer:#?}");
        answer.refused()
    }
}

impl Answer {
    /// Codes of the `userErrors` under every root field.
    pub fn refused(&self) -> Vec<String> {
        let fields = self.body["data"].as_object().into_iter().flatten();
        let errors = fields.filter_map(|(_, payload)| payload["userErrors"].as_array()).flatten();
        errors.filter_map(|error| error["code"].as_str().map(str::to_owned)).collect()
    }

    /// Codes of the GraphQL errors.
    pub fn error_codes(&self) -> Vec<String> {
        let errors = self.body["errors"].as_array().into_iter().flatten();
        errors.filter_map(|error| error["extensions"]["code"].as_str().map(str::to_owned)).collect()
    }
}
