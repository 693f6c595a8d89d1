//! What must hold when the program is killed, stopped, or handed a token that is none.

mod backup;
mod kill;
mod reads;
mod revocation;
mod stop;
mod tokens;
mod town;
mod writers;
