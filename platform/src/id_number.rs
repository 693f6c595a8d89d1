//! Resident identity numbers (公民身份号码), GB 11643-1999.

use crate::code::Code;
use chrono::{Datelike, NaiveDate};
use entity::enums::Sex;

/// The parameter that holds the greatest age a number may give, in years.
pub const AGE_MAX: &str = "person.age.max";

/// A valid number and what it says of its holder.
#[derive(Clone, PartialEq, Eq)]
pub struct IdNumber {
    text: String,
    /// Date of birth.
    pub birth_on: NaiveDate,
    /// Sex: the sequence is odd for men, even for women.
    pub sex: Sex,
}

impl std::fmt::Debug for IdNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A number must never reach a log.
        f.write_str("IdNumber(..)")
    }
}

impl IdNumber {
    /// Reads a number as typed: spaces around it, full-width characters and a small x are put right.
    ///
    /// Any address code is accepted: it names the place of first registration, which may be long dissolved.
    /// Errors: `INVALID_ID_NUMBER`, `OLD_ID_NUMBER`, `INVALID_ID_CHECKSUM`, `INVALID_BIRTH_DATE` (no such day, after
    /// `today`, or older than `age_max` years).
    pub fn parse(typed: &str, today: NaiveDate, age_max: i64) -> Result<Self, Code> {
        let text = normalise(typed);
        let bytes = text.as_bytes();
        if bytes.len() == OLD_LENGTH && bytes.iter().all(u8::is_ascii_digit) {
            return Err(Code::OldIdNumber);
        }
        let (digits, check) = match bytes {
            [digits @ .., check] if digits.len() == WEIGHTS.len() => (digits, *check),
            _ => return Err(Code::InvalidIdNumber),
        };
        if !digits.iter().all(u8::is_ascii_digit) || !(check.is_ascii_digit() || check == b'X') {
            return Err(Code::InvalidIdNumber);
        }
        if check_character(digits) != Some(check) {
            return Err(Code::InvalidIdChecksum);
        }
        let birth_on = birth(&text).ok_or(Code::InvalidBirthDate)?;
        if birth_on > today || i64::from(age(birth_on, today)) > age_max {
            return Err(Code::InvalidBirthDate);
        }
        let sex = if digits.last().is_some_and(|last| last % 2 == 1) { Sex::Male } else { Sex::Female };
        Ok(Self { text, birth_on, sex })
    }

    /// The number in its one spelling: 18 characters, the last a digit or `X`.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// Whole years on a day; 0 before the birth. Who was born on 29 February has the birthday on 1 March in other years.
pub fn age(birth_on: NaiveDate, on: NaiveDate) -> u32 {
    on.years_since(birth_on).unwrap_or(0)
}

const OLD_LENGTH: usize = 15;
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: &[u8; 11] = b"10X98765432";

fn check_character(digits: &[u8]) -> Option<u8> {
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    CHECKS.get((sum % 11) as usize).copied()
}

fn birth(text: &str) -> Option<NaiveDate> {
    let part = |range: std::ops::Range<usize>| text.get(range)?.parse::<u32>().ok();
    let year = i32::try_from(part(6..10)?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, part(10..12)?, part(12..14)?)?;
    (date.year() > 0).then_some(date)
}

fn normalise(typed: &str) -> String {
    const FULL_WIDTH_SHIFT: u32 = 0xFEE0;
    typed
        .chars()
        .map(|character| match character {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(character) - FULL_WIDTH_SHIFT).unwrap_or(character),
            other => other,
        })
        .map(|character| if character == 'x' { 'X' } else { character })
        .collect::<String>()
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn parse(typed: &str) -> Result<IdNumber, Code> {
        IdNumber::parse(typed, day("2018-10-19"), 130)
    }

    #[test]
    fn the_numbers_of_at_07() {
        assert_eq!(parse("51022919660620005X").unwrap().as_str(), "51022919660620005X");
        assert_eq!(parse("51022919660620005x").unwrap().as_str(), "51022919660620005X");
        assert_eq!(parse("11010519491231002X").unwrap().birth_on, day("1949-12-31"));
        assert_eq!(parse("110105194912310021").unwrap_err(), Code::InvalidIdChecksum);
        assert_eq!(parse("510229197102300115").unwrap_err(), Code::InvalidBirthDate);
    }

