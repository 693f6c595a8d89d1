//! The worked cases, each under its own number, through HTTP with the tokens of the proper roles.

pub mod at_01;
mod at_02;
mod at_07;
mod at_09;
mod at_13;
mod at_16;
mod at_19;
mod at_21;
mod at_23;
mod at_26;
mod available;
mod education;
mod intake;
mod papers;
mod refusals;
pub mod schooling;
mod search;
pub mod stages;
mod stages_of_school;
pub mod steps;
pub mod temporary;
mod together;
mod totals;
mod verification;
mod worklist;
