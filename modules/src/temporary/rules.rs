//! The rules of eligibility, each with its numbers and its source.

use super::{amount::Amount, case::TemporaryCase, details::TemporaryKind};
use platform::{
    module::{RuleOutcome, assessment::Figure},
    money::shown,
};

const PROCEDURE: &str = "社会救助暂行办法（649号）第四十七条、第四十八条";
const GUIDANCE: &str = "重庆市临时救助指导意见（2017-10）";

/// Every rule, in the order they are explained.
pub(super) fn all(case: &TemporaryCase<'_>, amount: &Amount) -> Vec<RuleOutcome> {
    vec![subject_counted(case), kind_fits(case), cause_before_application(case), tier(case), something_to_grant(amount)]
}

fn told(code: &str, passed: bool, en: String, zh: String, basis: &str) -> RuleOutcome {
    RuleOutcome { code: code.to_owned(), passed, explanation: en, explanation_zh: zh, legal_basis: basis.to_owned() }
}

/// Aid is for counted members: the one named, or all.
fn subject_counted(case: &TemporaryCase<'_>) -> RuleOutcome {
    let (subjects, all) = (case.subjects.len(), case.facts.counted().count());
    told(
        "SUBJECT_COUNTED",
        subjects > 0,
        format!("for {subjects} of {all} counted member(s)"),
        format!("救助对象{subjects}人，家庭成员{all}人"),
        PROCEDURE,
    )
}

fn kind_fits(case: &TemporaryCase<'_>) -> RuleOutcome {
    let (kind, kind_zh) = match case.details.kind {
        TemporaryKind::Emergency => ("EMERGENCY", "急难型"),
        TemporaryKind::Expenditure => ("EXPENDITURE", "支出型"),
    };
    let cause = case.cause().as_str();
    told(
        "KIND_FITS_CAUSE",
        case.cause().fits(case.details.kind),
        format!("{cause} as {kind}"),
        format!("事由{cause}，类型{kind_zh}"),
        "国发〔2014〕47号；民发〔2018〕23号",
    )
}

fn cause_before_application(case: &TemporaryCase<'_>) -> RuleOutcome {
    let (happened, applied) = (case.details.cause_date, case.facts.applied_on);
    told(
        "CAUSE_BEFORE_APPLICATION",
        happened <= applied,
        format!("it happened on {happened}, the request was received on {applied}"),
        format!("发生日期{happened}，申请日期{applied}"),
        PROCEDURE,
    )
}

/// No tier is refused here; which one it is decides the amount, and whether the town may decide.
fn tier(case: &TemporaryCase<'_>) -> RuleOutcome {
    let (en, zh) = case.tier.told();
    let (income, most) = (shown(case.per_capita), shown(case.low_income_max));
    told(
        "TIER",
        true,
        format!("{en}; per-capita income {income}, low up to {most}"),
        format!("{zh}；人均月收入{income}元，低收入线{most}元"),
        GUIDANCE,
    )
}

fn something_to_grant(amount: &Amount) -> RuleOutcome {
    let granted = amount.granted;
    let (en, zh) = match &amount.nothing {
        Some((en, zh)) => (en.clone(), zh.clone()),
        None => (format!("{granted} can be granted"), format!("可救助{granted}元")),
    };
    told("AMOUNT_TO_GRANT", amount.nothing.is_none(), en, zh, amount.basis)
}

/// Figures on the way, for reading.
pub(super) fn figures(case: &TemporaryCase<'_>, amount: &Amount) -> Vec<Figure> {
    let mut figures = vec![
        ("tier", case.tier.key().to_uppercase()),
        ("perCapitaIncome", shown(case.per_capita)),
        ("lowIncomeMax", shown(case.low_income_max)),
    ];
    figures.extend(amount.cap.map(|cap| ("cap", shown(cap))));
    figures.into_iter().map(|(name, value)| Figure { name: name.to_owned(), value }).collect()
}
