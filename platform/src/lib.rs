//! What modules stand on: the operation and its transaction, parts, the module contract, and the shared flows.
//!
//! **Invariant:** nothing here names HTTP, the GraphQL library or a module.

pub mod act;
pub mod application;
pub mod appraisal;
pub mod audit;
pub mod calendar;
pub mod case;
pub mod clock;
pub mod code;
pub mod crypto;
pub mod db;
pub mod decision;
pub mod dispatch;
pub mod error;
pub mod id;
pub mod id_number;
pub mod intake;
pub mod ledger;
pub mod module;
pub mod money;
pub mod notice;
pub mod op;
pub mod outbox;
pub mod part;
pub mod path;
pub mod permissions;
pub mod programmes;
pub mod reference;
pub mod store;
pub mod tables;
pub mod telemetry;
pub mod transfer;
pub mod tx;
pub mod verification;
pub mod verify;
pub mod worklist;

pub use case::Case;
pub use code::{Code, Language};
pub use error::{Error, Refusal, Result, ensure};
pub use op::{Actor, Op, Platform};
pub use tx::Tx;

/// The parts of the shared flows, in the order a case meets them.
pub fn parts() -> Vec<part::Part> {
    vec![
        reference::part(),
        programmes::part(),
        intake::part(),
        application::part(),
        verification::part(),
        appraisal::part(),
        notice::part(),
        transfer::part(),
        decision::part(),
        ledger::part(),
        audit::part(),
        worklist::part(),
    ]
}
