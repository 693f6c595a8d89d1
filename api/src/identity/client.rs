//! Programs of others: the token of a client, beside the user's.

use super::session::{AuthError, Identity, bearer};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use entity::{At, api_client, enums::ClientKind};
use platform::{
    Result,
    clock::Clock,
    crypto::{random_bytes, sha256},
};
use policies::{Holder, Level};
use uuid::Uuid;

/// What every client's token begins with, so that people and scanners know one when they see it.
const PREFIX: &str = "odc_";
/// Random bytes of a token.
const TOKEN_BYTES: usize = 32;

/// A gateway that composes this service with others, as a request shows it.
#[derive(Debug, Clone)]
pub struct ApiClient {
    /// Key.
    pub id: Uuid,
    /// Name the operator gave it.
    pub name: String,
    /// Whose schema it has.
    pub holder: Holder,
}

/// A new client's token; the store keeps its hash alone.
pub struct ClientToken {
    /// The token, for the header `Onedoor-Client: Bearer …`.
    pub token: String,
    /// Its hash.
    pub hash: String,
}

impl ClientToken {
    /// A token nobody has had.
    pub fn new() -> Result<Self> {
        let token = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(random_bytes::<TOKEN_BYTES>()?));
        let hash = sha256(token.as_bytes());
        Ok(Self { token, hash })
    }
}

impl Identity {
    /// The client behind an `Onedoor-Client` header, as the database has it now; without one, none.
    ///
    /// Error: `BadToken` for a token that is unknown, revoked or past its end, all alike.
    pub async fn client(&self, header: Option<&str>) -> Result<Option<ApiClient>, AuthError> {
        let Some(header) = header else { return Ok(None) };
        let token = bearer(header).filter(|token| token.starts_with(PREFIX)).ok_or(AuthError::BadToken)?;
        let client = self.users.client(&sha256(token.as_bytes())).await.map_err(AuthError::Internal)?;
        client.and_then(|row| in_use(row, Clock::wall())).map(Some).ok_or(AuthError::BadToken)
    }
}

/// A client of a level the policies do not know has no schema.
fn in_use(row: api_client::Model, now: At) -> Option<ApiClient> {
    if row.revoked_at.is_some() || row.expires_at <= now {
        return None;
    }
    let level = Level::parse(row.level.as_str())?;
    match row.kind {
        ClientKind::Gateway => {
            let holder = Holder { role: row.role, unit: row.unit, level, jurisdiction: String::new() };
            Some(ApiClient { id: row.id, name: row.name, holder })
        }
    }
}
