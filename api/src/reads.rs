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

pub(crate) use cursor::{Order, Side};
pub(crate) use filter::{Asking, PLACE_SYMBOL, USER_SYMBOL};
pub(crate) use listing::{TOTAL_MAX, Window};
pub(crate) use root::{ENTITIES_MAX, NODES_MAX, list, represented, wanted};
pub(crate) use rows::flag_name;

pub(crate) use action::contained;
pub use fault::{Fault, Segment};
pub use root::Run;
