//! Our own tokens.

use super::{
    keys::{KeyRing, PinnedKey},
    settings::{Algorithm, IdentitySettings},
};
use anyhow::{Result, anyhow};
use entity::At;
use jsonwebtoken::{
    DecodingKey, EncodingKey, Header,
    jwk::{Jwk, ThumbprintHash},
};
use secrecy::{ExposeSecret, SecretSlice};
use serde::Serialize;
use uuid::Uuid;

/// Signs short tokens with one Ed25519 key.
pub struct Issuer {
    kid: String,
    key: EncodingKey,
    public: Jwk,
    issuer: String,
    audience: String,
}

/// A token and its end.
#[derive(Debug, Clone)]
pub struct Issued {
    /// The token, for the header `Authorization: Bearer …`.
    pub token: String,
    /// When it ends.
    pub expires_at: At,
}

#[derive(Serialize)]
struct OwnClaims<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: &'a str,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: Uuid,
}

impl Issuer {
    /// From an Ed25519 key in PKCS#8 (version 1, 48 bytes).
    pub fn new(settings: &IdentitySettings, pkcs8: &SecretSlice<u8>) -> Result<Self> {
        let key = EncodingKey::from_ed_der(pkcs8.expose_secret());
        let unusable = |_| anyhow!("the signing key is no Ed25519 key in PKCS#8");
        let public = Jwk::from_encoding_key(&key, jsonwebtoken::Algorithm::EdDSA).map_err(unusable)?;
        let kid = public.thumbprint(ThumbprintHash::SHA256).map_err(unusable)?;
        Ok(Self { kid, key, public, issuer: settings.issuer.clone(), audience: settings.audience.clone() })
    }

    /// Signs a token for a subject: good from `now` for that many minutes.
    pub fn issue(&self, subject: &str, now: At, minutes: u32) -> platform::Result<Issued> {
        let now_s = now.0.div_euclid(1_000_000);
        let exp = now_s + i64::from(minutes) * 60;
        let claims = OwnClaims {
            iss: &self.issuer,
            aud: &self.audience,
            sub: subject,
            iat: now_s,
            nbf: now_s,
            exp,
            jti: Uuid::now_v7(),
        };
        let header = Header { kid: Some(self.kid.clone()), ..Header::new(jsonwebtoken::Algorithm::EdDSA) };
        let token = jsonwebtoken::encode(&header, &claims, &self.key).map_err(platform::Error::internal)?;
        Ok(Issued { token, expires_at: At(exp * 1_000_000) })
    }

    /// Adds the public half to those that verify.
    pub(super) fn add_to(&self, ring: &mut KeyRing) -> Result<()> {
        let key = DecodingKey::from_jwk(&self.public).map_err(|_| anyhow!("the signing key has no public half"))?;
        ring.add(&self.kid, PinnedKey { algorithm: Algorithm::EdDsa, issuer: self.issuer.clone(), key })
    }
}

impl std::fmt::Debug for Issuer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Issuer").field("kid", &self.kid).finish_non_exhaustive()
    }
}
