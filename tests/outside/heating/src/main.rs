//! Onedoor with one programme more.

use std::sync::Arc;

fn main() -> std::process::ExitCode {
    let mut modules = modules::all();
    modules.push(Arc::new(heating::Heating));
    api::run(modules)
}
