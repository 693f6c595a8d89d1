//! The record of sign-ins.

use super::{Body, Draft, alone, body};
use crate::{code::Code, error::Result, op::Op};
use entity::{enums::AuditOutcome, user_account};

/// What signing in is called in the record.
const ACTION: &str = "signIn";

/// Records that a user signed in, or that somebody was refused.
///
/// A name that fits nobody leaves an event without a subject, never the name itself: it may be a password typed into
/// the wrong field. The event is written either way, so that neither the answer nor its time tells which names exist.
pub async fn signed_in(op: &Op, user: Option<&user_account::Model>, refused: Option<Code>) -> Result<()> {
    let draft = Draft {
        action: ACTION,
        outcome: if refused.is_some() { AuditOutcome::Refused } else { AuditOutcome::Done },
        code: refused.map(Code::as_str),
        subject: user.map(|user| ("User".to_owned(), user.id.to_string())),
        application_id: None,
        jurisdiction: user.map_or("", |user| user.jurisdiction.as_str()),
        rows: Vec::new(),
    };
    // Who was refused has not shown to be that user.
    let actor = user.filter(|_| refused.is_none()).map(|user| user.id);
    alone(op, Body { actor, ..body(op, draft) }).await
}
