//! Whose tokens are believed.

use anyhow::{Result, bail, ensure};
use serde::{Deserialize, Serialize};
use std::{collections::HashSet, ops::RangeInclusive, path::PathBuf};

/// Shortest and longest life of a token of our own, in minutes.
const TOKEN_MINUTES: RangeInclusive<u32> = 1..=60;
/// Largest difference between clocks that is put up with, in seconds.
const LEEWAY_SECONDS_MAX: u64 = 30;
/// Most sign-in attempts for one login that may be allowed in a minute.
const SIGN_INS_MAX: u32 = 60;

/// Whose tokens are believed, and how long our own last.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IdentitySettings {
    /// Issuer named by our own tokens.
    pub issuer: String,
    /// Audience every token must name.
    pub audience: String,
    /// Life of a token from `signIn`, in minutes.
    pub token_minutes: u32,
    /// Difference between clocks that is put up with, in seconds.
    pub leeway_seconds: u64,
    /// Sign-in attempts for one login in a minute.
    pub sign_ins_per_minute: u32,
    /// Issuers outside whose tokens are believed too.
    pub outside: Vec<OutsideIssuer>,
}

/// An issuer outside, with its public keys.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutsideIssuer {
    /// Its name, as its tokens say it.
    pub issuer: String,
    /// A JWKS file.
    #[serde(default)]
    pub jwks: Option<PathBuf>,
    /// Single keys.
    #[serde(default)]
    pub keys: Vec<PublicKeyFile>,
}

/// A public key in a PEM file, with the one algorithm it may verify.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicKeyFile {
    /// Key identifier, as token headers say it.
    pub kid: String,
    /// Its one algorithm.
    pub algorithm: Algorithm,
    /// The file.
    pub pem: PathBuf,
}

/// The algorithms that are believed; there is no symmetric one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Algorithm {
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
    /// RSA with SHA-256, 2048 bits or more.
    #[serde(rename = "RS256")]
    Rs256,
}

impl Default for IdentitySettings {
    fn default() -> Self {
        Self {
            issuer: "onedoor".to_owned(),
            audience: "onedoor".to_owned(),
            token_minutes: 15,
            leeway_seconds: 5,
            sign_ins_per_minute: 10,
            outside: Vec::new(),
        }
    }
}

impl IdentitySettings {
    /// Refuses what would let wrong tokens in; the error says which setting.
    pub fn check(&self) -> Result<()> {
        exact("issuer", &self.issuer)?;
        exact("audience", &self.audience)?;
        ensure!(
            TOKEN_MINUTES.contains(&self.token_minutes),
            "setting token_minutes is {}: it must be {} to {}",
            self.token_minutes,
            TOKEN_MINUTES.start(),
            TOKEN_MINUTES.end()
        );
        ensure!(
            self.leeway_seconds <= LEEWAY_SECONDS_MAX,
            "setting leeway_seconds must be at most {LEEWAY_SECONDS_MAX}"
        );
        ensure!(
            (1..=SIGN_INS_MAX).contains(&self.sign_ins_per_minute),
            "setting sign_ins_per_minute must be 1 to {SIGN_INS_MAX}"
        );
        let mut issuers = HashSet::from([self.issuer.as_str()]);
        for outside in &self.outside {
            exact("outside.issuer", &outside.issuer)?;
            ensure!(issuers.insert(&outside.issuer), "two issuers are called {}", outside.issuer);
            if outside.jwks.is_none() && outside.keys.is_empty() {
                bail!("the outside issuer {} has no key: set jwks or keys", outside.issuer);
            }
        }
        Ok(())
    }
}

fn exact(name: &str, value: &str) -> Result<()> {
    ensure!(!value.trim().is_empty(), "setting {name} is empty: tokens of anyone would do");
    ensure!(!value.contains('*'), "setting {name} holds a wildcard: name it exactly");
    Ok(())
}
