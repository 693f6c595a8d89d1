//! Education assistance (教育救助): aid to pupils by stage and term, for those whom the database knows to be in need.
//!
//! Basis: 国务院令第649号 arts 33-36; student-aid rules of the city. The pupil's school decides; the town registers,
//! confirms the family's identity and passes the case on, and nobody approves.

mod amounts;
mod assess;
mod details;
mod pupil;
mod requests;
mod rules;
#[cfg(test)]
mod tests;

pub use details::{
    EducationDetails, EducationItem, EducationPurpose, EducationReceived, EducationStage, EducationTerm,
};
pub use requests::{EducationDecision, EducationPreview, EducationPreviewInput, EducationRecognise};

use platform::{
    application::{DETAILS_AMEND, DETAILS_RECORD},
    decision,
    error::Result,
    module::{Assessment, CONTRACT_VERSION, Facts, Level, Limit, Manifest, Module, Parameters, Subjects},
    part::{DataClass, Part, Permission},
};

/// The programme's code.
pub const PROGRAMME: &str = "EDUCATION";

/// See the education facts of a case.
pub const READ: Permission = Permission { name: "education.read", step: None, programme: Some(PROGRAMME) };
/// Assess a case without deciding it.
pub const PREVIEW: Permission = Permission { name: "education.preview", step: None, programme: Some(PROGRAMME) };
/// Record the education facts of a case.
pub const DETAILS: Permission = Permission { name: "education.details", step: None, programme: Some(PROGRAMME) };
/// Decide a case for the school.
pub const DECIDE: Permission =
    Permission { name: "education.decide", step: Some("decide"), programme: Some(PROGRAMME) };

/// Details that lists filter by.
const INDEXED: &[&str] = &["stage", "schoolYear"];

/// The education module.
pub struct Education;

impl Module for Education {
    fn manifest(&self) -> Manifest {
        Manifest {
            code: "education",
            programme: PROGRAMME,
            name_zh: "教育救助",
            name_en: "Education assistance",
            version: "1",
            contract_version: CONTRACT_VERSION,
            unit: "TU_EDU",
            steps: &["accept", "verify", "review", "transfer", "decide", "pay"],
            subjects: Subjects::Person,
            decision_levels: &[Level::School],
            items: ITEMS,
            parameters: PARAMETERS,
            limit: Limit::NaturalDays("edu.limit.days"),
            notice_days: None,
            one_at_a_time: false,
            signers: None,
            exclusions: &[],
            materials: &[
                ("APPLICATION_FORM", "教育救助申请书"),
                ("ENROLMENT", "学籍或在读材料"),
                // On record or nothing: a school that recognises a pupil asks for no certificate either.
                ("HARDSHIP_PROOF", "家庭经济困难身份"),
            ],
        }
    }

    fn part(&self) -> Part {
        Part::new("education")
            .details::<EducationDetails>(PROGRAMME, READ, DataClass::Personal, |details| {
                INDEXED.iter().fold(details, |details, field| details.indexed(field))
            })
            .query(
                "educationPreview",
                "Assesses a case as of today by stage, items and terms; decides nothing (教育救助测算).",
                PREVIEW,
                DataClass::Sensitive,
                requests::preview,
            )
            .mutation(
                "educationDetailsRecord",
                "Records the education facts of a case, until an opinion stands on them (填写教育救助信息).",
                DETAILS,
                requests::record_details,
            )
            .on_case(DETAILS_RECORD)
            .mutation(
                "educationPupilRecognise",
                "Recognises, for the school, a pupil in hardship whom no record shows to be (学校认定家庭经济困难学生).",
                DECIDE,
                requests::recognise,
            )
            .on_case(DETAILS_AMEND)
            .mutation(
                "educationDecisionRecord",
                "Records the school's decision on a case that was transferred to it; a grant commits its lines (登记学校决定).",
                DECIDE,
                requests::decide,
            )
            .on_case(decision::DECIDE)
    }

    fn assess(&self, facts: &Facts, parameters: &Parameters) -> Result<Assessment> {
        assess::assess(facts, parameters)
    }
}

const CHANNEL: &str = "FC-STUDENT";

const ITEMS: &[(&str, &str)] = &[
    (EducationItem::Preschool.as_str(), CHANNEL),
    (EducationItem::Boarder.as_str(), CHANNEL),
    (EducationItem::NonBoarder.as_str(), CHANNEL),
    (EducationItem::SeniorGrant.as_str(), CHANNEL),
    (EducationItem::TuitionWaiver.as_str(), CHANNEL),
    (EducationItem::CollegeGrant.as_str(), CHANNEL),
    (EducationItem::CollegeTuition.as_str(), CHANNEL),
    (EducationItem::Loan.as_str(), CHANNEL),
];

const PARAMETERS: &[&str] = &[
    "money.rounding",
    "edu.limit.days",
    "edu.ahead.days",
    "edu.identities",
    "edu.disabledPoor.programmes",
    "edu.terms.perYear",
    "edu.term.autumn.from",
    "edu.term.autumn.to",
    "edu.term.spring.from",
    "edu.term.spring.to",
    "edu.preschool.care.month",
    "edu.preschool.care.months",
    "edu.preschool.meals.day",
    "edu.preschool.meals.days",
    "edu.boarder.primary.year",
    "edu.boarder.junior.year",
    "edu.nonBoarder.primary.term",
    "edu.nonBoarder.junior.term",
    "edu.senior.grant.year",
    "edu.vocational.grant.year",
    "edu.college.grant.year",
    "edu.college.jianka.tuitionMax",
    "edu.college.loanMax",
    "edu.item.preschool.stages",
    "edu.item.boarder.stages",
    "edu.item.nonBoarder.stages",
    "edu.item.nonBoarder.identities",
    "edu.item.seniorGrant.stages",
    "edu.item.tuitionWaiver.stages",
    "edu.item.collegeGrant.stages",
    "edu.item.collegeTuition.stages",
    "edu.item.collegeTuition.identities",
    "edu.item.loan.stages",
];
