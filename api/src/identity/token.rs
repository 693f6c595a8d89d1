//! Verifying one token: every reason to refuse it is the same refusal.

use super::{keys::KeyRing, settings::Algorithm};
use jsonwebtoken::Validation;
use platform::{clock::Clock, crypto::sha256};
use quick_cache::sync::Cache;
use serde::Deserialize;
use std::sync::Arc;

/// Longest token that is looked at.
const TOKEN_BYTES_MAX: usize = 4096;
/// What every token must say; `nbf` and `aud` are not asked for by the library unless it is told.
const REQUIRED: [&str; 5] = ["exp", "nbf", "iss", "aud", "sub"];

/// A token that is refused, for whatever reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refused;

/// What is believed of a token.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Claims {
    /// Subject, by which the user is found.
    pub(super) sub: String,
    /// End, in seconds.
    pub(super) exp: i64,
}

/// Tokens remembered at most.
const VERIFIED_MAX: usize = 10_000;

/// Tokens whose signature was verified: checking one costs more than a query. Who they stand for is asked anew at every
/// request, so that what is revoked is gone at once.
pub(super) struct Verified(Cache<String, Arc<Claims>>);

impl Default for Verified {
    fn default() -> Self {
        Self(Cache::new(VERIFIED_MAX))
    }
}

impl Verified {
    /// What is believed of a token, until its end.
    pub(super) fn claims(
        &self,
        token: &str,
        leeway_seconds: u64,
        verify: impl FnOnce() -> Result<Claims, Refused>,
    ) -> Result<Arc<Claims>, Refused> {
        let hash = sha256(token.as_bytes());
        let leeway = i64::try_from(leeway_seconds).unwrap_or(i64::MAX);
        let now = Clock::wall().0 / 1_000_000;
        match self.0.get(&hash) {
            Some(claims) if claims.exp.saturating_add(leeway) > now => Ok(claims),
            Some(_) => Err(Refused),
            None => {
                let claims = Arc::new(verify()?);
                self.0.insert(hash, Arc::clone(&claims));
                Ok(claims)
            }
        }
    }
}

/// Verifies signature, issuer, audience and time; the key says which algorithm, never the token.
pub(super) fn verify(ring: &KeyRing, audience: &str, leeway_seconds: u64, token: &str) -> Result<Claims, Refused> {
    if token.len() > TOKEN_BYTES_MAX {
        return Err(Refused);
    }
    let header = jsonwebtoken::decode_header(token).map_err(|_| Refused)?;
    // What the token calls critical, encrypted or compressed is nothing we know.
    if header.crit.is_some() || header.enc.is_some() || header.zip.is_some() {
        return Err(Refused);
    }
    let pinned = header.kid.as_deref().and_then(|kid| ring.get(kid)).ok_or(Refused)?;
    let algorithm = match pinned.algorithm {
        Algorithm::EdDsa => jsonwebtoken::Algorithm::EdDSA,
        Algorithm::Rs256 => jsonwebtoken::Algorithm::RS256,
    };
    let mut validation = Validation::new(algorithm);
    validation.set_required_spec_claims(&REQUIRED);
    validation.set_audience(&[audience]);
    validation.set_issuer(&[&pinned.issuer]);
    validation.leeway = leeway_seconds;
    validation.validate_nbf = true;
    let data = jsonwebtoken::decode::<Claims>(token, &pinned.key, &validation).map_err(|_| Refused)?;
    if data.claims.sub.is_empty() { Err(Refused) } else { Ok(data.claims) }
}
