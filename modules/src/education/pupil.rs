//! Whom a case is for, on which days, and by which identity.

use super::details::{EducationDetails, EducationItem, EducationTerm, first_year};
use chrono::NaiveDate;
use entity::Month;
use platform::{
    error::{Error, Result},
    module::{Facts, MemberFacts, Parameters, unreadable},
    tables,
};

/// One assessment: the pupil, the details, the values in force.
pub(super) struct Pupil<'a> {
    pub(super) facts: &'a Facts,
    pub(super) details: EducationDetails,
    pub(super) parameters: &'a Parameters,
    /// Day of the assessment, ISO; values of a term are those of its first day.
    pub(super) on: String,
    /// The member the case is for, if it is a counted one.
    pub(super) member: Option<&'a MemberFacts>,
    /// First of the two years of the school year.
    year: i32,
}

impl<'a> Pupil<'a> {
    /// Errors: `DETAILS_MISSING`, `INVALID_INPUT`.
    pub(super) fn of(facts: &'a Facts, parameters: &'a Parameters) -> Result<Self> {
        let mut details: EducationDetails = facts.read_details()?;
        let year = first_year(&details.school_year).ok_or_else(|| unreadable("the school year"))?;
        details.terms.sort_unstable();
        details.terms.dedup();
        let mut items = Vec::new();
        for item in std::mem::take(&mut details.items) {
            if !items.contains(&item) {
                items.push(item);
            }
        }
        details.items = items;
        let member = facts.counted().find(|member| facts.subjects.contains(&member.person_id));
        Ok(Self { facts, details, parameters, on: facts.assessed_on.to_string(), member, year })
    }

    /// First and last day of a term, ISO.
    pub(super) fn days_of(&self, term: EducationTerm) -> Result<(String, String)> {
        let key = match term {
            EducationTerm::Autumn => "autumn",
            EducationTerm::Spring => "spring",
        };
        let day = |end: &str| self.parameters.text(&format!("edu.term.{key}.{end}"), &self.on);
        let (from, to) = (day("from")?, day("to")?);
        // A term that ends earlier in the calendar than it begins ends in the second year.
        let first = if term == EducationTerm::Spring { self.year + 1 } else { self.year };
        let last = if to < from { first + 1 } else { first };
        Ok((format!("{first:04}-{from}"), format!("{last:04}-{to}")))
    }

    /// First day of the school year.
    pub(super) fn begins(&self) -> Result<NaiveDate> {
        let (from, _) = self.days_of(EducationTerm::Autumn)?;
        from.parse().map_err(Error::internal)
    }

    /// Month a term's aid is paid for: the term's first, or that of the decision if it is later.
    pub(super) fn month_of(&self, term: EducationTerm) -> Result<Month> {
        let (from, _) = self.days_of(term)?;
        let first: NaiveDate = from.parse().map_err(Error::internal)?;
        Ok(entity::Day(first).month().max(self.facts.assessed_on.month()))
    }

    /// What of the identities a dated list names the pupil has on record, in the list's order.
    pub(super) fn identities(&self, item: EducationItem) -> Result<Vec<String>> {
        let own = format!("edu.item.{}.identities", item.key());
        let key = if self.parameters.has(&own) { own } else { "edu.identities".to_owned() };
        let listed = self.parameters.text(&key, &self.on)?;
        let mut found = Vec::new();
        for identity in listed.split('|') {
            if self.is(identity)? {
                found.push(identity.to_owned());
            }
        }
        Ok(found)
    }

    fn is(&self, identity: &str) -> Result<bool> {
        let Some(member) = self.member else { return Ok(false) };
        Ok(match identity {
            "ORPHAN" | "UNATTENDED" => member.receives("WOMEN_CHILD", identity),
            "DISABLED_STUDENT" => member.disability_grade.is_some(),
            "CHILD_OF_DISABLED_POOR" => self.has_disabled_poor_parent(member)?,
            "SCHOOL_RECOGNISED" => self.details.recognition.is_some(),
            programme => member.is_on_record_for(programme),
        })
    }

    /// Whether a parent in the household holds a disability certificate and is on record as poor (贫困残疾人子女).
    fn has_disabled_poor_parent(&self, pupil: &MemberFacts) -> Result<bool> {
        let poor = self.parameters.text("edu.disabledPoor.programmes", &self.on)?;
        let is_poor = |member: &MemberFacts| poor.split('|').any(|programme| member.is_on_record_for(programme));
        let living = self.facts.members.iter().filter(|member| member.deceased_on.is_none());
        let mut parents = living.filter(|member| is_parent_of(&member.relation, &pupil.relation));
        Ok(parents.any(|parent| parent.disability_grade.is_some() && is_poor(parent)))
    }
}

/// Whether one member is a parent of another, by what both are to the head; of a grandchild that does not tell.
fn is_parent_of(elder: &str, younger: &str) -> bool {
    if tables::is_child(younger) {
        tables::is_head(elder) || tables::is_spouse(elder)
    } else {
        (tables::is_head(younger) || tables::is_sibling(younger)) && tables::is_parent(elder)
    }
}
