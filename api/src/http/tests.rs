//! HTTP in front of a gateway of two fields.

mod bounds;
mod doors;
mod serving;
mod toy;
