//! What of a value is shown: by data class and purpose.

use crate::schema::scalars::Leaf;
use platform::part::{DataClass, Scalar};
use policies::{Disclosure, Policies};
use serde_json::Value;

/// The disclosure of every class for one purpose.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Disclosures {
    public: Disclosure,
    internal: Disclosure,
    personal: Disclosure,
    sensitive: Disclosure,
}

impl Disclosures {
    pub(crate) fn new(policies: &Policies, purpose: &str) -> Self {
        let of = |class| policies.disclosure(class, purpose);
        Self {
            public: of(DataClass::Public),
            internal: of(DataClass::Internal),
            personal: of(DataClass::Personal),
            sensitive: of(DataClass::Sensitive),
        }
    }

    pub(crate) fn of(&self, class: DataClass) -> Disclosure {
        match class {
            DataClass::Public => self.public,
            DataClass::Internal => self.internal,
            DataClass::Personal => self.personal,
            DataClass::Sensitive => self.sensitive,
            DataClass::Sealed => Disclosure::Null,
        }
    }

    /// A leaf as this purpose may see it; `name` is the column or field it stands in.
    pub(crate) fn leaf<'a>(&self, class: DataClass, scalar: &Scalar, name: &str, leaf: Leaf<'a>) -> Leaf<'a> {
        match (self.of(class), leaf) {
            (Disclosure::Plain, leaf) => leaf,
            (Disclosure::Masked, Leaf::Text(text)) => {
                mask(Some(scalar), name, &text).map_or(Leaf::Null, |masked| Leaf::Text(masked.into()))
            }
            (Disclosure::Masked | Disclosure::Null, _) => Leaf::Null,
        }
    }

    /// A value of plain code as this purpose may see it; `name` is the field or property it stands in.
    pub(crate) fn show(&self, class: DataClass, scalar: Option<&Scalar>, name: &str, value: Value) -> Value {
        match (self.of(class), value) {
            (Disclosure::Plain, value) => value,
            (Disclosure::Masked, Value::String(text)) => mask(scalar, name, &text).map_or(Value::Null, Value::String),
            (Disclosure::Masked | Disclosure::Null, _) => Value::Null,
        }
    }
}

/// A masked form, if this kind of text has one.
fn mask(scalar: Option<&Scalar>, name: &str, text: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    match scalar {
        Some(Scalar::IdNumber) => Some(keep(text, 6, 4)),
        Some(Scalar::String) if lower.contains("phone") => Some(keep(text, 3, 4)),
        Some(Scalar::String) if lower.ends_with("name") || lower.ends_with("name_zh") || lower.ends_with("namezh") => {
            Some(keep(text, 1, 0))
        }
        _ => None,
    }
}

/// Keeps so many characters at the start and the end; what is too short shows nothing.
fn keep(text: &str, first: usize, last: usize) -> String {
    let length = text.chars().count();
    if length <= first + last {
        let shown: String = if last == 0 { text.chars().take(1).collect() } else { String::new() };
        return format!("{shown}{}", "*".repeat(length.max(2) - shown.chars().count()));
    }
    let middle = first..length - last;
    text.chars().enumerate().map(|(at, character)| if middle.contains(&at) { '*' } else { character }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_keep_only_what_tells_rows_apart() {
        let masked = |scalar: Scalar, name: &str, text: &str| mask(Some(&scalar), name, text);
        assert_eq!(masked(Scalar::IdNumber, "idNumber", "51022919660620005X").as_deref(), Some("510229********005X"));
        assert_eq!(masked(Scalar::String, "phone", "13800001234").as_deref(), Some("138****1234"));
        assert_eq!(masked(Scalar::String, "phone", "1234567").as_deref(), Some("*******"));
        assert_eq!(masked(Scalar::String, "name_zh", "欧阳建国").as_deref(), Some("欧***"));
        assert_eq!(masked(Scalar::String, "name_zh", "王").as_deref(), Some("王*"));
        assert_eq!(masked(Scalar::String, "address", "旗山村1组"), None);
        assert_eq!(masked(Scalar::Date, "birth_on", "1966-06-20"), None);
    }
}
