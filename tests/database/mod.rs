//! What the database itself refuses, on SQLite and PostgreSQL alike.

mod alike;
mod frozen;
mod ledger;
mod refusals;
mod rows;
mod schema;
mod scope;
mod store;
mod timeline;
mod totals;
