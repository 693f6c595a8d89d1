//! The assessment: tier, rules, one line, and what is thereby granted once only. Pure; anyone can compute it again.

use super::{
    GRANT, TOWN_GRANT, amount,
    amount::Amount,
    case::{TemporaryCase, Tier},
    rules,
};
use entity::Fen;
use platform::{
    error::{Error, Result},
    module::{AmountLine, Assessment, Facts, Level, OnceOnly, Parameters},
};

pub(super) fn assess(facts: &Facts, parameters: &Parameters) -> Result<Assessment> {
    let case = TemporaryCase::new(facts, parameters)?;
    let amount = amount::of(&case)?;
    let rules = rules::all(&case, &amount);
    let eligible = rules.iter().all(|rule| rule.passed);
    Ok(Assessment {
        eligible,
        lines: if eligible { vec![line(&case, &amount)] } else { Vec::new() },
        total: if eligible { amount.granted } else { Fen(0) },
        figures: rules::figures(&case, &amount),
        rules,
        start_month: eligible.then(|| facts.assessed_on.month()),
        review_class: None,
        one_off: true,
        least_level: (case.tier == Tier::T4).then(|| Level::District.as_str().to_owned()),
        once: if eligible { once(&case)? } else { Vec::new() },
        parameters: Vec::new(),
    })
}

/// The one line. The town pays from its reserve, the district from the fund.
fn line(case: &TemporaryCase<'_>, amount: &Amount) -> AmountLine {
    let town = case.facts.deciding_level.as_deref() == Some(Level::Town.as_str());
    // An illness is aided for the patient only; all else is the household's.
    let patient = case.details.person_id.filter(|_| case.cause().is_illness()).map(|person| person.id);
    AmountLine {
        item: if town { TOWN_GRANT } else { GRANT }.to_owned(),
        reason: case.cause().as_str().to_owned(),
        person_id: patient,
        payee_id: patient,
        month: None,
        amount: amount.granted,
        formula: amount.formula.clone(),
        legal_basis: amount.basis.to_owned(),
    }
}

/// One grant for each person and cause in the calendar year of the decision.
fn once(case: &TemporaryCase<'_>) -> Result<Vec<OnceOnly>> {
    const KEY: &str = "temp.sameCause.perYear";
    let times = case.parameters.integer(KEY, &case.on)?;
    if times != 1 {
        return Err(Error::internal(format!("parameter {KEY} knows no {times}")));
    }
    let matter = case.details.cause_key().ok_or_else(|| Error::internal("complete details without a cause"))?;
    let period = case.facts.assessed_on.month().year.to_string();
    let only = |person_id| OnceOnly { person_id, matter: matter.clone(), period: period.clone() };
    Ok(case.subjects.iter().map(|member| only(member.person_id)).collect())
}
