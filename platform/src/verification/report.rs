//! The verification report (核查报告): what was found, frozen and hashed.

use super::{
    no_relative, open_verification, save,
    snapshot::{FORMAT, Snapshot, member_facts},
    steps::VERIFYING,
    under_verification,
};
use crate::{
    act::{CaseAct, Look},
    case::Step,
    code::Code,
    crypto::sha256,
    error::{Error, Refusal, Result, ensure},
    id::Ref,
    intake,
    module::{AssetItem, AssetKind, Flag, IncomeItem, IncomeKind, Period},
    op::Op,
    part::Saved,
    permissions as may, reference,
    tx::Tx,
};
use chrono::Months;
use entity::{
    Day, Fen, Month, application,
    enums::{ApplicationState, ClockEffect, ReportConclusion, VerificationKind, VerificationState},
    household, person, verification, verification_report,
};
use schemars::JsonSchema;
use sea_orm::EntityTrait;
use serde::Deserialize;
use uuid::Uuid;

/// The parameter that holds how long a report serves further programmes, in months.
const VALIDITY_MONTHS: &str = "verification.validity.months";

/// A report as the verification body issues it.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct VerificationReportIssue {
    /// Key under which a repeated call answers the first one's result.
    #[garde(length(chars, min = 1, max = 100))]
    pub idempotency_key: String,
    /// The verification.
    #[garde(skip)]
    pub verification_id: Ref<verification::Entity>,
    /// Version of the verification the caller saw.
    #[garde(range(min = 1))]
    pub expected_version: i32,
    /// Conclusion (核查结论).
    #[garde(skip)]
    pub conclusion: ReportConclusion,
    /// Verified income (核定收入).
    #[garde(length(max = 200), dive)]
    pub incomes: Vec<VerifiedIncome>,
    /// Verified property (核定财产).
    #[garde(length(max = 200), dive)]
    pub assets: Vec<VerifiedAsset>,
    /// Named findings, e.g. `BUILT_HOUSE_WITHIN_3_YEARS` (其他核查发现).
    #[garde(length(max = 50), dive)]
    pub flags: Vec<VerifiedFlag>,
    /// Whether income is basically unchanged from review to review (收入基本无变化).
    #[garde(skip)]
    pub income_stable: bool,
}

/// One verified item of income.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct VerifiedIncome {
    /// Whose, if a single member's (所属成员).
    #[garde(skip)]
    pub person_id: Option<Ref<person::Entity>>,
    /// Kind (收入类别).
    #[garde(skip)]
    pub kind: IncomeKind,
    /// Period the amount is for (所属期间).
    #[garde(skip)]
    pub period: Period,
    /// The month, for a monthly item (月份).
    #[garde(skip)]
    pub month: Option<Month>,
    /// Verified amount for the period (核定金额).
    #[garde(custom(not_negative))]
    pub amount: Fen,
    /// Amount the family declared (申报金额).
    #[garde(inner(custom(not_negative)))]
    pub declared: Option<Fen>,
    /// Whether it counts; yes when left out (是否计入).
    #[garde(skip)]
    pub counted: Option<bool>,
    /// Where it was found (来源).
    #[garde(length(chars, min = 1, max = 200))]
    pub source: String,
}

/// One verified item of property.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct VerifiedAsset {
    /// Whose, if a single member's (所属成员).
    #[garde(skip)]
    pub person_id: Option<Ref<person::Entity>>,
    /// Kind (财产类别).
    #[garde(skip)]
    pub kind: AssetKind,
    /// Value (金额).
    #[garde(inner(custom(not_negative)))]
    pub amount: Option<Fen>,
    /// Built area in square metres with at most two decimals, `85.50` (建筑面积).
    #[garde(inner(custom(is_area)))]
    pub area_m2: Option<String>,
    /// Whether the rule itself exempts it; no when left out (是否豁免).
    #[garde(skip)]
    pub exempt: Option<bool>,
    /// What it is (说明).
    #[garde(inner(length(chars, max = 200)))]
    pub note: Option<String>,
}

/// One named finding.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct VerifiedFlag {
    /// Name in SCREAMING_SNAKE_CASE (名称).
    #[garde(custom(is_name))]
    pub name: String,
    /// Whether the rule itself exempts it; no when left out (是否豁免).
    #[garde(skip)]
    pub exempt: Option<bool>,
    /// Value, where the rule asks for one (金额).
    #[garde(inner(custom(not_negative)))]
    pub amount: Option<Fen>,
    /// Whose, if a single member's (所属成员).
    #[garde(skip)]
    pub person_id: Option<Ref<person::Entity>>,
}

