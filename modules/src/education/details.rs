//! Facts of an education case that no shared flow records.

use entity::Fen;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Education facts of a case (教育救助案件信息).
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct EducationDetails {
    /// Stage of education (就学阶段).
    #[garde(skip)]
    pub stage: EducationStage,
    /// Name of the school (学校).
    #[garde(length(chars, min = 1, max = 100))]
    pub school_name: String,
    /// Number on the school's roll (学籍号).
    #[garde(inner(length(chars, min = 1, max = 40)))]
    pub enrolment_no: Option<String>,
    /// Whether the pupil boards at the school (是否寄宿).
    #[garde(skip)]
    pub boarder: bool,
    /// School year, from September, `2018-2019` (学年).
    #[garde(custom(is_school_year))]
    pub school_year: String,
    /// Terms applied for (申请学期).
    #[garde(length(min = 1, max = 2))]
    pub terms: Vec<EducationTerm>,
    /// Items applied for (申请项目).
    #[garde(length(min = 1, max = 4))]
    pub items: Vec<EducationItem>,
    /// Tuition of the year as the school charges it, for items that pay tuition (学年学费).
    #[garde(inner(custom(not_negative)))]
    pub tuition: Option<Fen>,
    /// Loan asked for the year (学年贷款申请金额).
    #[garde(inner(custom(not_negative)))]
    pub loan: Option<Fen>,
    /// Aid from elsewhere that the pupil has for the same purposes, such as meal money of the nutrition plan (已享受的同类资助).
    #[garde(length(max = 20), dive)]
    #[schemars(extend("x-class" = "SENSITIVE"))]
    pub received: Option<Vec<EducationReceived>>,
    /// Why the school recognises a pupil whose hardship no record shows; only the school states it (学校认定理由).
    #[garde(inner(length(chars, min = 1, max = 1000)))]
    #[schemars(extend("x-class" = "SENSITIVE"))]
    pub recognition: Option<String>,
}

/// Stages of education (就学阶段).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EducationStage {
    /// Kindergarten (学前).
    Preschool,
    /// Primary school (小学).
    Primary,
    /// Junior middle school (初中).
    Junior,
    /// Senior middle school (普通高中).
    Senior,
    /// Secondary vocational school (中职).
    Vocational,
    /// University or college (高等学校).
    College,
}

/// Terms of a school year (学期).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EducationTerm {
    /// From September (秋季学期).
    Autumn,
    /// From early in the next year (春季学期).
    Spring,
}

/// What is applied for, as the funding table names it (资助项目).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EducationItem {
    /// Care and meals in kindergarten (学前教育资助).
    Preschool,
    /// Living subsidy of a boarder (寄宿生生活费补助).
    Boarder,
    /// Living subsidy of one who does not board (非寄宿生生活费补助).
    NonBoarder,
    /// State grant in senior or vocational school (高中、中职国家助学金).
    SeniorGrant,
    /// Waiver of tuition in senior or vocational school (免学费).
    TuitionWaiver,
    /// State grant of undergraduates (高校国家助学金).
    CollegeGrant,
    /// Tuition of undergraduates of registered poor households (建卡大学生学费资助).
    CollegeTuition,
    /// Student loan (助学贷款).
    Loan,
}

/// What money is for (用途).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EducationPurpose {
    /// Care and teaching in kindergarten (保教费).
    Care,
    /// Meals and living (伙食、生活费).
    Living,
    /// Tuition (学费).
    Tuition,
    /// To be paid back (贷款).
    Loan,
}

/// Aid from elsewhere (已享受资助).
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct EducationReceived {
    /// What it is for (用途).
    #[garde(skip)]
    pub purpose: EducationPurpose,
    /// Term it is for (学期).
    #[garde(skip)]
    pub term: EducationTerm,
    /// Amount of that term (金额).
    #[garde(custom(not_negative))]
    pub amount: Fen,
    /// Where it comes from, such as the nutrition plan (来源).
    #[garde(length(chars, min = 1, max = 100))]
    pub source: String,
}

/// The first of the two years of `2018-2019`.
pub(super) fn first_year(text: &str) -> Option<i32> {
    let (first, second) = text.split_once('-')?;
    let year = |text: &str| -> Option<i32> {
        let digits = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| digits)
    };
    let first = year(first)?;
    (year(second)? == first + 1).then_some(first)
}

fn is_school_year(text: &str, (): &()) -> garde::Result {
    first_year(text).map(|_| ()).ok_or_else(|| garde::Error::new("a school year is written 2018-2019"))
}

fn not_negative(amount: &Fen, (): &()) -> garde::Result {
    if amount.0 >= 0 { Ok(()) } else { Err(garde::Error::new("an amount is not negative")) }
}

macro_rules! spelt {
    ($( $name:ident { $( $variant:ident = $text:literal ),+ $(,)? } )*) => {
        $(
            impl $name {
                /// As the tables spell it.
                pub const fn as_str(self) -> &'static str {
                    match self { $(Self::$variant => $text),+ }
                }
            }
        )*
    };
}

spelt! {
    EducationStage {
        Preschool = "PRESCHOOL", Primary = "PRIMARY", Junior = "JUNIOR", Senior = "SENIOR", Vocational = "VOCATIONAL",
        College = "COLLEGE",
    }
    EducationTerm { Autumn = "AUTUMN", Spring = "SPRING" }
    EducationItem {
        Preschool = "PRESCHOOL", Boarder = "BOARDER", NonBoarder = "NON_BOARDER", SeniorGrant = "SENIOR_GRANT",
        TuitionWaiver = "TUITION_WAIVER", CollegeGrant = "COLLEGE_GRANT", CollegeTuition = "COLLEGE_TUITION",
        Loan = "LOAN",
    }
    EducationPurpose { Care = "CARE", Living = "LIVING", Tuition = "TUITION", Loan = "LOAN" }
}

impl EducationItem {
    /// The item's word in the keys of dated parameters.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Preschool => "preschool",
            Self::Boarder => "boarder",
            Self::NonBoarder => "nonBoarder",
            Self::SeniorGrant => "seniorGrant",
            Self::TuitionWaiver => "tuitionWaiver",
            Self::CollegeGrant => "collegeGrant",
            Self::CollegeTuition => "collegeTuition",
            Self::Loan => "loan",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::first_year;

    #[test]
    fn a_school_year_is_two_years_that_follow() {
        assert_eq!(first_year("2018-2019"), Some(2018));
        for text in ["2018", "2018-2020", "2019-2018", "18-19", "2018/2019", "+018-2019", "2018-2019-2020", ""] {
            assert_eq!(first_year(text), None, "{text}");
        }
    }
}
