//! The rules of eligibility, each with its numbers and its source.

use super::{
    details::{EducationItem as Item, EducationStage as Stage, EducationTerm},
    pupil::Pupil,
};
use platform::{
    code::Code,
    error::{Error, Result},
    module::{RuleOutcome, Told},
};

const AID_BASIS: &str = "社会救助暂行办法（649号）第三十三条、第三十四条；重庆市学生资助标准";

/// The rules that come before any amount, in the order they are explained.
pub(super) fn all(pupil: &Pupil<'_>) -> Result<Vec<RuleOutcome>> {
    Ok(vec![
        counted(pupil),
        stage(pupil),
        items_fit_stage(pupil)?,
        boarding(pupil),
        in_force(pupil)?,
        identity(pupil)?,
        figures_given(pupil),
        term_open(pupil)?,
        year_near(pupil)?,
    ])
}

/// Whether anything is left to pay for the purposes, once the amounts are known.
pub(super) fn not_paid_already(lines: usize) -> RuleOutcome {
    Told {
        code: "PURPOSE_NOT_PAID_ALREADY",
        passed: lines > 0,
        en: format!("{lines} line(s) left after aid for the same purpose"),
        zh: format!("扣除同一用途已享受资助后剩余{lines}项"),
        basis: "重庆市学生资助标准（同一用途不重复资助）",
    }
    .into()
}

fn counted(pupil: &Pupil<'_>) -> RuleOutcome {
    let passed = pupil.member.is_some();
    let (is, is_zh) = if passed { ("is", "是") } else { ("is not", "不是") };
    Told {
        code: "PUPIL_OF_HOUSEHOLD",
        passed,
        en: format!("the pupil {is} a counted member of the household"),
        zh: format!("学生{is_zh}共同生活的家庭成员"),
        basis: AID_BASIS,
    }
    .into()
}

/// What sources say prevails; what they do not say the school checks on its roll.
fn stage(pupil: &Pupil<'_>) -> RuleOutcome {
    let stated = pupil.details.stage.as_str();
    let known = pupil.member.and_then(|member| member.education_stage.as_deref());
    let said = known.unwrap_or("-");
    Told {
        code: "STAGE_AS_ON_RECORD",
        passed: known.is_none_or(|known| known == stated),
        en: format!("applied for in stage {stated}; on record {said}"),
        zh: format!("申请学段{stated}；记录学段{said}"),
        basis: AID_BASIS,
    }
    .into()
}

fn items_fit_stage(pupil: &Pupil<'_>) -> Result<RuleOutcome> {
    let stage = pupil.details.stage.as_str();
    let mut unfit = Vec::new();
    for item in &pupil.details.items {
        let stages = pupil.parameters.text(&format!("edu.item.{}.stages", item.key()), &pupil.on)?;
        if !stages.split('|').any(|known| known == stage) {
            unfit.push(item.as_str());
        }
    }
    let said = list(&unfit);
    Ok(Told {
        code: "ITEMS_FIT_STAGE",
        passed: unfit.is_empty(),
        en: format!("items that stage {stage} does not have: {said}"),
        zh: format!("{stage}学段没有的项目：{said}"),
        basis: AID_BASIS,
    }
    .into())
}

fn boarding(pupil: &Pupil<'_>) -> RuleOutcome {
    let boarder = pupil.details.boarder;
    let wrong: Vec<_> = pupil
        .details
        .items
        .iter()
        .filter(|item| matches!((item, boarder), (Item::Boarder, false) | (Item::NonBoarder, true)))
        .map(|item| item.as_str())
        .collect();
    let (boards, boards_zh) = if boarder { ("boards", "寄宿") } else { ("does not board", "不寄宿") };
    let said = list(&wrong);
    Told {
        code: "BOARDING_FITS_ITEM",
        passed: wrong.is_empty(),
        en: format!("the pupil {boards}; items for others: {said}"),
        zh: format!("学生{boards_zh}；不相符的项目：{said}"),
        basis: AID_BASIS,
    }
    .into()
}

