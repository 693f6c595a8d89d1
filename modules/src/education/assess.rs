//! The assessment: rules, then lines by term. Pure; anyone can compute it again.

use super::{amounts, pupil::Pupil, rules};
use entity::Fen;
use platform::{
    error::{Error, Result},
    module::{Assessment, Facts, Parameters, assessment::Figure},
};

/// The assessment a case is decided by.
pub(super) fn assess(facts: &Facts, parameters: &Parameters) -> Result<Assessment> {
    let pupil = Pupil::of(facts, parameters)?;
    let mut rules = rules::all(&pupil)?;
    let mut lines = Vec::new();
    if rules.iter().all(|rule| rule.passed) {
        lines = amounts::lines(&pupil)?;
        rules.push(rules::not_paid_already(lines.len()));
    }
    let eligible = rules.iter().all(|rule| rule.passed);
    let once = amounts::once(&pupil, &lines);
    let lines: Vec<_> = lines.into_iter().map(|(_, line)| line).collect();
    let total = lines.iter().try_fold(0_i64, |sum, line| sum.checked_add(line.amount.0));
    Ok(Assessment {
        eligible,
        start_month: lines.iter().filter_map(|line| line.month).min(),
        total: Fen(total.ok_or_else(|| Error::internal("an amount is beyond all money"))?),
        lines,
        rules,
        figures: figures(&pupil),
        // It is renewed by a new application each school year, not reviewed.
        review_class: None,
        one_off: false,
        least_level: None,
        once,
        parameters: Vec::new(),
    })
}

fn figures(pupil: &Pupil<'_>) -> Vec<Figure> {
    let terms: Vec<_> = pupil.details.terms.iter().map(|term| term.as_str()).collect();
    [
        ("schoolYear", pupil.details.school_year.clone()),
        ("terms", terms.join("|")),
        ("stage", pupil.details.stage.as_str().to_owned()),
    ]
    .into_iter()
    .map(|(name, value)| Figure { name: name.to_owned(), value })
    .collect()
}
