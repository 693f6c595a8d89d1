//! Value types of columns: money in fen, local days, months, instants.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use sea_orm::{
    ColIdx, DbErr, QueryResult, TryFromU64, TryGetError, TryGetable,
    sea_query::{ArrayType, ColumnType, Nullable, Value, ValueType, ValueTypeErr},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{borrow::Cow, fmt, str::FromStr};

/// Text that is no value of the type asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a valid value")]
pub struct NotAValue(pub String);

/// Money in integer fen (0.01 yuan); shown as yuan with two decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Fen(pub i64);

/// A local date in Asia/Shanghai, ISO text in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub chrono::NaiveDate);

/// A month, `2018-11`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    /// Year.
    pub year: i32,
    /// Month, 1 to 12.
    pub month: u32,
}

/// An instant, UTC microseconds; shown with offset +08:00.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct At(pub i64);

impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{}.{:02}", self.0.unsigned_abs() / 100, self.0.unsigned_abs() % 100)
    }
}

impl FromStr for Fen {
    type Err = NotAValue;

    /// Reads `-12.30`: exactly two decimals, no exponent, no thousands mark.
    fn from_str(text: &str) -> Result<Self, NotAValue> {
        let wrong = || NotAValue(text.to_owned());
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (yuan, fen) = digits.split_once('.').ok_or_else(wrong)?;
        let digits_only = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if fen.len() != 2 || !digits_only(yuan) || !digits_only(fen) {
            return Err(wrong());
        }
        let yuan: i64 = yuan.parse().map_err(|_| wrong())?;
        let fen: i64 = fen.parse().map_err(|_| wrong())?;
        let value = yuan.checked_mul(100).and_then(|value| value.checked_add(fen)).ok_or_else(wrong)?;
        Ok(Self(if negative { -value } else { value }))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%d"))
    }
}

impl FromStr for Day {
    type Err = NotAValue;

    fn from_str(text: &str) -> Result<Self, NotAValue> {
        let day = chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| NotAValue(text.to_owned()))?;
        // Only the one spelling: text order is date order.
        if text.len() == 10 { Ok(Self(day)) } else { Err(NotAValue(text.to_owned())) }
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl FromStr for Month {
    type Err = NotAValue;

    fn from_str(text: &str) -> Result<Self, NotAValue> {
        let day = Day::from_str(&format!("{text}-01")).map_err(|_| NotAValue(text.to_owned()))?;
        Ok(day.month())
    }
}

impl Day {
    /// The month it lies in.
    pub fn month(self) -> Month {
        use chrono::Datelike;
        Month { year: self.0.year(), month: self.0.month() }
    }
}

impl Month {
    /// The month before.
    #[must_use]
    pub fn previous(self) -> Self {
        if self.month == 1 { Self { year: self.year - 1, month: 12 } } else { Self { month: self.month - 1, ..self } }
    }
}

const SHANGHAI_OFFSET_SECONDS: i32 = 8 * 3600;

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let utc = chrono::DateTime::from_timestamp_micros(self.0).unwrap_or_default();
        match chrono::FixedOffset::east_opt(SHANGHAI_OFFSET_SECONDS) {
            Some(offset) => {
                f.write_str(&utc.with_timezone(&offset).to_rfc3339_opts(chrono::SecondsFormat::AutoSi, false))
            }
            None => write!(f, "{utc}"),
        }
    }
}

impl FromStr for At {
    type Err = NotAValue;

    /// Reads RFC 3339 with an offset.
    fn from_str(text: &str) -> Result<Self, NotAValue> {
        chrono::DateTime::parse_from_rfc3339(text)
            .map(|at| Self(at.timestamp_micros()))
            .map_err(|_| NotAValue(text.to_owned()))
    }
}

macro_rules! scalar {
    ($type:ty, $stored:ty, $name:literal, $json:literal, $array:ident, $column:expr, $to:expr, $from:expr) => {
        impl From<$type> for Value {
            fn from(value: $type) -> Value {
                let stored: $stored = ($to)(value);
                stored.into()
            }
        }

        impl TryGetable for $type {
            fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
                let stored = <$stored>::try_get_by(row, index)?;
                ($from)(stored).map_err(|error: NotAValue| TryGetError::DbErr(DbErr::Type(error.to_string())))
            }
        }

        impl ValueType for $type {
            fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
                let stored = <$stored as ValueType>::try_from(value)?;
                ($from)(stored).map_err(|_| ValueTypeErr)
            }

            fn type_name() -> String {
                $name.to_owned()
            }

            fn array_type() -> ArrayType {
                ArrayType::$array
            }

            fn column_type() -> ColumnType {
                $column
            }
        }

        impl Nullable for $type {
            fn null() -> Value {
                <$stored as Nullable>::null()
            }
        }

        impl JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": $json, "x-scalar": $name })
            }
        }

        // As stored, so that a row's JSON says what its columns say; the gateway alone knows how clients write it.
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let stored: $stored = ($to)(*self);
                stored.serialize(serializer)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let stored = <$stored>::deserialize(deserializer)?;
                ($from)(stored).map_err(|error: NotAValue| serde::de::Error::custom(error))
            }
        }
    };
}

scalar!(Fen, i64, "Money", "integer", BigInt, ColumnType::BigInteger, |fen: Fen| fen.0, |stored| Ok::<_, NotAValue>(
    Fen(stored)
));
scalar!(At, i64, "DateTime", "integer", BigInt, ColumnType::BigInteger, |at: At| at.0, |stored| Ok::<_, NotAValue>(
    At(stored)
));
scalar!(Day, String, "Date", "string", String, ColumnType::Text, |day: Day| day.to_string(), |stored: String| stored
    .parse());
scalar!(
    Month,
    String,
    "Month",
    "string",
    String,
    ColumnType::Text,
    |month: Month| month.to_string(),
    |stored: String| stored.parse()
);

impl TryFromU64 for Day {
    /// A day is never a generated key.
    fn try_from_u64(_: u64) -> Result<Self, DbErr> {
        Err(DbErr::Type("a day is no generated key".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_reads_and_writes_two_decimals_only() {
        for (text, fen) in [("0.01", 1), ("1638.00", 163_800), ("-3.05", -305)] {
            assert_eq!(text.parse(), Ok(Fen(fen)));
            assert_eq!(Fen(fen).to_string(), text);
        }
        for text in ["1", "1.2", "1.234", "1e2", ".50", "1,000.00", "", "９.00", "92233720368547758.08"] {
            assert!(text.parse::<Fen>().is_err(), "{text}");
        }
    }

    #[test]
    fn days_months_and_instants_have_one_spelling() {
        assert!("2018-2-3".parse::<Day>().is_err());
        assert!("2018-02-30".parse::<Day>().is_err());
        assert_eq!(
            "2018-11".parse::<Month>().map(Month::previous).map(|month| month.to_string()).as_deref(),
            Ok("2018-10")
        );
        let at: At = "2018-10-19T09:00:00+08:00".parse().unwrap();
        assert_eq!(at.to_string(), "2018-10-19T09:00:00+08:00");
    }

    #[test]
    fn json_of_a_row_holds_values_as_stored() {
        let json = serde_json::json!([
            Fen(-5),
            At(1),
            "2018-11-01".parse::<Day>().unwrap(),
            "2018-11".parse::<Month>().unwrap()
        ]);
        assert_eq!(json.to_string(), r#"[-5,1,"2018-11-01","2018-11"]"#);
        assert!(serde_json::from_str::<Day>(r#""2018-2-1""#).is_err());
        assert!(serde_json::from_str::<Fen>(r#""0.05""#).is_err());
    }
}
