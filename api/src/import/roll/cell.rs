//! One cell of a roll, read as what its column needs; no float ever becomes money without its exact decimals.

use super::problem::Reason;
use calamine::DataRef;
use chrono::NaiveDate;

/// What a cell holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Text as typed.
    Text(String),
    /// A number.
    Number(f64),
    /// A day, from a cell formatted as a date.
    Day(NaiveDate),
    /// `#REF!` and the like.
    Error,
    /// A formula without a stored value.
    Uncomputed,
}

impl Value {
    /// From the reader; `None` for an empty cell.
    pub fn read(data: &DataRef<'_>, formula: bool) -> Option<Self> {
        let value = match data {
            DataRef::Int(number) => Self::Text(number.to_string()),
            DataRef::Float(number) => Self::Number(*number),
            DataRef::String(text) => Self::Text(text.clone()),
            DataRef::SharedString(text) => Self::Text((*text).to_owned()),
            DataRef::Bool(flag) => Self::Text(if *flag { "是" } else { "否" }.to_owned()),
            DataRef::DateTime(time) => {
                let (year, month, day, ..) = time.to_ymd_hms_milli();
                NaiveDate::from_ymd_opt(year.into(), month.into(), day.into()).map_or(Self::Error, Self::Day)
            }
            DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Self::Text(text.clone()),
            DataRef::Error(_) => Self::Error,
            DataRef::Empty => return formula.then_some(Self::Uncomputed),
        };
        match value {
            Self::Text(text) if text.trim().is_empty() => formula.then_some(Self::Uncomputed),
            other => Some(other),
        }
    }

    fn shown(&self) -> Result<String, Reason> {
        let text = match self {
            Self::Text(text) => half_width(text.trim()),
            // The shortest decimals that give the same number, never an exponent.
            Self::Number(number) => number.to_string(),
            Self::Day(day) => day.to_string(),
            Self::Error => return Err(Reason::CellError),
            Self::Uncomputed => return Err(Reason::FormulaWithoutValue),
        };
        if text.chars().any(char::is_control) { Err(Reason::ControlCharacter) } else { Ok(text) }
    }

    /// Text of at most so many characters.
    pub fn text(&self, most: usize) -> Result<String, Reason> {
        let text = match self {
            Self::Text(text) => self.shown().map(|_| text.trim().to_owned())?,
            _ => self.shown()?,
        };
        if text.chars().count() > most { Err(Reason::TooLong(most)) } else { Ok(text) }
    }

    /// Text with full-width characters made half-width and all blanks taken out: numbers, codes, names of lists.
    pub fn word(&self, most: usize) -> Result<String, Reason> {
        let word: String = self.shown()?.chars().filter(|character| !character.is_whitespace()).collect();
        if word.chars().count() > most { Err(Reason::TooLong(most)) } else { Ok(word) }
    }

    /// A whole number in a range.
    pub fn count(&self, least: i64, most: i64) -> Result<i64, Reason> {
        let word = self.word(40)?;
        let digits = word.strip_suffix(['人', '户']).unwrap_or(&word);
        let digits = digits.strip_suffix(".0").or_else(|| digits.strip_suffix(".00")).unwrap_or(digits);
        let count: i64 = digits.parse().map_err(|_| Reason::NotACount)?;
        if (least..=most).contains(&count) { Ok(count) } else { Err(Reason::CountOutOfRange(least, most)) }
    }

    /// Money in fen, not below zero.
    pub fn fen(&self) -> Result<i64, Reason> {
        let fen = match self {
            Self::Number(number) => fen_of_number(*number)?,
            _ => fen_of_text(&self.word(40)?)?,
        };
        if fen < 0 { Err(Reason::NegativeAmount) } else { Ok(fen) }
    }

    /// A month as `2018-01`.
    pub fn month(&self) -> Result<String, Reason> {
        if let Self::Day(day) = self {
            return Ok(day.format("%Y-%m").to_string());
        }
        let parts = date_parts(&self.word(40)?).ok_or(Reason::NotAMonth)?;
        let (year, month) = match parts.as_slice() {
            [joined] if joined.len() == 6 => (&joined[..4], &joined[4..]),
            [joined] if joined.len() == 8 => (&joined[..4], &joined[4..6]),
            [year, month] | [year, month, _] => (year.as_str(), month.as_str()),
            _ => return Err(Reason::NotAMonth),
        };
        let day = ymd(year, month, "1").ok_or(Reason::NotAMonth)?;
        Ok(day.format("%Y-%m").to_string())
    }

    /// A day.
    pub fn day(&self) -> Result<NaiveDate, Reason> {
        if let Self::Day(day) = self {
            return Ok(*day);
        }
        let parts = date_parts(&self.word(40)?).ok_or(Reason::NotADate)?;
        let day = match parts.as_slice() {
            [joined] if joined.len() == 8 => ymd(&joined[..4], &joined[4..6], &joined[6..]),
            [year, month, day] => ymd(year, month, day),
            _ => None,
        };
        day.ok_or(Reason::NotADate)
    }
}

/// Full-width ASCII to half-width, ideographic space to space.
pub fn half_width(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '\u{3000}' => ' ',
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character),
            other => other,
        })
        .collect()
}

