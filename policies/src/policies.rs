//! All policies in force, and the questions they answer.

use crate::{
    AuthorityRow, DECIDING, DataClass, Disclosure, Explanation, FundingRow, Holder, Level, ParameterRow, Permission,
    PermissionSet, PolicySource, Problem, ScopeKind, SetVersion,
    authority::ANY,
    explain, grid,
    judge::{Judge, Verdicts, public},
    names::Kind,
    tables::{self, Loaded, Tables},
};
use chrono::NaiveDate;
use std::{
    collections::BTreeSet,
    fmt,
    sync::{Arc, OnceLock},
};

/// All policies in force at a start.
pub struct Policies {
    pub(crate) tables: Tables,
    pub(crate) declared: Vec<Permission>,
    versions: Vec<SetVersion>,
    key: String,
    judge: Judge,
    channels: OnceLock<Vec<(String, String)>>,
}

impl fmt::Debug for Policies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Policies").field(&self.key).finish()
    }
}

impl Policies {
    /// Reads, checks and compiles; any problem refuses the whole, so that the last good policies stay.
    ///
    /// `declared` are the permissions of every part built into the program, loaded or not.
    pub fn load(source: &PolicySource, declared: &[Permission]) -> Result<Self, Vec<Problem>> {
        let Loaded { tables, versions, declared } = tables::read(source, declared)?;
        let key = versions.iter().map(|set| format!("{}@{}", set.name, set.version)).collect::<Vec<_>>().join("+");
        let judge = Judge::new(&tables, &key).map_err(|problem| vec![problem])?;
        Ok(Self { tables, declared, versions, key, judge, channels: OnceLock::new() })
    }

    /// The sets that were loaded, baseline first.
    pub fn versions(&self) -> &[SetVersion] {
        &self.versions
    }

    /// Names and versions of all sets, stored with every decision.
    pub fn version_key(&self) -> &str {
        &self.key
    }

    /// The permissions known: those of the parts, and the approval of each programme of the plan; sorted by name.
    pub fn declared(&self) -> &[Permission] {
        &self.declared
    }

    /// The roles, in the order of names.csv.
    pub fn roles(&self) -> Vec<&str> {
        self.tables.names.of(Kind::Role).map(|name| name.code.as_str()).collect()
    }

    fn verdicts(&self, holder: &Holder, on: NaiveDate) -> Arc<Verdicts> {
        self.judge.verdicts(&self.tables, &self.declared, holder, on)
    }

    /// The permissions a holder has on a day; an unknown role has none.
    pub fn permission_set(&self, holder: &Holder, on: NaiveDate) -> Arc<PermissionSet> {
        Arc::clone(&self.verdicts(holder, on).set)
    }

    /// The permissions of callers without a token.
    pub fn public_set(&self, on: NaiveDate) -> Arc<PermissionSet> {
        self.permission_set(&public(), on)
    }

    /// Whether a holder may do this for a programme on a day; without a programme, for any at all.
    pub fn allows(&self, holder: &Holder, permission: &str, programme: Option<&str>, on: NaiveDate) -> bool {
        self.verdicts(holder, on).allow(&self.tables, permission, programme, None)
    }

    /// Whether a holder may do this for one item of a programme on a day; an unknown item is nobody's.
    pub fn allows_item(&self, holder: &Holder, permission: &str, programme: &str, item: &str, on: NaiveDate) -> bool {
        self.verdicts(holder, on).allow(&self.tables, permission, Some(programme), Some(item))
    }

    /// Which rows a role's grant reaches; `None` kind without a grant.
    pub fn scope(&self, role: &str, permission: &str) -> ScopeKind {
        let grant = self.tables.roles.get(role).and_then(|rules| rules.grants.get(permission));
        grant.map_or(ScopeKind::None, |grant| grant.scope)
    }

    /// The authority rows of a programme's step in force on a day, in file order.
    pub fn authority(&self, programme: &str, step: &str, on: NaiveDate) -> Vec<&AuthorityRow> {
        let rows = self.tables.authority.iter();
        rows.filter(|row| row.programme == programme && row.step == step && row.in_force(on)).collect()
    }

    /// The rows by which a programme's cases are decided on a day: of an approval, or of another's decision.
    pub fn deciding(&self, programme: &str, on: NaiveDate) -> Vec<&AuthorityRow> {
        DECIDING.iter().flat_map(|step| self.authority(programme, step, on)).collect()
    }

