//! The contract a programme's module fulfils: a manifest, a part, and a pure assessment.

pub mod assessment;
pub mod contained;
pub mod facts;
pub mod income;
pub mod loading;
pub mod parameters;

pub use assessment::{AmountLine, Assessment, OnceOnly, ReviewClass, RuleOutcome, Told};
pub use facts::{AssetItem, AssetKind, Facts, Flag, Identity, IncomeItem, IncomeKind, MemberFacts, Period, unreadable};
pub use parameters::Parameters;

use crate::{error::Result, part::Part};
pub use policies::Level;

/// Whom one case of a programme is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subjects {
    /// The household: all its counted members.
    Household,
    /// One member, whom the request names; two members have two cases.
    Person,
}

/// The contract version this platform speaks.
pub const CONTRACT_VERSION: u32 = 1;

/// What a module says of itself.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// The module's one word: folder, permission prefix, field prefix.
    pub code: &'static str,
    /// Programme code, e.g. `DIBAO`.
    pub programme: &'static str,
    /// Chinese name.
    pub name_zh: &'static str,
    /// English name.
    pub name_en: &'static str,
    /// Version of the module's rules, stored with every decision.
    pub version: &'static str,
    /// Contract it was written for.
    pub contract_version: u32,
    /// Town unit that handles the programme.
    pub unit: &'static str,
    /// Steps its cases take, in order; each must have its row in authority.csv. What is not here, they skip.
    pub steps: &'static [&'static str],
    /// Whom one case is for.
    pub subjects: Subjects,
    /// Levels that may decide, by amount or always.
    pub decision_levels: &'static [Level],
    /// Items it pays and the channel of each; each must have its row in funding.csv.
    pub items: &'static [(&'static str, &'static str)],
    /// Dated parameters it reads; each must have a value.
    pub parameters: &'static [&'static str],
    /// Days from acceptance to decision.
    pub limit: Limit,
    /// Days of the first notice, as the key of a dated parameter; `None`: the programme has no notice.
    pub notice_days: Option<&'static str>,
    /// Whether a person stands in one open case or running benefit of it at a time.
    pub one_at_a_time: bool,
    /// How many different persons must have signed a case in opinion, review and decision, as the key of a dated
    /// parameter; `None`: any who did not investigate.
    pub signers: Option<&'static str>,
    /// Programmes that may not be held beside it.
    pub exclusions: &'static [&'static str],
    /// Kinds of material an application needs unless the platform knows the fact already; one that `intake.known`
    /// lists is what only the record shows, so it is listed when it is on record, and never missing.
    pub materials: &'static [(&'static str, &'static str)],
}

#[cfg(test)]
impl Manifest {
    /// A manifest that names nothing, for tests of what one of its fields does.
    pub(crate) const BLANK: Self = Self {
        code: "some",
        programme: "SOME",
        name_zh: "",
        name_en: "",
        version: "1",
        contract_version: CONTRACT_VERSION,
        unit: "TU_SOCIAL",
        steps: &[],
        subjects: Subjects::Household,
        decision_levels: &[],
        items: &[],
        parameters: &[],
        limit: Limit::NaturalDays(""),
        notice_days: None,
        one_at_a_time: true,
        signers: None,
        exclusions: &[],
        materials: &[],
    };
}

/// A limit in days, as the key of a dated parameter; appraisal and notice do not use it up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Natural days (自然日).
    NaturalDays(&'static str),
    /// Working days (工作日).
    WorkingDays(&'static str),
}

impl Limit {
    /// Key of the parameter.
    pub fn key(self) -> &'static str {
        match self {
            Self::NaturalDays(key) | Self::WorkingDays(key) => key,
        }
    }
}

/// A department programme.
pub trait Module: Send + Sync + 'static {
    /// What it is.
    fn manifest(&self) -> Manifest;

    /// What it adds to the graph.
    fn part(&self) -> Part;

    /// Who is eligible and for how much; pure, so that anyone can compute it again.
    ///
    /// Errors: `PARAMETER_MISSING`, `DETAILS_MISSING`, `INVALID_INPUT` (details that do not read).
    fn assess(&self, facts: &Facts, parameters: &Parameters) -> Result<Assessment>;
}