/// A standard that did not exist yet on the first day of a term grants nothing for that term.
fn in_force(pupil: &Pupil<'_>) -> Result<RuleOutcome> {
    let mut early = Vec::new();
    if pupil.details.items.contains(&Item::NonBoarder) {
        let stage = if pupil.details.stage == Stage::Junior { "junior" } else { "primary" };
        let key = format!("edu.nonBoarder.{stage}.term");
        for term in &pupil.details.terms {
            let (from, _) = pupil.days_of(*term)?;
            if has(pupil, &key, &from)? {
                continue;
            }
            early.push(from);
        }
    }
    let said = if early.is_empty() { "-".to_owned() } else { early.join(", ") };
    Ok(Told {
        code: "STANDARD_IN_FORCE",
        passed: early.is_empty(),
        en: format!("terms from before the item existed: {said}"),
        zh: format!("早于该项目实施的学期：{said}"),
        basis: AID_BASIS,
    }
    .into())
}

fn has(pupil: &Pupil<'_>, key: &str, on: &str) -> Result<bool> {
    match pupil.parameters.fen(key, on) {
        Ok(_) => Ok(true),
        Err(Error::Refused(refusal)) if refusal.code == Code::ParameterMissing => Ok(false),
        Err(other) => Err(other),
    }
}

/// Identity comes from the database; nobody proves it (seed 五(四)1).
fn identity(pupil: &Pupil<'_>) -> Result<RuleOutcome> {
    let mut without = Vec::new();
    let mut known = Vec::new();
    for item in &pupil.details.items {
        let identities = pupil.identities(*item)?;
        if identities.is_empty() {
            without.push(item.as_str());
        }
        known.extend(identities);
    }
    known.sort_unstable();
    known.dedup();
    let (known, said) = (list(&known), list(&without));
    Ok(Told {
        code: "IDENTITY_ON_RECORD",
        passed: without.is_empty(),
        en: format!("on record as {known}; items without an identity they need: {said}"),
        zh: format!("数据库身份：{known}；身份不符的项目：{said}"),
        basis: "社会救助暂行办法（649号）第三十三条；松溉府发〔2018〕57号五（四）1（身份由数据库核验）",
    }
    .into())
}

fn figures_given(pupil: &Pupil<'_>) -> RuleOutcome {
    let lacks = |item: &&Item| match item {
        Item::TuitionWaiver | Item::CollegeTuition => pupil.details.tuition.is_none(),
        Item::Loan => pupil.details.loan.is_none(),
        _ => false,
    };
    let lacking: Vec<_> = pupil.details.items.iter().filter(lacks).map(|item| item.as_str()).collect();
    let said = list(&lacking);
    Told {
        code: "AMOUNT_STATED",
        passed: lacking.is_empty(),
        en: format!("items without the year's tuition or the loan asked for: {said}"),
        zh: format!("未填学年学费或贷款金额的项目：{said}"),
        basis: AID_BASIS,
    }
    .into()
}

/// Aid is for a term that had not ended when it was applied for.
fn term_open(pupil: &Pupil<'_>) -> Result<RuleOutcome> {
    let applied = pupil.facts.applied_on.to_string();
    let mut past = Vec::new();
    for term in &pupil.details.terms {
        if ended(pupil, *term, &applied)? {
            past.push(term.as_str());
        }
    }
    let (year, said) = (&pupil.details.school_year, list(&past));
    Ok(Told {
        code: "TERM_NOT_PAST",
        passed: past.is_empty(),
        en: format!("applied on {applied}; terms of {year} that had ended: {said}"),
        zh: format!("申请日期{applied}；{year}学年已结束的学期：{said}"),
        basis: "平台默认值（按学期申请，不追溯）",
    }
    .into())
}

/// Pupils are recognised anew for each school year, so none is aided for a year that is far off.
fn year_near(pupil: &Pupil<'_>) -> Result<RuleOutcome> {
    let days = pupil.parameters.integer("edu.ahead.days", &pupil.on)?;
    let (begins, applied) = (pupil.begins()?, pupil.facts.applied_on);
    let ahead = (begins - applied.0).num_days();
    let year = &pupil.details.school_year;
    Ok(Told {
        code: "SCHOOL_YEAR_NOT_AHEAD",
        passed: ahead <= days,
        en: format!("applied on {applied}; {year} begins on {begins}, at most {days} days later"),
        zh: format!("申请日期{applied}；{year}学年{begins}开始，最多提前{days}天申请"),
        basis: "平台默认值（按学年认定，不预先资助以后学年）",
    }
    .into())
}

fn ended(pupil: &Pupil<'_>, term: EducationTerm, on: &str) -> Result<bool> {
    let (_, to) = pupil.days_of(term)?;
    Ok(to.as_str() < on)
}

fn list<T: AsRef<str>>(words: &[T]) -> String {
    if words.is_empty() {
        return "-".to_owned();
    }
    words.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ")
}
