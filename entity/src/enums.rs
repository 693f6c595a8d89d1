//! The closed lists of the tables, stored as SCREAMING_SNAKE_CASE text.

use schemars::JsonSchema;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

macro_rules! closed_list {
    ($( $(#[doc = $doc:literal])+ $name:ident { $( $(#[doc = $vdoc:literal])+ $variant:ident = $text:literal, )+ } )*) => {
        $(
            $(#[doc = $doc])+
            #[derive(
                Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize, JsonSchema,
            )]
            #[sea_orm(rs_type = "String", db_type = "Text")]
            pub enum $name {
                $(
                    $(#[doc = $vdoc])+
                    #[sea_orm(string_value = $text)]
                    #[serde(rename = $text)]
                    $variant,
                )+
            }

            impl $name {
                /// Every value as stored, in order.
                pub const VALUES: &[&str] = &[$($text),+];

                /// As stored and as clients see it.
                pub fn as_str(self) -> &'static str {
                    match self { $(Self::$variant => $text,)+ }
                }
            }

            impl std::fmt::Display for $name {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str(self.as_str())
                }
            }

            impl std::str::FromStr for $name {
                type Err = crate::value::NotAValue;

                fn from_str(text: &str) -> Result<Self, Self::Err> {
                    match text {
                        $($text => Ok(Self::$variant),)+
                        _ => Err(crate::value::NotAValue(text.to_owned())),
                    }
                }
            }
        )*
    };
}

