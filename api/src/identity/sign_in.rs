//! Signing in with a password.

use super::{
    password::PASSWORD_BYTES_MAX,
    session::{Held, Identity},
};
use entity::{At, enums::UnitLevel, user_account};
use futures_util::future::BoxFuture;
use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
};
use platform::{
    Code, Error, Op, Refusal, Result, audit,
    clock::Clock,
    part::{Act, DataClass, Part},
    permissions,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{
    hash::{BuildHasher, RandomState},
    num::NonZeroU32,
    sync::{Arc, Weak},
};

/// Logins share this many counters, so that made-up names fill no memory.
const COUNTERS: u64 = 1 << 16;

/// A name and its password.
#[derive(Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct SignIn {
    /// Sign-in name (登录名).
    #[garde(length(bytes, min = 1, max = 200))]
    pub login: String,
    /// Password (口令).
    #[garde(length(bytes, min = 1, max = PASSWORD_BYTES_MAX))]
    pub password: String,
}

/// A token, and what may be done under it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Session")]
pub struct Session {
    /// Token for the header `Authorization: Bearer …` (访问令牌).
    pub token: String,
    /// When it ends (失效时间).
    pub expires_at: At,
    /// Assignments to choose from with the header `Onedoor-Assignment` (可选任职).
    pub assignments: Vec<SessionAssignment>,
}

/// An assignment that can be chosen (可选任职).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionAssignment {
    /// Value for the header `Onedoor-Assignment` (任职标识).
    #[schemars(extend("x-scalar" = "ID"))]
    pub id: String,
    /// Role code (角色).
    pub role: String,
    /// Unit code (单位代码).
    pub unit: String,
    /// Level of the unit (层级).
    pub level: UnitLevel,
    /// Root of the area it covers (辖区).
    #[schemars(extend("x-scalar" = "JurisdictionCode"))]
    pub jurisdiction: String,
}

impl SessionAssignment {
    fn new(held: &Held) -> Result<Self> {
        Ok(Self {
            id: held.global_id(),
            role: held.role.clone(),
            unit: held.unit.clone(),
            level: held.level.as_str().parse().map_err(Error::internal)?,
            jurisdiction: held.jurisdiction.clone(),
        })
    }
}

/// How often one login was tried.
pub(super) struct Attempts {
    limiter: DefaultKeyedRateLimiter<u64>,
    hasher: RandomState,
}

impl Attempts {
    pub(super) fn per_minute(number: u32) -> Self {
        let quota = Quota::per_minute(NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN));
        Self { limiter: RateLimiter::keyed(quota), hasher: RandomState::new() }
    }

    /// Error: `RATE_LIMITED` with the seconds to wait.
    fn check(&self, login: &str) -> Result<()> {
        let counter = self.hasher.hash_one(login) % COUNTERS;
        self.limiter.check_key(&counter).map_err(|wait| {
            let seconds = wait.wait_time_from(DefaultClock::default().now()).as_secs() + 1;
            Refusal::new(Code::RateLimited).arg("seconds", seconds).into()
        })
    }
}

impl Identity {
    /// Checks a password, records how that ended, and issues a short token.
    ///
    /// Errors: `SIGN_IN_FAILED` alike for an unknown name, a wrong password, a disabled user and one without a
    /// password; `RATE_LIMITED`.
    pub async fn sign_in(&self, op: &Op, login: String, password: String) -> Result<Session> {
        let (user, fits) = self.prove(login, password).await?;
        audit::signed_in(op, user.as_ref(), (!fits).then_some(Code::SignInFailed)).await?;
        self.admit(user.filter(|_| fits)).await
    }

    /// The user of a name, if there is one, and whether the password is that user's.
    pub(super) async fn prove(&self, login: String, password: String) -> Result<(Option<user_account::Model>, bool)> {
        if self.issuer.is_none() {
            return Err(Code::SignInFailed.into());
        }
        // A try beyond the limit is not looked at, and not recorded either: it would fill the record.
        self.attempts.check(&login)?;
        let user = self.users.by_login(&login).await?;
        let hash = user.as_ref().and_then(|user| user.password_hash.clone());
        let fits = self.passwords.verify(password, hash).await?;
        Ok((user, fits))
    }

    /// A short token for a user who has proved to be one.
    pub(super) async fn admit(&self, user: Option<user_account::Model>) -> Result<Session> {
        let (Some(issuer), Some(user)) = (&self.issuer, user) else { return Err(Code::SignInFailed.into()) };
        let issued = issuer.issue(&user.subject, Clock::wall(), self.settings.token_minutes)?;
        let held = self.users.assignments(user.id).await?;
        let assignments = held.iter().map(SessionAssignment::new).collect::<Result<_>>()?;
        Ok(Session { token: issued.token, expires_at: issued.expires_at, assignments })
    }
}

/// The handler of `signIn`.
///
/// Parts live as long as the program, so it holds no store open: who serves does.
struct Door(Weak<Identity>);

impl<'a> Act<'a, SignIn, Session> for Door {
    type Fut = BoxFuture<'a, Result<Session>>;

    fn call(&self, op: &'a Op, input: SignIn) -> Self::Fut {
        let identity = self.0.upgrade();
        Box::pin(async move {
            let identity = identity.ok_or(Code::Unavailable)?;
            identity.sign_in(op, input.login, input.password).await
        })
    }
}

/// What identity adds to the graph: `signIn`, open to the public.
pub fn part(identity: &Arc<Identity>) -> Part {
    let mut part = Part::new("identity").plain_mutation(
        "signIn",
        "Checks a password and answers a short token (登录).",
        permissions::PUBLIC_SERVICE,
        Door(Arc::downgrade(identity)),
    );
    // The caller is still the public, to whom nothing else is disclosed.
    for mutation in &mut part.mutations {
        mutation.class = DataClass::Public;
    }
    part
}
