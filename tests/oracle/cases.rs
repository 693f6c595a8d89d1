//! Operations whose answers differed once; they are compared first in every run.

/// One of them.
pub struct Case {
    /// Who asked, by the name that failures call them.
    pub role: &'static str,
    /// What it was read for; nothing for the role's default.
    pub purpose: Option<&'static str>,
    /// The operation.
    pub query: &'static str,
    /// Its variables, as JSON.
    pub variables: &'static str,
}

/// All that were found.
pub const CASES: &[Case] = &[];
