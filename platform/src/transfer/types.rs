//! What a transfer keeps, as the graph shows it.

use crate::{
    part::{Cell, ComputeContext, DataClass, EntityBuilder, Part, Scalar, belongs_to},
    permissions as may,
};
use entity::{Scoped, application, transfer, user_account};

pub(super) fn stored(part: Part) -> Part {
    part.entity::<transfer::Entity>(
        "Transfer",
        may::TRANSFER_READ,
        DataClass::Internal,
        transfer::Entity::scope_by(),
        fields,
    )
}

fn fields(t: EntityBuilder<transfer::Entity>) -> EntityBuilder<transfer::Entity> {
    use transfer::Column as C;
    let t = t
        .columns([
            C::FromUnit,
            C::ToUnit,
            C::Level,
            C::ProposedProgramme,
            C::ProposedChannel,
            C::State,
            C::SentOn,
            C::ReceiveDueOn,
            C::FeedbackDueOn,
            C::LimitBasis,
            C::DueOn,
            C::ReceivedOn,
            C::Result,
        ])
        .column_as(C::Feedback, may::TRANSFER_READ, DataClass::Personal)
        .columns([C::CompetentUnit, C::FedBackOn, C::InformedOn, C::Programme, C::Jurisdiction, C::Version]);
    people(t)
        .computed(
            "overdue",
            "Whether the day of what is due next has passed (是否超期); nothing is decided by it.",
            [C::DueOn],
            Scalar::Boolean,
            may::TRANSFER_READ,
            DataClass::Internal,
            overdue,
        )
        .list(
            "transfers",
            "Transfers of one's scope (转办列表).",
            [C::State, C::DueOn, C::SentOn, C::FromUnit, C::ToUnit, C::Programme],
            [C::SentOn],
        )
}

fn people(t: EntityBuilder<transfer::Entity>) -> EntityBuilder<transfer::Entity> {
    use transfer::Column as C;
    let user = |t: EntityBuilder<transfer::Entity>, name: &str, description: &str, column: C| {
        t.edge(name, "User", description, may::USER_READ, belongs_to(column, user_account::Column::Id))
    };
    let t = t.edge(
        "application",
        "Application",
        "The case; null for a unit it no longer lies with (申请).",
        may::APPLICATION_READ,
        belongs_to(C::ApplicationId, application::Column::Id),
    );
    let t = user(t, "sentBy", "Who sent it (转出人).", C::SentBy);
    let t = user(t, "receivedBy", "Who received it (签收人).", C::ReceivedBy);
    let t = user(t, "fedBackBy", "Who fed back (反馈人).", C::FedBackBy);
    user(t, "informedBy", "Who informed the applicant (告知人).", C::InformedBy)
}

fn overdue(cells: &[Cell], context: &ComputeContext<'_>) -> Option<serde_json::Value> {
    let due = cells[0].text();
    Some(due.is_some_and(|due| due < context.today.to_string().as_str()).into())
}
