//! The keys that verify tokens: each with its one algorithm and its one issuer.

use super::settings::{Algorithm, OutsideIssuer, PublicKeyFile};
use anyhow::{Context, Result, anyhow, bail, ensure};
use jsonwebtoken::{
    DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, KeyAlgorithm, PublicKeyUse},
};
use std::{collections::HashMap, fs, path::Path};

/// Fewest bytes of an RSA modulus.
const RSA_BYTES_MIN: usize = 256;
/// Bytes of an Ed25519 public key.
const ED25519_BYTES: usize = 32;
/// Most keys of all issuers together.
const KEYS_MAX: usize = 64;

/// One key, pinned.
pub(super) struct PinnedKey {
    pub(super) algorithm: Algorithm,
    pub(super) issuer: String,
    pub(super) key: DecodingKey,
}

/// Every key that verifies tokens, by key identifier.
#[derive(Default)]
pub struct KeyRing {
    keys: HashMap<String, PinnedKey>,
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.keys.keys()).finish()
    }
}

impl KeyRing {
    /// Adds the keys of an issuer outside from its files.
    pub fn add_outside(&mut self, outside: &OutsideIssuer) -> Result<()> {
        if let Some(path) = &outside.jwks {
            let shown = path.display();
            let text = fs::read_to_string(path).with_context(|| format!("the key set {shown} cannot be read"))?;
            self.add_jwks(&text, &outside.issuer).with_context(|| format!("the key set {shown} is refused"))?;
        }
        for file in &outside.keys {
            let shown = file.pem.display();
            let key = read_pem(file).with_context(|| format!("the public key {shown} is refused"))?;
            self.add(&file.kid, PinnedKey { algorithm: file.algorithm, issuer: outside.issuer.clone(), key })?;
        }
        Ok(())
    }

    /// Adds every key of a JWKS document; one that is not EdDSA or RS256, or has no `kid`, is refused.
    pub fn add_jwks(&mut self, text: &str, issuer: &str) -> Result<()> {
        let set: JwkSet = serde_json::from_str(text).map_err(|_| anyhow!("it is no JWKS document"))?;
        ensure!(!set.keys.is_empty(), "it holds no key");
        for jwk in &set.keys {
            let kid = jwk.common.key_id.as_deref().context("a key has no kid")?;
            let (algorithm, key) = read_jwk(jwk).with_context(|| format!("key {kid}"))?;
            self.add(kid, PinnedKey { algorithm, issuer: issuer.to_owned(), key })?;
        }
        Ok(())
    }

    pub(super) fn add(&mut self, kid: &str, key: PinnedKey) -> Result<()> {
        ensure!(!kid.is_empty() && kid.len() <= 200, "a key identifier must have 1 to 200 characters");
        ensure!(self.keys.len() < KEYS_MAX, "there are more than {KEYS_MAX} keys");
        ensure!(self.keys.insert(kid.to_owned(), key).is_none(), "two keys are called {kid}");
        Ok(())
    }

    pub(super) fn get(&self, kid: &str) -> Option<&PinnedKey> {
        self.keys.get(kid)
    }

    /// Whether no token at all could be verified.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}

fn read_jwk(jwk: &Jwk) -> Result<(Algorithm, DecodingKey)> {
    if jwk.common.public_key_use.as_ref().is_some_and(|purpose| *purpose != PublicKeyUse::Signature) {
        bail!("it is not for signatures");
    }
    let algorithm = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => Algorithm::Rs256,
        AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => Algorithm::EdDsa,
        _ => bail!("only Ed25519 and RSA keys are taken"),
    };
    let fits = match jwk.common.key_algorithm {
        None => true,
        Some(KeyAlgorithm::RS256) => algorithm == Algorithm::Rs256,
        Some(KeyAlgorithm::EdDSA) => algorithm == Algorithm::EdDsa,
        Some(_) => false,
    };
    ensure!(fits, "only the algorithms EdDSA and RS256 are taken");
    let key = DecodingKey::from_jwk(jwk).map_err(|_| anyhow!("it cannot be read"))?;
    ensure_strong(&key)?;
    Ok((algorithm, key))
}

fn read_pem(file: &PublicKeyFile) -> Result<DecodingKey> {
    let text = read(&file.pem)?;
    let key = match file.algorithm {
        Algorithm::EdDsa => DecodingKey::from_ed_pem(&text),
        Algorithm::Rs256 => DecodingKey::from_rsa_pem(&text),
    };
    let key = key.map_err(|_| anyhow!("it is no public key of that algorithm in PEM"))?;
    ensure_strong(&key)?;
    Ok(key)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).context("it cannot be read")
}

/// Short keys verify too, and are worth nothing.
fn ensure_strong(key: &DecodingKey) -> Result<()> {
    let jwk = Jwk::from_decoding_key(key, None).map_err(|_| anyhow!("it cannot be read"))?;
    let decoded = |text: &str| {
        use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
        URL_SAFE_NO_PAD.decode(text).unwrap_or_default()
    };
    match &jwk.algorithm {
        AlgorithmParameters::RSA(rsa) => {
            let modulus = decoded(&rsa.n);
            let bytes = modulus.iter().skip_while(|byte| **byte == 0).count();
            ensure!(bytes >= RSA_BYTES_MIN, "an RSA key must have {} bits or more", RSA_BYTES_MIN * 8);
        }
        AlgorithmParameters::OctetKeyPair(pair) => {
            ensure!(decoded(&pair.x).len() == ED25519_BYTES, "an Ed25519 key has {ED25519_BYTES} bytes");
        }
        _ => bail!("only Ed25519 and RSA keys are taken"),
    }
    Ok(())
}