fn fen_of_number(number: f64) -> Result<i64, Reason> {
    const LARGEST_YUAN: f64 = 1e9;
    // Sums in a spreadsheet carry binary dust far below a hundredth of a fen; more than that was typed.
    const DUST: f64 = 1e-4;
    if !number.is_finite() || number.abs() > LARGEST_YUAN {
        return Err(Reason::NotAnAmount);
    }
    let hundredfold = number * 100.0;
    let nearest = hundredfold.round();
    if (hundredfold - nearest).abs() > DUST {
        return Err(Reason::PartsOfAFen);
    }
    #[expect(clippy::cast_possible_truncation, reason = "bounded above, rounded to a whole number of fen")]
    Ok(nearest as i64)
}

fn fen_of_text(word: &str) -> Result<i64, Reason> {
    let plain = word.trim_start_matches(['¥', '￥']);
    let plain = plain.strip_suffix('元').unwrap_or(plain).replace(',', "");
    let (negative, plain) = match plain.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, plain.as_str()),
    };
    let (yuan, decimals) = plain.split_once('.').unwrap_or((plain, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if yuan.is_empty() || yuan.len() > 9 || !all_digits(yuan) || !all_digits(decimals) {
        return Err(Reason::NotAnAmount);
    }
    let (kept, rest) = decimals.split_at(decimals.len().min(2));
    if rest.bytes().any(|byte| byte != b'0') {
        return Err(Reason::PartsOfAFen);
    }
    let digits = format!("{yuan}{kept:0<2}");
    let fen: i64 = digits.parse().map_err(|_| Reason::NotAnAmount)?;
    Ok(if negative { -fen } else { fen })
}

fn date_parts(word: &str) -> Option<Vec<String>> {
    // A date and time, as exported from databases, begins with the date.
    let word = word.split(['T', 't']).next().unwrap_or(word);
    let parts: Vec<String> = word
        .split(['-', '/', '.', '年', '月', '日', '号'])
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect();
    let digits = parts.iter().all(|part| part.len() <= 8 && part.bytes().all(|byte| byte.is_ascii_digit()));
    (digits && !parts.is_empty()).then_some(parts)
}

fn ymd(year: &str, month: &str, day: &str) -> Option<NaiveDate> {
    if year.len() != 4 {
        return None;
    }
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    #[test]
    fn money_is_read_to_the_fen_from_numbers_and_from_text() {
        assert_eq!(Value::Number(430.0).fen(), Ok(43_000));
        assert_eq!(Value::Number(0.1 + 0.2).fen(), Ok(30));
        assert_eq!(Value::Number(1_637.99).fen(), Ok(163_799));
        assert_eq!(text("１，２３４．５").fen(), Ok(123_450));
        assert_eq!(text("¥630.00元").fen(), Ok(63_000));
        assert_eq!(text("100.000").fen(), Ok(10_000));
        assert_eq!(Value::Number(0.005).fen(), Err(Reason::PartsOfAFen));
        assert_eq!(text("1.005").fen(), Err(Reason::PartsOfAFen));
        assert_eq!(text("-1").fen(), Err(Reason::NegativeAmount));
        for bad in ["", "1e5", "六百", "1.2.3", "12345678901", ".5", "--1"] {
            assert_eq!(text(bad).fen(), Err(Reason::NotAnAmount), "{bad}");
        }
        assert_eq!(Value::Number(f64::NAN).fen(), Err(Reason::NotAnAmount));
    }

    #[test]
    fn months_and_days_are_read_as_offices_write_them() {
        for written in ["2018-01", "2018.1", "2018年1月", "201801", "2018/01/15", "2018-01-15T00:00:00", "20180115"] {
            assert_eq!(text(written).month().as_deref(), Ok("2018-01"), "{written}");
        }
        assert_eq!(Value::Number(201_801.0).month().as_deref(), Ok("2018-01"));
        for written in ["2018-13", "18-01", "一月", "2018", "2018-1-1-1"] {
            assert_eq!(text(written).month(), Err(Reason::NotAMonth), "{written}");
        }
        assert_eq!(text("2019年2月28日").day().map(|day| day.to_string()).as_deref(), Ok("2019-02-28"));
        assert_eq!(text("2019-02-29").day(), Err(Reason::NotADate));
    }

    #[test]
    fn counts_errors_and_formulas() {
        assert_eq!(Value::Number(3.0).count(1, 30), Ok(3));
        assert_eq!(text("3人").count(1, 30), Ok(3));
        assert_eq!(Value::Number(3.5).count(1, 30), Err(Reason::NotACount));
        assert_eq!(text("31").count(1, 30), Err(Reason::CountOutOfRange(1, 30)));
        assert_eq!(Value::Error.text(10), Err(Reason::CellError));
        assert_eq!(Value::Uncomputed.fen(), Err(Reason::FormulaWithoutValue));
        assert_eq!(text("a\u{0}b").text(10), Err(Reason::ControlCharacter));
        assert_eq!(Value::read(&DataRef::Empty, false), None);
        assert_eq!(Value::read(&DataRef::Empty, true), Some(Value::Uncomputed));
    }
}
