//! What verification keeps, as the graph shows it.

use crate::{
    part::{DataClass, Direction, EntityBuilder, Part, belongs_to, has_many},
    permissions as may,
};
use entity::{
    Scoped, application, household, person, reverification, user_account, verification, verification_investigator,
    verification_report, verification_step,
};

/// Verifications, their steps, who investigated, and reports.
pub(super) fn stored(part: Part) -> Part {
    part.entity::<verification::Entity>(
        "Verification",
        may::VERIFICATION_READ,
        DataClass::Internal,
        verification::Entity::scope_by(),
        verification_fields,
    )
    .entity::<verification_step::Entity>(
        "VerificationStep",
        may::VERIFICATION_READ,
        DataClass::Internal,
        verification_step::Entity::scope_by(),
        step_fields,
    )
    .entity::<verification_investigator::Entity>(
        "VerificationInvestigator",
        may::VERIFICATION_READ,
        DataClass::Internal,
        verification_investigator::Entity::scope_by(),
        investigator_fields,
    )
    .entity::<reverification::Entity>(
        "Reverification",
        may::VERIFICATION_READ,
        DataClass::Internal,
        reverification::Entity::scope_by(),
        reverification_fields,
    )
    .entity::<verification_report::Entity>(
        "VerificationReport",
        may::VERIFICATION_READ,
        DataClass::Internal,
        verification_report::Entity::scope_by(),
        report_fields,
    )
}

fn verification_fields(t: EntityBuilder<verification::Entity>) -> EntityBuilder<verification::Entity> {
    use verification::Column as C;
    t.columns([C::State, C::OpenedOn, C::DueOn, C::Jurisdiction, C::Programme, C::Version])
        .edge(
            "application",
            "Application",
            "The case it was opened for (申请).",
            may::APPLICATION_READ,
            belongs_to(C::ApplicationId, application::Column::Id),
        )
        .edge(
            "household",
            "Household",
            "The household (家庭).",
            may::HOUSEHOLD_READ,
            belongs_to(C::HouseholdId, household::Column::Id),
        )
        .edge(
            "steps",
            "VerificationStep",
            "What was done, in order (核查记录).",
            may::VERIFICATION_READ,
            has_many(C::Id, verification_step::Column::VerificationId)
                .ordered_by(verification_step::Column::HeldOn, Direction::Asc),
        )
        .edge(
            "investigators",
            "VerificationInvestigator",
            "Who investigated (核查人员).",
            may::VERIFICATION_READ,
            has_many(C::Id, verification_investigator::Column::VerificationId),
        )
        .edge(
            "reports",
            "VerificationReport",
            "The report it led to (核查报告).",
            may::VERIFICATION_READ,
            has_many(C::Id, verification_report::Column::VerificationId),
        )
        .edge(
            "reverifications",
            "Reverification",
            "Why it was opened although a report served; empty for a first verification (再次核查).",
            may::VERIFICATION_READ,
            has_many(C::Id, reverification::Column::VerificationId),
        )
        .list(
            "verifications",
            "Verifications of one's scope (核查列表).",
            [C::State, C::Programme, C::DueOn],
            [C::DueOn],
        )
        .listed_in_order()
}

fn step_fields(t: EntityBuilder<verification_step::Entity>) -> EntityBuilder<verification_step::Entity> {
    use verification_step::Column as C;
    t.columns([C::Kind, C::HeldOn, C::Source, C::Result])
        .column_as(C::Facts, may::VERIFICATION_READ, DataClass::Sensitive)
        .column(C::RecordedAt)
        .edge(
            "verification",
            "Verification",
            "The verification (核查).",
            may::VERIFICATION_READ,
            belongs_to(C::VerificationId, verification::Column::Id),
        )
        .edge(
            "person",
            "Person",
            "The member it was about, if a single one (核查对象).",
            may::PERSON_READ,
            belongs_to(C::PersonId, person::Column::Id),
        )
        .edge(
            "familySigner",
            "Person",
            "The family member who signed (签字家庭成员).",
            may::PERSON_READ,
            belongs_to(C::FamilySignerId, person::Column::Id),
        )
        .edge(
            "recordedBy",
            "User",
            "Who recorded it (记录人).",
            may::USER_READ,
            belongs_to(C::RecordedBy, user_account::Column::Id),
        )
        .edge(
            "investigators",
            "VerificationInvestigator",
            "Who investigated (核查人员).",
            may::VERIFICATION_READ,
            has_many(C::Id, verification_investigator::Column::VerificationStepId),
        )
}

fn investigator_fields(
    t: EntityBuilder<verification_investigator::Entity>,
) -> EntityBuilder<verification_investigator::Entity> {
    use verification_investigator::Column as C;
    t.column(C::Programme)
        .edge(
            "user",
            "User",
            "The investigator (核查人员).",
            may::USER_READ,
            belongs_to(C::UserId, user_account::Column::Id),
        )
        .edge(
            "step",
            "VerificationStep",
            "What was done (核查记录).",
            may::VERIFICATION_READ,
            belongs_to(C::VerificationStepId, verification_step::Column::Id),
        )
}

fn reverification_fields(t: EntityBuilder<reverification::Entity>) -> EntityBuilder<reverification::Entity> {
    use reverification::Column as C;
    t.column(C::Trigger)
        .column_as(C::Reason, may::VERIFICATION_READ, DataClass::Personal)
        .columns([C::DistrictUnit, C::TownUnit, C::RequestedOn])
        .edge(
            "report",
            "VerificationReport",
            "The report the case stood on (原核查报告).",
            may::VERIFICATION_READ,
            belongs_to(C::ReportId, verification_report::Column::Id),
        )
        .edge(
            "requestedBy",
            "User",
            "Who asked for it (发起人).",
            may::USER_READ,
            belongs_to(C::RequestedBy, user_account::Column::Id),
        )
}

/// Everyone who handles a case sees the conclusion; the snapshot itself asks for `report.read`.
fn report_fields(t: EntityBuilder<verification_report::Entity>) -> EntityBuilder<verification_report::Entity> {
    use verification_report::Column as C;
    t.federated()
        .columns([C::Number, C::IssuedOn, C::ValidTo, C::Conclusion, C::FactsHash])
        .column_as(C::Facts, may::REPORT_READ, DataClass::Sensitive)
        .edge(
            "verification",
            "Verification",
            "The verification behind it (核查).",
            may::VERIFICATION_READ,
            belongs_to(C::VerificationId, verification::Column::Id),
        )
        .edge(
            "application",
            "Application",
            "The case it was made for (申请).",
            may::APPLICATION_READ,
            belongs_to(C::ApplicationId, application::Column::Id),
        )
        .edge(
            "household",
            "Household",
            "The household (家庭).",
            may::HOUSEHOLD_READ,
            belongs_to(C::HouseholdId, household::Column::Id),
        )
        .edge(
            "issuedBy",
            "User",
            "Who issued it (出具人).",
            may::USER_READ,
            belongs_to(C::IssuedBy, user_account::Column::Id),
        )
}
