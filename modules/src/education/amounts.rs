//! What a pupil receives: by item and term, less what is paid already for the same purpose.

use super::{
    details::{EducationItem as Item, EducationPurpose as Purpose, EducationStage as Stage, EducationTerm as Term},
    pupil::Pupil,
};
use entity::Fen;
use platform::{
    error::{Error, Result},
    module::{AmountLine, OnceOnly},
    money::{Exact, Rounding, exact, shown},
};
use std::collections::BTreeMap;

const BASIS: &str = "社会救助暂行办法（649号）第三十三条至第三十五条；重庆市学生资助标准";

/// What one item comes to in a year, for one purpose.
struct Share {
    purpose: Purpose,
    year: Exact,
    told: String,
}

/// The lines of a pupil with their terms, term by term; what is nothing is left out.
pub(super) fn lines(pupil: &Pupil<'_>) -> Result<Vec<(Term, AmountLine)>> {
    let rounding = Rounding::in_force(pupil.parameters, &pupil.on)?;
    let mut left = received(pupil);
    let mut lines = Vec::new();
    for term in &pupil.details.terms {
        let (from, _) = pupil.days_of(*term)?;
        for item in &pupil.details.items {
            for share in shares(pupil, *item, &from)? {
                lines.push((*term, line(pupil, (*term, *item), share, rounding, &mut left)?));
            }
        }
    }
    lines.retain(|(_, line)| line.amount > Fen(0));
    Ok(lines)
}

/// A pupil is paid an item of a term once, at whichever school; what came to nothing is not paid.
pub(super) fn once(pupil: &Pupil<'_>, lines: &[(Term, AmountLine)]) -> Vec<OnceOnly> {
    let Some(member) = pupil.member else { return Vec::new() };
    let mut matters: Vec<_> = lines.iter().map(|(term, line)| format!("{}:{}", line.item, term.as_str())).collect();
    // An item of two parts is one matter; its lines follow each other.
    matters.dedup();
    let only = |matter| OnceOnly { person_id: member.person_id, matter, period: pupil.details.school_year.clone() };
    matters.into_iter().map(only).collect()
}

/// What is received from elsewhere, by purpose and term.
fn received(pupil: &Pupil<'_>) -> BTreeMap<(&'static str, Term), i64> {
    let mut sums = BTreeMap::new();
    for item in pupil.details.received.iter().flatten() {
        *sums.entry((item.purpose.as_str(), item.term)).or_default() += item.amount.0;
    }
    sums
}

fn line(
    pupil: &Pupil<'_>,
    (term, item): (Term, Item),
    share: Share,
    rounding: Rounding,
    left: &mut BTreeMap<(&'static str, Term), i64>,
) -> Result<AmountLine> {
    let terms = pupil.parameters.integer("edu.terms.perYear", &pupil.on)?;
    let autumn = rounding.line(share.year / i128::from(terms.max(1)))?;
    // The second term takes what the first one left of the year, so that no fen is lost or made by rounding.
    let due = match term {
        Term::Autumn => autumn,
        Term::Spring => Fen(rounding.line(share.year)?.0 - autumn.0),
    };
    let paid = left.entry((share.purpose.as_str(), term)).or_default();
    let counted = due.0.min(*paid).max(0);
    *paid -= counted;
    let amount = Fen(due.0 - counted);
    let less = if counted > 0 { format!(" − {}", Fen(counted)) } else { String::new() };
    Ok(AmountLine {
        item: item.as_str().to_owned(),
        reason: share.purpose.as_str().to_owned(),
        person_id: pupil.member.map(|member| member.person_id),
        payee_id: None,
        month: Some(pupil.month_of(term)?),
        amount,
        formula: format!("{} {}: {} → {}{less} = {amount}", pupil.details.school_year, term.as_str(), share.told, due),
        legal_basis: BASIS.to_owned(),
    })
}

/// An item's parts in a year, by the values in force on the first day of the term.
fn shares(pupil: &Pupil<'_>, item: Item, on: &str) -> Result<Vec<Share>> {
    let fen = |key: &str| pupil.parameters.fen(key, on);
    let whole = |purpose, amount: Fen| Share { purpose, year: exact(amount), told: amount.to_string() };
    Ok(match item {
        Item::Preschool => {
            let times = |purpose, amount: Fen, count: i64| Share {
                purpose,
                year: exact(amount) * i128::from(count),
                told: format!("{amount} × {count}"),
            };
            let count = |key: &str| pupil.parameters.integer(key, on);
            vec![
                times(Purpose::Care, fen("edu.preschool.care.month")?, count("edu.preschool.care.months")?),
                times(Purpose::Living, fen("edu.preschool.meals.day")?, count("edu.preschool.meals.days")?),
            ]
        }
        Item::Boarder => vec![whole(Purpose::Living, fen(&by_stage(pupil, "edu.boarder", "year")?)?)],
        Item::NonBoarder => {
            let term = fen(&by_stage(pupil, "edu.nonBoarder", "term")?)?;
            let terms = pupil.parameters.integer("edu.terms.perYear", on)?;
            vec![Share {
                purpose: Purpose::Living,
                year: exact(term) * i128::from(terms),
                told: format!("{term} × {terms}"),
            }]
        }
        Item::SeniorGrant => {
            let key = if pupil.details.stage == Stage::Vocational { "vocational" } else { "senior" };
            vec![whole(Purpose::Living, fen(&format!("edu.{key}.grant.year"))?)]
        }
        Item::TuitionWaiver => vec![whole(Purpose::Tuition, pupil.details.tuition.unwrap_or(Fen(0)))],
        Item::CollegeGrant => vec![whole(Purpose::Living, fen("edu.college.grant.year")?)],
        Item::CollegeTuition => {
            vec![capped(Purpose::Tuition, pupil.details.tuition, fen("edu.college.jianka.tuitionMax")?)]
        }
        Item::Loan => vec![capped(Purpose::Loan, pupil.details.loan, fen("edu.college.loanMax")?)],
    })
}

fn capped(purpose: Purpose, asked: Option<Fen>, most: Fen) -> Share {
    let asked = asked.unwrap_or(Fen(0));
    let year = exact(asked.min(most));
    Share { purpose, year, told: format!("min({asked}, {most}) = {}", shown(year)) }
}

/// Key of a value that differs between primary and junior school.
fn by_stage(pupil: &Pupil<'_>, prefix: &str, period: &str) -> Result<String> {
    let stage = match pupil.details.stage {
        Stage::Primary => "primary",
        Stage::Junior => "junior",
        other => return Err(Error::internal(format!("{prefix} knows no stage {}", other.as_str()))),
    };
    Ok(format!("{prefix}.{stage}.{period}"))
}
