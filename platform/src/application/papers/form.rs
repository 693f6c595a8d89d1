//! What stands on each paper.

use entity::{
    Day, Fen, Month,
    enums::{ClockEffect, DecisionOutcome, MaterialState},
};
use schemars::JsonSchema;
use serde::Serialize;

/// What the window hands over when it takes a request in (收件回执).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FilingReceipt {
    /// Number of the request (申请编号).
    pub number: String,
    /// Day it was filed (申请日期).
    pub filed_on: Day,
    /// Programmes applied for with it (申请项目).
    pub programmes: Vec<String>,
    /// Who applied (申请人).
    #[schemars(extend("x-class" = "PERSONAL"))]
    pub applicant_name: String,
    /// The head of the household (户主).
    #[schemars(extend("x-class" = "PERSONAL"))]
    pub head_name: String,
    /// What was handed in, or was on record already (已收材料).
    pub materials: Vec<ReceivedMaterial>,
    /// The window that took it (受理窗口).
    pub window_name: String,
    /// Its phone (咨询电话).
    pub window_phone: String,
}

/// One material that is there (已收材料).
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReceivedMaterial {
    /// Kind (材料类别).
    pub kind: String,
    /// Name as the applicant reads it (材料名称).
    pub name: String,
    /// Whether it was handed in, supplied later or found on record (状态).
    pub state: MaterialState,
    /// Day it was provided; null for what is on record (提供日期).
    pub provided_on: Option<Day>,
}

/// What the town hands over when it accepts a case (受理通知书).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AcceptanceReceipt {
    /// Number of the case (受理编号).
    pub number: String,
    /// Programme code (救助项目).
    pub programme: String,
    /// Name of the programme (项目名称).
    pub programme_name: String,
    /// Who applied (申请人).
    #[schemars(extend("x-class" = "PERSONAL"))]
    pub applicant_name: String,
    /// The head of the household (户主).
    #[schemars(extend("x-class" = "PERSONAL"))]
    pub head_name: String,
    /// What was received (已收材料).
    pub materials: Vec<ReceivedMaterial>,
    /// Day of acceptance (受理日期).
    pub accepted_on: Day,
    /// First day of the limit: the day after acceptance (期限起算日).
    pub clock_starts_on: Day,
    /// Days of the limit (办理期限天数).
    pub limit_days: i32,
    /// Whether they are working days (是否按工作日计算).
    pub working_days: bool,
    /// Whether the clock runs now; appraisal and notice stop it (计时状态).
    pub clock: ClockEffect,
    /// Last day of the limit as it stands; moves while the clock is stopped (法定办结日期).
    pub due_on: Option<Day>,
    /// The town's window (受理窗口); null when none was open that day.
    pub window_name: Option<String>,
    /// Where to ask, and to complain of delay (咨询及投诉电话); null when no window was open that day.
    pub window_phone: Option<String>,
    /// Days within which reconsideration of the decision may be asked for (行政复议期限天数).
    pub reconsideration_days: i32,
}

/// The one list of what is missing (一次性补正告知书).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SupplementList {
    /// Number of the case (受理编号).
    pub number: String,
    /// Day it was given (告知日期).
    pub requested_on: Day,
    /// What was asked for (补正清单).
    pub items: Vec<SupplementEntry>,
    /// Whether everything has arrived (是否补齐).
    pub complete: bool,
    /// The window that takes it in (受理窗口).
    pub window_name: String,
    /// Its phone (咨询电话).
    pub window_phone: String,
}

/// One material that was asked for (补正材料).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SupplementEntry {
    /// Kind (材料类别).
    pub kind: String,
    /// Name as the applicant reads it (材料名称).
    pub name: String,
    /// Whether it has arrived (是否已补交).
    pub arrived: bool,
    /// Day it arrived; null until then (补交日期).
    pub arrived_on: Option<Day>,
}

/// What the family is told of a decision (审批决定通知书、不予批准告知书).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DecisionLetter {
    /// Number of the decision (决定编号).
    pub number: String,
    /// Approved or rejected (结果).
    pub outcome: DecisionOutcome,
    /// Day of the decision (决定日期).
    pub decided_on: Day,
    /// Unit that decided (审批单位).
    pub unit: String,
    /// Who applied (申请人).
    #[schemars(extend("x-class" = "PERSONAL"))]
    pub applicant_name: String,
    /// The head of the household (户主).
    #[schemars(extend("x-class" = "PERSONAL"))]
    pub head_name: String,
    /// Amount granted; 0.00 for a refusal (批准金额).
    pub amount: Fen,
    /// First month of payment; null for a refusal or a single grant (起始月).
    pub start_month: Option<Month>,
    /// Reasons; null when none were given (理由).
    #[schemars(extend("x-class" = "PERSONAL"))]
    pub reason: Option<String>,
    /// Rules the decision stands on: for a refusal those that do not hold, else all (依据).
    #[schemars(extend("x-class" = "SENSITIVE"))]
    pub grounds: Vec<LetterGround>,
    /// Last day on which reconsideration may be asked for (行政复议截止日期).
    pub reconsider_until: Day,
    /// The law that says so (行政复议依据).
    pub reconsider_basis: String,
}

/// One rule of a decision (决定依据).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LetterGround {
    /// Code of the rule (规则).
    pub rule: String,
    /// Whether it holds (是否符合).
    pub passed: bool,
    /// What was found, in Chinese (认定情况).
    pub finding: String,
    /// Its legal basis (法律依据).
    pub basis: String,
}
