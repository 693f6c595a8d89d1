//! Household income of one month (家庭月收入).

use super::unit::Unit;
use platform::{error::Result, module::income, money::Exact};

/// Income of the month before the application month, as far as it is these members'.
pub(super) fn monthly(unit: &Unit<'_>) -> Result<Exact> {
    income::monthly(unit.facts, |owner| unit.share(owner))
}
