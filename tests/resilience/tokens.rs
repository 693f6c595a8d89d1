//! Whatever is no token of this house is refused at every door, each time in the same words.

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use tests::support::{Backend, Server, on_both};

/// Length of an Ed25519 key.
const KEY_BYTES: usize = 32;

on_both!(a_wrong_token_is_refused_alike_at_every_door_and_does_nothing);

async fn a_wrong_token_is_refused_alike_at_every_door_and_does_nothing(backend: Backend) {
    let server = Server::start(backend).await;
    let house = House::of(&server);
    let good = house.signed(&house.header, &house.claims);
    assert_eq!(ask(&server, "/graphql", Some(&format!("Bearer {good}"))).await.0, 200, "the forger's pen works");

    let mut answers = Vec::new();
    for (what, authorization) in house.wrong(&good) {
        for door in ["/graphql", "/schema.graphql"] {
            let (status, body) = ask(&server, door, Some(&authorization)).await;
            assert_eq!(status, 401, "{what} at {door}: {body}");
            assert!(!body.contains("data"), "{what} at {door}: {body}");
            answers.push((door, without_request(&body)));
        }
    }
    answers.sort();
    answers.dedup();
    assert_eq!(answers.len(), 2, "one answer at each door: {answers:#?}");

    // Nothing at all is not wrong: it is the public, which can do next to nothing.
    let (status, body) = ask(&server, "/graphql", None).await;
    assert_eq!(status, 400, "{body}");
    assert!(body.contains("GRAPHQL_VALIDATION_FAILED"), "the public has no `me`: {body}");
    let households = server.client("vw").await.ok("{ households(first: 100) { nodes { id } } }", json!({})).await;
    assert_eq!(households["households"]["nodes"].as_array().map(Vec::len), Some(34), "the roll's and no more");
}

/// What the message says beside the request's own identifier.
fn without_request(body: &str) -> String {
    let mut answer: Value = serde_json::from_str(body).unwrap_or_else(|_| json!(body));
    if let Some(error) = answer["errors"].get_mut(0).and_then(|error| error["extensions"].as_object_mut()) {
        error.remove("requestId");
    }
    answer.to_string()
}

async fn ask(server: &Server, door: &str, authorization: Option<&str>) -> (u16, String) {
    let http = server.public().http().clone();
    let url = format!("{}{door}", server.base());
    let mut request = match door {
        "/graphql" => http.post(url).json(&json!({ "query": "{ me { login } }" })),
        _ => http.get(url),
    };
    request = request.header("accept", "application/graphql-response+json, text/plain, */*;q=0.1");
    if let Some(authorization) = authorization {
        request = request.header("authorization", authorization);
    }
    let response = request.send().await.expect("the server answers");
    (response.status().as_u16(), response.text().await.expect("a body"))
}

/// The house's own pen, as nobody outside holds it, and one good token's header and claims.
struct House {
    key: EncodingKey,
    public: Vec<u8>,
    header: Header,
    claims: Value,
}

impl House {
    fn of(server: &Server) -> Self {
        let keys = std::fs::read(server.data.path().join("keys.json")).expect("the keys");
        let keys: Value = serde_json::from_slice(&keys).expect("JSON");
        let signing = keys["signing"].as_str().expect("the signing key");
        let seed: Vec<_> =
            (0..KEY_BYTES).map(|at| u8::from_str_radix(&signing[2 * at..2 * at + 2], 16).expect("hex")).collect();
        let key = pen(&seed);
        let token = server.running.token("tw").expect("a token of the clerk").to_owned();
        let header = jsonwebtoken::decode_header(&token).expect("its header");
        let claims = jsonwebtoken::dangerous::insecure_decode::<Value>(&token).expect("its claims").claims;
        let public = jsonwebtoken::jwk::Jwk::from_encoding_key(&key, Algorithm::EdDSA).expect("the public half");
        Self { key, public: serde_json::to_vec(&public).expect("JSON"), header, claims }
    }

    fn signed(&self, header: &Header, claims: &Value) -> String {
        jsonwebtoken::encode(header, claims, &self.key).expect("a token")
    }

    fn with(&self, name: &str, value: Value) -> String {
        let mut claims = self.claims.clone();
        claims[name] = value;
        self.signed(&self.header, &claims)
    }

    fn without(&self, name: &str) -> String {
        let mut claims = self.claims.clone();
        claims.as_object_mut().expect("claims").remove(name);
        self.signed(&self.header, &claims)
    }

    /// Every kind of wrong token, each with its name.
    fn wrong(&self, good: &str) -> Vec<(&'static str, String)> {
        let now = chrono::Utc::now().timestamp();
        let (head, signature) = good.rsplit_once('.').expect("a signature");
        let body = head.split_once('.').expect("a body").1;
        let part = |value: Value| encoded(value.to_string().as_bytes());
        let nobody = part(json!({ "typ": "JWT", "alg": "none" }));
        let symmetric = Header { kid: self.header.kid.clone(), ..Header::new(Algorithm::HS256) };
        let secret = EncodingKey::from_secret(&self.public);
        let confused = jsonwebtoken::encode(&symmetric, &self.claims, &secret).expect("a token");
        let other = jsonwebtoken::encode(&self.header, &self.claims, &pen(&[7; KEY_BYTES])).expect("a token");
        let bearer = |token: String| format!("Bearer {token}");
        vec![
            ("alg none, unsigned", bearer(format!("{nobody}.{body}."))),
            ("alg none, with a signature", bearer(format!("{nobody}.{body}.{signature}"))),
            ("the public key as a secret", bearer(confused)),
            ("another's key", bearer(other)),
            ("expired", bearer(self.with("exp", json!(now - 30)))),
            ("no expiry", bearer(self.without("exp"))),
            ("not yet", bearer(self.with("nbf", json!(now + 60)))),
            ("another audience", bearer(self.with("aud", json!("elsewhere")))),
            ("no audience", bearer(self.without("aud"))),
            ("another issuer", bearer(self.with("iss", json!("elsewhere")))),
            ("no issuer", bearer(self.without("iss"))),
            ("nobody known", bearer(self.with("sub", json!("nobody")))),
            ("no subject", bearer(self.without("sub"))),
            ("another body under the signature", bearer(format!("{}.{signature}", self.forged_head()))),
            ("no signature", bearer(format!("{head}."))),
            ("half a token", bearer(head.to_owned())),
            ("no token", bearer(String::new())),
            ("no JSON", bearer("x.y.z".to_owned())),
            ("another scheme", format!("Basic {good}")),
            ("no scheme", good.to_owned()),
        ]
    }

    fn forged_head(&self) -> String {
        let forged = self.with("sub", json!("subject-of-another"));
        forged.rsplit_once('.').expect("a signature").0.to_owned()
    }
}

/// An Ed25519 key in PKCS#8 from its seed.
fn pen(seed: &[u8]) -> EncodingKey {
    let header = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    EncodingKey::from_ed_der(&[header.as_slice(), seed].concat())
}

/// Base64 as tokens have it.
fn encoded(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}
