//! Events from the outbox to those who watch, each asked anew whether it is theirs to see.
//!
//! **Invariant:** nothing is delivered that the receiver could not read at that moment: assignment in force, permission
//! held, row in scope.

mod group;
mod hub;
mod queue;
mod reading;
mod roll;
mod sharing;

pub use group::Membership;
pub use hub::Hub;
pub use queue::{Bounds, End, Inlet, Item, Outlet, queue};
pub use roll::{Attending, Full};
