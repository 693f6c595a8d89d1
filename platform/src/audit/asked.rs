//! The record as auditors read it.

use super::{Body, who_read::who_read};
use crate::{
    part::{Cell, ComputeContext, DataClass, EntityBuilder, Part, Scalar, belongs_to},
    permissions as may,
    reference::by_place,
};
use entity::{application, assignment, audit_event, audit_person, audit_volume, user_account};
use serde_json::Value;

/// Audit events, and who read a person's data.
pub(crate) fn part() -> Part {
    Part::new("audit")
        .entity::<audit_event::Entity>(
            "AuditEvent",
            may::AUDIT_READ,
            DataClass::Internal,
            by_place("jurisdiction"),
            event_fields,
        )
        .query(
            "whoRead",
            "Who read a person's data, newest first; null when there is no such person (个人信息查阅记录).",
            may::AUDIT_READ,
            DataClass::Internal,
            who_read,
        )
}

fn event_fields(t: EntityBuilder<audit_event::Entity>) -> EntityBuilder<audit_event::Entity> {
    use audit_event::Column as C;
    use audit_person::Column as P;
    told(edges(t.columns([
        C::Chain,
        C::Seq,
        C::At,
        C::WallAt,
        C::Action,
        C::Outcome,
        C::Code,
        C::SubjectType,
        C::Jurisdiction,
        C::PreviousHash,
        C::Hash,
    ])))
    .list(
        "auditEvents",
        "The tamper-evident record, oldest first unless ordered otherwise (审计记录).",
        [C::Chain, C::At, C::Action, C::Outcome, C::Code, C::Jurisdiction],
        [C::Seq, C::At],
    )
    .filtered_by("actorId", "User", C::ActorId)
    .filtered_by("applicationId", "Application", C::ApplicationId)
    .filtered_through("personId", "Person", [P::EventId, P::PersonId, P::Volume], audit_volume::Column::Number)
}

fn edges(t: EntityBuilder<audit_event::Entity>) -> EntityBuilder<audit_event::Entity> {
    use audit_event::Column as C;
    t.edge(
        "actor",
        "User",
        "Who acted; null for the public (操作人).",
        may::USER_READ,
        belongs_to(C::ActorId, user_account::Column::Id),
    )
    .edge(
        "assignment",
        "Assignment",
        "Under which assignment; null for the public (任职).",
        may::USER_READ,
        belongs_to(C::AssignmentId, assignment::Column::Id),
    )
    .edge(
        "application",
        "Application",
        "The case; null when there is none (申请事项).",
        may::APPLICATION_READ,
        belongs_to(C::ApplicationId, application::Column::Id),
    )
}

/// What only the event's own bytes hold.
fn told(t: EntityBuilder<audit_event::Entity>) -> EntityBuilder<audit_event::Entity> {
    let one = |t: EntityBuilder<_>, name, description, compute| {
        let columns = [audit_event::Column::Body];
        t.computed(name, description, columns, Scalar::String, may::AUDIT_READ, DataClass::Internal, compute)
    };
    let t = one(t, "role", "Role acted under; null for the public (角色).", role);
    let t = one(t, "purpose", "Purpose given (使用目的).", purpose);
    one(t, "request", "Names the request in logs (请求编号).", request)
}

fn body(cells: &[Cell]) -> Option<Body> {
    serde_json::from_str(cells.first()?.text()?).ok()
}

fn role(cells: &[Cell], _: &ComputeContext<'_>) -> Option<Value> {
    body(cells)?.role.map(Value::from)
}

fn purpose(cells: &[Cell], _: &ComputeContext<'_>) -> Option<Value> {
    Some(body(cells)?.purpose.into())
}

fn request(cells: &[Cell], _: &ComputeContext<'_>) -> Option<Value> {
    Some(body(cells)?.request.to_string().into())
}
