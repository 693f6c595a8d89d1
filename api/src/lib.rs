//! The gateway and the program, in the order a request meets them.

pub mod reads;
pub mod schema;
