//! The one test program of the workspace: through the front door, on both databases.

mod access;
mod cli;
mod conformance;
mod database;
mod federation;
mod front_end;
mod harness;
mod oracle;
mod outside;
mod playground;
mod resilience;
mod reviewed;
mod scenarios;
mod sockets;
mod tidy;
mod walkthrough;
