//! The rules of eligibility, each with its numbers and its source.

use super::{
    income,
    property::{dwellings, excluding_consumption, financial, of_kind},
    unit::{Unit, listed},
};
use platform::{
    error::Result,
    module::{AssetKind, MemberFacts, RuleOutcome, Told},
    money::{Exact, exact, shown},
    tables::{is_child, is_head, is_parent, is_sibling, is_spouse},
};

const ADULT_YEARS: &str = "dibao.separate.ageMin";
const PROPERTY_BASIS: &str = "重庆市城乡居民最低生活保障条例第十三条；渝府办发〔2017〕33号";

/// Every rule of one computation, in the order they are explained.
pub(super) fn all(unit: &Unit<'_>) -> Result<Vec<RuleOutcome>> {
    let mut outcomes = Vec::new();
    if unit.separate.is_some() {
        outcomes.push(separate_allowed(unit)?);
    }
    outcomes.extend([
        members_counted(unit)?,
        hukou(unit)?,
        income_below_standard(unit)?,
        financial_assets(unit)?,
        dwelling_limit(unit)?,
        none_of(unit, &PREMISES),
        none_of(unit, &VEHICLES),
        consumption(unit)?,
        no_other_support(unit),
    ]);
    Ok(outcomes)
}

/// Someone counts, and a spouse or minor child is left out only for a reason the statute knows.
fn members_counted(unit: &Unit<'_>) -> Result<RuleOutcome> {
    let reasons = unit.parameters.text("dibao.members.leftOut", &unit.on)?;
    let adult = unit.parameters.integer(ADULT_YEARS, &unit.on)?;
    let must_count = |member: &&MemberFacts| {
        let minor = unit.age(member).is_none_or(|age| age < adult);
        is_head(&member.relation) || is_spouse(&member.relation) || (is_child(&member.relation) && minor)
    };
    let wrongly = unit
        .facts
        .members
        .iter()
        .filter(|member| !member.counted && member.deceased_on.is_none())
        .filter(must_count)
        .filter(|member| !member.not_counted_reason.as_deref().is_some_and(|reason| listed(&reasons, reason)))
        .count();
    let heads = unit.heads();
    Ok(Told {
        code: "MEMBERS_COUNTED",
        passed: heads > 0 && wrongly == 0,
        en: format!("{heads} member(s) count; {wrongly} left out without a reason of the statute ({reasons})"),
        zh: format!("计入共同生活家庭成员{heads}人；无法定理由未计入{wrongly}人（{reasons}）"),
        basis: "重庆市城乡居民最低生活保障条例第十一条",
    }
    .into())
}

/// The head's hukou is in the town of the application, and no counted member's is known to be outside the municipality.
fn hukou(unit: &Unit<'_>) -> Result<RuleOutcome> {
    const TOWN_DIGITS: usize = 9;
    let prefix = unit.parameters.text("dibao.hukou.prefix", &unit.on)?;
    let town = unit.facts.jurisdiction.get(..TOWN_DIGITS).unwrap_or(&unit.facts.jurisdiction);
    let head =
        unit.facts.members.iter().find(|member| is_head(&member.relation)).and_then(|member| member.hukou.as_deref());
    let local = head.is_some_and(|code| code.starts_with(town));
    let outside = unit
        .members
        .iter()
        .filter(|member| member.hukou.as_deref().is_some_and(|code| !code.starts_with(&prefix)))
        .count();
    let known = head.unwrap_or("-");
    Ok(Told {
        code: "HUKOU_LOCAL",
        passed: local && outside == 0,
        en: format!(
            "head's hukou is in {known}, the application in {town}; {outside} member(s) with hukou outside {prefix}…"
        ),
        zh: format!("户主户籍地{known}，申请地{town}；市外户籍成员{outside}人"),
        basis: "社会救助暂行办法（649号）第九条、第十一条；重庆市城乡居民最低生活保障条例第十条",
    }
    .into())
}

