//! Whose income and property one computation counts, and by which law.

use super::details::{DibaoDetails, DibaoSeparateGround, DibaoSeparateHousehold};
use entity::Fen;
use num_rational::Ratio;
use platform::{
    error::Result,
    id_number::age,
    module::{Facts, MemberFacts, Parameters, income::dibao_line, unreadable},
    money::{Exact, exact},
};
use uuid::Uuid;

/// One computation: the counted members, the facts, the values in force.
pub(super) struct Unit<'a> {
    pub(super) facts: &'a Facts,
    pub(super) details: &'a DibaoDetails,
    pub(super) parameters: &'a Parameters,
    /// Day whose values are in force, ISO.
    pub(super) on: String,
    /// Monthly line per person.
    pub(super) standard: Fen,
    /// Counted members of this computation.
    pub(super) members: Vec<&'a MemberFacts>,
    /// What it takes of things that belong to no single member.
    common_share: Ratio<i128>,
    /// The request, when it computes members apart.
    pub(super) separate: Option<&'a DibaoSeparateHousehold>,
}

impl<'a> Unit<'a> {
    /// The household as a whole.
    pub(super) fn whole(facts: &'a Facts, details: &'a DibaoDetails, parameters: &'a Parameters) -> Result<Self> {
        let on = facts.assessed_on.to_string();
        let standard = dibao_line(facts, parameters, &on)?;
        let members = facts.counted().collect();
        Ok(Self {
            facts,
            details,
            parameters,
            on,
            standard,
            members,
            common_share: Ratio::from_integer(1),
            separate: None,
        })
    }

    /// The members of a separate computation; `None` when the details ask for none.
    ///
    /// What belongs to no single member is shared by heads, as no source says otherwise.
    pub(super) fn separate(
        facts: &'a Facts,
        details: &'a DibaoDetails,
        parameters: &'a Parameters,
    ) -> Result<Option<Self>> {
        let Some(separate) = &details.separate_household else { return Ok(None) };
        let mut unit = Self::whole(facts, details, parameters)?;
        let all = count(unit.members.len());
        unit.members.retain(|member| separate.person_ids.iter().any(|person| person.id == member.person_id));
        unit.common_share = if all == 0 { Ratio::from_integer(0) } else { Ratio::new(count(unit.members.len()), all) };
        unit.separate = Some(separate);
        Ok(Some(unit))
    }

    /// Number of counted members.
    pub(super) fn heads(&self) -> i128 {
        count(self.members.len())
    }

    /// The line for all counted members together.
    pub(super) fn line(&self) -> Exact {
        exact(self.standard) * self.heads()
    }

    /// How much of a thing of this owner counts here: all, a share, or nothing.
    pub(super) fn share(&self, owner: Option<Uuid>) -> Ratio<i128> {
        let Some(owner) = owner else { return self.common_share };
        if self.members.iter().any(|member| member.person_id == owner) {
            return Ratio::from_integer(1);
        }
        // A member who is not counted takes income and property out; a stranger's is the family's.
        if self.facts.members.iter().any(|member| member.person_id == owner) {
            return Ratio::from_integer(0);
        }
        self.common_share
    }

    /// Whether a thing of this owner concerns these members at all.
    pub(super) fn concerns(&self, owner: Option<Uuid>) -> bool {
        owner.is_none() || self.share(owner) != Ratio::from_integer(0)
    }

    /// Whole years of a member on the day of the assessment.
    pub(super) fn age(&self, member: &MemberFacts) -> Option<i64> {
        member.birth_on.map(|birth| i64::from(age(birth.0, self.facts.assessed_on.0)))
    }

    /// Whether a certificate says severely disabled.
    pub(super) fn severely_disabled(&self, member: &MemberFacts) -> Result<bool> {
        let grade_max = self.parameters.integer("dibao.topup.severeDisabled.gradeMax", &self.on)?;
        Ok(member.disability_grade.is_some_and(|grade| i64::from(grade) <= grade_max))
    }

    /// Whether a stage of education is one of a student.
    pub(super) fn is_student(&self, member: &MemberFacts) -> Result<bool> {
        let stages = self.parameters.text("dibao.topup.student.stages", &self.on)?;
        Ok(member.education_stage.as_deref().is_some_and(|stage| listed(&stages, stage)))
    }

    /// Whether a member meets the ground named for computing it apart.
    pub(super) fn meets(&self, ground: DibaoSeparateGround, member: &MemberFacts) -> Result<bool> {
        let age_min = self.parameters.integer("dibao.separate.ageMin", &self.on)?;
        Ok(match ground {
            DibaoSeparateGround::DisabledWithoutWorkCapacity => {
                member.disability_grade.is_some()
                    && member.employment.as_deref() == Some("UNABLE")
                    && self.age(member).is_some_and(|age| age >= age_min)
            }
            DibaoSeparateGround::BedriddenSeriouslyIll => member.major_illness,
        })
    }
}

/// Whether a list parameter, `A|B|C`, names a value.
pub(super) fn listed(list: &str, value: &str) -> bool {
    list.split('|').any(|known| known == value)
}

/// The details of a case. Errors: `DETAILS_MISSING`, `INVALID_INPUT`.
pub(super) fn details_of(facts: &Facts) -> Result<DibaoDetails> {
    let details: DibaoDetails = facts.read_details()?;
    if details.area_type.to_string() != facts.area_type {
        let reason = format!("details.areaType is {}, verification found {}", details.area_type, facts.area_type);
        return Err(unreadable(reason));
    }
    Ok(details)
}

fn count(heads: usize) -> i128 {
    i128::try_from(heads).unwrap_or(i128::MAX)
}
