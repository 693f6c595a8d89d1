//! Facts of a temporary-assistance case that no shared flow records.

use entity::{Day, Fen, person};
use platform::{
    code::Code,
    error::{Refusal, Result},
    id::Ref,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Facts of a temporary-assistance case (临时救助案件信息).
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct TemporaryDetails {
    /// Emergency or expenditure type (救助类型).
    #[garde(skip)]
    pub kind: TemporaryKind,
    /// What happened (困难事由).
    #[garde(skip)]
    #[schemars(extend("x-class" = "SENSITIVE"))]
    pub cause: TemporaryCause,
    /// Day it happened, or of the diagnosis or first bill (发生日期).
    #[garde(skip)]
    pub cause_date: Day,
    /// Name of the cause, by which a second request for the same one is known: the illness, the school year, the loss; an event is known by its kind and day and needs none (同一事由名称).
    #[garde(inner(length(chars, min = 1, max = 60)))]
    #[schemars(extend("x-class" = "SENSITIVE"))]
    pub cause_name: Option<String>,
    /// The member whom it struck; required for illness, and null when the aid is for the whole household (救助对象).
    #[garde(skip)]
    pub person_id: Option<Ref<person::Entity>>,
    /// Medical cost that the patient's side still bears after every reimbursement and other aid; for illness (各项报销后个人负担医疗费用).
    #[garde(custom(not_negative))]
    #[schemars(extend("x-class" = "SENSITIVE"))]
    pub out_of_pocket: Option<Fen>,
    /// Loss or necessary spending claimed and checked; for causes other than illness (核定损失或必要支出).
    #[garde(custom(not_negative))]
    pub claimed_amount: Option<Fen>,
    /// Amount the handler proposes where the rules leave discretion; the rules hold it to the cap (拟救助金额).
    #[garde(custom(not_negative))]
    pub proposed_amount: Option<Fen>,
    /// Explanation (情况说明).
    #[garde(inner(length(chars, max = 1000)))]
    #[schemars(extend("x-class" = "SENSITIVE"))]
    pub note: Option<String>,
}

/// Type of the aid (救助类型).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TemporaryKind {
    /// Something sudden (急难型).
    Emergency,
    /// Necessary spending beyond the family's means (支出型).
    Expenditure,
}

/// What a case is about (困难事由).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TemporaryCause {
    /// Fire (火灾).
    Fire,
    /// Traffic accident (交通事故).
    TrafficAccident,
    /// Another sudden accident (其他意外事件).
    Accident,
    /// Major illness, treated as an inpatient (重大疾病).
    MajorIllness,
    /// Long-term outpatient treatment of a chronic illness (慢性病长期门诊).
    ChronicOutpatient,
    /// Cost of schooling (就学支出).
    Schooling,
    /// Another hardship (其他困难).
    Other,
}

impl TemporaryCause {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fire => "FIRE",
            Self::TrafficAccident => "TRAFFIC_ACCIDENT",
            Self::Accident => "ACCIDENT",
            Self::MajorIllness => "MAJOR_ILLNESS",
            Self::ChronicOutpatient => "CHRONIC_OUTPATIENT",
            Self::Schooling => "SCHOOLING",
            Self::Other => "OTHER",
        }
    }

    /// Whether it is an illness, and so one patient's.
    pub fn is_illness(self) -> bool {
        matches!(self, Self::MajorIllness | Self::ChronicOutpatient)
    }

    /// Whether its kind and day tell it apart from every other.
    pub fn is_event(self) -> bool {
        matches!(self, Self::Fire | Self::TrafficAccident | Self::Accident)
    }

    /// Whether aid of a type can be for it.
    pub fn fits(self, kind: TemporaryKind) -> bool {
        match self {
            Self::Fire | Self::TrafficAccident | Self::Accident => kind == TemporaryKind::Emergency,
            Self::ChronicOutpatient | Self::Schooling => kind == TemporaryKind::Expenditure,
            Self::MajorIllness | Self::Other => true,
        }
    }
}

impl TemporaryDetails {
    /// Refuses details that lack what their cause asks for: `INVALID_INPUT`.
    pub(super) fn complete(&self) -> Result<()> {
        let missing = if !self.cause.is_event() && self.cause_key().is_none() {
            Some(("input.details.causeName", "name the cause: it is granted once a year"))
        } else if self.cause.is_illness() && self.person_id.is_none() {
            Some(("input.details.personId", "name the patient"))
        } else if self.cause.is_illness() && self.out_of_pocket.is_none() {
            Some(("input.details.outOfPocket", "an illness needs the cost left after every reimbursement"))
        } else if !self.cause.is_illness() && self.claimed_amount.is_none() {
            Some(("input.details.claimedAmount", "state the loss or necessary spending"))
        } else {
            None
        };
        match missing {
            Some((field, reason)) => Err(Refusal::new(Code::InvalidInput).field(field).arg("reason", reason).into()),
            None => Ok(()),
        }
    }

    /// By what a second request for the same cause is known; `None` when the cause has no name.
    ///
    /// An event is one on its day. An illness is one under its name, as an inpatient and as an outpatient alike: a later
    /// bill is no new cause.
    pub(super) fn cause_key(&self) -> Option<String> {
        if self.cause.is_event() {
            return Some(format!("{}:{}", self.cause.as_str(), self.cause_date));
        }
        let name: String = self.cause_name.as_deref()?.chars().filter_map(plain).collect();
        let family = if self.cause.is_illness() { "ILLNESS" } else { self.cause.as_str() };
        (!name.is_empty()).then(|| format!("{family}:{name}"))
    }
}

/// A letter or digit in one spelling; spaces and signs tell no causes apart.
fn plain(letter: char) -> Option<char> {
    const FULL_WIDTH: std::ops::RangeInclusive<u32> = 0xFF01..=0xFF5E;
    const OFFSET: u32 = 0xFEE0;
    let code = u32::from(letter);
    let letter = if FULL_WIDTH.contains(&code) { char::from_u32(code - OFFSET)? } else { letter };
    letter.is_alphanumeric().then(|| letter.to_ascii_uppercase())
}

#[expect(clippy::ref_option, reason = "garde hands the field over by reference")]
fn not_negative(amount: &Option<Fen>, (): &()) -> garde::Result {
    if amount.is_none_or(|amount| amount.0 >= 0) { Ok(()) } else { Err(garde::Error::new("must not be below 0.00")) }
}