/// Strictly below: an income equal to the line is not.
fn income_below_standard(unit: &Unit<'_>) -> Result<RuleOutcome> {
    let (income, line) = (income::monthly(unit)?, unit.line());
    let passed = income < line;
    let (is, is_zh) = if passed { ("is", "低于") } else { ("is not", "不低于") };
    let (income, standard, heads, line) = (stated(income), unit.standard, unit.heads(), stated(line));
    Ok(Told {
        code: "INCOME_BELOW_STANDARD",
        passed,
        en: format!("household income of {income} a month {is} below {standard} × {heads} = {line}"),
        zh: format!("家庭月收入{income}元，{is_zh}保障标准{standard}元×{heads}人={line}元"),
        basis: "社会救助暂行办法（649号）第九条；重庆市城乡居民最低生活保障条例第十条、第十二条",
    }
    .into())
}

fn financial_assets(unit: &Unit<'_>) -> Result<RuleOutcome> {
    let multiple = unit.parameters.ratio("dibao.assets.multiple", &unit.on)?;
    let most = unit.line() * multiple;
    let value = financial(unit);
    let (value, known) = (value.unwrap_or_default(), value.is_some());
    let (unverified, unverified_zh) =
        if known { ("", "") } else { (", one item without a verified value", "，有一项未核实金额") };
    let (said, limit, standard, heads) = (stated(value), stated(most), unit.standard, unit.heads());
    Ok(Told {
        code: "FINANCIAL_ASSETS_WITHIN_LIMIT",
        passed: known && value <= most,
        en: format!("financial assets of {said}{unverified}; at most {multiple} × {standard} × {heads} = {limit}"),
        zh: format!("金融资产{said}元{unverified_zh}；上限{multiple}×{standard}元×{heads}人={limit}元"),
        basis: PROPERTY_BASIS,
    }
    .into())
}

/// More dwellings than the rule allows exclude only when they are also large.
fn dwelling_limit(unit: &Unit<'_>) -> Result<RuleOutcome> {
    let dwellings_max = unit.parameters.integer("dibao.dwellings.max", &unit.on)?;
    let multiple = unit.parameters.ratio("dibao.dwellings.areaMultiple", &unit.on)?;
    let area_min = unit.parameters.integer("dibao.dwellings.areaMin", &unit.on)?;
    let (number, area) = dwellings(unit);
    let most = multiple * i128::from(area_min) * unit.heads();
    let large = area.is_none_or(|area| area > most);
    let said = area.map_or_else(|| "?".to_owned(), shown);
    let most = shown(most);
    Ok(Told {
        code: "DWELLINGS_WITHIN_LIMIT",
        passed: number <= dwellings_max || !large,
        en: format!("{number} dwelling(s) of {said} m² in all; more than {dwellings_max} only up to {most} m²"),
        zh: format!("住房{number}套，共{said}㎡；超过{dwellings_max}套的，总面积不得超过{most}㎡"),
        basis: PROPERTY_BASIS,
    }
    .into())
}

struct Forbidden {
    code: &'static str,
    kinds: &'static [AssetKind],
    en: &'static str,
    zh: &'static str,
}

const PREMISES: Forbidden = Forbidden {
    code: "NO_COMMERCIAL_PREMISES",
    kinds: &[AssetKind::CommercialPremises],
    en: "commercial premises let or self-run",
    zh: "出租或自营的商业用房",
};

const VEHICLES: Forbidden = Forbidden {
    code: "NO_VEHICLE_OR_MACHINE",
    kinds: &[AssetKind::Vehicle, AssetKind::Vessel, AssetKind::Machine],
    en: "motor vehicles, vessels, construction or large farm machines beside the exempt",
    zh: "机动车辆、船舶、工程机械、大型农机（豁免的除外）",
};

fn none_of(unit: &Unit<'_>, forbidden: &Forbidden) -> RuleOutcome {
    let found = of_kind(unit, forbidden.kinds).count();
    Told {
        code: forbidden.code,
        passed: found == 0,
        en: format!("{}: {found}", forbidden.en),
        zh: format!("{}：{found}", forbidden.zh),
        basis: PROPERTY_BASIS,
    }
    .into()
}

fn consumption(unit: &Unit<'_>) -> Result<RuleOutcome> {
    let found: Vec<_> = excluding_consumption(unit)?.into_iter().map(|kind| kind.flag()).collect();
    let said = if found.is_empty() { "-".to_owned() } else { found.join(", ") };
    Ok(Told {
        code: "CONSUMPTION_WITHIN_LIMITS",
        passed: found.is_empty(),
        en: format!("excluding consumption: {said}"),
        zh: format!("不予保障的消费情形：{said}"),
        basis: "渝府办发〔2017〕33号；永川府办发〔2017〕93号",
    }
    .into())
}

