//! The boundary 两不变 as data: loading, checking, compiling and explaining the policies.
//!
//! **Invariant:** a missing row never means yes; there is no path from an empty table to a permission.

mod compile;
mod explain;
mod grid;
mod source;
mod table;

pub use explain::{Explanation, RowRef};
pub use source::{FurtherSet, PolicySource, SetVersion};
pub use table::{AuthorityRow, FundingRow, Problem};

use chrono::NaiveDate;
use compile::Compiled;
use std::{fmt, sync::Arc};
use table::Tables;

/// A permission as a part declares it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Permission {
    /// Noun and verb, e.g. `application.accept`.
    pub name: &'static str,
    /// Step of authority.csv it stands for; without one, roles.csv alone decides.
    pub step: Option<&'static str>,
    /// Programme it is bound to, for a module's own permission.
    pub programme: Option<&'static str>,
}

/// Level of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Village or community.
    Village,
    /// Town.
    Town,
    /// District.
    District,
    /// School.
    School,
}

impl Level {
    /// As the tables spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Village => "VILLAGE",
            Self::Town => "TOWN",
            Self::District => "DISTRICT",
            Self::School => "SCHOOL",
        }
    }

    /// Reads the tables' spelling.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Village, Self::Town, Self::District, Self::School].into_iter().find(|level| level.as_str() == text)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Who asks: one assignment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Holder {
    /// Role code.
    pub role: String,
    /// Unit code.
    pub unit: String,
    /// Level of the unit.
    pub level: Level,
    /// Root of the area it covers; rows are scoped by it, permissions are not.
    pub jurisdiction: String,
}

/// Which rows a grant reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScopeKind {
    /// Every row.
    All,
    /// The district's rows of the programmes the unit handles.
    DistrictProgramme,
    /// The town's rows.
    Town,
    /// The town's rows of the programmes the unit handles.
    TownHandled,
    /// The village's rows.
    Village,
    /// The holder's own rows.
    Own,
    /// No row.
    None,
}

impl ScopeKind {
    const ALL: [(Self, &'static str); 7] = [
        (Self::All, "ALL"),
        (Self::DistrictProgramme, "DISTRICT_PROGRAMME"),
        (Self::Town, "TOWN"),
        (Self::TownHandled, "TOWN_HANDLED"),
        (Self::Village, "VILLAGE"),
        (Self::Own, "SELF"),
        (Self::None, "NONE"),
    ];

    /// As roles.csv spells it.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("NONE", |(_, text)| text)
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == text).map(|(kind, _)| *kind)
    }
}

/// How careful a field's value must be handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DataClass {
    /// Anyone may know it.
    Public,
    /// Staff may know it.
    Internal,
    /// About a person.
    Personal,
    /// Sensitive personal information (PIPL art 28).
    Sensitive,
    /// Never shown.
    Sealed,
}

impl DataClass {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Public, "PUBLIC"),
        (Self::Internal, "INTERNAL"),
        (Self::Personal, "PERSONAL"),
        (Self::Sensitive, "SENSITIVE"),
        (Self::Sealed, "SEALED"),
    ];

    /// Reads the tables' spelling.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == text).map(|(class, _)| *class)
    }

    /// As the tables spell it.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(class, _)| *class == self).map_or("SEALED", |(_, text)| text)
    }
}

/// What of a value is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Disclosure {
    /// All of it.
    Plain,
    /// A masked form.
    Masked,
    /// Nothing.
    Null,
}

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

    /// Equal for equal sets under equal policies, and only then.
    pub fn key(&self) -> &str {
        &self.key
    }
}

/// All policies in force at a start, with their enforcers.
pub struct Policies {
    tables: Tables,
    declared: Vec<Permission>,
    versions: Vec<SetVersion>,
    key: String,
    compiled: Compiled,
}

impl fmt::Debug for Policies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Policies").field(&self.key).finish()
    }
}

impl Policies {
    /// Reads, checks and compiles; any problem refuses the whole, so that the last good policies stay.
    pub fn load(source: &PolicySource, declared: &[Permission]) -> Result<Self, Vec<Problem>> {
        let (tables, versions) = table::read(source, declared)?;
        let key = versions.iter().map(|set| format!("{}@{}", set.name, set.version)).collect::<Vec<_>>().join("+");
        let compiled = Compiled::new(&tables, source.model()).map_err(|problem| vec![problem])?;
        Ok(Self { tables, declared: declared.to_vec(), versions, key, compiled })
    }

    /// The sets that were loaded.
    pub fn versions(&self) -> &[SetVersion] {
        &self.versions
    }

    /// Names and versions of all sets, stored with every decision.
    pub fn version_key(&self) -> &str {
        &self.key
    }

    /// The permissions parts declared.
    pub fn declared(&self) -> &[Permission] {
        &self.declared
    }

    /// The roles of roles.csv, in order.
    pub fn roles(&self) -> Vec<&str> {
        self.tables.purposes.iter().map(|(role, _)| role.as_str()).collect()
    }

