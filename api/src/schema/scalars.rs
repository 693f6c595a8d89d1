//! Our scalars: names, descriptions, and the one place that reads and writes their values.

use entity::{At, Day, Fen, Month};
use platform::part::{CellRef, Scalar};
use serde_json::Value;
use std::borrow::Cow;

/// Scalars beside the five of GraphQL, with descriptions.
pub const OURS: &[(&str, &str)] = &[
    ("Date", "A local date in Asia/Shanghai, `2018-11-05` (日期)."),
    ("DateTime", "An instant with its offset, `2018-11-05T09:00:00+08:00` (时间)."),
    ("IdNumber", "A resident identity number of 18 characters (居民身份证号)."),
    ("JurisdictionCode", "The code of a place: 6 digits for a district, 9 for a town, 12 for a village (区划代码)."),
    ("Money", "An amount in yuan as text with two decimals, `1200.50` (金额，元)."),
    ("Month", "A month, `2018-11` (月份)."),
];

/// Scalars every GraphQL service has.
pub const BUILT_IN: &[&str] = &["Boolean", "Float", "ID", "Int", "String"];

/// GraphQL name of a scalar or enum.
pub fn name(scalar: &Scalar) -> &str {
    match scalar {
        Scalar::String => "String",
        Scalar::Int => "Int",
        Scalar::Boolean => "Boolean",
        Scalar::Id(_) => "ID",
        Scalar::Money => "Money",
        Scalar::Date => "Date",
        Scalar::Month => "Month",
        Scalar::DateTime => "DateTime",
        Scalar::IdNumber => "IdNumber",
        Scalar::JurisdictionCode => "JurisdictionCode",
        Scalar::Enum { name, .. } => name,
    }
}

/// The scalar an `x-scalar` names; `None` if there is no such scalar.
pub fn by_name(name: &str) -> Option<Scalar> {
    Some(match name {
        "ID" => Scalar::Id(""),
        "Money" => Scalar::Money,
        "Date" => Scalar::Date,
        "Month" => Scalar::Month,
        "DateTime" => Scalar::DateTime,
        "IdNumber" => Scalar::IdNumber,
        "JurisdictionCode" => Scalar::JurisdictionCode,
        _ => return None,
    })
}

/// Reads one of our scalars as clients write it; the answer is as our value types and the database keep it.
pub fn read(name: &str, text: &str) -> Option<Value> {
    match name {
        "Money" => text.parse::<Fen>().ok().map(|fen| fen.0.into()),
        "Date" => text.parse::<Day>().ok().map(|day| day.to_string().into()),
        "Month" => text.parse::<Month>().ok().map(|month| month.to_string().into()),
        "DateTime" => text.parse::<At>().ok().map(|at| at.0.into()),
        _ => Some(text.into()),
    }
}

/// A leaf as clients read it.
#[derive(Debug, Clone, PartialEq)]
pub enum Leaf<'a> {
    /// Nothing.
    Null,
    /// A truth value.
    Bool(bool),
    /// A 32-bit integer.
    Int(i32),
    /// Text of any other scalar.
    Text(Cow<'a, str>),
}

impl From<Leaf<'_>> for Value {
    fn from(leaf: Leaf<'_>) -> Self {
        match leaf {
            Leaf::Null => Self::Null,
            Leaf::Bool(truth) => truth.into(),
            Leaf::Int(number) => number.into(),
            Leaf::Text(text) => text.into_owned().into(),
        }
    }
}