fn no_other_support(unit: &Unit<'_>) -> RuleOutcome {
    let holds = |programme: &str| {
        unit.members.iter().filter(|member| member.holds.iter().any(|held| held == programme)).count()
    };
    let (dibao, tekun) = (holds(super::PROGRAMME), holds("TEKUN"));
    Told {
        code: "NO_OTHER_DIBAO_OR_TEKUN",
        passed: dibao == 0 && tekun == 0,
        en: format!("{dibao} member(s) in another dibao household, {tekun} in tekun support"),
        zh: format!("已在其他低保家庭{dibao}人，已享受特困人员供养{tekun}人"),
        basis: "社会救助暂行办法（649号）第九条、第十四条",
    }
    .into()
}

/// Each member computed apart meets the ground, and leaves behind parents or siblings he or she lives with.
fn separate_allowed(unit: &Unit<'_>) -> Result<RuleOutcome> {
    let Some(separate) = unit.separate else { return Ok(separate_told(false, 0, 0, 0)) };
    let mut meeting = 0;
    for member in &unit.members {
        if unit.meets(separate.ground, member)? && leaves_parents_or_siblings(unit, member) {
            meeting += 1;
        }
    }
    let mut asked: Vec<_> = separate.person_ids.iter().map(|person| person.id).collect();
    asked.sort_unstable();
    asked.dedup();
    let left = unit.facts.counted().count() - unit.members.len();
    let passed = meeting > 0 && meeting == asked.len() && left > 0;
    Ok(separate_told(passed, meeting, asked.len(), left))
}

fn separate_told(passed: bool, meeting: usize, asked: usize, left: usize) -> RuleOutcome {
    Told {
        code: "SEPARATE_HOUSEHOLD_ALLOWED",
        passed,
        en: format!("{meeting} of {asked} member(s) may be computed apart from {left} other(s)"),
        zh: format!("申请单独计算{asked}人，其中符合条件{meeting}人；同住其他成员{left}人"),
        basis: "重庆市城乡居民最低生活保障条例第十一条末款",
    }
    .into()
}

/// Whether one who stays in the household is a parent or sibling, as far as relations to the head tell.
fn leaves_parents_or_siblings(unit: &Unit<'_>, member: &MemberFacts) -> bool {
    let stays = |relation: fn(&str) -> bool| {
        unit.facts
            .counted()
            .filter(|other| !unit.members.iter().any(|apart| apart.person_id == other.person_id))
            .any(|other| relation(&other.relation))
    };
    let relation = member.relation.as_str();
    if is_head(relation) {
        stays(is_parent) || stays(is_sibling)
    } else if is_child(relation) {
        stays(is_head) || stays(is_spouse) || stays(is_child)
    } else if is_sibling(relation) {
        stays(is_head) || stays(is_parent) || stays(is_sibling)
    } else {
        false
    }
}

/// An amount as it is told: to the fen, with its exact value beside it when that is not whole.
pub(super) fn stated(amount: Exact) -> String {
    if amount.is_integer() { shown(amount) } else { format!("{} ({amount} fen)", shown(amount)) }
}

/// Figures on the way, for reading.
pub(super) fn figures(unit: &Unit<'_>) -> Result<Vec<platform::module::assessment::Figure>> {
    let income = income::monthly(unit)?;
    let heads = unit.heads();
    let multiple = unit.parameters.ratio("dibao.assets.multiple", &unit.on)?;
    let per_capita = if heads == 0 { income } else { income / heads };
    let figures = [
        ("countedMembers", heads.to_string()),
        ("monthlyIncome", shown(income)),
        ("perCapitaIncome", shown(per_capita)),
        ("standard", shown(exact(unit.standard))),
        ("financialAssets", financial(unit).map(shown).unwrap_or_default()),
        ("financialAssetsMax", shown(unit.line() * multiple)),
    ];
    Ok(figures
        .into_iter()
        .map(|(name, value)| platform::module::assessment::Figure { name: name.to_owned(), value })
        .collect())
}
