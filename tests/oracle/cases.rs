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
pub const CASES: &[Case] = &[
    // A list of none is no single row, of which nothing has to be cut off.
    Case {
        role: "TU of TU_VERIFY",
        purpose: None,
        query: "{ nodes(ids: [\"RGVjaXNpb246MDE2NjAwMDAtMjFiOC01ZmRjLTgwMDAtMDAwMDAwMDAwMDA2\", \
            \"RGVjaXNpb246MDE2NjAwMDAtMjFiOC01ZmRjLTgwMDAtMDAwMDAwMDAwMDA3\"]) { ... on Decision { decidedBy { \
            assignments { nodes { user { assignments(first: 0) { pageInfo { hasNextPage } } } } } } } } }",
        variables: "{}",
    },
];
