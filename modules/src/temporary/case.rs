//! One case as the rules look at it: whom it is for, which tier they are in, and the values in force.

use super::details::{TemporaryCause, TemporaryDetails};
use num_rational::Ratio;
use platform::{
    error::{Error, Result},
    module::{Facts, MemberFacts, Parameters, income},
    money::{Exact, exact},
};

/// Tier of those the aid is for (救助对象类别).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tier {
    /// Tekun and orphans (特困人员、孤儿).
    T1,
    /// Dibao households (低保对象).
    T2,
    /// Per-capita income of at most a multiple of the dibao line (低收入家庭).
    T3,
    /// Everyone else; the district decides (其他).
    T4,
}

impl Tier {
    /// As parameters name it.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::T1 => "t1",
            Self::T2 => "t2",
            Self::T3 => "t3",
            Self::T4 => "t4",
        }
    }

    /// As it is told.
    pub(super) fn told(self) -> (&'static str, &'static str) {
        match self {
            Self::T1 => ("T1 tekun or orphan", "一类：特困人员、孤儿"),
            Self::T2 => ("T2 dibao household", "二类：低保对象"),
            Self::T3 => ("T3 low income", "三类：低收入家庭"),
            Self::T4 => ("T4 other; the district decides", "四类：其他困难家庭，由区级决定"),
        }
    }
}

/// One case.
pub(super) struct TemporaryCase<'a> {
    pub(super) facts: &'a Facts,
    pub(super) details: TemporaryDetails,
    pub(super) parameters: &'a Parameters,
    /// Day whose values are in force, ISO.
    pub(super) on: String,
    /// Counted members the aid is for: the one it struck, or all.
    pub(super) subjects: Vec<&'a MemberFacts>,
    /// Household income a month of each counted member, exact.
    pub(super) per_capita: Exact,
    /// Line up to which an income is low.
    pub(super) low_income_max: Exact,
    pub(super) tier: Tier,
}

impl<'a> TemporaryCase<'a> {
    /// Errors: `DETAILS_MISSING`, `INVALID_INPUT`, `PARAMETER_MISSING`.
    pub(super) fn new(facts: &'a Facts, parameters: &'a Parameters) -> Result<Self> {
        let details: TemporaryDetails = facts.read_details()?;
        details.complete()?;
        let on = facts.assessed_on.to_string();
        let subjects: Vec<_> = match details.person_id {
            Some(person) => facts.counted().filter(|member| member.person_id == person.id).collect(),
            None => facts.counted().collect(),
        };
        let heads = i128::try_from(facts.counted().count()).map_err(Error::internal)?;
        let whole = income::monthly(facts, |owner| Ratio::from_integer(i128::from(facts.belongs_to_household(owner))))?;
        let per_capita = whole / heads.max(1);
        let low_income_max =
            exact(income::dibao_line(facts, parameters, &on)?) * parameters.ratio("temp.tier3.incomeMultiple", &on)?;
        let tier = tier(&subjects, per_capita <= low_income_max);
        Ok(Self { facts, details, parameters, on, subjects, per_capita, low_income_max, tier })
    }

    /// The cause.
    pub(super) fn cause(&self) -> TemporaryCause {
        self.details.cause
    }

    /// A multiple of the urban dibao line, by which caps are counted in town and country alike.
    pub(super) fn times_urban_line(&self, key: &str) -> Result<Exact> {
        let line = self.parameters.fen("dibao.standard.urban", &self.on)?;
        Ok(exact(line) * self.parameters.ratio(key, &self.on)?)
    }
}

/// The tier by what the platform has on record of those the aid is for; nobody is asked for proof.
///
/// Tekun and orphan are persons: all of those it is for must be. Dibao is held by households: one of them suffices.
fn tier(subjects: &[&MemberFacts], low_income: bool) -> Tier {
    let first = |member: &MemberFacts| member.is_on_record_for("TEKUN") || member.receives("WOMEN_CHILD", "ORPHAN");
    if !subjects.is_empty() && subjects.iter().all(|member| first(member)) {
        Tier::T1
    } else if subjects.iter().any(|member| member.is_on_record_for("DIBAO")) {
        Tier::T2
    } else if low_income {
        Tier::T3
    } else {
        Tier::T4
    }
}
