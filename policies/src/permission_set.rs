//! What one kind of assignment may do on one day, as names.

/// The permissions of one assignment on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PermissionSet {
    names: Vec<&'static str>,
    key: String,
}

impl PermissionSet {
    pub(crate) fn new(mut names: Vec<&'static str>, policy_key: &str) -> Self {
        names.sort_unstable();
        names.dedup();
        let key = format!("{policy_key}|{}", names.join(","));
        Self { names, key }
    }

    /// Whether a permission is in it.
    pub fn contains(&self, name: &str) -> bool {
        self.names.binary_search(&name).is_ok()
    }

    /// Its names, sorted.
    pub fn names(&self) -> &[&'static str] {
        &self.names
    }

    /// Whether nothing is allowed.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Equal for equal sets under equal policies, and only then.
    pub fn key(&self) -> &str {
        &self.key
    }
}
