//! The assessment: rules, then lines. Pure; anyone can compute it again.

use super::{
    benefit, rules,
    unit::{Unit, details_of},
};
use entity::Fen;
use platform::{
    error::Result,
    module::{Assessment, Facts, Parameters},
};

/// The assessment a case is decided by: for the whole household, unless the details apply a separate computation.
pub(super) fn assess(facts: &Facts, parameters: &Parameters) -> Result<Assessment> {
    let details = details_of(facts)?;
    if details.separate_household.as_ref().is_some_and(|separate| separate.applied)
        && let Some(unit) = Unit::separate(facts, &details, parameters)?
    {
        return of(&unit);
    }
    of(&Unit::whole(facts, &details, parameters)?)
}

/// The whole household's assessment, that of the members to be computed apart, if any are named, and whether the case
/// is decided by the latter.
pub(super) fn both(facts: &Facts, parameters: &Parameters) -> Result<(Assessment, Option<Assessment>, bool)> {
    let details = details_of(facts)?;
    parameters.take_used();
    let mut whole = of(&Unit::whole(facts, &details, parameters)?)?;
    whole.parameters = parameters.take_used();
    let Some(unit) = Unit::separate(facts, &details, parameters)? else { return Ok((whole, None, false)) };
    let mut separate = of(&unit)?;
    separate.parameters = parameters.take_used();
    let applied = unit.separate.is_some_and(|separate| separate.applied);
    Ok((whole, Some(separate), applied))
}

fn of(unit: &Unit<'_>) -> Result<Assessment> {
    let rules = rules::all(unit)?;
    let eligible = rules.iter().all(|rule| rule.passed);
    let lines = if eligible { benefit::lines(unit)? } else { Vec::new() };
    Ok(Assessment {
        eligible,
        total: if eligible { benefit::total(&lines)? } else { Fen(0) },
        lines,
        rules,
        figures: rules::figures(unit)?,
        start_month: if eligible { Some(benefit::start_month(unit)?) } else { None },
        review_class: if eligible { Some(benefit::review_class(unit)?) } else { None },
        one_off: false,
        least_level: None,
        once: Vec::new(),
        parameters: Vec::new(),
    })
}
