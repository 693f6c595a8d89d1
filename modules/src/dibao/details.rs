//! Facts of a dibao case that no shared flow records.

use entity::{Day, Fen, enums::AreaType, person};
use platform::id::Ref;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Dibao facts of a case (最低生活保障案件信息).
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct DibaoDetails {
    /// Line applied for; it must be the one verified (申请类别：城镇或农村).
    #[garde(skip)]
    pub area_type: AreaType,
    /// Number of the dibao certificate, if the household already has one (低保证号).
    #[garde(inner(length(chars, min = 1, max = 40)))]
    pub certificate_no: Option<String>,
    /// Members to be computed apart from parents or siblings they live with (单独计算).
    #[garde(dive)]
    #[schemars(extend("x-class" = "SENSITIVE"))]
    pub separate_household: Option<DibaoSeparateHousehold>,
    /// Persons outside the household who owe it support by law (赡养、抚养、扶养义务人).
    #[garde(length(max = 30), dive)]
    #[schemars(extend("x-class" = "SENSITIVE"))]
    pub obligors: Option<Vec<DibaoObligor>>,
    /// Consumption the family declares that the rules ask about (消费情况申报); what verification finds prevails.
    #[garde(length(max = 30), dive)]
    #[schemars(extend("x-class" = "SENSITIVE"))]
    pub consumption: Option<Vec<DibaoConsumption>>,
}

/// Members computed as a household of their own (单独计算家庭).
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct DibaoSeparateHousehold {
    /// The members (单独计算人员).
    #[garde(length(min = 1, max = 10))]
    pub person_ids: Vec<Ref<person::Entity>>,
    /// Why they may be (单独计算理由).
    #[garde(skip)]
    pub ground: DibaoSeparateGround,
    /// Whether the case is decided by the separate computation; otherwise it is shown in the preview only (是否按单独计算审批).
    #[garde(skip)]
    pub applied: bool,
}

/// Grounds of a separate computation (单独计算理由).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DibaoSeparateGround {
    /// An adult disabled person who has lost the capacity to work (丧失劳动能力的成年残疾人).
    DisabledWithoutWorkCapacity,
    /// A seriously ill person long confined to bed (长期卧床的重病患者).
    BedriddenSeriouslyIll,
}

/// Who owes support by law (法定义务人).
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct DibaoObligor {
    /// Name (姓名).
    #[garde(length(chars, min = 1, max = 60))]
    pub name: String,
    /// Relation to the head of the household, GB/T 4761 (与户主关系).
    #[garde(length(chars, min = 2, max = 2))]
    pub relation: String,
    /// Monthly support agreed or adjudged; the verified amount is an income item (每月赡养、抚养、扶养费).
    #[garde(skip)]
    pub monthly_support: Option<Fen>,
    /// What was found about the means of this person (经济状况说明).
    #[garde(inner(length(chars, max = 1000)))]
    pub note: Option<String>,
}

/// One declared item of consumption (消费申报项).
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct DibaoConsumption {
    /// Kind (类别).
    #[garde(skip)]
    pub kind: DibaoConsumptionKind,
    /// Day of building, buying or refitting, where the rule counts years (发生日期).
    #[garde(skip)]
    pub on: Option<Day>,
    /// Amount a year, where the rule asks for one: school fee or premium (年度金额).
    #[garde(skip)]
    pub amount: Option<Fen>,
    /// For whom, if for a single member (相关成员).
    #[garde(skip)]
    pub person_id: Option<Ref<person::Entity>>,
    /// Exemption claimed (豁免情形).
    #[garde(skip)]
    pub exemption: Option<DibaoExemption>,
    /// Explanation (说明).
    #[garde(inner(length(chars, max = 1000)))]
    pub note: Option<String>,
}

/// Consumption that the rules ask about (消费情形). A verified finding is a flag of the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DibaoConsumptionKind {
    /// Built a house (新建住房).
    BuiltHouse,
    /// Bought a commercial flat, in cash or by mortgage (购买商品房).
    BoughtFlat,
    /// Refitted a dwelling at high grade (高标准装修).
    HighGradeRefit,
    /// Utilities, telecom and property fees at or above the district's share of income (水电气讯物业费占比过高).
    UtilitiesOverRatio,
    /// Study abroad at own cost (自费出国留学).
    StudyAbroad,
    /// Private school in the compulsory stage; the fee counts (义务教育阶段就读民办学校).
    PrivateSchool,
    /// Commercial insurance; the premium counts (购买商业保险).
    CommercialInsurance,
}

impl DibaoConsumptionKind {
    /// Every kind, in the order of the rules.
    pub const ALL: [Self; 7] = [
        Self::BuiltHouse,
        Self::BoughtFlat,
        Self::HighGradeRefit,
        Self::UtilitiesOverRatio,
        Self::StudyAbroad,
        Self::PrivateSchool,
        Self::CommercialInsurance,
    ];

    /// Name of the flag by which verification reports it.
    pub fn flag(self) -> &'static str {
        match self {
            Self::BuiltHouse => "BUILT_HOUSE",
            Self::BoughtFlat => "BOUGHT_FLAT",
            Self::HighGradeRefit => "HIGH_GRADE_REFIT",
            Self::UtilitiesOverRatio => "UTILITIES_OVER_RATIO",
            Self::StudyAbroad => "STUDY_ABROAD",
            Self::PrivateSchool => "PRIVATE_SCHOOL",
            Self::CommercialInsurance => "COMMERCIAL_INSURANCE",
        }
    }
}

/// Exemptions the rules know (豁免情形).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DibaoExemption {
    /// Rebuilding after a disaster (灾后重建).
    DisasterRebuild,
    /// Removal from a dangerous house or site (危房改造、避险搬迁).
    HazardRemoval,
    /// Relocation by the state (政策性搬迁).
    StateRelocation,
    /// A major change in the family; for refitting only (家庭重大变故，仅限装修).
    FamilyChange,
}
