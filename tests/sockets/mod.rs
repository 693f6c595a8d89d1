//! Sockets and event streams: the protocol to the letter, events, and how they end.

mod events;
mod protocol;
mod revocation;
mod stop;
mod stream;

/// Cases with a personal field, as a clerk would watch them.
pub const CASES: &str = "subscription Cases($input: ApplicationChangedInput!) { applicationChanged(input: $input) { \
    seq kind at application { id number state jurisdiction household { head { nameZh } } } } }";
