//! Passwords: Argon2id, a few at a time, and the same work whether or not the user exists.

use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use platform::{Code, Error, Result};
use std::{sync::Arc, time::Duration};
use tokio::sync::Semaphore;

/// Longest password that is hashed.
pub(super) const PASSWORD_BYTES_MAX: usize = 1000;
/// Hashes computed at once: each takes 19 MiB and a core.
const AT_ONCE: usize = 2;
/// How long a sign-in waits for its turn.
const TURN: Duration = Duration::from_secs(5);
/// What an unknown user's password is compared with; nobody knows what it was made from, and its outcome is dropped.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$b25lZG9vci5ub2JvZHk$/BImA/un6Zep+T4/V5gzDyWynmVjZFuW79kEL3Ezj+o";

/// Hashes a password for `user_account.password_hash`.
pub fn hash(password: &str) -> Result<String> {
    let hash = Argon2::default().hash_password(password.as_bytes()).map_err(Error::internal)?;
    Ok(hash.to_string())
}

/// Compares passwords with hashes.
#[derive(Debug, Clone)]
pub(super) struct Passwords {
    turns: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Passwords {
    /// Whether the password is the one behind the hash; without a hash, `false` after the same work.
    ///
    /// Error: `UNAVAILABLE` when too many wait before.
    pub(super) async fn verify(&self, password: String, hash: Option<String>) -> Result<bool> {
        let turn = tokio::time::timeout(TURN, Arc::clone(&self.turns).acquire_owned()).await;
        let Ok(Ok(turn)) = turn else { return Err(Code::Unavailable.into()) };
        let work = move || {
            let _turn = turn;
            let known = hash.is_some();
            let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
            let fits = Argon2::default().verify_password(password.as_bytes(), hash.as_str()).is_ok();
            fits && known && password.len() <= PASSWORD_BYTES_MAX
        };
        tokio::task::spawn_blocking(work).await.map_err(Error::internal)
    }
}
