//! Parts to GraphQL: one table of everything, cut per permission set, handed to the library and to the reads.
//!
//! **Invariant:** a type or field outside a caller's permission set is in no table that caller's request meets.

pub mod coerce;
pub mod cost;
mod details;
mod federation;
pub mod hidden;
mod library;
mod load;
mod plain;
mod prune;
mod roots;
pub mod scalars;
pub mod snapshot;
mod stored;
pub(crate) mod subscriptions;
pub mod types;

pub use details::fact;
pub use load::{LoadError, load};
pub use snapshot::{Snapshot, Snapshots};
pub use stored::{Comparison, PAGE_DEFAULT, PAGE_MAX, comparisons, field_of, kind_of};
pub use types::{Resolve, TypeRef, TypeTable};

#[cfg(test)]
mod tests;
