//! The one test program of the workspace: through the front door, on both databases.

mod harness;
mod tidy;
