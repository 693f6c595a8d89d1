//! Answering selections of declared fields: a level of rows at once, one statement per edge.
//!
//! **Invariant:** every statement over a stored type carries the scope of that type's permission in its WHERE,
//! and selects only columns of fields the caller selected.

mod action;
mod cursor;
mod disclose;
mod event;
mod facts;
mod fault;
mod filter;
mod find;
mod listing;
mod page;
mod plain;
mod root;
mod rows;
mod select;

pub use fault::{Fault, Segment};
pub use root::Run;
