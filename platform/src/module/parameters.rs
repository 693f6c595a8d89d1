//! Dated rule values, read once per operation and passed to pure functions.

use super::assessment::UsedParameter;
use crate::{
    code::Code,
    error::{Refusal, Result},
};
use entity::Fen;
use num_rational::Ratio;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// One dated value of one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatedValue {
    /// Value as stored: fen, a count, a ratio `1/2` or `0.5`, or `true`/`false`.
    pub value: String,
    /// First day, ISO.
    pub from_on: String,
    /// Last day, ISO; `None` while in force.
    pub to_on: Option<String>,
    /// Document behind it.
    pub source_doc: String,
}

/// All dated values; remembers which were used. A clone is the same values and the same memory.
#[derive(Debug, Clone, Default)]
pub struct Parameters {
    rows: Arc<BTreeMap<String, Vec<DatedValue>>>,
    used: Arc<Mutex<Vec<UsedParameter>>>,
}

impl Parameters {
    /// From rows of any order.
    pub fn new(rows: impl IntoIterator<Item = (String, DatedValue)>) -> Self {
        let mut sorted: BTreeMap<String, Vec<DatedValue>> = BTreeMap::new();
        for (key, row) in rows {
            sorted.entry(key).or_default().push(row);
        }
        for values in sorted.values_mut() {
            values.sort_by(|a, b| a.from_on.cmp(&b.from_on));
        }
        Self { rows: Arc::new(sorted), used: Arc::default() }
    }

    /// The value in force on a day (ISO). Error: `PARAMETER_MISSING`.
    pub fn text(&self, key: &str, on: &str) -> Result<String> {
        let row = self.in_force(key, on)?;
        let used = UsedParameter {
            key: key.to_owned(),
            value: row.value.clone(),
            from_on: row.from_on.clone(),
            source_doc: row.source_doc.clone(),
        };
        let mut seen = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if !seen.contains(&used) {
            seen.push(used);
        }
        Ok(row.value.clone())
    }

    /// The document behind the value in force on a day (ISO). Error: `PARAMETER_MISSING`.
    pub fn source(&self, key: &str, on: &str) -> Result<String> {
        self.in_force(key, on).map(|row| row.source_doc.clone())
    }

    fn in_force(&self, key: &str, on: &str) -> Result<&DatedValue> {
        let missing = || Refusal::new(Code::ParameterMissing).arg("key", key).arg("on", on);
        let rows = self.rows.get(key).into_iter().flatten().rev();
        let mut rows = rows.filter(|row| row.from_on.as_str() <= on && row.to_on.as_deref().is_none_or(|to| on <= to));
        Ok(rows.next().ok_or_else(missing)?)
    }

    /// An amount, stored as integer fen.
    pub fn fen(&self, key: &str, on: &str) -> Result<Fen> {
        self.integer(key, on).map(Fen)
    }

    /// A whole number.
    pub fn integer(&self, key: &str, on: &str) -> Result<i64> {
        let text = self.text(key, on)?;
        text.parse().map_err(|_| crate::error::Error::internal(format!("parameter {key} is no integer: {text}")))
    }

    /// A yes or no, stored as `true` or `false`.
    pub fn flag(&self, key: &str, on: &str) -> Result<bool> {
        Ok(self.text(key, on)? == "true")
    }

    /// An exact ratio, stored as `9/10`.
    pub fn ratio(&self, key: &str, on: &str) -> Result<Ratio<i128>> {
        let text = self.text(key, on)?;
        text.parse().map_err(|_| crate::error::Error::internal(format!("parameter {key} is no ratio: {text}")))
    }

    /// The values used since the last call, in order of first use.
    pub fn take_used(&self) -> Vec<UsedParameter> {
        std::mem::take(&mut *self.used.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether a key has any value at all.
    pub fn has(&self, key: &str) -> bool {
        self.rows.contains_key(key)
    }
}