    /// The levels that decide a programme's aid on a day.
    pub fn deciding_level(&self, programme: &str, on: NaiveDate) -> BTreeSet<Level> {
        self.deciding(programme, on).iter().map(|row| row.level).collect()
    }

    /// The town unit that handles a programme on a day: the first that gives its opinion, else that reviews it.
    pub fn handling_unit(&self, programme: &str, on: NaiveDate) -> Option<&str> {
        let town = |step| self.authority(programme, step, on).into_iter().find(|row| row.level == Level::Town);
        town("opinion").or_else(|| town("review")).map(|row| row.unit.as_str())
    }

    /// The programmes a unit takes any step of on a day, sorted.
    pub fn programmes_of(&self, unit: &str, level: Level, on: NaiveDate) -> Vec<String> {
        let rows = self.tables.authority.iter().filter(|row| row.in_force(on) && row.names(unit, level));
        rows.map(|row| row.programme.clone()).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// The funding rows of an item in force on a day: one, or none.
    pub fn funding(&self, programme: &str, item: &str, on: NaiveDate) -> Vec<&FundingRow> {
        let rows = self.tables.funding.iter();
        rows.filter(|row| row.programme == programme && row.item == item && row.in_force(on)).collect()
    }

    /// All authority rows.
    pub fn authority_rows(&self) -> &[AuthorityRow] {
        &self.tables.authority
    }

    /// The dated values that further sets bring.
    pub fn parameter_rows(&self) -> &[ParameterRow] {
        &self.tables.parameters
    }

    /// All funding rows.
    pub fn funding_rows(&self) -> &[FundingRow] {
        &self.tables.funding
    }

    /// Whether a channel is known at all.
    pub fn channel_exists(&self, channel: &str) -> bool {
        self.tables.names.has(Kind::Channel, channel)
    }

    /// The known channels with their Chinese names.
    pub fn channels(&self) -> &[(String, String)] {
        let named =
            || self.tables.names.of(Kind::Channel).map(|name| (name.code.clone(), name.name_zh.clone())).collect();
        self.channels.get_or_init(named)
    }

    /// All programmes, sorted.
    pub fn programmes(&self) -> Vec<&str> {
        let mut programmes: Vec<_> = self.tables.names.of(Kind::Programme).map(|name| name.code.as_str()).collect();
        programmes.sort_unstable();
        programmes
    }

    /// All units with their levels, sorted.
    pub fn units(&self) -> Vec<(&str, Level)> {
        let units = self.tables.names.of(Kind::Unit);
        let mut units: Vec<_> = units.filter_map(|name| Some((name.code.as_str(), name.level?))).collect();
        units.sort_unstable();
        units
    }

    /// What a value of a class shows for a purpose; null without a row.
    pub fn disclosure(&self, class: DataClass, purpose: &str) -> Disclosure {
        let row = self.tables.disclosures.get(purpose).and_then(|classes| classes.get(&class));
        row.copied().unwrap_or(Disclosure::Null)
    }

    /// Whether a purpose is known.
    pub fn purpose_exists(&self, purpose: &str) -> bool {
        self.tables.names.has(Kind::Purpose, purpose)
    }

    /// The purpose a role reads for unless the request says otherwise; empty for an unknown role.
    pub fn default_purpose(&self, role: &str) -> &str {
        self.tables.roles.get(role).map_or("", |rules| rules.default_purpose.as_str())
    }

    /// Whether a role may read for a purpose; a request that names another must not be given it.
    pub fn may_read_for(&self, role: &str, purpose: &str) -> bool {
        self.tables.roles.get(role).is_some_and(|rules| rules.purposes.iter().any(|known| known == purpose))
    }

    /// Which rows allow this, or why none does.
    pub fn explain(&self, holder: &Holder, permission: &str, programme: Option<&str>, on: NaiveDate) -> Explanation {
        explain::explain(self, holder, permission, programme, on)
    }

    /// Role by permission with scope letters: the file people review.
    pub fn grid(&self) -> String {
        grid::grid(self)
    }

    /// The authority rows a permission of a programme would need on a day, whoever they name.
    pub(crate) fn needed(&self, permission: &Permission, programme: Option<&str>, on: NaiveDate) -> Vec<&AuthorityRow> {
        let programme = programme.or(permission.programme);
        let step = permission.step.unwrap_or(ANY);
        let rows = self.tables.authority.iter().filter(|row| row.in_force(on));
        rows.filter(|row| programme.is_none_or(|code| code == row.programme))
            .filter(|row| step == ANY || step == row.step)
            .collect()
    }
}
