//! The rules of eligibility, each with its numbers and its source.

use super::{amount::Amount, case::TemporaryCase, details::TemporaryKind};
use platform::{
    module::{RuleOutcome, Told, assessment::Figure},
    money::shown,
};

const PROCEDURE: &str = "社会救助暂行办法（649号）第四十七条、第四十八条";
const GUIDANCE: &str = "重庆市临时救助指导意见（2017-10）";

/// Every rule, in the order they are explained.
pub(super) fn all(case: &TemporaryCase<'_>, amount: &Amount) -> Vec<RuleOutcome> {
    vec![subject_counted(case), kind_fits(case), cause_before_application(case), tier(case), something_to_grant(amount)]
}

/// Aid is for counted members: the one named, or all.
fn subject_counted(case: &TemporaryCase<'_>) -> RuleOutcome {
    let (subjects, all) = (case.subjects.len(), case.facts.counted().count());
    Told {
        code: "SUBJECT_COUNTED",
        passed: subjects > 0,
        en: format!("for {subjects} of {all} counted member(s)"),
        zh: format!("救助对象{subjects}人，家庭成员{all}人"),
        basis: PROCEDURE,
    }
    .into()
}

fn kind_fits(case: &TemporaryCase<'_>) -> RuleOutcome {
    let (kind, kind_zh) = match case.details.kind {
        TemporaryKind::Emergency => ("EMERGENCY", "急难型"),
        TemporaryKind::Expenditure => ("EXPENDITURE", "支出型"),
    };
    let cause = case.cause().as_str();
    Told {
        code: "KIND_FITS_CAUSE",
        passed: case.cause().fits(case.details.kind),
        en: format!("{cause} as {kind}"),
        zh: format!("事由{cause}，类型{kind_zh}"),
        basis: "国发〔2014〕47号；民发〔2018〕23号",
    }
    .into()
}

fn cause_before_application(case: &TemporaryCase<'_>) -> RuleOutcome {
    let (happened, applied) = (case.details.cause_date, case.facts.applied_on);
    Told {
        code: "CAUSE_BEFORE_APPLICATION",
        passed: happened <= applied,
        en: format!("it happened on {happened}, the request was received on {applied}"),
        zh: format!("发生日期{happened}，申请日期{applied}"),
        basis: PROCEDURE,
    }
    .into()
}

/// No tier is refused here; which one it is decides the amount, and whether the town may decide.
fn tier(case: &TemporaryCase<'_>) -> RuleOutcome {
    let (en, zh) = case.tier.told();
    let (income, most) = (shown(case.per_capita), shown(case.low_income_max));
    Told {
        code: "TIER",
        passed: true,
        en: format!("{en}; per-capita income {income}, low up to {most}"),
        zh: format!("{zh}；人均月收入{income}元，低收入线{most}元"),
        basis: GUIDANCE,
    }
    .into()
}

fn something_to_grant(amount: &Amount) -> RuleOutcome {
    let granted = amount.granted;
    let (en, zh) = match &amount.nothing {
        Some((en, zh)) => (en.clone(), zh.clone()),
        None => (format!("{granted} can be granted"), format!("可救助{granted}元")),
    };
    Told { code: "AMOUNT_TO_GRANT", passed: amount.nothing.is_none(), en, zh, basis: amount.basis }.into()
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
