//! Worked cases of the programme, on the parameters that ship.

mod amounts;
mod fixture;
mod identities;
mod rules;
