//! Worked cases of the programme, on the parameters that ship.

mod amounts;
mod eligibility;
mod fixture;
mod seed;
mod separate;
