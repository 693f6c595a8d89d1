//! Which level decides: authority.csv by unit, item and ceiling, and the least level an assessment asks for.

use crate::{
    code::Code,
    error::{Error, Refusal, Result},
    module::{Assessment, Level, Parameters},
    op::Op,
};
use policies::AuthorityRow;

/// The rows that let anyone decide a programme today. Error: `NOT_AUTHORISED_PROGRAMME` when nobody may.
pub(super) fn deciding_rows<'op>(op: &'op Op, programme: &str) -> Result<Vec<&'op AuthorityRow>> {
    let rows = op.policies().deciding(programme, op.today().0);
    if rows.is_empty() {
        let refusal = Refusal::new(Code::NotAuthorisedProgramme).arg("step", "decision").arg("programme", programme);
        return Err(Error::from(refusal));
    }
    Ok(rows)
}

/// Their levels, lowest first.
pub(super) fn levels(rows: &[&AuthorityRow]) -> Vec<Level> {
    let mut levels: Vec<_> = rows.iter().map(|row| row.level).collect();
    levels.sort_unstable();
    levels.dedup();
    levels
}

/// The levels as a message names them, e.g. `TOWN/DISTRICT`.
pub(super) fn named(levels: &[Level]) -> String {
    levels.iter().map(|level| level.as_str()).collect::<Vec<_>>().join("/")
}

/// Whether rows of one level let it decide this assessment: every item, the amount, and no least level above it.
///
/// Error: `PARAMETER_MISSING` for a ceiling without a value.
pub(super) fn admits(
    op: &Op,
    parameters: &Parameters,
    rows: &[&AuthorityRow],
    level: Level,
    assessment: &Assessment,
) -> Result<bool> {
    let least = assessment.least_level.as_deref().map(|least| Level::parse(least).ok_or(least)).transpose();
    let least = least.map_err(|unknown| Error::internal(format!("an assessment asks for the level {unknown}")))?;
    if least.is_some_and(|least| level < least) {
        return Ok(false);
    }
    let on = op.today().to_string();
    let mut within = Vec::new();
    for row in rows.iter().filter(|row| row.level == level) {
        let most = row.ceiling.as_deref().map(|key| parameters.fen(key, &on)).transpose()?;
        if most.is_none_or(|most| assessment.total <= most) {
            within.push(*row);
        }
    }
    let covered = |item: &str| within.iter().any(|row| row.item == ANY_ITEM || row.item == item);
    Ok(!within.is_empty() && assessment.lines.iter().all(|line| covered(&line.item)))
}

/// Stands for every item of a programme.
const ANY_ITEM: &str = "*";
