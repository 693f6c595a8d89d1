//! What an assessment knows: the frozen snapshot of one verification, and the programme's own details.

use crate::{
    code::Code,
    error::{Error, Refusal, Result},
};
use entity::{Day, Fen, Month};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

/// One household at one moment, as verified.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// Programme code.
    pub programme: String,
    /// `URBAN` or `RURAL`.
    pub area_type: String,
    /// Code of the place the application was lodged in (village or community).
    pub jurisdiction: String,
    /// Day the request was received.
    pub applied_on: Day,
    /// Day of the assessment: parameters are those in force on it.
    pub assessed_on: Day,
    /// Persons the case is for; empty in facts of before they were kept, which is why nothing is written for nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subjects: Vec<Uuid>,
    /// Members at the time of the report.
    pub members: Vec<MemberFacts>,
    /// Verified income items.
    pub incomes: Vec<IncomeItem>,
    /// Verified property.
    pub assets: Vec<AssetItem>,
    /// Named findings that hold.
    pub flags: Vec<Flag>,
    /// Whether income is basically unchanged from review to review.
    pub income_stable: bool,
    /// Level that is to decide, e.g. `TOWN`, for a programme whose rules or items differ by it; not written when unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deciding_level: Option<String>,
    /// The module's own details as recorded, or null.
    pub details: serde_json::Value,
}

/// One member of the household.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MemberFacts {
    /// The person.
    pub person_id: Uuid,
    /// Relation to the head, GB/T 4761.
    pub relation: String,
    /// Whether the member is counted (共同生活的家庭成员).
    pub counted: bool,
    /// Why not.
    pub not_counted_reason: Option<String>,
    /// Date of birth, if known.
    pub birth_on: Option<Day>,
    /// `MALE`, `FEMALE` or `UNKNOWN`.
    pub sex: String,
    /// Day of death.
    pub deceased_on: Option<Day>,
    /// Disability category 1-7 (GB/T 26341).
    pub disability_category: Option<u8>,
    /// Disability grade 1-4, 1 the heaviest; present exactly when the person holds a certificate.
    pub disability_grade: Option<u8>,
    /// Whether a listed major illness is on record.
    pub major_illness: bool,
    /// `PRESCHOOL`, `PRIMARY`, `JUNIOR`, `SENIOR`, `VOCATIONAL`, `COLLEGE`.
    pub education_stage: Option<String>,
    /// `EMPLOYED`, `UNEMPLOYED`, `FARMER`, `UNABLE`, `RETIRED`.
    pub employment: Option<String>,
    /// Code of the place of household registration (户籍).
    pub hukou: Option<String>,
    /// Programmes with an active benefit of this person outside this household's case, e.g. `TEKUN`.
    pub holds: Vec<String>,
    /// What the member is on record for today, so that nobody asks for proof of it (身份互认); empty in facts of before
    /// it was kept, which is why nothing is written for nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identities: Vec<Identity>,
}

impl MemberFacts {
    /// Whether a running benefit of a programme covers this member.
    pub fn is_on_record_for(&self, programme: &str) -> bool {
        self.identities.iter().any(|identity| identity.programme == programme)
    }

    /// Whether this member receives an item of a programme, alone or with the household, e.g. `WOMEN_CHILD`, `ORPHAN`.
    pub fn receives(&self, programme: &str, item: &str) -> bool {
        self.identities
            .iter()
            .any(|identity| identity.programme == programme && identity.items.iter().any(|known| known == item))
    }
}

/// A running benefit that covers a person: dibao member, tekun, orphan, registered poor … (救助身份).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Identity {
    /// Programme code, e.g. `DIBAO`.
    pub programme: String,
    /// Items the person receives, alone or with the household, e.g. `ORPHAN`; another member's own are not among them.
    pub items: Vec<String>,
}

/// Kinds of income (MZ/T 073; wage, net business, net property, net transfer, and farming).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum IncomeKind {
    /// Wages (工资性收入).
    Wage,
    /// Net business income (经营净收入).
    BusinessNet,
    /// Net property income (财产净收入).
    PropertyNet,
    /// Net transfer income (转移净收入).
    TransferNet,
    /// Legal support due, counted even if waived (赡养、抚养、扶养费).
    SupportDue,
    /// Farming, gross, in cash and in kind (种养殖毛收入).
    FarmGross,
    /// Direct cost of farming (直接生产成本).
    FarmCost,
    /// Anything else.
    Other,
}

/// The period an amount is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Period {
    /// The one month named.
    Month,
    /// The twelve months before the application month.
    LastTwelveMonths,
}

