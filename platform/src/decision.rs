//! Opinions and decisions: who says what on a case, and what follows from it.

mod assess;
mod decide;
mod level;
mod once;
mod opinion;
mod replay;

pub(crate) use assess::compute;
pub use assess::{Preview, preview, preview_facts, replay};
pub use decide::{APPROVE, ApproveInput, DECIDE, REJECT, RejectInput, approve, reject};
pub(crate) use once::claims_of;
pub(crate) use replay::{amount_fits, used_values};

use crate::{
    part::{DataClass, Part, belongs_to, has_many},
    permissions as may,
};
use entity::{
    Scoped, application, benefit, benefit_line, decision, household, import_batch, ledger_entry,
    opinion as opinion_row, person, user_account,
};

/// Opinions, decisions, benefits and the town's and district's steps.
pub fn part() -> Part {
    let part = lines(benefits(decisions(opinions(Part::new("decision")))));
    part.query(
        "decisionReplay",
        "Computes a stored decision again and compares; null when there is no such decision (审批决定复算).",
        may::AUDIT_READ,
        DataClass::Internal,
        replay::decision_replay,
    )
    .mutation(
        "preliminaryOpinionGive",
        "Gives the town's preliminary opinion (初审意见) on the assessment of the day.",
        may::OPINION_GIVE,
        opinion::give,
    )
    .on_case(opinion::GIVE)
    .mutation(
        "applicationTownReview",
        "Reviews the case for the town once the notice is over (镇审核).",
        may::APPLICATION_REVIEW,
        opinion::town_review,
    )
    .on_case(opinion::TOWN_REVIEW)
    .mutation(
        "applicationForward",
        "Forwards a reviewed case to the district (上报区级).",
        may::APPLICATION_FORWARD,
        opinion::forward,
    )
    .on_case(opinion::FORWARD)
    .mutation(
        "applicationDistrictReview",
        "Gives the district reviewer's opinion (区级审核).",
        may::APPLICATION_DISTRICT_REVIEW,
        opinion::district_review,
    )
    .on_case(opinion::DISTRICT_REVIEW)
    .mutation(
        "applicationTownDecide",
        "Decides for the town where the authority table says the town decides (镇级审批).",
        may::APPLICATION_TOWN_DECIDE,
        decide::town_decide,
    )
    .on_case(decide::TOWN_DECIDE)
}

fn opinions(part: Part) -> Part {
    use opinion_row::Column as O;
    part.entity::<opinion_row::Entity>(
        "Opinion",
        may::OPINION_READ,
        DataClass::Internal,
        opinion_row::Entity::scope_by(),
        |t| {
            t.columns([O::Stage, O::Outcome, O::Channel, O::DecisionLevel, O::AmountFen, O::GivenOn])
                .column_as(O::Reason, may::OPINION_READ, DataClass::Personal)
                .column_as(O::Assessment, may::OPINION_READ, DataClass::Sensitive)
                .edge(
                    "application",
                    "Application",
                    "The case (申请).",
                    may::APPLICATION_READ,
                    belongs_to(O::ApplicationId, application::Column::Id),
                )
                .edge(
                    "givenBy",
                    "User",
                    "Who gave it (签署人).",
                    may::USER_READ,
                    belongs_to(O::GivenBy, user_account::Column::Id),
                )
        },
    )
}

fn decisions(part: Part) -> Part {
    use decision::Column as D;
    part.entity::<decision::Entity>(
        "Decision",
        may::DECISION_READ,
        DataClass::Internal,
        decision::Entity::scope_by(),
        |t| {
            t.columns([
                D::Number,
                D::Ordinal,
                D::Level,
                D::Unit,
                D::Outcome,
                D::AmountFen,
                D::StartMonth,
                D::ReviewClass,
                D::FactsHash,
                D::ModuleVersion,
                D::PolicyVersion,
                D::DecidedOn,
                D::Programme,
            ])
            .column_as(D::Reason, may::DECISION_READ, DataClass::Personal)
            .column_as(D::Assessment, may::DECISION_READ, DataClass::Sensitive)
            .edge(
                "application",
                "Application",
                "The case (申请).",
                may::APPLICATION_READ,
                belongs_to(D::ApplicationId, application::Column::Id),
            )
            .edge(
                "decidedBy",
                "User",
                "Who decided (审批人).",
                may::USER_READ,
                belongs_to(D::DecidedBy, user_account::Column::Id),
            )
            .edge(
                "benefitLines",
                "BenefitLine",
                "Lines it grants (待遇明细).",
                may::BENEFIT_READ,
                has_many(D::Id, benefit_line::Column::DecisionId),
            )
            .list(
                "decisions",
                "Decisions of one's scope (审批决定).",
                [D::Outcome, D::Programme, D::DecidedOn],
                [D::DecidedOn],
            )
            .listed_in_order()
        },
    )
}

