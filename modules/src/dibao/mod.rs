//! Dibao (最低生活保障): difference aid to households whose income is below the line, with top-ups by category.
//!
//! Basis: 国务院令第649号 arts 9-13; 重庆市城乡居民最低生活保障条例 (2016); 渝府办发〔2017〕33号. The district decides.

mod assess;
mod benefit;
mod details;
mod income;
mod property;
mod requests;
mod rules;
mod unit;

#[cfg(test)]
mod tests;

pub use details::{
    DibaoConsumption, DibaoConsumptionKind, DibaoDetails, DibaoExemption, DibaoObligor, DibaoSeparateGround,
    DibaoSeparateHousehold,
};
pub use requests::{DibaoPreview, DibaoPreviewInput};

use platform::{
    application::DETAILS_RECORD,
    decision,
    error::Result,
    module::{Assessment, CONTRACT_VERSION, Facts, Level, Limit, Manifest, Module, Parameters, Subjects},
    part::{DataClass, Part, Permission},
};

/// The programme's code.
pub const PROGRAMME: &str = "DIBAO";

/// See the dibao facts of a case.
pub const READ: Permission = Permission { name: "dibao.read", step: None, programme: Some(PROGRAMME) };
/// Assess a case without deciding it.
pub const PREVIEW: Permission = Permission { name: "dibao.preview", step: None, programme: Some(PROGRAMME) };
/// Record the dibao facts of a case.
pub const DETAILS: Permission = Permission { name: "dibao.details", step: None, programme: Some(PROGRAMME) };
/// Decide a case for the district.
pub const APPROVE: Permission = Permission { name: "dibao.approve", step: Some("approve"), programme: Some(PROGRAMME) };

/// Details that lists filter by.
const INDEXED: &[&str] = &["areaType"];

/// The dibao module.
pub struct Dibao;

impl Module for Dibao {
    fn manifest(&self) -> Manifest {
        Manifest {
            code: "dibao",
            programme: PROGRAMME,
            name_zh: "最低生活保障",
            name_en: "Minimum living standard guarantee",
            version: "1",
            contract_version: CONTRACT_VERSION,
            unit: "TU_SOCIAL",
            steps: &[
                "accept",
                "verify",
                "appraise",
                "opinion",
                "notice",
                "review",
                "district_review",
                "approve",
                "pay",
            ],
            subjects: Subjects::Household,
            decision_levels: &[Level::District],
            items: &[
                (benefit::BASE, CHANNEL),
                (benefit::KEY_60, CHANNEL),
                (benefit::KEY_100, CHANNEL),
                (benefit::DISABLED, CHANNEL),
            ],
            parameters: PARAMETERS,
            limit: Limit::NaturalDays("dibao.limit.days"),
            notice_days: Some("dibao.notice.days"),
            one_at_a_time: true,
            signers: None,
            exclusions: &["TEKUN"],
            materials: &[
                ("APPLICATION_FORM", "低保申请书"),
                ("ID_COPY", "居民身份证复印件"),
                ("HUKOU_COPY", "户口簿复印件"),
                ("INCOME_STATEMENT", "家庭收入申报表"),
                ("PROPERTY_STATEMENT", "家庭财产申报表"),
            ],
        }
    }

    fn part(&self) -> Part {
        Part::new("dibao")
            .details::<DibaoDetails>(PROGRAMME, READ, DataClass::Personal, |details| {
                INDEXED.iter().fold(details, |details, field| details.indexed(field))
            })
            .query(
                "dibaoPreview",
                "Assesses a case as of today, for the whole household and for members computed apart; decides nothing (低保测算).",
                PREVIEW,
                DataClass::Sensitive,
                requests::preview,
            )
            .mutation(
                "dibaoDetailsRecord",
                "Records the dibao facts of a case, until an opinion stands on them (填写低保信息).",
                DETAILS,
                requests::record_details,
            )
            .on_case(DETAILS_RECORD)
            .mutation(
                "dibaoApprove",
                "Approves a case for the district by the assessment of the day; commits its lines (低保审批通过).",
                APPROVE,
                requests::approve,
            )
            .on_case(decision::APPROVE)
            .mutation(
                "dibaoReject",
                "Rejects a case for the district, with reasons in writing (低保审批不予批准).",
                APPROVE,
                requests::reject,
            )
            .on_case(decision::REJECT)
    }

    fn assess(&self, facts: &Facts, parameters: &Parameters) -> Result<Assessment> {
        assess::assess(facts, parameters)
    }
}

const CHANNEL: &str = "FC-DIBAO";

const PARAMETERS: &[&str] = &[
    "money.rounding",
    "dibao.standard.urban",
    "dibao.standard.rural",
    "dibao.hukou.prefix",
    "dibao.members.leftOut",
    "dibao.separate.ageMin",
    "dibao.assets.multiple",
    "dibao.dwellings.max",
    "dibao.dwellings.areaMin",
    "dibao.dwellings.areaMultiple",
    "dibao.consumption.multiple",
    "dibao.consumption.house.years",
    "dibao.consumption.utilities.applied",
    "dibao.topup.rule",
    "dibao.topup.severeDisabled",
    "dibao.topup.severeDisabled.item",
    "dibao.topup.severeDisabled.gradeMax",
    "dibao.topup.majorIllness",
    "dibao.topup.majorIllness.item",
    "dibao.topup.age70",
    "dibao.topup.age70.item",
    "dibao.topup.age70.ageMin",
    "dibao.topup.preschool",
    "dibao.topup.preschool.item",
    "dibao.topup.preschool.ageBelow",
    "dibao.topup.student",
    "dibao.topup.student.item",
    "dibao.topup.student.stages",
    "dibao.topup.disabled",
    "dibao.review.workingAge.from",
    "dibao.review.workingAge.to",
    "dibao.firstMonth",
    "dibao.limit.days",
    "dibao.notice.days",
];
