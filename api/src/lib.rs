//! The gateway and the program, in the order a request meets them.

pub mod cli;
pub mod events;
pub mod explain;
pub mod gateway;
pub mod http;
pub mod identity;
pub mod import;
mod plan;
pub mod playground;
pub mod reads;
pub mod schema;

use platform::module::Module;
use std::{process::ExitCode, sync::Arc};

/// Runs the program with these modules built in: every command knows them, and they load where the operator names a
/// policy set that knows their programmes.
///
/// `api::run(modules::all())` is the program as it is here; a `main` elsewhere passes its own modules with them.
pub fn run(modules: Vec<Arc<dyn Module>>) -> ExitCode {
    cli::main(modules)
}
