//! Who is eligible and for how much: a pure function of facts and dated values.

use crate::details::{HeatingDetails, HeatingFuel};
use entity::Fen;
use platform::{
    error::Result,
    id_number::age,
    module::{AmountLine, Assessment, Facts, MemberFacts, Parameters, RuleOutcome},
};

/// Item of the grant to the household.
pub const FUEL: &str = "FUEL";
/// Item of the addition for each member at risk from cold.
pub const MEMBER: &str = "MEMBER";

const BASIS: &str = "镇发〔2018〕66号 第3条";

/// Assesses one household.
pub fn assess(facts: &Facts, parameters: &Parameters) -> Result<Assessment> {
    let details: HeatingDetails = facts.read_details()?;
    let on = facts.assessed_on.to_string();
    let age_min = parameters.integer("heating.ageMin", &on)?;
    let at_risk: Vec<_> = facts.counted().filter(|member| is_at_risk(member, facts, age_min)).collect();

    let eligible = !at_risk.is_empty();
    let mut lines = Vec::new();
    if eligible {
        let key =
            if details.fuel == HeatingFuel::Electricity { "heating.amount.electricity" } else { "heating.amount" };
        lines.push(line(FUEL, None, parameters.fen(key, &on)?, key));
        let each = parameters.fen("heating.amount.member", &on)?;
        lines.extend(at_risk.iter().map(|member| line(MEMBER, Some(*member), each, "heating.amount.member")));
    }
    Ok(Assessment {
        eligible,
        rules: vec![RuleOutcome {
            code: "HEATING_MEMBER_AT_RISK".to_owned(),
            passed: eligible,
            explanation: format!("{} members are {age_min} or older, or disabled", at_risk.len()),
            explanation_zh: format!("年满{age_min}周岁或持残疾证的成员{}人", at_risk.len()),
            legal_basis: BASIS.to_owned(),
        }],
        total: Fen(lines.iter().map(|line| line.amount.0).sum()),
        lines,
        figures: Vec::new(),
        start_month: eligible.then(|| facts.assessed_on.month()),
        review_class: None,
        one_off: true,
        least_level: None,
        once: Vec::new(),
        parameters: Vec::new(),
    })
}

fn is_at_risk(member: &MemberFacts, facts: &Facts, age_min: i64) -> bool {
    let old = member.birth_on.is_some_and(|birth| i64::from(age(birth.0, facts.assessed_on.0)) >= age_min);
    old || member.disability_grade.is_some()
}

fn line(item: &str, member: Option<&MemberFacts>, amount: Fen, key: &str) -> AmountLine {
    AmountLine {
        item: item.to_owned(),
        reason: if member.is_some() { "AT_RISK" } else { "HEATING" }.to_owned(),
        person_id: member.map(|member| member.person_id),
        payee_id: None,
        amount,
        month: None,
        formula: format!("{key} = {}", amount.0),
        legal_basis: BASIS.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::assess;
    use entity::Fen;
    use platform::module::{Facts, MemberFacts, Parameters, parameters::DatedValue};
    use serde_json::json;

    fn parameters() -> Parameters {
        let values =
            [("ageMin", "70"), ("amount", "30000"), ("amount.electricity", "15000"), ("amount.member", "6000")];
        Parameters::new(values.map(|(key, value)| {
            let value = DatedValue {
                value: value.to_owned(),
                from_on: "2018-10-01".to_owned(),
                to_on: None,
                source_doc: "镇发〔2018〕66号".to_owned(),
            };
            (format!("heating.{key}"), value)
        }))
    }

    fn facts(births: &[&str], fuel: &str) -> Facts {
        let member = |(index, birth): (usize, &&str)| {
            json!({
                "person_id": uuid::Uuid::from_u128(index as u128), "relation": "02", "counted": true, "birth_on": birth,
                "sex": "FEMALE", "major_illness": false, "holds": [],
            })
        };
        let members: Vec<MemberFacts> =
            births.iter().enumerate().map(|one| serde_json::from_value(member(one)).expect("a member")).collect();
        let facts = json!({
            "programme": "HEATING", "area_type": "RURAL", "jurisdiction": "500118107200", "applied_on": "2018-11-01",
            "assessed_on": "2018-11-20", "members": members, "incomes": [], "assets": [], "flags": [],
            "income_stable": true, "details": { "fuel": fuel },
        });
        serde_json::from_value(facts).expect("facts")
    }

    #[test]
    fn seventy_on_the_day_is_old_enough_and_electricity_pays_half() {
        let found = assess(&facts(&["1948-11-20", "1948-11-21"], "SOLID"), &parameters()).expect("assessed");
        assert_eq!((found.eligible, found.total), (true, Fen(36_000)));
        let found = assess(&facts(&["1940-01-01", "1941-01-01"], "ELECTRICITY"), &parameters()).expect("assessed");
        assert_eq!(found.total, Fen(27_000));
    }

    #[test]
    fn a_household_without_anyone_at_risk_is_not_eligible() {
        let found = assess(&facts(&["1980-01-01"], "GAS"), &parameters()).expect("assessed");
        assert_eq!((found.eligible, found.failed_rules()), (false, vec!["HEATING_MEMBER_AT_RISK"]));
        assert_eq!(found.total, Fen(0));
    }
}
