//! Who is let in, and who is not.

pub(crate) mod fixture;
mod refusals;
mod sign_ins;
