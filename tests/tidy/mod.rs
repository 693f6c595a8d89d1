//! Rules about the source that no compiler holds.

mod arrows;
mod homes;
mod shape;
pub mod source;
