//! The bytes of an event.

use serde::{Deserialize, Serialize, Serializer};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Version of the body's layout; a reader goes by it. In the first one each row read was a pair of type and key.
pub const FORMAT: i32 = 2;

/// Hash of one protected row as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowHash {
    /// Table.
    pub table: String,
    /// Key, as text.
    pub id: String,
    /// SHA-256 of the row's JSON, hex.
    pub hash: String,
}

/// The bytes that are hashed, as JSON; holds keys and codes, never a name or a number of a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Body {
    /// Layout version.
    pub format: i32,
    /// Chain.
    pub chain: String,
    /// Place in the chain, from 1.
    pub seq: i64,
    /// Domain instant.
    pub at: i64,
    /// Wall-clock instant.
    pub wall_at: i64,
    /// Who.
    pub actor: Option<Uuid>,
    /// Under which assignment.
    pub assignment: Option<Uuid>,
    /// Role then held.
    pub role: Option<String>,
    /// What: the mutation, or the permission's name.
    pub action: String,
    /// `DONE` or `REFUSED`.
    pub outcome: String,
    /// Code of a refusal.
    pub code: Option<String>,
    /// Type and key of the subject.
    pub subject: Option<(String, String)>,
    /// The case.
    pub application: Option<Uuid>,
    /// Place of the subject.
    pub jurisdiction: String,
    /// Purpose given.
    pub purpose: String,
    /// The request.
    pub request: Uuid,
    /// Protected rows written.
    pub rows: Vec<RowHash>,
    /// The personal rows read.
    #[serde(default, skip_serializing_if = "RowsRead::is_empty")]
    pub read: RowsRead,
    /// Key of each person it was about, as it stood then: by this the event is found.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty", serialize_with = "in_hex")]
    pub persons: BTreeSet<Uuid>,
}

/// Personal rows: keys by type. A page of cases is hundreds of them, so a type is named once and a key without dashes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "AnyRowsRead")]
pub struct RowsRead(#[serde(serialize_with = "each_in_hex")] BTreeMap<String, BTreeSet<Uuid>>);

/// The same in every layout there was.
#[derive(Deserialize)]
#[serde(untagged)]
enum AnyRowsRead {
    ByType(BTreeMap<String, BTreeSet<Uuid>>),
    Pairs(Vec<(String, Uuid)>),
}

/// Keys that are written in hex without dashes.
struct InHex<'k>(&'k BTreeSet<Uuid>);

impl RowsRead {
    /// Adds a row.
    pub fn add(&mut self, name: &str, key: Uuid) {
        match self.0.get_mut(name) {
            Some(keys) => keys.insert(key),
            None => self.0.entry(name.to_owned()).or_default().insert(key),
        };
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The types.
    pub fn types(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The rows, type by type.
    pub fn rows(&self) -> impl Iterator<Item = (&str, Uuid)> {
        self.0.iter().flat_map(|(name, keys)| keys.iter().map(move |key| (name.as_str(), *key)))
    }
}

impl<N: AsRef<str>> FromIterator<(N, Uuid)> for RowsRead {
    fn from_iter<I: IntoIterator<Item = (N, Uuid)>>(rows: I) -> Self {
        let mut all = Self::default();
        rows.into_iter().for_each(|(name, key)| all.add(name.as_ref(), key));
        all
    }
}

impl From<AnyRowsRead> for RowsRead {
    fn from(rows: AnyRowsRead) -> Self {
        match rows {
            AnyRowsRead::ByType(rows) => Self(rows),
            AnyRowsRead::Pairs(rows) => rows.into_iter().collect(),
        }
    }
}

impl Serialize for InHex<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.0.iter().map(Uuid::as_simple))
    }
}

fn in_hex<S: Serializer>(keys: &BTreeSet<Uuid>, to: S) -> Result<S::Ok, S::Error> {
    InHex(keys).serialize(to)
}

fn each_in_hex<S: Serializer>(rows: &BTreeMap<String, BTreeSet<Uuid>>, to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(rows.iter().map(|(name, keys)| (name, InHex(keys))))
}

#[cfg(test)]
mod tests {
    use super::RowsRead;
    use uuid::Uuid;

    #[test]
    fn rows_read_are_the_same_in_both_layouts() {
        let keys = [1, 2, 3].map(Uuid::from_u128);
        let pairs = [("Person", keys[0]), ("Household", keys[1]), ("Person", keys[2])];
        let rows: RowsRead = pairs.into_iter().collect();
        let written = serde_json::to_string(&rows).expect("JSON");
        let hex = |number: u32| format!("\"{number:032}\"");
        assert_eq!(written, format!("{{\"Household\":[{}],\"Person\":[{},{}]}}", hex(2), hex(1), hex(3)));
        assert_eq!(serde_json::from_str::<RowsRead>(&written).expect("the rows"), rows);
        let before = serde_json::to_string(&pairs).expect("JSON");
        assert_eq!(serde_json::from_str::<RowsRead>(&before).expect("the rows"), rows);
    }
}
