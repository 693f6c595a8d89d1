//! Temporary assistance (临时救助): one grant for one hardship. The town decides up to its ceiling, else the district.
//!
//! Basis: 国务院令第649号 arts 47-51; 国发〔2014〕47号; 民发〔2018〕23号; Chongqing's guidance of 2017.

mod amount;
mod assess;
mod case;
mod details;
mod requests;
mod rules;

#[cfg(test)]
mod tests;

pub use details::{TemporaryCause, TemporaryDetails, TemporaryKind};
pub use requests::{TemporaryPreview, TemporaryPreviewInput};

use platform::{
    application::DETAILS_RECORD,
    decision,
    error::Result,
    module::{Assessment, CONTRACT_VERSION, Facts, Level, Limit, Manifest, Module, Parameters, Subjects},
    part::{DataClass, Part, Permission},
};

/// The programme's code.
pub const PROGRAMME: &str = "TEMPORARY";

/// See the facts of a temporary-assistance case.
pub const READ: Permission = Permission { name: "temporary.read", step: None, programme: Some(PROGRAMME) };
/// Assess a case without deciding it.
pub const PREVIEW: Permission = Permission { name: "temporary.preview", step: None, programme: Some(PROGRAMME) };
/// Record the facts of a case.
pub const DETAILS: Permission = Permission { name: "temporary.details", step: None, programme: Some(PROGRAMME) };
/// Decide a case for the district.
pub const APPROVE: Permission =
    Permission { name: "temporary.approve", step: Some("approve"), programme: Some(PROGRAMME) };

/// Paid by the district from the fund (临时救助金).
const GRANT: &str = "GRANT";
/// Paid by the town from its reserve (镇级小额临时救助).
const TOWN_GRANT: &str = "TOWN_GRANT";

/// Details that lists filter by.
const INDEXED: &[&str] = &["kind"];

/// The module of temporary assistance.
pub struct Temporary;

impl Module for Temporary {
    fn manifest(&self) -> Manifest {
        Manifest {
            code: "temporary",
            programme: PROGRAMME,
            name_zh: "临时救助",
            name_en: "Temporary assistance",
            version: "1",
            contract_version: CONTRACT_VERSION,
            unit: "TU_SOCIAL",
            // The panel's review meeting is the signatures of handler, head and leader, one after the other.
            steps: &["accept", "verify", "opinion", "notice", "review", "district_review", "approve", "pay"],
            subjects: Subjects::Household,
            decision_levels: &[Level::Town, Level::District],
            items: &[(TOWN_GRANT, "FC-TEMPRES"), (GRANT, "FC-TEMP")],
            parameters: PARAMETERS,
            limit: Limit::WorkingDays("temp.limit.workdays"),
            notice_days: Some("temp.notice.days"),
            // A family may fall ill and burn out in one month: it is the cause that is granted once.
            one_at_a_time: false,
            signers: Some("temp.signers.min"),
            exclusions: &[],
            materials: &[
                ("APPLICATION_FORM", "临时救助申请书"),
                ("ID_COPY", "居民身份证复印件"),
                ("HUKOU_COPY", "户口簿复印件"),
                ("HARDSHIP_EVIDENCE", "困难事由及支出凭证"),
            ],
        }
    }

    fn part(&self) -> Part {
        Part::new("temporary")
            .details::<TemporaryDetails>(PROGRAMME, READ, DataClass::Personal, |details| {
                INDEXED.iter().fold(details, |details, field| details.indexed(field))
            })
            .query(
                "temporaryPreview",
                "Assesses a case as of today for the level that is to decide it; decides nothing (临时救助测算).",
                PREVIEW,
                DataClass::Sensitive,
                requests::preview,
            )
            .mutation(
                "temporaryDetailsRecord",
                "Records the facts of a temporary-assistance case, until an opinion stands on them (填写临时救助信息).",
                DETAILS,
                requests::record_details,
            )
            .on_case(DETAILS_RECORD)
            .mutation(
                "temporaryApprove",
                "Approves a case for the district by the assessment of the day; commits its line on the fund (临时救助审批通过).",
                APPROVE,
                requests::approve,
            )
            .on_case(decision::APPROVE)
            .mutation(
                "temporaryReject",
                "Rejects a case for the district, with reasons in writing (临时救助审批不予批准).",
                APPROVE,
                requests::reject,
            )
            .on_case(decision::REJECT)
    }

    fn assess(&self, facts: &Facts, parameters: &Parameters) -> Result<Assessment> {
        assess::assess(facts, parameters)
    }
}

const PARAMETERS: &[&str] = &[
    "money.rounding",
    "dibao.standard.urban",
    "dibao.standard.rural",
    "temp.tier3.incomeMultiple",
    "temp.majorIllness.t1.deductible",
    "temp.majorIllness.t1.ratio",
    "temp.majorIllness.t1.cap",
    "temp.majorIllness.t2.deductible",
    "temp.majorIllness.t2.ratio",
    "temp.majorIllness.t2.ratioMin",
    "temp.majorIllness.t2.ratioMax",
    "temp.majorIllness.t2.cap",
    "temp.majorIllness.t3.deductible",
    "temp.majorIllness.t3.ratio",
    "temp.majorIllness.t3.ratioMin",
    "temp.majorIllness.t3.ratioMax",
    "temp.majorIllness.t3.cap",
    "temp.majorIllness.t4.cap",
    "temp.chronicOutside.t1.multiple",
    "temp.chronicOutside.t2.multiple",
    "temp.chronicOutside.t3.multiple",
    "temp.emergency.multiple",
    "temp.sameCause.perYear",
    "temp.townCeiling",
    "temp.limit.workdays",
    "temp.notice.days",
    "temp.signers.min",
];
