//! The way of a case: which steps a programme's cases take, and in which state each step finds them.
//!
//! The manifest names the steps; the order among them is the procedure's own and the same for every programme.

use crate::{
    act::Look,
    application::module_of,
    code::Code,
    error::{Refusal, Result, ensure},
    module::Manifest,
};
use entity::{application, enums::ApplicationState as S};
use policies::DECIDING;

/// Every step before a decision, in order, and the states that show it has been taken.
const ORDER: &[(&str, &[S])] = &[
    ("accept", &[S::Accepted]),
    // A report that another programme's case stands on is as good as one's own.
    ("verify", &[S::Verified, S::PrelimRouted]),
    ("appraise", &[S::Appraised]),
    ("opinion", &[S::PrelimOpinion]),
    ("notice", &[S::FirstNotice]),
    ("review", &[S::TownReviewed]),
    ("transfer", &[S::Transferred]),
    ("district_review", &[S::DistrictReview]),
];

impl Manifest {
    /// Whether the programme's cases take a step.
    pub fn takes(&self, step: &str) -> bool {
        self.steps.contains(&step)
    }

    /// The states in which a case of the programme is ready for a step: those of the step it takes before; none for a
    /// step that it does not take.
    pub fn ready_for(&self, step: &str) -> &'static [S] {
        if !self.takes(step) {
            return &[];
        }
        let upto = ORDER.iter().position(|(known, _)| *known == step).unwrap_or(ORDER.len());
        let mut before = ORDER.get(..upto).unwrap_or_default().iter().rev();
        before.find(|(known, _)| self.takes(known)).map_or(&[], |(_, states)| *states)
    }

    /// The states in which a case of the programme is ready for its decision.
    pub fn ready_to_be_decided(&self) -> &'static [S] {
        DECIDING.iter().find(|step| self.takes(step)).map_or(&[], |step| self.ready_for(step))
    }
}

impl Look<'_> {
    /// Refuses a step that the programme's cases do not take. Error: `STEP_NOT_TAKEN`, which names the way they take.
    pub fn must_take(&self, case: &application::Model, step: &str) -> Result<Manifest> {
        let manifest = module_of(self.op(), &case.programme)?.manifest();
        ensure(manifest.takes(step), || {
            Refusal::new(Code::StepNotTaken)
                .field("input.applicationId")
                .arg("programme", manifest.programme)
                .arg("step", step)
                .arg("path", manifest.steps.join(" → "))
        })?;
        Ok(manifest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(steps: &'static [&'static str]) -> Manifest {
        Manifest { steps, ..Manifest::BLANK }
    }

    #[test]
    fn a_step_waits_for_the_one_the_programme_takes_before_it() {
        let whole =
            of(&["accept", "verify", "appraise", "opinion", "notice", "review", "district_review", "approve", "pay"]);
        assert_eq!(whole.ready_for("verify"), [S::Accepted]);
        assert_eq!(whole.ready_for("appraise"), [S::Verified, S::PrelimRouted]);
        assert_eq!(whole.ready_for("opinion"), [S::Appraised]);
        assert_eq!(whole.ready_for("review"), [S::FirstNotice]);
        assert_eq!(whole.ready_for("approve"), [S::DistrictReview]);
        let school = of(&["accept", "verify", "review", "transfer", "decide", "pay"]);
        assert_eq!(school.ready_for("review"), [S::Verified, S::PrelimRouted]);
        assert_eq!(school.ready_for("transfer"), [S::TownReviewed]);
        assert_eq!(school.ready_for("decide"), [S::Transferred]);
        assert_eq!(of(&["accept", "approve"]).ready_for("approve"), [S::Accepted]);
        assert_eq!(school.ready_to_be_decided(), [S::Transferred]);
        for skipped in ["appraise", "opinion", "notice", "district_review", "approve"] {
            assert!(school.ready_for(skipped).is_empty(), "{skipped}");
        }
        assert!(of(&["accept"]).ready_for("accept").is_empty());
    }
}