pub(super) const ISSUE: CaseAct = CaseAct::in_states(VERIFYING, |look, case, act| Box::pin(may_issue(look, case, act)));

/// Errors: `HOME_VISIT_MISSING`, `COMPARISON_MISSING`, `RECUSAL_REQUIRED`.
async fn may_issue(look: &Look<'_>, case: &application::Model, act: &CaseAct) -> Result<()> {
    under_verification(look, case, act).await?;
    let steps = look.verification_steps(case).await?;
    let taken = |kind| steps.iter().any(|step| step.kind == kind);
    let missing = |code| Refusal::new(code).field("input.verificationId");
    ensure(taken(VerificationKind::HomeVisit), || missing(Code::HomeVisitMissing))?;
    ensure(taken(VerificationKind::DataMatch), || missing(Code::ComparisonMissing))?;
    no_relative(look, case).await
}

pub(super) async fn issue(op: &Op, input: VerificationReportIssue) -> Result<Saved<verification_report::Entity>> {
    let tx = op.begin(may::VERIFICATION_REPORT).await?;

    let (mut case, mut verification) = open_verification(&tx, input.verification_id.id).await?;
    let current = verification.version;
    ensure(current == i64::from(input.expected_version), || {
        Refusal::new(Code::StaleVersion).field("input.expectedVersion").arg("current", current)
    })?;
    let (steps, members) = {
        let look = case.look();
        ISSUE.ensure(&look, &case.row).await?;
        let steps = look.verification_steps(&case.row).await?.iter().map(|step| step.id).collect();
        (steps, look.members(&case.row).await?.to_vec())
    };
    for person in input.persons() {
        intake::ensure_member(&members, person, "input.verificationId")?;
    }
    let found = input.found()?;

    let members = member_facts(tx.conn(), &case.row, &members, op.today()).await?;
    let snapshot = Snapshot {
        format: FORMAT,
        household_id: case.row.household_id,
        area_type: household_of(&tx, &case.row).await?.area_type,
        jurisdiction: case.row.jurisdiction.clone(),
        members,
        incomes: found.incomes,
        assets: found.assets,
        flags: found.flags,
        income_stable: input.income_stable,
        conclusion: input.conclusion,
        steps,
    };
    let id = write(&tx, &case.row, &verification, &snapshot).await?;
    verification.state = VerificationState::Reported;
    save(&tx, verification).await?;
    case.row.report_id = Some(id);
    case.advance(Step { to: ApplicationState::Verified, clock: ClockEffect::Run, reason: None }).await?;

    let done = case.done();
    tx.finish(id, 1, done).await
}

async fn household_of(tx: &Tx<'_>, case: &application::Model) -> Result<household::Model> {
    household::Entity::find_by_id(case.household_id)
        .one(tx.conn())
        .await?
        .ok_or_else(|| Error::internal("a case without its household"))
}

/// Writes the report with its hash, and lets the case's handlers reach it.
async fn write(
    tx: &Tx<'_>,
    case: &application::Model,
    verification: &verification::Model,
    snapshot: &Snapshot,
) -> Result<Uuid> {
    let today = tx.op().today();
    let months = reference::parameters(tx.conn()).await?.integer(VALIDITY_MONTHS, &today.to_string())?;
    let facts = serde_json::to_string(snapshot)?;
    let id = tx.new_id();
    let row = verification_report::Model {
        id,
        number: format!("V{}-{}", today.0.format("%Y%m%d"), intake::short(id)),
        verification_id: verification.id,
        application_id: case.id,
        household_id: case.household_id,
        issued_on: today,
        valid_to: months_later(today, u32::try_from(months).map_err(Error::internal)?),
        conclusion: snapshot.conclusion,
        facts_hash: sha256(facts.as_bytes()),
        facts,
        issued_by: tx.op().signed_in()?.user_id,
        jurisdiction: case.jurisdiction.clone(),
        programme: case.programme.clone(),
    };
    tx.record(id, row).await?;
    intake::link(tx, "VerificationReport", id, &case.jurisdiction, &case.programme).await?;
    Ok(id)
}

fn months_later(day: Day, months: u32) -> Day {
    Day(day.0.checked_add_months(Months::new(months)).unwrap_or(day.0))
}

/// The items of a report as assessments take them.
struct Found {
    incomes: Vec<IncomeItem>,
    assets: Vec<AssetItem>,
    flags: Vec<Flag>,
}

