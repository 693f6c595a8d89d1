//! Tables in: what a town already keeps in workbooks.

pub mod roll;
