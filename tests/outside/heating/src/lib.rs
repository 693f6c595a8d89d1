//! A winter heating allowance (冬季取暖补助): one payment a winter to households with someone whom cold endangers.

mod assess;
mod details;
mod requests;

use details::HeatingDetails;
use platform::{
    Result,
    module::{Assessment, CONTRACT_VERSION, Facts, Level, Limit, Manifest, Module, Parameters, Subjects},
    part::{DataClass, Part, Permission},
};

/// The programme's code.
pub const PROGRAMME: &str = "HEATING";

/// See the heating facts of a case.
pub const READ: Permission = Permission { name: "heating.read", step: None, programme: Some(PROGRAMME) };
/// Assess a case without deciding it.
pub const PREVIEW: Permission = Permission { name: "heating.preview", step: None, programme: Some(PROGRAMME) };
/// Record the heating facts of a case.
pub const DETAILS: Permission = Permission { name: "heating.details", step: None, programme: Some(PROGRAMME) };
/// Decide a case: authority.csv says who may.
pub const APPROVE: Permission =
    Permission { name: "heating.approve", step: Some("approve"), programme: Some(PROGRAMME) };

/// The module.
pub struct Heating;

impl Module for Heating {
    fn manifest(&self) -> Manifest {
        Manifest {
            code: "heating",
            programme: PROGRAMME,
            name_zh: "冬季取暖补助",
            name_en: "Winter heating allowance",
            version: "1",
            contract_version: CONTRACT_VERSION,
            unit: "TU_SOCIAL",
            steps: &["accept", "verify", "opinion", "review", "district_review", "approve", "pay"],
            subjects: Subjects::Household,
            decision_levels: &[Level::District],
            items: &[(assess::FUEL, "FC-HEATING"), (assess::MEMBER, "FC-HEATING")],
            parameters: &["heating.ageMin", "heating.amount", "heating.amount.electricity", "heating.amount.member"],
            limit: Limit::NaturalDays("heating.limit.days"),
            notice_days: None,
            one_at_a_time: true,
            signers: None,
            exclusions: &[],
            materials: &[("APPLICATION_FORM", "取暖补助申请书")],
        }
    }

    fn part(&self) -> Part {
        Part::new("heating")
            .details::<HeatingDetails>(PROGRAMME, READ, DataClass::Personal, |details| {
                requests::INDEXED.iter().fold(details, |details, field| details.indexed(field))
            })
            .query(
                "heatingPreview",
                "Assesses a case as of today; decides nothing (取暖补助测算).",
                PREVIEW,
                DataClass::Sensitive,
                requests::preview,
            )
            .mutation(
                "heatingDetailsRecord",
                "Records the heating facts of a case, until an opinion stands on them (填写取暖信息).",
                DETAILS,
                requests::record_details,
            )
            .mutation(
                "heatingApprove",
                "Approves a case by the assessment of the day; commits its lines (取暖补助审批通过).",
                APPROVE,
                requests::approve,
            )
            .mutation(
                "heatingReject",
                "Rejects a case, with reasons in writing (取暖补助不予批准).",
                APPROVE,
                requests::reject,
            )
    }

    fn assess(&self, facts: &Facts, parameters: &Parameters) -> Result<Assessment> {
        assess::assess(facts, parameters)
    }
}
