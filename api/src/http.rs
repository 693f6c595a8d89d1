//! HTTP: negotiation, limits, who asks, and GraphQL over HTTP to the letter.
//!
//! **Invariant:** the library sees no document that was not lexed, bounded and parsed here.

mod answer;
mod app;
mod graphql;
mod idle;
mod lexer;
mod limits;
mod log;
mod metrics;
mod negotiate;
mod pages;
mod read;
pub mod seam;
mod server;
mod settings;
mod sse;
mod ws;

pub use app::{App, router};
pub use server::{Beside, Server, asked_to_stop};
pub use settings::{HttpSettings, Limits, Seconds, Sockets};

#[cfg(test)]
mod tests;
