//! The boundary 两不变 as data: reading, checking, compiling and explaining the policies.
//!
//! Owns `authority.csv`, `funding.csv`, `roles.csv`, `disclosure.csv`, `names.csv` and `model.conf`, and is the only
//! home of casbin. It knows no database, no clock and no GraphQL: the day is an argument.
//!
//! **Invariant:** a missing row never means yes; there is no path from an empty, broken or unreadable table to a
//! permission. Whatever is wrong refuses the whole load, and the policies in force stay.

mod authority;
mod disclosure;
mod explain;
mod funding;
mod grid;
mod judge;
mod names;
mod parameters;
mod permission_set;
mod policies;
mod problem;
mod roles;
mod sheet;
mod source;
mod tables;
#[cfg(test)]
mod tests;
mod vocabulary;

pub use authority::AuthorityRow;
pub use explain::Explanation;
pub use funding::FundingRow;
pub use parameters::ParameterRow;
pub use permission_set::PermissionSet;
pub use policies::Policies;
pub use problem::{Problem, RowRef};
pub use sheet::Tag;
pub use source::{FurtherSet, PolicySource, SetVersion, Standing};
pub use vocabulary::{APPROVALS, DECIDING, DataClass, Disclosure, Holder, Level, Permission, ScopeKind};
