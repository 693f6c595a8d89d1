//! The tables: one file each, the value types in their columns, and the scoped finder.
//!
//! **Invariant:** nothing here opens a connection or decides anything.

pub mod enums;
pub mod scope;
pub mod value;

pub mod account;
pub mod api_client;
pub mod application;
pub mod application_event;
pub mod application_facet;
pub mod application_subject;
pub mod appraisal;
pub mod assignment;
pub mod audit_event;
pub mod audit_head;
pub mod audit_person;
pub mod audit_volume;
pub mod benefit;
pub mod benefit_line;
pub mod channel_rule;
pub mod consent;
pub mod decision;
pub mod disbursement_batch;
pub mod household;
pub mod household_member;
pub mod idempotency_key;
pub mod import_batch;
pub mod jurisdiction;
pub mod ledger_entry;
pub mod ledger_total;
pub mod notice;
pub mod once_claim;
pub mod opinion;
pub mod org_unit;
pub mod outbox;
pub mod outbox_head;
pub mod parameter;
pub mod person;
pub mod person_claim;
pub mod policy_document;
pub mod policy_version;
pub mod request;
pub mod request_material;
pub mod reverification;
pub mod scope_link;
pub mod service_window;
pub mod setting;
pub mod transfer;
pub mod user_account;
pub mod verification;
pub mod verification_investigator;
pub mod verification_report;
pub mod verification_step;
pub mod work_calendar;

pub use scope::{Scope, ScopeBy, Scoped, find_scoped};
pub use value::{At, Day, Fen, Month};
