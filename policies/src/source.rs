//! Where policies come from: embedded files, a directory, and further named sets.

use sha2::{Digest, Sha256};
use std::{fs, io, path::Path};

/// Name, version and digest of one loaded set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetVersion {
    /// Name of the set; the baseline is `baseline`.
    pub name: String,
    /// Version its files state.
    pub version: String,
    /// SHA-256 over its files, hex.
    pub digest: String,
}

/// A set beside the baseline; its rows count only because the operator names it.
#[derive(Debug, Clone, Default)]
pub struct FurtherSet {
    /// Name.
    pub name: String,
    /// roles.csv rows, with the file's header; empty for none.
    pub roles: String,
    /// authority.csv rows.
    pub authority: String,
    /// funding.csv rows.
    pub funding: String,
    /// disclosure.csv rows.
    pub disclosure: String,
}

impl FurtherSet {
    /// Lets everyone signed in move the clock; for demo and tests.
    pub fn demo() -> Self {
        Self { name: "demo".to_owned(), roles: include_str!("../demo/roles.csv").to_owned(), ..Self::default() }
    }
}

/// The files policies are read from.
#[derive(Debug, Clone)]
pub struct PolicySource {
    model: String,
    sets: Vec<FurtherSet>,
}

impl PolicySource {
    /// The baseline built into the program.
    pub fn embedded() -> Self {
        let baseline = FurtherSet {
            name: "baseline".to_owned(),
            roles: include_str!("../roles.csv").to_owned(),
            authority: include_str!("../authority.csv").to_owned(),
            funding: include_str!("../funding.csv").to_owned(),
            disclosure: include_str!("../disclosure.csv").to_owned(),
        };
        Self { model: include_str!("../model.conf").to_owned(), sets: vec![baseline] }
    }

    /// A baseline from a directory that holds the four tables and model.conf.
    pub fn directory(path: &Path) -> io::Result<Self> {
        let read = |name: &str| fs::read_to_string(path.join(name));
        let baseline = FurtherSet {
            name: "baseline".to_owned(),
            roles: read("roles.csv")?,
            authority: read("authority.csv")?,
            funding: read("funding.csv")?,
            disclosure: read("disclosure.csv")?,
        };
        Ok(Self { model: read("model.conf")?, sets: vec![baseline] })
    }

    /// Adds a named set.
    #[must_use]
    pub fn with(mut self, set: FurtherSet) -> Self {
        self.sets.push(set);
        self
    }

    /// The sets, baseline first.
    pub fn sets(&self) -> &[FurtherSet] {
        &self.sets
    }

    pub(crate) fn model(&self) -> &str {
        &self.model
    }
}

impl FurtherSet {
    /// File name and text of each table.
    pub(crate) fn files(&self) -> [(&'static str, &str); 4] {
        [
            ("roles.csv", &self.roles),
            ("authority.csv", &self.authority),
            ("funding.csv", &self.funding),
            ("disclosure.csv", &self.disclosure),
        ]
    }

    pub(crate) fn digest(&self) -> String {
        let mut hasher = Sha256::new();
        for (name, text) in self.files() {
            hasher.update(name.as_bytes());
            hasher.update([0]);
            hasher.update(text.as_bytes());
            hasher.update([0]);
        }
        hex::encode(hasher.finalize())
    }

    /// The version its files state in their first line; all must state the same.
    pub(crate) fn version(&self) -> Result<String, String> {
        let mut found: Option<&str> = None;
        for (name, text) in self.files().iter().filter(|(_, text)| !text.is_empty()) {
            let first = text.lines().next().unwrap_or_default();
            let version = first
                .strip_prefix("# version: ")
                .map(str::trim)
                .filter(|version| !version.is_empty())
                .ok_or_else(|| format!("{name}: the first line must be `# version: …`"))?;
            if found.is_some_and(|earlier| earlier != version) {
                return Err(format!("{name}: states version {version}, another file of the set states another"));
            }
            found = Some(version);
        }
        found.map(str::to_owned).ok_or_else(|| "the set is empty".to_owned())
    }
}
