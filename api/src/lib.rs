//! The gateway and the program, in the order a request meets them.

pub mod cli;
pub mod events;
pub mod explain;
pub mod gateway;
pub mod http;
pub mod identity;
pub mod import;
pub mod playground;
pub mod reads;
pub mod schema;