    /// The permissions a holder has on a day; an unknown role has none.
    pub fn permission_set(&self, holder: &Holder, on: NaiveDate) -> Arc<PermissionSet> {
        self.compiled.set(self, holder, on)
    }

    /// The permissions of callers without a token.
    pub fn public_set(&self, on: NaiveDate) -> Arc<PermissionSet> {
        self.permission_set(&public(), on)
    }

    /// Whether a holder may do this for a programme on a day; without a programme, for any at all.
    pub fn allows(&self, holder: &Holder, permission: &str, programme: Option<&str>, on: NaiveDate) -> bool {
        let Some(declared) = self.declared.iter().find(|known| known.name == permission) else { return false };
        match declared.programme.zip(programme) {
            Some((own, asked)) if own != asked => false,
            _ => self.compiled.allows(self, holder, declared, programme.or(declared.programme), on),
        }
    }

    /// Which rows a role's grant reaches; `None` kind without a grant.
    pub fn scope(&self, role: &str, permission: &str) -> ScopeKind {
        self.tables
            .grants
            .iter()
            .find(|grant| grant.role == role && grant.permission == permission)
            .map_or(ScopeKind::None, |grant| grant.scope)
    }

    /// The authority rows of a programme's step in force on a day.
    pub fn authority(&self, programme: &str, step: &str, on: NaiveDate) -> Vec<&AuthorityRow> {
        self.tables
            .authority
            .iter()
            .filter(|row| row.programme == programme && row.step == step && row.in_force(on))
            .collect()
    }

    /// The town unit that gives the opinion of a programme on a day: the one that handles its cases.
    pub fn handling_unit(&self, programme: &str, on: NaiveDate) -> Option<&str> {
        let rows = self.authority(programme, "opinion", on);
        rows.iter().find(|row| row.level == Level::Town).map(|row| row.unit.as_str())
    }

    /// The programmes a unit takes any step of on a day, sorted.
    pub fn programmes_of(&self, unit: &str, level: Level, on: NaiveDate) -> Vec<String> {
        let mut programmes: Vec<_> = self
            .tables
            .authority
            .iter()
            .filter(|row| row.level == level && row.unit == unit && row.in_force(on))
            .map(|row| row.programme.clone())
            .collect();
        programmes.sort_unstable();
        programmes.dedup();
        programmes
    }

    /// The funding rows of an item in force on a day.
    pub fn funding(&self, programme: &str, item: &str, on: NaiveDate) -> Vec<&FundingRow> {
        let rows = self.tables.funding.iter();
        rows.filter(|row| row.programme == programme && row.item == item && row.in_force(on)).collect()
    }

    /// All funding rows.
    pub fn funding_rows(&self) -> &[FundingRow] {
        &self.tables.funding
    }

    /// Whether a channel is known at all.
    pub fn channel_exists(&self, channel: &str) -> bool {
        self.tables.channels.iter().any(|(known, _)| known == channel)
    }

    /// The known channels with their Chinese names.
    pub fn channels(&self) -> &[(String, String)] {
        &self.tables.channels
    }

    /// All programmes authority.csv names, sorted.
    pub fn programmes(&self) -> Vec<&str> {
        let mut programmes: Vec<_> = self.tables.authority.iter().map(|row| row.programme.as_str()).collect();
        programmes.sort_unstable();
        programmes.dedup();
        programmes
    }

    /// All units authority.csv names with their levels, sorted.
    pub fn units(&self) -> Vec<(&str, Level)> {
        let mut units: Vec<_> = self.tables.authority.iter().map(|row| (row.unit.as_str(), row.level)).collect();
        units.sort_unstable();
        units.dedup();
        units
    }

    /// What a value of a class shows for a purpose; null without a row.
    pub fn disclosure(&self, class: DataClass, purpose: &str) -> Disclosure {
        self.tables
            .disclosures
            .iter()
            .find(|row| row.class == class && row.purpose == purpose)
            .map_or(Disclosure::Null, |row| row.disclosure)
    }

    /// Whether any disclosure row knows a purpose.
    pub fn purpose_exists(&self, purpose: &str) -> bool {
        self.tables.disclosures.iter().any(|row| row.purpose == purpose)
    }

    /// The purpose a role reads for unless the request says otherwise; empty for an unknown role.
    pub fn default_purpose(&self, role: &str) -> &str {
        self.tables.purposes.iter().find(|(known, _)| known == role).map_or("", |(_, purpose)| purpose)
    }

    /// Which row allows this, or that none does.
    pub fn explain(&self, holder: &Holder, permission: &str, programme: Option<&str>, on: NaiveDate) -> Explanation {
        explain::explain(self, holder, permission, programme, on)
    }

    /// Role by permission with scope letters: the file people review.
    pub fn grid(&self) -> String {
        grid::grid(&self.tables, &self.declared)
    }
}

fn public() -> Holder {
    Holder { role: "PUB".to_owned(), unit: "PUBLIC".to_owned(), level: Level::Village, jurisdiction: String::new() }
}
