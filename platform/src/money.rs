//! Exact money: fractions of a fen while computing, one rounding per line, two decimals to read.

use crate::{
    error::{Error, Result},
    module::Parameters,
};
use entity::Fen;
use num_rational::Ratio;

/// An amount in fen, exact.
pub type Exact = Ratio<i128>;

/// The parameter that names the rounding of a line.
pub const ROUNDING: &str = "money.rounding";

/// How the exact amount of a line becomes whole fen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// To the nearest fen, halves away from zero (四舍五入).
    HalfUp,
    /// Towards zero (舍去).
    Down,
}

impl Rounding {
    /// The rounding in force on a day (ISO). Error: `PARAMETER_MISSING`.
    pub fn in_force(parameters: &Parameters, on: &str) -> Result<Self> {
        match parameters.text(ROUNDING, on)?.as_str() {
            "HALF_UP" => Ok(Self::HalfUp),
            "DOWN" => Ok(Self::Down),
            other => Err(Error::internal(format!("parameter {ROUNDING} knows no {other}"))),
        }
    }

    /// Rounds one line; call it once per line, on the exact amount.
    pub fn line(self, amount: Exact) -> Result<Fen> {
        let whole = match self {
            Self::HalfUp => amount.round(),
            Self::Down => amount.trunc(),
        };
        i64::try_from(whole.to_integer()).map(Fen).map_err(|_| Error::internal("an amount is beyond all money"))
    }
}

/// Whole fen as an exact amount.
pub fn exact(amount: Fen) -> Exact {
    Exact::from_integer(i128::from(amount.0))
}

/// An exact amount in yuan with two decimals, rounded half up for reading only.
pub fn shown(amount: Exact) -> String {
    // Nothing is decided by what is shown, so an absurd amount may stop at the limit.
    let fen = amount.round().to_integer();
    Fen(i64::try_from(fen).unwrap_or(if fen < 0 { i64::MIN } else { i64::MAX })).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_is_rounded_half_up() {
        let line = |numerator, denominator| Rounding::HalfUp.line(Exact::new(numerator, denominator)).map(|fen| fen.0);
        assert_eq!(line(1, 2).ok(), Some(1));
        assert_eq!(line(49, 100).ok(), Some(0));
        assert_eq!(line(80_000, 3).ok(), Some(26_667));
        assert_eq!(line(-1, 2).ok(), Some(-1));
        assert_eq!(Rounding::Down.line(Exact::new(199, 100)).map(|fen| fen.0).ok(), Some(1));
        assert!(Rounding::HalfUp.line(Exact::from_integer(i128::MAX)).is_err());
    }

    #[test]
    fn an_exact_amount_reads_with_two_decimals() {
        assert_eq!(shown(Exact::new(80_000, 3)), "266.67");
        assert_eq!(shown(Exact::new(-1, 2)), "-0.01");
        assert_eq!(shown(Exact::from_integer(54_600)), "546.00");
    }

    proptest! {
        #[test]
        fn rounding_agrees_with_counting_halves(numerator in -1_000_000_i64..1_000_000, denominator in 1_i64..1_000) {
            let rounded = Rounding::HalfUp.line(Exact::new(numerator.into(), denominator.into())).map(|fen| fen.0).ok();
            // The oracle never divides: the nearest whole number is within half, and a half goes away from zero.
            let fen = rounded.unwrap_or(i64::MAX);
            let twice_off = 2 * (numerator - fen * denominator);
            prop_assert!(twice_off.abs() <= denominator);
            if twice_off.abs() == denominator {
                prop_assert_eq!(twice_off.signum(), -numerator.signum());
            }
        }
    }
}
