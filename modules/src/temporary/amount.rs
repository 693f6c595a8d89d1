//! How much: by tier for an illness, within a cap where the rules leave discretion.

use super::{
    case::{TemporaryCase, Tier},
    details::TemporaryCause,
};
use entity::Fen;
use num_rational::Ratio;
use platform::{
    error::{Error, Result},
    money::{Exact, Rounding, exact, shown},
};

/// Basis of the amounts by tier.
const GUIDANCE: &str = "重庆市临时救助指导意见（2017-10）";
/// Basis of what is left to the office that decides.
const DISCRETION: &str = "社会救助暂行办法（649号）第四十七条、第四十八条；国发〔2014〕47号";

/// An amount with its way, whether or not there is anything to grant.
pub(super) struct Amount {
    /// After the cap, rounded once.
    pub(super) granted: Fen,
    /// With its numbers.
    pub(super) formula: String,
    /// The most that could be granted.
    pub(super) cap: Option<Exact>,
    /// Why nothing is granted, in English and Chinese.
    pub(super) nothing: Option<(String, String)>,
    pub(super) basis: &'static str,
}

impl Amount {
    fn none(en: String, zh: String, basis: &'static str) -> Self {
        Self { granted: Fen(0), formula: String::new(), cap: None, nothing: Some((en, zh)), basis }
    }
}

/// The amount of a case.
pub(super) fn of(case: &TemporaryCase<'_>) -> Result<Amount> {
    match (case.cause(), case.tier) {
        (TemporaryCause::MajorIllness, Tier::T4) => illness_by_district(case),
        (TemporaryCause::MajorIllness, tier) => major_illness(case, tier),
        (TemporaryCause::ChronicOutpatient, Tier::T4) => Ok(Amount::none(
            "long-term outpatient treatment is aided in tiers T1 to T3 only".to_owned(),
            "慢性病长期门诊救助限于一至三类对象".to_owned(),
            GUIDANCE,
        )),
        (TemporaryCause::ChronicOutpatient, tier) => chronic(case, tier),
        _ => hardship(case),
    }
}

/// A share of what is borne above the deductible, up to the cap of the tier.
fn major_illness(case: &TemporaryCase<'_>, tier: Tier) -> Result<Amount> {
    let key = |what: &str| format!("temp.majorIllness.{}.{what}", tier.key());
    let deductible = case.parameters.fen(&key("deductible"), &case.on)?;
    let cap = case.parameters.fen(&key("cap"), &case.on)?;
    let ratio = ratio_in_range(case, tier)?;
    let borne = case.details.out_of_pocket.unwrap_or_default();
    if borne <= deductible {
        return Ok(Amount::none(
            format!("{borne} borne after reimbursement, nothing above the deductible of {deductible}"),
            format!("个人负担{borne}元，未超过起付线{deductible}元"),
            GUIDANCE,
        ));
    }
    let share = (exact(borne) - exact(deductible)) * ratio;
    let way = format!("({borne} − {deductible}) × {ratio}");
    up_to(case, share, exact(cap), &way, GUIDANCE)
}

/// The ratio in force; one outside the range that the guidance leaves open is no value of it.
fn ratio_in_range(case: &TemporaryCase<'_>, tier: Tier) -> Result<Ratio<i128>> {
    let key = |what: &str| format!("temp.majorIllness.{}.{what}", tier.key());
    let ratio = case.parameters.ratio(&key("ratio"), &case.on)?;
    if matches!(tier, Tier::T2 | Tier::T3) {
        let least = case.parameters.ratio(&key("ratioMin"), &case.on)?;
        let most = case.parameters.ratio(&key("ratioMax"), &case.on)?;
        if ratio < least || ratio > most {
            return Err(Error::internal(format!("{} is {ratio}, not within {least} to {most}", key("ratio"))));
        }
    }
    Ok(ratio)
}

/// Tier T4: what is proposed, never more than is borne, up to the cap.
fn illness_by_district(case: &TemporaryCase<'_>) -> Result<Amount> {
    let cap = case.parameters.fen("temp.majorIllness.t4.cap", &case.on)?;
    let borne = case.details.out_of_pocket.unwrap_or_default();
    let Some(proposed) = case.details.proposed_amount else {
        return Ok(Amount::none(
            "no amount is proposed, and the guidance names none for this tier".to_owned(),
            "四类对象无固定标准，须填写拟救助金额".to_owned(),
            DISCRETION,
        ));
    };
    let way = format!("min({proposed} proposed, {borne} borne)");
    up_to(case, exact(proposed.min(borne)), exact(cap), &way, DISCRETION)
}

/// What the patient bears, or less if less is proposed, up to a multiple of the urban line.
fn chronic(case: &TemporaryCase<'_>, tier: Tier) -> Result<Amount> {
    let cap = case.times_urban_line(&format!("temp.chronicOutside.{}.multiple", tier.key()))?;
    let borne = case.details.out_of_pocket.unwrap_or_default();
    let (amount, way) = proposed_of(case, borne);
    up_to(case, exact(amount), cap, &way, GUIDANCE)
}

/// Anything but an illness: the loss or spending, or less if less is proposed, up to a multiple of the urban line for
/// the household.
fn hardship(case: &TemporaryCase<'_>) -> Result<Amount> {
    let cap = case.times_urban_line("temp.emergency.multiple")?;
    let claimed = case.details.claimed_amount.unwrap_or_default();
    let (amount, way) = proposed_of(case, claimed);
    up_to(case, exact(amount), cap, &way, DISCRETION)
}

fn proposed_of(case: &TemporaryCase<'_>, all: Fen) -> (Fen, String) {
    match case.details.proposed_amount {
        Some(proposed) if proposed < all => (proposed, format!("{proposed} proposed of {all}")),
        _ => (all, all.to_string()),
    }
}

fn up_to(case: &TemporaryCase<'_>, amount: Exact, cap: Exact, way: &str, basis: &'static str) -> Result<Amount> {
    let rounding = Rounding::in_force(case.parameters, &case.on)?;
    let granted = rounding.line(amount.min(cap))?;
    let formula = if amount > cap {
        format!("{way} = {}, capped at {granted}", shown(amount))
    } else {
        format!("{way} = {granted}")
    };
    let nothing = (granted <= Fen(0)).then(|| ("nothing is left to grant".to_owned(), "无可救助金额".to_owned()));
    Ok(Amount { granted, formula, cap: Some(cap), nothing, basis })
}
