//! What an eligible household receives, and how often it is looked at again.

use super::{income, rules::stated, unit::Unit};
use entity::{Fen, Month};
use platform::{
    error::{Error, Result},
    module::{AmountLine, MemberFacts, ReviewClass},
    money::{Rounding, exact},
};

/// Difference aid (家庭补差).
pub(super) const BASE: &str = "BASE";
/// Top-up of the 60 yuan column (重点救助60元).
pub(super) const KEY_60: &str = "KEY_60";
/// Top-up of the 100 yuan column (重点救助100元).
pub(super) const KEY_100: &str = "KEY_100";
/// Top-up of certificate holders (残疾人救助).
pub(super) const DISABLED: &str = "DISABLED";

const ITEMS: [&str; 4] = [BASE, KEY_60, KEY_100, DISABLED];
const TOPUP_BASIS: &str = "重庆市城乡低保分类重点救助标准";

/// One of the five categories that do not stack with one another.
struct Category {
    key: &'static str,
    reason: &'static str,
}

/// The lines of an eligible household: difference aid, then the top-ups by item; lines of nothing are left out.
pub(super) fn lines(unit: &Unit<'_>) -> Result<Vec<AmountLine>> {
    let rounding = Rounding::in_force(unit.parameters, &unit.on)?;
    let mut lines = vec![base(unit, rounding)?];
    for member in &unit.members {
        lines.extend(top_ups(unit, member, rounding)?);
    }
    lines.retain(|line| line.amount > Fen(0));
    lines.sort_by_key(|line| ITEMS.iter().position(|item| *item == line.item));
    Ok(lines)
}

/// Sum of the lines.
pub(super) fn total(lines: &[AmountLine]) -> Result<Fen> {
    lines
        .iter()
        .try_fold(0_i64, |sum, line| sum.checked_add(line.amount.0))
        .map(Fen)
        .ok_or_else(|| Error::internal("an amount is beyond all money"))
}

fn base(unit: &Unit<'_>, rounding: Rounding) -> Result<AmountLine> {
    let income = income::monthly(unit)?;
    let difference = unit.line() - income;
    let amount = rounding.line(difference)?;
    Ok(AmountLine {
        item: BASE.to_owned(),
        reason: super::PROGRAMME.to_owned(),
        person_id: None,
        payee_id: None,
        month: None,
        amount,
        formula: format!("{} × {} − {} = {amount}", unit.standard, unit.heads(), stated(income)),
        legal_basis: "重庆市城乡居民最低生活保障条例第二十二条（差额救助）".to_owned(),
    })
}

/// The highest of the five categories, and the certificate holder's own beside it.
fn top_ups(unit: &Unit<'_>, member: &MemberFacts, rounding: Rounding) -> Result<Vec<AmountLine>> {
    const KNOWN_RULE: &str = "HIGHEST_PLUS_DISABLED";
    let rule = unit.parameters.text("dibao.topup.rule", &unit.on)?;
    if rule != KNOWN_RULE {
        return Err(Error::internal(format!("parameter dibao.topup.rule knows no {rule}")));
    }
    let mut highest: Option<(Fen, &Category)> = None;
    let categories = categories(unit, member)?;
    for category in &categories {
        let amount = unit.parameters.fen(&format!("dibao.topup.{}", category.key), &unit.on)?;
        // Of equal ones the first named stands.
        if highest.is_none_or(|(most, _)| amount > most) {
            highest = Some((amount, category));
        }
    }
    let mut lines = Vec::new();
    if let Some((amount, category)) = highest {
        let item = unit.parameters.text(&format!("dibao.topup.{}.item", category.key), &unit.on)?;
        if !ITEMS.contains(&item.as_str()) {
            return Err(Error::internal(format!("dibao pays no item {item}")));
        }
        lines.push(top_up(member, item, category.reason, rounding.line(exact(amount))?));
    }
    if member.disability_grade.is_some() {
        let amount = unit.parameters.fen("dibao.topup.disabled", &unit.on)?;
        lines.push(top_up(member, DISABLED.to_owned(), "DISABLED", rounding.line(exact(amount))?));
    }
    Ok(lines)
}

fn top_up(member: &MemberFacts, item: String, reason: &str, amount: Fen) -> AmountLine {
    AmountLine {
        item,
        reason: reason.to_owned(),
        person_id: Some(member.person_id),
        payee_id: None,
        month: None,
        amount,
        formula: format!("{reason} = {amount}"),
        legal_basis: TOPUP_BASIS.to_owned(),
    }
}

fn categories(unit: &Unit<'_>, member: &MemberFacts) -> Result<Vec<Category>> {
    let age70_min = unit.parameters.integer("dibao.topup.age70.ageMin", &unit.on)?;
    let preschool_below = unit.parameters.integer("dibao.topup.preschool.ageBelow", &unit.on)?;
    let age = unit.age(member);
    let preschool = match member.education_stage.as_deref() {
        Some(stage) => stage == "PRESCHOOL",
        None => age.is_some_and(|age| age < preschool_below),
    };
    let all = [
        (unit.severely_disabled(member)?, Category { key: "severeDisabled", reason: "SEVERE_DISABLED" }),
        (member.major_illness, Category { key: "majorIllness", reason: "MAJOR_ILLNESS" }),
        (age.is_some_and(|age| age >= age70_min), Category { key: "age70", reason: "AGE_70" }),
        (preschool, Category { key: "preschool", reason: "PRESCHOOL" }),
        (unit.is_student(member)?, Category { key: "student", reason: "STUDENT" }),
    ];
    Ok(all.into_iter().filter(|(applies, _)| *applies).map(|(_, category)| category).collect())
}

/// First entitled month when granted on the day of the assessment: in Chongqing the month of approval itself.
pub(super) fn start_month(unit: &Unit<'_>) -> Result<Month> {
    let month = unit.facts.assessed_on.month();
    match unit.parameters.text("dibao.firstMonth", &unit.on)?.as_str() {
        "APPROVAL" => Ok(month),
        "NEXT" if month.month == 12 => Ok(Month { year: month.year + 1, month: 1 }),
        "NEXT" => Ok(Month { month: month.month + 1, ..month }),
        other => Err(Error::internal(format!("parameter dibao.firstMonth knows no {other}"))),
    }
}

/// How often the household is reviewed (重庆条例 art 26).
///
/// Where several classes fit, the shortest interval stands; no source says which.
pub(super) fn review_class(unit: &Unit<'_>) -> Result<ReviewClass> {
    let mut heavy = false;
    let mut unemployed = false;
    for member in &unit.members {
        let severe = unit.severely_disabled(member)?;
        heavy |= severe || member.major_illness;
        unemployed |= !severe && !member.major_illness && able_and_unemployed(unit, member)?;
    }
    Ok(match (unemployed || !unit.facts.income_stable, heavy, unit.facts.area_type.as_str()) {
        (true, _, "URBAN") => ReviewClass::Monthly,
        (true, _, _) => ReviewClass::Quarterly,
        (false, true, _) => ReviewClass::Annual,
        (false, false, _) => ReviewClass::Semiannual,
    })
}

fn able_and_unemployed(unit: &Unit<'_>, member: &MemberFacts) -> Result<bool> {
    let from = unit.parameters.integer("dibao.review.workingAge.from", &unit.on)?;
    let to = unit.parameters.integer("dibao.review.workingAge.to", &unit.on)?;
    let working_age = unit.age(member).is_some_and(|age| (from..=to).contains(&age));
    Ok(working_age && member.employment.as_deref() == Some("UNEMPLOYED") && !unit.is_student(member)?)
}
