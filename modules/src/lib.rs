//! Department programmes, one folder each, and the one list that names them.
//!
//! **Invariant:** a module never names another module, opens a connection or reads the clock.

pub mod dibao;
pub mod education;
pub mod temporary;
#[cfg(test)]
mod worked;

use platform::module::Module;
use std::sync::Arc;

/// Every programme that is built in; which of them load is configuration.
pub fn all() -> Vec<Arc<dyn Module>> {
    vec![Arc::new(dibao::Dibao), Arc::new(education::Education), Arc::new(temporary::Temporary)]
}
