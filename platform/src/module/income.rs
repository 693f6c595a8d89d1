//! Household income of one month (家庭月收入), the same for every programme that asks for it.

use super::{
    facts::{Facts, IncomeItem, IncomeKind, Period, unreadable},
    parameters::Parameters,
};
use crate::{
    error::Result,
    money::{Exact, exact},
};
use entity::{Fen, Month};
use num_rational::Ratio;
use uuid::Uuid;

const MONTHS_A_YEAR: i128 = 12;

/// Income of the month before the application month; what is known for twelve months counts by a twelfth.
///
/// `share` says how much of a thing of this owner counts. Farming counts as gross minus direct cost, at least nothing:
/// a loss there does not eat up wages. Support due counts even if it was waived (重庆条例 art 25). Nothing is rounded.
///
/// Error: `INVALID_INPUT` for an item that names no month.
pub fn monthly(facts: &Facts, share: impl Fn(Option<Uuid>) -> Ratio<i128>) -> Result<Exact> {
    let month = facts.applied_on.month().previous();
    let zero = Exact::from_integer(0);
    let (mut farming, mut other) = (zero, zero);
    for item in &facts.incomes {
        let amount = monthly_amount(item, month)? * share(item.person_id);
        match item.kind {
            IncomeKind::FarmGross if item.counted => farming += amount,
            // The cost of what does not count does not count either; a verifier marks the pair alike.
            IncomeKind::FarmCost if item.counted => farming -= amount,
            IncomeKind::SupportDue => other += amount,
            _ if item.counted => other += amount,
            _ => {}
        }
    }
    Ok((farming.max(zero) + other).max(zero))
}

/// The monthly dibao line a person of the household's area on a day (ISO), by which more than one programme measures.
///
/// Errors: `PARAMETER_MISSING`, `INVALID_INPUT` for an area that is neither.
pub fn dibao_line(facts: &Facts, parameters: &Parameters, on: &str) -> Result<Fen> {
    let key = match facts.area_type.as_str() {
        "URBAN" => "dibao.standard.urban",
        "RURAL" => "dibao.standard.rural",
        other => return Err(unreadable(format!("areaType is {other}"))),
    };
    parameters.fen(key, on)
}

fn monthly_amount(item: &IncomeItem, month_before: Month) -> Result<Exact> {
    let farm = matches!(item.kind, IncomeKind::FarmGross | IncomeKind::FarmCost);
    match (item.period, item.month) {
        (Period::LastTwelveMonths, _) => Ok(exact(item.amount_fen) / MONTHS_A_YEAR),
        (Period::Month, _) if farm => Err(unreadable("farming is verified for twelve months, not for one")),
        (Period::Month, None) => Err(unreadable("a monthly income item names no month")),
        (Period::Month, Some(month)) if month == month_before => Ok(exact(item.amount_fen)),
        (Period::Month, Some(_)) => Ok(Exact::from_integer(0)),
    }
}
