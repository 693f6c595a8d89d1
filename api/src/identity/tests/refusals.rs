use super::fixture::{Fixture, OUTSIDE, OUTSIDE_KID, PASSWORD, claims, day, pkcs8, raw, sign_in, signing};
use crate::identity::{Algorithm, AuthError, Identity, IdentitySettings, KeyRing, OutsideIssuer, PublicKeyFile, Users};
use entity::Day;
use jsonwebtoken::{EncodingKey, Header, crypto, jwk::Jwk};
use platform::{Code, clock::Clock};
use serde_json::{Value, json};

async fn enter(identity: &Identity, token: &str) -> Result<String, AuthError> {
    let signed_in = identity.authenticate(Some(&format!("Bearer {token}")), None).await?;
    Ok(signed_in.unwrap().actor.role)
}

async fn refused(identity: &Identity, token: &str) -> bool {
    matches!(enter(identity, token).await, Err(AuthError::BadToken))
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn without(name: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

#[tokio::test]
async fn a_right_token_enters_under_the_assignment_of_the_database() {
    let fixture = Fixture::new().await;
    let identity = fixture.identity();
    assert_eq!(enter(&identity, &fixture.own("tw")).await.unwrap(), "TW");
    assert_eq!(enter(&identity, &fixture.signed(&claims())).await.unwrap(), "TW");
    // Whatever else the token claims counts for nothing.
    assert_eq!(enter(&identity, &fixture.signed(&with("role", json!("DA")))).await.unwrap(), "TW");
    assert_eq!(enter(&identity, &fixture.signed(&with("aud", json!(["there", "here"])))).await.unwrap(), "TW");
    assert!(identity.authenticate(None, None).await.unwrap().is_none());
}

#[tokio::test]
async fn a_token_with_a_wrong_claim_is_refused() {
    let fixture = Fixture::new().await;
    let identity = fixture.identity();
    let now = Clock::wall().0 / 1_000_000;
    for claims in [
        with("exp", json!(now - 10)),
        with("exp", json!("tomorrow")),
        with("exp", Value::Null),
        without("exp"),
        with("nbf", json!(now + 60)),
        with("nbf", json!("yesterday")),
        without("nbf"),
        with("aud", json!("there")),
        with("aud", json!(["there"])),
        with("aud", json!("*")),
        with("aud", json!([])),
        without("aud"),
        // Our own issuer's name under another's key.
        with("iss", json!("onedoor")),
        with("iss", json!("https://other.example")),
        without("iss"),
        with("sub", json!("subject-nobody")),
        with("sub", json!("subject-gone")),
        with("sub", json!("")),
        with("sub", json!(7)),
        without("sub"),
    ] {
        assert!(refused(&identity, &fixture.signed(&claims)).await, "{claims}");
    }
}

#[tokio::test]
async fn a_token_signed_by_another_or_by_nobody_is_refused() {
    let fixture = Fixture::new().await;
    let identity = fixture.identity();
    let header = json!({ "typ": "JWT", "alg": "EdDSA", "kid": OUTSIDE_KID });
    let other = EncodingKey::from_ed_der(&pkcs8(8));
    let stranger = Header { kid: Some(OUTSIDE_KID.to_owned()), ..Header::new(jsonwebtoken::Algorithm::EdDSA) };
    let good = fixture.signed(&claims());
    let (head, signature) = good.rsplit_once('.').unwrap();
    let forged = raw(&header, &with("sub", json!("subject-two")), &[]);
    let mut tokens = vec![
        jsonwebtoken::encode(&stranger, &claims(), &other).unwrap(),
        format!("{}{signature}", forged.rsplit_once('.').unwrap().0.to_owned() + "."),
        format!("{head}."),
        head.to_owned(),
        format!("{good}.x"),
        format!("{}{}", good, "A".repeat(5000)),
        "x".to_owned(),
        "..".to_owned(),
    ];
    for (name, value) in [
        ("alg", json!("none")),
        ("alg", json!("None")),
        ("alg", json!("HS256")),
        ("alg", json!("RS256")),
        ("alg", json!("ES256")),
        ("kid", json!("other")),
        ("kid", Value::Null),
        ("crit", json!(["b64"])),
    ] {
        let mut header = header.clone();
        header[name] = value;
        tokens.push(raw(&header, &claims(), &[]));
        // Signed rightly by the right key, under a header that is wrong.
        let message = raw(&header, &claims(), &[]);
        let message = message.strip_suffix('.').unwrap();
        let signature = crypto::sign(message.as_bytes(), &fixture.outside, jsonwebtoken::Algorithm::EdDSA).unwrap();
        tokens.push(format!("{message}.{signature}"));
    }
    for token in tokens {
        assert!(refused(&identity, &token).await, "{token}");
    }
}

#[tokio::test]
async fn a_public_key_is_no_secret_to_sign_with() {
    let fixture = Fixture::new().await;
    let identity = fixture.identity();
    let x = fixture.outside_jwk()["x"].as_str().unwrap().to_owned();
    let header = json!({ "typ": "JWT", "alg": "HS256", "kid": OUTSIDE_KID });
    for secret in [EncodingKey::from_secret(x.as_bytes()), EncodingKey::from_urlsafe_base64_secret(&(x + "=")).unwrap()]
    {
        let message = raw(&header, &claims(), &[]);
        let message = message.strip_suffix('.').unwrap();
        let signature = crypto::sign(message.as_bytes(), &secret, jsonwebtoken::Algorithm::HS256).unwrap();
        assert!(refused(&identity, &format!("{message}.{signature}")).await);
    }
}

#[tokio::test]
async fn an_rsa_key_verifies_rs256_and_nothing_else() {
    const PRIVATE: &[u8] = include_bytes!("rsa-for-tests.pem");
    const PUBLIC: &[u8] = include_bytes!("rsa-for-tests.pub.pem");
    let fixture = Fixture::new().await;
    let private = EncodingKey::from_rsa_pem(PRIVATE).unwrap();
    let mut jwk =
        serde_json::to_value(Jwk::from_encoding_key(&private, jsonwebtoken::Algorithm::RS256).unwrap()).unwrap();
    jwk["kid"] = "in-set".into();
    let pem = fixture.dir.path().join("key.pem");
    std::fs::write(&pem, PUBLIC).unwrap();
    let file = |kid: &str, algorithm| PublicKeyFile { kid: kid.to_owned(), algorithm, pem: pem.clone() };
    let open = |keys: Vec<PublicKeyFile>| {
        let outside = OutsideIssuer { issuer: OUTSIDE.to_owned(), jwks: Some(fixture.jwks(&json!([jwk]))), keys };
        let settings =
            IdentitySettings { audience: "here".to_owned(), outside: vec![outside], ..IdentitySettings::default() };
        Identity::open(settings, None, Users::over(fixture.db.reader.clone(), || day("2018-10-19")))
    };
    let identity = open(vec![file("in-file", Algorithm::Rs256)]).unwrap();
    let sign = |kid: &str, algorithm, key: &EncodingKey| {
        let header = Header { kid: Some(kid.to_owned()), ..Header::new(algorithm) };
        jsonwebtoken::encode(&header, &claims(), key).unwrap()
    };
    for kid in ["in-set", "in-file"] {
        assert_eq!(enter(&identity, &sign(kid, jsonwebtoken::Algorithm::RS256, &private)).await.unwrap(), "TW");
        for (algorithm, key) in [
            (jsonwebtoken::Algorithm::RS512, &private),
            (jsonwebtoken::Algorithm::PS256, &private),
            (jsonwebtoken::Algorithm::HS256, &EncodingKey::from_secret(PUBLIC)),
            (jsonwebtoken::Algorithm::EdDSA, &fixture.outside),
        ] {
            assert!(refused(&identity, &sign(kid, algorithm, key)).await, "{kid} {algorithm:?}");
        }
    }
    assert!(open(vec![file("in-file", Algorithm::EdDsa)]).is_err(), "an RSA key is no Ed25519 key");
    assert!(open(vec![file("in-set", Algorithm::Rs256)]).is_err(), "one identifier, one key");
    // Without a key of our own nobody signs in here.
    assert_eq!(sign_in(&identity, "tw".into(), PASSWORD.into()).await.unwrap_err().code(), Code::SignInFailed);
}

#[tokio::test]
async fn an_authorization_that_is_no_bearer_token_is_refused() {
    let fixture = Fixture::new().await;
    let identity = fixture.identity();
    let token = fixture.own("tw");
    for header in [String::new(), "Bearer".into(), "Bearer ".into(), token.clone(), format!("Basic {token}")] {
        assert!(matches!(identity.authenticate(Some(&header), None).await, Err(AuthError::BadToken)), "{header}");
    }
    assert!(identity.authenticate(Some(&format!("bearer {token}")), None).await.unwrap().is_some());
}

#[tokio::test]
async fn of_several_assignments_one_is_chosen() {
    let fixture = Fixture::new().await;
    let identity = fixture.identity();
    let header = format!("Bearer {}", fixture.own("two"));
    let Err(AuthError::AssignmentRequired(held)) = identity.authenticate(Some(&header), None).await else { panic!() };
    assert_eq!(held.iter().map(|held| held.role.as_str()).collect::<Vec<_>>(), ["TU", "TR"]);
    for held in &held {
        let signed_in = identity.authenticate(Some(&header), Some(&held.global_id())).await.unwrap().unwrap();
        assert_eq!((signed_in.actor.role, signed_in.actor.assignment_id), (held.role.clone(), held.id));
    }
    // Another's assignment is as good as none.
    let other = format!("Bearer {}", fixture.own("tw"));
    for chosen in [held[0].global_id(), "x".to_owned(), String::new()] {
        let refusal = identity.authenticate(Some(&other), Some(&chosen)).await;
        assert!(matches!(refusal, Err(AuthError::AssignmentRequired(own)) if own.len() == 1));
    }
    let idle = identity.authenticate(Some(&format!("Bearer {}", fixture.own("idle"))), None).await;
    assert!(matches!(idle, Err(AuthError::AssignmentRequired(own)) if own.is_empty()));
}

#[test]
fn a_key_set_holds_only_strong_public_keys_for_signatures() {
    let ed = json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "kid": "a" });
    let with = |name: &str, value: Value| {
        let mut key = ed.clone();
        key[name] = value;
        json!({ "keys": [key] })
    };
    let add = |set: &Value| KeyRing::default().add_jwks(&set.to_string(), "x").map_err(|error| format!("{error:#}"));
    let rsa = |bytes: usize| {
        use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
        json!({ "kty": "RSA", "n": URL_SAFE_NO_PAD.encode(vec![0xff; bytes]), "e": "AQAB", "kid": "r" })
    };
    assert_eq!(add(&json!({ "keys": [ed, rsa(256)] })), Ok(()));
    for set in [
        json!({ "keys": [] }),
        json!([]),
        json!({ "keys": [ed, ed] }),
        json!({ "keys": [rsa(128)] }),
        json!({ "keys": [{ "kty": "oct", "k": "c2VjcmV0", "kid": "s", "alg": "HS256" }] }),
        with("kid", Value::Null),
        with("use", json!("enc")),
        with("alg", json!("HS256")),
        with("alg", json!("RS256")),
        with("x", json!("AAAA")),
        with("crv", json!("Ed448")),
    ] {
        assert!(add(&set).is_err(), "{set}");
    }
}

