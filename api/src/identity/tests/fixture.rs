//! A store with two users, and tokens of every kind, good and bad.

use crate::identity::{
    Identity, IdentitySettings, OutsideIssuer, Users, hash_password, issuer::Issuer, sign_in::Session,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use entity::{At, Day, assignment, enums::UnitLevel, user_account};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use platform::{Result, clock::Clock, db::Db};
use sea_orm::{ActiveModelTrait, ConnectionTrait, IntoActiveModel, Schema};
use secrecy::SecretSlice;
use serde_json::{Value, json};
use std::path::PathBuf;
use tempfile::TempDir;
use uuid::Uuid;

pub(crate) const TODAY: &str = "2018-10-19";
pub(crate) const PASSWORD: &str = "a long enough password";
/// Issuer and key identifier of the tokens that come from outside.
pub(crate) const OUTSIDE: &str = "https://sso.example";
pub(crate) const OUTSIDE_KID: &str = "outside-1";

/// A store, who is in it, and how to make tokens.
pub(crate) struct Fixture {
    pub(crate) db: Db,
    pub(crate) dir: TempDir,
    pub(crate) outside: EncodingKey,
}

/// An Ed25519 key in PKCS#8 from a seed.
pub(crate) fn pkcs8(seed: u8) -> Vec<u8> {
    let header = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    [header.as_slice(), &[seed; 32]].concat()
}

pub(crate) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

impl Fixture {
    /// `tw` holds one assignment today (and an ended and a future one), `two` holds two, `gone` is disabled.
    pub(crate) async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::connect(&format!("sqlite://{}?mode=rwc", dir.path().join("users.db").display())).await.unwrap();
        let schema = Schema::new(db.backend());
        for table in
            [schema.create_table_from_entity(user_account::Entity), schema.create_table_from_entity(assignment::Entity)]
        {
            db.writer.execute(&table).await.unwrap();
        }
        let fixture = Self { db, dir, outside: EncodingKey::from_ed_der(&pkcs8(9)) };
        let hash = hash_password(PASSWORD).unwrap();
        let tw = fixture.user("tw", Some(&hash), None).await;
        fixture.assign(tw, "TW", "2018-01-01", None).await;
        fixture.assign(tw, "DA", "2014-01-01", Some("2018-10-18")).await;
        fixture.assign(tw, "DA", "2018-10-20", None).await;
        let two = fixture.user("two", None, None).await;
        fixture.assign(two, "TU", "2018-01-01", Some(TODAY)).await;
        fixture.assign(two, "TR", TODAY, None).await;
        let gone = fixture.user("gone", Some(&hash), Some(At(1))).await;
        fixture.assign(gone, "TW", "2018-01-01", None).await;
        fixture.user("idle", Some(&hash), None).await;
        fixture
    }

    pub(crate) async fn user(&self, login: &str, password_hash: Option<&str>, disabled_at: Option<At>) -> Uuid {
        let id = Uuid::now_v7();
        let user = user_account::Model {
            id,
            login: login.to_owned(),
            subject: format!("subject-{login}"),
            name_zh: "某人".to_owned(),
            password_hash: password_hash.map(str::to_owned),
            person_id: None,
            jurisdiction: "500118107".to_owned(),
            disabled_at,
            created_at: At(0),
            version: 1,
        };
        user.into_active_model().insert(&self.db.writer).await.unwrap();
        id
    }

    pub(crate) async fn assign(&self, user_id: Uuid, role: &str, from: &str, to: Option<&str>) {
        let held = assignment::Model {
            id: Uuid::now_v7(),
            user_id,
            role: role.to_owned(),
            unit: "TW_WINDOW".to_owned(),
            level: UnitLevel::Town,
            jurisdiction: "500118107".to_owned(),
            from_on: day(from),
            to_on: to.map(day),
            granted_by: None,
            version: 1,
        };
        held.into_active_model().insert(&self.db.writer).await.unwrap();
    }

    /// The key set of the outside issuer, as a file.
    pub(crate) fn jwks(&self, keys: &Value) -> PathBuf {
        let path = self.dir.path().join(format!("{}.json", Uuid::now_v7()));
        std::fs::write(&path, json!({ "keys": keys }).to_string()).unwrap();
        path
    }

    pub(crate) fn outside_jwk(&self) -> Value {
        let jwk = jsonwebtoken::jwk::Jwk::from_encoding_key(&self.outside, Algorithm::EdDSA).unwrap();
        let mut jwk = serde_json::to_value(jwk).unwrap();
        jwk["kid"] = OUTSIDE_KID.into();
        jwk
    }

    pub(crate) fn settings(&self) -> IdentitySettings {
        let jwks = Some(self.jwks(&json!([self.outside_jwk()])));
        let outside = OutsideIssuer { issuer: OUTSIDE.to_owned(), jwks, keys: Vec::new() };
        IdentitySettings { audience: "here".to_owned(), outside: vec![outside], ..IdentitySettings::default() }
    }

    pub(crate) fn identity(&self) -> Identity {
        let users = Users::over(self.db.reader.clone(), || day(TODAY));
        Identity::open(self.settings(), Some(&signing()), users).unwrap()
    }

    /// A token of our own.
    pub(crate) fn own(&self, login: &str) -> String {
        let issuer = Issuer::new(&self.settings(), &signing()).unwrap();
        issuer.issue(&format!("subject-{login}"), Clock::wall(), 5).unwrap().token
    }

    /// A token from outside with these claims.
    pub(crate) fn signed(&self, claims: &Value) -> String {
        let header = Header { kid: Some(OUTSIDE_KID.to_owned()), ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, claims, &self.outside).unwrap()
    }
}

pub(crate) fn signing() -> SecretSlice<u8> {
    pkcs8(7).into()
}

/// Claims that are right in every way.
pub(crate) fn claims() -> Value {
    let now = Clock::wall().0 / 1_000_000;
    json!({ "iss": OUTSIDE, "aud": "here", "sub": "subject-tw", "nbf": now - 10, "exp": now + 300 })
}

/// A token of these parts, whatever they are.
pub(crate) fn raw(header: &Value, claims: &Value, signature: &[u8]) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.{}", part(header), part(claims), URL_SAFE_NO_PAD.encode(signature))
}

/// Signs in as the door does, without a store that keeps a record.
pub(crate) async fn sign_in(identity: &Identity, login: String, password: String) -> Result<Session> {
    let (user, fits) = identity.prove(login, password).await?;
    identity.admit(user.filter(|_| fits)).await
}
