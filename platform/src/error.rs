//! The one error type of the house, sorted by what the caller can do about it.

use crate::code::Code;
use uuid::Uuid;

/// What a use-case answers.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A refusal by rule, conflict or authority: it becomes one entry of `userErrors`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The stable code.
    pub code: Code,
    /// Path of the input field it concerns, in GraphQL spelling, outermost first.
    pub field: Vec<String>,
    /// Values its message names.
    pub args: Vec<(&'static str, String)>,
}

impl Refusal {
    /// A refusal with this code and neither field nor values.
    pub fn new(code: Code) -> Self {
        Self { code, field: Vec::new(), args: Vec::new() }
    }

    /// Names the input field, dotted from `input`, e.g. `input.idNumber`.
    #[must_use]
    pub fn field(mut self, path: &str) -> Self {
        self.field = path.split('.').map(str::to_owned).collect();
        self
    }

    /// Gives a value to the message.
    #[must_use]
    pub fn arg(mut self, name: &'static str, value: impl ToString) -> Self {
        self.args.push((name, value.to_string()));
        self
    }
}

/// Why an operation did not end well.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A rule, a conflict or an authority says no.
    #[error("refused: {:?}", .0.code)]
    Refused(Refusal),
    /// Not there, or not the actor's to see: the two are one.
    #[error("not found")]
    NotFound {
        /// Path of the input field that named it, dotted.
        field: &'static str,
    },
    /// The same key and input were already carried out: the result is these rows.
    #[error("replay")]
    Replay(Replay),
    /// Something is broken on our side; the text is for the log only.
    #[error("internal: {0}")]
    Internal(String),
}

/// What an earlier call with the same idempotency key made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replay {
    /// Key of the row.
    pub id: Uuid,
    /// Its version right after that call.
    pub version: i64,
}

impl Error {
    /// An internal fault with its text for the log.
    pub fn internal(text: impl ToString) -> Self {
        Self::Internal(text.to_string())
    }

    /// The code a client sees.
    pub fn code(&self) -> Code {
        match self {
            Self::Refused(refusal) => refusal.code,
            Self::NotFound { .. } => Code::NotFound,
            Self::Replay(_) | Self::Internal(_) => Code::Internal,
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Self::Refused(Refusal::new(code))
    }
}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Internal(error.to_string())
    }
}

/// Refuses with a code unless the condition holds.
pub fn ensure(condition: bool, refusal: impl FnOnce() -> Refusal) -> Result<()> {
    if condition { Ok(()) } else { Err(refusal().into()) }
}
