//! Someone outside: a module that is not among the built-in ones, and what keeps it, and a bad one, in its place.

mod absent;
mod bad;
mod contained;
mod document;
mod heating;
mod refusals;
mod sets;

use api::cli::Loading;
use platform::module::Module;
use std::{path::PathBuf, sync::Arc};

/// The policy set that lies beside the outside module.
pub fn heating_set() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/outside/heating/heating"))
}

/// The built-in modules and one from outside, with the sets the operator names.
pub fn loading(module: impl Module, sets: &[PathBuf]) -> Loading {
    let mut modules: Vec<Arc<dyn Module>> = modules::all();
    modules.push(Arc::new(module));
    Loading { sets: sets.to_vec(), ..Loading::of(modules) }
}
