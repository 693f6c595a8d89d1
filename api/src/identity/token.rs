//! Verifying one token: every reason to refuse it is the same refusal.

use super::{keys::KeyRing, settings::Algorithm};
use jsonwebtoken::Validation;
use serde::Deserialize;

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