#[tokio::test]
async fn settings_under_which_wrong_tokens_would_do_are_refused() {
    let fixture = Fixture::new().await;
    let users = || Users::over(fixture.db.reader.clone(), || -> Day { day("2018-10-19") });
    let open = |settings: IdentitySettings, signed: bool| {
        let key = signing();
        Identity::open(settings, signed.then_some(&key), users())
            .err()
            .map(|error| format!("{error:#}"))
            .unwrap_or_default()
    };
    let good = IdentitySettings::default;
    let outside = |issuer: &str, jwks| OutsideIssuer { issuer: issuer.to_owned(), jwks, keys: Vec::new() };
    assert_eq!(open(good(), true), "");
    for (settings, signed, words) in [
        (good(), false, "no key"),
        (IdentitySettings { audience: String::new(), ..good() }, true, "audience is empty"),
        (IdentitySettings { audience: "*".to_owned(), ..good() }, true, "wildcard"),
        (IdentitySettings { issuer: " ".to_owned(), ..good() }, true, "issuer is empty"),
        (IdentitySettings { token_minutes: 0, ..good() }, true, "token_minutes"),
        (IdentitySettings { token_minutes: 600, ..good() }, true, "token_minutes"),
        (IdentitySettings { leeway_seconds: 300, ..good() }, true, "leeway"),
        (IdentitySettings { outside: vec![outside("o", None)], ..good() }, true, "has no key"),
        (IdentitySettings { outside: vec![outside("o", Some("/nowhere".into()))], ..good() }, true, "cannot be read"),
        (
            IdentitySettings {
                outside: vec![outside("onedoor", Some(fixture.jwks(&json!([fixture.outside_jwk()]))))],
                ..good()
            },
            true,
            "two issuers",
        ),
    ] {
        let said = open(settings, signed);
        assert!(said.contains(words), "{said:?} should say {words:?}");
    }
    assert!(serde_json::from_value::<Algorithm>(json!("HS256")).is_err(), "no symmetric algorithm can be configured");
}
