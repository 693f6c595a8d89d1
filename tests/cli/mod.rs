//! The program: its commands, its files, its ends.

mod client;
mod commands;
mod demo;
mod import;
pub mod run;
mod serve;
mod verify;
