//! Who asks: tokens, passwords, and the assignments the database holds for a token's subject.
//!
//! **Invariant:** nothing but a subject is believed of a token; roles, units and places come from the database, at
//! every request anew.

mod client;
mod issuer;
mod keys;
mod password;
mod session;
mod settings;
mod sign_in;
mod token;
mod users;

pub use client::{ApiClient, ClientToken};
pub use issuer::{Issued, Issuer};
pub use keys::KeyRing;
pub use password::hash as hash_password;
pub use session::{AuthError, Held, Identity, SignedIn};
pub use settings::{Algorithm, IdentitySettings, OutsideIssuer, PublicKeyFile};
pub use sign_in::part;
pub use users::Users;

#[cfg(test)]
pub(crate) mod tests;
