//! From a validated document and raw variables to calls with right arguments, by the specification.
//!
//! The library lets wrong variables and literals through, so nothing runs that was not coerced here.

mod narrow;
mod select;
mod template;
mod values;
mod variables;

#[cfg(test)]
mod tests;

pub use narrow::narrow;
pub use select::{Below, Call, Compiled, Kind, What, compile, operation};
pub use template::{Bound, Given, Switches, Template, switches};

use async_graphql::Pos;
use platform::Code;

/// Why a document cannot be run; a request error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestError {
    /// `GRAPHQL_VALIDATION_FAILED`, `BAD_USER_INPUT` or a limit.
    pub code: Code,
    /// What is wrong, without any value the caller sent.
    pub message: String,
    /// Where in the document.
    pub locations: Vec<Pos>,
}

impl RequestError {
    /// One place in the document.
    pub fn at(code: Code, message: impl Into<String>, pos: Pos) -> Self {
        Self { code, message: message.into(), locations: vec![pos] }
    }
}
