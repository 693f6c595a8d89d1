//! From an `Authorization` header to the user under one assignment.

use super::{
    issuer::Issuer,
    keys::KeyRing,
    password::Passwords,
    settings::IdentitySettings,
    sign_in::Attempts,
    token::{self, Refused, Verified},
    users::Users,
};
use anyhow::{Result, ensure};
use entity::At;
use platform::{Actor, id};
use policies::Level;
use secrecy::SecretSlice;
use uuid::Uuid;

/// GraphQL type of assignment identifiers.
const ASSIGNMENT: &str = "Assignment";

/// One assignment in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Key.
    pub id: Uuid,
    /// Role code.
    pub role: String,
    /// Unit code.
    pub unit: String,
    /// Level of the unit.
    pub level: Level,
    /// Root of the area it covers.
    pub jurisdiction: String,
}

impl Held {
    /// The identifier the header `Onedoor-Assignment` takes.
    pub fn global_id(&self) -> String {
        id::encode(ASSIGNMENT, &self.id.to_string())
    }
}

/// A user under exactly one assignment.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// As operations know the user.
    pub actor: Actor,
    /// Name.
    pub name: String,
    /// Every assignment in force, the chosen one among them.
    pub assignments: Vec<Held>,
    /// When the token ends.
    pub token_expires_at: At,
}

/// Why a caller is not let in.
#[derive(Debug)]
pub enum AuthError {
    /// The token is refused; nothing tells why.
    BadToken,
    /// Several assignments and none of them chosen, or none in force; these are the user's own.
    AssignmentRequired(Vec<Held>),
    /// The store did not answer.
    Internal(platform::Error),
}

/// Knows who asks.
pub struct Identity {
    pub(super) settings: IdentitySettings,
    pub(super) issuer: Option<Issuer>,
    ring: KeyRing,
    verified: Verified,
    pub(super) users: Users,
    pub(super) passwords: Passwords,
    pub(super) attempts: Attempts,
}

impl Identity {
    /// Reads every key; refuses settings under which wrong tokens would do, or none at all.
    ///
    /// `signing_key` is our own Ed25519 key in PKCS#8; without it nobody signs in here.
    pub fn open(settings: IdentitySettings, signing_key: Option<&SecretSlice<u8>>, users: Users) -> Result<Self> {
        settings.check()?;
        let issuer = signing_key.map(|key| Issuer::new(&settings, key)).transpose()?;
        let mut ring = KeyRing::default();
        if let Some(issuer) = &issuer {
            issuer.add_to(&mut ring)?;
        }
        for outside in &settings.outside {
            ring.add_outside(outside)?;
        }
        ensure!(!ring.is_empty(), "there is no key to verify tokens with");
        let attempts = Attempts::per_minute(settings.sign_ins_per_minute);
        Ok(Self {
            settings,
            issuer,
            ring,
            verified: Verified::default(),
            users,
            passwords: Passwords::default(),
            attempts,
        })
    }

    /// The caller behind an `Authorization` header; without one, the public.
    ///
    /// `chosen` is the header `Onedoor-Assignment`; the only assignment is the default.
    pub async fn authenticate(
        &self,
        authorization: Option<&str>,
        chosen: Option<&str>,
    ) -> Result<Option<SignedIn>, AuthError> {
        let Some(authorization) = authorization else { return Ok(None) };
        let token = bearer(authorization).ok_or(AuthError::BadToken)?;
        let (audience, leeway) = (&self.settings.audience, self.settings.leeway_seconds);
        let claims = self.verified.claims(token, leeway, || token::verify(&self.ring, audience, leeway, token));
        let claims = claims.map_err(|Refused| AuthError::BadToken)?;
        let known = self.users.signed_in(&claims.sub).await.map_err(AuthError::Internal)?;
        let (user, assignments) = known.ok_or(AuthError::BadToken)?;
        let held = match (chosen, assignments.as_slice()) {
            (None, [only]) => Some(only),
            (None, _) => None,
            (Some(chosen), all) => all.iter().find(|held| held.global_id() == chosen),
        };
        let Some(held) = held.cloned() else { return Err(AuthError::AssignmentRequired(assignments)) };
        let actor = Actor {
            user_id: user.id,
            login: user.login,
            assignment_id: held.id,
            role: held.role,
            unit: held.unit,
            level: held.level,
            jurisdiction: held.jurisdiction,
        };
        let token_expires_at = At(claims.exp.saturating_mul(1_000_000));
        Ok(Some(SignedIn { actor, name: user.name, assignments, token_expires_at }))
    }
}

/// The token of a `Bearer` header.
pub(super) fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}