    #[test]
    fn the_persons_of_the_domain_file_read() {
        for (number, born, sex) in [
            ("510229197103120116", "1971-03-12", Sex::Male),
            ("510229197308250221", "1973-08-25", Sex::Female),
            ("500383200409060247", "2004-09-06", Sex::Female),
            ("510229199001150137", "1990-01-15", Sex::Male),
            ("510229194607080150", "1946-07-08", Sex::Male),
            ("510229194802190267", "1948-02-19", Sex::Female),
            ("500383199905030287", "1999-05-03", Sex::Female),
            ("510229195211200173", "1952-11-20", Sex::Male),
            ("510229199006010192", "1990-06-01", Sex::Male),
            ("500118201004180319", "2010-04-18", Sex::Male),
            ("510229198010100428", "1980-10-10", Sex::Female),
            ("510229198502280330", "1985-02-28", Sex::Male),
            ("510229196606200519", "1966-06-20", Sex::Male),
            ("510229198507140628", "1985-07-14", Sex::Female),
        ] {
            let read = parse(number).unwrap();
            assert_eq!((read.as_str(), read.birth_on, read.sex), (number, day(born), sex));
        }
    }

    #[test]
    fn what_a_clerk_types_is_put_right() {
        assert_eq!(parse("　５１０２２９１９６６０６２０００５ｘ \t").unwrap().as_str(), "51022919660620005X");
    }

    #[test]
    fn each_wrong_shape_has_its_code() {
        assert_eq!(parse("510229660620005").unwrap_err(), Code::OldIdNumber);
        for typed in [
            "",
            "X",
            "51022919660620005",
            "5102291966062000555",
            "51022919660620005A",
            "5102291966X620005X",
            "510229 19660620005X",
            "51022966062000X",
            "五一〇二二九一九六六〇六二〇〇〇五X",
        ] {
            assert_eq!(parse(typed).unwrap_err(), Code::InvalidIdNumber, "{typed}");
        }
    }

    #[test]
    fn a_birth_lies_between_the_greatest_age_and_today() {
        let number = |birth: &str| complete(&format!("500118{birth}001"));
        assert!(parse(&number("20181019")).is_ok());
        assert_eq!(parse(&number("20181020")).unwrap_err(), Code::InvalidBirthDate);
        // 130 until the day before the 131st birthday.
        assert!(parse(&number("18871020")).is_ok());
        assert_eq!(parse(&number("18871019")).unwrap_err(), Code::InvalidBirthDate);
        assert_eq!(parse(&number("00000101")).unwrap_err(), Code::InvalidBirthDate);
    }

    #[test]
    fn age_counts_whole_years() {
        assert_eq!(age(day("1948-10-20"), day("2018-10-19")), 69);
        assert_eq!(age(day("1948-10-19"), day("2018-10-19")), 70);
        assert_eq!(age(day("2004-02-29"), day("2018-02-28")), 13);
        assert_eq!(age(day("2004-02-29"), day("2018-03-01")), 14);
        assert_eq!(age(day("2019-01-01"), day("2018-10-19")), 0);
    }

    /// Completes 17 digits by ISO 7064 MOD 11-2 itself, not by the table of weights.
    fn complete(digits: &str) -> String {
        let product = digits.bytes().fold(0_u32, |sum, digit| (sum + u32::from(digit - b'0')) * 2 % 11);
        let check = (12 - product) % 11;
        format!("{digits}{}", if check == 10 { "X".to_owned() } else { check.to_string() })
    }

    proptest! {
        #[test]
        fn the_checksum_is_iso_7064(address in 110_000_u32..660_000, days in 0_u64..40_000, sequence in 0_u32..1_000) {
            let born = day("1905-01-01") + chrono::Days::new(days);
            let digits = format!("{address}{}{sequence:03}", born.format("%Y%m%d"));
            let number = complete(&digits);
            let read = parse(&number).unwrap();
            prop_assert_eq!(read.birth_on, born);
            prop_assert_eq!(read.sex == Sex::Male, sequence % 2 == 1);
            for other in "0123456789X".chars().filter(|other| !number.ends_with(*other)) {
                prop_assert_eq!(parse(&format!("{digits}{other}")).unwrap_err(), Code::InvalidIdChecksum);
            }
        }

        #[test]
        fn no_text_breaks_it(typed in "\\PC{0,24}") {
            let _ = parse(&typed);
        }
    }
}
