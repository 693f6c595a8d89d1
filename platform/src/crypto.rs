//! All cryptography at rest: sealed columns, look-up hashes, chain hashes.

use crate::error::{Error, Result};
use aes_gcm::{
    Aes256Gcm,
    aead::{Aead, KeyInit, Nonce},
};
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretSlice};
use sha2::{Digest, Sha256};

const NONCE_BYTES: usize = 12;
/// Bytes of each of the two keys.
pub const KEY_BYTES: usize = 32;

/// Seals columns with AES-256-GCM and hashes numbers for look-up with HMAC-SHA-256.
pub struct Cipher {
    sealing: Aes256Gcm,
    hashing: SecretSlice<u8>,
}

impl std::fmt::Debug for Cipher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cipher")
    }
}

impl Cipher {
    /// From two keys of 32 bytes each.
    pub fn new(sealing_key: &[u8], hashing_key: &[u8]) -> Result<Self> {
        if hashing_key.len() != KEY_BYTES {
            return Err(Error::internal("the hashing key must have 32 bytes"));
        }
        let sealing = Aes256Gcm::new_from_slice(sealing_key)
            .map_err(|_| Error::internal("the sealing key must have 32 bytes"))?;
        Ok(Self { sealing, hashing: SecretSlice::from(hashing_key.to_vec()) })
    }

    /// Seals text: random nonce, then ciphertext with its tag.
    pub fn seal(&self, text: &str) -> Result<Vec<u8>> {
        let bytes = random_bytes::<NONCE_BYTES>()?;
        let nonce = Nonce::<Aes256Gcm>::from(bytes);
        let sealed = self.sealing.encrypt(&nonce, text.as_bytes()).map_err(|_| Error::internal("sealing failed"))?;
        Ok([bytes.as_slice(), &sealed].concat())
    }

    /// Opens what `seal` made; `None` if it was changed or sealed with another key.
    pub fn open(&self, sealed: &[u8]) -> Option<String> {
        let (nonce, body) = sealed.split_first_chunk::<NONCE_BYTES>()?;
        let text = self.sealing.decrypt(&Nonce::<Aes256Gcm>::from(*nonce), body).ok()?;
        String::from_utf8(text).ok()
    }

    /// Keyed hash for exact look-up, hex.
    pub fn lookup_hash(&self, text: &str) -> Result<String> {
        let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(self.hashing.expose_secret())
            .map_err(|_| Error::internal("hashing key unusable"))?;
        mac.update(text.as_bytes());
        Ok(hex::encode(mac.finalize().into_bytes()))
    }
}

/// SHA-256 of bytes, hex.
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Next hash of a chain: SHA-256(previous hash ‖ the event's bytes), hex.
pub fn chain_hash(previous: &str, body: &str) -> String {
    let mut hasher = Sha256::new();
    hasher.update(previous.as_bytes());
    hasher.update(body.as_bytes());
    hex::encode(hasher.finalize())
}

/// Random bytes from the operating system.
pub fn random_bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(Error::internal)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_text_opens_only_with_its_key_and_unchanged() {
        let cipher = Cipher::new(&[7; 32], &[8; 32]).unwrap();
        let mut sealed = cipher.seal("51022919660620005X").unwrap();
        assert_eq!(cipher.open(&sealed).as_deref(), Some("51022919660620005X"));
        assert_eq!(Cipher::new(&[9; 32], &[8; 32]).unwrap().open(&sealed), None);
        sealed[14] ^= 1;
        assert_eq!(cipher.open(&sealed), None);
        assert_ne!(cipher.seal("x").unwrap(), cipher.seal("x").unwrap());
    }
}