/// A cell as clients read it; null is null, and `None` says that the cell is none of this scalar.
pub fn leaf<'a>(scalar: &Scalar, cell: CellRef<'a>) -> Option<Leaf<'a>> {
    let text = |text: String| Leaf::Text(Cow::Owned(text));
    Some(match (scalar, cell) {
        (_, CellRef::Null) => Leaf::Null,
        (Scalar::Money, CellRef::Int(fen)) => text(Fen(fen).to_string()),
        (Scalar::DateTime, CellRef::Int(micros)) => text(At(micros).to_string()),
        (Scalar::Id(target), CellRef::Uuid(id)) => text(platform::id::encode(target, &id.to_string())),
        (Scalar::Int, CellRef::Int(number)) => Leaf::Int(i32::try_from(number).ok()?),
        (Scalar::Boolean, CellRef::Bool(truth)) => Leaf::Bool(truth),
        (Scalar::Enum { values, .. }, CellRef::Text(text)) if !values.iter().any(|(known, _)| known == text) => {
            return None;
        }
        (Scalar::Money | Scalar::DateTime | Scalar::Id(_) | Scalar::Int | Scalar::Boolean, _) => return None,
        (_, CellRef::Text(text)) => Leaf::Text(Cow::Borrowed(text)),
        _ => return None,
    })
}

/// Writes a value of plain code as clients read it; `None` says that it is none of this scalar.
pub fn write_json(scalar: &Scalar, value: &Value) -> Option<Value> {
    if let (Scalar::Id(target), Some(key)) = (scalar, value.as_str())
        && !target.is_empty()
    {
        return Some(platform::id::encode(target, key).into());
    }
    match (scalar, value.as_i64()) {
        (Scalar::Money, Some(fen)) => return Some(Fen(fen).to_string().into()),
        (Scalar::DateTime, Some(micros)) => return Some(At(micros).to_string().into()),
        _ => {}
    }
    let fits = match scalar {
        _ if value.is_null() => true,
        Scalar::Int => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        Scalar::Boolean => value.is_boolean(),
        Scalar::Money | Scalar::DateTime => false,
        Scalar::Enum { values, .. } => value.as_str().is_some_and(|text| values.iter().any(|(known, _)| known == text)),
        _ => value.is_string(),
    };
    fits.then(|| value.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_scalars_have_one_strict_spelling() {
        for (name, text) in [("Date", "2018-11-05"), ("Month", "2018-11"), ("IdNumber", "x")] {
            assert_eq!(read(name, text), Some(text.into()));
        }
        assert_eq!(read("Money", "-12.05"), Some((-1205).into()));
        assert_eq!(read("DateTime", "2018-10-19T01:00:00Z"), Some(1_539_910_800_000_000_i64.into()));
        for (name, wrong) in [
            ("Money", "12"),
            ("Money", "1e3"),
            ("Date", "2018-11-31"),
            ("Date", "2018-1-5"),
            ("Month", "2018-13"),
            ("DateTime", "2018-10-19T09:00:00"),
        ] {
            assert_eq!(read(name, wrong), None, "{name} {wrong}");
        }
    }

    #[test]
    fn what_is_read_is_written_back_in_its_one_spelling() {
        for (scalar, text) in [(Scalar::Money, "1200.50"), (Scalar::DateTime, "2018-10-19T09:00:00+08:00")] {
            let value = read(name(&scalar), text).expect("a value");
            assert_eq!(write_json(&scalar, &value), Some(text.into()));
            assert_eq!(write_json(&scalar, &text.into()), None);
        }
    }

    #[test]
    fn what_plain_code_computes_is_written_as_clients_read_it() {
        assert_eq!(write_json(&Scalar::Money, &123_405.into()), Some("1234.05".into()));
        let nine = "2018-10-19T09:00:00+08:00";
        assert_eq!(write_json(&Scalar::DateTime, &1_539_910_800_000_000_i64.into()), Some(nine.into()));
        assert_eq!(write_json(&Scalar::Money, &Value::Null), Some(Value::Null));
    }

    #[test]
    fn cells_are_written_as_clients_read_them() {
        let written = |scalar, cell| leaf(&scalar, cell).map(Value::from);
        assert_eq!(written(Scalar::Money, CellRef::Int(123_405)), Some("1234.05".into()));
        let nine = "2018-10-19T09:00:00+08:00";
        assert_eq!(written(Scalar::DateTime, CellRef::Int(1_539_910_800_000_000)), Some(nine.into()));
        assert_eq!(written(Scalar::Int, CellRef::Int(i64::from(i32::MAX) + 1)), None);
        assert_eq!(written(Scalar::Date, CellRef::Null), Some(Value::Null));
    }
}