/// One verified item of income.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IncomeItem {
    /// Whose, if a single person's.
    pub person_id: Option<Uuid>,
    /// Kind.
    pub kind: IncomeKind,
    /// Period.
    pub period: Period,
    /// Month, for monthly items.
    pub month: Option<Month>,
    /// Verified amount for the period.
    pub amount_fen: Fen,
    /// Amount the family declared, if it did.
    pub declared_fen: Option<Fen>,
    /// Whether it counts; relief money, state preferential pensions and the like do not.
    pub counted: bool,
    /// Where it was found.
    pub source: String,
}

/// Kinds of property.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AssetKind {
    /// Deposits, securities, bonds, savings-type insurance (金融资产).
    Financial,
    /// A dwelling; `area_m2` is its built area (住房).
    Dwelling,
    /// Commercial premises let or self-run (商业用房).
    CommercialPremises,
    /// Motor vehicle (机动车辆).
    Vehicle,
    /// Vessel (船舶).
    Vessel,
    /// Construction or large farm machine (工程机械、大型农机).
    Machine,
}

/// One verified item of property.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AssetItem {
    /// Whose, if a single person's.
    pub person_id: Option<Uuid>,
    /// Kind.
    pub kind: AssetKind,
    /// Value, where the rule asks for it.
    pub amount_fen: Option<Fen>,
    /// Built area in hundredths of a square metre (`12.5 m²` is 1250).
    pub area_centi_m2: Option<i64>,
    /// Exempt by the rule itself: mobility vehicle, two-wheel motorcycle, C/D grade house.
    pub exempt: bool,
    /// What it is.
    pub note: Option<String>,
}

/// A named finding, e.g. `BUILT_HOUSE_WITHIN_3_YEARS`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flag {
    /// Name in SCREAMING_SNAKE_CASE; each module documents the flags it reads.
    pub name: String,
    /// Whether the rule itself exempts it (disaster rebuild, relocation …).
    pub exempt: bool,
    /// Value, where the rule asks for one.
    pub amount_fen: Option<Fen>,
    /// Whose, if a single person's.
    pub person_id: Option<Uuid>,
}

/// The refusal of facts that cannot be computed with: `INVALID_INPUT`.
pub fn unreadable(reason: impl ToString) -> Error {
    Refusal::new(Code::InvalidInput).field("input.applicationId").arg("reason", reason).into()
}

impl Facts {
    /// The module's own details. Errors: `DETAILS_MISSING` before any are recorded, `INVALID_INPUT`.
    pub fn read_details<T: DeserializeOwned>(&self) -> Result<T> {
        if self.details.is_null() {
            return Err(Code::DetailsMissing.into());
        }
        T::deserialize(&self.details).map_err(unreadable)
    }

    /// The members that count, in order; the dead do not.
    pub fn counted(&self) -> impl Iterator<Item = &MemberFacts> {
        self.members.iter().filter(|member| member.counted && member.deceased_on.is_none())
    }

    /// Whether a thing of this owner is the household's: nobody's own, a stranger's, or a counted member's.
    ///
    /// A member who is not counted takes income and property out.
    pub fn belongs_to_household(&self, owner: Option<Uuid>) -> bool {
        owner.is_none_or(|owner| {
            self.counted().any(|member| member.person_id == owner)
                || !self.members.iter().any(|member| member.person_id == owner)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(identities: Vec<Identity>) -> MemberFacts {
        MemberFacts {
            person_id: Uuid::nil(),
            relation: "02".to_owned(),
            counted: true,
            not_counted_reason: None,
            birth_on: None,
            sex: "UNKNOWN".to_owned(),
            deceased_on: None,
            disability_category: None,
            disability_grade: None,
            major_illness: false,
            education_stage: None,
            employment: None,
            hukou: None,
            holds: Vec::new(),
            identities,
        }
    }

    #[test]
    fn facts_of_before_identities_were_kept_read_and_write_as_they_were() {
        let before = serde_json::to_string(&member(Vec::new())).unwrap();
        assert!(!before.contains("identities"), "{before}");
        let read: MemberFacts = serde_json::from_str(&before).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), before);
    }

    #[test]
    fn an_identity_is_by_programme_and_by_item() {
        let ward = Identity { programme: "WOMEN_CHILD".to_owned(), items: vec!["ORPHAN".to_owned()] };
        let child = member(vec![ward]);
        assert!(child.is_on_record_for("WOMEN_CHILD") && !child.is_on_record_for("DIBAO"));
        assert!(child.receives("WOMEN_CHILD", "ORPHAN") && !child.receives("WOMEN_CHILD", "CANCER"));
        let written = serde_json::to_string(&child).unwrap();
        assert_eq!(serde_json::from_str::<MemberFacts>(&written).unwrap(), child);
    }
}