impl VerificationReportIssue {
    /// Every person an item names.
    fn persons(&self) -> impl Iterator<Item = Uuid> {
        let incomes = self.incomes.iter().map(|item| item.person_id);
        let assets = self.assets.iter().map(|item| item.person_id);
        let flags = self.flags.iter().map(|item| item.person_id);
        incomes.chain(assets).chain(flags).flatten().map(|person| person.id)
    }

    fn found(&self) -> Result<Found> {
        Ok(Found {
            incomes: self.incomes.iter().map(VerifiedIncome::item).collect::<Result<_>>()?,
            assets: self.assets.iter().map(VerifiedAsset::item).collect(),
            flags: self.flags.iter().map(VerifiedFlag::item).collect(),
        })
    }
}

impl VerifiedIncome {
    fn item(&self) -> Result<IncomeItem> {
        ensure((self.period == Period::Month) == self.month.is_some(), || {
            Refusal::new(Code::InvalidInput)
                .field("input.incomes.month")
                .arg("reason", "a monthly item names its month, another one none")
        })?;
        let farm = matches!(self.kind, IncomeKind::FarmGross | IncomeKind::FarmCost);
        ensure(!farm || self.period == Period::LastTwelveMonths, || {
            Refusal::new(Code::InvalidInput)
                .field("input.incomes.period")
                .arg("reason", "farming is verified for the last twelve months")
        })?;
        Ok(IncomeItem {
            person_id: self.person_id.map(|person| person.id),
            kind: self.kind,
            period: self.period,
            month: self.month,
            amount_fen: self.amount,
            declared_fen: self.declared,
            counted: self.counted.unwrap_or(true),
            source: self.source.clone(),
        })
    }
}

impl VerifiedAsset {
    fn item(&self) -> AssetItem {
        AssetItem {
            person_id: self.person_id.map(|person| person.id),
            kind: self.kind,
            amount_fen: self.amount,
            area_centi_m2: self.area_m2.as_deref().and_then(centi_m2),
            exempt: self.exempt.unwrap_or(false),
            note: self.note.clone(),
        }
    }
}

impl VerifiedFlag {
    fn item(&self) -> Flag {
        Flag {
            name: self.name.clone(),
            exempt: self.exempt.unwrap_or(false),
            amount_fen: self.amount,
            person_id: self.person_id.map(|person| person.id),
        }
    }
}

/// Hundredths of a square metre of `85.5`; at most two decimals and six digits before them.
fn centi_m2(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits =
        |text: &str, most: usize| (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole, 6) || !digits(part, 2) {
        return None;
    }
    let tenths_only = if part.len() == 1 { 10 } else { 1 };
    Some(whole.parse::<i64>().ok()? * 100 + part.parse::<i64>().ok()? * tenths_only)
}

fn is_area(text: &str, _: &()) -> garde::Result {
    centi_m2(text).map(|_| ()).ok_or_else(|| garde::Error::new("an area is written 85.50"))
}

fn not_negative(amount: &Fen, _: &()) -> garde::Result {
    if amount.0 >= 0 { Ok(()) } else { Err(garde::Error::new("an amount is not negative")) }
}

fn is_name(text: &str, _: &()) -> garde::Result {
    let letters = text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    if letters && (1..=60).contains(&text.len()) {
        return Ok(());
    }
    Err(garde::Error::new("a finding has a name like BUILT_HOUSE_WITHIN_3_YEARS"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_are_exact() {
        for (text, area) in [("85.50", Some(8550)), ("85.5", Some(8550)), ("85", Some(8500)), ("0.05", Some(5))] {
            assert_eq!(centi_m2(text), area, "{text}");
        }
        for text in ["", ".5", "85.", "85.505", "-1", "1e2", "1,5", "1234567"] {
            assert_eq!(centi_m2(text), None, "{text}");
        }
    }

    #[test]
    fn a_report_serves_whole_months() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        assert_eq!(months_later(day("2018-10-31"), 6), day("2019-04-30"));
        assert_eq!(months_later(day("2018-08-31"), 6), day("2019-02-28"));
    }

    #[test]
    fn a_monthly_item_names_its_month() {
        let income = |period, month: Option<&str>| VerifiedIncome {
            person_id: None,
            kind: IncomeKind::Wage,
            period,
            month: month.map(|text| text.parse().unwrap()),
            amount: Fen(163_799),
            declared: None,
            counted: None,
            source: "单位证明".to_owned(),
        };
        assert!(income(Period::Month, Some("2018-09")).item().is_ok_and(|item| item.counted));
        assert!(income(Period::Month, None).item().is_err());
        assert!(income(Period::LastTwelveMonths, Some("2018-09")).item().is_err());
    }
}
