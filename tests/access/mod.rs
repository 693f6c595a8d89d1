//! Who sees what: role × type × field, role × row, and the exactness of lists. Against the parts themselves.

mod audit;
mod doors;
mod entities;
mod explain;
pub mod fields;
mod gateway;
pub mod holders;
mod inspected;
mod lists;
mod many;
mod planned;
mod plans;
mod record;
mod rows;
pub mod synthetic;
pub mod world;
