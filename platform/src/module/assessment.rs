//! What an assessment finds: every rule with its outcome and legal basis, every amount line with its formula.

use entity::{Fen, Month};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How often a benefit is reviewed (核查周期).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReviewClass {
    /// Once a year.
    Annual,
    /// Every half year.
    Semiannual,
    /// Every quarter.
    Quarterly,
    /// Every month.
    Monthly,
}

impl ReviewClass {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Annual => "ANNUAL",
            Self::Semiannual => "SEMIANNUAL",
            Self::Quarterly => "QUARTERLY",
            Self::Monthly => "MONTHLY",
        }
    }

    /// Months between two reviews.
    pub fn months(self) -> u32 {
        match self {
            Self::Annual => 12,
            Self::Semiannual => 6,
            Self::Quarterly => 3,
            Self::Monthly => 1,
        }
    }
}

/// The result of assessing one household for one programme (测算结果).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Assessment {
    /// Whether every rule holds (是否符合条件).
    pub eligible: bool,
    /// Every rule that was tried, in order (逐条规则).
    pub rules: Vec<RuleOutcome>,
    /// Amount lines; empty when not eligible (金额明细).
    pub lines: Vec<AmountLine>,
    /// Sum of the lines (合计金额).
    pub total: Fen,
    /// Figures on the way: income, per-capita income, standard (中间数值).
    pub figures: Vec<Figure>,
    /// First entitled month, when granted in the month of the assessment (起始月).
    pub start_month: Option<Month>,
    /// How often it is reviewed (核查周期).
    pub review_class: Option<ReviewClass>,
    /// Whether it is paid once, in its first month, and not month by month (一次性救助).
    #[serde(default)]
    pub one_off: bool,
    /// Lowest level that may decide it whatever the amount; null when the authority table alone says (最低审批层级).
    #[serde(default)]
    pub least_level: Option<String>,
    /// What may be granted once only, and is taken by a grant (一事一次).
    #[serde(default)]
    pub once: Vec<OnceOnly>,
    /// Parameter values used, with their sources (所用参数).
    pub parameters: Vec<UsedParameter>,
}

impl Assessment {
    /// Codes of the rules that do not hold.
    pub fn failed_rules(&self) -> Vec<&str> {
        self.rules.iter().filter(|rule| !rule.passed).map(|rule| rule.code.as_str()).collect()
    }
}

/// What one person may be granted once only in a period: the database keeps it unique (一事一次).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OnceOnly {
    /// Key of the person.
    #[schemars(extend("x-node" = "Person"))]
    pub person_id: uuid::Uuid,
    /// What, in the programme's own spelling, at most 200 characters, e.g. `FIRE:2018-12-01` (事由).
    pub matter: String,
    /// Within which period, e.g. `2018`, or `LIFETIME` (期间).
    pub period: String,
}

/// One rule and whether it holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RuleOutcome {
    /// Stable name, e.g. `INCOME_BELOW_STANDARD`.
    pub code: String,
    /// Whether it holds.
    pub passed: bool,
    /// What was compared, in English.
    pub explanation: String,
    /// What was compared, in Chinese.
    pub explanation_zh: String,
    /// Legal source (法律依据).
    pub legal_basis: String,
}

/// A rule as a module tells it.
pub struct Told<'a> {
    /// Stable name, e.g. `INCOME_BELOW_STANDARD`.
    pub code: &'a str,
    /// Whether it holds.
    pub passed: bool,
    /// What was compared, in English.
    pub en: String,
    /// What was compared, in Chinese.
    pub zh: String,
    /// Legal source.
    pub basis: &'a str,
}

impl From<Told<'_>> for RuleOutcome {
    fn from(told: Told<'_>) -> Self {
        Self {
            code: told.code.to_owned(),
            passed: told.passed,
            explanation: told.en,
            explanation_zh: told.zh,
            legal_basis: told.basis.to_owned(),
        }
    }
}

/// One line of the amount.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AmountLine {
    /// Item as funding.csv names it.
    pub item: String,
    /// Why: the category of a top-up, or the programme.
    pub reason: String,
    /// Key of the person, for per-person lines.
    #[schemars(extend("x-node" = "Person"))]
    pub person_id: Option<uuid::Uuid>,
    /// Key of the person who is paid; null when it is the head of the household (收款人).
    #[schemars(extend("x-node" = "Person"))]
    #[serde(default)]
    pub payee_id: Option<uuid::Uuid>,
    /// Amount.
    pub amount: Fen,
    /// Month it is paid for, when it is paid once; null for a line that lasts month by month (发放月份).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month: Option<Month>,
    /// How it was computed, with its numbers.
    pub formula: String,
    /// Legal source (法律依据).
    pub legal_basis: String,
}

/// A named figure on the way to the result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Figure {
    /// Name, e.g. `monthlyIncome`, `perCapitaIncome`, `standard`, `countedMembers`.
    pub name: String,
    /// Value: yuan with two decimals (rounded half up for display only) or a count.
    pub value: String,
}

/// A parameter's value as used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsedParameter {
    /// Key.
    pub key: String,
    /// Value as stored.
    pub value: String,
    /// First day it is in force.
    pub from_on: String,
    /// Document behind it.
    pub source_doc: String,
}