closed_list! {
    /// Kind of place.
    JurisdictionKind {
        /// District (区县).
        District = "DISTRICT",
        /// Town or street (乡镇街道).
        Town = "TOWN",
        /// Urban community (居委会).
        Community = "COMMUNITY",
        /// Village (村).
        Village = "VILLAGE",
    }

    /// Level of a unit or window.
    UnitLevel {
        /// Village or community (村居级).
        Village = "VILLAGE",
        /// Town (镇级).
        Town = "TOWN",
        /// District (区级).
        District = "DISTRICT",
        /// School (学校).
        School = "SCHOOL",
    }

    /// Kind of program that speaks in a name of its own.
    ClientKind {
        /// A gateway that composes this service with others (网关).
        Gateway = "GATEWAY",
    }

    /// Sex, GB/T 2261.1.
    Sex {
        /// Unknown (未知).
        Unknown = "UNKNOWN",
        /// Male (男).
        Male = "MALE",
        /// Female (女).
        Female = "FEMALE",
        /// Not stated (未说明).
        NotStated = "NOT_STATED",
    }

    /// What a claim about a person says.
    ClaimKind {
        /// Category 1-7 of GB/T 26341 (残疾类别).
        DisabilityCategory = "DISABILITY_CATEGORY",
        /// Grade 1-4, 1 the heaviest (残疾等级).
        DisabilityGrade = "DISABILITY_GRADE",
        /// PRESCHOOL, PRIMARY, JUNIOR, SENIOR, VOCATIONAL or COLLEGE (就学阶段).
        EducationStage = "EDUCATION_STAGE",
        /// Name of a listed major illness (重大疾病).
        MajorIllness = "MAJOR_ILLNESS",
        /// EMPLOYED, UNEMPLOYED, FARMER, UNABLE or RETIRED (就业状况).
        Employment = "EMPLOYMENT",
        /// Division code of the household registration (户籍地).
        Hukou = "HUKOU",
        /// Another name on record (姓名).
        Name = "NAME",
        /// Another sex on record (性别).
        Sex = "SEX",
        /// Another date of birth on record (出生日期).
        Birth = "BIRTH",
    }

    /// Urban or rural line.
    AreaType {
        /// Urban (城市).
        Urban = "URBAN",
        /// Rural (农村).
        Rural = "RURAL",
    }

    /// Whether a material is there.
    MaterialState {
        /// Handed in (已提交).
        Present = "PRESENT",
        /// Listed as missing (缺少).
        Missing = "MISSING",
        /// Asked for in the one supplement list (待补正).
        Requested = "REQUESTED",
        /// Handed in after that list (已补正).
        Supplied = "SUPPLIED",
        /// Known to the platform, so it may not be demanded (平台已有).
        FromDatabase = "FROM_DATABASE",
    }

    /// State of an application.
    ApplicationState {
        /// Draft (草稿).
        Draft = "DRAFT",
        /// Received at the village window (村居已收件).
        VillageReceived = "VILLAGE_RECEIVED",
        /// At the town window (镇窗口待受理).
        TownPending = "TOWN_PENDING",
        /// Waiting for the supplement list (待补正).
        SupplementRequired = "SUPPLEMENT_REQUIRED",
        /// Accepted (已受理).
        Accepted = "ACCEPTED",
        /// Not accepted (不予受理).
        NotAccepted = "NOT_ACCEPTED",
        /// Being verified (核查中).
        Verifying = "VERIFYING",
        /// Verified (核查完成).
        Verified = "VERIFIED",
        /// Not qualified by comparison alone (比对不符合).
        NotQualifiedByData = "NOT_QUALIFIED_BY_DATA",
        /// Appraised (已评议).
        Appraised = "APPRAISED",
        /// Routed by mutual recognition (互认转初审).
        PrelimRouted = "PRELIM_ROUTED",
        /// Preliminary opinion given (已初审).
        PrelimOpinion = "PRELIM_OPINION",
        /// First notice up (公示中).
        FirstNotice = "FIRST_NOTICE",
        /// Objected to (有异议).
        Objected = "OBJECTED",
        /// Being re-investigated (复查中).
        Reinvestigating = "REINVESTIGATING",
        /// Repeated notice up (再次公示).
        ReNotice = "RE_NOTICE",
        /// Reviewed by the town (镇已审核).
        TownReviewed = "TOWN_REVIEWED",
        /// Decided by the town (镇已审批).
        TownDecided = "TOWN_DECIDED",
        /// With another unit that is to handle or decide it (转办中).
        Transferred = "TRANSFERRED",
        /// At the district (区级审核中).
        DistrictReview = "DISTRICT_REVIEW",
        /// Returned by the district (退回).
        Returned = "RETURNED",
        /// Approved (已批准).
        Approved = "APPROVED",
        /// Rejected (不予批准).
        Rejected = "REJECTED",
        /// Published (已公布).
        Published = "PUBLISHED",
        /// Being paid (发放中).
        Disbursing = "DISBURSING",
        /// Active (在享).
        Active = "ACTIVE",
        /// Under periodic review (复核中).
        UnderReview = "UNDER_REVIEW",
        /// Suspended (暂停).
        Suspended = "SUSPENDED",
        /// Terminated (终止).
        Terminated = "TERMINATED",
        /// Withdrawn (撤回).
        Withdrawn = "WITHDRAWN",
        /// Ended for lack of cooperation (不配合终止).
        TerminatedNonCooperation = "TERMINATED_NON_COOPERATION",
        /// Under reconsideration (复议).
        Reconsideration = "RECONSIDERATION",
    }

    /// What a step does to the statutory clock.
    ClockEffect {
        /// It runs (计时).
        Run = "RUN",
        /// It pauses (暂停计时).
        Pause = "PAUSE",
        /// It does not run (不计时).
        Stop = "STOP",
    }

    /// Where an opinion is given.
    OpinionStage {
        /// Preliminary opinion (初审).
        Preliminary = "PRELIMINARY",
        /// Town review (镇审核).
        TownReview = "TOWN_REVIEW",
        /// District review (区审核).
        DistrictReview = "DISTRICT_REVIEW",
    }

    /// What an opinion says.
    OpinionOutcome {
        /// Grant (拟批准).
        Grant = "GRANT",
        /// Refuse (拟不予批准).
        Refuse = "REFUSE",
    }

    /// State of a verification.
    VerificationState {
        /// Open (进行中).
        Open = "OPEN",
        /// Report issued (已出报告).
        Reported = "REPORTED",
        /// Abandoned (已终止).
        Abandoned = "ABANDONED",
    }

    /// What allows a second verification of a household whose report still serves.
    ReverificationTrigger {
        /// The case is special or complex (特殊复杂).
        SpecialComplex = "SPECIAL_COMPLEX",
        /// The public reported it (群众举报).
        PublicReport = "PUBLIC_REPORT",
    }

    /// How investigators found out.
    VerificationKind {
        /// Home visit (入户调查).
        HomeVisit = "HOME_VISIT",
        /// Information comparison (信息比对).
        DataMatch = "DATA_MATCH",
        /// Neighbour visit (邻里走访).
        NeighbourVisit = "NEIGHBOUR_VISIT",
        /// Letter inquiry (信函索证).
        LetterInquiry = "LETTER_INQUIRY",
    }

    /// Conclusion of a report.
    ReportConclusion {
        /// In difficulty (困难).
        Difficult = "DIFFICULT",
        /// Not in difficulty (不困难).
        NotDifficult = "NOT_DIFFICULT",
        /// Special or complex (特殊复杂).
        SpecialComplex = "SPECIAL_COMPLEX",
    }

    /// Kind of notice.
    NoticeKind {
        /// First notice (第一次公示).
        First = "FIRST",
        /// Second notice (第二次公示).
        Second = "SECOND",
        /// Repeated notice (再次公示).
        ReNotice = "RE_NOTICE",
        /// Publication of the approved (公布).
        Publication = "PUBLICATION",
    }

    /// State of a transfer.
    TransferState {
        /// Sent, not yet received (已转出).
        Sent = "SENT",
        /// Received (已签收).
        Received = "RECEIVED",
        /// Handled or decided, and fed back (已反馈).
        FedBack = "FED_BACK",
        /// Not for this unit, another one named (已退回).
        Rejected = "REJECTED",
    }

    /// What came of a transfer.
    TransferResult {
        /// Decided by the unit; the decision is the feedback (已作出决定).
        Decided = "DECIDED",
        /// Handled, without a decision of one's own (已办理).
        Handled = "HANDLED",
        /// For another unit, which is named (不属于本单位).
        NotOurs = "NOT_OURS",
    }

    /// What was decided.
    DecisionOutcome {
        /// Approved (批准).
        Approved = "APPROVED",
        /// Rejected (不予批准).
        Rejected = "REJECTED",
    }

    /// Where a benefit comes from.
    BenefitOrigin {
        /// Decided here (审批).
        Decision = "DECISION",
        /// Imported from a roll (名册导入).
        ImportedRoll = "IMPORTED_ROLL",
    }

    /// State of a benefit.
    BenefitState {
        /// Active (在享).
        Active = "ACTIVE",
        /// Suspended (暂停).
        Suspended = "SUSPENDED",
        /// Terminated (终止).
        Terminated = "TERMINATED",
    }

    /// Kind of account.
    AccountKind {
        /// Where appropriations come from (资金来源).
        Source = "SOURCE",
        /// At disposal (可用资金).
        Appropriation = "APPROPRIATION",
        /// Committed (待付).
        Committed = "COMMITTED",
        /// Paid (已支付).
        Expended = "EXPENDED",
    }

    /// Kind of entry.
    EntryKind {
        /// Appropriation (下达).
        Appropriation = "APPROPRIATION",
        /// Commitment (待付).
        Commitment = "COMMITMENT",
        /// Settlement (支付).
        Settlement = "SETTLEMENT",
        /// Reversal (冲销).
        Reversal = "REVERSAL",
    }

    /// How certain a parameter is.
    ParameterStatus {
        /// Read in a source (已确认).
        Confirmed = "CONFIRMED",
        /// Default of this design, to be confirmed (默认值).
        Default = "DEFAULT",
        /// From memory, to be verified (待核实).
        Memory = "MEMORY",
    }

    /// Kind of special day.
    WorkCalendarKind {
        /// Public holiday (放假).
        Holiday = "HOLIDAY",
        /// Make-up working day (调休上班).
        MakeupWorkday = "MAKEUP_WORKDAY",
    }

    /// Outcome of an audited act.
    AuditOutcome {
        /// Done (已执行).
        Done = "DONE",
        /// Refused (已拒绝).
        Refused = "REFUSED",
    }
}