fn benefits(part: Part) -> Part {
    use benefit::Column as B;
    part.entity::<benefit::Entity>(
        "Benefit",
        may::BENEFIT_READ,
        DataClass::Internal,
        benefit::Entity::scope_by(),
        |t| {
            t.columns([
                B::Programme,
                B::Unit,
                B::Origin,
                B::CertificateNo,
                B::AreaType,
                B::StartMonth,
                B::EndMonth,
                B::State,
                B::AmountFenMonth,
                B::ReviewClass,
                B::NextReviewOn,
                B::Jurisdiction,
                B::Version,
            ])
            .edge(
                "household",
                "Household",
                "The household (家庭).",
                may::HOUSEHOLD_READ,
                belongs_to(B::HouseholdId, household::Column::Id),
            )
            .edge(
                "application",
                "Application",
                "The case it came from; null for an imported roll (申请).",
                may::APPLICATION_READ,
                belongs_to(B::ApplicationId, application::Column::Id),
            )
            .edge(
                "decision",
                "Decision",
                "The decision behind it; null for an imported roll (审批决定).",
                may::DECISION_READ,
                belongs_to(B::DecisionId, decision::Column::Id),
            )
            .edge(
                "batch",
                "ImportBatch",
                "The import that brought it (导入批次).",
                may::BENEFIT_READ,
                belongs_to(B::BatchId, import_batch::Column::Id),
            )
            .edge(
                "lines",
                "BenefitLine",
                "Amount lines (待遇明细).",
                may::BENEFIT_READ,
                has_many(B::Id, benefit_line::Column::BenefitId),
            )
            .list(
                "benefits",
                "Benefits of one's scope (救助待遇).",
                [B::Programme, B::Origin, B::State, B::StartMonth, B::CertificateNo],
                [B::StartMonth, B::Jurisdiction],
            )
            .listed_in_order()
        },
    )
}

fn lines(part: Part) -> Part {
    use benefit_line::Column as L;
    part.entity::<benefit_line::Entity>(
        "BenefitLine",
        may::BENEFIT_READ,
        DataClass::Internal,
        benefit_line::Entity::scope_by(),
        |t| {
            t.columns([L::Item, L::AmountFen, L::Channel, L::FromMonth, L::ToMonth])
                .column_as(L::Formula, may::BENEFIT_READ, DataClass::Personal)
                .edge(
                    "benefit",
                    "Benefit",
                    "The benefit (救助待遇).",
                    may::BENEFIT_READ,
                    belongs_to(L::BenefitId, benefit::Column::Id),
                )
                .edge(
                    "person",
                    "Person",
                    "The member a top-up is for (家庭成员).",
                    may::PERSON_READ,
                    belongs_to(L::PersonId, person::Column::Id),
                )
                .edge(
                    "entries",
                    "LedgerEntry",
                    "Ledger entries of this line (台账分录).",
                    may::LEDGER_READ,
                    has_many(L::Id, ledger_entry::Column::BenefitLineId),
                )
        },
    )
    .entity::<import_batch::Entity>(
        "ImportBatch",
        may::BENEFIT_READ,
        DataClass::Internal,
        crate::reference::by_place("jurisdiction"),
        |t| {
            use import_batch::Column as I;
            t.columns([I::Kind, I::FileName, I::ImportedAt, I::RowCount, I::AddedCount, I::KnownCount, I::BadCount])
        },
    )
}
