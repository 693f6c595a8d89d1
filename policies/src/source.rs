//! Where policies come from: embedded files, a directory, and further named sets.

use crate::{Problem, names::Kind, tables};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::{fs, io, path::Path};

/// The set every other stands on.
pub(crate) const BASELINE: &str = "baseline";
/// The model this program was built with; a directory must carry the same.
pub(crate) const MODEL: &str = include_str!("../model.conf");

const VERSION_MARK: &str = "# version: ";
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Name, version and digest of one loaded set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SetVersion {
    /// Name of the set; the baseline is `baseline`.
    pub name: String,
    /// Version its files state.
    pub version: String,
    /// SHA-256 over its files, hex.
    pub digest: String,
}

/// Whose word a set beside the baseline is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Standing {
    /// Someone's outside: it speaks about what it names itself, and about nothing else.
    #[default]
    Proposed,
    /// The program's own, such as the demo's: it may grant what the baseline knows, too.
    Own,
}

/// A set beside the baseline; its rows count only because the operator names it.
///
/// It may add programmes with their authority, channels, values and grants; to a programme or channel of another set
/// it adds nothing. Each text is a whole file of that name, or empty.
#[derive(Debug, Clone, Default)]
pub struct FurtherSet {
    /// Name: small letters, digits, `-`.
    pub name: String,
    /// names.csv.
    pub names: String,
    /// roles.csv.
    pub roles: String,
    /// authority.csv.
    pub authority: String,
    /// funding.csv.
    pub funding: String,
    /// disclosure.csv.
    pub disclosure: String,
    /// parameters.csv: only further sets have one, since the baseline's values are the program's.
    pub parameters: String,
    /// Whose word it is.
    pub standing: Standing,
}

impl FurtherSet {
    /// Lets everyone signed in move the clock; for demo and tests.
    pub fn demo() -> Self {
        Self {
            name: "demo".to_owned(),
            roles: include_str!("../demo/roles.csv").to_owned(),
            standing: Standing::Own,
            ..Self::default()
        }
    }

    /// A set from a directory that holds some of the tables.
    pub fn directory(name: &str, path: &Path) -> io::Result<Self> {
        let read = |file: &str| match read(path, file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
            other => other,
        };
        Ok(Self { name: name.to_owned(), parameters: read("parameters.csv")?, ..files(read)? })
    }

    /// File name and text of each table.
    pub(crate) fn files(&self) -> [(&'static str, &str); 6] {
        [
            ("names.csv", &self.names),
            ("authority.csv", &self.authority),
            ("funding.csv", &self.funding),
            ("roles.csv", &self.roles),
            ("disclosure.csv", &self.disclosure),
            ("parameters.csv", &self.parameters),
        ]
    }

    /// Name, stated version and digest, or what is wrong with the statement.
    pub(crate) fn stated(&self) -> Result<SetVersion, Problem> {
        let mut found: Option<&str> = None;
        for (file, text) in self.files().into_iter().filter(|(_, text)| !text.is_empty()) {
            let file = format!("{}/{file}", self.name);
            let first = text.lines().next().unwrap_or_default();
            let version = first
                .strip_prefix(VERSION_MARK)
                .filter(|version| is_word(version, ".-"))
                .ok_or_else(|| Problem::file(&file, format!("the first line must be `{VERSION_MARK}…`")))?;
            if found.is_some_and(|earlier| earlier != version) {
                return Err(Problem::file(&file, format!("states version {version}, another file of its set another")));
            }
            found = Some(version);
        }
        let version = found.ok_or_else(|| Problem::file(&self.name, "the set is empty"))?;
        Ok(SetVersion { name: self.name.clone(), version: version.to_owned(), digest: self.digest() })
    }

    fn digest(&self) -> String {
        let mut hasher = Sha256::new();
        let model = if self.name == BASELINE { MODEL } else { "" };
        // A table that came later leaves the digest of sets without it as it was.
        let files = self.files().into_iter().filter(|(file, text)| *file != "parameters.csv" || !text.is_empty());
        for (file, text) in files.chain([("model.conf", model)]) {
            hasher.update(file.as_bytes());
            hasher.update((text.len() as u64).to_be_bytes());
            hasher.update(text.as_bytes());
        }
        hex::encode(hasher.finalize())
    }
}

/// Letters, digits and a few marks; at most 40 of them.
pub(crate) fn is_word(text: &str, marks: &str) -> bool {
    (1..=40).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || marks.contains(c))
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
            name: BASELINE.to_owned(),
            names: Self::embedded_names().to_owned(),
            roles: include_str!("../roles.csv").to_owned(),
            authority: include_str!("../authority.csv").to_owned(),
            funding: include_str!("../funding.csv").to_owned(),
            disclosure: include_str!("../disclosure.csv").to_owned(),
            ..FurtherSet::default()
        };
        Self { model: MODEL.to_owned(), sets: vec![baseline] }
    }

    /// The baseline's table of codes with their names in Chinese and English, as CSV.
    pub fn embedded_names() -> &'static str {
        include_str!("../names.csv")
    }

    /// A baseline from a directory that holds the five tables and model.conf; the error names the file.
    pub fn directory(path: &Path) -> io::Result<Self> {
        let baseline = FurtherSet { name: BASELINE.to_owned(), ..files(|file| read(path, file))? };
        Ok(Self { model: read(path, "model.conf")?, sets: vec![baseline] })
    }

    #[cfg(test)]
    pub(crate) fn of(baseline: FurtherSet) -> Self {
        Self { model: MODEL.to_owned(), sets: vec![baseline] }
    }

    #[cfg(test)]
    pub(crate) fn replace_model(&mut self, from: &str, to: &str) {
        assert!(self.model.contains(from));
        self.model = self.model.replacen(from, to, 1);
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

    /// Codes of the programmes the sets name, whether or not the sets are sound otherwise.
    pub fn programmes(&self) -> Vec<String> {
        tables::names(self).of(Kind::Programme).map(|name| name.code.clone()).collect()
    }

    pub(crate) fn model(&self) -> &str {
        &self.model
    }
}

fn files(read: impl Fn(&str) -> io::Result<String>) -> io::Result<FurtherSet> {
    Ok(FurtherSet {
        name: String::new(),
        names: read("names.csv")?,
        roles: read("roles.csv")?,
        authority: read("authority.csv")?,
        funding: read("funding.csv")?,
        disclosure: read("disclosure.csv")?,
        ..FurtherSet::default()
    })
}

fn read(directory: &Path, file: &str) -> io::Result<String> {
    let path = directory.join(file);
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    if fs::metadata(&path).map_err(named)?.len() > FILE_BYTES_MAX {
        return Err(named(io::Error::new(io::ErrorKind::InvalidData, "is larger than 1 MiB")));
    }
    fs::read_to_string(&path).map_err(named)
}
